//! Values and joins: attachments, associations, routes, rules, acceptances.

use crate::model::{
    EndpointId, InternetGatewayId, RouteTableId, SubnetId, VpcId,
    change::{DefaultRules, Flow, Standing},
    network::{Network, Peering, Route, RouteTable, SecurityGroup, SecurityRule, Traffic},
};

/// A value that is set from one to another.
pub(super) fn between<T: PartialEq + std::fmt::Display>(
    found: Option<&T>,
    from: &T,
    to: &T,
    what: &str,
) -> Standing {
    match found {
        None => Standing::elsewhere(format!("{what} cannot be read: it is not there")),
        Some(found) if found == to => Standing::to(),
        Some(found) if found == from => Standing::From,
        Some(found) => Standing::elsewhere(format!("{what}: planned from {from}, found {found}")),
    }
}

pub(super) fn attachment(
    network: &Network,
    gateway: &InternetGatewayId,
    vpc: &VpcId,
    wanted: bool,
) -> Standing {
    let Some(found) = network
        .internet_gateways
        .iter()
        .find(|one| one.id == *gateway)
    else {
        return gone_or(wanted, format!("{gateway} is not there"));
    };
    match found.vpcs.first() {
        Some(attached) if attached != vpc => {
            Standing::elsewhere(format!("{gateway} is attached to {attached}"))
        }
        attached if attached.is_some() == wanted => Standing::to(),
        _ => Standing::From,
    }
}

pub(super) fn association(
    network: &Network,
    table: &RouteTableId,
    subnet: &SubnetId,
    wanted: bool,
) -> Standing {
    if !network.route_tables.iter().any(|one| one.id == *table) {
        return gone_or(wanted, format!("{table} is not there"));
    }
    let mut holders = network
        .route_tables
        .iter()
        .filter(|one| one.subnets.contains(subnet));
    match holders.next() {
        Some(holder) if holder.id == *table => {
            if wanted {
                Standing::to()
            } else {
                Standing::From
            }
        }
        Some(holder) => Standing::elsewhere(format!("{subnet} is routed by {}", holder.id)),
        None if wanted => Standing::From,
        None => Standing::to(),
    }
}

/// Something that is not there: as wanted where it shall go, out of place otherwise.
fn gone_or(wanted: bool, line: String) -> Standing {
    if wanted {
        Standing::elsewhere(line)
    } else {
        Standing::to()
    }
}

fn table<'a>(network: &'a Network, id: &RouteTableId) -> Result<&'a RouteTable, Standing> {
    let found = network.route_tables.iter().find(|one| one.id == *id);
    found.ok_or_else(|| Standing::elsewhere(format!("{id} is not there")))
}

pub(super) fn route<'a>(
    network: &'a Network,
    id: &RouteTableId,
    destination: &ipnet::IpNet,
) -> Result<Option<&'a Route>, Standing> {
    Ok(table(network, id)?.route_to(destination))
}

pub(super) fn leads_elsewhere(destination: &ipnet::IpNet, found: &Route) -> String {
    let blackhole = if found.blackhole {
        ", a black hole"
    } else {
        ""
    };
    format!("{destination} leads to {:?}{blackhole}", found.target)
}

pub(super) fn accepted(found: &Peering) -> Standing {
    match found.status.as_str() {
        "active" => Standing::to(),
        "pending-acceptance" => Standing::From,
        "initiating-request" | "provisioning" => {
            Standing::Moving(format!("{} is {}", found.id, found.status))
        }
        status => {
            let why = found.message.as_deref().unwrap_or("no reason given");
            Standing::elsewhere(format!("{} is {status}: {why}", found.id))
        }
    }
}

/// Whether a gateway endpoint serves a route table.
pub(super) fn listed(
    network: &Network,
    endpoint: &EndpointId,
    table: &RouteTableId,
    wanted: bool,
) -> Standing {
    let mut endpoints = network.endpoints.iter();
    match endpoints.find(|one| one.id == *endpoint && one.state != "deleted") {
        None => gone_or(wanted, format!("{endpoint} is not there")),
        Some(found) if found.tables.contains(table) == wanted => Standing::to(),
        Some(_) => Standing::From,
    }
}

impl DefaultRules {
    /// What the rules of a default group amount to; `None` for rules of somebody's own.
    #[must_use]
    pub fn of(group: &SecurityGroup, flow: Flow) -> Option<Self> {
        let rules = match flow {
            Flow::Ingress => &group.ingress,
            Flow::Egress => &group.egress,
        };
        let as_made = |rule: &SecurityRule| {
            let plain = rule.traffic == Traffic::ALL && rule.prefix_lists.is_empty();
            let everywhere = rule.cidrs.iter().all(|to| to.prefix_len() == 0);
            let members = rule.groups.iter().all(|id| *id == group.id);
            plain
                && match flow {
                    Flow::Ingress => rule.cidrs.is_empty() && members,
                    Flow::Egress => rule.groups.is_empty() && everywhere,
                }
        };
        match rules.as_slice() {
            [] => Some(Self::Closed),
            rules => rules.iter().all(as_made).then_some(Self::Open),
        }
    }
}
