//! Velero in the clusters: backups, restores, schedules, and where backups are kept.

pub(super) mod backups;
pub(super) mod locations;
pub(super) mod repositories;
pub(super) mod restores;
pub(super) mod schedules;

use super::{Cell, Lens, Row, Table, ground::Ground, kubernetes::object};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId,
        velero::{Operations, Progress, Velero},
    },
};

/// A row for each of what `of` gives of the clusters in view, then one for each cluster and kind of
/// which nothing could be read.
fn rows<T>(
    (inventory, lens): (&Inventory, &Lens<'_>),
    table: &Table,
    kind: &str,
    of: fn(&Velero) -> &[T],
    row: impl Fn(&Ground<'_>, &Velero, &T) -> Row,
) -> Vec<Row> {
    let ground = Ground::new(inventory, lens);
    let mut rows = Vec::new();
    for (cluster, velero) in ground.within(&inventory.veleros) {
        rows.extend(of(velero).iter().map(|one| row(&ground, velero, one)));
        rows.extend(ground.parts(cluster, &velero.gaps, &[kind], table.columns));
    }
    rows.extend(ground.beyond(&inventory.veleros, table.columns));
    rows
}

/// An object of Velero, which stands in the namespace where Velero runs.
fn itself(kind: &'static str, cluster: &ClusterId, namespace: &str, name: &str) -> super::Object {
    object(kind, cluster, &[namespace, name])
}

/// `120 of 340`; nothing where nothing is counted yet.
fn progress(progress: Progress) -> Cell {
    match progress.total {
        0 => "".into(),
        total => format!("{} of {total}", progress.done).into(),
    }
}

/// `2 of 3, 1 failed`
fn operations(operations: Operations) -> Cell {
    let Operations {
        attempted,
        completed,
        failed,
    } = operations;
    match (attempted, failed) {
        (0, _) => "".into(),
        (_, 0) => format!("{completed} of {attempted}").into(),
        (_, failed) => format!("{completed} of {attempted}, {failed} failed").into(),
    }
}

/// Namespaces that are in it; none named is all of them.
fn namespaces(names: &[String]) -> Cell {
    if names.is_empty() || names == ["*"] {
        return "all".into();
    }
    names.join(" ").into()
}
