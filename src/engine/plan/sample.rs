//! A small plan for tests: shift a weighted group, then wait.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{
    Compensation, Edge, Expected, Fact, OnFailure, Plan, Precondition, Reach, SCHEMA, Settle,
    Source, Step, Work,
};
use crate::model::{
    AccountId, Change, EnvironmentClass, Region,
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
        account: account(),
        zone: zone.into(),
        sides: vec![side("blue", 100, 0), side("green", 0, 100)],
    });
    Step {
        id: "shift".into(),
        title: change.title(),
        why: "traffic goes to green".into(),
        region: Region::global(),
        preconditions: vec![
            Precondition::Stands,
            Precondition::Unchanged {
                fact: "zone".into(),
            },
        ],
        settle: Some(Settle {
            interval_seconds: 2,
            limit_seconds: 600,
        }),
        compensation: Compensation::Inverse {
            change: change.inverse().expect("a shift has an inverse"),
        },
        on_failure: OnFailure::Pause,
        attempts: 5,
        window_seconds: 300,
        expected: Expected {
            typical_seconds: 30,
            slow_seconds: 60,
        },
        permissions: vec![change.action().into()],
        work: Work::Change { change },
    }
}

pub(crate) fn wait(id: &str, seconds: u32) -> Step {
    Step {
        id: id.into(),
        title: format!("wait {seconds} s"),
        why: "resolvers keep the old answer for the TTL".into(),
        region: Region::global(),
        work: Work::Wait { seconds },
        preconditions: Vec::new(),
        settle: None,
        compensation: Compensation::None {
            because: "it changes nothing".into(),
        },
        on_failure: OnFailure::Pause,
        attempts: 1,
        window_seconds: 0,
        expected: Expected {
            typical_seconds: seconds,
            slow_seconds: seconds,
        },
        permissions: Vec::new(),
    }
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
        warnings: Vec::new(),
        sealed_at: at,
        expires_at: at + SignedDuration::from_hours(1),
    }
}
