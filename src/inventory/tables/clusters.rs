//! EKS clusters.

use super::{
    Cell, Column, ColumnKind, Lens, Row, Table,
    ground::{Ground, by_word},
    pools,
};
use crate::{
    inventory::Inventory,
    model::{
        Health, State, VpcId,
        cluster::{Cluster, NodePool},
    },
};

pub(super) const TABLE: Table = Table {
    name: "clusters",
    columns: &[
        Column::new("name", "CLUSTER", ColumnKind::Text, 18),
        Column::new("state", "STATE", ColumnKind::State, 9),
        Column::new("env", "ENV", ColumnKind::Text, 7),
        Column::new("account", "ACCOUNT", ColumnKind::Text, 14),
        Column::new("region", "REGION", ColumnKind::Text, 12),
        Column::new("version", "VERSION", ColumnKind::Text, 7),
        Column::new("pools", "POOLS", ColumnKind::Number, 5),
        Column::new("nodes", "NODES", ColumnKind::Number, 5),
        Column::new("gpus", "GPUS", ColumnKind::Number, 5),
        Column::new("created", "AGE", ColumnKind::Age, 6),
        Column::new("reason", "WHY", ColumnKind::Text, 24),
        Column::new("wanted", "WANTED", ColumnKind::Number, 6).wide(),
        Column::new("endpoint", "ENDPOINT", ColumnKind::Text, 8).wide(),
        Column::new("status", "EKS STATUS", ColumnKind::Text, 10).wide(),
        Column::new("vpc", "VPC", ColumnKind::Text, 21).wide(),
        Column::new("id", "ARN", ColumnKind::Text, 40).wide(),
    ],
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let clusters = ground
        .read(&inventory.clusters)
        .flat_map(|(_, clusters)| clusters);
    let mut rows: Vec<Row> = clusters.map(|cluster| row(&ground, cluster)).collect();
    rows.extend(ground.unread(&inventory.clusters, TABLE.columns));
    rows
}

fn row(ground: &Ground<'_>, cluster: &Cluster) -> Row {
    let place = &cluster.place;
    let health = health(cluster);
    let running: Option<u32> = cluster.pools.iter().map(|pool| pool.running).sum();
    let wanted: u32 = cluster.pools.iter().map(|pool| pool.desired).sum();
    let endpoint = match (&cluster.endpoint, cluster.public_endpoint) {
        (None, _) => Cell::Unknown,
        (Some(_), true) => "public".into(),
        (Some(_), false) => "private".into(),
    };
    let cells = vec![
        cluster.name.as_str().into(),
        Cell::State(health.state),
        ground.class(place.account).to_string().into(),
        ground.label(place.account).into(),
        place.region.as_str().into(),
        cluster.version.as_str().into(),
        Cell::count(Some(cluster.pools.len())),
        Cell::count(running),
        cluster.gpus_now().into(),
        Cell::at(cluster.created),
        health.reason.as_str().into(),
        wanted.into(),
        endpoint,
        cluster.status.as_str().into(),
        Cell::some(cluster.vpc.as_ref().map(VpcId::as_str)),
        cluster.arn.as_str().into(),
    ];
    let name = cluster.name.as_str();
    let object = Ground::object("cluster", place, name, name).with_arn(&cluster.arn);
    ground.row(object, health, &cluster.tags, cells)
}

/// Its own word and issues, then the worst of its pools, named.
fn health(cluster: &Cluster) -> Health {
    let own = by_word(
        &cluster.status,
        &["FAILED"],
        &["CREATING", "UPDATING", "DELETING", "PENDING"],
    );
    let issues = match cluster.issues.first() {
        Some(issue) => Health::new(State::Warning, issue.clone()),
        None => Health::ok(),
    };
    let of_pool = |pool: &NodePool| {
        let health = pools::health(pool);
        Health::new(health.state, format!("{}: {}", pool.name, health.reason))
    };
    cluster
        .pools
        .iter()
        .map(of_pool)
        .filter(|health| health.state > State::Unknown)
        .fold(own.worse(issues), Health::worse)
}
