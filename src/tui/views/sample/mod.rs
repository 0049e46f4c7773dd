//! The reference organization in little, for the tests of the views: nine accounts, one fault of
//! each kind.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil::Date};
use rust_decimal::Decimal;

use crate::{
    inventory::{Inventory, Loaded, Query},
    model::{
        Account, AccountId, AccountStatus, Arn, Organization, Place, Region, Tags, Trouble,
        TroubleKind, Unit, UnitId,
        cluster::{Accelerator, Capacity, Cluster, NodePool},
        cost::{
            Anomaly, Budget, CostMetric, CostQuery, CostReport, CostRow, Costs, Forecast,
            Granularity,
        },
        network::{Destination, Network, Peering, PeeringEnd, Route, RouteTable, RouteTarget, Vpc},
        protection::{BackupJob, Database, DatabaseKind, DatabaseSnapshot, Protection},
        traffic::{
            AliasTarget, Balancers, HealthCheck, HostedZone, LoadBalancer, Record, Routing, Target,
            TargetGroup, Zones,
        },
    },
};

mod inside;

pub(super) use inside::cluster;

pub(super) const NOW: &str = "2026-01-15T10:00:00Z";
pub(super) const HOME: &str = "eu-west-1";

pub(super) fn now() -> Timestamp {
    NOW.parse().expect("a valid time")
}

fn ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

/// The accounts of `dev`, `staging` and `prod`, in the order app, ml, shared: 1 to 9.
pub(super) fn account(number: u64) -> AccountId {
    format!("{:012}", 111_111_111_111 * number)
        .parse()
        .expect("twelve digits")
}

fn place(number: u64) -> Place {
    Place::new(account(number), HOME)
}

fn arn(number: u64, service: &str, rest: &str) -> Arn {
    format!("arn:aws:{service}:{HOME}:{}:{rest}", account(number)).into()
}

const ENVIRONMENTS: [(&str, &str, u8); 3] = [
    ("Dev", "dev", 0),
    ("Staging", "staging", 10),
    ("Prod", "prod", 20),
];
const PURPOSES: [&str; 3] = ["app", "ml", "shared"];

/// Everything read, a moment ago.
pub(super) fn inventory() -> Inventory {
    let mut all = Inventory {
        regions: vec![Region::from(HOME)],
        ..Inventory::default()
    };
    all.accept(
        &Query::Organization,
        Loaded::Organization(Arc::new(organization())),
        now(),
    );
    all.accept(&Query::Costs, Loaded::Costs(Arc::new(costs())), ago(3));
    for number in 1..=9 {
        let here = place(number);
        all.accept(
            &Query::Network(here.clone()),
            Loaded::Network(Arc::new(network(number))),
            now(),
        );
        all.accept(
            &Query::Clusters(here.clone()),
            Loaded::Clusters(Arc::new(clusters(number))),
            now(),
        );
        all.accept(
            &Query::Protection(here.clone()),
            Loaded::Protection(Arc::new(protection(number))),
            now(),
        );
        all.accept(
            &Query::Balancers(here),
            Loaded::Balancers(Arc::new(balancers(number))),
            now(),
        );
        all.accept(
            &Query::Zones(account(number)),
            Loaded::Zones(Arc::new(zones(number))),
            now(),
        );
    }
    inside::add(&mut all);
    all
}

/// The same with one account denied, one still on its way and old figures elsewhere.
pub(super) fn partial() -> Inventory {
    let mut all = inventory();
    for number in [1, 8] {
        all.clusters.remove(&place(number));
        all.networks.remove(&place(number));
        all.protections.remove(&place(number));
        all.balancers.remove(&place(number));
        all.zones.remove(&account(number));
    }
    let cluster = inside::cluster();
    let unreachable = Arc::new(unreachable());
    for query in [
        Query::Fleet(cluster.clone()),
        Query::Contents(cluster.clone()),
        Query::Velero(cluster),
    ] {
        all.fail(&query, Arc::clone(&unreachable));
    }
    let queries = |number| {
        [
            Query::Clusters(place(number)),
            Query::Network(place(number)),
            Query::Protection(place(number)),
            Query::Balancers(place(number)),
            Query::Zones(account(number)),
        ]
    };
    for query in queries(1) {
        all.begin(&query);
    }
    let denied = Arc::new(denied());
    for query in queries(8) {
        all.fail(&query, Arc::clone(&denied));
    }
    all
}

