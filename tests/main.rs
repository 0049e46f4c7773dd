//! The tests that stand above the modules: one binary, a module per subject.

#[cfg(feature = "aws")]
mod aws;
mod cli;
mod deaths;
mod dependencies;
#[cfg(feature = "kubernetes")]
mod kubernetes;
mod layers;
mod readme;
mod screenshots;
mod support;
mod walks;
mod world;
