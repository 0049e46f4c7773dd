//! The terminal: taken, drawn on with one write per frame, and given back whatever happens.

mod clipboard;
pub mod colors;
mod guard;
mod input;
mod panic;
mod pen;
mod screen;

pub use clipboard::copied;
pub use guard::{Guard, Modes};
pub use input::{key, message};
pub use panic::keep_screen_on_panic;
pub use screen::Screen;
