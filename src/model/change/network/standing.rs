//! Where the objects of network changes stand in a network as it was just read.

use super::{
    super::{Mark, Progress, Standing, Unbound},
    DefaultGroup, DnsAttribute, NetworkChange, NetworkObject, PeeringSide, RouteVia,
};
use crate::model::{
    Tags,
    change::Ref,
    network::{
        Destination, Network, Peering, Route, RouteTable, SecurityGroup, SecurityRule, Traffic,
    },
};

/// States of an object that is there in name only (EC2).
const GONE: [&str; 5] = ["deleted", "failed", "rejected", "expired", "deleting"];

/// States in which an object can be used (EC2).
const READY: [&str; 3] = ["available", "active", "pending-acceptance"];

impl NetworkChange {
    /// Where the change stands in `network`, the one of [`NetworkChange::at`]. Objects that a
    /// creation made are told by `mark`, never by their looks.
    pub fn standing(&self, network: &Network, mark: Mark<'_>) -> Result<Standing, Unbound> {
        Ok(match self {
            Self::CreateVpc { .. } => {
                let vpcs = network.vpcs.iter();
                marked(mark, vpcs.map(|vpc| (&vpc.tags, vpc.id.as_str(), "")))
            }
            Self::CreateInternetGateway { .. } => {
                let gateways = network.internet_gateways.iter();
                marked(mark, gateways.map(|one| (&one.tags, one.id.as_str(), "")))
            }
            Self::AllocateAddress { .. } => {
                let addresses = network.addresses.iter();
                marked(mark, addresses.map(|one| (&one.tags, one.id.as_str(), "")))
            }
            Self::CreateNatGateway { .. } => {
                let gateways = network.nat_gateways.iter();
                let seen = gateways.map(|one| (&one.tags, one.id.as_str(), one.state.as_str()));
                marked(mark, seen)
            }
            Self::CreateRouteTable { .. } => {
                let tables = network.route_tables.iter();
                marked(mark, tables.map(|one| (&one.tags, one.id.as_str(), "")))
            }
            Self::CreateEndpoint { .. } => {
                let endpoints = network.endpoints.iter();
                let seen = endpoints.map(|one| (&one.tags, one.id.as_str(), one.state.as_str()));
                marked(mark, seen)
            }
            Self::CreateFlowLog { .. } => {
                let logs = network.flow_logs.iter();
                marked(mark, logs.map(|one| (&one.tags, one.id.as_str(), "")))
            }
            Self::CreatePeering { .. } => {
                let peerings = network.peerings.iter();
                let seen = peerings.map(|one| (&one.tags, one.id.as_str(), one.status.as_str()));
                marked(mark, seen)
            }
            Self::CreateSubnet { vpc, cidr, .. } => {
                let vpc = vpc.get()?;
                let subnets = network.subnets.iter().filter(|one| one.vpc == *vpc);
                let mut same = subnets.filter(|one| one.cidrs.contains(cidr));
                match same.next() {
                    None => Standing::From,
                    Some(found) if mark.is_on(&found.tags) => Standing::made(found.id.as_str()),
                    Some(found) => foreign(&found.id, "a subnet with this CIDR"),
                }
            }
            Self::SetVpcDns {
                vpc,
                attribute,
                from,
                to,
                ..
            } => {
                let vpc = vpc.get()?;
                let found = network.vpcs.iter().find(|one| one.id == *vpc);
                let value = found.and_then(|found| match attribute {
                    DnsAttribute::Support => found.dns_support,
                    DnsAttribute::Hostnames => found.dns_hostnames,
                });
                between(value.as_ref(), from, to, &format!("{attribute} of {vpc}"))
            }
            Self::SetPublicAddresses {
                subnet, from, to, ..
            } => {
                let subnet = subnet.get()?;
                let found = network.subnets.iter().find(|one| one.id == *subnet);
                let value = found.map(|found| found.public_addresses);
                between(
                    value.as_ref(),
                    from,
                    to,
                    &format!("public addresses of {subnet}"),
                )
            }
            Self::AttachInternetGateway { gateway, vpc, .. } => {
                attachment(network, gateway.get()?, vpc.get()?, true)
            }
            Self::DetachInternetGateway { gateway, vpc, .. } => {
                attachment(network, gateway.get()?, vpc.get()?, false)
            }
            Self::AssociateRouteTable { table, subnet, .. } => {
                association(network, table.get()?, subnet.get()?, true)
            }
            Self::DisassociateRouteTable { table, subnet, .. } => {
                association(network, table.get()?, subnet.get()?, false)
            }
            Self::CreateRoute {
                table,
                destination,
                via,
                ..
            } => match route(network, table.get()?, destination) {
                Err(missing) => missing,
                Ok(None) => Standing::From,
                Ok(Some(found)) if *via == found.target => Standing::to(),
                Ok(Some(found)) => Standing::elsewhere(leads_elsewhere(destination, found)),
            },
            Self::ReplaceRoute {
                table,
                destination,
                from,
                to,
                ..
            } => match route(network, table.get()?, destination) {
                Err(missing) => missing,
                Ok(None) => Standing::elsewhere(format!("there is no route to {destination}")),
                Ok(Some(found)) if *to == found.target => Standing::to(),
                Ok(Some(found)) if *from == found.target => Standing::From,
                Ok(Some(found)) => Standing::elsewhere(leads_elsewhere(destination, found)),
            },
            Self::SetDefaultGroup {
                group, from, to, ..
            } => {
                let group = group.get()?;
                let found = network.security_groups.iter().find(|one| one.id == *group);
                let value = found.and_then(default_group);
                between(value.as_ref(), from, to, &format!("the rules of {group}"))
            }
            Self::AcceptPeering { peering, .. } => {
                let id = peering.get()?;
                match network.peerings.iter().find(|one| one.id == *id) {
                    // The other side's account may see it a while after ours.
                    None => Standing::Moving(format!("{id} is not to be seen here yet")),
                    Some(found) => accepted(found),
                }
            }
            Self::SetPeeringDns {
                peering,
                side,
                from,
                to,
                ..
            } => {
                let id = peering.get()?;
                let found = network.peerings.iter().find(|one| one.id == *id);
                let end = found.map(|found| match side {
                    PeeringSide::Requester => &found.requester,
                    PeeringSide::Accepter => &found.accepter,
                });
                // What was never set is off.
                let value = end.map(|end| end.dns_resolution.unwrap_or(false));
                between(
                    value.as_ref(),
                    from,
                    to,
                    &format!("private names of {id} ({side})"),
                )
            }
            Self::Delete {
                object, made_by, ..
            } => deletion(network, object, mark, made_by)?,
        })
    }
}

