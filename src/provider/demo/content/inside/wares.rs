//! What runs: the shop in the accounts of applications, training and inference in those of machine
//! learning, and in each environment one thing that does not run as it should.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};

use super::{
    super::super::estate::{Environment, Purpose},
    Ground, machines,
};
use crate::model::{
    fleet::NodeFacts,
    workload::{
        Amounts, Bound, Condition, ContainerState, Ended, Owner, Pod, PodStatus, Scheduling,
    },
};

/// A workload, and how its pods are.
#[derive(Clone, Copy)]
pub(super) struct Ware {
    pub(super) namespace: &'static str,
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
    pub(super) pods: u32,
    pub(super) gpus: u64,
    /// The pool that its pods must go to; empty is the main one.
    pub(super) pool: &'static str,
    pub(super) image: &'static str,
    pub(super) fate: Fate,
}

/// How the pods of a workload are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Well,
    /// The last pod crashes over and over.
    Crashes,
    /// The last pod's image is not there.
    NoImage,
    /// The last pod runs and never gets ready, so that a rollout is stuck.
    NotReady,
    /// Nothing has room for it.
    Waits,
    /// A queue holds it back.
    Gated,
    /// It has run to its end.
    Done,
    /// It has failed for good.
    Failed,
}

const fn ware(
    namespace: &'static str,
    kind: &'static str,
    name: &'static str,
    pods: u32,
    image: &'static str,
) -> Ware {
    Ware {
        namespace,
        kind,
        name,
        pods,
        gpus: 0,
        pool: "",
        image,
        fate: Fate::Well,
    }
}

impl Ware {
    const fn on(mut self, pool: &'static str, gpus: u64) -> Self {
        self.pool = pool;
        self.gpus = gpus;
        self
    }

    const fn fated(mut self, fate: Fate) -> Self {
        self.fate = fate;
        self
    }
}

const SHOP: &[Ware] = &[
    ware(
        "shop",
        "Deployment",
        "web",
        3,
        "registry.example/shop/web:2026.1.14",
    ),
    ware(
        "shop",
        "Deployment",
        "api",
        3,
        "registry.example/shop/api:2026.1.14",
    ),
    ware(
        "shop",
        "Deployment",
        "cart",
        2,
        "registry.example/shop/cart:2026.1.9",
    ),
    ware(
        "shop",
        "StatefulSet",
        "search",
        2,
        "registry.example/shop/search:8.17.0",
    ),
    ware(
        "shop",
        "CronJob",
        "invoices",
        0,
        "registry.example/shop/invoices:2026.1.2",
    ),
];

const SYSTEM: &[Ware] = &[
    ware(
        "kube-system",
        "Deployment",
        "coredns",
        2,
        "registry.example/eks/coredns:v1.12.1",
    ),
    ware(
        "velero",
        "Deployment",
        "velero",
        1,
        "registry.example/velero/velero:v1.18.1",
    ),
];

/// What the cluster runs.
pub(super) fn wares(ground: &Ground<'_>) -> Vec<Ware> {
    let mut all: Vec<Ware> = SYSTEM.to_vec();
    match ground.purpose() {
        Some(Purpose::App) => all.extend(shop(ground)),
        Some(Purpose::Ml) => all.extend(learning(ground)),
        _ => {}
    }
    all
}

fn shop(ground: &Ground<'_>) -> Vec<Ware> {
    let mut shop = SHOP.to_vec();
    if ground.is(Environment::Prod, Purpose::App) {
        shop.push(
            ware(
                "shop",
                "Deployment",
                "checkout",
                4,
                "registry.example/shop/checkout:2026.1.15",
            )
            .fated(Fate::NotReady),
        );
        shop.push(ware(
            "payments",
            "Deployment",
            "ledger",
            2,
            "registry.example/pay/ledger:41",
        ));
    } else {
        shop.push(ware(
            "shop",
            "Deployment",
            "checkout",
            2,
            "registry.example/shop/checkout:2026.1.15",
        ));
    }
    if ground.is(Environment::Staging, Purpose::App) {
        shop[1] = shop[1].fated(Fate::Crashes);
    }
    if ground.is(Environment::Dev, Purpose::App) {
        shop[2] = shop[2].fated(Fate::NoImage);
        shop.push(
            ware(
                "shop",
                "Job",
                "migrate",
                1,
                "registry.example/shop/migrate:2026.1.15",
            )
            .fated(Fate::Failed),
        );
    }
    shop
}