pub(super) fn unreachable() -> Trouble {
    Trouble {
        kind: TroubleKind::Unreachable,
        message: "no route to prod-ml: no connection within 3 s".into(),
        hint: Some("the endpoint is private: open a tunnel".into()),
    }
}

pub(super) fn denied() -> Trouble {
    Trouble {
        kind: TroubleKind::Denied,
        message: "`sts:AssumeRole` is denied: not authorized".into(),
        hint: Some("pick another role with `A`".into()),
    }
}

pub(super) fn organization() -> Organization {
    let unit = |id: &str, name: &str, parent: Option<&str>| Unit {
        id: id.into(),
        arn: format!("arn:aws:organizations::999999999999:ou/{id}").into(),
        name: name.into(),
        parent: parent.map(UnitId::from),
        policies: Vec::new(),
        tags: Tags::new(),
    };
    let mut units = vec![
        unit("r-root", "Root", None),
        unit("ou-env", "Environments", Some("r-root")),
    ];
    let mut accounts = Vec::new();
    for (index, (name, short, _)) in ENVIRONMENTS.iter().enumerate() {
        let id = format!("ou-{short}");
        units.push(unit(&id, name, Some("ou-env")));
        for (offset, purpose) in PURPOSES.iter().enumerate() {
            let number = u64::try_from(index * 3 + offset + 1).expect("small");
            accounts.push(Account {
                id: account(number),
                arn: format!(
                    "arn:aws:organizations::999999999999:account/{}",
                    account(number)
                )
                .into(),
                name: format!("{short}-{purpose}"),
                email: format!("aws+{short}-{purpose}@example.com"),
                status: AccountStatus::Active,
                joined: Some(ago(9_000)),
                parent: Some(id.as_str().into()),
                policies: Vec::new(),
                tags: Tags::from([("owner".into(), format!("{purpose}-team"))]),
            });
        }
    }
    Organization {
        id: Some("o-example".into()),
        management_account: None,
        units,
        accounts,
        policies: Vec::new(),
        delegated: Vec::new(),
        gaps: Vec::new(),
    }
}

/// `(environment, purpose)` of an account, as indices.
fn role(number: u64) -> (usize, usize) {
    let index = usize::try_from(number - 1).expect("small");
    (index / 3, index % 3)
}

fn vpc_id(environment: usize, purpose: usize) -> String {
    format!("vpc-0{environment}{purpose}a1b2c3d4e5f6")
}

fn cidr(environment: usize, purpose: usize) -> ipnet::IpNet {
    // The shared VPC has the first block, app and ml the next two.
    let second = ENVIRONMENTS[environment].2 + [1, 2, 0][purpose];
    format!("10.{second}.0.0/16").parse().expect("a block")
}

/// Spokes are peered with their hub; prod-ml's way back is missing and dev-ml waits.
fn network(number: u64) -> Network {
    let (environment, purpose) = role(number);
    let (_, short, _) = ENVIRONMENTS[environment];
    let here = place(number);
    let mut network = Network::empty(here.clone());
    network.vpcs.push(Vpc {
        id: vpc_id(environment, purpose).into(),
        name: Some(format!("{short}-{}", PURPOSES[purpose])),
        cidrs: vec![cidr(environment, purpose)],
        state: "available".into(),
        default: false,
        owner: here.account,
        dns_support: None,
        dns_hostnames: None,
        tags: Tags::new(),
    });
    let mut routes = vec![Route {
        destination: Destination::Cidr(cidr(environment, purpose)),
        target: RouteTarget::Local,
        blackhole: false,
        propagated: false,
    }];
    for spoke in [0, 1]
        .into_iter()
        .filter(|spoke| purpose == 2 || *spoke == purpose)
    {
        let id = format!("pcx-0{environment}{spoke}aa11bb22cc33");
        let end = |purpose: usize| PeeringEnd {
            account: account(u64::try_from(environment * 3 + purpose + 1).expect("small")),
            region: HOME.into(),
            vpc: vpc_id(environment, purpose).into(),
            cidrs: vec![cidr(environment, purpose)],
            dns_resolution: Some(true),
        };
        let waits = environment == 0 && spoke == 1;
        network.peerings.push(Peering {
            id: id.as_str().into(),
            name: Some(format!("{short}-{}", PURPOSES[spoke])),
            requester: end(spoke),
            accepter: end(2),
            status: if waits {
                "pending-acceptance"
            } else {
                "active"
            }
            .into(),
            message: None,
            expires: waits.then(|| now() + SignedDuration::from_hours(50)),
            tags: Tags::new(),
        });
        let forgotten = environment == 2 && spoke == 1 && purpose == 2;
        if !waits && !forgotten {
            let far = if purpose == 2 { spoke } else { 2 };
            routes.push(Route {
                destination: Destination::Cidr(cidr(environment, far)),
                target: RouteTarget::Peering(id.as_str().into()),
                blackhole: false,
                propagated: false,
            });
        }
    }
    network.route_tables.push(RouteTable {
        id: format!("rtb-0{environment}{purpose}").into(),
        vpc: vpc_id(environment, purpose).into(),
        name: None,
        main: true,
        subnets: Vec::new(),
        routes,
        tags: Tags::new(),
    });
    network
}

