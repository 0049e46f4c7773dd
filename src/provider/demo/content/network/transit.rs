//! Production's transit gateway: it joins app and ml, and leads to the old data centre.

use ipnet::IpNet;

use super::{
    super::{
        super::estate::{Environment, HOME, Purpose, Role, Site},
        named, tags,
    },
    Ground, routes, vpc_cidr, vpc_id,
};
use crate::model::{
    AttachmentId, TransitGatewayId, TransitGatewayRouteTableId,
    network::{
        Network, Route, RouteTarget, TransitGateway, TransitGatewayAttachment, TransitGatewayRoute,
        TransitGatewayRouteTable,
    },
};

/// The data centre behind the VPN.
const DATA_CENTRE: &str = "192.168.0.0/16";

fn joins(ground: &Ground<'_>) -> bool {
    let prod = matches!(ground.site.role, Role::Workload(Environment::Prod, _));
    prod && ground.site.is_reference() && ground.region == HOME
}

/// Adds what this account sees: the owner all of it, the others the shared gateway and their own
/// attachment.
pub(super) fn add(ground: &Ground<'_>, network: &mut Network) {
    if !joins(ground) {
        return;
    }
    let owner = owner(ground);
    network.transit_gateways.push(TransitGateway {
        id: gateway(ground),
        name: Some("prod-transit".into()),
        state: "available".into(),
        owner: owner.id,
        tags: named(owner, "prod-transit"),
    });
    if ground.site.id != owner.id {
        network.attachments.push(attachment(ground, ground.site));
        return;
    }
    let members = [Purpose::App, Purpose::Ml, Purpose::Shared]
        .map(|purpose| ground.estate.reference(Environment::Prod, purpose));
    network
        .attachments
        .extend(members.map(|site| attachment(ground, site)));
    network.attachments.push(TransitGatewayAttachment {
        id: vpn(ground),
        gateway: gateway(ground),
        kind: "vpn".into(),
        resource: Some(ground.id("vpn", "data centre")),
        resource_owner: Some(owner.id),
        state: "available".into(),
        route_table: Some(table(ground)),
        tags: tags([("Name", "data-centre")]),
    });
    let to = |destination: IpNet, attachment: AttachmentId| TransitGatewayRoute {
        destination,
        attachments: vec![attachment],
        blackhole: false,
    };
    let mut routes: Vec<TransitGatewayRoute> = members
        .iter()
        .filter_map(|site| Some(to(vpc_cidr(site, HOME)?, attachment_id(ground, site))))
        .collect();
    routes.push(to(data_centre(), vpn(ground)));
    network.transit_route_tables.push(TransitGatewayRouteTable {
        id: table(ground),
        gateway: gateway(ground),
        routes,
    });
}

/// App and ml reach each other and the data centre over the gateway; nobody reaches the hub by it.
pub(super) fn routes(ground: &Ground<'_>) -> Vec<Route> {
    if !joins(ground) {
        return Vec::new();
    }
    let other = match ground.site.role {
        Role::Workload(_, Purpose::App) => Some(Purpose::Ml),
        Role::Workload(_, Purpose::Ml) => Some(Purpose::App),
        _ => None,
    };
    let other = other.map(|purpose| ground.estate.reference(Environment::Prod, purpose));
    let mut cidrs: Vec<IpNet> = other
        .and_then(|site| vpc_cidr(site, HOME))
        .into_iter()
        .collect();
    cidrs.push(data_centre());
    let target = RouteTarget::TransitGateway(gateway(ground));
    cidrs
        .into_iter()
        .map(|cidr| routes::route(cidr, target.clone()))
        .collect()
}

fn owner<'a>(ground: &Ground<'a>) -> &'a Site {
    ground.estate.reference(Environment::Prod, Purpose::Shared)
}

fn gateway(ground: &Ground<'_>) -> TransitGatewayId {
    TransitGatewayId::from(ground.estate.seed.id("tgw", "prod"))
}

fn table(ground: &Ground<'_>) -> TransitGatewayRouteTableId {
    TransitGatewayRouteTableId::from(ground.estate.seed.id("tgw-rtb", "prod"))
}

fn vpn(ground: &Ground<'_>) -> AttachmentId {
    AttachmentId::from(ground.estate.seed.id("tgw-attach", "data centre"))
}

fn attachment_id(ground: &Ground<'_>, site: &Site) -> AttachmentId {
    let what = format!("vpc/{}", site.id);
    AttachmentId::from(ground.estate.seed.id("tgw-attach", &what))
}

fn attachment(ground: &Ground<'_>, site: &Site) -> TransitGatewayAttachment {
    TransitGatewayAttachment {
        id: attachment_id(ground, site),
        gateway: gateway(ground),
        kind: "vpc".into(),
        resource: Some(vpc_id(ground.estate, site, HOME).to_string()),
        resource_owner: Some(site.id),
        state: "available".into(),
        route_table: Some(table(ground)),
        tags: named(site, &site.name),
    }
}

fn data_centre() -> IpNet {
    DATA_CENTRE.parse().expect("a network in the code")
}
