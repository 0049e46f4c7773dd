//! What joins two things, and what sets a value of one: attachments, associations, routes,
//! attributes, rules.

use super::{super::scene::known, Scene, create::missing, refused};
use crate::{
    model::{
        QuotaCode,
        change::{DefaultRules, DnsAttribute, Flow, NetworkChange},
        network::{Destination, Network, Route, RouteTarget, SecurityGroup, SecurityRule, Traffic},
    },
    provider::Result,
};

/// Changes within one network that make nothing new.
pub(super) fn join(scene: &Scene<'_>, change: &NetworkChange, network: &mut Network) -> Result<()> {
    match change {
        NetworkChange::SetVpcDns {
            vpc, attribute, to, ..
        } => {
            let vpc = known("ec2", vpc)?;
            let found = network.vpcs.iter_mut().find(|one| one.id == *vpc);
            let found = found.ok_or_else(|| missing("InvalidVpcID.NotFound", vpc))?;
            match attribute {
                DnsAttribute::Support => found.dns_support = Some(*to),
                DnsAttribute::Hostnames => found.dns_hostnames = Some(*to),
            }
        }
        NetworkChange::SetPublicAddresses { subnet, to, .. } => {
            let subnet = known("ec2", subnet)?;
            let found = network.subnets.iter_mut().find(|one| one.id == *subnet);
            let found = found.ok_or_else(|| missing("InvalidSubnetID.NotFound", subnet))?;
            found.public_addresses = *to;
        }
        NetworkChange::AttachInternetGateway { gateway, vpc, .. } => {
            let (gateway, vpc) = (known("ec2", gateway)?, known("ec2", vpc)?);
            let taken = network.internet_gateways.iter();
            let taken = taken.clone().any(|one| one.vpcs.contains(vpc));
            let mut gateways = network.internet_gateways.iter_mut();
            let found = gateways.find(|one| one.id == *gateway);
            let found =
                found.ok_or_else(|| missing("InvalidInternetGatewayID.NotFound", gateway))?;
            if taken || !found.vpcs.is_empty() {
                return Err(refused(
                    "Resource.AlreadyAssociated",
                    format!("{gateway} is already attached to a network"),
                ));
            }
            found.vpcs.push(vpc.clone());
        }
        NetworkChange::DetachInternetGateway { gateway, vpc, .. } => {
            let (gateway, vpc) = (known("ec2", gateway)?, known("ec2", vpc)?);
            let in_use = network.nat_gateways.iter();
            let in_use = in_use
                .clone()
                .any(|one| one.vpc == *vpc && one.state != "deleted");
            if in_use {
                return Err(refused(
                    "DependencyViolation",
                    format!("network {vpc} has some mapped public addresses"),
                ));
            }
            let mut gateways = network.internet_gateways.iter_mut();
            let found = gateways.find(|one| one.id == *gateway);
            let found =
                found.ok_or_else(|| missing("InvalidInternetGatewayID.NotFound", gateway))?;
            found.vpcs.retain(|one| one != vpc);
        }
        NetworkChange::AssociateRouteTable { table, subnet, .. } => {
            let (table, subnet) = (known("ec2", table)?, known("ec2", subnet)?);
            if network
                .route_tables
                .iter()
                .any(|one| one.subnets.contains(subnet))
            {
                return Err(refused(
                    "Resource.AlreadyAssociated",
                    format!("the specified association for {subnet} already exists"),
                ));
            }
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            found.subnets.push(subnet.clone());
        }
        NetworkChange::DisassociateRouteTable { table, subnet, .. } => {
            let (table, subnet) = (known("ec2", table)?, known("ec2", subnet)?);
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            found.subnets.retain(|one| one != subnet);
        }
        NetworkChange::CreateRoute {
            table,
            destination,
            via,
            ..
        } => {
            let table = known("ec2", table)?;
            let target = via
                .target()
                .ok_or_else(|| refused("MissingParameter", "the route leads nowhere"))?;
            leads(network, &target)?;
            let place = network.place.clone();
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            let wanted = Destination::Cidr(*destination);
            if found.routes.iter().any(|one| one.destination == wanted) {
                return Err(refused(
                    "RouteAlreadyExists",
                    format!("the route identified by {destination} already exists"),
                ));
            }
            let counted = |one: &&Route| one.target != RouteTarget::Local && !one.propagated;
            let used = found.routes.iter().filter(counted).count();
            let full = format!("the route table {table} has reached its maximum of routes");
            let refusal = ("RouteLimitExceeded", full.as_str());
            let quota = QuotaCode::ROUTES_PER_TABLE;
            scene.quotas.check(&place, quota, used, refusal)?;
            found.routes.push(Route {
                destination: wanted,
                target,
                blackhole: false,
                propagated: false,
            });
        }
        NetworkChange::ReplaceRoute {
            table,
            destination,
            to,
            ..
        } => {
            let table = known("ec2", table)?;
            let target = to
                .target()
                .ok_or_else(|| refused("MissingParameter", "the route leads nowhere"))?;
            leads(network, &target)?;
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            let wanted = Destination::Cidr(*destination);
            let route = found
                .routes
                .iter_mut()
                .find(|one| one.destination == wanted);
            let route = route.ok_or_else(|| missing("InvalidRoute.NotFound", destination))?;
            route.target = target;
            route.blackhole = false;
        }
        NetworkChange::AddEndpointTable {
            endpoint, table, ..
        }
        | NetworkChange::RemoveEndpointTable {
            endpoint, table, ..
        } => {
            let (endpoint, table) = (known("ec2", endpoint)?, known("ec2", table)?);
            if !network.route_tables.iter().any(|one| one.id == *table) {
                return Err(missing("InvalidRouteTableId.NotFound", table));
            }
            let mut endpoints = network.endpoints.iter_mut();
            let found = endpoints.find(|one| one.id == *endpoint);
            let found = found.ok_or_else(|| missing("InvalidVpcEndpointId.NotFound", endpoint))?;
            found.tables.retain(|one| one != table);
            if matches!(change, NetworkChange::AddEndpointTable { .. }) {
                found.tables.push(table.clone());
            }
        }
        NetworkChange::SetDefaultGroup { vpc, flow, to, .. } => {
            let vpc = known("ec2", vpc)?;
            let mut groups = network.security_groups.iter_mut();
            let found = groups.find(|one| one.vpc == *vpc && one.name == SecurityGroup::DEFAULT);
            let found = found.ok_or_else(|| missing("InvalidGroup.NotFound", vpc))?;
            let mut rule = SecurityRule {
                traffic: Traffic::ALL,
                cidrs: Vec::new(),
                groups: Vec::new(),
                prefix_lists: Vec::new(),
            };
            let rules = match flow {
                Flow::Ingress => {
                    rule.groups.push(found.id.clone());
                    &mut found.ingress
                }
                Flow::Egress => {
                    rule.cidrs.push(ipnet::Ipv4Net::default().into());
                    &mut found.egress
                }
            };
            *rules = match to {
                DefaultRules::Closed => Vec::new(),
                DefaultRules::Open => vec![rule],
            };
        }
        _ => return Err(refused("InvalidAction", "nothing is joined by that")),
    }
    Ok(())
}

/// Whether there is anything that a route could lead to.
fn leads(network: &Network, target: &RouteTarget) -> Result<()> {
    let (there, code) = match target {
        RouteTarget::InternetGateway(id) => (
            network.internet_gateways.iter().any(|one| one.id == *id),
            "InvalidInternetGatewayID.NotFound",
        ),
        RouteTarget::NatGateway(id) => {
            let living = |state: &str| !matches!(state, "deleted" | "deleting" | "failed");
            let mut gateways = network.nat_gateways.iter();
            let there = gateways.any(|one| one.id == *id && living(&one.state));
            (there, "InvalidNatGatewayID.NotFound")
        }
        RouteTarget::Peering(id) => {
            let living = |status: &str| matches!(status, "active" | "pending-acceptance");
            let mut peerings = network.peerings.iter();
            let there = peerings.any(|one| one.id == *id && living(&one.status));
            (there, "InvalidVpcPeeringConnectionID.NotFound")
        }
        RouteTarget::TransitGateway(_) | RouteTarget::Local | RouteTarget::Other(_) => {
            return Ok(());
        }
    };
    if there {
        return Ok(());
    }
    Err(missing(code, format!("{target:?}")))
}
