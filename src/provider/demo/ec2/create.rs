//! Creations, with the quotas and overlaps that they meet.

use ipnet::IpNet;

use super::{super::scene::known, ENDPOINT, Ec2, NAT, Scene, refused};
use crate::{
    model::{
        QuotaCode, SubnetId, Tags, ZoneName,
        change::NetworkChange,
        network::{
            AclEntry, Address, Destination, FlowLog, InternetGateway, NatGateway, Network,
            NetworkAcl, Route, RouteTable, RouteTarget, SecurityGroup, SecurityRule, Subnet,
            Traffic, Vpc, VpcEndpoint,
        },
    },
    provider::Result,
};

impl Ec2 {
    pub(super) fn create(
        &mut self,
        scene: &Scene<'_>,
        change: &NetworkChange,
        network: &mut Network,
        tags: impl Fn(&str, &Tags) -> Tags,
    ) -> Result<String> {
        match change {
            NetworkChange::CreateVpc {
                name,
                cidr,
                tags: own,
                ..
            } => vpc(scene, network, name, *cidr, tags(name, own)),
            NetworkChange::CreateSubnet {
                vpc,
                name,
                cidr,
                zone,
                tags: own,
                ..
            } => {
                let vpc = known("ec2", vpc)?;
                fits(network, vpc, *cidr)?;
                let id = scene.id("subnet");
                network.subnets.push(Subnet {
                    id: id.as_str().into(),
                    vpc: vpc.clone(),
                    name: Some(name.clone()),
                    cidrs: vec![*cidr],
                    zone: zone.clone(),
                    zone_id: None,
                    // AWS keeps five addresses of each subnet.
                    free_addresses: u32::try_from(cidr.hosts().count().saturating_sub(3)).ok(),
                    public_addresses: false,
                    tags: tags(name, own),
                });
                let mut acls = network.acls.iter_mut();
                if let Some(acl) = acls.find(|acl| acl.default && acl.vpc == *vpc) {
                    acl.subnets.push(id.as_str().into());
                }
                Ok(id)
            }
            NetworkChange::CreateInternetGateway {
                name, tags: own, ..
            } => {
                scene.quotas.check(
                    &network.place,
                    QuotaCode::INTERNET_GATEWAYS,
                    network.internet_gateways.len(),
                    (
                        "InternetGatewayLimitExceeded",
                        "the maximum number of internet gateways has been reached",
                    ),
                )?;
                let id = scene.id("igw");
                network.internet_gateways.push(InternetGateway {
                    id: id.as_str().into(),
                    name: Some(name.clone()),
                    vpcs: Vec::new(),
                    tags: tags(name, own),
                });
                Ok(id)
            }
            NetworkChange::AllocateAddress {
                name, tags: own, ..
            } => {
                scene.quotas.check(
                    &network.place,
                    QuotaCode::ELASTIC_ADDRESSES,
                    network.addresses.len(),
                    (
                        "AddressLimitExceeded",
                        "the maximum number of addresses has been reached",
                    ),
                )?;
                let id = scene.id("eipalloc");
                let last = u8::try_from(scene.number % 250).unwrap_or(0) + 1;
                network.addresses.push(Address {
                    id: id.as_str().into(),
                    public_ip: Some(std::net::Ipv4Addr::new(198, 51, 100, last).into()),
                    associated: false,
                    tags: tags(name, own),
                });
                Ok(id)
            }
            NetworkChange::CreateNatGateway {
                name,
                subnet,
                address,
                tags: own,
                ..
            } => {
                let subnet = known("ec2", subnet)?;
                let address = known("ec2", address)?;
                let home = network.subnets.iter().find(|one| one.id == *subnet);
                let home = home.ok_or_else(|| missing("InvalidSubnetID.NotFound", subnet))?;
                let vpc = home.vpc.clone();
                let nearby = network.nat_gateways.iter().filter(|one| {
                    let counted =
                        matches!(one.state.as_str(), "pending" | "available" | "deleting");
                    counted && zone_of(network, one.subnet.as_ref()) == Some(&home.zone)
                });
                scene.quotas.check(
                    &network.place,
                    QuotaCode::NAT_GATEWAYS_PER_ZONE,
                    nearby.count(),
                    (
                        "NatGatewayLimitExceeded",
                        "the maximum number of NAT gateways in the zone has been reached",
                    ),
                )?;
                let mut gateways = network.internet_gateways.iter();
                let reachable = gateways.any(|one| one.vpcs.contains(&vpc));
                let mut addresses = network.addresses.iter_mut();
                let held = addresses
                    .find(|one| one.id == *address)
                    .ok_or_else(|| missing("InvalidAllocationID.NotFound", address))?;
                if held.associated {
                    return Err(refused(
                        "Resource.AlreadyAssociated",
                        format!("{address} is already associated"),
                    ));
                }
                held.associated = true;
                let public_ip = held.public_ip;
                let id = scene.id("nat");
                let failure = format!("Network {vpc} has no Internet gateway attached");
                network.nat_gateways.push(NatGateway {
                    id: id.as_str().into(),
                    vpc,
                    subnet: Some(subnet.clone()),
                    name: Some(name.clone()),
                    state: "pending".into(),
                    failure: (!reachable).then_some(failure),
                    public_ip,
                    tags: tags(name, own),
                });
                self.tokens.insert(format!("holds/{address}"), id.clone());
                // It is only told after a while that it cannot work.
                let then = if reachable { "available" } else { "failed" };
                self.becomes(scene, &id, then, NAT);
                Ok(id)
            }
            NetworkChange::CreateRouteTable {
                vpc,
                name,
                tags: own,
                ..
            } => {
                let vpc = known("ec2", vpc)?;
                let found = network.vpcs.iter().find(|one| one.id == *vpc);
                let found = found.ok_or_else(|| missing("InvalidVpcID.NotFound", vpc))?;
                let routes = local_routes(found);
                let tables = network.route_tables.iter().filter(|one| one.vpc == *vpc);
                scene.quotas.check(
                    &network.place,
                    QuotaCode::ROUTE_TABLES_PER_VPC,
                    tables.count(),
                    (
                        "RouteTableLimitExceeded",
                        "the maximum number of route tables in the VPC has been reached",
                    ),
                )?;
                let id = scene.id("rtb");
                network.route_tables.push(RouteTable {
                    id: id.as_str().into(),
                    vpc: vpc.clone(),
                    name: Some(name.clone()),
                    main: false,
                    subnets: Vec::new(),
                    routes,
                    tags: tags(name, own),
                });
                Ok(id)
            }
            NetworkChange::CreateEndpoint {
                vpc,
                name,
                service_name,
                tables,
                tags: own,
                ..
            } => {
                let vpc = known("ec2", vpc)?;
                let tables = tables.iter().map(|table| known("ec2", table).cloned());
                let tables = tables.collect::<Result<Vec<_>>>()?;
                if !network.vpcs.iter().any(|one| one.id == *vpc) {
                    return Err(missing("InvalidVpcID.NotFound", vpc));
                }
                let gateways = network.endpoints.iter().filter(|one| one.kind == "Gateway");
                scene.quotas.check(
                    &network.place,
                    QuotaCode::GATEWAY_ENDPOINTS,
                    gateways.count(),
                    (
                        "VpcEndpointLimitExceeded",
                        "the maximum number of endpoints has been reached",
                    ),
                )?;
                let id = scene.id("vpce");
                network.endpoints.push(VpcEndpoint {
                    id: id.as_str().into(),
                    vpc: vpc.clone(),
                    service: service_name.clone(),
                    kind: "Gateway".into(),
                    state: "pending".into(),
                    tables,
                    tags: tags(name, own),
                });
                self.becomes(scene, &id, "available", ENDPOINT);
                Ok(id)
            }
            NetworkChange::CreateFlowLog {
                vpc,
                name,
                destination,
                tags: own,
                ..
            } => {
                let vpc = known("ec2", vpc)?;
                if !network.vpcs.iter().any(|one| one.id == *vpc) {
                    return Err(missing("InvalidVpcID.NotFound", vpc));
                }
                let twin = |one: &&FlowLog| {
                    one.resource == vpc.as_str() && one.destination.as_ref() == Some(destination)
                };
                if let Some(twin) = network.flow_logs.iter().find(twin) {
                    return Err(refused(
                        "FlowLogAlreadyExists",
                        format!("{} logs the same flows to the same place", twin.id),
                    ));
                }
                let id = scene.id("fl");
                network.flow_logs.push(FlowLog {
                    id: id.as_str().into(),
                    resource: vpc.to_string(),
                    destination: Some(destination.clone()),
                    delivery_error: None,
                    tags: tags(name, own),
                });
                Ok(id)
            }
            _ => Err(refused("InvalidAction", "nothing is created by that")),
        }
    }
}

