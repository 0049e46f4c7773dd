//! Custom kinds, given at the start or created by a client.

use serde_json::json;

use super::{Caller, manual};
use crate::kubernetes::server::{Custom, Server};

const NODE_POOLS: &str = "/apis/karpenter.sh/v1/nodepools";

#[tokio::test]
async fn a_kind_that_a_test_gives_is_served() {
    let pools =
        Custom::new("karpenter.sh/v1", "NodePool", "nodepools").schema("spec\n  weight\nstatus *");
    let server = Server::start(manual().custom(pools));
    let caller = Caller::admin(&server);
    let namespaced = "/apis/karpenter.sh/v1/namespaces/default/nodepools";
    let pool = json!({
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": "gpu"},
        "spec": {"weight": 10, "wieght": 1},
    });
    let made = caller.post(namespaced, pool).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.header("warning"),
        "299 - \"unknown field \\\"spec.wieght\\\"\""
    );
    assert_eq!(made.json()["spec"], json!({"weight": 10}));
}

#[tokio::test]
async fn a_definition_that_a_client_creates_is_served_from_then_on() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    assert_eq!(caller.get(NODE_POOLS).await.status, 404);
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "nodepools.karpenter.sh"},
        "spec": {
            "group": "karpenter.sh",
            "scope": "Cluster",
            "names": {"kind": "NodePool", "listKind": "NodePoolList", "plural": "nodepools", "singular": "nodepool"},
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "subresources": {"status": {}},
                "schema": {"openAPIV3Schema": {
                    "type": "object",
                    "x-kubernetes-preserve-unknown-fields": true,
                }},
            }],
        },
    });
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    assert_eq!(caller.post(path, definition).await.status, 201);
    let pool = json!({
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": {"name": "gpu"},
        "spec": {"weight": 10},
    });
    assert_eq!(caller.post(NODE_POOLS, pool).await.status, 201);
    let status = json!({"status": {"nodes": 3}});
    let patched = caller
        .call("PATCH", &format!("{NODE_POOLS}/gpu/status"), Some(status))
        .await;
    assert_eq!(patched.expect("an answer").json()["status"]["nodes"], 3);
    let group = caller.get("/apis/karpenter.sh/v1").await.json();
    assert_eq!(group["resources"][0]["name"], "nodepools");
}
