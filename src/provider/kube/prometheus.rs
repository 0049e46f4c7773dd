//! How busy GPUs are, by the figures of DCGM in a Prometheus that the API server leads to. Without one
//! nothing is said of use: what is requested need not be used.

use std::collections::HashMap;

use serde::Deserialize;

use super::{client::Cluster, loose};
use crate::{
    model::{
        Gap,
        fleet::{Busy, Fleet},
    },
    provider::IN_CLUSTER,
};

/// Where a Prometheus is looked for, as its charts call its service.
const KNOWN: [&str; 7] = [
    "prometheus-operated",
    "prometheus-server",
    "kube-prometheus-stack-prometheus",
    "prometheus-kube-prometheus-prometheus",
    "prometheus-k8s",
    "prometheus",
    "vmsingle",
];

/// The most exact figure first: the share of time in which the engine was busy, then the older one
/// in percent, which says only that some kernel ran.
const QUERY: &str = "avg by (Hostname, node, pod, exported_pod, namespace, exported_namespace) \
    (DCGM_FI_PROF_GR_ENGINE_ACTIVE or DCGM_FI_PROF_SM_ACTIVE or (DCGM_FI_DEV_GPU_UTIL / 100))";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Services {
    #[serde(deserialize_with = "loose::list")]
    items: Vec<Service>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Service {
    #[serde(deserialize_with = "loose::object")]
    metadata: Named,
    #[serde(deserialize_with = "loose::object")]
    spec: Ports,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::word")]
    namespace: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Ports {
    #[serde(deserialize_with = "loose::list")]
    ports: Vec<Port>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Port {
    #[serde(deserialize_with = "loose::number")]
    port: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    #[serde(deserialize_with = "loose::object")]
    data: Data,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data {
    #[serde(deserialize_with = "loose::list")]
    result: Vec<Sample>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Sample {
    #[serde(deserialize_with = "loose::pairs")]
    metric: std::collections::BTreeMap<String, String>,
    value: serde_json::Value,
}

impl Sample {
    fn share(&self) -> Option<f64> {
        let text = self.value.get(1)?.as_str()?;
        text.parse().ok().filter(|share: &f64| share.is_finite())
    }

    fn label(&self, names: &[&str]) -> Option<&str> {
        names
            .iter()
            .find_map(|name| self.metric.get(*name))
            .map(String::as_str)
            .filter(|text| !text.is_empty())
    }
}

/// Writes into the fleet how busy its nodes and pods are. `setting` names the service as
/// `namespace/service:port`, or is `none`.
pub(super) async fn measure(cluster: &Cluster, setting: Option<&str>, fleet: &mut Fleet) {
    if setting == Some("none") {
        return;
    }
    let found = match setting {
        Some(named) => parse(named),
        None => find(cluster).await,
    };
    let Some((namespace, service)) = found else {
        return;
    };
    let query: String = encoded(QUERY);
    let path = format!(
        "/api/v1/namespaces/{namespace}/services/{service}/proxy/api/v1/query?query={query}"
    );
    match cluster.get::<Answer>(&path, "get services/proxy").await {
        Ok(answer) => apply(&answer.data.result, fleet),
        // One that was only guessed may be anything; one that was named should answer.
        Err(error) if setting.is_some() => fleet.gaps.push(Gap {
            action: format!("{IN_CLUSTER}get services/proxy of {namespace}/{service}"),
            trouble: error.trouble(),
        }),
        Err(_) => {}
    }
}

/// `monitoring/prometheus:9090` as namespace and what the proxy calls the service.
fn parse(setting: &str) -> Option<(String, String)> {
    let (namespace, service) = setting.split_once('/')?;
    let is_name = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.:".contains(&byte))
    };
    (is_name(namespace) && is_name(service)).then(|| (namespace.to_owned(), service.to_owned()))
}

/// A service that looks like a Prometheus.
async fn find(cluster: &Cluster) -> Option<(String, String)> {
    let services = cluster
        .get::<Services>("/api/v1/services?limit=2000", "list services")
        .await
        .ok()?;
    let found = KNOWN.iter().find_map(|wanted| {
        services
            .items
            .iter()
            .find(|service| service.metadata.name == *wanted)
    })?;
    let port = found.spec.ports.first().and_then(|port| port.port)?;
    parse(&format!(
        "{}/{}:{port}",
        found.metadata.namespace, found.metadata.name
    ))
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// Means by node and by pod. `Hostname` is the node's name, or that of the exporter's pod, depending
/// on how it is run: a name that no node has is passed over.
fn apply(samples: &[Sample], fleet: &mut Fleet) {
    let mut nodes: HashMap<String, (f64, f64)> = HashMap::new();
    let mut pods: HashMap<(String, String), (f64, f64)> = HashMap::new();
    let add = |sum: &mut (f64, f64), share: f64| {
        sum.0 += share;
        sum.1 += 1.0;
    };
    for sample in samples {
        let Some(share) = sample.share() else {
            continue;
        };
        let node = ["node", "Hostname"]
            .iter()
            .filter_map(|name| sample.label(&[name]))
            .find(|name| fleet.nodes.iter().any(|node| node.name == *name));
        if let Some(node) = node {
            add(nodes.entry(node.to_owned()).or_default(), share);
        }
        // The scrape may keep these for the exporter's own pod.
        let pod = sample.label(&["exported_pod", "pod"]);
        let namespace = sample.label(&["exported_namespace", "namespace"]);
        if let (Some(namespace), Some(pod)) = (namespace, pod) {
            add(
                pods.entry((namespace.to_owned(), pod.to_owned()))
                    .or_default(),
                share,
            );
        }
    }
    for node in &mut fleet.nodes {
        let sum = nodes.get(&node.name);
        node.busy = sum.map(|(shares, count)| Busy::of(shares / count));
    }
    for holder in &mut fleet.holders {
        let sum = pods.get(&(holder.namespace.clone(), holder.name.clone()));
        holder.busy = sum.map(|(shares, count)| Busy::of(shares / count));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::fleet::{NodeFacts, Tally};

    fn fleet() -> Fleet {
        let mut tally = Tally::new("v1.34".into());
        tally.nodes = vec![NodeFacts {
            name: "node-1".into(),
            ..NodeFacts::default()
        }];
        tally.fleet(
            &"111122223333/eu-west-1/x".parse().expect("a cluster"),
            true,
        )
    }

    #[test]
    fn shares_are_joined_by_the_node_whichever_label_names_it() {
        let answer: Answer = serde_json::from_value(json!({"data": {"result": [
            {"metric": {"Hostname": "node-1", "exported_pod": "train-0", "exported_namespace": "ml"}, "value": [0, "0.5"]},
            {"metric": {"Hostname": "dcgm-exporter-x", "node": "node-1"}, "value": [0, "1"]},
            {"metric": {"Hostname": "dcgm-exporter-x"}, "value": [0, "1"]},
            {"metric": {"Hostname": "node-1"}, "value": [0, "NaN"]},
            {"metric": {}, "value": "odd"},
        ]}}))
        .expect("readable");
        let mut fleet = fleet();
        apply(&answer.data.result, &mut fleet);
        assert_eq!(fleet.nodes[0].busy, Some(Busy::of(0.75)));
    }

    #[test]
    fn only_names_make_a_path() {
        assert_eq!(
            parse("monitoring/prometheus:9090"),
            Some(("monitoring".into(), "prometheus:9090".into()))
        );
        for wrong in ["prometheus", "a/b/../c", "a/", "/b", "a/b?x"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(encoded("a b(c)"), "a%20b%28c%29");
    }
}
