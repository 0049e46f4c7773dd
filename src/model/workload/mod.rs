//! What runs in a cluster: nodes and pods as they are told, workloads, events, and why something is
//! not ready.

mod amounts;
mod contents;
mod controller;
mod object;
mod pod;
pub mod quantity;
mod scheduling;

pub use amounts::{Amounts, Share, is_accelerator, requested};
pub use contents::{Contents, Event, Grant, Namespace};
pub use controller::{Controller, Counts, Workload};
pub use object::{Extension, Owner, top_owner};
pub use pod::{Condition, ContainerState, Ended, Pod, PodStatus};
pub use scheduling::{Bound, Demand, Scheduling};
