//! The simulated organization: a world of its own that answers like AWS, changes when it is written
//! to, fails on request, and keeps a ledger of everything that was done to it.
//!
//! [`in_process`] builds one inside the caller, for tests in virtual time; [`connect`] joins the one
//! that outlives any process, and [`serve`] is that process.

mod call;
mod client;
mod clock;
mod content;
mod ec2;
mod eks;
mod estate;
mod faults;
mod history;
mod iam;
mod ledger;
mod metrics;
mod objects;
mod options;
mod organizations;
mod process;
mod quotas;
mod rds;
mod route53;
mod scene;
mod seed;
mod transport;
mod world;
mod zonal;

pub use clock::{Clock, ClockSetting, NotAClock};
pub use faults::{Fault, Faults, NotAFault, Place};
pub use ledger::{Effect, Entry};
pub use metrics::BalancerConduct;
pub use options::DemoOptions;
pub use process::{RemoteHandle, connect, handle, serve};
pub use rds::ReplicaLag;
pub use transport::{WorldHandle, in_process};

#[cfg(test)]
mod tests;
