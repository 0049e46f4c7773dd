//! Judges each peering from the route tables of both of its sides.

use ipnet::IpNet;

use super::{Edge, EdgeState, Side, SideState};
use crate::model::{
    RouteTableId, VpcId,
    network::{
        Destination, Peering, PeeringEnd, Route, RouteTable, RouteTarget, index::Index,
        space::touch,
    },
};

/// So many route tables are named in a reason; the rest is counted.
const NAMED: usize = 2;

/// Deleted peerings stay in EC2's answers for a while; they matter only while routes point at them.
pub(super) fn is_gone(peering: &Peering) -> bool {
    matches!(peering.status.as_str(), "deleted" | "deleting")
}

pub(super) fn edges(index: &Index<'_>) -> Vec<Edge> {
    let kept = index
        .peerings
        .values()
        .filter(|peering| !is_gone(peering) || index.over.contains_key(&peering.id));
    kept.map(|peering| edge(index, peering)).collect()
}

/// Routes of `vpc` over peerings that nobody has told of.
pub(super) fn orphans(index: &Index<'_>, vpc: &VpcId) -> Vec<String> {
    let mut found = Vec::new();
    for table in index.tables(vpc) {
        for route in &table.routes {
            let RouteTarget::Peering(peering) = &route.target else {
                continue;
            };
            if route.blackhole && !index.peerings.contains_key(peering) {
                let to = shown(&route.destination);
                found.push(format!(
                    "the route to {to} in {} leads over {peering}, which is gone",
                    named(table)
                ));
            }
        }
    }
    found
}

fn edge(index: &Index<'_>, peering: &Peering) -> Edge {
    let (a, b) = (&peering.requester, &peering.accepter);
    let a_to_b = side(index, peering, a, b);
    let b_to_a = side(index, peering, b, a);
    let (state, reason) = verdict(index, peering, &a_to_b, &b_to_a);
    Edge {
        peering: peering.id.clone(),
        name: peering.name.clone(),
        a: a.vpc.clone(),
        b: b.vpc.clone(),
        state,
        reason,
        a_to_b,
        b_to_a,
    }
}

fn verdict(
    index: &Index<'_>,
    peering: &Peering,
    a_to_b: &Side,
    b_to_a: &Side,
) -> (EdgeState, String) {
    let (a, b) = (&peering.requester, &peering.accepter);
    let cidrs = |end: &PeeringEnd| ends_cidrs(index, end);
    if let Some((mine, theirs)) = overlap(&cidrs(a), &cidrs(b)) {
        let reason = format!(
            "{mine} of {} overlaps {theirs} of {}",
            index.label(&a.vpc),
            index.label(&b.vpc)
        );
        return (EdgeState::Overlap, reason);
    }
    let told = peering.message.as_deref().unwrap_or_default();
    match peering.status.as_str() {
        "active" => {}
        "pending-acceptance" | "initiating-request" | "provisioning" => {
            let reason = format!(
                "waits until account {} accepts it in {}",
                b.account, b.region
            );
            return (EdgeState::Pending, reason);
        }
        "deleted" | "deleting" => {
            let over = index.over.get(&peering.id);
            let tables: Vec<&RouteTable> = over
                .into_iter()
                .flatten()
                .map(|(table, _)| *table)
                .collect();
            let reason = format!(
                "{} is deleted, but {} still leads over it",
                peering.id,
                list(&tables)
            );
            return (EdgeState::BlackHole, reason);
        }
        status => {
            let reason = if told.is_empty() {
                format!("EC2 calls it {status}")
            } else {
                format!("{status}: {told}")
            };
            return (EdgeState::Failed, reason);
        }
    }
    by_routes(index, peering, a_to_b, b_to_a)
}

