//! Phases, as Velero writes them; one that is newer than this program is shown as it stands.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Health, State};

/// A phase of any of Velero's kinds. Empty is New: Velero has not looked at the object yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Phase(String);

impl From<&str> for Phase {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Phase {
    #[must_use]
    pub fn as_str(&self) -> &str {
        if self.0.is_empty() { "New" } else { &self.0 }
    }

    #[must_use]
    pub fn is_new(&self) -> bool {
        self.as_str() == "New"
    }

    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.0 == "Completed"
    }

    /// Whether a backup or restore of this phase is over.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        matches!(
            self.as_str(),
            "FailedValidation" | "Completed" | "PartiallyFailed" | "Failed"
        )
    }

    /// Whether its log and results can be read: once it is over, and while it waits for plugins.
    #[must_use]
    pub fn has_results(&self) -> bool {
        let refused = self.0 == "FailedValidation";
        (self.is_terminal() && !refused) || self.0.starts_with("WaitingForPluginOperations")
    }

    /// How a thing of this phase stands, by the phase alone.
    #[must_use]
    pub fn health(&self) -> Health {
        let (state, reason) = match self.as_str() {
            "Completed" | "Enabled" | "Available" | "Ready" | "Processed" => {
                return Health::ok();
            }
            "New" => (State::Working, "waits for Velero"),
            "Queued" | "ReadyToStart" => (State::Working, "queued"),
            "InProgress" => (State::Working, "in progress"),
            "WaitingForPluginOperations" => (State::Working, "waits for plugins"),
            "Finalizing" => (State::Working, "finalizing"),
            "Deleting" => (State::Working, "is being deleted"),
            "WaitingForPluginOperationsPartiallyFailed" | "FinalizingPartiallyFailed" => {
                (State::Warning, "goes on, and a part has failed")
            }
            "PartiallyFailed" => (State::Failed, "partially failed"),
            "Failed" => (State::Failed, "failed"),
            "FailedValidation" => (State::Failed, "was refused"),
            "Unavailable" | "NotReady" => (State::Failed, "cannot be used"),
            newer => {
                return Health::new(State::Unknown, format!("phase {newer} is new to awsdeck"));
            }
        };
        Health::new(state, reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_is_known_and_a_newer_one_is_shown() {
        let state = |word: &str| Phase::from(word).health().state;
        for (word, wanted) in [
            ("", State::Working),
            ("Queued", State::Working),
            ("ReadyToStart", State::Working),
            ("FailedValidation", State::Failed),
            ("InProgress", State::Working),
            ("WaitingForPluginOperations", State::Working),
            ("WaitingForPluginOperationsPartiallyFailed", State::Warning),
            ("Finalizing", State::Working),
            ("FinalizingPartiallyFailed", State::Warning),
            ("Completed", State::Ok),
            ("PartiallyFailed", State::Failed),
            ("Failed", State::Failed),
            ("Deleting", State::Working),
            ("Hibernating", State::Unknown),
        ] {
            assert_eq!(state(word), wanted, "{word}");
        }
        assert_eq!(Phase::from("").to_string(), "New");
        assert_eq!(Phase::from("Hibernating").to_string(), "Hibernating");
    }

    #[test]
    fn results_are_there_once_it_is_over_unless_it_was_refused() {
        for (word, wanted) in [
            ("Completed", true),
            ("PartiallyFailed", true),
            ("Failed", true),
            ("FailedValidation", false),
            ("WaitingForPluginOperations", true),
            ("InProgress", false),
            ("", false),
        ] {
            assert_eq!(Phase::from(word).has_results(), wanted, "{word}");
        }
    }
}
