//! Hosted zones: a pending blue-green, a canary, failover records and their health checks.

use super::{
    super::estate::{Environment, Estate, HOME, Purpose, Role, SECOND, Site},
    balancers,
    protection::databases,
};
use crate::model::{
    HealthCheckId, HostedZoneId, Place,
    traffic::{AliasTarget, HealthCheck, HostedZone, Record, Routing, Zones},
};

pub(in super::super) fn zones(estate: &Estate, site: &Site) -> Zones {
    let mut zones = Zones {
        account: site.id,
        zones: Vec::new(),
        health_checks: Vec::new(),
    };
    let Role::Workload(environment, Purpose::Shared) = site.role else {
        return zones;
    };
    let app = estate.sibling(site, Purpose::App);
    let domain = match (site.is_reference(), environment) {
        (true, Environment::Prod) => "example.com.".to_owned(),
        (true, other) => format!("{other}.example.com."),
        (false, other) => format!("{other}.{}.example.net.", site.team),
    };
    let mut public = zone(estate, site, &domain, false);
    if let Some(app) = app {
        let desk = Desk {
            estate,
            app,
            domain: &domain,
        };
        desk.blue_green(&mut public, environment);
        if site.is_reference() {
            desk.canary(&mut public);
        }
        if site.is(Environment::Prod, Purpose::Shared) {
            desk.failover(&mut public);
            zones.health_checks = desk.health_checks();
        }
    }
    if site.is(Environment::Prod, Purpose::Shared) {
        mail(&mut public, &domain);
        delegate(estate, &mut public);
    }
    zones.zones.push(public);
    if site.is(Environment::Prod, Purpose::Shared) {
        zones.zones.push(internal(estate, site));
    }
    zones
}

fn zone_id(estate: &Estate, site: &Site, domain: &str) -> HostedZoneId {
    let letters = estate
        .seed
        .letters(&format!("zone/{}/{domain}", site.id), 20);
    HostedZoneId::from(format!("Z{letters}"))
}

fn name_servers(estate: &Estate, domain: &str) -> Vec<String> {
    let server = |(at, ending): (u32, &str)| {
        let number = estate.seed.below(&format!("ns/{domain}/{at}"), 512) + at * 512;
        format!("ns-{number}.awsdns-{:02}.{ending}.", number % 64)
    };
    let endings = [(0, "com"), (1, "net"), (2, "org"), (3, "co.uk")];
    endings.into_iter().map(server).collect()
}

fn zone(estate: &Estate, site: &Site, domain: &str, private: bool) -> HostedZone {
    let name_servers = if private {
        Vec::new()
    } else {
        name_servers(estate, domain)
    };
    let first = name_servers
        .first()
        .map_or("ns-0.awsdns-00.com.", String::as_str);
    let authority = format!("{first} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400");
    let servers: Vec<&str> = name_servers.iter().map(String::as_str).collect();
    let mut records = vec![simple(domain, "SOA", 900, &[&authority])];
    if !servers.is_empty() {
        records.push(simple(domain, "NS", 172_800, &servers));
    }
    HostedZone {
        id: zone_id(estate, site, domain),
        name: domain.into(),
        private,
        comment: Some(format!(
            "{} of {}",
            if private {
                "inner names"
            } else {
                "public names"
            },
            site.name
        )),
        name_servers: name_servers.clone(),
        records,
    }
}

fn simple(name: &str, kind: &str, ttl: u32, values: &[&str]) -> Record {
    Record {
        name: name.into(),
        kind: kind.into(),
        set_identifier: None,
        routing: Routing::Simple,
        ttl: Some(ttl),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
        alias: None,
        health_check: None,
    }
}

/// The account whose load balancers a zone's names lead to.
struct Desk<'a> {
    estate: &'a Estate,
    app: &'a Site,
    domain: &'a str,
}

