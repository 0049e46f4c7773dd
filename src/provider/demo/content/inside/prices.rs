//! What the simulated instances cost, near what such instances do cost.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::{Estate, machines};
use crate::model::{
    Place, ZoneName,
    fleet::{Block, Price, Rate},
};

/// Cents an hour, on demand.
fn listed(kind: &str) -> Option<i64> {
    Some(match kind {
        "t3.medium" => 5,
        "g4dn.xlarge" => 59,
        "g5.12xlarge" => 631,
        "g6.12xlarge" => 512,
        "p5.48xlarge" => 6_324,
        "p5en.48xlarge" => 7_290,
        _ => return None,
    })
}

pub(in super::super::super) fn price(
    estate: &Estate,
    place: &Place,
    instance_type: &str,
    now: Timestamp,
) -> Price {
    let cents = listed(instance_type);
    let year = "2026-01-01T00:00:00Z".parse().unwrap_or(now);
    let rate = |cents: i64, since: Timestamp| Rate {
        hourly: Decimal::new(cents, 2),
        since: Some(since),
    };
    let spot = |letter: char| {
        let zone = ZoneName::from(format!("{}{letter}", place.region));
        let share = 35
            + i64::from(
                estate
                    .seed
                    .below(&format!("spot/{zone}/{instance_type}"), 25),
            );
        let since = now
            .saturating_sub(SignedDuration::from_mins(90))
            .unwrap_or(now);
        Some((zone, rate((cents? * share).div_euclid(100).max(1), since)))
    };
    let block = Block {
        id: machines::RESERVATION.into(),
        prepaid: true,
        zone: Some(ZoneName::from(format!("{}a", place.region))),
        state: "active".into(),
        instances: 1,
        unused: 0,
        starts: now.checked_sub(SignedDuration::from_hours(18)).ok(),
        ends: now.checked_add(SignedDuration::from_hours(78)).ok(),
    };
    Price {
        place: place.clone(),
        instance_type: instance_type.to_owned(),
        currency: "USD".into(),
        on_demand: cents.map(|cents| rate(cents, year)),
        spot: ['a', 'b', 'c']
            .into_iter()
            .filter_map(spot)
            .collect::<BTreeMap<_, _>>(),
        blocks: (instance_type == "p5en.48xlarge")
            .then_some(block)
            .into_iter()
            .collect(),
        gaps: Vec::new(),
    }
}
