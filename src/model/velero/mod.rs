//! Velero: backups of what is in a cluster, restores of them, and what a finished one really did.

mod name;
mod phase;
mod results;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{ClusterId, Gap, Health, State};

pub use name::label_value;
pub use phase::Phase;
pub use results::{Effects, Messages, Results, Summary, is_noise, read_effects};

/// Everything of Velero in one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Velero {
    pub cluster: ClusterId,
    /// Whether its kinds are known to the API server at all.
    pub installed: bool,
    pub backups: Vec<Backup>,
    pub restores: Vec<Restore>,
    pub schedules: Vec<Schedule>,
    pub locations: Vec<Location>,
    pub repositories: Vec<Repository>,
    pub gaps: Vec<Gap>,
    pub malformed: u32,
}

impl Velero {
    /// A cluster without it.
    #[must_use]
    pub const fn absent(cluster: ClusterId) -> Self {
        Self {
            cluster,
            installed: false,
            backups: Vec::new(),
            restores: Vec::new(),
            schedules: Vec::new(),
            locations: Vec::new(),
            repositories: Vec::new(),
            gaps: Vec::new(),
            malformed: 0,
        }
    }

    /// Backups that a schedule has made.
    pub fn backups_of<'v>(
        &'v self,
        schedule: &Schedule,
    ) -> impl Iterator<Item = &'v Backup> + use<'v> {
        let name = label_value(&schedule.name).into_owned();
        let namespace = schedule.namespace.clone();
        self.backups.iter().filter(move |backup| {
            backup.namespace == namespace && backup.schedule.as_ref() == Some(&name)
        })
    }

    /// The backup that a restore of "the latest" takes: the newest by its start that is Completed.
    #[must_use]
    pub fn latest_of(&self, schedule: &Schedule) -> Option<&Backup> {
        self.backups_of(schedule)
            .filter(|backup| backup.phase.is_completed())
            .max_by_key(|backup| backup.started)
    }

    #[must_use]
    pub fn location(&self, namespace: &str, name: &str) -> Option<&Location> {
        self.locations
            .iter()
            .find(|location| location.namespace == namespace && location.name == name)
    }
}

/// A backup. Counts that Velero leaves out are 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// Where Velero runs, not what is backed up.
    pub namespace: String,
    pub name: String,
    pub phase: Phase,
    /// The value of the label `velero.io/schedule-name`, which is cut when it is long.
    pub schedule: Option<String>,
    pub location: Option<String>,
    /// What is in it; `*` or nothing is all.
    pub namespaces: Vec<String>,
    pub created: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub completed: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    pub progress: Progress,
    pub warnings: u64,
    pub errors: u64,
    pub failure: Option<String>,
    pub validation: Vec<String>,
    /// Operations of plugins that go on beside the backup.
    pub operations: Operations,
    pub snapshots: Operations,
    pub hooks_failed: u64,
    /// Place in the queue, from 1.
    pub queue_position: Option<u64>,
    pub deleting: bool,
}

/// A restore.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restore {
    pub namespace: String,
    pub name: String,
    pub phase: Phase,
    pub backup: Option<String>,
    pub schedule: Option<String>,
    pub namespaces: Vec<String>,
    /// From and to.
    pub mapping: Vec<(String, String)>,
    /// `none`, `update`; unset is `none`.
    pub existing: Option<String>,
    pub created: Option<Timestamp>,
    pub started: Option<Timestamp>,
    pub completed: Option<Timestamp>,
    pub progress: Progress,
    pub warnings: u64,
    pub errors: u64,
    pub failure: Option<String>,
    pub validation: Vec<String>,
    pub operations: Operations,
    pub hooks_failed: u64,
    pub deleting: bool,
}

/// Items done of all, as far as Velero knows; the total may change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    pub done: u64,
    pub total: u64,
}

/// Asynchronous work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Operations {
    pub attempted: u64,
    pub completed: u64,
    pub failed: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub namespace: String,
    pub name: String,
    pub phase: Phase,
    /// As cron writes it, or `@every 1h`.
    pub cron: String,
    pub paused: bool,
    pub namespaces: Vec<String>,
    pub location: Option<String>,
    pub last_backup: Option<Timestamp>,
    pub last_skipped: Option<Timestamp>,
    pub created: Option<Timestamp>,
    pub validation: Vec<String>,
    /// How much may be lost, where a label `rpo` says.
    pub rpo: Option<SignedDuration>,
}

/// A BackupStorageLocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub namespace: String,
    pub name: String,
    pub phase: Phase,
    /// `velero.io/aws`, `aws`, …
    pub provider: String,
    pub bucket: String,
    pub prefix: String,
    pub region: Option<String>,
    /// Another endpoint of S3 than AWS's own.
    pub endpoint: Option<String>,
    pub read_only: bool,
    pub default: bool,
    pub message: Option<String>,
    pub synced: Option<Timestamp>,
    pub validated: Option<Timestamp>,
    pub created: Option<Timestamp>,
}