fn learning(ground: &Ground<'_>) -> Vec<Ware> {
    let mut all = vec![ware(
        "ml",
        "Deployment",
        "features",
        2,
        "registry.example/ml/features:1.9.0",
    )];
    let of_pool = |name: &str| {
        let pools = &ground.cluster.pools;
        let pool = pools.iter().find(|pool| pool.name.as_str() == name);
        pool.and_then(|pool| pool.running).unwrap_or(0)
    };
    let small = of_pool("gpu");
    if small > 0 {
        all.push(
            ware(
                "ml",
                "Deployment",
                "ranker",
                small,
                "registry.example/ml/ranker:3.2.1",
            )
            .on("gpu", 1),
        );
    }
    if !ground.is(Environment::Prod, Purpose::Ml) {
        return all;
    }
    let large = of_pool("h100-train");
    if large > 0 {
        all.push(
            ware(
                "research",
                "PyTorchJob",
                "llm-pretrain",
                1,
                "registry.example/ml/train:0.41",
            )
            .on("h100-train", 8),
        );
        all.push(
            ware(
                "research",
                "PyTorchJob",
                "llm-finetune",
                1,
                "registry.example/ml/train:0.41",
            )
            .on("h100-train", 7),
        );
    }
    if of_pool("a10g-batch") > 0 {
        all.push(
            ware(
                "ml",
                "Job",
                "embed-catalog",
                1,
                "registry.example/ml/embed:7",
            )
            .on("a10g-batch", 1),
        );
        all.push(
            ware(
                "research",
                "Notebook",
                "notebook-ana",
                1,
                "registry.example/ml/lab:12",
            )
            .on("a10g-batch", 1),
        );
    }
    if !ground.dry {
        all.push(
            ware(
                "serving",
                "Deployment",
                "chat",
                9,
                "registry.example/ml/vllm:0.12.3",
            )
            .on(machines::SLICED, 2),
        );
    }
    all.push(
        ware(
            "research",
            "PyTorchJob",
            "llm-eval",
            2,
            "registry.example/ml/train:0.41",
        )
        .on("h100-train", 8)
        .fated(Fate::Waits),
    );
    all.push(
        ware(
            "research",
            "RayJob",
            "sweep",
            1,
            "registry.example/ml/ray:2.40",
        )
        .on("h100-train", 4)
        .fated(Fate::Gated),
    );
    all.push(
        ware(
            "ml",
            "Job",
            "quality-report",
            1,
            "registry.example/ml/report:5",
        )
        .fated(Fate::Done),
    );
    all
}

/// Every pod of the cluster: one of the system on each node, then the workloads in turn.
pub(super) fn pods(ground: &Ground<'_>, nodes: &[NodeFacts]) -> Vec<Pod> {
    let mut pods = Vec::new();
    for node in nodes {
        for name in ["aws-node", "kube-proxy"] {
            pods.push(daemon(ground, name, node));
        }
    }
    let mut room: BTreeMap<Arc<str>, u64> = BTreeMap::new();
    for node in nodes {
        room.insert(node.name.clone(), node.allocatable.of("nvidia.com/gpu"));
    }
    for ware in wares(ground) {
        let own = candidates(ground, &ware, nodes);
        for number in 0..ware.pods {
            let start = if own.is_empty() {
                0
            } else {
                number as usize % own.len()
            };
            let node = (0..own.len())
                .map(|step| own[(start + step) % own.len()])
                .find(|node| room.get(&node.name).is_some_and(|free| *free >= ware.gpus));
            let placed = node.filter(|_| !matches!(ware.fate, Fate::Waits | Fate::Gated));
            if let Some(free) = placed.and_then(|node| room.get_mut(&node.name)) {
                *free -= ware.gpus;
            }
            pods.push(pod(ground, &ware, number, placed));
        }
    }
    pods.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    pods
}

