use std::collections::BTreeSet;

use super::{observe::Observed, planned::plan, *};
use crate::{
    engine::{
        operations::{self, database::Ground},
        plan::{Plan, Sealed, sample},
    },
    model::{
        EnvironmentClass, Place, ZoneName,
        change::DatabaseChange,
        network::{Network, Subnet},
        protection::{
            Database, DatabaseEvent,
            DatabaseKind::{Cluster, Instance},
            DatabaseMember, Databases,
        },
        traffic::{Balancers, Target, TargetGroup},
        zonal::ManagedResource,
    },
};

type Spoil = fn(&mut Observed);
/// What is asked for, what is spoilt before, and what is told.
type Case<'a> = (&'a [(&'a str, &'a str)], Spoil, &'a str);

fn place() -> Place {
    Place::new(sample::account(), "eu-west-1")
}

fn orders() -> Database {
    Database {
        resource_id: Some("db-1".into()),
        engine: "mysql".into(),
        multi_az: true,
        zone: Some("eu-west-1a".into()),
        secondary_zone: Some("eu-west-1b".into()),
        endpoint: Some("orders.example.com".into()),
        ..Database::named(Instance, "orders", "arn:x:rds:eu-west-1:1:db:orders".into())
    }
}

fn member(id: &str, zone: &str) -> Database {
    let arn = format!("arn:x:rds:eu-west-1:1:db:{id}");
    Database {
        cluster: Some("checkout".into()),
        zone: Some(zone.into()),
        ..Database::named(Instance, id, arn.into())
    }
}

fn checkout() -> Database {
    let member = |id: &str, writer, tier| DatabaseMember {
        id: id.into(),
        writer,
        tier: Some(tier),
    };
    Database {
        engine: "aurora-postgresql".into(),
        multi_az: true,
        endpoint: Some("checkout.example.com".into()),
        members: vec![
            member("checkout-1", true, 1),
            member("checkout-2", false, 1),
            member("checkout-3", false, 0),
        ],
        ..Database::named(
            Cluster,
            "checkout",
            "arn:x:rds:eu-west-1:1:cluster:checkout".into(),
        )
    }
}

fn shop() -> ManagedResource {
    ManagedResource {
        arn: "arn:x:elb:shop".into(),
        name: "shop".into(),
        zones: BTreeSet::from(["euw1-az1".into(), "euw1-az2".into()]),
        away: BTreeSet::new(),
        shifts: Vec::new(),
    }
}

fn subnet(number: u8, zone: &str, id: &str) -> Subnet {
    Subnet {
        id: format!("subnet-{number}").into(),
        vpc: "vpc-1".into(),
        name: None,
        cidrs: vec![format!("10.0.{number}.0/24").parse().expect("a CIDR")],
        zone: zone.into(),
        zone_id: Some(id.into()),
        free_addresses: None,
        public_addresses: false,
        tags: crate::model::Tags::new(),
    }
}

fn target(id: &str) -> Target {
    Target {
        id: id.into(),
        port: Some(80),
        state: "healthy".into(),
        reason: None,
    }
}

fn seen() -> Observed {
    let now = "2026-01-15T10:00:00Z".parse().expect("a moment");
    let mut databases = Databases::empty(place(), now);
    databases.instances = vec![
        orders(),
        member("checkout-1", "eu-west-1a"),
        member("checkout-2", "eu-west-1b"),
        member("checkout-3", "eu-west-1c"),
    ];
    databases.clusters = vec![checkout()];
    let mut network = Network::empty(place());
    network.subnets = vec![
        subnet(1, "eu-west-1a", "euw1-az1"),
        subnet(2, "eu-west-1b", "euw1-az2"),
    ];
    Observed {
        ground: Ground {
            environment: EnvironmentClass::Prod,
            organization: None,
            author: "ann".into(),
            now,
        },
        seen: databases,
        network,
        resources: vec![shop()],
        balancers: Balancers {
            place: place(),
            balancers: Vec::new(),
            target_groups: vec![TargetGroup {
                arn: "arn:x:elb:group".into(),
                name: "shop-targets".into(),
                protocol: None,
                port: None,
                balancers: vec!["arn:x:elb:shop".into()],
                targets: vec![target("10.0.1.7"), target("10.0.2.7"), target("10.0.2.8")],
            }],
        },
        connections: [("orders".to_owned(), 42), ("checkout".to_owned(), 7)].into(),
        lags: [("checkout-2".to_owned(), 1), ("checkout-3".to_owned(), 1)].into(),
        reachable: BTreeSet::from(["orders".to_owned(), "checkout".to_owned()]),
        unread: Vec::new(),
    }
}