/// The verdict on an active peering.
fn by_routes(
    index: &Index<'_>,
    peering: &Peering,
    a_to_b: &Side,
    b_to_a: &Side,
) -> (EdgeState, String) {
    let (a, b) = (&peering.requester, &peering.accepter);
    for (side, from, to) in [(a_to_b, a, b), (b_to_a, b, a)] {
        if side.state == SideState::BlackHole {
            let tables = among(index, from, &side.dropping);
            let reason = format!(
                "the route to {} in {} drops packets",
                reach(index, to),
                list(&tables)
            );
            return (EdgeState::BlackHole, reason);
        }
    }
    let lacks = |side: &Side, from: &PeeringEnd, to: &PeeringEnd| {
        let tables = among(index, from, &side.missing);
        let tables = if tables.is_empty() {
            "any route table".into()
        } else {
            list(&tables)
        };
        format!(
            "{} has no route to {} ({}) in {tables}",
            index.label(&from.vpc),
            index.label(&to.vpc),
            reach(index, to)
        )
    };
    let unread = |end: &PeeringEnd| match index.vpcs.get(&end.vpc) {
        Some((vpc, _)) => format!("the route tables of {} were not read", vpc.label()),
        None => format!(
            "account {} in {} was not read, so its routes are unknown",
            end.account, end.region
        ),
    };
    match (a_to_b.state, b_to_a.state) {
        (SideState::Routed, SideState::Routed) => (EdgeState::Ok, String::new()),
        (SideState::Missing, SideState::Missing) => (
            EdgeState::Unrouted,
            format!("{}; nor the other way", lacks(a_to_b, a, b)),
        ),
        (SideState::Missing, SideState::Unknown) => (
            EdgeState::OneWay,
            format!("{}; {}", lacks(a_to_b, a, b), unread(b)),
        ),
        (SideState::Unknown, SideState::Missing) => (
            EdgeState::OneWay,
            format!("{}; {}", lacks(b_to_a, b, a), unread(a)),
        ),
        (SideState::Missing, _) => (EdgeState::OneWay, lacks(a_to_b, a, b)),
        (_, SideState::Missing) => (EdgeState::OneWay, lacks(b_to_a, b, a)),
        (SideState::Unknown, _) => (EdgeState::Unknown, unread(a)),
        (_, _) => (EdgeState::Unknown, unread(b)),
    }
}

fn side(index: &Index<'_>, peering: &Peering, from: &PeeringEnd, to: &PeeringEnd) -> Side {
    let mut side = Side {
        state: SideState::Unknown,
        routed: Vec::new(),
        missing: Vec::new(),
        dropping: Vec::new(),
    };
    // Every VPC has a main route table: where none is known, none was read.
    if index.tables(&from.vpc).is_empty() {
        return side;
    }
    let far = ends_cidrs(index, to);
    let over: &[(&RouteTable, &Route)] = index.over.get(&peering.id).map_or(&[], Vec::as_slice);
    for table in index.tables(&from.vpc) {
        let mut routes = over
            .iter()
            .filter(|(holder, route)| holder.id == table.id && leads_to(route, &far))
            .peekable();
        if routes.peek().is_none() {
            side.missing.push(table.id.clone());
        } else if routes.any(|(_, route)| !route.blackhole) {
            side.routed.push(table.id.clone());
        } else {
            side.dropping.push(table.id.clone());
        }
    }
    side.state = if !side.routed.is_empty() {
        SideState::Routed
    } else if !side.dropping.is_empty() {
        SideState::BlackHole
    } else {
        SideState::Missing
    };
    side
}

/// Prefix lists are taken at their word; where the far CIDRs are unknown, every route counts.
fn leads_to(route: &Route, far: &[IpNet]) -> bool {
    match &route.destination {
        Destination::PrefixList(_) => true,
        Destination::Cidr(to) => far.is_empty() || far.iter().any(|cidr| touch(to, cidr)),
    }
}

fn overlap(mine: &[IpNet], theirs: &[IpNet]) -> Option<(IpNet, IpNet)> {
    mine.iter().find_map(|a| {
        let b = theirs.iter().find(|b| touch(a, b))?;
        Some((*a, *b))
    })
}

/// The VPC's own word, else what the peering says of this end.
fn ends_cidrs(index: &Index<'_>, end: &PeeringEnd) -> Vec<IpNet> {
    index
        .vpcs
        .get(&end.vpc)
        .map_or_else(|| end.cidrs.clone(), |(vpc, _)| vpc.cidrs.clone())
}

fn reach(index: &Index<'_>, end: &PeeringEnd) -> String {
    let cidrs: Vec<String> = ends_cidrs(index, end)
        .iter()
        .map(ToString::to_string)
        .collect();
    if cidrs.is_empty() {
        "its CIDR".into()
    } else {
        cidrs.join(", ")
    }
}

fn among<'a>(index: &Index<'a>, end: &PeeringEnd, ids: &[RouteTableId]) -> Vec<&'a RouteTable> {
    index
        .tables(&end.vpc)
        .iter()
        .filter(|table| ids.contains(&table.id))
        .copied()
        .collect()
}

fn list(tables: &[&RouteTable]) -> String {
    let mut words: Vec<String> = tables
        .iter()
        .take(NAMED)
        .map(|table| named(table))
        .collect();
    if let Some(more) = tables.len().checked_sub(NAMED).filter(|more| *more > 0) {
        words.push(format!("{more} more"));
    }
    words.join(", ")
}

fn named(table: &RouteTable) -> String {
    match &table.name {
        Some(name) => format!("{} ({name})", table.id),
        None => table.id.to_string(),
    }
}

fn shown(destination: &Destination) -> String {
    match destination {
        Destination::Cidr(cidr) => cidr.to_string(),
        Destination::PrefixList(id) => id.clone(),
    }
}
