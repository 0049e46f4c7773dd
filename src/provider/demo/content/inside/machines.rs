//! Nodes: those of the managed node groups, and in production's machine learning two pools that only
//! the cluster itself knows of.

use std::{collections::BTreeMap, sync::Arc};

use jiff::SignedDuration;

use super::{
    super::super::estate::{Environment, Purpose},
    Ground,
};
use crate::model::{
    cluster::{Capacity, NodePool},
    fleet::{Busy, Fleet, NodeFacts},
    workload::{Amounts, Bound},
};

/// Shared by time-slicing, launched by Karpenter.
pub(super) const SLICED: &str = "l4-infer";
/// Reserved for a few days and not used yet.
pub(super) const BLOCK: &str = "h200-block";
pub(super) const RESERVATION: &str = "cr-0b5f1d2c3a4e59687";

/// What an instance type is, for nodes.
struct Kind {
    cpu: u64,
    gib: u64,
    gpus: u64,
    product: &'static str,
    gpu_mib: u64,
}

fn kind(name: &str) -> Kind {
    let (cpu, gib, gpus, product, gpu_mib) = match name {
        "g4dn.xlarge" => (4, 16, 1, "Tesla-T4", 15_360),
        "g5.12xlarge" => (48, 192, 4, "NVIDIA-A10G", 23_028),
        "g6.12xlarge" => (48, 192, 4, "NVIDIA-L4-SHARED", 23_034),
        "p5.48xlarge" => (192, 2_048, 8, "NVIDIA-H100-80GB-HBM3", 81_559),
        "p5en.48xlarge" => (192, 2_048, 8, "NVIDIA-H200", 143_771),
        _ => (2, 4, 0, "", 0),
    };
    Kind {
        cpu,
        gib,
        gpus,
        product,
        gpu_mib,
    }
}

/// One pool of machines to make.
struct Lot<'a> {
    kind: &'a str,
    count: u32,
    labels: Vec<(&'a str, &'a str)>,
    replicas: u64,
    first: u32,
}

