//! Route tables: one for the public subnets, one for each private zone.

use ipnet::IpNet;

use super::{
    super::{
        super::estate::{Environment, HOME, Purpose, Role},
        named,
    },
    Ground, ZONES, peering, subnet_id, transit, vpc_cidr,
};
use crate::model::{
    SubnetId,
    network::{Destination, Route, RouteTable, RouteTarget},
};

pub(super) fn route_tables(ground: &Ground<'_>) -> Vec<RouteTable> {
    let mut tables = vec![public(ground)];
    tables.extend((0..3).map(|at| private(ground, at)));
    tables
}

/// The main table of the legacy VPC, which leads nowhere.
pub(super) fn legacy(ground: &Ground<'_>, cidr: IpNet) -> RouteTable {
    let routes = vec![route(cidr, RouteTarget::Local)];
    RouteTable {
        vpc: ground.legacy_id(),
        ..table(ground, "legacy", true, Vec::new(), routes)
    }
}

fn public(ground: &Ground<'_>) -> RouteTable {
    let out = RouteTarget::InternetGateway(ground.id("igw", "igw").into());
    let subnets = (0..3).map(|at| subnet_id(ground.estate, ground.site, ground.region, true, at));
    let routes = vec![local(ground), route(everything(), out)];
    table(ground, "public", true, subnets.collect(), routes)
}

fn private(ground: &Ground<'_>, at: u8) -> RouteTable {
    let nat = ground.nat_id(at % ground.nat_count());
    let mut routes = vec![
        local(ground),
        route(everything(), RouteTarget::NatGateway(nat.into())),
    ];
    routes.extend(to_peers(ground));
    routes.extend(transit::routes(ground));
    if ground.is(Environment::Staging, Purpose::Shared) {
        let prod = ground.estate.reference(Environment::Prod, Purpose::Shared);
        let gone = RouteTarget::Peering(peering::deleted_id(ground));
        routes.extend(vpc_cidr(prod, HOME).map(|cidr| Route {
            blackhole: true,
            ..route(cidr, gone)
        }));
    }
    let name = format!("private-{}", ZONES[usize::from(at)]);
    let subnet = subnet_id(ground.estate, ground.site, ground.region, false, at);
    table(ground, &name, false, vec![subnet], routes)
}

/// Routes over active peerings. Production's ml account has none back to the hub: packets arrive
/// there and no answer returns.
fn to_peers(ground: &Ground<'_>) -> Vec<Route> {
    let Role::Workload(_, purpose) = ground.site.role else {
        return Vec::new();
    };
    let one_way = ground.is(Environment::Prod, Purpose::Ml) && ground.region == HOME;
    let peers: &[Purpose] = match purpose {
        Purpose::Shared => &[Purpose::App, Purpose::Ml],
        Purpose::App | Purpose::Ml if one_way => &[],
        Purpose::App | Purpose::Ml => &[Purpose::Shared],
    };
    let mut routes = Vec::new();
    for peer in peers {
        let Some(other) = ground.estate.sibling(ground.site, *peer) else {
            continue;
        };
        let (hub, spoke) = match purpose {
            Purpose::Shared => (ground.site, other),
            Purpose::App | Purpose::Ml => (other, ground.site),
        };
        if !peering::is_accepted(spoke) {
            continue;
        }
        let target = RouteTarget::Peering(peering::peering_id(ground, hub, spoke));
        routes.extend(vpc_cidr(other, ground.region).map(|cidr| route(cidr, target)));
    }
    routes
}

pub(super) fn route(cidr: IpNet, target: RouteTarget) -> Route {
    Route {
        destination: Destination::Cidr(cidr),
        target,
        blackhole: false,
        propagated: false,
    }
}

fn local(ground: &Ground<'_>) -> Route {
    let own = vpc_cidr(ground.site, ground.region).unwrap_or_else(everything);
    route(own, RouteTarget::Local)
}

fn everything() -> IpNet {
    IpNet::default()
}

fn table(
    ground: &Ground<'_>,
    name: &str,
    main: bool,
    subnets: Vec<SubnetId>,
    routes: Vec<Route>,
) -> RouteTable {
    let label = format!("{}-{name}", ground.site.name);
    RouteTable {
        id: ground.id("rtb", name).into(),
        vpc: ground.vpc_id(),
        main,
        subnets,
        routes,
        tags: named(ground.site, &label),
        name: Some(label),
    }
}