/// A creation: nothing with the mark is `From`, one is `To`. What failed counts as not there.
fn marked<'a>(
    mark: Mark<'_>,
    objects: impl Iterator<Item = (&'a Tags, &'a str, &'a str)>,
) -> Standing {
    let mine: Vec<&str> = objects
        .filter(|(tags, _, state)| mark.is_on(tags) && !GONE.contains(state))
        .map(|(_, id, _)| id)
        .collect();
    match mine.as_slice() {
        [] => Standing::From,
        [one] => Standing::made(*one),
        several => Standing::Several(several.iter().map(ToString::to_string).collect()),
    }
}

fn foreign(id: impl std::fmt::Display, what: &str) -> Standing {
    Standing::elsewhere(format!("{what} is there already and not ours: {id}"))
}

/// A value that is set from one to another.
fn between<T: PartialEq + std::fmt::Display>(
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

fn attachment(
    network: &Network,
    gateway: &crate::model::InternetGatewayId,
    vpc: &crate::model::VpcId,
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

fn association(
    network: &Network,
    table: &crate::model::RouteTableId,
    subnet: &crate::model::SubnetId,
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

fn table<'a>(
    network: &'a Network,
    id: &crate::model::RouteTableId,
) -> Result<&'a RouteTable, Standing> {
    let found = network.route_tables.iter().find(|one| one.id == *id);
    found.ok_or_else(|| Standing::elsewhere(format!("{id} is not there")))
}

fn route<'a>(
    network: &'a Network,
    id: &crate::model::RouteTableId,
    destination: &ipnet::IpNet,
) -> Result<Option<&'a Route>, Standing> {
    let wanted = Destination::Cidr(*destination);
    let found = table(network, id)?;
    Ok(found.routes.iter().find(|one| one.destination == wanted))
}

fn leads_elsewhere(destination: &ipnet::IpNet, found: &Route) -> String {
    let blackhole = if found.blackhole {
        ", a black hole"
    } else {
        ""
    };
    format!("{destination} leads to {:?}{blackhole}", found.target)
}

