//! The files of the user: settings, themes, keymaps. Plain data; nothing here draws or connects.

pub mod environment;
pub mod files;
pub mod keymap;
mod problem;
pub mod settings;
pub mod suggest;
pub mod theme;

pub use environment::{Environments, Purpose};
pub use files::Files;
pub use problem::FileError;
pub use settings::Settings;
pub use suggest::nearest;