/// A VPC with what AWS makes with it: its main route table and its default security group.
fn vpc(
    scene: &Scene<'_>,
    network: &mut Network,
    name: &str,
    cidr: IpNet,
    tags: Tags,
) -> Result<String> {
    scene.quotas.check(
        &network.place,
        QuotaCode::VPCS,
        network.vpcs.len(),
        (
            "VpcLimitExceeded",
            "the maximum number of VPCs has been reached",
        ),
    )?;
    if !(16..=28).contains(&cidr.prefix_len()) {
        return Err(refused(
            "InvalidVpc.Range",
            format!("the CIDR '{cidr}' is invalid: between /16 and /28 are allowed"),
        ));
    }
    let id = scene.id("vpc");
    let vpc = Vpc {
        id: id.as_str().into(),
        name: Some(name.into()),
        cidrs: vec![cidr],
        state: "available".into(),
        default: false,
        owner: network.place.account,
        dns_support: Some(true),
        dns_hostnames: Some(false),
        tags,
    };
    network.route_tables.push(RouteTable {
        id: scene.id("rtb").into(),
        vpc: vpc.id.clone(),
        name: None,
        main: true,
        subnets: Vec::new(),
        routes: local_routes(&vpc),
        tags: Tags::new(),
    });
    let group = crate::model::SecurityGroupId::from(scene.id("sg"));
    let everything = |groups| SecurityRule {
        traffic: Traffic::ALL,
        cidrs: Vec::new(),
        groups,
        prefix_lists: Vec::new(),
    };
    let mut out = everything(Vec::new());
    out.cidrs.extend("0.0.0.0/0".parse::<IpNet>().ok());
    network.security_groups.push(SecurityGroup {
        id: group.clone(),
        vpc: vpc.id.clone(),
        name: SecurityGroup::DEFAULT.into(),
        description: "default VPC security group".into(),
        ingress: vec![everything(vec![group])],
        egress: vec![out],
        tags: Tags::new(),
    });
    network.acls.push(open_acl(scene, &vpc));
    network.vpcs.push(vpc);
    Ok(id)
}

