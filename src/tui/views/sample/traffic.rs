//! A zone with two sides, and what they answer with.

use super::{account, arn, place};
use crate::model::traffic::{
    AliasTarget, Balancers, HealthCheck, HostedZone, LoadBalancer, Record, Routing, Target,
    TargetGroup, Zones,
};

pub(super) fn zones(number: u64) -> Zones {
    let mut zones = Zones {
        account: account(number),
        zones: Vec::new(),
        health_checks: Vec::new(),
    };
    if number != 7 {
        return zones;
    }
    let side = |name: &str, weight, check: Option<&str>| Record {
        name: "shop.example.com.".into(),
        kind: "A".into(),
        set_identifier: Some(name.into()),
        routing: Routing::Weighted(weight),
        ttl: None,
        values: Vec::new(),
        alias: Some(AliasTarget {
            name: format!("{name}.elb.example.com."),
            zone: "ZELB".into(),
            evaluate_health: true,
        }),
        health_check: check.map(Into::into),
    };
    zones.zones.push(HostedZone {
        id: "Z0PROD".into(),
        name: "example.com.".into(),
        private: false,
        comment: None,
        name_servers: vec!["ns-1.example.org".into()],
        records: vec![
            side("blue", 90, Some("hc-blue")),
            side("green", 10, Some("hc-green")),
            Record {
                name: "www.example.com.".into(),
                kind: "CNAME".into(),
                set_identifier: None,
                routing: Routing::Simple,
                ttl: Some(300),
                values: vec!["shop.example.com.".into()],
                alias: None,
                health_check: None,
            },
        ],
    });
    let check = |id: &str, healthy, seen| HealthCheck {
        id: id.into(),
        what: format!("HTTPS {id}.example.com/health"),
        inverted: false,
        disabled: false,
        healthy: Some(healthy),
        observations: (seen, 16),
    };
    zones.health_checks = vec![check("hc-blue", true, 16), check("hc-green", true, 15)];
    zones
}

pub(super) fn balancers(number: u64) -> Balancers {
    let mut all = Balancers {
        place: place(number),
        balancers: Vec::new(),
        target_groups: Vec::new(),
    };
    if number == 7 {
        for side in ["blue", "green"] {
            let balancer = arn(
                number,
                "elasticloadbalancing",
                &format!("loadbalancer/app/{side}"),
            );
            all.balancers.push(LoadBalancer {
                arn: balancer.clone(),
                name: side.into(),
                dns_name: format!("{side}.elb.example.com"),
                kind: "application".into(),
                scheme: "internet-facing".into(),
                state: "active".into(),
                vpc: None,
            });
            let target = |id: &str, state: &str| Target {
                id: id.into(),
                port: Some(8080),
                state: state.into(),
                reason: None,
            };
            all.target_groups.push(TargetGroup {
                arn: arn(
                    number,
                    "elasticloadbalancing",
                    &format!("targetgroup/{side}"),
                ),
                name: side.into(),
                protocol: Some("HTTP".into()),
                port: Some(8080),
                balancers: vec![balancer],
                targets: vec![
                    target("10.21.1.10", "healthy"),
                    target(
                        "10.21.2.10",
                        if side == "blue" {
                            "healthy"
                        } else {
                            "unhealthy"
                        },
                    ),
                ],
            });
        }
    }
    all
}