fn clusters(number: u64) -> Vec<Cluster> {
    let (environment, purpose) = role(number);
    if purpose == 2 {
        return Vec::new();
    }
    let (_, short, _) = ENVIRONMENTS[environment];
    let name = format!("{short}-{}", PURPOSES[purpose]);
    let pool =
        |pool: &str, kind: &str, sizes: [u32; 4], accelerator: Option<Accelerator>| NodePool {
            name: pool.into(),
            arn: arn(number, "eks", &format!("nodegroup/{name}/{pool}")),
            status: "ACTIVE".into(),
            instance_types: vec![kind.into()],
            capacity: if pool == "spot" {
                Capacity::Spot
            } else {
                Capacity::OnDemand
            },
            min: sizes[0],
            desired: sizes[1],
            max: sizes[2],
            running: Some(sizes[3]),
            subnets: Vec::new(),
            zones: vec![format!("{HOME}a").into(), format!("{HOME}b").into()],
            accelerator,
            issues: if sizes[3] < sizes[1] {
                vec!["AsgInstanceLaunchFailures: no capacity for p5.48xlarge in eu-west-1a".into()]
            } else {
                Vec::new()
            },
            tags: Tags::new(),
        };
    let gpu = |model: &str, count, memory_mib| {
        Some(Accelerator {
            maker: "NVIDIA".into(),
            model: model.into(),
            count,
            memory_mib,
        })
    };
    let mut pools = vec![pool("main", "t3.medium", [2, 3, 4, 3], None)];
    if purpose == 1 {
        pools.push(pool(
            "gpu",
            "g4dn.xlarge",
            [0, 2, 2, 2],
            gpu("T4", 1, 16_384),
        ));
    }
    if number == 8 {
        pools.push(pool(
            "h100",
            "p5.48xlarge",
            [0, 8, 12, 6],
            gpu("H100", 8, 655_360),
        ));
    }
    vec![Cluster {
        place: place(number),
        name: name.as_str().into(),
        arn: arn(number, "eks", &format!("cluster/{name}")),
        version: if environment == 0 { "1.31" } else { "1.33" }.into(),
        status: "ACTIVE".into(),
        endpoint: Some(format!("https://{name}.example.com")),
        public_endpoint: false,
        vpc: Some(vpc_id(environment, purpose).into()),
        created: Some(ago(4_000)),
        issues: Vec::new(),
        pools,
        tags: Tags::new(),
    }]
}

fn protection(number: u64) -> Protection {
    let (environment, purpose) = role(number);
    let (_, short, _) = ENVIRONMENTS[environment];
    let mut protection = Protection {
        place: place(number),
        databases: Vec::new(),
        snapshots: Vec::new(),
        vaults: Vec::new(),
        plans: Vec::new(),
        recovery_points: Vec::new(),
        jobs: Vec::new(),
        buckets: Vec::new(),
        gaps: Vec::new(),
    };
    if purpose != 0 {
        return protection;
    }
    let id = format!("{short}-orders");
    let late = environment == 2;
    protection.databases.push(Database {
        id: id.clone(),
        arn: arn(number, "rds", &format!("db:{id}")),
        kind: DatabaseKind::Instance,
        engine: "postgres".into(),
        engine_version: "16.4".into(),
        status: "available".into(),
        class: Some("db.m6g.large".into()),
        multi_az: environment == 2,
        zone: Some(format!("{HOME}a").into()),
        secondary_zone: (environment == 2).then(|| format!("{HOME}b").into()),
        endpoint: Some(format!("{id}.example.com")),
        members: Vec::new(),
        replica_of: None,
        replicas: Vec::new(),
        backup_retention_days: if environment == 0 { 0 } else { 7 },
        latest_restorable: match environment {
            0 => None,
            1 => Some(now() - SignedDuration::from_mins(4)),
            _ => Some(ago(26)),
        },
        deletion_protection: environment == 2,
        encrypted: true,
        tags: Tags::new(),
    });
    protection.snapshots.push(DatabaseSnapshot {
        id: format!("{id}-2026-01-14"),
        arn: arn(number, "rds", &format!("snapshot:{id}-2026-01-14")),
        database: id.clone(),
        kind: "automated".into(),
        status: "available".into(),
        created: Some(ago(26)),
        size_gib: Some(200),
        encrypted: true,
        copied_from: None,
    });
    if late {
        protection.jobs.push(BackupJob {
            id: "job-1".into(),
            resource: arn(number, "rds", &format!("db:{id}")),
            resource_type: "RDS".into(),
            state: "FAILED".into(),
            message: Some("the vault's key is not accessible".into()),
            created: ago(8),
            completed: Some(ago(8)),
        });
    }
    protection
}

