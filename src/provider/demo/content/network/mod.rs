//! EC2 networking: the reference architecture's VPCs with what is wrong between them.

mod address;
mod guard;
mod peering;
mod routes;
mod transit;

use ipnet::IpNet;
use jiff::Timestamp;

use super::{
    super::estate::{Environment, Estate, HOME, Purpose, Role, Site},
    named,
};
use crate::model::{
    Place, SecurityGroupId, SubnetId, VpcId,
    network::{Address, AvailabilityZone, InternetGateway, NatGateway, Network, Subnet, Vpc},
};

pub(super) use address::{address, subnet_cidr, vpc_cidr};

/// The letters of the zones that subnets lie in.
pub(super) const ZONES: [char; 3] = ['a', 'b', 'c'];

pub(in super::super) fn network(
    estate: &Estate,
    site: &Site,
    place: &Place,
    now: Timestamp,
) -> Network {
    let mut network = Network::empty(place.clone());
    if site.role == Role::Management && place.region.as_str() == HOME {
        network.vpcs.push(default_vpc(estate, site, place));
    }
    if !site.lives_in(&place.region) {
        return network;
    }
    let Some(cidr) = vpc_cidr(site, place.region.as_str()) else {
        return network;
    };
    let ground = Ground {
        estate,
        site,
        region: place.region.as_str(),
        now,
    };
    network
        .vpcs
        .push(ground.vpc(&site.name, ground.vpc_id(), cidr));
    network.subnets = ground.subnets();
    network.nat_gateways = ground.nat_gateways();
    network.addresses = network
        .nat_gateways
        .iter()
        .map(|nat| ground.held_by(nat))
        .collect();
    network.internet_gateways = vec![ground.internet_gateway()];
    network.peerings = peering::peerings(&ground);
    transit::add(&ground, &mut network);
    network.route_tables = routes::route_tables(&ground);
    network.security_groups = guard::security_groups(&ground);
    network.acls = guard::acls(&ground);
    if site.is(Environment::Staging, Purpose::App) {
        let legacy = peering::LEGACY.parse().expect("a network in the code");
        network
            .vpcs
            .push(ground.vpc("staging-legacy", ground.legacy_id(), legacy));
        network.route_tables.push(routes::legacy(&ground, legacy));
    }
    network
}

/// The zones of a region as an account sees them.
pub(in super::super) fn zones(
    estate: &Estate,
    site: &Site,
    place: &Place,
) -> Vec<AvailabilityZone> {
    let ground = Ground {
        estate,
        site,
        region: place.region.as_str(),
        now: Timestamp::UNIX_EPOCH,
    };
    let zone = |at: u8| AvailabilityZone {
        name: format!("{}{}", place.region, ZONES[usize::from(at)]).into(),
        id: Some(ground.zone_id(at)),
    };
    (0..3).map(zone).collect()
}

/// The id of an account's one VPC in a region.
pub(super) fn vpc_id(estate: &Estate, site: &Site, region: &str) -> VpcId {
    VpcId::from(estate.seed.id("vpc", &format!("{}/{region}", site.id)))
}

/// The id of a security group of that VPC.
pub(super) fn group_id(estate: &Estate, site: &Site, region: &str, name: &str) -> SecurityGroupId {
    let place = format!("{}/{region}/{name}", site.id);
    SecurityGroupId::from(estate.seed.id("sg", &place))
}

/// The id of a subnet, counted over the zones.
pub(super) fn subnet_id(
    estate: &Estate,
    site: &Site,
    region: &str,
    public: bool,
    at: u8,
) -> SubnetId {
    let kind = if public { "public" } else { "private" };
    let what = format!("{}/{region}/{kind}/{at}", site.id);
    SubnetId::from(estate.seed.id("subnet", &what))
}

/// One account in one region, seen while its network is laid out.
struct Ground<'a> {
    estate: &'a Estate,
    site: &'a Site,
    region: &'a str,
    now: Timestamp,
}

