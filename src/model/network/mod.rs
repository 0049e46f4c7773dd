//! Networks: VPCs and everything that decides whether two of them can really talk.

mod edge;
mod index;
#[cfg(test)]
mod sample;
mod space;
mod table;
mod trace;

use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    AccountId, AllocationId, AttachmentId, EndpointId, FlowLogId, Gap, InternetGatewayId,
    NatGatewayId, NetworkAclId, PeeringId, Place, Region, RouteTableId, SecurityGroupId, SubnetId,
    Tags, TransitGatewayId, TransitGatewayRouteTableId, VpcId, ZoneName,
};

pub use edge::{Edge, EdgeState, Join, Node, Side, SideState, Topology};
pub use space::{
    AddressSpace, Holder, Layout, NotABlock, Taken, TooSmall, is_private, touch, usable, vpc_block,
};
pub use trace::{Endpoint, Hop, HopKind, Judgement, NoEndpoint, Trace, Verdict, longest_prefix};

/// The network of one account in one region, as EC2 describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub place: Place,
    pub vpcs: Vec<Vpc>,
    pub subnets: Vec<Subnet>,
    pub route_tables: Vec<RouteTable>,
    pub nat_gateways: Vec<NatGateway>,
    pub internet_gateways: Vec<InternetGateway>,
    /// Each peering is seen from every account that has an end of it.
    pub peerings: Vec<Peering>,
    pub transit_gateways: Vec<TransitGateway>,
    pub attachments: Vec<TransitGatewayAttachment>,
    pub transit_route_tables: Vec<TransitGatewayRouteTable>,
    pub security_groups: Vec<SecurityGroup>,
    pub acls: Vec<NetworkAcl>,
    #[serde(default)]
    pub addresses: Vec<Address>,
    #[serde(default)]
    pub endpoints: Vec<VpcEndpoint>,
    #[serde(default)]
    pub flow_logs: Vec<FlowLog>,
    #[serde(default)]
    pub gaps: Vec<Gap>,
}

impl Network {
    #[must_use]
    pub fn empty(place: Place) -> Self {
        Self {
            place,
            vpcs: Vec::new(),
            subnets: Vec::new(),
            route_tables: Vec::new(),
            nat_gateways: Vec::new(),
            internet_gateways: Vec::new(),
            peerings: Vec::new(),
            transit_gateways: Vec::new(),
            attachments: Vec::new(),
            transit_route_tables: Vec::new(),
            security_groups: Vec::new(),
            acls: Vec::new(),
            addresses: Vec::new(),
            endpoints: Vec::new(),
            flow_logs: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vpc {
    pub id: VpcId,
    pub name: Option<String>,
    /// Primary first, then every associated block, IPv6 included.
    pub cidrs: Vec<IpNet>,
    pub state: String,
    /// The VPC that AWS makes in each region of a new account.
    pub default: bool,
    pub owner: AccountId,
    /// Whether the resolver of the VPC answers; `None` where nobody asked.
    #[serde(default)]
    pub dns_support: Option<bool>,
    /// Whether instances with public addresses get public names; `None` where nobody asked.
    #[serde(default)]
    pub dns_hostnames: Option<bool>,
    pub tags: Tags,
}

/// Whether names work in a VPC (EC2, DescribeVpcAttribute).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcDns {
    /// The resolver of the VPC answers.
    pub support: bool,
    /// Instances with public addresses get public names.
    pub host_names: bool,
}

/// An availability zone as an account sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AvailabilityZone {
    pub name: ZoneName,
    /// `use1-az1`: the same data centre in every account, unlike the name.
    pub id: Option<String>,
}

/// An elastic address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub id: AllocationId,
    pub public_ip: Option<IpAddr>,
    /// Whether something uses it; one that nothing uses is billed all the same.
    pub associated: bool,
    pub tags: Tags,
}

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VpcEndpoint {
    pub id: EndpointId,
    pub vpc: VpcId,
    /// Such as `com.amazonaws.eu-west-1.s3`.
    pub service: String,
    /// `Gateway`, `Interface`, …
    pub kind: String,
    /// `pending`, `available`, `deleting`, `deleted`, `failed`, …
    pub state: String,
    pub tables: Vec<RouteTableId>,
    pub tags: Tags,
}

