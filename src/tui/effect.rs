//! Work that a message leads to, as data.

use std::{path::PathBuf, sync::Arc};

use super::{Action, message::Severity, runtime::Wanted};
use crate::{
    engine::{Confirmation, Request, RunId, Sealed, operations::Arguments},
    inventory::{Query, Scope, tables::Object},
    model::ClusterId,
    provider::LogOf,
};

/// What a view, an overlay or the deck wants done. `update` settles what only changes the state;
/// the runtime does the rest.
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
    /// Says it as more than a remark.
    Warn(Severity, String),
    /// Sets the filter of the current view.
    Filter(String),
    /// Arms the deck for so many seconds.
    Arm(u32),
    /// Reads what is not known yet; what is known and fresh is left.
    Load(Vec<Query>),
    /// The same, and says that this is on screen now: it goes first.
    Focus(Vec<Query>),
    /// Reads a theme by name and uses it.
    LoadTheme(String),
    /// Reads settings, theme and keymap again.
    Reload,
    /// Puts the cursor on the object, in the view that shows it.
    GoTo(Object),
    /// Looks for objects by a few letters.
    Search(String),
    /// Makes the index of what was read.
    Index,
    /// Exports the view to a file of this name; its ending says as what.
    Save(String),
    /// Writes a file and says where.
    Export {
        path: PathBuf,
        text: String,
    },
    /// Switches mouse capture.
    Mouse(bool),
    /// Plans an operation; changes nothing outside.
    Plan {
        operation: &'static str,
        arguments: Arguments,
    },
    /// Opens the confirmation of a plan.
    Confirm(Arc<Sealed>),
    /// Carries a plan out that a person has confirmed.
    Apply {
        sealed: Arc<Sealed>,
        confirmation: Confirmation,
    },
    /// Reads the journal of runs.
    ReadBook,
    /// Asks for something to be done about a run.
    Ask {
        run: RunId,
        request: Request,
    },
    /// Looks which profiles there are, to pick from.
    FindProfiles,
    /// Opens a world in place of the one that is shown.
    Enter(Wanted),
    /// Follows the log of a container, and no other any more.
    Follow(ClusterId, LogOf),
    /// Follows no log any more.
    Unfollow,
    /// Keeps this cluster up to date, and no other any more.
    Watch(Option<ClusterId>),
    /// Has `kubectl` started with these arguments, led into the cluster.
    HandOver {
        cluster: ClusterId,
        arguments: Vec<String>,
    },
    /// Gives the terminal to a command of the user's, such as `aws sso login`, and takes it back.
    ShellOut(Vec<String>),
    /// Stops the deck's process group until the shell continues it.
    Suspend,
    Quit,
}
