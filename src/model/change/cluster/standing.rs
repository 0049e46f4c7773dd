//! Where changes to clusters stand in what was just read.

use super::{
    super::{
        Mark, Standing, Unbound,
        owned::{Found, creation, deletion},
    },
    ClusterChange, ClusterObject,
};
use crate::model::{
    Arn, ClusterName, PoolName,
    change::Ref,
    cluster::{Cluster, NodePool},
    compute::{Addon, Compute, Reservation, Sizes},
};

impl ClusterChange {
    /// Where the change stands in `compute`, the one of [`ClusterChange::at`], of which only what
    /// the change is about needs to have been read.
    pub fn standing(&self, compute: &Compute, mark: Mark<'_>) -> Result<Standing, Unbound> {
        Ok(match self {
            Self::CreateCluster { name, .. } => {
                let found = compute.cluster(name).map(of_cluster);
                creation(
                    &format!("cluster {name}"),
                    found.as_ref(),
                    mark,
                    name.as_str(),
                )
            }
            Self::CreateAccessEntry {
                cluster, principal, ..
            } => {
                let cluster = cluster.get()?;
                let found = compute.entry(cluster, principal);
                let found = found.map(|entry| Found::still(&entry.tags));
                let label = format!("access entry of {principal} to {cluster}");
                creation(&label, found.as_ref(), mark, principal.as_str())
            }
            Self::AssociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => match holds(compute, cluster.get()?, principal, policy) {
                // An entry that an earlier step makes has no policies before; where somebody took
                // it away since, EKS refuses.
                None | Some(false) => Standing::From,
                Some(true) => Standing::to(),
            },
            // An entry that is gone has taken its policies with it.
            Self::DisassociateAccessPolicy {
                cluster,
                principal,
                policy,
                ..
            } => match holds(compute, cluster.get()?, principal, policy) {
                Some(true) => Standing::From,
                None | Some(false) => Standing::to(),
            },
            Self::CreateAddon { cluster, addon, .. } => {
                let cluster = cluster.get()?;
                let found = compute.addon(cluster, addon).map(of_addon);
                let label = format!("add-on {addon} of {cluster}");
                creation(&label, found.as_ref(), mark, addon)
            }
            Self::CreateNodeGroup { cluster, name, .. } => {
                let cluster = cluster.get()?;
                let found = compute.pool(cluster, name).map(of_pool);
                let label = format!("node group {name} of {cluster}");
                creation(&label, found.as_ref(), mark, name.as_str())
            }
            Self::CreateLaunchTemplate { name, .. } => {
                let named = compute.templates.iter().find(|one| one.name == *name);
                let found = named.map(|one| Found::still(&one.tags));
                let id = named.map_or("", |one| one.id.as_str());
                creation(&format!("launch template {name}"), found.as_ref(), mark, id)
            }
            Self::CreateCapacityReservation { .. } => reserved(compute, mark),
            Self::ScaleNodeGroup {
                cluster,
                pool,
                from,
                to,
                autoscaled,
                ..
            } => {
                let cluster = cluster.get()?;
                match compute.pool(cluster, pool) {
                    None => Standing::elsewhere(format!("{cluster} has no node group {pool}")),
                    Some(found) => sized(found, *from, *to, *autoscaled),
                }
            }
            Self::Delete {
                object, made_by, ..
            } => {
                let mark = Mark {
                    step: made_by,
                    ..mark
                };
                removed(compute, object, mark)?
            }
        })
    }
}

pub(super) fn of_cluster(cluster: &Cluster) -> Found<'_> {
    Found {
        tags: &cluster.tags,
        state: &cluster.status,
        why: &cluster.issues,
    }
}

pub(super) fn of_pool(pool: &NodePool) -> Found<'_> {
    Found {
        tags: &pool.tags,
        state: &pool.status,
        why: &pool.issues,
    }
}

pub(super) fn of_addon(addon: &Addon) -> Found<'_> {
    Found {
        tags: &addon.tags,
        state: &addon.status,
        why: &addon.issues,
    }
}

/// Whether a principal has an access policy; `None` where it has no entry.
fn holds(compute: &Compute, cluster: &ClusterName, principal: &Arn, policy: &Arn) -> Option<bool> {
    let entry = compute.entry(cluster, principal)?;
    Some(entry.policies.contains(policy))
}

/// A reservation has no name: it is told by its mark. What has ended counts as not there.
fn reserved(compute: &Compute, mark: Mark<'_>) -> Standing {
    let ended =
        |one: &Reservation| matches!(one.state.as_str(), "cancelled" | "expired" | "failed");
    let mine: Vec<&str> = compute
        .reservations
        .iter()
        .filter(|one| mark.is_on(&one.tags) && !ended(one))
        .map(|one| one.id.as_str())
        .collect();
    match mine.as_slice() {
        [] => Standing::From,
        [one] => Standing::made(*one),
        several => Standing::Several(several.iter().map(ToString::to_string).collect()),
    }
}

/// Whether a group has a size; what an autoscaler decides about does not count.
pub(super) fn has(found: Sizes, wanted: Sizes, autoscaled: bool) -> bool {
    found.min == wanted.min
        && found.max == wanted.max
        && (autoscaled || found.desired == wanted.desired)
}

fn sized(pool: &NodePool, from: Sizes, to: Sizes, autoscaled: bool) -> Standing {
    let found = pool.sizes();
    if has(found, to, autoscaled) {
        return Standing::to();
    }
    if has(found, from, autoscaled) {
        return match pool.status.as_str() {
            "UPDATING" => {
                Standing::Moving(format!("another update of {} is on its way", pool.name))
            }
            "DELETING" => Standing::elsewhere(format!("{} is being deleted", pool.name)),
            _ => Standing::From,
        };
    }
    let values = [
        ("min", from.min, found.min),
        ("desired", from.desired, found.desired),
        ("max", from.max, found.max),
    ];
    let differ = values
        .iter()
        .filter(|(name, from, found)| from != found && !(autoscaled && *name == "desired"));
    let line = |(name, from, found): &(&str, u32, u32)| {
        format!("{} {name}: planned from {from}, found {found}", pool.name)
    };
    Standing::Elsewhere(differ.map(line).collect())
}

fn removed(compute: &Compute, object: &ClusterObject, mark: Mark<'_>) -> Result<Standing, Unbound> {
    let label = object.label();
    let pool = |cluster: &Ref<ClusterName>, pool: &PoolName| {
        Ok(compute.pool(cluster.get()?, pool).map(of_pool))
    };
    let found = match object {
        ClusterObject::Cluster(name) => compute.cluster(name.get()?).map(of_cluster),
        ClusterObject::AccessEntry { cluster, principal } => {
            let entry = compute.entry(cluster.get()?, principal);
            entry.map(|entry| Found::still(&entry.tags))
        }
        ClusterObject::Addon { cluster, addon } => {
            compute.addon(cluster.get()?, addon).map(of_addon)
        }
        ClusterObject::NodeGroup {
            cluster,
            pool: name,
        } => pool(cluster, name)?,
        ClusterObject::LaunchTemplate(id) => {
            let id = id.get()?;
            let found = compute.templates.iter().find(|one| one.id == *id);
            found.map(|one| Found::still(&one.tags))
        }
        ClusterObject::Reservation(id) => {
            let id = id.get()?;
            let found = compute.reservations.iter().find(|one| one.id == *id);
            let ended = ["cancelled", "expired", "failed"];
            found
                .filter(|one| !ended.contains(&one.state.as_str()))
                .map(|one| Found::still(&one.tags))
        }
    };
    Ok(deletion(&label, found.as_ref(), mark))
}