fn zones(number: u64) -> Zones {
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

fn balancers(number: u64) -> Balancers {
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

const SERVICES: [(&str, i64); 7] = [
    ("Amazon Elastic Compute Cloud - Compute", 900),
    ("Amazon Relational Database Service", 210),
    ("Amazon Elastic Kubernetes Service", 73),
    ("Amazon Simple Storage Service", 55),
    ("EC2 - Other", 40),
    ("AmazonCloudWatch", 12),
    ("AWS Key Management Service", 2),
];

/// Twelve closed months and half of January, growing; prod-ml jumps on 12 January.
pub(super) fn costs() -> Costs {
    let query = |granularity, from: Date, until: Date| CostQuery {
        metric: CostMetric::NetAmortized,
        granularity,
        from,
        until,
    };
    let date = |year: i16, month: i8, day: i8| Date::new(year, month, day).expect("a date");
    let share =
        |number: u64| [1, 2, 1, 3, 5, 2, 18, 55, 4][usize::try_from(number - 1).expect("small")];
    let mut months = Vec::new();
    let mut days = Vec::new();
    for number in 1..=9 {
        for (service, weight) in SERVICES {
            let daily = |growth: i64| Decimal::new(weight * share(number) * growth, 2);
            for month in 0..13_i64 {
                let first = if month == 12 {
                    date(2026, 1, 1)
                } else {
                    date(2025, i8::try_from(month + 1).expect("small"), 1)
                };
                let length = if month == 12 { 14 } else { 30 };
                months.push(CostRow {
                    account: account(number),
                    service: service.into(),
                    start: first,
                    amount: daily(90 + month * 3) * Decimal::from(length) / Decimal::from(100),
                    estimated: month == 12,
                });
            }
            for day in 0..45_i64 {
                let start = date(2025, 12, 1)
                    .checked_add(jiff::Span::new().days(day))
                    .expect("a date");
                let jump = number == 8 && start >= date(2026, 1, 12) && weight == 900;
                let amount = daily(if jump { 190 } else { 125 }) / Decimal::from(100);
                days.push(CostRow {
                    account: account(number),
                    service: service.into(),
                    start,
                    amount,
                    estimated: start >= date(2026, 1, 1),
                });
            }
        }
    }
    Costs {
        months: CostReport {
            query: query(Granularity::Monthly, date(2025, 1, 1), date(2026, 1, 16)),
            currency: "USD".into(),
            rows: months,
            requests: 1,
        },
        days: CostReport {
            query: query(Granularity::Daily, date(2025, 12, 1), date(2026, 1, 15)),
            currency: "USD".into(),
            rows: days,
            requests: 2,
        },
        forecast: Some(Forecast {
            currency: "USD".into(),
            from: date(2026, 1, 15),
            until: date(2026, 2, 1),
            mean: Decimal::from(41_000),
            low: Decimal::from(38_000),
            high: Decimal::from(44_000),
        }),
        anomalies: Some(vec![Anomaly {
            id: "anomaly-1".into(),
            account: Some(account(8)),
            service: Some("Amazon Elastic Compute Cloud - Compute".into()),
            usage_type: Some("EU-BoxUsage:p5.48xlarge".into()),
            start: date(2026, 1, 12),
            end: None,
            impact: Decimal::from(3_100),
            currency: "USD".into(),
        }]),
        budgets: vec![Budget {
            account: account(8),
            name: "organization".into(),
            currency: "USD".into(),
            limit: Decimal::from(60_000),
            actual: Decimal::from(34_000),
            forecast: Some(Decimal::from(64_800)),
            period: "MONTHLY".into(),
        }],
        as_of: ago(3),
    }
}
