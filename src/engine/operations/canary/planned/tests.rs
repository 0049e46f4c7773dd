use super::*;
use crate::{
    engine::{
        operations::weighted::sample::{outline, seen},
        plan::{Control, Measured, Measurement, Sealed, Watch, Work, sample},
    },
    model::{Place, traffic::Routing},
};

type Spoil = fn(&mut Observed, &mut Metrics);

fn metrics() -> Metrics {
    let side = |name: &str| {
        let measured = Measured {
            side: name.into(),
            place: Place::new(sample::account(), "eu-west-1"),
            balancer: format!("app/{name}/1"),
        };
        (name.to_owned(), measured)
    };
    let usual = Measurement {
        requests: 90_000,
        errors: 90,
        latency_micros: Some(40_000),
    };
    Metrics {
        sides: [side("blue"), side("green")].into(),
        usual: [("blue".to_owned(), usual)].into(),
    }
}

fn wish() -> Arguments {
    Arguments::new()
        .with("name", "Shop.example.com")
        .with("to", "green")
        .with("stages", "5,25,50,100")
        .with("hold", "10m")
        .with("max-errors", "1")
        .with("min-requests", "200")
        .with("metrics", "require")
        .with("promote", "auto")
        .with("reason", "tests")
}

fn watched<'a>(plan: &'a Plan, step: &str) -> &'a [Watch] {
    match plan.step(&step.into()).map(|step| &step.work) {
        Some(Work::Bake { watch, .. }) => watch,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_stage_is_shifted_aged_counted_and_held() {
    let plan = plan(&wish(), &seen(), Some(&metrics())).expect("plannable");
    insta::assert_snapshot!(outline(&plan), @"
    shift-5: shop.example.com: blue 100→95, green 0→5
    aged-5: wait 60 s
    answers-5: ask the zone's own servers 400 times
    hold-5: watch for 600 s
    shift-25: shop.example.com: blue 95→75, green 5→25
    aged-25: wait 60 s
    answers-25: ask the zone's own servers 400 times
    hold-25: watch for 600 s
    shift-50: shop.example.com: blue 75→50, green 25→50
    aged-50: wait 60 s
    answers-50: ask the zone's own servers 400 times
    hold-50: watch for 600 s
    shift-100: shop.example.com: blue 50→0, green 50→100
    aged-100: wait 60 s
    answers-100: ask the zone's own servers 400 times
    hold-100: watch for 600 s
    ");
    assert_eq!(plan.reach.traffic_percent, Some(100));
    // Every stage goes back to the beginning at once.
    let review = Sealed::seal(plan).expect("whole").review();
    insta::assert_snapshot!(review.rollback.join("\n"), @"
    shop.example.com: blue 0→100, green 100→0
    shop.example.com: blue 50→100, green 50→0
    shop.example.com: blue 75→100, green 25→0
    shop.example.com: blue 95→100, green 5→0
    ");
}

#[test]
fn a_stage_is_watched_by_record_by_health_and_beside_the_stable_side() {
    let plan = plan(&wish(), &seen(), Some(&metrics())).expect("plannable");
    let [stands, holds, control, Watch::Compares { comparison }] = watched(&plan, "hold-50") else {
        panic!("{:?}", watched(&plan, "hold-50"));
    };
    assert_eq!(
        *stands,
        Watch::Stands {
            step: "shift-50".into()
        }
    );
    assert!(matches!(holds, Watch::Holds { probe } if probe.title().starts_with("green")));
    assert!(matches!(control, Watch::Control { probe } if probe.title().starts_with("blue")));
    assert_eq!(comparison.window_seconds, 900);
    assert!(matches!(&comparison.stable, Control::Beside(blue) if blue.side == "blue"));
    // At the end nothing is measured of the stable side any more.
    let [.., Watch::Compares { comparison }] = watched(&plan, "hold-100") else {
        panic!("{:?}", watched(&plan, "hold-100"));
    };
    assert!(
        matches!(&comparison.stable, Control::Before { measurement, .. } if measurement.requests == 90_000)
    );
}

#[test]
fn a_canary_that_has_come_some_way_goes_on_from_there() {
    let mut seen = seen();
    seen.zone.records[0].routing = Routing::Weighted(190);
    seen.zone.records[1].routing = Routing::Weighted(10);
    let wish = wish().with("promote", "ask");
    let plan = plan(&wish, &seen, Some(&metrics())).expect("plannable");
    let shifts: Vec<&str> = plan
        .steps
        .iter()
        .filter(|step| step.changes().is_some())
        .map(|step| step.id.as_str())
        .collect();
    assert_eq!(shifts, ["shift-25", "shift-50", "shift-100"]);
    assert_eq!(plan.gates.len(), 1);
    assert_eq!(plan.gates[0].before.as_str(), "shift-100");
    assert_eq!(
        plan.gates[0].question,
        "green was well so far; shall it get 100 % of the answers?"
    );
}

#[test]
fn a_slow_group_gets_its_ttl_lowered_first() {
    let mut seen = seen();
    for record in &mut seen.zone.records {
        record.ttl = Some(300);
    }
    let wish = wish().with("stages", "50");
    let plan = plan(&wish, &seen, Some(&metrics())).expect("plannable");
    insta::assert_snapshot!(outline(&plan), @"
    ttl: shop.example.com: TTL 300 s to 60 s
    ttl-aged: wait 360 s
    shift-50: shop.example.com: blue 100→50, green 0→50
    aged-50: wait 60 s
    answers-50: ask the zone's own servers 400 times
    hold-50: watch for 600 s
    ");
}

#[test]
fn what_no_canary_can_be_made_of_is_refused_with_the_reason() {
    let cases: [(&str, &str, Spoil, &str); 13] = [
        (
            "to",
            "red",
            |_, _| (),
            "--to `red`: no such side; the sides are blue, green",
        ),
        (
            "stages",
            "25,5",
            |_, _| (),
            "--stages `25,5`: 5 does not rise above 25; dns-switch takes traffic back",
        ),
        (
            "to",
            "blue",
            |_, _| (),
            "nothing to do: blue has 100 % of the answers of shop.example.com already: blue 100, green 0",
        ),
        (
            "stages",
            "25",
            |seen, _| seen.zone.records[1].routing = Routing::Weighted(100),
            "shop.example.com sends green more than the last stage's 25 % already (blue 100, green 100); dns-switch takes traffic back",
        ),
        (
            "to",
            "green",
            |seen, _| seen.zone.records[0].routing = Routing::Weighted(0),
            "shop.example.com has weight 0 on every side, which is an equal share for each; set them by dns-switch first",
        ),
        (
            "to",
            "green",
            |seen, _| {
                let mut red = seen.zone.records[0].clone();
                red.set_identifier = Some("red".into());
                seen.zone.records.push(red);
            },
            "shop.example.com has traffic on blue, red: a canary is watched beside one stable side; take it from the others by dns-switch first",
        ),
        (
            "to",
            "green",
            |seen, _| seen.zones.health_checks[1].healthy = Some(false),
            "green is not healthy (health check hc-green); traffic is not sent there",
        ),
        (
            "to",
            "green",
            |seen, _| seen.zones.health_checks[0].healthy = Some(false),
            "blue is not healthy (health check hc-blue): it is what the canary is compared with, and where an abort goes back to",
        ),
        (
            "to",
            "green",
            |_, metrics| metrics.sides.clear(),
            "nothing measures green: it leads to no Application Load Balancer that could be read; name its account (--balancers), or rely on health checks alone (--metrics off)",
        ),
        (
            "to",
            "green",
            |_, metrics| metrics.usual.clear(),
            "CloudWatch has measured nothing of blue in the last hour (app/blue/1): there is nothing to compare a canary with; see to it, or rely on health checks alone (--metrics off)",
        ),
        (
            "hold",
            "120",
            |_, _| (),
            "with 5 % of the answers green gets about 150 requests in 120 s; telling whether 1 of a hundred more fail needs 512: hold 410 s, allow more --max-errors, or choose other --stages",
        ),
        (
            "stages",
            "99",
            |_, metrics| {
                if let Some(usual) = metrics.usual.get_mut("blue") {
                    (usual.requests, usual.errors) = (3600, 0);
                }
            },
            "with 1 % of the answers blue gets about 6 requests in 600 s; telling whether 1 of a hundred more fail needs 200: hold 20000 s, allow more --max-errors, or choose other --stages",
        ),
        (
            "to",
            "green",
            |seen, _| seen.zone.records.truncate(1),
            "shop.example.com A has one record; a switch needs two sides",
        ),
    ];
    for (name, value, spoil, told) in cases {
        let (mut seen, mut metrics) = (seen(), metrics());
        spoil(&mut seen, &mut metrics);
        let refusal = plan(&wish().with(name, value), &seen, Some(&metrics)).expect_err(told);
        assert_eq!(refusal.to_string(), told);
    }
}

#[test]
fn without_metrics_and_health_checks_nothing_would_tell() {
    let relying = plan(&wish(), &seen(), None).expect("plannable");
    assert!(
        relying
            .warnings
            .iter()
            .any(|line| line.starts_with("no metrics are compared")),
        "{:?}",
        relying.warnings
    );
    assert_eq!(watched(&relying, "hold-5").len(), 3);
    let mut seen = seen();
    for record in &mut seen.zone.records {
        record.health_check = None;
    }
    let refusal = plan(&wish(), &seen, None).expect_err("nothing tells");
    assert_eq!(
        refusal.to_string(),
        "nothing would tell that green is sick: attach a health check to both sides, or let metrics \
         be compared (--metrics require)"
    );
}

#[test]
fn the_same_wish_and_observation_give_the_same_bytes() {
    let seal = || Sealed::seal(plan(&wish(), &seen(), Some(&metrics())).expect("plannable"));
    assert_eq!(seal(), seal());
}
