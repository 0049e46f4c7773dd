//! VPC peering connections.

use serde::{Deserialize, Serialize};

use super::{Set, Tag, describe::list};

list!(Peerings PeeringsPage: "DescribeVpcPeeringConnections" by "VpcPeeringConnectionId", 1000 a page, in "vpcPeeringConnectionSet": Peering);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Peering {
    pub vpc_peering_connection_id: String,
    pub requester_vpc_info: PeeringEnd,
    pub accepter_vpc_info: PeeringEnd,
    pub status: PeeringStatus,
    /// ISO 8601; only while it waits to be accepted.
    pub expiration_time: Option<String>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PeeringEnd {
    pub owner_id: String,
    pub vpc_id: String,
    pub region: Option<String>,
    pub cidr_block: Option<String>,
    pub cidr_block_set: Set<Cidr>,
    pub ipv6_cidr_block_set: Set<Ipv6Cidr>,
    pub peering_options: Option<PeeringOptions>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cidr {
    pub cidr_block: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Ipv6Cidr {
    pub ipv6_cidr_block: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PeeringOptions {
    pub allow_dns_resolution_from_remote_vpc: Option<bool>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PeeringStatus {
    pub code: String,
    pub message: Option<String>,
}
