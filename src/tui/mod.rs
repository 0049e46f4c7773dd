//! The deck: event → action → message → update → effects → runtime.

pub mod action;
pub mod effect;
#[cfg(test)]
pub(crate) mod testing;
pub mod theme;
pub mod views;
pub mod widgets;

pub use action::{Action, Verb};
pub use effect::Effect;
pub use theme::{Symbols, Theme};
