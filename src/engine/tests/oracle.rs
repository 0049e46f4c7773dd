//! What must hold after any run, whatever went wrong: ten invariants, each with its own words.

use std::collections::BTreeMap;

use super::*;
use crate::model::{Class, Tags, change::Mark};

/// The world before a run, to be compared with after.
pub(super) struct Before {
    networks: Vec<crate::model::network::Network>,
}

impl Bench {
    /// Looks at everything that plans of these tests could touch.
    pub(super) async fn before(&self) -> Before {
        Before {
            networks: baseline::networks(self).await.to_vec(),
        }
    }

    /// What must hold after any run, whatever went wrong.
    pub(super) fn check_invariants(&self, run: RunId) {
        let standing = self.engine.standing(run).expect("readable");
        // Other runs of the same world have their own plans and lines.
        let name = format!("{run}/");
        let ledger = self.world.ledger().into_iter();
        let ledger = ledger.filter(|entry| entry.reference.starts_with(&name));
        let ledger: Vec<Entry> = ledger.collect();
        let records = self.engine.records(run, 0, u32::MAX).expect("readable");
        self.nothing_is_made_twice();
        requests_are_of_the_plan(standing.sealed.plan(), &ledger);
        intents_came_first(&ledger, &records);
        nothing_is_sent_under_an_old_fence(&records, &ledger);
        let verified = self.engine.verify().expect("readable");
        assert_eq!(verified.faults, Vec::<String>::new());
        let state = standing.view.state;
        assert_eq!(state.is_terminal(), state.actions().is_empty());
        assert!(
            state.is_terminal() || standing.view.pause.is_some() || standing.view.released,
            "{state} and nobody is told why"
        );
    }

    /// Compares the world with what it was: what was made stands in the journal, and nothing that
    /// was there before is gone or changed.
    pub(super) async fn check_world(&self, run: RunId, before: &Before) {
        let view = self.engine.standing(run).expect("readable").view;
        let made: BTreeMap<&str, &machine::StepView> = view
            .steps
            .values()
            .filter_map(|known| Some((known.made.as_deref()?, known)))
            .collect();
        let after = self.before().await;
        for (was, is) in before.networks.iter().zip(&after.networks) {
            for (id, tags, state) in objects(is) {
                let old = objects(was).any(|(old, ..)| old == id);
                let gone = matches!(state, "deleted" | "deleting" | "failed");
                if old || gone || !tags.contains_key(Mark::STEP) {
                    continue;
                }
                let known = made.get(id);
                assert!(
                    known.is_some(),
                    "{id} stands and the journal does not know it"
                );
            }
            for (id, ..) in objects(was) {
                let there = objects(is).any(|(new, ..)| new == id);
                assert!(there, "{id} was there before and is gone");
            }
        }
    }

    /// No two living objects carry the mark of one step, and what must not be sent twice was not.
    fn nothing_is_made_twice(&self) {
        let done = self.done();
        for entry in &done {
            let twins = done.iter().filter(|other| other.key == entry.key);
            let harmless = matches!(entry.change.class(), Class::Set);
            assert!(
                harmless || twins.count() == 1,
                "{} was done more than once",
                entry.reference
            );
        }
    }
}

fn objects(network: &crate::model::network::Network) -> impl Iterator<Item = (&str, &Tags, &str)> {
    let vpcs = network
        .vpcs
        .iter()
        .map(|one| (one.id.as_str(), &one.tags, ""));
    let subnets = network
        .subnets
        .iter()
        .map(|one| (one.id.as_str(), &one.tags, ""));
    let tables = network
        .route_tables
        .iter()
        .map(|one| (one.id.as_str(), &one.tags, ""));
    let gateways = network.internet_gateways.iter();
    let gateways = gateways.map(|one| (one.id.as_str(), &one.tags, ""));
    let addresses = network
        .addresses
        .iter()
        .map(|one| (one.id.as_str(), &one.tags, ""));
    let nats = network.nat_gateways.iter();
    let nats = nats.map(|one| (one.id.as_str(), &one.tags, one.state.as_str()));
    let peerings = network.peerings.iter();
    let peerings = peerings.map(|one| (one.id.as_str(), &one.tags, one.status.as_str()));
    let endpoints = network.endpoints.iter();
    let endpoints = endpoints.map(|one| (one.id.as_str(), &one.tags, one.state.as_str()));
    vpcs.chain(subnets)
        .chain(tables)
        .chain(gateways)
        .chain(addresses)
        .chain(nats)
        .chain(peerings)
        .chain(endpoints)
}

/// Nothing is sent that the plan does not name.
fn requests_are_of_the_plan(plan: &plan::Plan, ledger: &[Entry]) {
    for entry in ledger {
        let step = entry.reference.rsplit('/').next().unwrap_or_default();
        let step = plan.step(&step.into());
        let planned = step.is_some_and(|step| {
            let both = [step.changes(), step.inverse()].into_iter().flatten();
            both.into_iter()
                .any(|planned| is_bound_from(planned, &entry.change))
        });
        assert!(planned, "{} is not in the plan", entry.change.title());
    }
}

/// Every request was written down, as it was sent, before it was sent.
fn intents_came_first(ledger: &[Entry], records: &[Record]) {
    let mut intents: BTreeMap<&str, Vec<(i64, plan::Digest)>> = BTreeMap::new();
    for record in records {
        if let machine::Event::Step(
            _,
            machine::step::Event::Intent { key, request, .. }
            | machine::step::Event::CompIntent { key, request, .. },
        ) = &record.entry.event
        {
            let of_key = intents.entry(key).or_default();
            of_key.push((record.entry.when.at, *request));
        }
    }
    for entry in ledger {
        let bytes = plan::canon::bytes(&entry.change).expect("canonical");
        let sent = plan::Digest::of(&bytes);
        let written = intents.get(entry.key.as_str()).is_some_and(|written| {
            written
                .iter()
                .any(|(at, request)| *at <= entry.at.as_microsecond() && *request == sent)
        });
        assert!(written, "{} was not written down", entry.reference);
    }
}

/// Whoever lost the run writes and sends nothing more.
fn nothing_is_sent_under_an_old_fence(records: &[Record], ledger: &[Entry]) {
    let fences = records.iter().map(|record| record.entry.fence);
    assert!(fences.is_sorted(), "a line under an old fence came later");
    let sends = records.iter().filter(|record| {
        matches!(
            record.entry.event,
            machine::Event::Step(
                _,
                machine::step::Event::Intent { .. } | machine::step::Event::CompIntent { .. }
            )
        )
    });
    assert!(ledger.len() <= sends.count(), "more was sent than intended");
}

/// Sixteen planted secrets are nowhere in what is kept.
#[tokio::test(start_paused = true)]
async fn secrets_of_the_session_are_in_no_file() {
    let bench = Bench::new().await;
    let (_, run) = bench.begin().await;
    bench.execute(run).await;
    let folder = bench.folder.path().join("out");
    export::export(&bench.engine, run, &folder).expect("written");
    let planted = [
        "AKIA",
        "ASIA",
        "aws_secret",
        "FwoG",
        "X-Amz-Signature",
        "BEGIN PRIVATE",
    ];
    let mut files = 0;
    for place in [bench.folder.path(), folder.as_path()] {
        for file in std::fs::read_dir(place).expect("a folder") {
            let path = file.expect("an entry").path();
            let Ok(bytes) = std::fs::read(&path) else {
                continue;
            };
            files += 1;
            for secret in planted {
                let found = bytes
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!found, "{secret} in {}", path.display());
            }
        }
    }
    assert!(files >= 5, "{files} files were looked at");
}
