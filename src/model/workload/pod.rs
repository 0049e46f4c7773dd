//! Pods, and the one reason why a pod is not ready: the same facts always give the same reason, with
//! what it rests on.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Amounts, Owner, Scheduling};
use crate::model::{Health, State};

/// A pod, without what nobody looks at in fifty thousand of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pod {
    pub namespace: Arc<str>,
    pub name: String,
    pub node: Option<Arc<str>>,
    /// `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`, or a newer word.
    pub phase: Arc<str>,
    pub created: Option<Timestamp>,
    /// By when it is to be gone, once it is being deleted.
    pub deleted: Option<Timestamp>,
    /// Deployment rather than ReplicaSet; see [`super::top_owner`].
    pub owner: Option<Owner>,
    /// What the scheduler sets aside for it.
    pub asks: Amounts,
    /// Names of the ResourceClaims that it uses.
    pub claims: Vec<String>,
    pub service_account: Option<Arc<str>>,
    /// Its containers, in the order of the spec; those that a log can be read of.
    pub containers: Vec<Arc<str>>,
    pub ready: u16,
    pub restarts: u32,
    pub health: Health,
    /// What the verdict rests on, a line each; empty for what is well.
    pub evidence: Vec<String>,
    /// Set while no node was found for it.
    pub waits: Option<Box<Scheduling>>,
}

impl Pod {
    /// Whether it holds what it asks for: a bound pod that still pulls its image does, and so does
    /// one that is being deleted.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.node.is_some() && !self.is_over()
    }

    /// Whether it has run to its end, well or not.
    #[must_use]
    pub fn is_over(&self) -> bool {
        matches!(&*self.phase, "Succeeded" | "Failed")
    }

    /// The verdict at `now`: a pod that should have been gone by then is stuck.
    #[must_use]
    pub fn health_at(&self, now: Timestamp) -> Health {
        let Some(by) = self.deleted else {
            return self.health.clone();
        };
        let late = now.duration_since(by);
        if late > LATE {
            let reason = "should be gone and is not: a finalizer or its node holds it";
            return Health::new(State::Warning, reason);
        }
        Health::new(State::Working, "is being deleted")
    }
}

/// A pod may take so much longer to go than it was given.
const LATE: SignedDuration = SignedDuration::from_mins(2);

/// A condition of any object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub kind: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    pub reason: String,
    pub message: String,
    pub since: Option<Timestamp>,
}

impl Condition {
    /// The condition of this kind among `all`.
    #[must_use]
    pub fn find<'a>(all: &'a [Self], kind: &str) -> Option<&'a Self> {
        all.iter().find(|condition| condition.kind == kind)
    }

    #[must_use]
    pub fn is_true(&self) -> bool {
        self.status == "True"
    }

    /// Message or, where there is none, the reason.
    #[must_use]
    pub fn said(&self) -> &str {
        if self.message.is_empty() {
            &self.reason
        } else {
            &self.message
        }
    }
}

/// What the API server tells of a pod's state: what a verdict is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodStatus {
    pub phase: String,
    /// Of the pod itself: `Evicted`, `NodeLost`.
    pub reason: String,
    pub message: String,
    pub scheduled: bool,
    pub conditions: Vec<Condition>,
    /// Init containers first.
    pub containers: Vec<ContainerState>,
}

/// One container's state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContainerState {
    pub name: String,
    pub init: bool,
    pub ready: bool,
    pub running: bool,
    pub restarts: u32,
    /// Reason and message of a container that waits: `CrashLoopBackOff`.
    pub waiting: Option<(String, String)>,
    pub ended: Option<Ended>,
    /// How the run before ended.
    pub last: Option<Ended>,
}

/// How a container ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// `OOMKilled`, `Error`, `Completed`.
    pub reason: String,
    pub message: String,
    pub exit_code: i64,
}

/// Reasons of a waiting container that are only the way to running.
const ON_ITS_WAY: [&str; 2] = ["ContainerCreating", "PodInitializing"];

/// Restarts from which on a pod that runs is worth a look.
const MANY_RESTARTS: u32 = 5;

