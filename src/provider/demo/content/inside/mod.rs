//! Clusters from within: the nodes of their pools, what runs on them, what waits and why, and Velero.
//! Summed up by the same arithmetic as real clusters.

mod controllers;
mod events;
mod extensions;
mod logs;
mod machines;
mod prices;
mod velero;
mod wares;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    super::estate::{Environment, Estate, Purpose, Role, Site},
    clusters,
};
use crate::model::{
    ClusterId, Place,
    cluster::Cluster,
    fleet::{Fleet, NodeClaim, PoolLimit, Tally},
    workload::{Contents, Namespace, Pod},
};

pub(in super::super) use logs::lines;
pub(in super::super) use prices::price;
pub(in super::super) use velero::{results, velero};

/// One cluster at one moment.
struct Ground<'a> {
    estate: &'a Estate,
    site: &'a Site,
    cluster: Cluster,
    now: Timestamp,
    /// The region has no GPU capacity to give.
    dry: bool,
}

impl<'a> Ground<'a> {
    fn new(
        estate: &'a Estate,
        site: &'a Site,
        id: &ClusterId,
        now: Timestamp,
        dry: bool,
    ) -> Option<Self> {
        let place: &Place = &id.place;
        let found = clusters::clusters(estate, site, place, now, dry);
        let cluster = found.into_iter().find(|cluster| cluster.name == id.name)?;
        Some(Self {
            estate,
            site,
            cluster,
            now,
            dry,
        })
    }

    fn id(&self) -> ClusterId {
        ClusterId::new(self.cluster.place.clone(), self.cluster.name.clone())
    }

    fn is(&self, environment: Environment, purpose: Purpose) -> bool {
        self.site.is(environment, purpose)
    }

    fn purpose(&self) -> Option<Purpose> {
        match self.site.role {
            Role::Workload(_, purpose) => Some(purpose),
            Role::Management | Role::Suspended => None,
        }
    }

    fn ago(&self, length: SignedDuration) -> Timestamp {
        self.now.saturating_sub(length).unwrap_or(Timestamp::MIN)
    }

    fn hours_ago(&self, hours: i64) -> Timestamp {
        self.ago(SignedDuration::from_hours(hours))
    }

    fn minutes_ago(&self, minutes: i64) -> Timestamp {
        self.ago(SignedDuration::from_mins(minutes))
    }

    /// A number of this cluster for `what`, below `end`.
    fn below(&self, what: &str, end: u32) -> u32 {
        let what = format!("inside/{}/{what}", self.cluster.arn);
        self.estate.seed.below(&what, end)
    }

    /// `length` small letters and digits.
    fn letters(&self, what: &str, length: usize) -> String {
        let what = format!("inside/{}/{what}", self.cluster.arn);
        self.estate.seed.letters(&what, length).to_lowercase()
    }

    fn pods(&self) -> Vec<Arc<Pod>> {
        let machines = machines::machines(self);
        wares::pods(self, &machines)
            .into_iter()
            .map(Arc::new)
            .collect()
    }

    fn tally(&self) -> Tally {
        let machines = machines::machines(self);
        let mut tally = Tally::new(format!("v{}.2-eks-1a2b3c4", self.cluster.version));
        tally.limits = self.limits();
        tally.node_claims = self.node_claims();
        for pod in wares::pods(self, &machines) {
            tally.pod(&Arc::new(pod));
        }
        tally.nodes = machines;
        tally
    }

    fn limits(&self) -> Vec<PoolLimit> {
        if !self.is(Environment::Prod, Purpose::Ml) {
            return Vec::new();
        }
        let gpus = |count| [("nvidia.com/gpu".to_owned(), count)].into();
        vec![PoolLimit {
            pool: machines::SLICED.into(),
            limit: gpus(32),
            has: gpus(8),
        }]
    }

    /// A node that Karpenter has asked for and that no zone has.
    fn node_claims(&self) -> Vec<NodeClaim> {
        if !self.is(Environment::Prod, Purpose::Ml) {
            return Vec::new();
        }
        let suffix = self.letters("claim", 5);
        vec![NodeClaim {
            name: format!("{}-{suffix}", machines::SLICED),
            pool: machines::SLICED.into(),
            step: "requested".into(),
            reason: Some(
                "InsufficientCapacityError: no instance type met the scheduling requirements \
                 (g6.12xlarge, spot, eu-west-1a, eu-west-1b)"
                    .into(),
            ),
            created: Some(self.minutes_ago(4)),
        }]
    }
}

/// The sums of a cluster; `None` where there is no such cluster.
pub(in super::super) fn fleet(
    estate: &Estate,
    site: &Site,
    id: &ClusterId,
    now: Timestamp,
    dry: bool,
) -> Option<Fleet> {
    let ground = Ground::new(estate, site, id, now, dry)?;
    let mut fleet = ground.tally().fleet(id, true);
    machines::measure(&ground, &mut fleet);
    Some(fleet)
}

/// What runs in a cluster; `None` where there is no such cluster.
pub(in super::super) fn contents(
    estate: &Estate,
    site: &Site,
    id: &ClusterId,
    now: Timestamp,
    dry: bool,
) -> Option<Contents> {
    let ground = Ground::new(estate, site, id, now, dry)?;
    let pods = ground.pods();
    let mut names: Vec<String> = pods.iter().map(|pod| pod.namespace.to_string()).collect();
    names.extend(["default".to_owned(), "kube-system".to_owned()]);
    names.sort();
    names.dedup();
    let created = ground.cluster.created;
    let namespace = |name: String| Namespace {
        name,
        phase: "Active".into(),
        created,
        held_by: None,
    };
    let workloads = controllers::workloads(&ground, &pods);
    Some(Contents {
        namespaces: names.into_iter().map(namespace).collect(),
        events: events::events(&ground, &pods),
        extensions: extensions::extensions(&ground),
        grants: controllers::grants(&ground),
        workloads,
        pods,
        complete: true,
        ..Contents::empty(ground.id())
    })
}
