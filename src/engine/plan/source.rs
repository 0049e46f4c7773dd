//! Where facts of networks are read.

use serde::{Deserialize, Serialize};

use crate::model::{PeeringId, Place};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum NetworkSource {
    /// The availability zones of an account, by name.
    AvailabilityZones { place: Place },
    /// Every block that the VPCs of an account hold in a region.
    VpcBlocks { place: Place },
    /// A quota that applies to an account in a region.
    Quota { place: Place, code: String },
    /// A peering as an account sees it, without its tags.
    Peering { place: Place, peering: PeeringId },
}