/// Nodes that a workload may go to.
fn candidates<'n>(ground: &Ground<'_>, ware: &Ware, nodes: &'n [NodeFacts]) -> Vec<&'n NodeFacts> {
    let pool = if ware.pool.is_empty() {
        "main"
    } else {
        ware.pool
    };
    let of_pool = |node: &&NodeFacts| {
        let labels = &node.labels;
        let named = labels
            .get("karpenter.sh/nodepool")
            .or_else(|| labels.get("eks.amazonaws.com/nodegroup"));
        named.is_some_and(|name| name == pool)
    };
    let open: Vec<&NodeFacts> = nodes
        .iter()
        .filter(of_pool)
        .filter(|node| !node.cordoned)
        .collect();
    // What was there before the node was emptied stays until somebody moves it.
    if open.is_empty() || ground.dry {
        nodes.iter().filter(of_pool).collect()
    } else {
        open
    }
}

fn daemon(ground: &Ground<'_>, name: &str, node: &NodeFacts) -> Pod {
    let suffix = ground.letters(&format!("{name}/{}", node.name), 5);
    Pod {
        namespace: "kube-system".into(),
        name: format!("{name}-{suffix}"),
        node: Some(node.name.clone()),
        phase: "Running".into(),
        created: node.created,
        deleted: None,
        owner: Some(Owner::new("DaemonSet", name)),
        asks: Amounts {
            cpu_milli: 50,
            memory_bytes: 128 << 20,
            devices: BTreeMap::new(),
        },
        claims: Vec::new(),
        service_account: Some(name.into()),
        containers: vec![name.into()],
        ready: 1,
        restarts: 0,
        health: crate::model::Health::ok(),
        evidence: Vec::new(),
        waits: None,
    }
}

fn pod(ground: &Ground<'_>, ware: &Ware, number: u32, node: Option<&NodeFacts>) -> Pod {
    let what = format!("{}/{}/{number}", ware.namespace, ware.name);
    let last = number + 1 == ware.pods;
    let name = match ware.kind {
        "StatefulSet" => format!("{}-{number}", ware.name),
        "PyTorchJob" => format!("{}-worker-{number}", ware.name),
        "Notebook" => format!("{}-0", ware.name),
        "Job" => format!("{}-{}", ware.name, ground.letters(&what, 5)),
        _ => {
            // A pod of a rollout that is under way is of the newer template.
            let newer = ware.fate == Fate::NotReady && last;
            let hash = ground.letters(&format!("{}/{newer}", ware.name), 9);
            format!("{}-{hash}-{}", ware.name, ground.letters(&what, 5))
        }
    };
    let created = created(ground, ware, &what, last);
    let status = status(ware, last, node.is_some());
    let (health, evidence) = status.verdict();
    let ready = status
        .containers
        .iter()
        .filter(|container| container.ready)
        .count();
    let restarts: u32 = status
        .containers
        .iter()
        .map(|container| container.restarts)
        .sum();
    let mut asks = Amounts {
        cpu_milli: if ware.gpus > 0 {
            4_000 * ware.gpus
        } else {
            200
        },
        memory_bytes: if ware.gpus > 0 {
            (16 << 30) * ware.gpus
        } else {
            256 << 20
        },
        devices: BTreeMap::new(),
    };
    if ware.gpus > 0 {
        asks.devices.insert("nvidia.com/gpu".into(), ware.gpus);
    }
    let over = matches!(status.phase.as_str(), "Succeeded" | "Failed");
    let waits = node.is_none() && !over;
    Pod {
        namespace: ware.namespace.into(),
        name,
        node: node.map(|node| node.name.clone()),
        phase: status.phase.as_str().into(),
        created: Some(created),
        deleted: None,
        owner: Some(Owner::new(ware.kind, ware.name)),
        asks,
        claims: Vec::new(),
        service_account: Some(ware.name.into()),
        containers: vec!["app".into()],
        ready: u16::try_from(ready).unwrap_or(0),
        restarts,
        health,
        evidence,
        waits: waits.then(|| Box::new(scheduling(ground, ware))),
    }
}

