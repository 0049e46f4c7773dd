//! Security groups and network ACLs.

use serde::{Deserialize, Serialize};

use super::{Set, Tag, describe::list};

list!(SecurityGroups SecurityGroupsPage: "DescribeSecurityGroups" by "GroupId", 1000 a page, in "securityGroupInfo": SecurityGroup);
list!(NetworkAcls NetworkAclsPage: "DescribeNetworkAcls" by "NetworkAclId", 1000 a page, in "networkAclSet": NetworkAcl);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityGroup {
    pub group_id: String,
    pub group_name: String,
    pub group_description: String,
    pub vpc_id: Option<String>,
    pub ip_permissions: Set<Permission>,
    pub ip_permissions_egress: Set<Permission>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Permission {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, an IANA number, or `-1` for all.
    pub ip_protocol: String,
    /// For ICMP the type; -1 is all.
    pub from_port: Option<i32>,
    pub to_port: Option<i32>,
    pub groups: Set<UserGroup>,
    pub ip_ranges: Set<IpRange>,
    pub ipv6_ranges: Set<Ipv6Range>,
    pub prefix_list_ids: Set<PrefixList>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct UserGroup {
    pub group_id: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IpRange {
    pub cidr_ip: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Ipv6Range {
    pub cidr_ipv6: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PrefixList {
    pub prefix_list_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkAcl {
    pub network_acl_id: String,
    pub vpc_id: String,
    #[serde(rename = "default")]
    pub is_default: bool,
    pub association_set: Set<AclAssociation>,
    pub entry_set: Set<AclEntry>,
    pub tag_set: Set<Tag>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AclAssociation {
    pub subnet_id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AclEntry {
    pub rule_number: u16,
    pub egress: bool,
    /// `allow` or `deny`
    pub rule_action: String,
    pub cidr_block: Option<String>,
    pub ipv6_cidr_block: Option<String>,
    /// An IANA number, or `-1` for all.
    pub protocol: String,
    pub port_range: Option<PortRange>,
    pub icmp_type_code: Option<IcmpTypeCode>,
}

/// -1 is all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct IcmpTypeCode {
    #[serde(rename = "type")]
    pub kind: Option<i32>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PortRange {
    pub from: Option<i32>,
    pub to: Option<i32>,
}
