//! `kill -9` at twenty moments of a switch, by the real program on a server that counts what it
//! accepts: taken up again, each run ends as if nothing had happened.

use std::{collections::BTreeSet, thread};

use serde_json::json;

use super::{
    forward::{Fate, Forward, Which},
    moto::Moto,
    nameservers::Nameservers,
    operator::{Operator, Planned},
    watch::Watch,
};

/// The account that an AWS without an organization has.
const ACCOUNT: &str = "123456789012";

/// When the runner is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
    /// The journal of the run has so many lines.
    Lines(usize),
    /// The change is on its way and has not arrived.
    BeforeTheEffect,
    /// The change has happened and the answer has not arrived.
    BeforeTheAnswer,
}

/// What there is to kill: everything that all runs share.
struct Scene {
    zone: String,
    forward: Forward,
    nameservers: Nameservers,
    moto: Moto,
}

impl Scene {
    fn set(names: &[String]) -> Self {
        let moto = Moto::empty();
        let call = |operation, input| moto.boto(None, "route53", operation, &input);
        let zone = json!({ "Name": "acme.example.", "CallerReference": "kills" });
        let zone = call("create_hosted_zone", zone);
        let zone = zone["HostedZone"]["Id"].as_str().expect("an id");
        let zone = zone.rsplit('/').next().expect("an id").to_owned();
        let side = |name: &String, side: &str, weight: u8, address: &str| {
            json!({ "Action": "CREATE", "ResourceRecordSet": {
                "Name": name, "Type": "A", "SetIdentifier": side, "Weight": weight, "TTL": 60,
                "ResourceRecords": [{ "Value": address }],
            } })
        };
        let pair = |name: &String| {
            [
                side(name, "blue", 100, "192.0.2.10"),
                side(name, "green", 0, "192.0.2.20"),
            ]
        };
        let changes: Vec<_> = names.iter().flat_map(pair).collect();
        let batch = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
        call("change_resource_record_sets", batch);
        Self {
            zone,
            forward: Forward::before(&moto),
            nameservers: Nameservers::start(moto.endpoint(), None, 2),
            moto,
        }
    }

    /// Plans, applies, kills, and takes up again. Gives the lines that the journal had at death.
    fn round(&self, name: &str, moment: Moment) -> usize {
        let operator = Operator::at(self.forward.endpoint(), Some(&self.nameservers));
        let place = ["dns-switch", "--zone", &self.zone, "--name", name];
        let wish = ["--to", "green", "--bake", "60s"];
        let wish = [&place[..], &wish, &["--reason", "drill"]].concat();
        let Planned { digest, phrase, .. } = operator.plan(&wish);
        let apply = ["apply", &digest, "--write", "--confirm", &phrase];
        operator.runs(0, &[&apply[..], &["--detach"]].concat());

        let watch = Watch::over(&operator, ACCOUNT);
        watch.kill_when(|| match moment {
            Moment::Lines(lines) => watch.events().len() >= lines,
            Moment::BeforeTheEffect | Moment::BeforeTheAnswer => self.is_on_its_way(name),
        });
        let lines = watch.events().len();
        let run = watch.run.to_string();
        let (out, _) = operator.runs(0, &["runs", "resume", &run, "--write"]);
        assert!(out.trim_end().ends_with("succeeded"), "{moment:?}\n{out}");
        let (out, told) = operator.runs(0, &["runs", "verify"]);
        assert!(
            out.contains("are what was written"),
            "{moment:?}\n{out}{told}"
        );
        lines
    }

    fn sent(&self, name: &str) -> Vec<(Fate, Option<u16>)> {
        let which = Which::call("route53", "ChangeResourceRecordSets").saying(name);
        let sent = self.forward.requests().into_iter();
        let sent = sent.filter(|seen| which.is(&seen.request));
        sent.map(|seen| (seen.fate, seen.status)).collect()
    }

    /// Whether the change of `name` hangs.
    fn is_on_its_way(&self, name: &str) -> bool {
        let hangs = |(fate, _): &(Fate, _)| matches!(fate, Fate::Hung | Fate::AnswerHeld);
        self.sent(name).iter().any(hangs)
    }

    /// Changes of `name` that the server has accepted.
    fn accepted(&self, name: &str) -> usize {
        let happened = |(fate, status): &(Fate, Option<u16>)| match fate {
            Fate::Passed => *status == Some(200),
            fate => *fate == Fate::AnswerHeld,
        };
        self.sent(name).iter().filter(|sent| happened(sent)).count()
    }
}

/// Every line from the first that a runner writes to the last before the end, and the two moments
/// around the effect that no line tells.
fn moments() -> Vec<Moment> {
    let lines = (3..=16).chain([18, 20, 22, 24]);
    let mut moments: Vec<Moment> = lines.map(Moment::Lines).collect();
    moments.extend([Moment::BeforeTheEffect, Moment::BeforeTheAnswer]);
    moments
}

#[test]
fn a_run_that_is_killed_at_any_moment_ends_as_if_it_had_not_been() {
    let moments = moments();
    assert_eq!(moments.len(), 20);
    let names = (0..moments.len()).map(|at| format!("kill-{at:02}.acme.example."));
    let names: Vec<String> = names.collect();
    let scene = Scene::set(&names);
    for (name, moment) in names.iter().zip(&moments) {
        let which = Which::call("route53", "ChangeResourceRecordSets").saying(name);
        match moment {
            Moment::BeforeTheEffect => scene.forward.hang(which.once()),
            Moment::BeforeTheAnswer => scene.forward.hold_answer_of(which.once()),
            Moment::Lines(_) => {}
        }
    }
    let died: Vec<usize> = thread::scope(|scope| {
        let rounds = names.iter().zip(&moments);
        let rounds = rounds.map(|(name, moment)| scope.spawn(|| scene.round(name, *moment)));
        let rounds: Vec<_> = rounds.collect();
        rounds
            .into_iter()
            .map(|round| round.join().expect("survived"))
            .collect()
    });
    println!("the journals had {died:?} lines");
    let apart: BTreeSet<usize> = died.iter().copied().collect();
    assert!(apart.len() >= 10, "the moments were not apart: {died:?}");

    let input = json!({ "HostedZoneId": scene.zone });
    let told = scene
        .moto
        .boto(None, "route53", "list_resource_record_sets", &input);
    for name in &names {
        let records = told["ResourceRecordSets"]
            .as_array()
            .expect("a list")
            .iter();
        let weights: Vec<_> = records
            .filter(|record| record["Name"] == *name)
            .map(|record| record["Weight"].clone())
            .collect();
        assert_eq!(weights, [json!(0), json!(100)], "{name}");
        assert_eq!(scene.accepted(name), 1, "{name}: {:?}", scene.sent(name));
    }
}