impl Ground<'_> {
    fn vpc_id(&self) -> VpcId {
        vpc_id(self.estate, self.site, self.region)
    }

    /// The VPC that was never migrated and overlaps with the hub.
    fn legacy_id(&self) -> VpcId {
        VpcId::from(self.id("vpc", "legacy"))
    }

    fn id(&self, prefix: &str, what: &str) -> String {
        let place = format!("{}/{}/{what}", self.site.id, self.region);
        self.estate.seed.id(prefix, &place)
    }

    fn is(&self, environment: Environment, purpose: Purpose) -> bool {
        self.site.is(environment, purpose)
    }

    fn vpc(&self, name: &str, id: VpcId, cidr: IpNet) -> Vpc {
        Vpc {
            id,
            name: Some(name.into()),
            cidrs: vec![cidr],
            state: "available".into(),
            default: false,
            owner: self.site.id,
            dns_support: Some(true),
            dns_hostnames: Some(true),
            tags: named(self.site, name),
        }
    }

    /// Public and private subnets in every zone.
    fn subnets(&self) -> Vec<Subnet> {
        let mut subnets = Vec::new();
        for public in [true, false] {
            for at in 0..3_u8 {
                subnets.extend(self.subnet(public, at));
            }
        }
        subnets
    }

    fn subnet(&self, public: bool, at: u8) -> Option<Subnet> {
        let letter = ZONES[usize::from(at)];
        let side = if public { "public" } else { "private" };
        let name = format!("{}-{side}-{letter}", self.site.name);
        let id = subnet_id(self.estate, self.site, self.region, public, at);
        let used = self
            .estate
            .seed
            .below(id.as_str(), if public { 12 } else { 190 });
        Some(Subnet {
            vpc: self.vpc_id(),
            cidrs: vec![subnet_cidr(self.site, self.region, public, at)?],
            zone: format!("{}{letter}", self.region).into(),
            zone_id: Some(self.zone_id(at)),
            free_addresses: Some(251 - used),
            public_addresses: public,
            tags: named(self.site, &name),
            name: Some(name),
            id,
        })
    }

    /// The data centre of a letter, which is drawn anew for each account.
    fn zone_id(&self, at: u8) -> String {
        let what = format!("zones/{}", self.site.id);
        let turn = self.estate.seed.below(&what, 3);
        let code = if self.region == HOME { "euw1" } else { "euc1" };
        format!("{code}-az{}", (u32::from(at) + turn) % 3 + 1)
    }

    /// One for each zone; development makes do with one.
    fn nat_count(&self) -> u8 {
        match self.site.role {
            Role::Workload(Environment::Dev, _) => 1,
            _ if self.site.is_reference() => 3,
            _ => 1,
        }
    }

    fn nat_gateways(&self) -> Vec<NatGateway> {
        (0..self.nat_count())
            .map(|at| self.nat_gateway(at))
            .collect()
    }

    fn nat_id(&self, at: u8) -> String {
        self.id("nat", &format!("nat/{at}"))
    }

    fn nat_gateway(&self, at: u8) -> NatGateway {
        let name = format!("{}-nat-{}", self.site.name, ZONES[usize::from(at)]);
        let last = self.estate.seed.below(&self.nat_id(at), 250);
        NatGateway {
            id: self.nat_id(at).into(),
            vpc: self.vpc_id(),
            subnet: Some(subnet_id(self.estate, self.site, self.region, true, at)),
            state: "available".into(),
            failure: None,
            public_ip: format!("203.0.113.{}", last + 1).parse().ok(),
            tags: named(self.site, &name),
            name: Some(name),
        }
    }

    /// The address of a NAT gateway.
    fn held_by(&self, nat: &NatGateway) -> Address {
        Address {
            id: self.id("eipalloc", nat.id.as_str()).into(),
            public_ip: nat.public_ip,
            associated: true,
            tags: nat.tags.clone(),
        }
    }

    fn internet_gateway(&self) -> InternetGateway {
        let name = format!("{}-igw", self.site.name);
        InternetGateway {
            id: self.id("igw", "igw").into(),
            vpcs: vec![self.vpc_id()],
            tags: named(self.site, &name),
            name: Some(name),
        }
    }
}

fn default_vpc(estate: &Estate, site: &Site, place: &Place) -> Vpc {
    Vpc {
        id: vpc_id(estate, site, place.region.as_str()),
        name: None,
        cidrs: vec!["172.31.0.0/16".parse().expect("a network in the code")],
        state: "available".into(),
        default: true,
        owner: site.id,
        dns_support: Some(true),
        dns_hostnames: Some(true),
        tags: crate::model::Tags::new(),
    }
}
