//! Reads both sides, what they are joined with already, and what stands against joining them.

use super::{
    super::{Arguments, Refusal, World, headroom::Need, networks::Networks},
    joined::{PeeringPart, overlap},
    sides::{Choice, End, PeeringSpec},
};
use crate::model::{
    Place, QuotaCode, Tags, VpcId,
    network::{Network, Peering, Vpc},
};

/// Everything that the plan is made from.
pub(super) struct Observed {
    pub(super) spec: PeeringSpec,
    pub(super) places: [Place; 2],
    /// A living peering of the two.
    pub(super) existing: Option<Peering>,
    /// Active peerings of each side.
    peerings: [u64; 2],
    pub(super) warnings: Vec<String>,
}

/// One side while it is looked at.
struct Side {
    place: Place,
    network: Network,
    vpc: Vpc,
}

pub(super) async fn observe(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let mut networks = Networks::read(world).await;
    let from = networks.find(wish.text("from"), world)?;
    let to = networks.find(wish.text("to"), world)?;
    if from.1 == to.1 {
        return Err(Refusal::Impossible(format!(
            "{} cannot be peered with itself",
            from.1
        )));
    }
    let mine = side(world, &mut networks, from).await?;
    let theirs = side(world, &mut networks, to).await?;
    apart(&mine, &theirs, &networks)?;
    let mut warnings: Vec<String> = networks.warning().into_iter().collect();
    warnings.extend(chained(&mine, &theirs, &networks));
    warnings.extend(broken(&mine, &theirs));
    let dns = wish.text("dns") == "on";
    if dns {
        for side in [&mine, &theirs] {
            warnings.extend(nameless(world, side).await?);
        }
    }
    let choice = Choice::read(wish.text("tables"));
    choice.check([(&mine.network, &mine.vpc), (&theirs.network, &theirs.vpc)])?;
    let (requester, told) = End::of(&mine.place, &mine.network, &mine.vpc, &choice)?;
    warnings.extend(told);
    let (accepter, told) = End::of(&theirs.place, &theirs.network, &theirs.vpc, &choice)?;
    warnings.extend(told);
    let name = match wish.get("name") {
        Some(name) => name.to_owned(),
        None => format!("{} to {}", requester.label, accepter.label),
    };
    Ok(Observed {
        existing: existing(&mine, &theirs)?,
        peerings: [active(&mine), active(&theirs)],
        places: [mine.place, theirs.place],
        spec: PeeringSpec {
            prefix: String::new(),
            name,
            requester,
            accepter,
            dns,
            tags: Tags::new(),
        },
        warnings,
    })
}

async fn side(
    world: &World<'_>,
    networks: &mut Networks,
    (place, vpc): (Place, VpcId),
) -> Result<Side, Refusal> {
    let network = world.provider.networks.network(&place).await?;
    let found = network
        .vpc(&vpc)
        .cloned()
        .ok_or_else(|| Refusal::Impossible(format!("{vpc} is not in {place} any more")))?;
    networks.renew(network.clone());
    Ok(Side {
        place,
        network,
        vpc: found,
    })
}

/// No two networks that one of them reaches may have the same addresses.
fn apart(mine: &Side, theirs: &Side, networks: &Networks) -> Result<(), Refusal> {
    let label = |side: &Side| side.vpc.label().to_owned();
    if let Some((a, b)) = overlap(&mine.vpc.cidrs, &theirs.vpc.cidrs) {
        return Err(Refusal::Impossible(format!(
            "{a} of {} overlaps {b} of {}: EC2 fails such a peering; one of them needs other \
             addresses",
            label(mine),
            label(theirs)
        )));
    }
    for (near, far) in [(mine, theirs), (theirs, mine)] {
        for (other, peer) in peers(far) {
            let blocks = match networks.known.values().find_map(|all| all.vpc(&other)) {
                Some(vpc) => vpc.cidrs.clone(),
                None => peer.1,
            };
            if other == near.vpc.id {
                continue;
            }
            if let Some((a, b)) = overlap(&near.vpc.cidrs, &blocks) {
                return Err(Refusal::Impossible(format!(
                    "{a} of {} overlaps {b} of {other}, which {} is peered with ({}): its answers \
                     could go to either",
                    label(near),
                    label(far),
                    peer.0
                )));
            }
        }
    }
    Ok(())
}

