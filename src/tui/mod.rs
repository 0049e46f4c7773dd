//! The deck: event → action → message → update → effects → runtime.

pub mod action;
pub mod catalog;
pub mod effect;
pub mod finder;
pub mod frame;
pub mod keys;
pub mod log;
pub mod message;
pub mod notes;
pub mod overlays;
mod picture;
pub mod runtime;
pub mod state;
pub mod terminal;
#[cfg(test)]
pub(crate) mod testing;
pub mod theme;
pub mod update;
pub mod views;
pub mod widgets;

pub use action::{Action, Verb};
pub use effect::Effect;
pub use message::{Message, Severity};
pub use picture::{Picture, Shot, picture};
pub use runtime::{
    Kubectl, Opened, Operating, Options, Outcome, Reload, Wanted, Worlds, codes, run,
};
pub use state::{Clock, Start, State};
pub use theme::{Symbols, Theme};
pub use update::update;
