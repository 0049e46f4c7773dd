//! What pods request, and whether a node has it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    super::{
        super::json::{list, pairs, text},
        quantity,
    },
    Refusal,
};

/// Thousandths of each resource by its name.
pub(crate) type Amounts = BTreeMap<String, i128>;

/// What a pod holds on its node: the most that it needs at any time. Restartable init containers
/// run beside everything that comes after them.
pub(crate) fn requests(pod: &Value) -> Amounts {
    let (mut beside, mut most) = (Amounts::new(), Amounts::new());
    for container in list(pod, "/spec/initContainers") {
        let own = wanted(container);
        if text(container, "/restartPolicy") == "Always" {
            add(&mut beside, &own);
        } else {
            let mut then = beside.clone();
            add(&mut then, &own);
            raise(&mut most, &then);
        }
    }
    for container in list(pod, "/spec/containers") {
        add(&mut beside, &wanted(container));
    }
    raise(&mut most, &beside);
    most
}

fn wanted(container: &Value) -> Amounts {
    let requests = pairs(container, "/resources/requests").into_iter();
    requests
        .map(|(resource, amount)| (resource, quantity(&amount)))
        .collect()
}

fn add(to: &mut Amounts, other: &Amounts) {
    for (resource, amount) in other {
        *to.entry(resource.clone()).or_default() += amount;
    }
}

fn raise(to: &mut Amounts, other: &Amounts) {
    for (resource, amount) in other {
        let most = to.entry(resource.clone()).or_default();
        *most = (*most).max(*amount);
    }
}

/// What is held on a node, and how many pods there are (`pods`).
pub(crate) fn requested(pods: &[Value], node: &str) -> Amounts {
    let mut used = Amounts::new();
    for pod in pods {
        let ended = matches!(text(pod, "/status/phase"), "Succeeded" | "Failed");
        if text(pod, "/spec/nodeName") == node && !ended {
            add(&mut used, &requests(pod));
            *used.entry("pods".into()).or_default() += 1_000;
        }
    }
    used
}

/// What a node is short of for a pod.
pub(super) fn insufficient(pod: &Value, node: &Value, used: &Amounts) -> Option<Refusal> {
    let allocatable = pairs(node, "/status/allocatable");
    let offered = |resource: &str| {
        let mut found = allocatable.iter();
        let found = found.find(|(name, _)| name == resource);
        found.map_or(0, |(_, amount)| quantity(amount))
    };
    let mut refusal = Refusal {
        reasons: Vec::new(),
        resolvable: true,
    };
    let mut wanted = requests(pod);
    wanted.insert("pods".into(), 1_000);
    for (resource, amount) in &wanted {
        let held = used.get(resource).copied().unwrap_or_default();
        if *amount > 0 && amount + held > offered(resource) {
            refusal.reasons.push(match resource.as_str() {
                "pods" => "Too many pods".into(),
                resource => format!("Insufficient {resource}"),
            });
            refusal.resolvable &= *amount <= offered(resource);
        }
    }
    (!refusal.reasons.is_empty()).then_some(refusal)
}

/// How full a node is, in millionths of its CPU and memory: the emptiest is taken.
pub(super) fn load(node: &Value, used: &Amounts) -> i128 {
    let share = |resource: &str| {
        let offered = text(node, &format!("/status/allocatable/{resource}"));
        let held = used.get(resource).copied().unwrap_or_default();
        held * 1_000_000 / quantity(offered).max(1)
    };
    share("cpu") + share("memory")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sidecar_before_an_init_container_counts_beside_it() {
        let gpus = |count: &str| json!({"requests": {"nvidia.com/gpu": count}});
        let pod = json!({"spec": {
            "initContainers": [
                {"restartPolicy": "Always", "resources": gpus("1")},
                {"resources": gpus("4")},
            ],
            "containers": [{"resources": gpus("1")}],
        }});
        assert_eq!(requests(&pod)["nvidia.com/gpu"], 5_000);
    }
}
