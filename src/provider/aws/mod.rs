//! The live world, by the official SDK.

pub mod ec2;