/// Every node of the cluster, in the order of their names.
pub(super) fn machines(ground: &Ground<'_>) -> Vec<NodeFacts> {
    let mut all = Vec::new();
    let mut first = 10;
    for pool in &ground.cluster.pools {
        all.extend(of_group(ground, pool, first));
        first += 20;
    }
    if ground.is(Environment::Prod, Purpose::Ml) && !ground.dry {
        all.extend(lot(
            ground,
            &Lot {
                kind: "g6.12xlarge",
                count: 2,
                labels: vec![
                    ("karpenter.sh/nodepool", SLICED),
                    ("karpenter.sh/capacity-type", "spot"),
                ],
                replicas: 4,
                first: 120,
            },
        ));
        all.extend(lot(
            ground,
            &Lot {
                kind: "p5en.48xlarge",
                count: 1,
                labels: vec![
                    ("karpenter.sh/nodepool", BLOCK),
                    ("karpenter.sh/capacity-type", "reserved"),
                    ("karpenter.k8s.aws/capacity-reservation-id", RESERVATION),
                ],
                replicas: 1,
                first: 140,
            },
        ));
    }
    trouble(ground, &mut all);
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

fn of_group(ground: &Ground<'_>, pool: &NodePool, first: u32) -> Vec<NodeFacts> {
    let bought = match pool.capacity {
        Capacity::Spot => "SPOT",
        _ => "ON_DEMAND",
    };
    let kind = pool.instance_types.first().map_or("", String::as_str);
    lot(
        ground,
        &Lot {
            kind,
            count: pool.running.unwrap_or(pool.desired),
            labels: vec![
                ("eks.amazonaws.com/nodegroup", pool.name.as_str()),
                ("eks.amazonaws.com/capacityType", bought),
            ],
            replicas: 1,
            first,
        },
    )
}

fn lot(ground: &Ground<'_>, lot: &Lot<'_>) -> Vec<NodeFacts> {
    (0..lot.count).map(|at| machine(ground, lot, at)).collect()
}

fn machine(ground: &Ground<'_>, lot: &Lot<'_>, at: u32) -> NodeFacts {
    let region = ground.cluster.place.region.as_str();
    let subnet = ground.below("subnet", 200);
    let host = lot.first + at;
    let name: Arc<str> = format!(
        "ip-10-{}-{}-{host}.{region}.compute.internal",
        subnet % 32,
        at % 3
    )
    .into();
    let zone = format!("{region}{}", ["a", "b", "c"][(at % 3) as usize]);
    let kind = kind(lot.kind);
    let mut labels: BTreeMap<String, String> = lot
        .labels
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let mut label = |key: &str, value: String| labels.insert(key.to_owned(), value);
    label("kubernetes.io/hostname", name.to_string());
    label("node.kubernetes.io/instance-type", lot.kind.into());
    label("topology.kubernetes.io/zone", zone.clone());
    let mut amounts = Amounts {
        cpu_milli: kind.cpu * 1_000,
        memory_bytes: kind.gib << 30,
        devices: BTreeMap::new(),
    };
    let mut taints = Vec::new();
    if kind.gpus > 0 {
        label("nvidia.com/gpu.present", "true".into());
        label("nvidia.com/gpu.product", kind.product.into());
        label("nvidia.com/gpu.count", kind.gpus.to_string());
        label("nvidia.com/gpu.memory", kind.gpu_mib.to_string());
        label("nvidia.com/gpu.replicas", lot.replicas.to_string());
        let count = kind.gpus * lot.replicas;
        amounts.devices.insert("nvidia.com/gpu".into(), count);
        taints.push(Bound {
            key: "nvidia.com/gpu".into(),
            value: Some("true".into()),
            effect: "NoSchedule".into(),
        });
    }
    let mut allocatable = amounts.clone();
    allocatable.cpu_milli -= 80;
    allocatable.memory_bytes -= 600 << 20;
    let age = SignedDuration::from_hours(20 + i64::from(ground.below(&format!("age/{name}"), 600)));
    let instance = ground
        .estate
        .seed
        .id("i", &format!("{}/{name}", ground.cluster.arn));
    NodeFacts {
        provider_id: Some(format!("aws:///{zone}/{instance}")),
        name,
        labels,
        taints,
        capacity: amounts,
        allocatable,
        pods: 110,
        ready: Some(true),
        reason: None,
        cordoned: false,
        created: Some(ground.ago(age)),
        version: Some(format!("v{}.2-eks-1a2b3c4", ground.cluster.version)),
    }
}

/// What is wrong with some of them: a GPU that has fallen out, a node that is being emptied, one
/// that does not report.
fn trouble(ground: &Ground<'_>, nodes: &mut [NodeFacts]) {
    let mut of_pool = |pool: &str, at: usize, change: &dyn Fn(&mut NodeFacts)| {
        let own = nodes
            .iter_mut()
            .filter(|node| node.labels.values().any(|value| value == pool));
        if let Some(node) = own.into_iter().nth(at) {
            change(node);
        }
    };
    if ground.is(Environment::Prod, Purpose::Ml) {
        of_pool("h100-train", 1, &|node| {
            node.allocatable.devices.insert("nvidia.com/gpu".into(), 7);
        });
        of_pool("a10g-batch", 2, &|node| {
            node.cordoned = true;
            node.taints.push(Bound {
                key: "node.kubernetes.io/unschedulable".into(),
                value: None,
                effect: "NoSchedule".into(),
            });
        });
    }
    if ground.is(Environment::Staging, Purpose::App) {
        of_pool("main", 2, &|node| {
            node.ready = Some(false);
            node.reason = Some("Kubelet stopped posting node status.".into());
        });
    }
}

/// How busy the GPUs of production are, as DCGM tells it there; elsewhere nothing measures it.
pub(super) fn measure(ground: &Ground<'_>, fleet: &mut Fleet) {
    if !ground.is(Environment::Prod, Purpose::Ml) {
        return;
    }
    let share = |what: &str, least: u32, most: u32| {
        let minute = ground.now.as_second() / 60;
        let at = ground.below(&format!("busy/{what}/{minute}"), most - least);
        Busy::of(f64::from(least + at) / 100.0)
    };
    for holder in &mut fleet.holders {
        // One that holds a whole node and does nothing with it.
        let idles = holder.name.starts_with("notebook");
        holder.busy = Some(if idles {
            Busy::of(0.0)
        } else {
            share(&holder.name, 62, 97)
        });
    }
    for node in fleet
        .nodes
        .iter_mut()
        .filter(|node| node.has_accelerators())
    {
        let own: Vec<u16> = fleet
            .holders
            .iter()
            .filter(|holder| holder.node == node.name)
            .filter_map(|holder| Some(holder.busy?.0))
            .collect();
        let sum: u32 = own.iter().map(|busy| u32::from(*busy)).sum();
        let mean = sum / u32::try_from(own.len().max(1)).unwrap_or(1);
        node.busy = Some(Busy(u16::try_from(mean).unwrap_or(1_000)));
    }
}
