//! Load balancers and the health of what stands behind them.

use super::super::estate::{Environment, Estate, HOME, Purpose, Role, SECOND, Site, arn};
use super::network;
use crate::model::{
    HostedZoneId, Place,
    traffic::{Balancers, LoadBalancer, Target, TargetGroup},
};

pub(in super::super) fn balancers(estate: &Estate, site: &Site, place: &Place) -> Balancers {
    let mut found = Balancers {
        place: place.clone(),
        balancers: Vec::new(),
        target_groups: Vec::new(),
    };
    for name in names(site, place.region.as_str()) {
        let balancer = balancer(estate, site, place, name);
        found
            .target_groups
            .push(target_group(estate, site, place, name, &balancer));
        found.balancers.push(balancer);
    }
    found
}

fn names(site: &Site, region: &str) -> &'static [&'static str] {
    match (site.role, region, site.is_reference()) {
        (Role::Workload(Environment::Prod, Purpose::App), HOME, true) => &[
            "shop-blue",
            "shop-green",
            "api-stable",
            "api-canary",
            "checkout",
        ],
        (Role::Workload(Environment::Prod, Purpose::App), SECOND, true) => &["checkout"],
        (Role::Workload(_, Purpose::App), HOME, true) => {
            &["shop-blue", "shop-green", "api-stable", "api-canary"]
        }
        (Role::Workload(_, Purpose::App), HOME, false) => &["shop-blue", "shop-green"],
        _ => &[],
    }
}

/// The public name of a load balancer, with the final dot.
pub(super) fn dns_name(estate: &Estate, site: &Site, region: &str, name: &str) -> String {
    let number = estate
        .seed
        .below(&format!("alb/{}/{region}/{name}", site.id), 1_000_000_000);
    format!("{name}-{number}.{region}.elb.amazonaws.com.")
}

/// The zone that Route 53 aliases of a region's application load balancers name
/// (AWS General Reference, "Elastic Load Balancing endpoints and quotas").
pub(super) fn canonical_zone(region: &str) -> HostedZoneId {
    match region {
        SECOND => "Z215JYRZR1TBD5".into(),
        _ => "Z32O12XQLNTSW2".into(),
    }
}

fn balancer(estate: &Estate, site: &Site, place: &Place, name: &str) -> LoadBalancer {
    let region = place.region.as_str();
    let hash = estate.seed.roll(&format!("alb/{place}/{name}"));
    let resource = format!("loadbalancer/app/{name}/{hash:016x}");
    LoadBalancer {
        arn: arn(
            "elasticloadbalancing",
            region,
            &site.id.to_string(),
            &resource,
        ),
        name: name.into(),
        dns_name: dns_name(estate, site, region, name)
            .trim_end_matches('.')
            .into(),
        kind: "application".into(),
        scheme: "internet-facing".into(),
        state: "active".into(),
        vpc: Some(network::vpc_id(estate, site, region)),
    }
}

fn target_group(
    estate: &Estate,
    site: &Site,
    place: &Place,
    name: &str,
    balancer: &LoadBalancer,
) -> TargetGroup {
    let region = place.region.as_str();
    let hash = estate.seed.roll(&format!("tg/{place}/{name}"));
    let resource = format!("targetgroup/{name}/{hash:016x}");
    let sick = site.is(Environment::Staging, Purpose::App) && name == "shop-green";
    let count = if site.is(Environment::Prod, Purpose::App) {
        6
    } else {
        2
    };
    let target = |at: u8| {
        let unhealthy = sick && at == 0;
        let address = network::address(site, region, at % 3, 20 + at);
        Target {
            id: address.map_or_else(String::new, |address| address.to_string()),
            port: Some(8080),
            state: if unhealthy { "unhealthy" } else { "healthy" }.into(),
            reason: unhealthy.then(|| {
                "Target.ResponseCodeMismatch: health checks failed with these codes: [503]".into()
            }),
        }
    };
    TargetGroup {
        arn: arn(
            "elasticloadbalancing",
            region,
            &site.id.to_string(),
            &resource,
        ),
        name: name.into(),
        protocol: Some("HTTP".into()),
        port: Some(8080),
        balancers: vec![balancer.arn.clone()],
        targets: (0..count).map(target).collect(),
    }
}
