//! NAT and internet gateways.

use serde::{Deserialize, Serialize};

use super::{Set, Tag, describe::list};

list!(NatGateways NatGatewaysPage: "DescribeNatGateways" by "NatGatewayId", 1000 a page, in "natGatewaySet": NatGateway);
list!(InternetGateways InternetGatewaysPage: "DescribeInternetGateways" by "InternetGatewayId", 1000 a page, in "internetGatewaySet": InternetGateway);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NatGateway {
    pub nat_gateway_id: String,
    pub vpc_id: String,
    /// None for a regional NAT gateway.
    pub subnet_id: Option<String>,
    pub state: String,
    pub failure_message: Option<String>,
    pub nat_gateway_address_set: Set<NatAddress>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NatAddress {
    pub public_ip: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InternetGateway {
    pub internet_gateway_id: String,
    pub attachment_set: Set<Attachment>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Attachment {
    pub vpc_id: String,
    pub state: String,
}
