//! Where the objects of network changes stand in a network as it was just read.

mod joined;
mod made;
mod removed;

use joined::{accepted, association, attachment, between, leads_elsewhere, listed, route};
use made::{foreign, marked};

use super::{
    super::{Mark, Standing, Unbound},
    DefaultRules, DnsAttribute, NetworkChange, PeeringSide,
};
use crate::model::network::{Network, SecurityGroup};

impl NetworkChange {
    /// Where the change stands in `network`, the one of [`NetworkChange::at`]. Objects that a
    /// creation made are told by `mark`, never by their looks.
    pub fn standing(&self, network: &Network, mark: Mark<'_>) -> Result<Standing, Unbound> {
        Ok(match self {
            Self::CreateVpc { .. } => {
                let vpcs = network.vpcs.iter();
                marked(mark, vpcs.map(|one| (&one.tags, one.id.as_str(), "", None)))
            }
            Self::CreateInternetGateway { .. } => {
                let gateways = network.internet_gateways.iter();
                marked(
                    mark,
                    gateways.map(|one| (&one.tags, one.id.as_str(), "", None)),
                )
            }
            Self::AllocateAddress { .. } => {
                let addresses = network.addresses.iter();
                marked(
                    mark,
                    addresses.map(|one| (&one.tags, one.id.as_str(), "", None)),
                )
            }
            Self::CreateNatGateway { .. } => {
                let gateways = network.nat_gateways.iter();
                let seen = gateways.map(|one| {
                    let why = one.failure.as_deref();
                    (&one.tags, one.id.as_str(), one.state.as_str(), why)
                });
                marked(mark, seen)
            }
            Self::CreateRouteTable { .. } => {
                let tables = network.route_tables.iter();
                marked(
                    mark,
                    tables.map(|one| (&one.tags, one.id.as_str(), "", None)),
                )
            }
            Self::CreateEndpoint { .. } => {
                let endpoints = network.endpoints.iter();
                let seen =
                    endpoints.map(|one| (&one.tags, one.id.as_str(), one.state.as_str(), None));
                marked(mark, seen)
            }
            Self::CreateFlowLog { .. } => {
                let logs = network.flow_logs.iter();
                marked(mark, logs.map(|one| (&one.tags, one.id.as_str(), "", None)))
            }
            Self::CreatePeering { .. } => {
                let peerings = network.peerings.iter();
                let seen = peerings.map(|one| {
                    let why = one.message.as_deref();
                    (&one.tags, one.id.as_str(), one.status.as_str(), why)
                });
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
            Self::AddEndpointTable {
                endpoint, table, ..
            } => listed(network, endpoint.get()?, table.get()?, true),
            Self::RemoveEndpointTable {
                endpoint, table, ..
            } => listed(network, endpoint.get()?, table.get()?, false),
            Self::SetDefaultGroup {
                vpc,
                flow,
                from,
                to,
                ..
            } => {
                let vpc = vpc.get()?;
                let what = format!("the {flow} rules of the default security group of {vpc}");
                let mut groups = network.security_groups.iter();
                match groups.find(|one| one.vpc == *vpc && one.name == SecurityGroup::DEFAULT) {
                    None => Standing::elsewhere(format!("{what} cannot be read: no such group")),
                    Some(group) => match DefaultRules::of(group, *flow) {
                        Some(rules) => between(Some(&rules), from, to, &what),
                        None => Standing::elsewhere(format!("{what} are somebody's own")),
                    },
                }
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
            } => removed::deletion(network, object, mark, made_by)?,
        })
    }
}
