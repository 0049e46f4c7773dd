//! Where facts of the organization are read.

use serde::{Deserialize, Serialize};

use crate::model::{PolicyId, TargetId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum OrganizationSource {
    /// What a policy is called and says.
    Policy { policy: PolicyId },
    /// The accounts that a policy attached to the target reaches.
    Reached { target: TargetId },
}
