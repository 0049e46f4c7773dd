//! The operations that change something: each is sent once, and never by itself a second time.

mod create;
mod join;
mod remove;

use serde::{Deserialize, Serialize};

pub use join::{PeerOptions, RouteTo};

use super::{CallError, Ec2, Params, Permission, Retry, Set, shapes::token};
use crate::model::Tags;

/// One change: an operation and what it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    pub action: &'static str,
    pub params: Params,
}

/// What EC2 answers to any of them, as far as it is used: which request it was, what was made,
/// and what was refused inside an answer that is a success by its status.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Written {
    request_id: Option<String>,
    vpc: Option<MadeVpc>,
    subnet: Option<MadeSubnet>,
    internet_gateway: Option<MadeInternetGateway>,
    allocation_id: Option<String>,
    nat_gateway: Option<MadeNatGateway>,
    route_table: Option<MadeRouteTable>,
    vpc_endpoint: Option<MadeEndpoint>,
    flow_log_id_set: Set<String>,
    vpc_peering_connection: Option<MadePeering>,
    unsuccessful: Set<Unsuccessful>,
}

/// Declares what an answer says of a thing that was made: its id.
macro_rules! made {
    ($($name:ident: $id:ident)*) => {$(
        #[derive(Clone, Debug, Default, Deserialize, Serialize)]
        #[serde(rename_all = "camelCase", default)]
        struct $name {
            $id: String,
        }
    )*};
}

made! {
    MadeVpc: vpc_id
    MadeSubnet: subnet_id
    MadeInternetGateway: internet_gateway_id
    MadeNatGateway: nat_gateway_id
    MadeRouteTable: route_table_id
    MadeEndpoint: vpc_endpoint_id
    MadePeering: vpc_peering_connection_id
}

/// One thing of several that was not done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Unsuccessful {
    pub resource_id: Option<String>,
    pub error: ItemError,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ItemError {
    pub code: String,
    pub message: String,
}

impl Write {
    fn new(action: &'static str) -> Self {
        let params = Params::default();
        Self { action, params }
    }

    fn set(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.params.set(name, value);
        self
    }

    fn list(mut self, name: &str, values: &[&str]) -> Self {
        self.params.list(name, values);
        self
    }

    /// Tags that the thing has from its first moment on.
    fn tagged(mut self, kind: &str, tags: &Tags) -> Self {
        if tags.is_empty() {
            return self;
        }
        self.params.set("TagSpecification.1.ResourceType", kind);
        for ((key, value), number) in tags.iter().zip(1..) {
            let tag = format!("TagSpecification.1.Tag.{number}");
            self.params.set(format!("{tag}.Key"), key);
            self.params.set(format!("{tag}.Value"), value);
        }
        self
    }

    /// Rules of a security group, as they were read from one.
    fn permitting(mut self, permissions: &[Permission]) -> Self {
        for (permission, number) in permissions.iter().zip(1..) {
            let at = format!("IpPermissions.{number}");
            let set = &mut self.params;
            set.set(format!("{at}.IpProtocol"), &permission.ip_protocol);
            set.opt(&format!("{at}.FromPort"), permission.from_port);
            set.opt(&format!("{at}.ToPort"), permission.to_port);
            each(
                set,
                &format!("{at}.Groups"),
                "GroupId",
                permission
                    .groups
                    .item
                    .iter()
                    .filter_map(|group| group.group_id.as_deref()),
            );
            each(
                set,
                &format!("{at}.IpRanges"),
                "CidrIp",
                permission
                    .ip_ranges
                    .item
                    .iter()
                    .map(|range| range.cidr_ip.as_str()),
            );
            each(
                set,
                &format!("{at}.Ipv6Ranges"),
                "CidrIpv6",
                permission
                    .ipv6_ranges
                    .item
                    .iter()
                    .map(|range| range.cidr_ipv6.as_str()),
            );
            each(
                set,
                &format!("{at}.PrefixListIds"),
                "PrefixListId",
                permission
                    .prefix_list_ids
                    .item
                    .iter()
                    .map(|list| list.prefix_list_id.as_str()),
            );
        }
        self
    }
}

/// `Name.1.Member`, `Name.2.Member`, …
fn each<'a>(params: &mut Params, name: &str, member: &str, values: impl Iterator<Item = &'a str>) {
    for (value, number) in values.zip(1..) {
        params.set(format!("{name}.{number}.{member}"), value);
    }
}

impl Written {
    /// The id of the request, for those who look for it in CloudTrail.
    #[must_use]
    pub fn request_id(&self) -> Option<String> {
        token(self.request_id.clone())
    }

    /// The id of what was made, where something was.
    #[must_use]
    pub fn made(&self) -> Option<String> {
        let id = (self.vpc.as_ref().map(|made| &made.vpc_id))
            .or_else(|| self.subnet.as_ref().map(|made| &made.subnet_id))
            .or_else(|| {
                let gateway = self.internet_gateway.as_ref();
                gateway.map(|made| &made.internet_gateway_id)
            })
            .or(self.allocation_id.as_ref())
            .or_else(|| self.nat_gateway.as_ref().map(|made| &made.nat_gateway_id))
            .or_else(|| self.route_table.as_ref().map(|made| &made.route_table_id))
            .or_else(|| self.vpc_endpoint.as_ref().map(|made| &made.vpc_endpoint_id))
            .or_else(|| {
                let peering = self.vpc_peering_connection.as_ref();
                peering.map(|made| &made.vpc_peering_connection_id)
            })
            .or_else(|| self.flow_log_id_set.item.first());
        token(id.cloned())
    }

    /// Why something of it was not done, although the answer is no error.
    #[must_use]
    pub fn refusal(&self) -> Option<&ItemError> {
        self.unsuccessful.item.first().map(|item| &item.error)
    }
}

impl Ec2 {
    /// Sends one change, once: whoever sends it decides what a lost answer means.
    pub async fn write(&self, write: Write) -> Result<Written, CallError> {
        self.call(write.action, write.params, Retry::Never).await
    }
}