impl PodStatus {
    /// The verdict and what it rests on. The first of these that holds decides: over, unscheduled,
    /// a container that cannot start, one that ended, one that is not ready.
    #[must_use]
    pub fn verdict(&self) -> (Health, Vec<String>) {
        let mut evidence = Vec::new();
        let health = self.judge(&mut evidence);
        (health, evidence)
    }

    fn judge(&self, evidence: &mut Vec<String>) -> Health {
        match self.phase.as_str() {
            "Succeeded" => return Health::new(State::Off, "has run to its end"),
            "Failed" => return self.failed(evidence),
            _ => {}
        }
        if !self.scheduled {
            return self.unscheduled(evidence);
        }
        let stuck = self.containers.iter().find_map(|container| {
            let (reason, message) = container.waiting.as_ref()?;
            let on_its_way = ON_ITS_WAY.contains(&reason.as_str());
            (!on_its_way).then_some((container, reason, message))
        });
        if let Some((container, reason, message)) = stuck {
            return waits(container, reason, message, evidence);
        }
        let ended = self.containers.iter().find_map(|container| {
            let ended = container.ended.as_ref()?;
            let badly = ended.exit_code != 0 || !container.init;
            (badly && !container.ready).then_some((container, ended))
        });
        if let Some((container, ended)) = ended {
            evidence.push(container.tells());
            let reason = format!("{} ended: {}", container.name, ended.said());
            return Health::new(State::Failed, reason);
        }
        self.running(evidence)
    }

    fn failed(&self, evidence: &mut Vec<String>) -> Health {
        evidence.extend((!self.message.is_empty()).then(|| self.message.clone()));
        let ended = self.containers.iter().find(|container| {
            container
                .ended
                .as_ref()
                .is_some_and(|end| end.exit_code != 0)
        });
        evidence.extend(ended.map(ContainerState::tells));
        let reason = match (self.reason.as_str(), ended) {
            ("", Some(container)) => {
                let said = container.ended.as_ref().map(Ended::said);
                format!("{} ended: {}", container.name, said.unwrap_or_default())
            }
            ("", None) => "failed".into(),
            (reason, _) => reason.into(),
        };
        Health::new(State::Failed, reason)
    }

    fn unscheduled(&self, evidence: &mut Vec<String>) -> Health {
        let Some(condition) = Condition::find(&self.conditions, "PodScheduled") else {
            return Health::new(State::Working, "no scheduler has looked at it yet");
        };
        evidence.extend((!condition.message.is_empty()).then(|| condition.message.clone()));
        match condition.reason.as_str() {
            "SchedulingGated" => Health::new(State::Working, "waits at a scheduling gate"),
            "Unschedulable" => Health::new(State::Warning, "no node fits"),
            other => Health::new(State::Working, format!("is not scheduled: {other}")),
        }
    }

    fn running(&self, evidence: &mut Vec<String>) -> Health {
        let lost = Condition::find(&self.conditions, "Ready")
            .filter(|ready| ready.status == "Unknown" || self.reason == "NodeLost");
        if let Some(ready) = lost {
            evidence.push(ready.said().to_owned());
            return Health::new(State::Unknown, "its node does not report");
        }
        let starting = self.containers.iter().find(|container| {
            container.waiting.is_some() || (container.init && container.running && !container.ready)
        });
        if let Some(container) = starting {
            let doing = match &container.waiting {
                Some((reason, _)) if container.init => format!("starts: init {reason}"),
                Some((reason, _)) => format!("starts: {reason}"),
                None => format!("starts: init container {} runs", container.name),
            };
            return Health::new(State::Working, doing);
        }
        let unready = self
            .containers
            .iter()
            .find(|container| !container.init && !container.ready);
        if let Some(container) = unready {
            evidence.push(container.tells());
            let reason = if container.running {
                format!(
                    "{} runs and is not ready: its readiness probe fails",
                    container.name
                )
            } else {
                format!("{} has not started", container.name)
            };
            let state = if container.running {
                State::Warning
            } else {
                State::Working
            };
            return Health::new(state, reason);
        }
        let gate = self.conditions.iter().find(|condition| {
            !condition.is_true()
                && condition.kind == "Ready"
                && condition.reason == "ReadinessGatesNotReady"
        });
        if let Some(gate) = gate {
            evidence.push(gate.said().to_owned());
            return Health::new(State::Warning, "a readiness gate is closed");
        }
        if self.phase == "Pending" {
            return Health::new(State::Working, "starts");
        }
        let restarted = self
            .containers
            .iter()
            .filter(|container| container.restarts >= MANY_RESTARTS)
            .max_by_key(|container| container.restarts);
        if let Some(container) = restarted {
            evidence.push(container.tells());
            let reason = format!(
                "{} was restarted {} times",
                container.name, container.restarts
            );
            return Health::new(State::Warning, reason);
        }
        Health::ok()
    }
}

