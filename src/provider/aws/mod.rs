//! The live world, by the official SDK.

pub mod accelerators;
pub mod control;
pub mod ec2;
mod elb;
pub mod error;
mod gaps;
pub mod network;
mod route53;
pub mod session;
pub mod traffic;
