//! VPCs, subnets and route tables.

use serde::{Deserialize, Serialize};

use super::{CallError, Ec2, Params, Retry, Set, Tag, describe::list};

list!(Vpcs VpcsPage: "DescribeVpcs" by "VpcId", 1000 a page, in "vpcSet": Vpc);
list!(Subnets SubnetsPage: "DescribeSubnets" by "SubnetId", 1000 a page, in "subnetSet": Subnet);
list!(RouteTables RouteTablesPage: "DescribeRouteTables" by "RouteTableId", 100 a page, in "routeTableSet": RouteTable);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Vpc {
    pub vpc_id: String,
    pub owner_id: Option<String>,
    pub state: String,
    pub cidr_block: Option<String>,
    pub cidr_block_association_set: Set<CidrAssociation>,
    pub ipv6_cidr_block_association_set: Set<Ipv6Association>,
    pub is_default: bool,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CidrAssociation {
    pub cidr_block: String,
    pub cidr_block_state: AssociationState,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Ipv6Association {
    pub ipv6_cidr_block: Option<String>,
    pub ipv6_cidr_block_state: AssociationState,
}

/// `associating`, `associated`, `disassociating`, `disassociated`, `failing`, `failed`
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AssociationState {
    pub state: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Subnet {
    pub subnet_id: String,
    pub vpc_id: String,
    pub cidr_block: Option<String>,
    pub ipv6_cidr_block_association_set: Set<Ipv6Association>,
    pub availability_zone: String,
    pub availability_zone_id: Option<String>,
    pub available_ip_address_count: Option<u32>,
    pub map_public_ip_on_launch: bool,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RouteTable {
    pub route_table_id: String,
    pub vpc_id: String,
    pub association_set: Set<RouteTableAssociation>,
    pub route_set: Set<Route>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RouteTableAssociation {
    #[serde(rename = "routeTableAssociationId")]
    pub id: String,
    pub main: bool,
    pub subnet_id: Option<String>,
}

/// One destination and, of all the targets, the one that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Route {
    pub destination_cidr_block: Option<String>,
    pub destination_ipv6_cidr_block: Option<String>,
    pub destination_prefix_list_id: Option<String>,
    pub gateway_id: Option<String>,
    pub nat_gateway_id: Option<String>,
    pub transit_gateway_id: Option<String>,
    pub vpc_peering_connection_id: Option<String>,
    pub egress_only_internet_gateway_id: Option<String>,
    pub instance_id: Option<String>,
    pub network_interface_id: Option<String>,
    pub local_gateway_id: Option<String>,
    pub carrier_gateway_id: Option<String>,
    pub core_network_arn: Option<String>,
    pub odb_network_arn: Option<String>,
    /// `CreateRouteTable`, `CreateRoute`, `EnableVgwRoutePropagation`
    pub origin: String,
    /// `active`, `blackhole`, `filtered`
    pub state: String,
}

/// A switch of a VPC that only `DescribeVpcAttribute` tells, one at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpcSwitch {
    DnsSupport,
    DnsHostnames,
}

/// The answer of `DescribeVpcAttribute`: the one that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct VpcAttribute {
    pub enable_dns_support: Option<Switch>,
    pub enable_dns_hostnames: Option<Switch>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Switch {
    pub value: Option<bool>,
}

impl VpcSwitch {
    pub const ACTION: &'static str = "DescribeVpcAttribute";

    #[must_use]
    pub fn params(self, vpc: &str) -> Params {
        let attribute = match self {
            Self::DnsSupport => "enableDnsSupport",
            Self::DnsHostnames => "enableDnsHostnames",
        };
        let mut params = Params::default();
        params.set("VpcId", vpc).set("Attribute", attribute);
        params
    }
}

impl Ec2 {
    /// How a switch of a VPC stands.
    pub async fn vpc_switch(&self, vpc: &str, which: VpcSwitch) -> Result<Option<bool>, CallError> {
        let params = which.params(vpc);
        let answer: VpcAttribute = self.call(VpcSwitch::ACTION, params, Retry::Shared).await?;
        let switch = match which {
            VpcSwitch::DnsSupport => answer.enable_dns_support,
            VpcSwitch::DnsHostnames => answer.enable_dns_hostnames,
        };
        Ok(switch.and_then(|switch| switch.value))
    }
}
