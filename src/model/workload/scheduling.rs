//! Where a pod may go: what it demands of a node's labels and which taints it tolerates.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A taint of a node, or what a pod tolerates: there an empty key or effect, or no value, stands
/// for any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    pub key: String,
    pub value: Option<String>,
    /// `NoSchedule`, `NoExecute`, `PreferNoSchedule`.
    pub effect: String,
}

/// Where a pod without a node may go, and what the scheduler says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scheduling {
    /// Labels that a node must have, all of them.
    pub selector: BTreeMap<String, String>,
    /// Required node affinity: one of these terms must hold, each with all of its demands.
    pub affinity: Vec<Vec<Demand>>,
    pub tolerations: Vec<Bound>,
    pub gates: Vec<String>,
    pub scheduler: String,
    /// The reason of `PodScheduled=False`: `Unschedulable`, `SchedulingGated`; `None` while no
    /// scheduler has looked at it.
    pub reason: Option<String>,
    /// The scheduler's own words.
    pub message: Option<String>,
    /// The queue that it waits in, where one admits it (Kueue).
    pub queue: Option<String>,
}

/// One demand of an affinity term (`matchExpressions`, or `matchFields` of the node's name).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    pub key: String,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt`, `Lt`.
    pub operator: String,
    pub values: Vec<String>,
}

impl Bound {
    /// Whether this toleration covers `taint`.
    #[must_use]
    pub fn tolerates(&self, taint: &Self) -> bool {
        let key = self.key.is_empty() || self.key == taint.key;
        // A taint without a value has the empty one.
        let own = taint.value.as_deref().unwrap_or_default();
        let value = self.value.as_deref().is_none_or(|wanted| wanted == own);
        let effect = self.effect.is_empty() || self.effect == taint.effect;
        key && value && effect
    }

    /// Whether, as a taint, it keeps new pods away that do not tolerate it.
    #[must_use]
    pub fn repels(&self) -> bool {
        self.effect != "PreferNoSchedule"
    }
}

impl Scheduling {
    /// Whether it demands anything of a node's labels.
    #[must_use]
    pub fn is_choosy(&self) -> bool {
        !self.selector.is_empty() || !self.affinity.is_empty()
    }

    /// Whether a node of that name with these labels is one that it may go to.
    #[must_use]
    pub fn chooses(&self, name: &str, labels: &BTreeMap<String, String>) -> bool {
        let selected = self
            .selector
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value));
        let held = |term: &Vec<Demand>| {
            // A term without demands matches nothing, as in Kubernetes.
            !term.is_empty() && term.iter().all(|demand| demand.holds(name, labels))
        };
        selected && (self.affinity.is_empty() || self.affinity.iter().any(held))
    }

    /// The first of a node's taints that it does not tolerate.
    #[must_use]
    pub fn repelled_by<'a>(&self, taints: &'a [Bound]) -> Option<&'a Bound> {
        taints.iter().find(|taint| {
            let tolerated = self.tolerations.iter().any(|own| own.tolerates(taint));
            taint.repels() && !tolerated
        })
    }
}

impl Demand {
    fn holds(&self, name: &str, labels: &BTreeMap<String, String>) -> bool {
        let is = if self.key == "metadata.name" {
            Some(name)
        } else {
            labels.get(&self.key).map(String::as_str)
        };
        let listed = is.is_some_and(|is| self.values.iter().any(|value| value == is));
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
        let (left, right) = (number(is), number(self.values.first().map(String::as_str)));
        match self.operator.as_str() {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => is.is_some(),
            "DoesNotExist" => is.is_none(),
            "Gt" => left.zip(right).is_some_and(|(left, right)| left > right),
            "Lt" => left.zip(right).is_some_and(|(left, right)| left < right),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(key: &str, value: Option<&str>, effect: &str) -> Bound {
        Bound {
            key: key.into(),
            value: value.map(Into::into),
            effect: effect.into(),
        }
    }

    fn demand(key: &str, operator: &str, values: &[&str]) -> Demand {
        Demand {
            key: key.into(),
            operator: operator.into(),
            values: values.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_toleration_without_key_value_or_effect_covers_any() {
        let taint = bound("nvidia.com/gpu", Some("true"), "NoSchedule");
        for (toleration, covers) in [
            (bound("", None, ""), true),
            (bound("nvidia.com/gpu", None, ""), true),
            (bound("nvidia.com/gpu", Some("true"), "NoSchedule"), true),
            (bound("nvidia.com/gpu", Some("false"), ""), false),
            (bound("nvidia.com/gpu", None, "NoExecute"), false),
            (bound("other", None, ""), false),
        ] {
            assert_eq!(toleration.tolerates(&taint), covers, "{toleration:?}");
        }
        let soft = [bound("x", None, "PreferNoSchedule")];
        assert_eq!(Scheduling::default().repelled_by(&soft), None);
        assert!(Scheduling::default().repelled_by(&[taint]).is_some());
    }

    #[test]
    fn a_node_is_chosen_by_its_labels_and_by_its_name() {
        let labels = BTreeMap::from([
            ("pool".to_owned(), "h100".to_owned()),
            ("count".to_owned(), "8".to_owned()),
        ]);
        let with = |affinity| Scheduling {
            affinity,
            ..Scheduling::default()
        };
        for (demand, holds) in [
            (demand("pool", "In", &["a10g", "h100"]), true),
            (demand("pool", "NotIn", &["h100"]), false),
            (demand("zone", "NotIn", &["a"]), true),
            (demand("pool", "Exists", &[]), true),
            (demand("zone", "DoesNotExist", &[]), true),
            (demand("count", "Gt", &["4"]), true),
            (demand("count", "Lt", &["8"]), false),
            (demand("metadata.name", "In", &["node-1"]), true),
            (demand("pool", "Newer", &["h100"]), false),
        ] {
            let scheduling = with(vec![vec![demand.clone()]]);
            assert_eq!(scheduling.chooses("node-1", &labels), holds, "{demand:?}");
        }
        let either = with(vec![
            vec![demand("pool", "In", &["b200"])],
            vec![demand("pool", "In", &["h100"])],
        ]);
        assert!(either.chooses("node-1", &labels));
        assert!(!with(vec![Vec::new()]).chooses("node-1", &labels));
        assert!(Scheduling::default().chooses("node-1", &labels));
    }
}
