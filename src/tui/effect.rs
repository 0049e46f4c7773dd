//! Work to be done outside of the state, as data. The runtime does it.

use super::Action;
use crate::inventory::{Query, Scope, tables::Object};

/// What a view or an overlay wants done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Reads again, even when what is known is fresh.
    Refresh(Vec<Query>),
    /// Does what a key would do.
    Act(Action),
    /// Brings a view forward, with its filter set: `clusters`, `prod`.
    Open {
        view: &'static str,
        filter: Option<String>,
    },
    SetScope(Scope),
    /// Sends text to the terminal's clipboard; the second is what to call it.
    Copy(String, String),
    Describe(Object),
    /// Shows one line for a while and keeps it in the messages.
    Say(String),
}
