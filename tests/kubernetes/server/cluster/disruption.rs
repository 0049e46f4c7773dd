//! Evictions, and the budgets that refuse them.

use serde_json::Value;

use super::super::{
    json::{list, pairs, text},
    selectors::Labels,
    status::Status,
    world::World,
    write::{DeleteOptions, delete},
};

/// Evicts a pod, unless a budget needs it.
pub(crate) fn evict(
    world: &mut World,
    namespace: &str,
    name: &str,
    options: &DeleteOptions,
) -> Result<Value, Status> {
    let pods = world.kind("", "pods");
    let Some(pod) = world.get(&pods, namespace, name) else {
        return Err(Status::not_found(&pods, name));
    };
    let labels = pairs(&pod, "/metadata/labels");
    let budgets = world.kind("policy", "poddisruptionbudgets");
    for budget in world.all_in(&budgets, namespace) {
        let selector = Labels::of(&budget["spec"]["selector"]);
        if !selector.select(&labels) || !is_healthy(&pod) {
            continue;
        }
        let covered: Vec<Value> = world
            .all_in(&pods, namespace)
            .into_iter()
            .filter(|pod| selector.select(&pairs(pod, "/metadata/labels")))
            .collect();
        let healthy = count(&covered, is_healthy);
        let needed = needed(&budget["spec"], count(&covered, |_| true));
        if healthy <= needed {
            let budget = text(&budget, "/metadata/name");
            return Err(Status::disruption(budget, needed, healthy));
        }
    }
    delete(world, &pods, namespace, name, options)?;
    let mut answer = Status::success(None);
    answer["code"] = 201.into();
    Ok(answer)
}

fn count(pods: &[Value], which: impl Fn(&Value) -> bool) -> i64 {
    let count = pods.iter().filter(|pod| which(pod)).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn is_healthy(pod: &Value) -> bool {
    let ready = list(pod, "/status/conditions")
        .iter()
        .any(|condition| condition["type"] == "Ready" && condition["status"] == "True");
    ready && text(pod, "/metadata/deletionTimestamp").is_empty()
}

/// How many pods a budget wants healthy, of so many.
fn needed(spec: &Value, pods: i64) -> i64 {
    let share = |value: &Value| match value.as_str().and_then(|text| text.strip_suffix('%')) {
        Some(percent) => {
            let percent: i64 = percent.parse().unwrap_or_default();
            (pods * percent + 99) / 100
        }
        None => value.as_i64().unwrap_or_default(),
    };
    match (&spec["minAvailable"], &spec["maxUnavailable"]) {
        (Value::Null, most) => pods - share(most),
        (least, _) => share(least),
    }
}