fn waits(
    container: &ContainerState,
    reason: &str,
    message: &str,
    evidence: &mut Vec<String>,
) -> Health {
    evidence.push(container.tells());
    evidence.extend((!message.is_empty()).then(|| message.to_owned()));
    let said = match (reason, &container.last) {
        ("CrashLoopBackOff", Some(last)) => format!("crashes: {}", last.said()),
        ("CrashLoopBackOff", None) => "crashes".to_owned(),
        ("ImagePullBackOff" | "ErrImagePull" | "InvalidImageName" | "ErrImageNeverPull", _) => {
            "its image cannot be pulled".to_owned()
        }
        ("CreateContainerConfigError", _) => {
            "a ConfigMap or Secret that it names is missing".to_owned()
        }
        (other, _) => other.to_owned(),
    };
    Health::new(State::Failed, format!("{}: {said}", container.name))
}

impl ContainerState {
    /// `app: waiting CrashLoopBackOff, 12 restarts, before that exit code 137, OOMKilled`
    fn tells(&self) -> String {
        let mut parts = Vec::new();
        match (&self.waiting, &self.ended) {
            (Some((reason, _)), _) => parts.push(format!("waiting {reason}")),
            (None, Some(ended)) => parts.push(format!("ended {}", ended.said())),
            (None, None) if self.running => parts.push("running".into()),
            (None, None) => parts.push("not started".into()),
        }
        if !self.ready {
            parts.push("not ready".into());
        }
        if self.restarts > 0 {
            parts.push(format!("{} restarts", self.restarts));
        }
        if let Some(last) = &self.last {
            parts.push(format!("before that {}", last.said()));
        }
        format!("{}: {}", self.name, parts.join(", "))
    }
}

