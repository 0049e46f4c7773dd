//! A group for tests: blue has everything and green nothing, both checked and healthy.

use super::Observed;
use crate::{
    engine::plan::{Plan, sample},
    model::{
        EnvironmentClass,
        traffic::{HealthCheck, HostedZone, Record, Zones},
    },
};

pub(in super::super) fn seen() -> Observed {
    let check = |id: &str| HealthCheck {
        id: id.into(),
        what: format!("HTTPS {id}"),
        inverted: false,
        disabled: false,
        healthy: Some(true),
        observations: (8, 8),
    };
    let record = |side: &str, weight| Record {
        health_check: Some(format!("hc-{side}").into()),
        ..sample::record(side, weight)
    };
    let zone = HostedZone {
        id: "Z1".into(),
        name: "example.com.".into(),
        private: false,
        comment: None,
        name_servers: vec!["ns-1".into()],
        records: vec![record("blue", 100), record("green", 0)],
    };
    Observed {
        account: sample::account(),
        environment: EnvironmentClass::Prod,
        organization: None,
        zones: Zones {
            account: sample::account(),
            zones: vec![zone.clone()],
            health_checks: vec![check("hc-blue"), check("hc-green")],
        },
        zone,
        author: "ann".into(),
        now: jiff::Timestamp::UNIX_EPOCH,
    }
}

/// The steps of a plan, one line each.
pub(in super::super) fn outline(plan: &Plan) -> String {
    let lines = plan
        .steps
        .iter()
        .map(|step| format!("{}: {}", step.id, step.title));
    lines.collect::<Vec<_>>().join("\n")
}
