//! Whose an object is, and objects of extensions that are shown by their conditions.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Health;

/// The controller of an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// `Deployment`, `Job`, `RayCluster`, …
    pub kind: String,
    pub name: String,
}

impl Owner {
    #[must_use]
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// Labels of controllers whose pods belong, by their own references, to something that the
/// controller has made in between.
const ABOVE: [(&str, &str); 3] = [
    ("leaderworkerset.sigs.k8s.io/name", "LeaderWorkerSet"),
    ("jobset.sigs.k8s.io/jobset-name", "JobSet"),
    ("ray.io/cluster", "RayCluster"),
];

/// Labels by which a ReplicaSet is named after what has made it, and what that is.
const HASHES: [(&str, &str); 2] = [
    ("pod-template-hash", "Deployment"),
    ("rollouts-pod-template-hash", "Rollout"),
];

/// Who really owns a pod: above its ReplicaSet the Deployment or Rollout, whose name is the
/// ReplicaSet's without the hash in the pod's labels; above sets and jobs what their labels say.
/// So the ReplicaSets of a cluster need not be read.
#[must_use]
pub fn top_owner(direct: Option<&Owner>, labels: &BTreeMap<String, String>) -> Option<Owner> {
    let direct = direct?;
    if direct.kind == "ReplicaSet" {
        for (label, kind) in HASHES {
            let base = labels
                .get(label)
                .and_then(|hash| direct.name.strip_suffix(hash.as_str()))
                .and_then(|base| base.strip_suffix('-'));
            if let Some(base) = base {
                return Some(Owner::new(kind, base));
            }
        }
    }
    if ["StatefulSet", "Job", "ReplicaSet"].contains(&direct.kind.as_str()) {
        for (label, kind) in ABOVE {
            if let Some(name) = labels.get(label) {
                return Some(Owner::new(kind, name.as_str()));
            }
        }
    }
    Some(direct.clone())
}

/// An object of a controller that a cluster may or may not have, found by discovery: an Argo
/// Rollout, a Flux Kustomization, an Istio VirtualService, a Gatekeeper constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// Whose it is, for people: `Argo Rollouts`, `Flux`, `Istio`.
    pub product: String,
    pub kind: String,
    /// API group and version: `argoproj.io/v1alpha1`.
    pub api: String,
    /// Empty for what belongs to the whole cluster.
    pub namespace: String,
    pub name: String,
    pub created: Option<Timestamp>,
    pub health: Health,
    /// What its state is made of: phase, sync, weight, conditions, one fact a line.
    pub facts: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
        pairs.map(|(key, value)| (key.into(), value.into())).into()
    }

    #[test]
    fn a_replica_set_stands_for_what_has_made_it() {
        let set = Owner::new("ReplicaSet", "infer-5cf979bb64");
        let of = |labels| {
            top_owner(Some(&set), &labels)
                .expect("an owner")
                .to_string()
        };
        assert_eq!(
            of(labels([("pod-template-hash", "5cf979bb64")])),
            "Deployment/infer"
        );
        assert_eq!(
            of(labels([("rollouts-pod-template-hash", "5cf979bb64")])),
            "Rollout/infer"
        );
        assert_eq!(
            of(labels([("pod-template-hash", "other")])),
            "ReplicaSet/infer-5cf979bb64"
        );
        assert_eq!(of(labels([])), "ReplicaSet/infer-5cf979bb64");
    }

    #[test]
    fn a_set_made_by_a_controller_of_groups_belongs_to_it() {
        let set = Owner::new("StatefulSet", "serve-0");
        let grouped = labels([("leaderworkerset.sigs.k8s.io/name", "serve")]);
        let owner = top_owner(Some(&set), &grouped);
        assert_eq!(owner, Some(Owner::new("LeaderWorkerSet", "serve")));
        let job = Owner::new("PyTorchJob", "train");
        assert_eq!(top_owner(Some(&job), &grouped), Some(job));
        assert_eq!(top_owner(None, &grouped), None);
    }
}
