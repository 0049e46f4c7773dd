//! The rights that operations tell are those that the steps of their plans need.

use std::collections::BTreeSet;

use super::*;

/// What the steps of all these plans need, and what the operation tells.
async fn compare(bench: &Bench, operation: &str, wishes: &[Arguments]) {
    let mut needed = BTreeSet::new();
    for wish in wishes {
        let sealed = bench.planned(operation, wish).await.expect("a plan");
        let steps = sealed.plan().steps.iter();
        needed.extend(steps.flat_map(plan::Step::permissions));
    }
    let told = operations::find(operation).expect("registered");
    let told: BTreeSet<&str> = told.permissions().iter().copied().collect();
    assert_eq!(needed, told, "{operation}");
}

#[tokio::test(start_paused = true)]
async fn a_promotion_needs_the_rights_that_are_told() {
    let bench = Bench::new().await;
    let fence = bench.group(&home(), "quarantine").await;
    let replica = wish(&[
        ("replica", "orders-mysql-replica"),
        ("fence", &fence),
        ("replicas", "orders-mysql-r1"),
        ("record", "orders.db.prod.internal"),
        ("hosted-zone", "prod.internal"),
    ]);
    let cluster = wish(&[("replica", "checkout-aurora-dr")]);
    let forced = [("mode", "forced"), ("loss", "accept")];
    let forced = forced.iter().fold(cluster.clone(), |wish, (name, value)| {
        wish.with(name, *value)
    });
    compare(&bench, "promote-replica", &[replica, cluster, forced]).await;
}

/// A cut-over by a record, with clients shut out of the old database and of the new one until then.
async fn moved(bench: &Bench, base: &[(&str, &str)]) -> Arguments {
    let fence = bench.group(&home(), "quarantine").await;
    wish(base)
        .with("cut-over", "record")
        .with("record", "orders.db.prod.internal")
        .with("hosted-zone", "prod.internal")
        .with("isolate", &fence)
        .with("fence", &fence)
}

#[tokio::test(start_paused = true)]
async fn a_restore_needs_the_rights_that_are_told() {
    let bench = Bench::new().await;
    let seen = bench.databases(&home()).await;
    let of = |database: &str| {
        let mut snapshots = seen.snapshots.iter();
        let found = snapshots.find(|one| one.database == database && one.status == "available");
        found.expect("in the world").id.clone()
    };
    let (orders, checkout) = (of(ORDERS), of(CHECKOUT));
    let here = [("account", "prod-app"), ("region", "eu-west-1")];
    let of_orders = [&here[..], &[("snapshot", &orders)]].concat();
    let instance = moved(&bench, &of_orders).await;
    let of_checkout = [("snapshot", checkout.as_str()), ("cut-over", "rename")];
    let cluster = wish(&[&here[..], &of_checkout].concat());
    compare(&bench, "restore-snapshot", &[instance, cluster]).await;

    let then = ("time", "2026-01-15T09:30:00Z");
    let of_orders = [&here[..], &[("database", ORDERS), then]].concat();
    let instance = moved(&bench, &of_orders).await;
    // Its backups have failed since.
    let then = ("time", "2026-01-15T05:30:00Z");
    let of_checkout = [("database", CHECKOUT), then, ("cut-over", "rename")];
    let cluster = wish(&[&here[..], &of_checkout].concat());
    compare(&bench, "restore-point-in-time", &[instance, cluster]).await;
}
