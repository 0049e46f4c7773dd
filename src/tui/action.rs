//! Everything a person can ask for with a key.

use std::{fmt, str::FromStr};

use strum::{Display, EnumIter, EnumMessage, EnumString};

/// A named wish and what it is about, as a keymap or the palette says it: `view.open network`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Action {
    pub verb: Verb,
    pub argument: Option<String>,
}

/// The doc comment of a variant is its help text; its dotted name is what a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Display, EnumIter, EnumMessage, EnumString)]
pub enum Verb {
    /// Move up
    #[strum(serialize = "move.up")]
    Up,
    /// Move down
    #[strum(serialize = "move.down")]
    Down,
    /// Half a page up
    #[strum(serialize = "move.page_up")]
    PageUp,
    /// Half a page down
    #[strum(serialize = "move.page_down")]
    PageDown,
    /// First row
    #[strum(serialize = "move.top")]
    Top,
    /// Last row
    #[strum(serialize = "move.bottom")]
    Bottom,
    /// Fold, or scroll columns left
    #[strum(serialize = "move.left")]
    Left,
    /// Unfold, or scroll columns right
    #[strum(serialize = "move.right")]
    Right,
    /// Next pane
    #[strum(serialize = "pane.next")]
    NextPane,
    /// Previous pane
    #[strum(serialize = "pane.previous")]
    PreviousPane,
    /// Open
    #[strum(serialize = "open")]
    Open,
    /// Up to what this is in
    #[strum(serialize = "ascend")]
    Ascend,
    /// Back, then clear the filter
    #[strum(serialize = "back")]
    Back,
    /// Filter this view
    #[strum(serialize = "filter")]
    Filter,
    /// Next match
    #[strum(serialize = "match.next")]
    NextMatch,
    /// Previous match
    #[strum(serialize = "match.previous")]
    PreviousMatch,
    /// Command palette
    #[strum(serialize = "palette")]
    Palette,
    /// Search every object
    #[strum(serialize = "search")]
    Search,
    /// Keys of this view
    #[strum(serialize = "help")]
    Help,
    /// Go to a view
    #[strum(serialize = "view.open")]
    OpenView,
    /// Next form of this view
    #[strum(serialize = "view.form")]
    NextForm,
    /// Back in history
    #[strum(serialize = "history.back")]
    HistoryBack,
    /// Forward in history
    #[strum(serialize = "history.forward")]
    HistoryForward,
    /// Mark
    #[strum(serialize = "mark")]
    Mark,
    /// Mark a range
    #[strum(serialize = "mark.range")]
    MarkRange,
    /// Scope to the selection
    #[strum(serialize = "scope.selection")]
    ScopeSelection,
    /// Clear the scope
    #[strum(serialize = "scope.clear")]
    ScopeClear,
    /// Describe
    #[strum(serialize = "describe")]
    Describe,
    /// Raw JSON
    #[strum(serialize = "raw")]
    Raw,
    /// Copy
    #[strum(serialize = "copy")]
    Copy,
    /// Copy as…
    #[strum(serialize = "copy.as")]
    CopyAs,
    /// Compare the two marked
    #[strum(serialize = "diff")]
    Diff,
    /// Sort by the next column
    #[strum(serialize = "sort.next")]
    SortNext,
    /// Sort by…
    #[strum(serialize = "sort.pick")]
    SortPick,
    /// Wide columns
    #[strum(serialize = "wide")]
    Wide,
    /// Pick account and role
    #[strum(serialize = "account.pick")]
    PickAccount,
    /// Pick a profile
    #[strum(serialize = "profile.pick")]
    PickProfile,
    /// Pick region
    #[strum(serialize = "region.pick")]
    PickRegion,
    /// Who am I
    #[strum(serialize = "identity")]
    Identity,
    /// Sign in
    #[strum(serialize = "sign_in")]
    SignIn,
    /// Explain this state
    #[strum(serialize = "explain")]
    Explain,
    /// Operations on the selection
    #[strum(serialize = "operations")]
    Operations,
    /// Plan an operation
    #[strum(serialize = "operation.plan")]
    PlanOperation,
    /// Follow the log of a pod
    #[strum(serialize = "log")]
    Log,
    /// Open a shell in a pod
    #[strum(serialize = "shell")]
    Shell,
    /// Forward a port of a pod, such as 8080:80
    #[strum(serialize = "port_forward")]
    PortForward,
    /// Export this view
    #[strum(serialize = "export")]
    Export,
    /// Refresh
    #[strum(serialize = "refresh")]
    Refresh,
    /// Messages
    #[strum(serialize = "messages")]
    Messages,
    /// Themes
    #[strum(serialize = "theme.pick")]
    PickTheme,
    /// Use a theme
    #[strum(serialize = "theme.use")]
    UseTheme,
    /// Arm the deck for a time, such as 15m
    #[strum(serialize = "arm")]
    Arm,
    /// Disarm the deck
    #[strum(serialize = "disarm")]
    Disarm,
    /// Confirm the plan
    #[strum(serialize = "plan.confirm")]
    ConfirmPlan,
    /// Pause the run
    #[strum(serialize = "run.pause")]
    PauseRun,
    /// Resume the run
    #[strum(serialize = "run.resume")]
    ResumeRun,
    /// Roll the run back
    #[strum(serialize = "run.roll_back")]
    RollBack,
    /// Detach from the run
    #[strum(serialize = "run.detach")]
    Detach,
    /// Mouse on or off
    #[strum(serialize = "mouse.toggle")]
    ToggleMouse,
    /// Read settings, theme and keymap again
    #[strum(serialize = "reload")]
    Reload,
    /// Suspend to the shell
    #[strum(serialize = "suspend")]
    Suspend,
    /// Close or quit
    #[strum(serialize = "quit")]
    Quit,
    /// Unbound
    #[strum(serialize = "none")]
    Nothing,
}

impl Verb {
    /// Whether it can lead to a write without a further dialog. Such a verb can't be bound to a
    /// single key.
    #[must_use]
    pub const fn mutates(self) -> bool {
        matches!(self, Self::Arm | Self::ResumeRun)
    }
}

impl From<Verb> for Action {
    fn from(verb: Verb) -> Self {
        Self {
            verb,
            argument: None,
        }
    }
}

impl FromStr for Action {
    type Err = strum::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (verb, argument) = match text.trim().split_once(' ') {
            Some((verb, argument)) => (verb, Some(argument.trim().to_owned())),
            None => (text.trim(), None),
        };
        Ok(Self {
            verb: verb.parse()?,
            argument,
        })
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.argument {
            Some(argument) => write!(f, "{} {argument}", self.verb),
            None => write!(f, "{}", self.verb),
        }
    }
}