/// The far ends of a side's living peerings, with the peering and what it says of their blocks.
fn peers(side: &Side) -> Vec<(VpcId, (String, Vec<ipnet::IpNet>))> {
    let own = &side.vpc.id;
    let living = side.network.peerings.iter().filter(|one| lives(one));
    living
        .filter_map(|one| {
            let far = if one.requester.vpc == *own {
                &one.accepter
            } else if one.accepter.vpc == *own {
                &one.requester
            } else {
                return None;
            };
            Some((far.vpc.clone(), (one.id.to_string(), far.cidrs.clone())))
        })
        .collect()
}

fn lives(peering: &Peering) -> bool {
    matches!(
        peering.status.as_str(),
        "active" | "pending-acceptance" | "initiating-request" | "provisioning"
    )
}

fn joins(peering: &Peering, mine: &Side, theirs: &Side) -> bool {
    let ends = [&peering.requester.vpc, &peering.accepter.vpc];
    ends.contains(&&mine.vpc.id) && ends.contains(&&theirs.vpc.id)
}

/// The peering that joins the two, the one that is furthest where there are several.
fn existing(mine: &Side, theirs: &Side) -> Result<Option<Peering>, Refusal> {
    let living = mine.network.peerings.iter();
    let living = living.filter(|one| lives(one) && joins(one, mine, theirs));
    let furthest = living.max_by_key(|one| match one.status.as_str() {
        "active" => 2,
        "pending-acceptance" => 1,
        _ => 0,
    });
    match furthest {
        Some(one) if matches!(one.status.as_str(), "initiating-request" | "provisioning") => {
            Err(Refusal::Impossible(format!(
                "{} is {} just now: plan again in a minute",
                one.id, one.status
            )))
        }
        found => Ok(found.cloned()),
    }
}

fn active(side: &Side) -> u64 {
    let own = &side.vpc.id;
    let active = side.network.peerings.iter().filter(|one| {
        one.status == "active" && (one.requester.vpc == *own || one.accepter.vpc == *own)
    });
    active.count() as u64
}

/// Peerings are not transitive: what lies behind the other side stays out of reach.
fn chained(mine: &Side, theirs: &Side, networks: &Networks) -> Vec<String> {
    let mut warnings = Vec::new();
    for (near, far) in [(mine, theirs), (theirs, mine)] {
        let mut behind: Vec<String> = peers(far)
            .into_iter()
            .filter(|(vpc, _)| *vpc != near.vpc.id)
            .map(|(vpc, _)| {
                let known = networks.known.values().find_map(|all| all.vpc(&vpc));
                known.map_or_else(|| vpc.to_string(), |vpc| vpc.label().to_owned())
            })
            .collect();
        behind.sort_unstable();
        behind.dedup();
        if !behind.is_empty() {
            warnings.push(format!(
                "{} will reach {} and not what {} is peered with ({}): peerings are not transitive",
                near.vpc.label(),
                far.vpc.label(),
                far.vpc.label(),
                behind.join(", ")
            ));
        }
    }
    warnings
}

/// Earlier attempts that came to nothing.
fn broken(mine: &Side, theirs: &Side) -> Vec<String> {
    let tried = mine.network.peerings.iter();
    let tried = tried.filter(|one| !lives(one) && joins(one, mine, theirs));
    let tried = tried.filter(|one| one.status != "deleted");
    tried
        .map(|one| {
            let why = one.message.as_deref().unwrap_or("no reason given");
            format!(
                "an earlier peering of the two, {}, is {}: {why}",
                one.id, one.status
            )
        })
        .collect()
}

/// Names resolve across only where the VPC itself has both switches on.
async fn nameless(world: &World<'_>, side: &Side) -> Result<Option<String>, Refusal> {
    let dns = world
        .provider
        .networks
        .dns(&side.place, &side.vpc.id)
        .await?;
    Ok((!dns.support || !dns.host_names).then(|| {
        format!(
            "{} has DNS resolution or DNS host names off: private names do not resolve across \
             until both are on",
            side.vpc.label()
        )
    }))
}

impl Observed {
    /// What the quotas of each side must have room for.
    pub(super) fn needs(&self, part: &PeeringPart) -> Vec<(Place, Vec<Need>)> {
        let mut needs = Vec::new();
        for (side, place) in self.places.iter().enumerate() {
            let mut own = Vec::new();
            if part.activates {
                own.push((QuotaCode::PEERINGS_PER_VPC, self.peerings[side], 1));
            }
            let (used, added) = part.routes[side];
            if added > 0 {
                own.push((QuotaCode::ROUTES_PER_TABLE, used, added));
            }
            needs.push((place.clone(), own));
        }
        needs
    }
}
