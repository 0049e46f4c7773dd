//! Elastic addresses, which do not come in pages.

use serde::{Deserialize, Serialize};

use super::{Set, Tag, describe::list};

list!(Addresses AddressesPage: "DescribeAddresses" by "AllocationId", whole, in "addressesSet": Address);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Address {
    /// None for one of EC2-Classic.
    pub allocation_id: Option<String>,
    /// What it is joined to something by; none while nothing uses it.
    pub association_id: Option<String>,
    pub public_ip: Option<String>,
    pub tag_set: Set<Tag>,
}
