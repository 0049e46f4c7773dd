//! Two VPCs in two accounts, peered or attached to one transit gateway, for tests to break.

use super::{
    AclEntry, Destination, Network, NetworkAcl, Peering, PeeringEnd, Route, RouteTable,
    RouteTarget, Subnet, Traffic, TransitGateway, TransitGatewayAttachment, TransitGatewayRoute,
    TransitGatewayRouteTable, Vpc,
};
use crate::model::{AccountId, Place, Region, Tags};

#[derive(Debug)]
pub(super) struct World {
    pub(super) networks: Vec<Network>,
}

impl World {
    /// The only table of `a` or `b`.
    pub(super) fn table(&mut self, side: &str) -> &mut RouteTable {
        let table =
            |network: &Network| network.route_tables[0].id.as_str() == format!("rtb-{side}");
        let network = self.networks.iter_mut().find(|network| table(network));
        &mut network.expect("a side").route_tables[0]
    }

    pub(super) fn status(&mut self, status: &str) {
        for peering in self.networks.iter_mut().flat_map(|all| &mut all.peerings) {
            peering.status = status.into();
        }
    }
}

pub(super) fn peered() -> World {
    let over = || RouteTarget::Peering("pcx-1".into());
    let mut a = side(1, "a", "app", over());
    let mut b = side(2, "b", "ml", over());
    let end = |network: &Network| PeeringEnd {
        account: network.place.account,
        region: network.place.region.clone(),
        vpc: network.vpcs[0].id.clone(),
        cidrs: network.vpcs[0].cidrs.clone(),
        dns_resolution: None,
    };
    let peering = Peering {
        id: "pcx-1".into(),
        name: None,
        requester: end(&a),
        accepter: end(&b),
        status: "active".into(),
        message: None,
        expires: None,
        tags: Tags::new(),
    };
    a.peerings.push(peering.clone());
    b.peerings.push(peering);
    World {
        networks: vec![a, b],
    }
}

pub(super) fn transit() -> World {
    let over = || RouteTarget::TransitGateway("tgw-1".into());
    let mut a = side(1, "a", "app", over());
    let mut b = side(2, "b", "ml", over());
    let attachment = |side: &str, account| TransitGatewayAttachment {
        id: format!("tgw-attach-{side}").into(),
        gateway: "tgw-1".into(),
        kind: "vpc".into(),
        resource: Some(format!("vpc-{side}")),
        resource_owner: Some(account),
        state: "available".into(),
        route_table: Some("tgw-rtb-1".into()),
        tags: Tags::new(),
    };
    let route = |side: &str, cidr: &str| TransitGatewayRoute {
        destination: cidr.parse().expect("a CIDR"),
        attachments: vec![format!("tgw-attach-{side}").into()],
        blackhole: false,
    };
    a.transit_gateways.push(TransitGateway {
        id: "tgw-1".into(),
        name: Some("backbone".into()),
        state: "available".into(),
        owner: a.place.account,
        tags: Tags::new(),
    });
    a.transit_route_tables.push(TransitGatewayRouteTable {
        id: "tgw-rtb-1".into(),
        gateway: "tgw-1".into(),
        routes: vec![route("a", "10.1.0.0/16"), route("b", "10.2.0.0/16")],
    });
    a.attachments.push(attachment("a", a.place.account));
    a.attachments.push(attachment("b", b.place.account));
    b.attachments.push(TransitGatewayAttachment {
        route_table: None,
        ..attachment("b", b.place.account)
    });
    World {
        networks: vec![a, b],
    }
}

/// VPC `vpc-a` is 10.1.0.0/16 and its only subnet `subnet-a` 10.1.0.0/24, and so on.
fn side(number: u8, letter: &str, name: &str, over: RouteTarget) -> Network {
    let account: AccountId = format!("{number:012}").parse().expect("twelve digits");
    let cidr = |text: String| text.parse().expect("a CIDR");
    let mut network = Network::empty(Place::new(account, Region::from("eu-west-1")));
    network.vpcs.push(Vpc {
        id: format!("vpc-{letter}").into(),
        name: Some(name.into()),
        cidrs: vec![cidr(format!("10.{number}.0.0/16"))],
        state: "available".into(),
        default: false,
        owner: account,
        dns_support: None,
        dns_hostnames: None,
        tags: Tags::new(),
    });
    network.subnets.push(Subnet {
        id: format!("subnet-{letter}").into(),
        vpc: format!("vpc-{letter}").into(),
        name: Some(format!("{name}-private")),
        cidrs: vec![cidr(format!("10.{number}.0.0/24"))],
        zone: "eu-west-1a".into(),
        zone_id: None,
        free_addresses: None,
        public_addresses: false,
        tags: Tags::new(),
    });
    let route = |to: String, target| Route {
        destination: Destination::Cidr(cidr(to)),
        target,
        blackhole: false,
        propagated: false,
    };
    network.route_tables.push(RouteTable {
        id: format!("rtb-{letter}").into(),
        vpc: format!("vpc-{letter}").into(),
        name: Some(format!("{name} private")),
        main: true,
        subnets: Vec::new(),
        routes: vec![
            route(format!("10.{number}.0.0/16"), RouteTarget::Local),
            route(format!("10.{}.0.0/16", 3 - number), over),
        ],
        tags: Tags::new(),
    });
    let entry = |egress| AclEntry {
        number: 100,
        egress,
        allow: true,
        cidr: cidr("0.0.0.0/0".into()),
        traffic: Traffic::ALL,
    };
    network.acls.push(NetworkAcl {
        id: format!("acl-{letter}").into(),
        vpc: format!("vpc-{letter}").into(),
        default: true,
        subnets: vec![format!("subnet-{letter}").into()],
        entries: vec![entry(true), entry(false)],
        tags: Tags::new(),
    });
    network
}
