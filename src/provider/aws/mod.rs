//! The live world, by the official SDK.

pub mod ec2;
pub mod error;
pub mod session;