/// The network ACL that AWS makes with a VPC: it lets everything through.
fn open_acl(scene: &Scene<'_>, vpc: &Vpc) -> NetworkAcl {
    let entry = |number, egress, allow| AclEntry {
        number,
        egress,
        allow,
        cidr: ipnet::Ipv4Net::default().into(),
        traffic: Traffic::ALL,
    };
    let both = |egress| [entry(100, egress, true), entry(32_767, egress, false)];
    NetworkAcl {
        id: scene.id("acl").into(),
        vpc: vpc.id.clone(),
        default: true,
        subnets: Vec::new(),
        entries: [both(false), both(true)].concat(),
        tags: Tags::new(),
    }
}

/// The zone that a subnet lies in.
fn zone_of<'n>(network: &'n Network, subnet: Option<&SubnetId>) -> Option<&'n ZoneName> {
    let mut subnets = network.subnets.iter();
    let found = subnets.find(|one| Some(&one.id) == subnet);
    found.map(|one| &one.zone)
}

fn local_routes(vpc: &Vpc) -> Vec<Route> {
    let local = |cidr: &IpNet| Route {
        destination: Destination::Cidr(*cidr),
        target: RouteTarget::Local,
        blackhole: false,
        propagated: false,
    };
    vpc.cidrs.iter().map(local).collect()
}

/// Whether a subnet of `cidr` has room in the VPC.
fn fits(network: &Network, vpc: &crate::model::VpcId, cidr: IpNet) -> Result<()> {
    let found = network.vpcs.iter().find(|one| one.id == *vpc);
    let found = found.ok_or_else(|| missing("InvalidVpcID.NotFound", vpc))?;
    if !found.cidrs.iter().any(|whole| whole.contains(&cidr)) {
        return Err(refused(
            "InvalidSubnet.Range",
            format!("the CIDR '{cidr}' is invalid"),
        ));
    }
    let subnets = network.subnets.iter().filter(|one| one.vpc == *vpc);
    let mut cidrs = subnets.flat_map(|one| &one.cidrs);
    if cidrs.any(|taken| taken.contains(&cidr) || cidr.contains(taken)) {
        return Err(refused(
            "InvalidSubnet.Conflict",
            format!("the CIDR '{cidr}' conflicts with another subnet"),
        ));
    }
    Ok(())
}

pub(super) fn missing(code: &str, id: impl std::fmt::Display) -> crate::provider::Error {
    refused(code, format!("the ID '{id}' does not exist"))
}
