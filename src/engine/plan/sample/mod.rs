//! Plans for tests: a small one that shifts a weighted group and waits, and [`baseline`].

mod baseline;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

pub(crate) use baseline::baseline;

use super::{Edge, Expected, Fact, Plan, Precondition, Reach, SCHEMA, Source, Step, Work};
use crate::model::{
    AccountId, Change, EnvironmentClass,
    change::{Side, TrafficChange},
    traffic::{Record, Routing},
};

pub(crate) fn account() -> AccountId {
    "111122223333".parse().expect("twelve digits")
}

pub(crate) fn record(side: &str, weight: u8) -> Record {
    Record {
        name: "shop.example.com.".into(),
        kind: "A".into(),
        set_identifier: Some(side.into()),
        routing: Routing::Weighted(weight),
        ttl: Some(60),
        values: vec![
            if side == "blue" {
                "192.0.2.1"
            } else {
                "192.0.2.2"
            }
            .into(),
        ],
        alias: None,
        health_check: None,
    }
}

/// The step that moves all traffic from blue to green in `zone`.
pub(crate) fn shift_in(zone: &str) -> Step {
    let side = |name: &str, from, to| Side {
        record: record(name, from),
        from,
        to,
    };
    let change = Change::Traffic(TrafficChange::ShiftWeights {
        account: account().into(),
        zone: zone.into(),
        sides: vec![side("blue", 100, 0), side("green", 0, 100)],
    });
    let mut step = Step::change("shift", change, "traffic goes to green")
        .needing(Precondition::Unchanged {
            fact: "zone".into(),
        })
        .settling(2, 600)
        .taking(30, 60);
    step.attempts = 5;
    step
}

pub(crate) fn wait(id: &str, seconds: u32) -> Step {
    let title = format!("wait {seconds} s");
    let why = "resolvers keep the old answer for the TTL";
    let work = Work::Wait { seconds };
    Step::read(id, title, why, work, Expected::new(seconds, seconds))
}

pub(crate) fn switch() -> Plan {
    let at = Timestamp::UNIX_EPOCH;
    let fact = |source, value, volatile| Fact {
        source,
        value,
        observed_at: at,
        volatile,
    };
    let zone = Source::HostedZone {
        account: account(),
        zone: "Z1".into(),
    };
    let check = Source::HealthCheck {
        account: account(),
        check: "hc-green".into(),
    };
    let zone_value = json!({"name": "example.com.", "name_servers": ["ns-1"], "private": false});
    Plan {
        schema: SCHEMA,
        engine: "0.1.0".into(),
        operation: "dns-switch".into(),
        title: "switch shop.example.com to green".into(),
        parameters: BTreeMap::from([("to".into(), "green".into())]),
        reason: "release 7".into(),
        author: "tests".into(),
        organization: None,
        environment: EnvironmentClass::Prod,
        facts: BTreeMap::from([
            ("zone".into(), fact(zone, zone_value, false)),
            ("health".into(), fact(check, json!(true), true)),
        ]),
        steps: vec![shift_in("Z1"), wait("aged", 60)],
        edges: vec![Edge {
            before: "shift".into(),
            after: "aged".into(),
            why: "answers age after the change".into(),
        }],
        gates: Vec::new(),
        points_of_no_return: Vec::new(),
        reach: Reach {
            accounts: vec![account()],
            targets: vec!["shop.example.com A".into()],
            traffic_percent: Some(100),
        },
        cost: None,
        recovery: None,
        policy: Vec::new(),
        accounts: Vec::new(),
        warnings: Vec::new(),
        sealed_at: at,
        expires_at: at + SignedDuration::from_hours(1),
    }
}