fn created(ground: &Ground<'_>, ware: &Ware, what: &str, last: bool) -> Timestamp {
    match ware.fate {
        Fate::Waits => ground.minutes_ago(47 + i64::from(ground.below(what, 20))),
        Fate::Gated => ground.minutes_ago(12),
        Fate::NotReady if last => ground.minutes_ago(14),
        Fate::Crashes | Fate::NoImage if last => ground.minutes_ago(38),
        _ => ground.ago(SignedDuration::from_hours(
            3 + i64::from(ground.below(what, 90)),
        )),
    }
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Condition {
    Condition {
        kind: kind.into(),
        status: status.into(),
        reason: reason.into(),
        message: message.into(),
        since: None,
    }
}

const NO_ROOM: &str = "0/12 nodes are available: 2 Insufficient nvidia.com/gpu, 10 node(s) didn't \
     match Pod's node affinity/selector. preemption: 0/12 nodes are available: 2 No preemption \
     victims found for incoming pod, 10 Preemption is not helpful for scheduling.";

fn status(ware: &Ware, last: bool, scheduled: bool) -> PodStatus {
    let mut container = ContainerState {
        name: "app".into(),
        ready: true,
        running: true,
        ..ContainerState::default()
    };
    let mut status = PodStatus {
        phase: "Running".into(),
        scheduled,
        conditions: vec![condition("PodScheduled", "True", "", "")],
        ..PodStatus::default()
    };
    let ended = |exit_code, reason: &str| Ended {
        exit_code,
        reason: reason.into(),
        message: String::new(),
    };
    match ware.fate {
        Fate::Crashes if last => {
            container.ready = false;
            container.running = false;
            container.restarts = 11;
            container.waiting = Some((
                "CrashLoopBackOff".into(),
                "back-off 5m0s restarting failed container=app".into(),
            ));
            container.last = Some(ended(137, "OOMKilled"));
        }
        Fate::NoImage if last => {
            status.phase = "Pending".into();
            container.ready = false;
            container.running = false;
            container.waiting = Some((
                "ImagePullBackOff".into(),
                format!("Back-off pulling image \"{}\": not found", ware.image),
            ));
        }
        Fate::NotReady if last => container.ready = false,
        Fate::Done => {
            status.phase = "Succeeded".into();
            container.ready = false;
            container.running = false;
            container.ended = Some(ended(0, "Completed"));
        }
        Fate::Failed => {
            status.phase = "Failed".into();
            container.ready = false;
            container.running = false;
            container.ended = Some(ended(1, "Error"));
        }
        _ if !scheduled => {
            status.phase = "Pending".into();
            let (reason, message) = if ware.fate == Fate::Gated {
                (
                    "SchedulingGated",
                    "Scheduling is blocked due to non-empty scheduling gates",
                )
            } else {
                ("Unschedulable", NO_ROOM)
            };
            status.conditions = vec![condition("PodScheduled", "False", reason, message)];
            return status;
        }
        _ => {}
    }
    status.containers = vec![container];
    status
}

fn scheduling(ground: &Ground<'_>, ware: &Ware) -> Scheduling {
    let karpenter = [machines::SLICED, machines::BLOCK].contains(&ware.pool);
    let label = if karpenter {
        "karpenter.sh/nodepool"
    } else {
        "eks.amazonaws.com/nodegroup"
    };
    let gated = ware.fate == Fate::Gated;
    let known = !ground.cluster.pools.is_empty();
    Scheduling {
        selector: known
            .then(|| (label.to_owned(), ware.pool.to_owned()))
            .into_iter()
            .collect(),
        tolerations: vec![Bound {
            key: "nvidia.com/gpu".into(),
            ..Bound::default()
        }],
        gates: gated
            .then(|| "kueue.x-k8s.io/admission".to_owned())
            .into_iter()
            .collect(),
        scheduler: "default-scheduler".into(),
        reason: Some(
            if gated {
                "SchedulingGated"
            } else {
                "Unschedulable"
            }
            .into(),
        ),
        message: (!gated).then(|| NO_ROOM.to_owned()),
        queue: gated.then(|| "research".to_owned()),
        ..Scheduling::default()
    }
}
