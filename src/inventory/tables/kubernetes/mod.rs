//! Clusters from within. To add a table: a file here, a line in the list of all tables.

pub(super) mod connections;
pub(super) mod demand;
pub(super) mod events;
pub(super) mod extensions;
pub(super) mod fleet;
pub(super) mod gpus;
pub(super) mod holders;
pub(super) mod namespaces;
pub(super) mod nodes;
pub(super) mod pods;
pub(super) mod roles;
pub(super) mod workloads;

use std::{collections::BTreeMap, sync::Arc};

use super::{Cell, Column, Object, Row, ground::Ground};
use crate::{
    inventory::Inventory,
    model::{
        ClusterId, Gap, Health, Place, Remote, State, Tags,
        fleet::{Fleet, Node, Price},
    },
};

impl<'a> Ground<'a> {
    /// What was read of each cluster in view.
    pub(super) fn within<T>(
        &self,
        from: &'a BTreeMap<ClusterId, Remote<Arc<T>>>,
    ) -> impl Iterator<Item = (&'a ClusterId, &'a T)> {
        from.iter()
            .filter(|(cluster, _)| self.has(&cluster.place))
            .filter_map(|(cluster, remote)| Some((cluster, remote.value()?.as_ref())))
    }

    /// A row for each cluster in view that could not be looked into, or is not yet.
    pub(super) fn beyond<T>(
        &self,
        from: &BTreeMap<ClusterId, Remote<Arc<T>>>,
        columns: &[Column],
    ) -> Vec<Row> {
        let in_view = from.iter().filter(|(cluster, _)| self.has(&cluster.place));
        in_view
            .filter_map(|(cluster, remote)| Some(self.silent(cluster, unread(remote)?, columns)))
            .collect()
    }

    /// A row for each part of a cluster that could not be read although the rest could: of the kinds
    /// `of`, as the API calls them.
    pub(super) fn parts(
        &self,
        cluster: &ClusterId,
        gaps: &[Gap],
        of: &[&str],
        columns: &[Column],
    ) -> Vec<Row> {
        let kind = |gap: &&Gap| {
            let kind = gap.action.rsplit(' ').next().unwrap_or_default();
            of.is_empty() || of.contains(&kind)
        };
        gaps.iter()
            .filter(kind)
            .map(|gap| self.silent(cluster, gap.told().health(), columns))
            .collect()
    }

    /// A row that says of a cluster only how it stands.
    fn silent(&self, cluster: &ClusterId, health: Health, columns: &[Column]) -> Row {
        let object = Object {
            kind: "scope",
            ..object("cluster", cluster, &[])
        };
        self.line(cluster, object, health, columns, |key| match key {
            "id" => "".into(),
            _ => Cell::Unknown,
        })
    }

    /// A row about something in a cluster: what every table says, and `own` for the other columns.
    pub(super) fn line(
        &self,
        cluster: &ClusterId,
        object: Object,
        health: Health,
        columns: &[Column],
        own: impl Fn(&str) -> Cell,
    ) -> Row {
        let place = &cluster.place;
        let cell = |column: &Column| match column.key {
            "name" => object.name.as_str().into(),
            "state" => Cell::State(health.state),
            "env" => self.class(place.account).to_string().into(),
            "cluster" => cluster.name.as_str().into(),
            "account" => self.label(place.account).into(),
            "region" => place.region.as_str().into(),
            "reason" => health.reason.as_str().into(),
            key => own(key),
        };
        let cells = columns.iter().map(cell).collect();
        self.row(object, health, &Tags::new(), cells)
    }

    /// The price of an instance type where the cluster is, as far as it was read.
    fn price(&self, place: &Place, kind: &str) -> Option<&'a Price> {
        let key = (place.clone(), kind.to_owned());
        let remote = self.inventory.prices.get(&key)?;
        remote.value().map(AsRef::as_ref)
    }
}

/// How a cluster stands of which nothing is known, or nothing new.
fn unread<T>(remote: &Remote<T>) -> Option<Health> {
    match remote {
        Remote::Failed(trouble, _) | Remote::Loading(Some(trouble), _) => Some(trouble.health()),
        Remote::Loading(None, None) => Some(Health::new(State::Working, "connecting")),
        Remote::Loading(None, Some(_)) | Remote::Ready(_) | Remote::Unasked => None,
    }
}

/// Something in a cluster. Its id begins with the cluster's name and is made of `path`, whose last
/// part is the name: `ml-1/training/bert-0`.
pub(super) fn object(kind: &'static str, cluster: &ClusterId, path: &[&str]) -> Object {
    let name = path.last().copied().unwrap_or(cluster.name.as_str());
    let mut id = cluster.name.to_string();
    for part in path {
        id.push('/');
        id.push_str(part);
    }
    Ground::object(kind, &cluster.place, &id, name)
}

impl Object {
    /// The cluster that it is in, and its path in there: a pod's is namespace and name. `None` for
    /// what is in no cluster that was found.
    #[must_use]
    pub fn in_cluster(&self, inventory: &Inventory) -> Option<(ClusterId, Vec<&str>)> {
        let place = Place::new(self.account?, self.region.clone()?);
        let clusters = inventory.clusters.get(&place)?.value()?;
        // A context of a kubeconfig may have slashes in its name, so no part of the id is cut off
        // unseen.
        clusters.iter().find_map(|cluster| {
            let rest = self.id.strip_prefix(cluster.name.as_str())?;
            let path = match rest.strip_prefix('/') {
                Some(path) => path.split('/').collect(),
                None if rest.is_empty() => Vec::new(),
                None => return None,
            };
            Some((cluster.id(), path))
        })
    }
}

/// The nodes of one pool.
fn nodes_of<'f>(fleet: &'f Fleet, pool: &str) -> impl Iterator<Item = &'f Node> {
    fleet
        .nodes
        .iter()
        .filter(move |node| node.pool.as_str() == pool)
}

/// A share of a whole in percent; unknown where there is no whole.
fn share(part: u64, whole: u64) -> Cell {
    if whole == 0 {
        return Cell::Unknown;
    }
    Cell::Percent(part as f64 / whole as f64 * 100.0)
}

#[cfg(test)]
mod tests;
