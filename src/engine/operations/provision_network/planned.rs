//! The plan of one network.

use std::collections::BTreeMap;

use super::{
    super::{
        Arguments, World, headroom,
        outline::{Outline, observed},
    },
    bill::bill,
    built::NetworkPart,
    observe::Observed,
};
use crate::engine::{
    facts,
    plan::{Fact, FactId, NetworkSource, Plan},
};

pub(super) fn plan(
    wish: &Arguments,
    world: &World<'_>,
    seen: Observed,
    part: NetworkPart,
    room: headroom::Room,
) -> Plan {
    let facts = known(world, &seen);
    let targets = targets(&seen, &part);
    let mut warnings = seen.warnings;
    warnings.extend(part.warnings);
    warnings.extend(room.warnings);
    let what = match seen.found.vpc {
        None => format!("make network {} {}", seen.spec.name, part.block),
        Some(_) => format!("complete network {} {}", seen.spec.name, part.block),
    };
    let outline = Outline {
        operation: "provision-network",
        title: what,
        targets,
        accounts: vec![seen.place.account],
        facts: facts.into_iter().chain(room.facts).collect(),
        cost: bill(&part.needs, &seen.place.region),
        warnings,
    };
    let mut plan = outline.around(part.draft, wish, world);
    // What was chosen for the reader is part of what was asked for.
    let chosen = [
        ("cidr", seen.spec.block.to_string()),
        ("region", seen.place.region.to_string()),
        ("nat", seen.spec.nat.to_string()),
        ("zones", seen.spec.zones.len().to_string()),
    ];
    plan.parameters
        .extend(chosen.map(|(name, value)| (name.into(), value)));
    plan
}

/// What is made or completed, in words.
fn targets(seen: &Observed, part: &NetworkPart) -> Vec<String> {
    let name = &seen.spec.name;
    let vpc = match part.vpc.known() {
        Some(vpc) => vpc.to_string(),
        None => "new".into(),
    };
    let zones: Vec<&str> = part.public.iter().map(|(zone, _)| zone.as_str()).collect();
    vec![
        format!(
            "{name} ({vpc}, {}) in account {}, {}",
            part.block, seen.place.account, seen.place.region
        ),
        format!(
            "{} public and {} private subnets in {}, {} private route tables",
            part.public.len(),
            part.private.len(),
            zones.join(", "),
            part.private_tables.len()
        ),
    ]
}

/// What the plan rests on, as it was read.
fn known(world: &World<'_>, seen: &Observed) -> BTreeMap<FactId, Fact> {
    let place = || seen.place.clone();
    let mut facts = BTreeMap::new();
    let zones = NetworkSource::AvailabilityZones { place: place() };
    let value = facts::network::zones(&seen.zones);
    facts.insert("zones".into(), observed(zones, value, world.now));
    if let Some(network) = &seen.found.network {
        let blocks = NetworkSource::VpcBlocks { place: place() };
        let value = facts::network::blocks(network);
        facts.insert("blocks".into(), observed(blocks, value, world.now));
    }
    facts
}
