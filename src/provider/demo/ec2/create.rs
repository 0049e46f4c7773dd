//! Creations, with the quotas and overlaps that they meet.

use ipnet::IpNet;

use super::{super::scene::known, ENDPOINT, Ec2, NAT, Scene, refused};
use crate::{
    model::{
        Tags,
        change::NetworkChange,
        network::{
            Address, Destination, FlowLog, InternetGateway, NatGateway, Network, Route, RouteTable,
            RouteTarget, SecurityGroup, SecurityRule, Subnet, Traffic, Vpc, VpcEndpoint,
        },
    },
    provider::Result,
};

/// Default quotas for each region.
const VPCS: usize = 5;
const ADDRESSES: usize = 5;

impl Ec2 {
    pub(super) fn create(
        &mut self,
        scene: &Scene<'_>,
        change: &NetworkChange,
        network: &mut Network,
        tags: impl Fn(&Tags) -> Tags,
    ) -> Result<String> {
        match change {
            NetworkChange::CreateVpc {
                name,
                cidr,
                tags: own,
                ..
            } => vpc(scene, network, name, *cidr, tags(own)),
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
                    tags: tags(own),
                });
                Ok(id)
            }
            NetworkChange::CreateInternetGateway {
                name, tags: own, ..
            } => {
                let id = scene.id("igw");
                network.internet_gateways.push(InternetGateway {
                    id: id.as_str().into(),
                    name: Some(name.clone()),
                    vpcs: Vec::new(),
                    tags: tags(own),
                });
                Ok(id)
            }
            NetworkChange::AllocateAddress { tags: own, .. } => {
                if network.addresses.len() >= ADDRESSES {
                    return Err(refused(
                        "AddressLimitExceeded",
                        "the maximum number of addresses has been reached",
                    ));
                }
                let id = scene.id("eipalloc");
                let last = u8::try_from(scene.number % 250).unwrap_or(0) + 1;
                network.addresses.push(Address {
                    id: id.as_str().into(),
                    public_ip: Some(std::net::Ipv4Addr::new(198, 51, 100, last).into()),
                    associated: false,
                    tags: tags(own),
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
                let vpc = home
                    .ok_or_else(|| missing("InvalidSubnetID.NotFound", subnet))?
                    .vpc
                    .clone();
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
                network.nat_gateways.push(NatGateway {
                    id: id.as_str().into(),
                    vpc,
                    subnet: Some(subnet.clone()),
                    name: Some(name.clone()),
                    state: "pending".into(),
                    failure: None,
                    public_ip,
                    tags: tags(own),
                });
                self.tokens.insert(format!("holds/{address}"), id.clone());
                self.becomes(scene, &id, "available", NAT);
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
                let id = scene.id("rtb");
                network.route_tables.push(RouteTable {
                    id: id.as_str().into(),
                    vpc: vpc.clone(),
                    name: Some(name.clone()),
                    main: false,
                    subnets: Vec::new(),
                    routes,
                    tags: tags(own),
                });
                Ok(id)
            }
            NetworkChange::CreateEndpoint {
                vpc,
                service_name,
                tables,
                tags: own,
                ..
            } => {
                let vpc = known("ec2", vpc)?;
                let tables = tables.iter().map(|table| known("ec2", table).cloned());
                let tables = tables.collect::<Result<Vec<_>>>()?;
                let id = scene.id("vpce");
                network.endpoints.push(VpcEndpoint {
                    id: id.as_str().into(),
                    vpc: vpc.clone(),
                    service: service_name.clone(),
                    kind: "Gateway".into(),
                    state: "pending".into(),
                    tables,
                    tags: tags(own),
                });
                self.becomes(scene, &id, "available", ENDPOINT);
                Ok(id)
            }
            NetworkChange::CreateFlowLog {
                vpc,
                destination,
                tags: own,
                ..
            } => {
                let vpc = known("ec2", vpc)?;
                let id = scene.id("fl");
                network.flow_logs.push(FlowLog {
                    id: id.as_str().into(),
                    resource: vpc.to_string(),
                    destination: Some(destination.clone()),
                    delivery_error: None,
                    tags: tags(own),
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
    if network.vpcs.len() >= VPCS {
        return Err(refused(
            "VpcLimitExceeded",
            "the maximum number of VPCs has been reached",
        ));
    }
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
        name: "default".into(),
        description: "default VPC security group".into(),
        ingress: vec![everything(vec![group])],
        egress: vec![out],
        tags: Tags::new(),
    });
    network.vpcs.push(vpc);
    Ok(id)
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
