//! Deployments, sets and jobs, and why one is not ready.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Condition, Owner, Pod};
use crate::model::{Health, State};

/// Something that makes pods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Workload {
    pub namespace: String,
    /// Kind and name.
    pub itself: Owner,
    /// What has made it: a CronJob of a Job, an operator's object of a set.
    pub owner: Option<Owner>,
    pub uid: String,
    pub created: Option<Timestamp>,
    pub counts: Counts,
    pub images: Vec<String>,
    pub service_account: Option<String>,
    /// What keeps it as it is, so that a change by hand is undone: `Argo CD application shop`.
    pub managed_by: Option<String>,
    pub health: Health,
    /// What the verdict rests on, a line each.
    pub evidence: Vec<String>,
}

/// Pods of a workload by their state. What a controller leaves out is 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub wanted: u32,
    pub ready: u32,
    /// Of the newest template.
    pub updated: u32,
    pub available: u32,
}

/// What the API server tells of a controller: what a verdict is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Controller {
    pub kind: String,
    pub generation: i64,
    /// The generation that the controller has seen; `None` for kinds that do not tell.
    pub observed: Option<i64>,
    pub counts: Counts,
    pub paused: bool,
    pub conditions: Vec<Condition>,
    /// Of a Job.
    pub failed: u32,
    pub active: u32,
    /// Of a Job.
    pub succeeded: u32,
    /// Of a CronJob: when it last ended well.
    pub last_success: Option<Timestamp>,
    /// Of a CronJob: when it last began.
    pub last_start: Option<Timestamp>,
}