fn accepted(found: &Peering) -> Standing {
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

/// What the rules of a default group amount to; `None` for rules of somebody's own.
fn default_group(group: &SecurityGroup) -> Option<DefaultGroup> {
    if group.ingress.is_empty() && group.egress.is_empty() {
        return Some(DefaultGroup::Closed);
    }
    let everything = |rule: &SecurityRule| rule.traffic == Traffic::ALL;
    let own = |rule: &SecurityRule| {
        everything(rule) && rule.cidrs.is_empty() && rule.groups.iter().all(|id| *id == group.id)
    };
    let out = |rule: &SecurityRule| everything(rule) && rule.groups.is_empty();
    let as_made = group.ingress.iter().all(own) && group.egress.iter().all(out);
    as_made.then_some(DefaultGroup::Open)
}

/// A deletion: only what carries the mark of the step that made it is there to be deleted.
fn deletion(
    network: &Network,
    object: &NetworkObject,
    mark: Mark<'_>,
    made_by: &str,
) -> Result<Standing, Unbound> {
    let mark = Mark {
        step: made_by,
        ..mark
    };
    let there = |found: Option<(&Tags, &str)>| match found {
        None | Some((_, "deleted")) => Standing::to(),
        Some((_, "deleting")) => Standing::Moving(format!("{} is being deleted", object.label())),
        Some((tags, _)) if mark.is_on(tags) => Standing::From,
        Some(_) => Standing::elsewhere(format!(
            "{} does not carry the mark of the step that made it",
            object.label()
        )),
    };
    macro_rules! find {
        ($list:ident, $id:expr) => {{
            let id = $id.get()?;
            let found = network.$list.iter().find(|one| one.id == *id);
            there(found.map(|found| (&found.tags, "")))
        }};
        ($list:ident, $id:expr, $state:ident) => {{
            let id = $id.get()?;
            let found = network.$list.iter().find(|one| one.id == *id);
            there(found.map(|found| (&found.tags, found.$state.as_str())))
        }};
    }
    Ok(match object {
        NetworkObject::Vpc(id) => find!(vpcs, id),
        NetworkObject::Subnet(id) => find!(subnets, id),
        NetworkObject::InternetGateway(id) => find!(internet_gateways, id),
        NetworkObject::Address(id) => find!(addresses, id),
        NetworkObject::NatGateway(id) => find!(nat_gateways, id, state),
        NetworkObject::RouteTable(id) => find!(route_tables, id),
        NetworkObject::Endpoint(id) => find!(endpoints, id, state),
        NetworkObject::FlowLog(id) => find!(flow_logs, id),
        NetworkObject::Peering(id) => find!(peerings, id, status),
        NetworkObject::Route {
            table: id,
            destination,
            via,
        } => removal(network, id, destination, via)?,
    })
}

fn removal(
    network: &Network,
    id: &Ref<crate::model::RouteTableId>,
    destination: &ipnet::IpNet,
    via: &RouteVia,
) -> Result<Standing, Unbound> {
    Ok(match route(network, id.get()?, destination) {
        // A table that is gone has taken its routes with it.
        Err(_) | Ok(None) => Standing::to(),
        Ok(Some(found)) if *via == found.target => Standing::From,
        Ok(Some(found)) => Standing::elsewhere(leads_elsewhere(destination, found)),
    })
}

impl NetworkChange {
    /// How far an accepted change has got, by the state of its object.
    #[must_use]
    pub fn progress(&self, network: &Network, mark: Mark<'_>) -> Progress {
        let state = match self {
            Self::CreateNatGateway { .. } => {
                let mut mine = network
                    .nat_gateways
                    .iter()
                    .filter(|one| mark.is_on(&one.tags));
                mine.next()
                    .map(|one| (one.state.clone(), one.failure.clone()))
            }
            Self::CreateEndpoint { .. } => {
                let mut mine = network.endpoints.iter().filter(|one| mark.is_on(&one.tags));
                mine.next().map(|one| (one.state.clone(), None))
            }
            Self::CreatePeering { .. } => {
                let mut mine = network.peerings.iter().filter(|one| mark.is_on(&one.tags));
                mine.next()
                    .map(|one| (one.status.clone(), one.message.clone()))
            }
            _ => return Progress::settled(),
        };
        match state {
            None => Progress::Working("it is not to be seen yet".into()),
            Some((state, _)) if READY.contains(&state.as_str()) => Progress::settled(),
            Some((state, why)) if GONE.contains(&state.as_str()) => {
                let why = why.unwrap_or_else(|| "no reason given".into());
                Progress::Failed(format!("it is {state}: {why}"))
            }
            Some((state, _)) => Progress::Working(format!("it is {state}")),
        }
    }
}
