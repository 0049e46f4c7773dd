//! Answers about networks, from one read of each place.

use super::Seen;
use crate::{
    engine::plan::{NetworkProbe, PeeringState, Way},
    model::{
        Place,
        change::Location,
        network::{AddressSpace, EdgeState, Network, Topology},
    },
    provider::{Provider, Result},
};

pub(super) async fn ask(provider: &Provider, probe: &NetworkProbe) -> Result<Seen> {
    match probe {
        NetworkProbe::Free { at, block } => {
            let network = provider.networks.network(&place(at)?).await?;
            let space = AddressSpace::of([&network]);
            let taken: Vec<String> = space.touching(block).map(ToString::to_string).collect();
            Ok(Seen {
                holds: Some(taken.is_empty()),
                text: match taken.as_slice() {
                    [] => format!("nobody there holds part of {block}"),
                    taken => format!("{block} overlaps {}", taken.join(", ")),
                },
            })
        }
        NetworkProbe::Peering { at, peering, is } => {
            let network = provider.networks.network(&place(at)?).await?;
            let id = super::known(peering)?;
            let mut peerings = network.peerings.iter();
            let status = peerings
                .find(|one| one.id == *id)
                .map(|one| one.status.as_str());
            let holds = match (is, status) {
                (_, Some("active"))
                | (PeeringState::PendingAcceptance, Some("pending-acceptance")) => Some(true),
                // It may be on its way, and another account may see it later than its maker.
                (_, None | Some("initiating-request" | "provisioning" | "pending-acceptance")) => {
                    None
                }
                _ => Some(false),
            };
            let account = network.place.account;
            let text = match status {
                Some(status) => format!("account {account} sees {id} as {status}"),
                None => format!("account {account} does not see {id} yet"),
            };
            Ok(Seen { holds, text })
        }
        NetworkProbe::Leads { at, ways } => {
            let network = provider.networks.network(&place(at)?).await?;
            let off: Vec<String> = ways
                .iter()
                .filter_map(|way| astray(&network, way))
                .collect();
            Ok(Seen {
                holds: Some(off.is_empty()),
                text: match off.as_slice() {
                    [] => format!("the packets of {} subnets leave as planned", ways.len()),
                    off => off.join("; "),
                },
            })
        }
        NetworkProbe::Joined { a, b, peering } => {
            let (a, b) = (place(a)?, place(b)?);
            let one = provider.networks.network(&a).await?;
            let two = if a == b {
                None
            } else {
                Some(provider.networks.network(&b).await?)
            };
            let id = super::known(peering)?;
            let topology = Topology::new(std::iter::once(&one).chain(&two));
            let edge = topology.edges.into_iter().find(|edge| edge.peering == *id);
            let holds = edge.as_ref().map(|edge| edge.state == EdgeState::Ok);
            let text = match edge {
                None => format!("{id} is not to be seen yet"),
                Some(edge) if edge.state == EdgeState::Ok => {
                    format!("both sides of {id} route to each other")
                }
                Some(edge) => format!("{id}: {}: {}", edge.state.word(), edge.reason),
            };
            Ok(Seen { holds, text })
        }
    }
}

/// Where a subnet's packets go instead; `None` when they go where they should.
fn astray(network: &Network, way: &Way) -> Option<String> {
    let Way {
        subnet,
        label,
        destination,
        via,
    } = way;
    let found = network
        .subnets
        .iter()
        .find(|one| Some(&one.id) == subnet.known());
    let Some(found) = found else {
        return Some(format!("{label} is not there"));
    };
    let Some(table) = network.table_of(found) else {
        return Some(format!("no route table decides for {label}"));
    };
    match table.route_to(destination) {
        Some(route) if *via == route.target && !route.blackhole => None,
        Some(route) if *via == route.target => Some(format!(
            "the route of {label} to {destination} drops packets: {via} is gone"
        )),
        Some(route) => Some(format!(
            "{label} leads {destination} to {:?} instead of {via}",
            route.target
        )),
        None => Some(format!(
            "{label} has no route to {destination} ({})",
            table.id
        )),
    }
}

fn place(at: &Location) -> Result<Place> {
    let account = super::known(&at.account)?;
    Ok(Place::new(*account, at.region.clone()))
}