impl Ended {
    /// `exit code 137, OOMKilled`
    fn said(&self) -> String {
        if self.reason.is_empty() {
            format!("exit code {}", self.exit_code)
        } else {
            format!("exit code {}, {}", self.exit_code, self.reason)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(name: &str) -> ContainerState {
        ContainerState {
            name: name.into(),
            ready: true,
            running: true,
            ..ContainerState::default()
        }
    }

    fn condition(kind: &str, status: &str, reason: &str) -> Condition {
        Condition {
            kind: kind.into(),
            status: status.into(),
            reason: reason.into(),
            message: format!("about {reason}"),
            since: None,
        }
    }

    fn ended(exit_code: i64, reason: &str) -> Ended {
        Ended {
            exit_code,
            reason: reason.into(),
            message: String::new(),
        }
    }

    fn running(containers: Vec<ContainerState>) -> PodStatus {
        PodStatus {
            phase: "Running".into(),
            scheduled: true,
            containers,
            ..PodStatus::default()
        }
    }

    fn waiting(reason: &str) -> ContainerState {
        ContainerState {
            ready: false,
            running: false,
            waiting: Some((reason.into(), "told so".into())),
            ..container("app")
        }
    }

    /// State, reason and evidence in one text.
    fn verdict(status: &PodStatus) -> String {
        let (health, evidence) = status.verdict();
        format!("{}: {} {evidence:?}", health.state, health.reason)
    }

    #[test]
    fn a_container_that_crashes_says_how_it_ended_before() {
        let crashing = ContainerState {
            restarts: 12,
            last: Some(ended(137, "OOMKilled")),
            ..waiting("CrashLoopBackOff")
        };
        insta::assert_snapshot!(verdict(&running(vec![container("proxy"), crashing])), @r#"failed: app: crashes: exit code 137, OOMKilled ["app: waiting CrashLoopBackOff, not ready, 12 restarts, before that exit code 137, OOMKilled", "told so"]"#);
    }

    #[test]
    fn what_cannot_start_is_told_apart_from_what_is_on_its_way() {
        let told = |reason: &str| {
            let (health, _) = running(vec![waiting(reason)]).verdict();
            (health.state, health.reason)
        };
        for reason in ["ImagePullBackOff", "ErrImagePull", "InvalidImageName"] {
            assert_eq!(
                told(reason),
                (State::Failed, "app: its image cannot be pulled".into())
            );
        }
        let missing = "app: a ConfigMap or Secret that it names is missing";
        assert_eq!(
            told("CreateContainerConfigError"),
            (State::Failed, missing.into())
        );
        assert_eq!(
            told("ContainerCreating"),
            (State::Working, "starts: ContainerCreating".into())
        );
        assert_eq!(
            told("SomethingNewer"),
            (State::Failed, "app: SomethingNewer".into())
        );
    }

    #[test]
    fn a_probe_that_fails_is_a_warning_and_a_lost_node_is_unknown() {
        let unready = ContainerState {
            ready: false,
            ..container("app")
        };
        let status = running(vec![unready]);
        assert_eq!(status.verdict().0.state, State::Warning);
        let lost = PodStatus {
            conditions: vec![condition("Ready", "Unknown", "NodeStatusUnknown")],
            ..status
        };
        insta::assert_snapshot!(verdict(&lost), @r#"unknown: its node does not report ["about NodeStatusUnknown"]"#);
    }

    #[test]
    fn a_pod_without_a_node_tells_what_the_scheduler_says() {
        let unscheduled = |conditions| PodStatus {
            phase: "Pending".into(),
            conditions,
            ..PodStatus::default()
        };
        let no = |reason| vec![condition("PodScheduled", "False", reason)];
        insta::assert_snapshot!(verdict(&unscheduled(no("Unschedulable"))), @r#"warning: no node fits ["about Unschedulable"]"#);
        insta::assert_snapshot!(verdict(&unscheduled(no("SchedulingGated"))), @r#"working: waits at a scheduling gate ["about SchedulingGated"]"#);
        insta::assert_snapshot!(verdict(&unscheduled(Vec::new())), @"working: no scheduler has looked at it yet []");
    }

    #[test]
    fn an_init_container_that_ended_well_is_no_matter() {
        let done = ContainerState {
            init: true,
            ready: true,
            running: false,
            ended: Some(ended(0, "Completed")),
            ..container("migrate")
        };
        assert_eq!(
            running(vec![done.clone(), container("app")]).verdict().0,
            Health::ok()
        );
        let broken = ContainerState {
            ready: false,
            ended: Some(ended(1, "Error")),
            ..done
        };
        let (health, _) = running(vec![broken, container("app")]).verdict();
        assert_eq!(health.reason, "migrate ended: exit code 1, Error");
    }

    #[test]
    fn an_evicted_pod_and_a_finished_one_are_over() {
        let over = |phase: &str, reason: &str| PodStatus {
            phase: phase.into(),
            reason: reason.into(),
            message: "the node was low on memory".into(),
            scheduled: true,
            ..PodStatus::default()
        };
        insta::assert_snapshot!(verdict(&over("Failed", "Evicted")), @r#"failed: Evicted ["the node was low on memory"]"#);
        assert_eq!(over("Succeeded", "").verdict().0.state, State::Off);
    }

    #[test]
    fn many_restarts_are_worth_a_look_even_while_it_runs() {
        let restarted = |restarts| ContainerState {
            restarts,
            ..container("app")
        };
        assert_eq!(running(vec![restarted(4)]).verdict().0, Health::ok());
        assert_eq!(
            running(vec![restarted(5)]).verdict().0.state,
            State::Warning
        );
    }
}
