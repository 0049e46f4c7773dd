//! Themes as data: palette, roles, ramps, symbols; how a file becomes one.

mod role;

pub use role::{Ramp, Role};
