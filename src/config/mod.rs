//! The files of the user: settings, themes, keymaps. Plain data; nothing here draws or connects.

pub mod environment;
pub mod keymap;
pub mod suggest;
pub mod theme;

pub use environment::Environments;
