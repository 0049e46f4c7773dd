//! Zonal shift: traffic of a resource away from one Availability Zone for a time (ARC).

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Arn;

/// A load balancer, an Auto Scaling group or a cluster whose traffic can be shifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedResource {
    pub arn: Arn,
    pub name: String,
    /// The zones that it is in, by their ids (`euw1-az1`), which mean the same in every account.
    pub zones: BTreeSet<String>,
    /// Zones that get no traffic now.
    pub away: BTreeSet<String>,
    /// Those in force; at most one that somebody has started, beside one of AWS's own.
    pub shifts: Vec<ZonalShift>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZonalShift {
    pub id: String,
    /// The zone's id.
    pub away_from: String,
    pub expires: Timestamp,
    pub comment: String,
}
