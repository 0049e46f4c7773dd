//! The live world, by the official SDK.

pub mod accelerators;
pub mod ec2;
pub mod error;
pub mod network;
pub mod session;
