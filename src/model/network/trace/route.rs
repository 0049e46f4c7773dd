//! Which route a packet takes.

use std::net::IpAddr;

use crate::model::network::{Destination, Route, RouteTable, RouteTarget, TransitGatewayRoute};

/// The route with the longest prefix that holds `address`. Where two are equally long, static
/// routes go before propagated ones (Amazon VPC, "Route priority"). Prefix lists are not looked
/// into: see [`has_prefix_lists`].
#[must_use]
pub fn longest_prefix(routes: &[Route], address: IpAddr) -> Option<&Route> {
    let held = |route: &&Route| match &route.destination {
        Destination::Cidr(cidr) => cidr.contains(&address),
        Destination::PrefixList(_) => false,
    };
    routes
        .iter()
        .filter(held)
        .max_by_key(|route| (length(route), !route.propagated))
}

fn length(route: &Route) -> Option<u8> {
    match &route.destination {
        Destination::Cidr(cidr) => Some(cidr.prefix_len()),
        Destination::PrefixList(_) => None,
    }
}

pub(super) fn longest_transit(
    routes: &[TransitGatewayRoute],
    address: IpAddr,
) -> Option<&TransitGatewayRoute> {
    routes
        .iter()
        .filter(|route| route.destination.contains(&address))
        .max_by_key(|route| route.destination.prefix_len())
}

/// Whether the table has routes that another target might take, whose addresses were not read.
pub(super) fn has_prefix_lists(table: &RouteTable) -> Option<&str> {
    // Gateway endpoints lead to prefix lists of AWS services, never to a VPC.
    let leads_on = |route: &&Route| !matches!(&route.target, RouteTarget::Other(id) if id.starts_with("vpce-"));
    table
        .routes
        .iter()
        .filter(leads_on)
        .find_map(|route| match &route.destination {
            Destination::PrefixList(id) => Some(id.as_str()),
            Destination::Cidr(_) => None,
        })
}