impl Controller {
    /// The verdict and what it rests on; `pods` are the workload's own. The first of these that
    /// holds decides: not yet seen, given up, kept from making pods, paused, under way, short.
    #[must_use]
    pub fn verdict<'a>(
        &self,
        pods: impl IntoIterator<Item = &'a Arc<Pod>>,
    ) -> (Health, Vec<String>) {
        let mut evidence = Vec::new();
        let worst = pods
            .into_iter()
            .filter(|pod| !pod.is_over() || self.kind == "Job")
            .max_by_key(|pod| pod.health.state)
            .filter(|pod| pod.health.state > State::Ok);
        let mut health = match self.kind.as_str() {
            "Job" => self.job(&mut evidence),
            "CronJob" => self.cron_job(),
            _ => self.replicas(&mut evidence),
        };
        if health.state > State::Ok
            && let Some(pod) = worst
        {
            evidence.push(format!("pod {}: {}", pod.name, pod.health.reason));
            evidence.extend(pod.evidence.iter().map(|line| format!("  {line}")));
            // Counts say that something is wrong, the pod says what.
            if pod.health.state >= State::Warning && health.state != State::Failed {
                health.reason = format!("{}: {}", health.reason, pod.health.reason);
            }
        }
        (health, evidence)
    }

    fn replicas(&self, evidence: &mut Vec<String>) -> Health {
        let Counts {
            wanted,
            ready,
            updated,
            available,
        } = self.counts;
        // Before that, the counts speak of the template before.
        if self.observed.is_some_and(|seen| seen < self.generation) {
            return Health::new(State::Working, "the change is not yet taken up");
        }
        let is = |kind: &str, status: &str| {
            Condition::find(&self.conditions, kind).filter(|condition| condition.status == status)
        };
        if let Some(given_up) = is("Progressing", "False") {
            evidence.push(given_up.said().to_owned());
            let reason = match given_up.reason.as_str() {
                "ProgressDeadlineExceeded" => {
                    format!("the rollout is stuck: {updated} of {wanted} updated, {ready} ready")
                }
                other => other.to_owned(),
            };
            return Health::new(State::Failed, reason);
        }
        if let Some(kept) = is("ReplicaFailure", "True") {
            evidence.push(kept.said().to_owned());
            return Health::new(
                State::Failed,
                format!("pods cannot be made: {}", kept.reason),
            );
        }
        if wanted == 0 {
            return Health::new(State::Off, "scaled to 0");
        }
        if updated < wanted {
            let word = if self.paused {
                "is paused"
            } else {
                "is under way"
            };
            let state = if self.paused {
                State::Warning
            } else {
                State::Working
            };
            return Health::new(
                state,
                format!("the rollout {word}: {updated} of {wanted} updated"),
            );
        }
        if ready < wanted || available < wanted {
            let good = ready.min(available);
            let state = if good == 0 {
                State::Failed
            } else {
                State::Warning
            };
            return Health::new(state, format!("{good} of {wanted} ready"));
        }
        Health::ok()
    }

    fn job(&self, evidence: &mut Vec<String>) -> Health {
        let is = |kind: &str| {
            Condition::find(&self.conditions, kind).filter(|condition| condition.is_true())
        };
        if let Some(failed) = is("Failed") {
            evidence.push(failed.said().to_owned());
            return Health::new(State::Failed, failed.reason.clone());
        }
        if is("Complete").is_some() {
            return Health::new(State::Off, "has run to its end");
        }
        if is("Suspended").is_some() || self.paused {
            return Health::new(State::Off, "suspended");
        }
        let failed = match self.failed {
            0 => String::new(),
            count => format!(", {count} failed so far"),
        };
        let reason = format!(
            "{} of {} done{failed}",
            self.succeeded,
            self.counts.wanted.max(1)
        );
        let state = if self.failed > 0 {
            State::Warning
        } else {
            State::Working
        };
        Health::new(state, reason)
    }

    /// A run that began after the last good one and is over was not a good one.
    fn cron_job(&self) -> Health {
        if self.paused {
            return Health::new(State::Off, "suspended");
        }
        let missed = self.active == 0 && self.last_start > self.last_success;
        if missed {
            return Health::new(State::Warning, "the last run did not end well");
        }
        Health::ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::workload::Amounts;

    fn deployment(wanted: u32, updated: u32, ready: u32) -> Controller {
        Controller {
            kind: "Deployment".into(),
            generation: 2,
            observed: Some(2),
            counts: Counts {
                wanted,
                ready,
                updated,
                available: ready,
            },
            ..Controller::default()
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

    fn crashing() -> Arc<Pod> {
        Arc::new(Pod {
            namespace: "shop".into(),
            name: "web-1".into(),
            node: None,
            phase: "Running".into(),
            created: None,
            deleted: None,
            owner: None,
            asks: Amounts::default(),
            claims: Vec::new(),
            service_account: None,
            containers: Vec::new(),
            ready: 0,
            restarts: 3,
            health: Health::new(State::Failed, "app: crashes"),
            evidence: vec!["app: waiting CrashLoopBackOff".into()],
            waits: None,
        })
    }

    fn verdict(controller: &Controller, pods: &[Arc<Pod>]) -> String {
        let (health, evidence) = controller.verdict(pods);
        format!("{}: {} {evidence:?}", health.state, health.reason)
    }

    #[test]
    fn a_fresh_rollout_that_still_looks_complete_is_not_called_well() {
        let fresh = Controller {
            generation: 3,
            ..deployment(2, 2, 2)
        };
        insta::assert_snapshot!(verdict(&fresh, &[]), @"working: the change is not yet taken up []");
        insta::assert_snapshot!(verdict(&deployment(2, 2, 2), &[]), @"ok:  []");
    }

    #[test]
    fn a_stuck_rollout_fails_although_the_old_pods_serve() {
        let mut stuck = deployment(2, 1, 2);
        stuck.conditions = vec![
            condition("Available", "True", "MinimumReplicasAvailable"),
            condition("Progressing", "False", "ProgressDeadlineExceeded"),
        ];
        insta::assert_snapshot!(verdict(&stuck, &[crashing()]), @r#"failed: the rollout is stuck: 1 of 2 updated, 2 ready ["about ProgressDeadlineExceeded", "pod web-1: app: crashes", "  app: waiting CrashLoopBackOff"]"#);
    }

    #[test]
    fn what_is_short_says_what_its_worst_pod_says() {
        insta::assert_snapshot!(verdict(&deployment(3, 3, 2), &[crashing()]), @r#"warning: 2 of 3 ready: app: crashes ["pod web-1: app: crashes", "  app: waiting CrashLoopBackOff"]"#);
        insta::assert_snapshot!(verdict(&deployment(3, 3, 0), &[]), @"failed: 0 of 3 ready []");
        insta::assert_snapshot!(verdict(&deployment(3, 1, 3), &[]), @"working: the rollout is under way: 1 of 3 updated []");
        insta::assert_snapshot!(verdict(&deployment(0, 0, 0), &[]), @"off: scaled to 0 []");
    }

    #[test]
    fn a_quota_that_keeps_pods_from_being_made_is_told() {
        let mut kept = deployment(2, 0, 0);
        kept.conditions = vec![condition("ReplicaFailure", "True", "FailedCreate")];
        insta::assert_snapshot!(verdict(&kept, &[]), @r#"failed: pods cannot be made: FailedCreate ["about FailedCreate"]"#);
    }

    #[test]
    fn a_job_tells_how_it_ended_or_how_far_it_is() {
        let job = |conditions, failed, succeeded| Controller {
            kind: "Job".into(),
            counts: Counts {
                wanted: 4,
                ..Counts::default()
            },
            conditions,
            failed,
            succeeded,
            ..Controller::default()
        };
        let over = |kind, reason| vec![condition(kind, "True", reason)];
        insta::assert_snapshot!(verdict(&job(over("Failed", "BackoffLimitExceeded"), 7, 0), &[]), @r#"failed: BackoffLimitExceeded ["about BackoffLimitExceeded"]"#);
        insta::assert_snapshot!(verdict(&job(over("Complete", ""), 0, 4), &[]), @"off: has run to its end []");
        insta::assert_snapshot!(verdict(&job(Vec::new(), 1, 2), &[]), @"warning: 2 of 4 done, 1 failed so far []");
        insta::assert_snapshot!(verdict(&job(Vec::new(), 0, 2), &[]), @"working: 2 of 4 done []");
    }

    #[test]
    fn a_cron_job_whose_last_run_was_not_good_is_a_warning() {
        let at = |text: &str| Some(text.parse().expect("a moment"));
        let cron = |start, success| Controller {
            kind: "CronJob".into(),
            last_start: start,
            last_success: success,
            ..Controller::default()
        };
        let (one, two) = (at("2026-01-15T02:00:00Z"), at("2026-01-15T03:00:00Z"));
        assert_eq!(cron(two, one).verdict(&[]).0.state, State::Warning);
        assert_eq!(cron(one, two).verdict(&[]).0, Health::ok());
        assert_eq!(cron(None, None).verdict(&[]).0, Health::ok());
    }
}
