//! The plan of one peering.

use std::collections::BTreeMap;

use super::{
    super::{
        Arguments, World, headroom,
        outline::{Outline, observed},
    },
    joined::{FACT, PeeringPart},
    observe::Observed,
};
use crate::engine::{
    facts,
    plan::{CostDelta, Fact, FactId, NetworkSource, Plan},
};

pub(super) fn plan(
    wish: &Arguments,
    world: &World<'_>,
    seen: Observed,
    part: PeeringPart,
    room: headroom::Room,
) -> Plan {
    let mut facts: BTreeMap<FactId, Fact> = room.facts;
    let mut title = format!(
        "peer {} with {}",
        seen.spec.requester.label, seen.spec.accepter.label
    );
    if let Some(found) = &seen.existing {
        let source = NetworkSource::Peering {
            place: seen.places[0].clone(),
            peering: found.id.clone(),
        };
        let value = facts::network::peering(found);
        facts.insert(FACT.into(), observed(source, value, world.now));
        title = format!(
            "complete {} of {} with {}",
            found.id, seen.spec.requester.label, seen.spec.accepter.label
        );
    }
    let mut warnings = seen.warnings;
    warnings.extend(part.warnings);
    warnings.extend(room.warnings);
    let [from, to] = &seen.places;
    let mut accounts = vec![from.account];
    if to.account != from.account {
        accounts.push(to.account);
    }
    let target = |end: &super::sides::End| {
        format!(
            "{} ({}) in account {}, {}",
            end.label, end.vpc, end.at.account, end.at.region
        )
    };
    let outline = Outline {
        operation: "peer-vpcs",
        title,
        targets: vec![target(&seen.spec.requester), target(&seen.spec.accepter)],
        accounts,
        facts,
        cost: Some(CostDelta {
            currency: "USD".into(),
            monthly: None,
            once: None,
            basis: vec![
                "a peering is not billed by the hour; what crosses zones or regions is billed by \
                 volume, which nobody knows beforehand"
                    .into(),
            ],
        }),
        warnings,
    };
    outline.around(part.draft, wish, world)
}
