//! Recorded answers of a real API server, given by a service in memory.

use std::{collections::BTreeMap, path::Path, sync::Mutex};

use http::{Request, Response};
use kube::client::Body;
use serde_json::{Value, json};

use super::*;
use crate::{
    model::{
        cluster::Capacity,
        fleet::{Pool, Sum, Wait, pools},
        velero::Location,
        workload::Grant,
    },
    provider::Endpoint,
};

/// One recorded exchange, or one step of a sequence.
fn recorded(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/kubernetes");
    let text = std::fs::read(path.join(name)).expect("a recording");
    serde_json::from_slice(&text).expect("JSON")
}

fn id() -> ClusterId {
    "111122223333/eu-west-1/research"
        .parse()
        .expect("a cluster")
}

/// Answers by path, in order, the last one for ever; anything else is not there.
#[derive(Clone, Default)]
struct Served {
    answers: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Served {
    /// Gives `response`, as it was recorded, for a path.
    fn give(self, path: &str, response: &Value) -> Self {
        let mut answers = self.answers.lock().expect("answers");
        let given = answers.entry(path.into()).or_default();
        given.push(response.clone());
        drop(answers);
        self
    }

    fn recording(self, name: &str) -> Self {
        let exchange = recorded(name);
        let path = exchange["request"]["path"]
            .as_str()
            .expect("a path")
            .to_owned();
        self.give(&path, &exchange["response"])
    }

    fn answer(&self, path: &str) -> Response<Body> {
        let (bare, _) = path.split_once('?').unwrap_or((path, ""));
        self.asked.lock().expect("asked").push(path.to_owned());
        let mut answers = self.answers.lock().expect("answers");
        let response = match answers.get_mut(bare) {
            Some(given) if given.len() > 1 => given.remove(0),
            Some(given) => given[0].clone(),
            None => json!({"status": 404, "body": "404 page not found\n"}),
        };
        drop(answers);
        let body = match &response["body"] {
            Value::String(text) => text.clone(),
            body => body.to_string(),
        };
        let status = response["status"]
            .as_u64()
            .and_then(|code| u16::try_from(code).ok());
        let mut answer = Response::builder().status(status.expect("a status"));
        if let Some(after) = response["headers"]["Retry-After"].as_str() {
            answer = answer.header("Retry-After", after);
        }
        answer.body(body.into_bytes().into()).expect("an answer")
    }

    fn cluster(&self) -> Cluster {
        let own = self.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let path = request.uri().path_and_query().map(ToString::to_string);
            let answer = own.answer(&path.unwrap_or_default());
            async move { Ok::<_, std::convert::Infallible>(answer) }
        });
        let way = connect::Way {
            client: kube::Client::new(service, "default"),
            host: "research.example".into(),
            private: false,
            handoff: Handoff::Nowhere,
        };
        Cluster::new(id(), way, &Kubernetes::default())
    }
}

fn lab() -> Served {
    ["nodes", "pods-all", "resourceslices", "resourceclaims"]
        .into_iter()
        .fold(Served::default(), |served, name| {
            served.recording(&format!("gpu/{name}.json"))
        })
}

async fn fleet_of(served: &Served) -> Fleet {
    let read = fleet::read(&served.cluster(), "v1.36.2".into(), None, &mut |_| ()).await;
    read.expect("a fleet")
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64()
}

/// Capacity types by the one word that both ways of writing them mean.
fn bought(truth: &Value) -> BTreeMap<Capacity, u64> {
    let types = truth["capacity_type"].as_object();
    let capacity = |word: &str| match word {
        "ON_DEMAND" | "on-demand" => Capacity::OnDemand,
        "SPOT" | "spot" => Capacity::Spot,
        "CAPACITY_BLOCK" => Capacity::CapacityBlock,
        other => panic!("{other}"),
    };
    types
        .into_iter()
        .flatten()
        .map(|(word, count)| (capacity(word), number(count).expect("a count")))
        .collect()
}

/// Every number that the truth tells of one resource.
fn matches(name: &str, truth: &Value, sum: &Sum) {
    let facts = [
        ("capacity", sum.capacity),
        ("allocatable", sum.allocatable),
        ("unhealthy", sum.unhealthy),
        ("requested", sum.requested),
        ("free", sum.free),
        ("free_schedulable", sum.free_schedulable),
        ("largest_free_block", sum.largest_free_block),
        ("replicas", sum.replicas),
        // Of devices that are given out by claims.
        ("devices", sum.capacity),
        ("allocated", sum.requested),
    ];
    for (key, fact) in facts {
        let is_claimed = truth["devices"].is_u64() && truth["allocated"].is_u64();
        if matches!(key, "devices" | "allocated") && !is_claimed {
            continue;
        }
        if let Some(expected) = number(&truth[key]) {
            assert_eq!(fact, expected, "{key} of {name}, {}", sum.resource);
        }
    }
}

