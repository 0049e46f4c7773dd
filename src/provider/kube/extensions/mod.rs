//! Objects of controllers that a cluster may have: found by discovery, judged by what their status
//! says. To add a product: a line in [`PRODUCTS`], and one in [`verdict`] where its status is not
//! made of conditions.

mod verdict;

use futures::{StreamExt, stream};
use serde_json::Value;

use super::{
    client::Cluster,
    discovery::{self, Served},
    fleet::{gap, is_absent},
};
use crate::{
    model::{Gap, Trouble, TroubleKind, workload::Extension},
    provider::{IN_CLUSTER, Result},
};

/// Whose groups they are, and of which group only these kinds (all where none is named).
struct Product {
    name: &'static str,
    /// A group, or its end where it begins with a dot.
    group: &'static str,
    kinds: &'static [&'static str],
}

const fn product(
    name: &'static str,
    group: &'static str,
    kinds: &'static [&'static str],
) -> Product {
    Product { name, group, kinds }
}

/// The first that matches group and kind counts.
const PRODUCTS: &[Product] = &[
    product(
        "Argo CD",
        "argoproj.io",
        &["Application", "ApplicationSet", "AppProject"],
    ),
    product(
        "Argo Workflows",
        "argoproj.io",
        &["Workflow", "CronWorkflow"],
    ),
    product(
        "Argo Rollouts",
        "argoproj.io",
        &["Rollout", "AnalysisRun", "Experiment"],
    ),
    product("Flagger", "flagger.app", &["Canary"]),
    product("Flux", ".toolkit.fluxcd.io", &[]),
    product("Istio", ".istio.io", &[]),
    product("Linkerd", "linkerd.io", &["ServiceProfile"]),
    product("Linkerd", "policy.linkerd.io", &[]),
    product("Gateway API", "gateway.networking.k8s.io", &[]),
    product(
        "KServe",
        "serving.kserve.io",
        &["InferenceService", "InferenceGraph"],
    ),
    product("Kubeflow", "kubeflow.org", &[]),
    product("Kubeflow", ".kubeflow.org", &[]),
    product("KubeRay", "ray.io", &[]),
    product(
        "Kueue",
        "kueue.x-k8s.io",
        &["Workload", "ClusterQueue", "LocalQueue"],
    ),
    product("JobSet", "jobset.x-k8s.io", &[]),
    product("LeaderWorkerSet", "leaderworkerset.x-k8s.io", &[]),
    product("Gatekeeper", "constraints.gatekeeper.sh", &[]),
    product("Gatekeeper", "templates.gatekeeper.sh", &[]),
    product("Karpenter", "karpenter.sh", &["NodePool", "NodeClaim"]),
    product("Karpenter", "karpenter.k8s.aws", &["EC2NodeClass"]),
];

/// Kinds that are read at once.
const KINDS: usize = 4;
/// Objects of one kind that are shown; a kind with more is named as a gap.
const OBJECTS: u32 = 1_000;

fn product_of(served: &Served) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| {
        covers(product.group, &served.group)
            && (product.kinds.is_empty() || product.kinds.contains(&served.kind.as_str()))
    })
}

fn covers(wanted: &str, group: &str) -> bool {
    if wanted.starts_with('.') {
        group.ends_with(wanted)
    } else {
        group == wanted
    }
}

/// Reads all of them. What fails is a gap and keeps nothing else from being read.
pub(super) async fn read(cluster: &Cluster) -> (Vec<Extension>, Vec<Gap>) {
    let known = |group: &str| PRODUCTS.iter().any(|product| covers(product.group, group));
    let served = match discovery::kinds(cluster, known).await {
        Ok(served) => served,
        Err(error) => return (Vec::new(), vec![gap("extensions", &error)]),
    };
    let wanted = served.into_iter().filter_map(|served| {
        let product = product_of(&served)?;
        Some(listed(cluster, served, product))
    });
    let lists: Vec<_> = wanted.collect();
    let mut lists = stream::iter(lists).buffered(KINDS);
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    while let Some((served, listed)) = lists.next().await {
        match listed {
            Ok((objects, more)) => {
                found.extend(objects);
                gaps.extend(more.then(|| cut(&served.plural)));
            }
            // It has gone away between being found and being asked for.
            Err(error) if is_absent(&error) => {}
            Err(error) => gaps.push(gap(&served.plural, &error)),
        }
    }
    found.sort_by(|a, b| {
        let key = |one: &Extension| {
            (
                one.product.clone(),
                one.kind.clone(),
                one.namespace.clone(),
                one.name.clone(),
            )
        };
        key(a).cmp(&key(b))
    });
    (found, gaps)
}