impl Desk<'_> {
    fn name(&self, label: &str) -> String {
        format!("{label}.{}", self.domain)
    }

    fn check(&self, label: &str) -> HealthCheckId {
        let what = format!("check/{}{label}", self.domain);
        HealthCheckId::from(self.estate.seed.uuid(&what))
    }

    /// Plain names with a TTL, so that a switch has something to lower first.
    fn blue_green(&self, zone: &mut HostedZone, environment: Environment) {
        let prod = environment == Environment::Prod && self.app.is_reference();
        for (side, weight) in [("blue", 100), ("green", 0)] {
            let balancer = format!("shop-{side}");
            zone.records.push(Record {
                name: self.name("shop"),
                kind: "CNAME".into(),
                set_identifier: Some(side.into()),
                routing: Routing::Weighted(weight),
                ttl: Some(300),
                values: vec![balancers::dns_name(self.estate, self.app, HOME, &balancer)],
                alias: None,
                health_check: prod.then(|| self.check(&balancer)),
            });
        }
    }

    fn canary(&self, zone: &mut HostedZone) {
        for (side, weight) in [("stable", 95), ("canary", 5)] {
            zone.records.push(Record {
                name: self.name("api"),
                kind: "A".into(),
                set_identifier: Some(side.into()),
                routing: Routing::Weighted(weight),
                ttl: None,
                values: Vec::new(),
                alias: Some(self.alias(HOME, &format!("api-{side}"))),
                health_check: None,
            });
        }
    }

    fn failover(&self, zone: &mut HostedZone) {
        for (side, region) in [("primary", HOME), ("secondary", SECOND)] {
            zone.records.push(Record {
                name: self.name("checkout"),
                kind: "A".into(),
                set_identifier: Some(format!("checkout-{side}")),
                routing: Routing::Failover {
                    primary: side == "primary",
                },
                ttl: None,
                values: Vec::new(),
                alias: Some(self.alias(region, "checkout")),
                health_check: Some(self.check(&format!("checkout-{side}"))),
            });
        }
    }

    fn alias(&self, region: &str, balancer: &str) -> AliasTarget {
        AliasTarget {
            name: balancers::dns_name(self.estate, self.app, region, balancer),
            zone: balancers::canonical_zone(region),
            evaluate_health: true,
        }
    }

    fn health_checks(&self) -> Vec<HealthCheck> {
        let check = |label: &str, host: &str| HealthCheck {
            id: self.check(label),
            what: format!("HTTPS {host}.{}/health", self.domain.trim_end_matches('.')),
            inverted: false,
            disabled: false,
            healthy: Some(true),
            observations: (16, 16),
        };
        vec![
            check("shop-blue", "blue.shop"),
            check("shop-green", "green.shop"),
            check("checkout-primary", "eu-west-1.checkout"),
            check("checkout-secondary", "eu-central-1.checkout"),
        ]
    }
}

fn mail(zone: &mut HostedZone, domain: &str) {
    zone.records
        .push(simple(domain, "MX", 3600, &["10 mail.example.com."]));
    let policy = "\"v=spf1 include:amazonses.com -all\"";
    zone.records.push(simple(domain, "TXT", 3600, &[policy]));
    zone.records.push(simple(
        &format!("*.preview.{domain}"),
        "CNAME",
        60,
        &["shop.example.com."],
    ));
}

/// The zones of the other environments hang below.
fn delegate(estate: &Estate, zone: &mut HostedZone) {
    for environment in [Environment::Staging, Environment::Dev] {
        let child = format!("{environment}.{}", zone.name);
        let servers = name_servers(estate, &child);
        let servers: Vec<&str> = servers.iter().map(String::as_str).collect();
        zone.records.push(simple(&child, "NS", 172_800, &servers));
    }
}

fn internal(estate: &Estate, site: &Site) -> HostedZone {
    let mut zone = zone(estate, site, "prod.internal.", true);
    let app = estate.reference(Environment::Prod, Purpose::App);
    let place = Place::new(app.id, HOME);
    for (name, host) in [
        (
            "orders",
            databases::endpoint(estate, &place, "orders-mysql"),
        ),
        (
            "catalog",
            databases::endpoint(estate, &place, "catalog-postgres"),
        ),
        (
            "checkout",
            databases::cluster_endpoint(estate, &place, "checkout-aurora"),
        ),
    ] {
        zone.records.push(simple(
            &format!("{name}.db.prod.internal."),
            "CNAME",
            5,
            &[&format!("{host}.")],
        ));
    }
    zone
}