#[tokio::test]
async fn the_recorded_gpu_cluster_adds_up_to_the_truth() {
    let fleet = fleet_of(&lab()).await;
    let truth = recorded("gpu/truth.json");
    let whole = &truth["cluster"];
    assert_eq!(Some(fleet.nodes.len() as u64), number(&whole["nodes"]));
    let ready = fleet.nodes.iter().filter(|node| node.ready).count() as u64;
    assert_eq!(Some(ready), number(&whole["nodes_ready"]));
    let pools = pools(&fleet);
    let names: Vec<&str> = pools.iter().map(|pool| pool.name.as_str()).collect();
    let mut expected: Vec<&String> = truth["pools"].as_object().expect("pools").keys().collect();
    expected.sort();
    assert_eq!(names, expected);
    for pool in &pools {
        one_pool(&fleet, pool, &truth["pools"][pool.name.as_str()]);
    }
}

fn one_pool(fleet: &Fleet, pool: &Pool, truth: &Value) {
    let name = pool.name.as_str();
    let nodes = &truth["nodes"];
    assert_eq!(number(&nodes["total"]), Some(pool.nodes.all), "{name}");
    assert_eq!(number(&nodes["ready"]), Some(pool.nodes.ready), "{name}");
    assert_eq!(
        number(&nodes["cordoned"]),
        Some(pool.nodes.cordoned),
        "{name}"
    );
    assert_eq!(bought(truth), pool.capacity, "{name}");
    if let Some(resource) = truth["resource"].as_str() {
        let resource = resource.trim_end_matches(" device");
        assert_eq!(pool.sums.len(), 1, "{name}");
        assert_eq!(pool.sums[0].resource, resource);
        matches(name, truth, &pool.sums[0]);
    }
    for (resource, numbers) in truth["resources"].as_object().into_iter().flatten() {
        let sum = pool.sums.iter().find(|sum| sum.resource == *resource);
        matches(name, numbers, sum.expect("the resource"));
    }
    if let Some(physical) = number(&truth["physical_gpus"]) {
        assert_eq!(pool.devices, Some(physical), "{name}");
    }
    if let Some(requested) = number(&truth["devices_requested_at_least"]) {
        assert_eq!(pool.devices_requested, Some(requested), "{name}");
    }
    let unknown: Vec<&str> = pool.unknown.iter().map(String::as_str).collect();
    let expected = truth["nodes_unknown"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert_eq!(json!(unknown), Value::Array(expected), "{name}");
    if let Some(model) = truth["model"].as_str() {
        let told: Vec<&str> = pool
            .models
            .iter()
            .map(|model| model.name.as_str())
            .collect();
        assert_eq!(told, [model], "{name}");
    }
    for (node, numbers) in truth["per_node"].as_object().into_iter().flatten() {
        let found = fleet.nodes.iter().find(|one| one.name == *node);
        let found = found.expect("the node");
        if numbers["devices"].is_null() && !numbers["allocatable"].is_u64() {
            assert!(found.devices_unknown, "{node}");
            continue;
        }
        let share = &found.shares[0];
        let all = number(&numbers["allocatable"]).or(number(&numbers["devices"]));
        let held = number(&numbers["requested"]).or(number(&numbers["allocated"]));
        assert_eq!(Some(share.allocatable), all, "{node}");
        assert_eq!(Some(share.requested), held, "{node}");
        assert_eq!(Some(share.free()), number(&numbers["free"]), "{node}");
    }
    for (wait, count) in [
        ("unschedulable", pool.pending.unschedulable),
        ("gated", pool.pending.gated),
        ("unseen", pool.pending.unseen),
    ] {
        let expected = &truth["pending"][wait];
        assert_eq!(
            number(&expected["pods"]).unwrap_or(0),
            count.pods,
            "{wait} of {name}"
        );
        assert_eq!(
            number(&expected["gpus"]).unwrap_or(0),
            count.units,
            "{wait} of {name}"
        );
    }
}

#[tokio::test]
async fn demand_without_a_pool_is_counted_and_units_are_never_mixed() {
    let fleet = fleet_of(&lab()).await;
    let truth = recorded("gpu/truth.json");
    let total = &truth["pending_total"];
    let count = |wait| fleet.pending.iter().filter(|one| one.wait == wait).count() as u64;
    assert_eq!(number(&total["pods"]), Some(fleet.pending.len() as u64));
    assert_eq!(
        number(&total["unschedulable"]),
        Some(count(Wait::Unschedulable))
    );
    assert_eq!(number(&total["gated"]), Some(count(Wait::Gated)));
    assert_eq!(number(&total["unseen"]), Some(count(Wait::Unseen)));
    let of = |resource: &str| -> u64 {
        let own = fleet.pending.iter().filter(|one| one.resource == resource);
        own.map(|one| one.count).sum()
    };
    assert_eq!(number(&total["nvidia.com/gpu"]), Some(of("nvidia.com/gpu")));
    assert_eq!(
        number(&total["gpu.nvidia.com device (DRA)"]),
        Some(of("gpu.nvidia.com"))
    );
    for name in truth["pending_without_a_pool"]
        .as_object()
        .expect("pods")
        .keys()
    {
        let found = fleet.pending.iter().find(|one| one.name == *name);
        assert_eq!(found.expect("the pod").pool(), None, "{name}");
    }
    let sums = &truth["sums_by_resource_name"];
    let all = pools(&fleet);
    let shares = || all.iter().flat_map(|pool| &pool.sums);
    let whole = shares().filter(|sum| sum.unit == crate::model::fleet::Unit::Gpu);
    let whole: Vec<&Sum> = whole
        .filter(|sum| sum.resource == "nvidia.com/gpu")
        .collect();
    let total = |of: fn(&Sum) -> u64| whole.iter().map(|sum| of(sum)).sum::<u64>();
    assert_eq!(
        number(&sums["whole_gpus"]["allocatable"]),
        Some(total(|sum| sum.allocatable))
    );
    assert_eq!(
        number(&sums["whole_gpus"]["requested"]),
        Some(total(|sum| sum.requested))
    );
    let named: u64 = shares()
        .filter(|sum| sum.resource == "nvidia.com/gpu")
        .map(|sum| sum.allocatable)
        .sum();
    assert_eq!(number(&sums["nvidia.com/gpu"]["allocatable"]), Some(named));
}

#[tokio::test]
async fn a_list_that_expires_midway_is_begun_anew_and_counts_nothing_twice() {
    let exchange = recorded("lists/pods-continue-expired-410.json");
    let pages = recorded("lists/pods-limit2-three-pages.json");
    let answers = |exchange: &Value| -> Vec<Value> {
        let steps = exchange["steps"].as_array().expect("steps");
        steps.iter().map(|step| step["response"].clone()).collect()
    };
    let pages: Vec<Value> = answers(&pages)
        .into_iter()
        .filter(|answer| answer["body"]["kind"] == "PodList")
        .collect();
    let expired: Vec<Value> = answers(&exchange)
        .into_iter()
        .filter(|answer| answer["status"] == 410)
        .collect();
    let served = [&pages[0], &expired[0]].into_iter().chain(&pages);
    let served = served.fold(Served::default(), |served, answer| {
        served.give("/api/v1/pods", answer)
    });
    let (pods, malformed) = served.cluster().all::<objects::Pod>().await.expect("pods");
    assert_eq!((pods.len(), malformed), (6, 0));
}

#[tokio::test]
async fn refusals_of_rights_and_of_sign_in_are_told_apart() {
    let refusal = async |name: &str| {
        let exchange = recorded(name);
        let served = Served::default().give("/api/v1/nodes", &exchange["response"]);
        let error = served.cluster().all::<objects::Node>().await;
        error.expect_err("a refusal")
    };
    let forbidden = refusal("auth/forbidden-403-list-nodes.json").await;
    insta::assert_snapshot!(forbidden, @r#"`kubernetes:list nodes` is denied: nodes is forbidden: User "dev@example.com" cannot list resource "nodes" in API group "" at the cluster scope (account 111122223333, eu-west-1)"#);
    insta::assert_snapshot!(forbidden.hint().unwrap_or_default(), @"the sign-in works: the cluster's own rules (RBAC) lack this right");
    let unknown = refusal("auth/unauthorized-401-bad-token.json").await;
    insta::assert_snapshot!(unknown, @"`kubernetes:sign in` is denied: 401: it does not know this role, or takes the token for another cluster's or too old (account 111122223333, eu-west-1)");
    insta::assert_snapshot!(unknown.hint().unwrap_or_default(), @"give the role an access entry of the cluster (`aws eks create-access-entry`), and check this machine's clock");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_has_too_much_to_do_is_asked_again_when_it_says() {
    let exchange = recorded("auth/too-many-requests-429.json");
    let busy = exchange["steps"]
        .as_array()
        .expect("steps")
        .iter()
        .map(|step| &step["response"])
        .find(|answer| answer["status"] == 429)
        .expect("a refusal");
    let nodes = recorded("gpu/nodes.json");
    let served = Served::default()
        .give("/api/v1/nodes", busy)
        .give("/api/v1/nodes", &nodes["response"]);
    let (nodes, _) = served
        .cluster()
        .all::<objects::Node>()
        .await
        .expect("nodes");
    assert_eq!(nodes.len(), 19);
    let always = Served::default().give("/api/v1/nodes", busy);
    let error = always
        .cluster()
        .all::<objects::Node>()
        .await
        .expect_err("a refusal");
    assert!(matches!(error.kind, Kind::Throttled { .. }), "{error:?}");
}

#[tokio::test]
async fn a_cluster_without_claims_or_karpenter_is_read_all_the_same() {
    let served = ["nodes", "pods-all"]
        .into_iter()
        .fold(Served::default(), |served, name| {
            served.recording(&format!("gpu/{name}.json"))
        });
    let fleet = fleet_of(&served).await;
    assert_eq!(fleet.gaps, []);
    assert_eq!(pools(&fleet).len(), 10);
}

/// An EKS that knows one endpoint, and gives out a token.
struct Stub(Endpoint);

#[async_trait]
impl ClusterAccess for Stub {
    async fn endpoint(&self, _: &ClusterId) -> Result<Endpoint> {
        Ok(self.0.clone())
    }

    async fn token(&self, _: &ClusterId) -> Result<Token> {
        Ok(Token {
            secret: "k8s-aws-v1.test".into(),
            expires: Timestamp::now() + jiff::SignedDuration::from_mins(14),
        })
    }

    async fn grants(&self, _: &ClusterId) -> Result<Vec<Grant>> {
        Ok(Vec::new())
    }

    async fn object(&self, _: &ClusterId, _: &Location, _: &str) -> Result<Option<Vec<u8>>> {
        Ok(None)
    }
}

/// What is said of a cluster whose endpoint is at this port, and after which time.
async fn said_of(port: u16, private: bool) -> (String, Duration) {
    let endpoint = Endpoint {
        url: format!("https://127.0.0.1:{port}"),
        authority: String::new(),
        private,
    };
    let settings = crate::config::Settings::parse(
        "[kubernetes]\nconnect_timeout = \"1s\"\n",
        std::path::Path::new("config.toml"),
    );
    let settings = settings.expect("settings").kubernetes;
    let kube = Kube::new(Some(Arc::new(Stub(endpoint))), settings, true);
    let begun = std::time::Instant::now();
    let error = kube
        .fleet(&id(), &mut |_| ())
        .await
        .expect_err("out of reach");
    (error.to_string(), begun.elapsed())
}

#[tokio::test]
async fn a_cluster_out_of_reach_says_why_within_the_time_of_a_connection() {
    let listen = || tokio::net::TcpListener::bind("127.0.0.1:0");
    let port =
        |listener: &tokio::net::TcpListener| listener.local_addr().expect("an address").port();
    let gone = port(&listen().await.expect("a port"));
    let (said, _) = said_of(gone, false).await;
    assert!(said.contains("refused"), "{said}");

    let plain = listen().await.expect("a port");
    let at = port(&plain);
    let talking = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let words = b"HTTP/1.1 400 Bad Request\r\n\r\n";
            tokio::io::AsyncWriteExt::write_all(&mut stream, words)
                .await
                .ok();
        }
    });
    let (said, _) = said_of(at, false).await;
    assert!(said.contains("TLS"), "{said}");
    talking.abort();

    // Taken by the system, and never answered.
    let silent = listen().await.expect("a port");
    let (said, after) = said_of(port(&silent), true).await;
    assert!(said.contains("no route"), "{said}");
    assert!(after < Duration::from_secs(3), "{after:?}");
    let (said, _) = said_of(port(&silent), false).await;
    assert!(said.contains("does not answer"), "{said}");
}