fn cut(plural: &str) -> Gap {
    Gap {
        action: format!("{IN_CLUSTER}list {plural}"),
        trouble: Trouble {
            kind: TroubleKind::Other,
            message: format!("only the first {OBJECTS} {plural} are shown"),
            hint: None,
        },
    }
}

async fn listed(
    cluster: &Cluster,
    served: Served,
    product: &Product,
) -> (Served, Result<(Vec<Extension>, bool)>) {
    let listed = list(cluster, &served, product).await;
    (served, listed)
}

/// Objects of one kind, and whether there are more.
async fn list(
    cluster: &Cluster,
    served: &Served,
    product: &Product,
) -> Result<(Vec<Extension>, bool)> {
    let everywhere = [None];
    let some: Vec<Option<&str>> = cluster
        .namespaces
        .iter()
        .map(|name| Some(&**name))
        .collect();
    let namespaces: &[Option<&str>] = if some.is_empty() || !served.namespaced {
        &everywhere
    } else {
        &some
    };
    let mut found = Vec::new();
    let mut more = false;
    for namespace in namespaces {
        let path = format!("{}?limit={OBJECTS}", served.path(*namespace));
        let action = format!("list {}", served.plural);
        let list: Value = cluster.get(&path, &action).await?;
        let items = list["items"].as_array();
        let items = items.into_iter().flatten();
        found.extend(items.filter_map(|object| extension(object, served, product)));
        more |= list["metadata"]["continue"]
            .as_str()
            .is_some_and(|token| !token.is_empty());
    }
    Ok((found, more))
}

fn extension(object: &Value, served: &Served, product: &Product) -> Option<Extension> {
    let metadata = &object["metadata"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = text(&metadata["name"]);
    if name.is_empty() {
        return None;
    }
    let (health, facts) = verdict::judge(&served.group, &served.kind, object);
    Some(Extension {
        product: product.name.into(),
        kind: served.kind.clone(),
        api: format!("{}/{}", served.group, served.version),
        namespace: text(&metadata["namespace"]),
        created: metadata["creationTimestamp"]
            .as_str()
            .and_then(|at| at.parse().ok()),
        name,
        health,
        facts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(group: &str, kind: &str) -> Served {
        Served {
            group: group.into(),
            version: "v1".into(),
            kind: kind.into(),
            plural: format!("{}s", kind.to_lowercase()),
            namespaced: true,
        }
    }

    #[test]
    fn groups_that_products_share_are_told_apart_by_kind() {
        let name =
            |group: &str, kind: &str| product_of(&served(group, kind)).map(|product| product.name);
        assert_eq!(name("argoproj.io", "Application"), Some("Argo CD"));
        assert_eq!(name("argoproj.io", "Rollout"), Some("Argo Rollouts"));
        assert_eq!(name("argoproj.io", "ClusterAnalysisTemplate"), None);
        assert_eq!(
            name("kustomize.toolkit.fluxcd.io", "Kustomization"),
            Some("Flux")
        );
        assert_eq!(name("networking.istio.io", "VirtualService"), Some("Istio"));
        assert_eq!(name("trainer.kubeflow.org", "TrainJob"), Some("Kubeflow"));
        assert_eq!(
            name("constraints.gatekeeper.sh", "K8sRequiredLabels"),
            Some("Gatekeeper")
        );
        assert_eq!(name("example.io", "Widget"), None);
    }

    #[test]
    fn objects_of_one_namespace_are_asked_for_there() {
        let served = served("argoproj.io", "Rollout");
        assert_eq!(served.path(None), "/apis/argoproj.io/v1/rollouts");
        assert_eq!(
            served.path(Some("shop")),
            "/apis/argoproj.io/v1/namespaces/shop/rollouts"
        );
    }
}