/// A BackupRepository: file data of one namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    pub namespace: String,
    pub name: String,
    pub phase: Phase,
    pub volume_namespace: String,
    pub location: String,
    /// `kopia`, `restic`
    pub kind: String,
    pub message: Option<String>,
    pub maintained: Option<Timestamp>,
}

impl Location {
    /// Whether it is in S3, so that its objects can be read without Velero.
    #[must_use]
    pub fn is_s3(&self) -> bool {
        matches!(self.provider.as_str(), "aws" | "velero.io/aws") && !self.bucket.is_empty()
    }

    /// The key of an object of a backup or a restore: `backups/b/b-logs.gz`.
    #[must_use]
    pub fn key(&self, object: &str) -> String {
        let prefix = self.prefix.trim_matches('/');
        if prefix.is_empty() {
            object.to_owned()
        } else {
            format!("{prefix}/{object}")
        }
    }

    #[must_use]
    pub fn health(&self) -> Health {
        if self.phase.as_str() == "Unavailable" {
            let message = self.message.as_deref().unwrap_or("cannot be used");
            return Health::new(State::Failed, message);
        }
        if self.phase.is_new() {
            return Health::new(State::Working, "was not yet looked at by Velero");
        }
        self.phase.health()
    }
}

impl Repository {
    #[must_use]
    pub fn health(&self) -> Health {
        match self.phase.as_str() {
            "NotReady" => Health::new(
                State::Failed,
                self.message.as_deref().unwrap_or("cannot be used"),
            ),
            _ => self.phase.health(),
        }
    }
}

/// What failed, in the words that Velero keeps in the object itself.
fn failure(failure: Option<&String>, validation: &[String], errors: u64) -> String {
    match (failure, validation.first()) {
        (Some(failure), _) => failure.clone(),
        (None, Some(first)) => first.clone(),
        (None, None) if errors == 1 => "1 error".into(),
        (None, None) => format!("{errors} errors"),
    }
}

impl Backup {
    /// Its phase, with what makes it worth a look; `now` tells whether it is past its time.
    #[must_use]
    pub fn health(&self, now: Timestamp) -> Health {
        if self.deleting {
            return Health::new(State::Working, "is being deleted");
        }
        let health = self.phase.health();
        match health.state {
            State::Failed | State::Warning => Health::new(
                health.state,
                failure(self.failure.as_ref(), &self.validation, self.errors),
            ),
            State::Working => match self.queue_position {
                Some(place) => Health::new(State::Working, format!("queued, place {place}")),
                None => health,
            },
            _ if self.expires.is_some_and(|at| at < now) => {
                Health::new(State::Off, "has expired and will be deleted")
            }
            _ if self.hooks_failed > 0 => Health::new(
                State::Warning,
                format!("{} hooks failed", self.hooks_failed),
            ),
            _ => health,
        }
    }

    /// Whether it can be counted on: ended whole, and not past its time.
    #[must_use]
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.phase.is_completed() && !self.deleting && self.expires.is_none_or(|at| at > now)
    }
}

impl Restore {
    /// Its phase, and aloud what a phase does not say: a restore may be Completed and have changed
    /// nothing. `summary` is what its results tell, once they were fetched.
    #[must_use]
    pub fn health(&self, summary: Option<&Summary>) -> Health {
        if self.deleting {
            return Health::new(State::Working, "is being deleted");
        }
        let health = self.phase.health();
        match health.state {
            State::Failed | State::Warning => {
                return Health::new(
                    health.state,
                    failure(self.failure.as_ref(), &self.validation, self.errors),
                );
            }
            State::Working => return health,
            _ => {}
        }
        if let Some(summary) = summary {
            return summary.health();
        }
        if self.phase.is_completed() && self.progress.total == 0 {
            return Health::new(
                State::Warning,
                "nothing was changed: there was nothing to restore",
            );
        }
        if self.warnings > 0 {
            let said = match self.warnings {
                1 => "1 warning, not read yet: perhaps nothing was changed".to_owned(),
                count => format!("{count} warnings, not read yet: perhaps nothing was changed"),
            };
            return Health::new(State::Warning, said);
        }
        health
    }
}

impl Schedule {
    /// Its phase, then how old its last good backup is against what may be lost.
    #[must_use]
    pub fn health(
        &self,
        last_good: Option<Timestamp>,
        rpo: SignedDuration,
        now: Timestamp,
    ) -> Health {
        let own = self.phase.health();
        if own.state == State::Failed {
            let why = self
                .validation
                .first()
                .map_or("is not valid", String::as_str);
            return Health::new(State::Failed, why);
        }
        if self.paused {
            return Health::new(State::Warning, "is paused: nothing is backed up");
        }
        let Some(at) = last_good else {
            let young = self.created.is_some_and(|at| now.duration_since(at) < rpo);
            return if young {
                Health::new(State::Working, "has made no backup yet")
            } else {
                Health::new(State::Failed, "has no good backup")
            };
        };
        let age = now.duration_since(at);
        if age > rpo {
            let said = format!(
                "last good backup {} ago, {} allowed",
                super::protection::length(age),
                super::protection::length(rpo)
            );
            return Health::new(State::Failed, said);
        }
        Health::ok()
    }
}

#[cfg(test)]
mod tests;