/// Flow logs of a VPC, a subnet or an interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowLog {
    pub id: FlowLogId,
    /// The id of what it watches.
    pub resource: String,
    /// The ARN of the bucket or the log group.
    pub destination: Option<String>,
    /// Whether flows arrive; in EC2's words why not.
    pub delivery_error: Option<String>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subnet {
    pub id: SubnetId,
    pub vpc: VpcId,
    pub name: Option<String>,
    pub cidrs: Vec<IpNet>,
    pub zone: ZoneName,
    /// `use1-az1`: the same data centre in every account, unlike the name.
    pub zone_id: Option<String>,
    pub free_addresses: Option<u32>,
    pub public_addresses: bool,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteTable {
    pub id: RouteTableId,
    pub vpc: VpcId,
    pub name: Option<String>,
    /// Serves every subnet without an association of its own.
    pub main: bool,
    pub subnets: Vec<SubnetId>,
    pub routes: Vec<Route>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub destination: Destination,
    pub target: RouteTarget,
    /// The target is gone: packets are dropped.
    pub blackhole: bool,
    pub propagated: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    Cidr(IpNet),
    PrefixList(String),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteTarget {
    Local,
    InternetGateway(InternetGatewayId),
    NatGateway(NatGatewayId),
    Peering(PeeringId),
    TransitGateway(TransitGatewayId),
    /// Network interface, endpoint, virtual private gateway, …: shown, not followed.
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NatGateway {
    pub id: NatGatewayId,
    pub vpc: VpcId,
    pub subnet: Option<SubnetId>,
    pub name: Option<String>,
    pub state: String,
    pub failure: Option<String>,
    pub public_ip: Option<IpAddr>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InternetGateway {
    pub id: InternetGatewayId,
    pub name: Option<String>,
    pub vpcs: Vec<VpcId>,
    pub tags: Tags,
}

/// A VPC peering connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Peering {
    pub id: PeeringId,
    pub name: Option<String>,
    pub requester: PeeringEnd,
    pub accepter: PeeringEnd,
    /// EC2's status code: `active`, `pending-acceptance`, `failed`, `expired`, `rejected`, `deleted`, …
    pub status: String,
    pub message: Option<String>,
    pub expires: Option<Timestamp>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeeringEnd {
    pub account: AccountId,
    pub region: Region,
    pub vpc: VpcId,
    /// Empty until the other side accepts.
    pub cidrs: Vec<IpNet>,
    /// The other side's private names resolve to private addresses; `None` where not told.
    pub dns_resolution: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitGateway {
    pub id: TransitGatewayId,
    pub name: Option<String>,
    pub state: String,
    pub owner: AccountId,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitGatewayAttachment {
    pub id: AttachmentId,
    pub gateway: TransitGatewayId,
    /// `vpc`, `peering`, `vpn`, `direct-connect-gateway`, …
    pub kind: String,
    /// The VPC's id when `kind` is `vpc`.
    pub resource: Option<String>,
    pub resource_owner: Option<AccountId>,
    pub state: String,
    pub route_table: Option<TransitGatewayRouteTableId>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitGatewayRouteTable {
    pub id: TransitGatewayRouteTableId,
    pub gateway: TransitGatewayId,
    pub routes: Vec<TransitGatewayRoute>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransitGatewayRoute {
    pub destination: IpNet,
    pub attachments: Vec<AttachmentId>,
    pub blackhole: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityGroup {
    pub id: SecurityGroupId,
    pub vpc: VpcId,
    pub name: String,
    pub description: String,
    pub ingress: Vec<SecurityRule>,
    pub egress: Vec<SecurityRule>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityRule {
    pub traffic: Traffic,
    pub cidrs: Vec<IpNet>,
    /// Members of these groups.
    pub groups: Vec<SecurityGroupId>,
    pub prefix_lists: Vec<String>,
}

/// A protocol and its ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traffic {
    /// IANA number; `None` is all protocols (`-1` in EC2).
    pub protocol: Option<u8>,
    /// Inclusive; `None` is every port.
    pub ports: Option<(u16, u16)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NetworkAcl {
    pub id: NetworkAclId,
    pub vpc: VpcId,
    pub default: bool,
    pub subnets: Vec<SubnetId>,
    pub entries: Vec<AclEntry>,
    pub tags: Tags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclEntry {
    /// Lower numbers are asked first; 32767 is the final deny.
    pub number: u16,
    pub egress: bool,
    pub allow: bool,
    pub cidr: IpNet,
    pub traffic: Traffic,
}

impl Traffic {
    pub const ALL: Self = Self {
        protocol: None,
        ports: None,
    };

    #[must_use]
    pub const fn tcp(port: u16) -> Self {
        Self {
            protocol: Some(6),
            ports: Some((port, port)),
        }
    }

    /// Whether a rule about `self` speaks of all of `asked`.
    #[must_use]
    pub fn covers(&self, asked: &Self) -> bool {
        let protocol = self.protocol.is_none() || self.protocol == asked.protocol;
        let ports = match (self.ports, asked.ports) {
            (None, _) => true,
            (Some(mine), Some(theirs)) => mine.0 <= theirs.0 && theirs.1 <= mine.1,
            (Some(mine), None) => mine == (0, u16::MAX),
        };
        protocol && ports
    }
}

impl SecurityGroup {
    /// The name of the group that AWS makes with every VPC.
    pub const DEFAULT: &'static str = "default";
}

impl Vpc {
    /// Its `Name` tag, else its id.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }
}
