//! Who is let in: bearer tokens, tokens of EKS, tunnels.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{ADMIN, Caller, Client, manual};
use crate::kubernetes::server::{AccessKey, ENDPOINT, Server, User};

const CLUSTER: &str = "prod";
const REGION: &str = "eu-central-1";
const PODS: &str = "/api/v1/namespaces/default/pods";

fn key(id: &str, entry: Option<User>) -> AccessKey {
    AccessKey {
        id: id.into(),
        secret: "a secret".into(),
        session_token: Some("a session".into()),
        entry,
    }
}

/// The answer to somebody who signs with a key, now.
async fn pods(server: &Server, key: &AccessKey) -> u16 {
    let token = key.token(CLUSTER, REGION, server.now());
    Caller::of(server, &token).get(PODS).await.status
}

#[tokio::test]
async fn a_caller_is_told_apart_by_key_entry_and_role() {
    let reader = key("AKIAREADER", Some(User::new("reader", &["readers"])));
    let other = key("AKIAOTHER", Some(User::new("other", &[])));
    let nobody = key("AKIANOBODY", None);
    let unknown = key("AKIAUNKNOWN", None);
    let options = manual().eks(CLUSTER, 900);
    let keys = [&reader, &other, &nobody].map(Clone::clone);
    let server = Server::start(
        keys.into_iter()
            .fold(options, |options, key| options.key(key)),
    );
    let hand = server.by("test");
    hand.create(
        "rbac.authorization.k8s.io",
        "clusterroles",
        "",
        json!({
            "metadata": {"name": "read-pods"},
            "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}],
        }),
    );
    hand.create("rbac.authorization.k8s.io", "clusterrolebindings", "", json!({
        "metadata": {"name": "readers"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "read-pods"},
        "subjects": [{"kind": "Group", "name": "readers"}],
    }));
    assert_eq!(pods(&server, &reader).await, 200);
    assert_eq!(pods(&server, &other).await, 403);
    assert_eq!(pods(&server, &nobody).await, 401);
    assert_eq!(pods(&server, &unknown).await, 401);
    let seen: Vec<String> = server
        .requests()
        .into_iter()
        .map(|seen| seen.user)
        .collect();
    assert_eq!(seen, ["reader", "other", "", ""]);
}

#[tokio::test]
async fn a_token_is_good_for_as_long_as_a_test_says() {
    let key = key("AKIAREADER", Some(User::new("admin", &["system:masters"])));
    let server = Server::start(manual().eks(CLUSTER, 30).key(key.clone()));
    let token = key.token(CLUSTER, REGION, server.now());
    let caller = Caller::of(&server, &token);
    assert_eq!(caller.get(PODS).await.status, 200);
    server.advance(SignedDuration::from_secs(30));
    assert_eq!(caller.get(PODS).await.status, 401);
    let why = server.world(|world| world.people.why_refused(&token, world.now()));
    assert_eq!(why.as_deref(), Some("the token is 30 s old"));
    assert_eq!(pods(&server, &key).await, 200);
}

#[tokio::test]
async fn a_token_for_another_cluster_is_refused() {
    let key = key("AKIAREADER", Some(User::new("admin", &["system:masters"])));
    let server = Server::start(manual().eks(CLUSTER, 900).key(key.clone()));
    let token = key.token("staging", REGION, server.now());
    assert_eq!(Caller::of(&server, &token).get(PODS).await.status, 401);
}

#[tokio::test]
async fn keys_and_tokens_can_be_taken_back() {
    let key = key("AKIAREADER", Some(User::new("admin", &["system:masters"])));
    let server = Server::start(manual().eks(CLUSTER, 900).key(key.clone()));
    assert_eq!(pods(&server, &key).await, 200);
    assert_eq!(Caller::admin(&server).get(PODS).await.status, 200);
    server.world(|world| {
        world.people.distrust(&key.id);
        world.people.revoke(ADMIN);
    });
    assert_eq!(pods(&server, &key).await, 401);
    assert_eq!(Caller::admin(&server).get(PODS).await.status, 401);
}

#[tokio::test]
async fn behind_a_tunnel_only_the_name_of_the_endpoint_is_trusted() {
    let server = Server::start(manual().tunnelled());
    let client = Client::new(server.address(), server.ca());
    assert!(client.send("GET", "/version", &[], None).await.is_err());
    let named = client
        .named(ENDPOINT)
        .send("GET", "/version", &[], None)
        .await;
    assert_eq!(named.expect("an answer").status, 200);
}

#[tokio::test]
async fn a_kubeconfig_leads_to_the_server() {
    let server = Server::start(manual());
    let config: Value = serde_json::from_str(&server.kubeconfig(ADMIN)).expect("JSON");
    assert_eq!(config["clusters"][0]["cluster"]["server"], server.url());
    assert_eq!(config["users"][0]["user"]["token"], ADMIN);
    let config =
        kube::config::Kubeconfig::from_yaml(&server.kubeconfig(ADMIN)).expect("a kubeconfig");
    let options = kube::config::KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(config, &options).await;
    let client = kube::Client::try_from(config.expect("a configuration")).expect("a client");
    let namespaces: kube::Api<k8s_openapi::api::core::v1::Namespace> = kube::Api::all(client);
    let listed = namespaces.list(&kube::api::ListParams::default()).await;
    assert_eq!(listed.expect("a list").items.len(), 4);
}
