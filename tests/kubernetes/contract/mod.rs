//! What every cluster does, asked through a client and nothing else.
//!
//! Each case runs on the test server, and unchanged on the cluster that the kubeconfig named by
//! `AWSDECK_TEST_KUBECONFIG` leads to, when that is set. A case has a namespace of its own, which
//! is removed whatever becomes of the case.

mod permission;
mod reading;
mod velero;
mod watching;
mod writing;

use std::{collections::BTreeMap, env, panic::AssertUnwindSafe, path::Path, time::Duration};

use futures::FutureExt;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::{
    Api, Client, Config,
    api::{DeleteParams, ObjectMeta, PostParams},
    config::{KubeConfigOptions, Kubeconfig},
    core::Status,
    runtime::{conditions::is_deleted, wait::await_condition},
};

use super::server::{ObjectStore, Options, Server, User};

/// Names the file of a kubeconfig, whose current context is used.
const KUBECONFIG: &str = "AWSDECK_TEST_KUBECONFIG";
const ADMIN: &str = "admin-token";
/// How long a case may take, and how long its namespace may take to go away.
const PATIENCE: Duration = Duration::from_mins(2);

/// Where a case runs.
struct Place {
    client: Client,
    namespace: String,
}

impl Place {
    async fn new(client: Client) -> Self {
        let wanted = Namespace {
            metadata: ObjectMeta {
                generate_name: Some("awsdeck-test-".into()),
                ..ObjectMeta::default()
            },
            ..Namespace::default()
        };
        let namespaces: Api<Namespace> = Api::all(client.clone());
        let made = namespaces.create(&PostParams::default(), &wanted).await;
        let namespace = made.expect("a namespace").metadata.name.expect("a name");
        Self { client, namespace }
    }

    fn maps(&self) -> Api<ConfigMap> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    async fn create(&self, map: &ConfigMap) -> ConfigMap {
        let made = self.maps().create(&PostParams::default(), map).await;
        made.expect("a config map")
    }

    /// Removes the namespace and waits until it is gone.
    async fn clear(self) {
        let namespaces: Api<Namespace> = Api::all(self.client);
        let deleted = namespaces
            .delete(&self.namespace, &DeleteParams::default())
            .await;
        let going = deleted.expect("a deletion").left();
        if let Some(uid) = going.and_then(|namespace| namespace.metadata.uid) {
            let gone = await_condition(namespaces, &self.namespace, is_deleted(&uid));
            let gone = tokio::time::timeout(PATIENCE, gone).await;
            gone.expect("a namespace that goes").expect("a watch");
        }
    }
}

/// Runs a case on the test server, and on the real cluster that was named.
async fn everywhere(case: impl AsyncFn(&Place)) {
    let admin = User::new("admin", &["system:masters"]);
    let store = ObjectStore::with_buckets(&["bkt"]);
    let server = Server::start(Options::new().user(ADMIN, admin).velero(store));
    let ours = Kubeconfig::from_yaml(&server.kubeconfig(ADMIN));
    run(connect(ours.expect("a kubeconfig")).await, &case).await;
    if let Some(file) = env::var_os(KUBECONFIG) {
        let named = Kubeconfig::read_from(Path::new(&file));
        let named = named.unwrap_or_else(|error| panic!("{KUBECONFIG}: {error}"));
        run(connect(named).await, &case).await;
    }
}

async fn connect(kubeconfig: Kubeconfig) -> Client {
    let options = KubeConfigOptions::default();
    let config = Config::from_custom_kubeconfig(kubeconfig, &options).await;
    Client::try_from(config.expect("a configuration")).expect("a client")
}

async fn run(client: Client, case: &impl AsyncFn(&Place)) {
    let place = Place::new(client).await;
    let case = AssertUnwindSafe(case(&place)).catch_unwind();
    let seen = tokio::time::timeout(PATIENCE, case).await;
    place.clear().await;
    if let Err(panic) = seen.expect("a case that ends") {
        std::panic::resume_unwind(panic);
    }
}

/// A map with one label, `app`, and one entry, `key`.
fn map(name: &str, app: &str) -> ConfigMap {
    ConfigMap {
        metadata: ObjectMeta {
            name: Some(name.into()),
            labels: Some(BTreeMap::from([("app".into(), app.into())])),
            ..ObjectMeta::default()
        },
        data: Some(BTreeMap::from([("key".into(), "value".into())])),
        ..ConfigMap::default()
    }
}

/// What the server said against a call.
fn refusal<T>(answer: Result<T, kube::Error>) -> Status {
    match answer {
        Err(kube::Error::Api(status)) => *status,
        Err(error) => panic!("no answer of the server: {error}"),
        Ok(_) => panic!("the server has accepted it"),
    }
}

/// The status code and the reason of a refusal.
fn code<T>(answer: Result<T, kube::Error>) -> (u16, String) {
    let status = refusal(answer);
    (status.code, status.reason)
}

fn names(maps: &[ConfigMap]) -> Vec<&str> {
    let names = maps.iter().filter_map(|map| map.metadata.name.as_deref());
    names.collect()
}

fn version(map: &ConfigMap) -> &str {
    let version = map.metadata.resource_version.as_deref();
    version.expect("a version")
}
