//! `[shared]`: the bucket in which operators share journal, leases and approvals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::model::Region;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Shared {
    /// Made beforehand, versioned; best in the region that a failover activates. Without it nothing
    /// is shared.
    pub bucket: Option<String>,
    /// Unset: the home region.
    #[schemars(with = "Option<String>")]
    pub region: Option<Region>,
    /// Before every key.
    pub prefix: String,
    /// How long a lease lasts that nobody renews.
    pub lease: Period,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            bucket: None,
            region: None,
            prefix: "awsdeck".into(),
            lease: Period::from_secs(90),
        }
    }
}
