//! The screens. To add one: a file here, a line in [`all`], a key.

use crossterm::event::MouseEvent;
use jiff::Timestamp;
use ratatui::{Frame, layout::Rect};

use super::{Action, Effect, Symbols, Theme};
use crate::{
    config::Environments,
    inventory::{Inventory, Query, Scope, tables::Object},
};

/// A screen: its own cursor, folds and filter, a way to take in actions, a way to draw.
pub trait View {
    /// Its name in `view.open NAME`, in the palette and as a keymap context.
    fn name(&self) -> &'static str;
    /// The keymap context of the pane that has the focus: `tree`, `table`, `map`, `chart`, `plan`.
    fn context(&self) -> &'static str;
    /// Title with count and active filter, as `accounts(312/1,048) /prod`.
    fn title(&self) -> String;
    /// What must be read for it to show anything, most wanted first. Asked again whenever it comes
    /// forward or the scope changes.
    fn needs(&self, desk: &Desk<'_>) -> Vec<Query>;
    /// Derives what it shows; called when inventory or scope have changed, never per frame.
    fn derive(&mut self, desk: &Desk<'_>);
    /// Sets the filter as it is typed; empty clears it. Narrowing must keep up with the typing.
    fn filter(&mut self, text: &str, desk: &Desk<'_>);
    /// Takes in an action. What it does not know it leaves: `None`.
    fn act(&mut self, action: &Action, desk: &Desk<'_>) -> Option<Vec<Effect>>;
    /// Takes in a click or a turn of the wheel; `area` is where it was drawn last.
    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect>;
    /// What the cursor is on.
    fn selected(&self) -> Option<Object>;
    /// The marked objects, in the order of the rows.
    fn marked(&self) -> Vec<Object>;
    /// Actions worth a hint in the footer, most useful first, with a short word each.
    fn hints(&self) -> Vec<(Action, &'static str)>;
    /// Draws itself. Reads only: a frame never changes what the deck knows.
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>);
}

/// What every view looks at and draws with.
pub struct Desk<'a> {
    pub inventory: &'a Inventory,
    pub scope: &'a Scope,
    pub environments: &'a Environments,
    pub theme: &'a Theme,
    pub symbols: Symbols,
    pub now: Timestamp,
}

/// Every view, in the order of the `g` menu.
#[must_use]
pub fn all() -> Vec<Box<dyn View>> {
    Vec::new()
}
