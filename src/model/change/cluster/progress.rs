//! How far accepted changes to clusters have got.

use super::{
    super::{Mark, Progress, Standing, Unbound, owned::Found},
    ClusterChange,
    standing::{has, of_addon, of_cluster, of_pool},
};
use crate::model::compute::Compute;

impl ClusterChange {
    /// How far an accepted change has got, by the state of what it is about; `follow` is the id of
    /// the update that EKS answered with.
    pub fn progress(
        &self,
        compute: &Compute,
        mark: Mark<'_>,
        follow: Option<&str>,
    ) -> Result<Progress, Unbound> {
        Ok(match self {
            Self::CreateCluster { name, .. } => by_state(compute.cluster(name).map(of_cluster)),
            Self::CreateAddon { cluster, addon, .. } => {
                by_state(compute.addon(cluster.get()?, addon).map(of_addon))
            }
            Self::CreateNodeGroup { cluster, name, .. } => {
                by_state(compute.pool(cluster.get()?, name).map(of_pool))
            }
            Self::CreateCapacityReservation { .. } => {
                let mut mine = compute.reservations.iter();
                let mine = mine.find(|one| mark.is_on(&one.tags));
                by_state(mine.map(|one| Found {
                    tags: &one.tags,
                    state: &one.state,
                    why: &[],
                }))
            }
            Self::ScaleNodeGroup {
                cluster,
                pool,
                to,
                autoscaled,
                ..
            } => {
                let mut updates = compute.updates.iter();
                let followed = updates.find(|one| follow == Some(one.id.as_str()));
                match followed.map(|one| (one.status.as_str(), one.errors.as_slice())) {
                    Some(("Successful", _)) => Progress::settled(),
                    Some((status @ ("Failed" | "Cancelled"), errors)) => {
                        let why = errors.join("; ");
                        Progress::Failed(format!("the update is {status}: {why}"))
                    }
                    Some((status, _)) => Progress::Working(format!("the update is {status}")),
                    // Its id is lost, or EKS has forgotten it: the group itself tells.
                    None => match compute.pool(cluster.get()?, pool) {
                        Some(found)
                            if found.status != "UPDATING"
                                && has(found.sizes(), *to, *autoscaled) =>
                        {
                            Progress::settled()
                        }
                        Some(found) => Progress::Working(format!("{pool} is {}", found.status)),
                        None => Progress::Failed(format!("there is no node group {pool}")),
                    },
                }
            }
            Self::Delete { .. } => match self.standing(compute, mark)? {
                Standing::To { .. } => Progress::settled(),
                Standing::Moving(text) => Progress::Working(text),
                Standing::Elsewhere(lines) | Standing::Several(lines) => {
                    Progress::Failed(lines.join("; "))
                }
                Standing::From => Progress::Working("it is not to be seen yet".into()),
            },
            _ => Progress::settled(),
        })
    }
}

fn by_state(found: Option<Found<'_>>) -> Progress {
    let Some(found) = found else {
        return Progress::Working("it is not to be seen yet".into());
    };
    let told = match found.why.first() {
        Some(why) => format!("it is {}: {why}", found.state),
        None => format!("it is {}", found.state),
    };
    match found.state.to_ascii_uppercase().as_str() {
        "ACTIVE" => Progress::settled(),
        "CANCELLED" | "EXPIRED" | "DELETING" => Progress::Failed(told),
        state if state.ends_with("FAILED") => Progress::Failed(told),
        _ => Progress::Working(told),
    }
}
