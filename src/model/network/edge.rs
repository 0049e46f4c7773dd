//! Which VPCs are joined, and whether both sides agree.

use serde::{Deserialize, Serialize};

use crate::model::{PeeringId, VpcId};

/// A peering seen from both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    pub peering: PeeringId,
    pub a: VpcId,
    pub b: VpcId,
    pub state: EdgeState,
    pub reason: String,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EdgeState {
    Ok,
    Pending,
    OneWay,
    BlackHole,
    Overlap,
    Failed,
}

/// All VPCs and edges in view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    pub edges: Vec<Edge>,
}