fn wish(pairs: &[(&str, &str)]) -> Arguments {
    let given = Arguments::new().with("reason", "tests");
    let given = pairs
        .iter()
        .fold(given, |given, (name, value)| given.with(name, *value));
    given.complete(PARAMETERS).expect("complete")
}

fn outline(plan: &Plan) -> String {
    let lines = plan.steps.iter().map(|step| {
        let before = plan.edges.iter().filter(|edge| edge.after == step.id);
        let before: Vec<&str> = before.map(|edge| edge.before.as_str()).collect();
        let after = if before.is_empty() {
            String::new()
        } else {
            format!(" after {}", before.join(", "))
        };
        format!("{}{after}: {}", step.id, step.title)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn everything_that_can_leaves_the_zone_side_by_side() {
    let plan = plan(&wish(&[("zone", "eu-west-1a")]), &seen()).expect("plannable");
    insta::assert_snapshot!(outline(&plan), @"
    shift-shop: shift shop away from euw1-az1 for 60 min
    fail-over-orders: orders: fail over from eu-west-1a to eu-west-1b
    port-orders after fail-over-orders: wait until port 3306 of orders takes connections
    fail-over-checkout: checkout: writer from checkout-1 to checkout-3
    port-checkout after fail-over-checkout: wait until port 5432 of checkout takes connections
    bake after shift-shop, port-orders, port-checkout: watch for 60 s
    ");
    insta::assert_snapshot!(plan.warnings.join("\n"), @"
    shop-targets: 1 of 3 healthy targets are in eu-west-1a; the other 2 take their traffic too
    clients that keep the old address of a database longer than its TTL of 5 s have to be restarted
    ");
    assert_eq!(plan.title, "leave eu-west-1a with orders, checkout, shop");
    assert_eq!(
        plan.points_of_no_return,
        ["fail-over-orders".into(), "fail-over-checkout".into()]
    );
    let asked: Vec<&str> = plan.gates.iter().map(|gate| gate.before.as_str()).collect();
    assert_eq!(asked, ["fail-over-orders", "fail-over-checkout"]);
    let recovery = plan.recovery.clone().expect("a forecast");
    assert_eq!(recovery.point_seconds, Some(0));
    assert!(Sealed::seal(plan).is_ok());
}

#[test]
fn one_target_leaves_the_zone_that_it_is_in() {
    let plan = plan(&wish(&[("targets", "orders")]), &seen()).expect("plannable");
    insta::assert_snapshot!(outline(&plan), @"
    fail-over-orders: orders: fail over from eu-west-1a to eu-west-1b
    port-orders after fail-over-orders: wait until port 3306 of orders takes connections
    bake after port-orders: watch for 60 s
    ");
    let by_id = super::planned::plan(&wish(&[("zone", "euw1-az1"), ("targets", "shop")]), &seen());
    insta::assert_snapshot!(outline(&by_id.expect("plannable")), @"
    shift-shop: shift shop away from euw1-az1 for 60 min
    bake after shift-shop: watch for 60 s
    ");
}

#[test]
fn the_reader_that_is_next_in_line_takes_over_and_another_only_by_name() {
    let title = |to: Option<&str>| {
        let mut pairs = vec![("targets", "checkout")];
        pairs.extend(to.map(|to| ("to", to)));
        let plan = plan(&wish(&pairs), &seen()).expect("plannable");
        plan.steps[0].title.clone()
    };
    assert_eq!(
        title(None),
        "checkout: writer from checkout-1 to checkout-3"
    );
    assert_eq!(
        title(Some("checkout-2")),
        "checkout: writer from checkout-1 to checkout-2"
    );
    // The engine of this one takes no name.
    let mut seen = seen();
    seen.seen.clusters[0].engine = "mysql".into();
    let plan = plan(&wish(&[("targets", "checkout")]), &seen).expect("plannable");
    assert_eq!(
        plan.steps[0].title,
        "checkout: writer from checkout-1 to the next"
    );
    assert_eq!(plan.steps[0].class(), crate::model::Class::Act);
    assert!(
        plan.warnings
            .iter()
            .any(|line| line.contains("a person is asked"))
    );
}

#[test]
fn what_cannot_or_need_not_leave_is_refused_with_the_reason() {
    let orders = &[("targets", "orders")][..];
    let checkout = &[("targets", "checkout")][..];
    let cases: [Case; 22] = [
        (&[], |_| (), "give --zone or --targets"),
        (
            orders,
            |seen| seen.seen.instances[0].multi_az = false,
            "orders is in one zone only and has nowhere to fail over to; promote a replica or restore it instead",
        ),
        (
            orders,
            |seen| seen.seen.instances[0].status = "backing-up".into(),
            "orders is backing-up; it can fail over once it is available",
        ),
        (
            orders,
            |seen| seen.seen.instances[0].status = "storage-optimization".into(),
            "orders is storage-optimization; it can fail over once it is available",
        ),
        (
            orders,
            |seen| seen.seen.instances[0].pending = vec!["multi_az: false".into()],
            "changes to orders are not made yet: multi_az: false; wait for them",
        ),
        (
            orders,
            |seen| seen.seen.instances[0].maintenance = vec!["system-update".into()],
            "maintenance waits for orders: system-update; a failover may start it, say --maintenance accept if that may be",
        ),
        (
            orders,
            |seen| seen.seen.instances[0].secondary_zone = None,
            "orders does not tell in which zone its standby is; nothing would tell whether it has failed over",
        ),
        (
            &[("zone", "eu-west-1b"), ("targets", "orders")],
            |_| (),
            "nothing to do: orders is in eu-west-1a, not in eu-west-1b",
        ),
        (
            &[("zone", "eu-west-1b")],
            |seen| seen.resources.clear(),
            "nothing to do: nothing that can leave eu-west-1b is in it",
        ),
        (
            &[("zone", "use1-az1")],
            |_| (),
            "--zone `use1-az1`: a zone of eu-west-1, by name or id",
        ),
        (
            &[("targets", "nothing")],
            |_| (),
            "--targets `nothing`: no database and no load balancer of 111122223333/eu-west-1 is named so",
        ),
        (
            checkout,
            |seen| seen.seen.clusters[0].members.truncate(1),
            "checkout has one member only and nowhere to fail over to; add a reader in another zone first",
        ),
        (
            checkout,
            |seen| seen.seen.clusters[0].members[0].writer = false,
            "checkout has no writer to fail over from",
        ),
        (
            checkout,
            |seen| {
                for member in &mut seen.seen.instances[1..] {
                    member.zone = Some("eu-west-1a".into());
                }
            },
            "no reader of checkout is available in another zone; add one first",
        ),
        (
            checkout,
            |seen| {
                seen.lags.insert("checkout-3".into(), 75);
            },
            "checkout-3 is 75 s behind; it would write too late: wait, or name another with --to",
        ),
        (
            &[("targets", "checkout"), ("to", "checkout-9")],
            |_| (),
            "--to `checkout-9`: a reader of checkout: checkout-2, checkout-3",
        ),
        (
            &[("targets", "checkout"), ("to", "checkout-2")],
            |seen| seen.seen.instances[2].status = "failed".into(),
            "checkout-2 is not available, or in the zone that is to be left",
        ),
        (
            &[("targets", "checkout"), ("to", "checkout-2")],
            |seen| seen.seen.clusters[0].engine = "mysql".into(),
            "--to `checkout-2`: checkout is a Multi-AZ cluster of MySQL, which chooses its writer itself",
        ),
        (
            &[("targets", "orders"), ("to", "checkout-2")],
            |_| (),
            "--to goes with one cluster among --targets",
        ),
        (
            &[("targets", "shop")],
            |_| (),
            "give --zone, by its id: shop is in euw1-az1, euw1-az2",
        ),
        (
            &[("zone", "euw1-az1"), ("targets", "shop")],
            |seen| {
                seen.resources[0].away.insert("euw1-az1".into());
            },
            "nothing to do: shop is shifted away from euw1-az1 already",
        ),
        (
            &[("zone", "euw1-az1"), ("targets", "shop")],
            |seen| seen.balancers.target_groups[0].targets.truncate(1),
            "shop would have no healthy target left: all 1 of shop-targets are in eu-west-1a",
        ),
    ];
    for (pairs, spoil, told) in cases {
        let mut seen = seen();
        spoil(&mut seen);
        let refusal = plan(&wish(pairs), &seen).expect_err(told);
        assert_eq!(refusal.to_string(), told);
    }
}

#[test]
fn the_reader_is_told_what_is_not_known_and_what_happened_lately() {
    let mut seen = seen();
    seen.connections.clear();
    seen.reachable.clear();
    seen.unread.push("cloudwatch:GetMetricData".into());
    seen.seen.events.push(DatabaseEvent {
        at: "2026-01-15T09:50:00Z".parse().expect("a moment"),
        source: "orders".into(),
        categories: vec!["failover".into()],
        message: "Multi-AZ instance failover completed.".into(),
    });
    let plan = plan(&wish(&[("targets", "orders")]), &seen).expect("plannable");
    insta::assert_snapshot!(plan.warnings.join("\n"), @"
    the port of orders does not answer from here, so that it takes connections again is not tried
    orders has failed over at 2026-01-15T09:50:00Z, a short while ago
    how many clients orders has is not known
    clients that keep the old address of a database longer than its TTL of 5 s have to be restarted
    could not be read: cloudwatch:GetMetricData
    ");
    assert!(plan.step(&"port-orders".into()).is_none());
}

#[test]
fn the_rights_of_the_operation_are_those_that_its_plans_need() {
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    let plan = plan(&wish(&[("zone", "eu-west-1a")]), &seen()).expect("plannable");
    needed.extend(
        plan.steps
            .iter()
            .flat_map(crate::engine::plan::Step::permissions),
    );
    let operation = operations::find(NAME).expect("registered");
    let told: BTreeSet<&str> = operation.permissions().iter().copied().collect();
    assert_eq!(needed, told);
}

#[test]
fn the_same_wish_and_observation_give_the_same_bytes() {
    let seal = || Sealed::seal(plan(&wish(&[("zone", "eu-west-1a")]), &seen()).expect("plannable"));
    assert_eq!(seal(), seal());
}

proptest::proptest! {
    /// Whatever there is: what is planned is sound, leaves the zone, asks first, and nothing that
    /// has nowhere to go is touched.
    #[test]
    fn every_plan_is_sound_asks_first_and_leaves_the_zone(
        multi_az: bool,
        statuses in proptest::collection::vec(
            proptest::sample::select(vec!["available", "modifying", "backing-up", "rebooting"]), 5),
        zones in proptest::collection::vec(proptest::sample::select(vec!["a", "b", "c"]), 4),
        tiers in proptest::collection::vec(0_u8..4, 3),
        lags in proptest::collection::vec(proptest::option::of(0_u32..90), 3),
        left in proptest::sample::select(vec!["a", "b", "c"]),
    ) {
        let mut seen = seen();
        let zone = |letter: &str| format!("eu-west-1{letter}");
        for (at, one) in seen.seen.instances.iter_mut().enumerate() {
            one.status = statuses[at].into();
            one.zone = Some(zone(zones[at]).as_str().into());
        }
        seen.seen.instances[0].multi_az = multi_az;
        seen.seen.clusters[0].status = statuses[4].into();
        for (member, tier) in seen.seen.clusters[0].members.iter_mut().zip(&tiers) {
            member.tier = Some(*tier);
        }
        seen.lags = (1..=3)
            .zip(&lags)
            .filter_map(|(at, lag)| Some((format!("checkout-{at}"), (*lag)?)))
            .collect();
        let left = zone(left);
        let Ok(plan) = plan(&wish(&[("zone", &left)]), &seen) else {
            return Ok(());
        };
        for step in plan.steps.iter().filter(|step| step.id.as_str().starts_with("fail-over")) {
            proptest::prop_assert!(plan.points_of_no_return.contains(&step.id));
            proptest::prop_assert!(plan.gates.iter().any(|gate| gate.before == step.id));
            let Some(crate::model::Change::Database(change)) = step.changes() else {
                return Err(proptest::test_runner::TestCaseError::fail("not of a database"));
            };
            match change {
                DatabaseChange::FailOverInstance { from, .. } => {
                    proptest::prop_assert!(multi_az);
                    proptest::prop_assert_eq!(from.as_str(), left.as_str());
                }
                DatabaseChange::FailOverCluster { to: Some(to), .. } => {
                    let to = seen.seen.instance(to).expect("a member");
                    proptest::prop_assert!(to.is_available());
                    proptest::prop_assert_ne!(to.zone.as_ref().map(ZoneName::as_str), Some(left.as_str()));
                    proptest::prop_assert!(seen.lags.get(&to.id).is_none_or(|lag| *lag <= 60));
                }
                other => proptest::prop_assert!(false, "{:?}", other),
            }
        }
        proptest::prop_assert!(Sealed::seal(plan).is_ok());
    }
}
