//! VPC peerings: hub and spokes in each environment, some of them gone wrong.

use jiff::{SignedDuration, Timestamp, ToSpan, tz::TimeZone};

use super::{
    super::{
        super::estate::{Environment, Purpose, Role, Site},
        tags,
    },
    Ground, vpc_cidr, vpc_id,
};
use crate::model::{
    PeeringId, VpcId,
    network::{Peering, PeeringEnd},
};

/// The block of the legacy VPC: that of the staging hub again.
pub(super) const LEGACY: &str = "10.10.0.0/16";

/// All peerings with an end here. Only a request that never became active hides the far block.
pub(super) fn peerings(ground: &Ground<'_>) -> Vec<Peering> {
    let Role::Workload(_, purpose) = ground.site.role else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let sibling = |purpose| ground.estate.sibling(ground.site, purpose);
    match purpose {
        Purpose::Shared => {
            found.extend(sibling(Purpose::App).map(|app| spoke(ground, ground.site, app)));
            found.extend(sibling(Purpose::Ml).map(|ml| spoke(ground, ground.site, ml)));
        }
        Purpose::App | Purpose::Ml => {
            found.extend(sibling(Purpose::Shared).map(|hub| spoke(ground, hub, ground.site)));
        }
    }
    if ground.region == super::HOME {
        let staging = |purpose| ground.is(Environment::Staging, purpose);
        if staging(Purpose::Shared) || staging(Purpose::App) {
            found.push(overlap(ground));
        }
        if staging(Purpose::Shared) || ground.is(Environment::Prod, Purpose::Shared) {
            found.push(deleted(ground));
        }
    }
    found
}

/// The peering of a hub with a spoke, as a route names it.
pub(super) fn peering_id(ground: &Ground<'_>, hub: &Site, spoke: &Site) -> PeeringId {
    let what = format!("{}/{}/{}", hub.id, spoke.id, ground.region);
    PeeringId::from(ground.estate.seed.id("pcx", &what))
}

/// The peering that staging's hub once had with production's.
pub(super) fn deleted_id(ground: &Ground<'_>) -> PeeringId {
    PeeringId::from(ground.estate.seed.id("pcx", "staging to prod"))
}

/// Whether the spoke has accepted.
pub(super) fn is_accepted(spoke: &Site) -> bool {
    !spoke.is(Environment::Dev, Purpose::Ml)
}

fn spoke(ground: &Ground<'_>, hub: &Site, spoke: &Site) -> Peering {
    let accepted = is_accepted(spoke);
    let near = end(ground, hub, Some(true).filter(|_| accepted));
    let mut far = end(ground, spoke, Some(true).filter(|_| accepted));
    if !accepted {
        far.cidrs.clear();
    }
    peering(
        peering_id(ground, hub, spoke),
        &format!("{} to {}", hub.name, spoke.name),
        (near, far),
        if accepted {
            ("active", "Active")
        } else {
            ("pending-acceptance", "Pending Acceptance by 222222222222")
        },
        (!accepted).then(|| in_days(ground.now, 5)),
    )
}

/// A request that EC2 failed because both sides use the same block; it shows for two hours, and
/// somebody tries again every morning.
fn overlap(ground: &Ground<'_>) -> Peering {
    let hub = ground
        .estate
        .reference(Environment::Staging, Purpose::Shared);
    let app = ground.estate.reference(Environment::Staging, Purpose::App);
    let legacy = Ground {
        site: app,
        ..*ground
    }
    .legacy_id();
    let mut far = end(ground, app, None);
    far.vpc = legacy;
    far.cidrs.clear();
    let reason = "Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range";
    peering(
        ground.estate.seed.id("pcx", "staging legacy").into(),
        "staging-shared to staging-legacy",
        (end(ground, hub, None), far),
        ("failed", reason),
        None,
    )
}

/// A peering that the other side deleted; staging's routes still point to it.
fn deleted(ground: &Ground<'_>) -> Peering {
    let staging = ground
        .estate
        .reference(Environment::Staging, Purpose::Shared);
    let prod = ground.estate.reference(Environment::Prod, Purpose::Shared);
    peering(
        deleted_id(ground),
        "staging-shared to prod-shared",
        (end(ground, staging, None), end(ground, prod, None)),
        ("deleted", "Deleted by 999999999999"),
        None,
    )
}

fn peering(
    id: PeeringId,
    name: &str,
    (requester, accepter): (PeeringEnd, PeeringEnd),
    (status, message): (&str, &str),
    expires: Option<Timestamp>,
) -> Peering {
    Peering {
        id,
        name: Some(name.into()),
        requester,
        accepter,
        status: status.into(),
        message: Some(message.into()),
        expires,
        tags: tags([("Name", name)]),
    }
}

fn end(ground: &Ground<'_>, site: &Site, dns_resolution: Option<bool>) -> PeeringEnd {
    let vpc: VpcId = vpc_id(ground.estate, site, ground.region);
    PeeringEnd {
        account: site.id,
        region: ground.region.into(),
        vpc,
        cidrs: vpc_cidr(site, ground.region).into_iter().collect(),
        dns_resolution,
    }
}

/// The start of a day that many days from today, so that the moment stays the same all day long.
fn in_days(now: Timestamp, days: i64) -> Timestamp {
    let today = now.to_zoned(TimeZone::UTC).start_of_day();
    let later = today.and_then(|today| today.checked_add(days.days()));
    later.map_or(now + SignedDuration::from_hours(24 * days), |day| {
        day.timestamp()
    })
}
