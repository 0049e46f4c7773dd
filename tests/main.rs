//! The tests that stand above the modules: one binary, a module per subject.

mod cli;
mod dependencies;
mod layers;
mod support;
