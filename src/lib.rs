//! awsdeck: a deck to see and steer many AWS accounts from one terminal.
//!
//! Layers, each importing only those below it (`tests/layers.rs` holds it to that):
//!
//! ```text
//!   cli   tui        what scripts and people touch; never each other
//!   engine           intent → plan → approval → apply → verify → roll back
//!   inventory        what was read: queries, fan-out, cache with ages, search
//!   provider         the outside world: aws, demo
//!   config           the files of the user
//!   model            the words of the domain
//! ```

pub mod cli;
pub mod config;
pub mod engine;
pub mod inventory;
pub mod model;
pub mod provider;
pub mod tui;
