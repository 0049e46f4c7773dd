use super::*;
use crate::{
    engine::{
        operations::weighted::sample::{outline, seen},
        plan::{Sealed, Work},
    },
    model::traffic::{AliasTarget, Routing},
};

type Spoil = fn(&mut Observed);

fn wish(to: &str) -> Arguments {
    Arguments::new()
        .with("name", "Shop.example.com")
        .with("to", to)
        .with("samples", "400")
        .with("reason", "tests")
}

#[test]
fn a_quick_group_is_shifted_at_once() {
    let plan = plan(&wish("green"), &seen()).expect("plannable");
    insta::assert_snapshot!(outline(&plan), @"
    shift: shop.example.com: blue 100→0, green 0→100
    aged: wait 60 s
    answers: ask the zone's own servers 400 times
    bake: watch for 120 s
    ");
    assert_eq!(plan.reach.traffic_percent, Some(100));
    assert!(Sealed::seal(plan).is_ok());
}

#[test]
fn a_slow_group_gets_its_ttl_lowered_first_and_the_old_one_runs_out() {
    let mut seen = seen();
    for record in &mut seen.zone.records {
        record.ttl = Some(3600);
    }
    let plan = plan(&wish("blue=90,green=10"), &seen).expect("plannable");
    insta::assert_snapshot!(outline(&plan), @"
    ttl: shop.example.com: TTL 3600 s to 60 s
    ttl-aged: wait 4320 s
    shift: shop.example.com: blue 100→90, green 0→10
    aged: wait 60 s
    answers: ask the zone's own servers 400 times
    bake: watch for 120 s
    ");
    assert_eq!(plan.reach.traffic_percent, Some(10));
    // The shift is planned from the group as the first step leaves it.
    let Some(Work::Change { change }) = plan.step(&"shift".into()).map(|step| &step.work) else {
        panic!("a change");
    };
    assert!(format!("{change:?}").contains("ttl: Some(60)"));
}

#[test]
fn a_private_zone_is_not_sampled_and_the_reader_is_told() {
    let mut seen = seen();
    seen.zone.private = true;
    let plan = plan(&wish("green"), &seen).expect("plannable");
    assert!(plan.step(&"answers".into()).is_none());
    assert!(plan.warnings.iter().any(|line| line.contains("not proven")));
}

#[test]
fn what_cannot_be_switched_is_refused_with_the_reason() {
    let cases: [(&str, Spoil, &str); 15] = [
        (
            "blue",
            |_| (),
            "nothing to do: shop.example.com has these weights already: blue 100, green 0",
        ),
        (
            "red",
            |_| (),
            "--to `red`: no such side; the sides are blue, green",
        ),
        (
            "blue=0,green=0",
            |_| (),
            "--to `blue=0,green=0`: all weights 0 would send equal shares to every side, not nothing",
        ),
        (
            "blue=0",
            |_| (),
            "--to `blue=0`: `green` is missing; give every side: blue, green",
        ),
        (
            "blue=0,green=256",
            |_| (),
            "--to `blue=0,green=256`: `256` is no weight from 0 to 255",
        ),
        (
            "blue=0,green=-1",
            |_| (),
            "--to `blue=0,green=-1`: `-1` is no weight from 0 to 255",
        ),
        (
            "blue=0,blue=1",
            |_| (),
            "--to `blue=0,blue=1`: `blue` is given twice",
        ),
        (
            "green",
            |seen| seen.zone.records.clear(),
            "shop.example.com A is not in the zone example.com. (Z1)",
        ),
        (
            "green",
            |seen| seen.zone.records.truncate(1),
            "shop.example.com A has one record; a switch needs two sides",
        ),
        (
            "green",
            |seen| seen.zone.records[1].routing = Routing::Failover { primary: true },
            "shop.example.com A is routed by failover { primary: true }, not by weights",
        ),
        (
            "green",
            |seen| seen.zone.records[1].ttl = Some(300),
            "shop.example.com A has records with different TTLs; Route 53 wants one for the group: set it first",
        ),
        (
            "green",
            |seen| seen.zone.records[1].health_check = None,
            "shop.example.com A has a health check on some sides only; attach one to all or to none first",
        ),
        (
            "green",
            |seen| {
                seen.zone.records[1].ttl = None;
                seen.zone.records[1].alias = Some(AliasTarget {
                    name: "lb.example.".into(),
                    zone: "Z2".into(),
                    evaluate_health: true,
                });
            },
            "shop.example.com A mixes aliases with plain records: their TTLs differ, so the shares would not be what the weights say; make them alike first",
        ),
        (
            "green",
            |seen| seen.zones.health_checks[1].healthy = Some(false),
            "green is not healthy (health check hc-green); traffic is not sent there",
        ),
        (
            "blue=50,green=50",
            |seen| seen.zones.health_checks[1].healthy = None,
            "green is of unknown health (health check hc-green); traffic is not sent there",
        ),
    ];
    for (to, spoil, told) in cases {
        let mut seen = seen();
        spoil(&mut seen);
        let refusal = plan(&wish(to), &seen).expect_err(told);
        assert_eq!(refusal.to_string(), told);
    }
}

#[test]
fn the_same_wish_and_observation_give_the_same_bytes() {
    let seal = || Sealed::seal(plan(&wish("green"), &seen()).expect("plannable"));
    assert_eq!(seal(), seal());
}
