//! Which pods may assume which role: by a Pod Identity association, or by the annotation of their
//! service account (IRSA).

use super::{
    super::{Cell, Column, ColumnKind, Lens, Row, Table},
    Ground, object,
};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId, Health, State,
        workload::{Contents, Grant},
    },
};

const COLUMNS: &[Column] = &[
    Column::new("name", "SERVICE ACCOUNT", ColumnKind::Text, 20),
    Column::new("state", "STATE", ColumnKind::State, 9),
    Column::new("env", "ENV", ColumnKind::Text, 7),
    Column::new("cluster", "CLUSTER", ColumnKind::Text, 16),
    Column::new("namespace", "NAMESPACE", ColumnKind::Text, 14),
    Column::new("role", "ROLE", ColumnKind::Text, 30),
    Column::new("by", "BY", ColumnKind::Text, 12),
    Column::new("pods", "PODS", ColumnKind::Number, 5),
    Column::new("reason", "WHY", ColumnKind::Text, 30),
    Column::new("account", "ACCOUNT", ColumnKind::Text, 14).wide(),
    Column::new("region", "REGION", ColumnKind::Text, 12).wide(),
    Column::new("id", "ROLE ARN", ColumnKind::Text, 40).wide(),
];

pub(in super::super) const TABLE: Table = Table {
    name: "roles",
    columns: COLUMNS,
    rows,
};

fn rows(inventory: &Inventory, lens: &Lens<'_>) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, contents) in ground.within(&inventory.contents) {
        let grants = contents.grants.iter();
        rows.extend(grants.map(|grant| row(&ground, cluster, contents, grant)));
        let kinds = ["serviceaccounts", "eks:ListPodIdentityAssociations"];
        rows.extend(ground.parts(cluster, &contents.gaps, &kinds, COLUMNS));
    }
    rows.extend(ground.beyond(&inventory.contents, COLUMNS));
    rows
}

fn row(ground: &Ground<'_>, cluster: &ClusterId, contents: &Contents, grant: &Grant) -> Row {
    let by = if grant.pod_identity {
        "Pod Identity"
    } else {
        "IRSA"
    };
    let path = [&*grant.namespace, by, &*grant.service_account];
    let uses = |account: Option<&str>| account == Some(grant.service_account.as_str());
    let pods = contents.pods.iter().filter(|pod| {
        *pod.namespace == *grant.namespace && !pod.is_over() && uses(pod.service_account.as_deref())
    });
    let role = grant.role.as_str();
    let short = role.rsplit_once(":role/").map_or(role, |(_, name)| name);
    let twice = grant.pod_identity
        && contents.grants.iter().any(|other| {
            !other.pod_identity
                && other.namespace == grant.namespace
                && other.service_account == grant.service_account
        });
    let health = if twice {
        let said = "has an annotation (IRSA) as well: only one of the two counts";
        Health::new(State::Warning, said)
    } else {
        Health::ok()
    };
    let count = pods.count();
    let object = object("grant", cluster, &path);
    ground.line(cluster, object, health, COLUMNS, |key| match key {
        "namespace" => grant.namespace.as_str().into(),
        "role" => short.into(),
        "by" => by.into(),
        "pods" => Cell::count(Some(count)),
        "id" => role.into(),
        _ => Cell::Unknown,
    })
}
