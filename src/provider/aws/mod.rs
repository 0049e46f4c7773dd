//! The live world, by the official SDK.

pub mod accelerators;
pub mod control;
pub mod ec2;
mod elb;
pub mod error;
mod gaps;
pub mod identity;
pub mod network;
pub mod organizations;
mod route53;
pub mod session;
pub mod traffic;
