//! Pods.

use std::{collections::BTreeMap, sync::Arc};

use serde::Deserialize;

use super::{
    super::loose,
    Head, Names,
    head::{conditions, head},
    node::amounts,
};
use crate::model::workload::{
    self, Amounts, Bound, Condition, ContainerState, Demand, Ended, PodStatus, Scheduling, Share,
    requested, top_owner,
};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct Pod {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    spec: Spec,
    #[serde(deserialize_with = "loose::object")]
    status: Status,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(deserialize_with = "loose::text")]
    node_name: Option<String>,
    #[serde(deserialize_with = "loose::list")]
    containers: Vec<Container>,
    #[serde(deserialize_with = "loose::list")]
    init_containers: Vec<Container>,
    #[serde(deserialize_with = "loose::pairs")]
    node_selector: BTreeMap<String, String>,
    #[serde(deserialize_with = "loose::object")]
    affinity: Affinity,
    #[serde(deserialize_with = "loose::list")]
    tolerations: Vec<Toleration>,
    #[serde(deserialize_with = "loose::list")]
    scheduling_gates: Vec<Named>,
    #[serde(deserialize_with = "loose::word")]
    scheduler_name: String,
    #[serde(deserialize_with = "loose::list")]
    resource_claims: Vec<ClaimOf>,
    #[serde(deserialize_with = "loose::text")]
    service_account_name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Container {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::object")]
    resources: Resources,
    #[serde(deserialize_with = "loose::word")]
    restart_policy: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Resources {
    #[serde(deserialize_with = "loose::pairs")]
    requests: BTreeMap<String, String>,
    #[serde(deserialize_with = "loose::pairs")]
    limits: BTreeMap<String, String>,
}

impl Resources {
    /// What is not requested is, where there is a limit, requested up to the limit.
    fn asks(&self) -> Amounts {
        let mut asked = self.limits.clone();
        asked.extend(self.requests.clone());
        amounts(&asked)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Affinity {
    #[serde(deserialize_with = "loose::object")]
    node_affinity: NodeAffinity,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct NodeAffinity {
    #[serde(
        rename = "requiredDuringSchedulingIgnoredDuringExecution",
        deserialize_with = "loose::object"
    )]
    required: Selector,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Selector {
    #[serde(deserialize_with = "loose::list")]
    node_selector_terms: Vec<Term>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Term {
    #[serde(deserialize_with = "loose::list")]
    match_expressions: Vec<Expression>,
    #[serde(deserialize_with = "loose::list")]
    match_fields: Vec<Expression>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Expression {
    #[serde(deserialize_with = "loose::word")]
    key: String,
    #[serde(deserialize_with = "loose::word")]
    operator: String,
    #[serde(deserialize_with = "loose::texts")]
    values: Vec<String>,
}

/// A toleration, or a taint of a node.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Toleration {
    #[serde(deserialize_with = "loose::word")]
    key: String,
    #[serde(deserialize_with = "loose::word")]
    operator: String,
    #[serde(deserialize_with = "loose::text")]
    value: Option<String>,
    #[serde(deserialize_with = "loose::word")]
    effect: String,
}

impl Toleration {
    /// As a toleration: of one value, unless it says that the key's being there is enough.
    fn toleration(self) -> Bound {
        let any = self.operator == "Exists" || self.key.is_empty();
        Bound {
            key: self.key,
            value: (!any).then(|| self.value.unwrap_or_default()),
            effect: self.effect,
        }
    }

    pub(super) fn taint(self) -> Bound {
        Bound {
            key: self.key,
            value: self.value,
            effect: self.effect,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Named {
    #[serde(deserialize_with = "loose::word")]
    name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClaimOf {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    /// The claim itself; absent where it is made from a template, or not made yet.
    #[serde(deserialize_with = "loose::text")]
    resource_claim_name: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status {
    #[serde(deserialize_with = "loose::word")]
    phase: String,
    #[serde(deserialize_with = "loose::word")]
    reason: String,
    #[serde(deserialize_with = "loose::word")]
    message: String,
    #[serde(deserialize_with = "conditions")]
    conditions: Vec<Condition>,
    #[serde(deserialize_with = "loose::list")]
    init_container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "loose::list")]
    container_statuses: Vec<ContainerStatus>,
    #[serde(deserialize_with = "loose::list")]
    resource_claim_statuses: Vec<ClaimOf>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ContainerStatus {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::flag")]
    ready: bool,
    #[serde(deserialize_with = "loose::count")]
    restart_count: u64,
    #[serde(deserialize_with = "loose::object")]
    state: State,
    #[serde(deserialize_with = "loose::object")]
    last_state: State,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct State {
    #[serde(deserialize_with = "loose::maybe")]
    waiting: Option<Waiting>,
    #[serde(deserialize_with = "loose::maybe")]
    running: Option<Running>,
    #[serde(deserialize_with = "loose::maybe")]
    terminated: Option<Terminated>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Waiting {
    #[serde(deserialize_with = "loose::word")]
    reason: String,
    #[serde(deserialize_with = "loose::word")]
    message: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct Running {}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Terminated {
    #[serde(deserialize_with = "loose::word")]
    reason: String,
    #[serde(deserialize_with = "loose::word")]
    message: String,
    #[serde(deserialize_with = "loose::number")]
    exit_code: Option<i64>,
}

impl Terminated {
    fn ended(&self) -> Ended {
        Ended {
            reason: self.reason.clone(),
            message: self.message.clone(),
            exit_code: self.exit_code.unwrap_or_default(),
        }
    }
}

/// Kueue names the queue of a pod or of its owner in this label.
const QUEUE: &str = "kueue.x-k8s.io/queue-name";

impl Pod {
    pub(in super::super) fn pod(self, names: &mut Names) -> workload::Pod {
        let Self {
            metadata,
            spec,
            status,
        } = self;
        let containers: Vec<Amounts> = spec
            .containers
            .iter()
            .map(|container| container.resources.asks())
            .collect();
        let init: Vec<Share> = spec
            .init_containers
            .iter()
            .map(|container| Share {
                asks: container.resources.asks(),
                sidecar: container.restart_policy == "Always",
            })
            .collect();
        let facts = status.facts(spec.node_name.is_some());
        let (health, mut evidence) = facts.verdict();
        if metadata.deleted.is_some() && !metadata.finalizers.is_empty() {
            evidence.push(format!(
                "held by finalizers: {}",
                metadata.finalizers.join(", ")
            ));
        }
        let ready = status
            .container_statuses
            .iter()
            .filter(|container| container.ready)
            .count();
        let restarts: u64 = status
            .container_statuses
            .iter()
            .chain(&status.init_container_statuses)
            .map(|container| container.restart_count)
            .sum();
        let waits = spec.node_name.is_none() && !matches!(&*status.phase, "Succeeded" | "Failed");
        let own = spec.containers.iter().chain(
            // A log can be read of these as well, once they have run.
            spec.init_containers.iter(),
        );
        workload::Pod {
            namespace: names.keep(&metadata.namespace),
            node: spec.node_name.as_deref().map(|name| names.keep(name)),
            phase: names.keep(&status.phase),
            created: metadata.created,
            deleted: metadata.deleted,
            owner: top_owner(metadata.owner.as_ref(), &metadata.labels),
            asks: requested(&containers, &init),
            claims: claims(&spec.resource_claims, &status.resource_claim_statuses),
            service_account: spec
                .service_account_name
                .as_deref()
                .map(|name| names.keep(name)),
            containers: own.map(|container| names.keep(&container.name)).collect(),
            ready: u16::try_from(ready).unwrap_or(u16::MAX),
            restarts: u32::try_from(restarts).unwrap_or(u32::MAX),
            health,
            evidence,
            waits: waits.then(|| Box::new(spec.scheduling(&facts.conditions, &metadata))),
            name: metadata.name,
        }
    }

    /// The same, for where it is kept and handed on.
    pub(in super::super) fn shared(self, names: &mut Names) -> Arc<workload::Pod> {
        Arc::new(self.pod(names))
    }
}

/// Claims by their own names: those named directly, and those made from a template.
fn claims(wanted: &[ClaimOf], made: &[ClaimOf]) -> Vec<String> {
    wanted
        .iter()
        .filter_map(|claim| {
            let own = claim.resource_claim_name.as_ref();
            let of_template = || {
                made.iter()
                    .find(|made| made.name == claim.name)
                    .and_then(|made| made.resource_claim_name.as_ref())
            };
            own.or_else(of_template).cloned()
        })
        .collect()
}

impl Spec {
    fn scheduling(self, conditions: &[Condition], head: &Head) -> Scheduling {
        let scheduled = Condition::find(conditions, "PodScheduled").filter(|told| !told.is_true());
        let demand = |expression: Expression| Demand {
            key: expression.key,
            operator: expression.operator,
            values: expression.values,
        };
        let term = |term: Term| -> Vec<Demand> {
            let all = term.match_expressions.into_iter().chain(term.match_fields);
            all.map(demand).collect()
        };
        let terms = self.affinity.node_affinity.required.node_selector_terms;
        Scheduling {
            selector: self.node_selector,
            affinity: terms.into_iter().map(term).collect(),
            tolerations: self
                .tolerations
                .into_iter()
                .map(Toleration::toleration)
                .collect(),
            gates: self
                .scheduling_gates
                .into_iter()
                .map(|gate| gate.name)
                .collect(),
            scheduler: self.scheduler_name,
            reason: scheduled.map(|told| told.reason.clone()),
            message: scheduled
                .map(|told| told.message.clone())
                .filter(|text| !text.is_empty()),
            queue: head.label(QUEUE).map(str::to_owned),
        }
    }
}

impl Status {
    fn facts(&self, scheduled: bool) -> PodStatus {
        let container = |status: &ContainerStatus, init: bool| ContainerState {
            name: status.name.clone(),
            init,
            ready: status.ready,
            running: status.state.running.is_some(),
            restarts: u32::try_from(status.restart_count).unwrap_or(u32::MAX),
            waiting: status
                .state
                .waiting
                .as_ref()
                .map(|waiting| (waiting.reason.clone(), waiting.message.clone())),
            ended: status.state.terminated.as_ref().map(Terminated::ended),
            last: status.last_state.terminated.as_ref().map(Terminated::ended),
        };
        let init = self
            .init_container_statuses
            .iter()
            .map(|status| container(status, true));
        let own = self
            .container_statuses
            .iter()
            .map(|status| container(status, false));
        PodStatus {
            phase: self.phase.clone(),
            reason: self.reason.clone(),
            message: self.message.clone(),
            scheduled,
            conditions: self.conditions.clone(),
            containers: init.chain(own).collect(),
        }
    }
}
