//! The live world, by the official SDK.

pub mod accelerators;
mod backup;
pub mod control;
pub mod costs;
pub mod ec2;
pub mod eks;
mod elb;
pub mod error;
mod gaps;
pub mod identity;
pub mod network;
pub mod organizations;
pub mod protection;
mod rds;
mod route53;
mod s3;
pub mod session;
mod time;
pub mod traffic;
