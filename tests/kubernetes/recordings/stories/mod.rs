//! Recordings of one thing after the other: played on one server, in their order.

mod rollouts;
mod velero;

pub(super) use rollouts::{ROLLOUTS, play as rollouts};
pub(super) use velero::play as velero;
