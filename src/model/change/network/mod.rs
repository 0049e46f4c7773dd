//! Changes to networks: what EC2 creates, joins, routes and peers.

mod kind;
mod object;
mod standing;
#[cfg(test)]
mod tests;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use object::{NetworkObject, RouteVia};

use super::{Location, Ref};
use crate::model::{
    AllocationId, InternetGatewayId, PeeringId, RouteTableId, SecurityGroupId, SubnetId, Tags,
    VpcId, ZoneName,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum NetworkChange {
    CreateVpc {
        at: Location,
        name: String,
        cidr: IpNet,
        tags: Tags,
    },
    SetVpcDns {
        at: Location,
        vpc: Ref<VpcId>,
        attribute: DnsAttribute,
        from: bool,
        to: bool,
    },
    CreateSubnet {
        at: Location,
        vpc: Ref<VpcId>,
        name: String,
        cidr: IpNet,
        zone: ZoneName,
        tags: Tags,
    },
    /// Whether instances get public addresses by themselves.
    SetPublicAddresses {
        at: Location,
        subnet: Ref<SubnetId>,
        from: bool,
        to: bool,
    },
    CreateInternetGateway {
        at: Location,
        name: String,
        tags: Tags,
    },
    AttachInternetGateway {
        at: Location,
        gateway: Ref<InternetGatewayId>,
        vpc: Ref<VpcId>,
    },
    DetachInternetGateway {
        at: Location,
        gateway: Ref<InternetGatewayId>,
        vpc: Ref<VpcId>,
    },
    AllocateAddress {
        at: Location,
        name: String,
        tags: Tags,
    },
    CreateNatGateway {
        at: Location,
        name: String,
        subnet: Ref<SubnetId>,
        address: Ref<AllocationId>,
        tags: Tags,
    },
    CreateRouteTable {
        at: Location,
        vpc: Ref<VpcId>,
        name: String,
        tags: Tags,
    },
    AssociateRouteTable {
        at: Location,
        table: Ref<RouteTableId>,
        subnet: Ref<SubnetId>,
    },
    DisassociateRouteTable {
        at: Location,
        table: Ref<RouteTableId>,
        subnet: Ref<SubnetId>,
    },
    CreateRoute {
        at: Location,
        table: Ref<RouteTableId>,
        destination: IpNet,
        via: RouteVia,
    },
    ReplaceRoute {
        at: Location,
        table: Ref<RouteTableId>,
        destination: IpNet,
        from: RouteVia,
        to: RouteVia,
    },
    /// A gateway endpoint: S3 and DynamoDB without a NAT gateway.
    CreateEndpoint {
        at: Location,
        vpc: Ref<VpcId>,
        name: String,
        /// Such as `com.amazonaws.eu-west-1.s3`.
        service_name: String,
        tables: Vec<Ref<RouteTableId>>,
        tags: Tags,
    },
    /// Flow logs of a VPC to a bucket.
    CreateFlowLog {
        at: Location,
        vpc: Ref<VpcId>,
        name: String,
        /// The ARN of the bucket, with a prefix where one is wanted.
        destination: String,
        tags: Tags,
    },
    /// Whether the VPC's default security group lets its members talk to each other and out.
    SetDefaultGroup {
        at: Location,
        group: Ref<SecurityGroupId>,
        from: DefaultGroup,
        to: DefaultGroup,
    },
    CreatePeering {
        /// The requester's side, which pays for the call.
        at: Location,
        vpc: Ref<VpcId>,
        peer: Location,
        peer_vpc: Ref<VpcId>,
        name: String,
        tags: Tags,
    },
    AcceptPeering {
        /// The accepter's side.
        at: Location,
        peering: Ref<PeeringId>,
    },
    /// Whether private names of the other side resolve to private addresses.
    SetPeeringDns {
        at: Location,
        peering: Ref<PeeringId>,
        side: PeeringSide,
        from: bool,
        to: bool,
    },
    /// Removes an object that a step of the same plan has made, and no other.
    Delete {
        at: Location,
        object: NetworkObject,
        /// The step that made it, whose mark the object must carry.
        made_by: String,
    },
}

/// An attribute of a VPC that decides about names (EC2, ModifyVpcAttribute).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum DnsAttribute {
    #[strum(serialize = "DNS resolution")]
    Support,
    #[strum(serialize = "DNS host names")]
    Hostnames,
}

/// One end of a peering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PeeringSide {
    Requester,
    Accepter,
}

/// What a VPC's default security group allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum DefaultGroup {
    /// As AWS makes it: everything from its own members, everything out.
    #[strum(serialize = "as AWS makes it")]
    Open,
    #[strum(serialize = "no rule")]
    Closed,
}

impl NetworkChange {
    #[must_use]
    pub const fn at(&self) -> &Location {
        match self {
            Self::CreateVpc { at, .. }
            | Self::SetVpcDns { at, .. }
            | Self::CreateSubnet { at, .. }
            | Self::SetPublicAddresses { at, .. }
            | Self::CreateInternetGateway { at, .. }
            | Self::AttachInternetGateway { at, .. }
            | Self::DetachInternetGateway { at, .. }
            | Self::AllocateAddress { at, .. }
            | Self::CreateNatGateway { at, .. }
            | Self::CreateRouteTable { at, .. }
            | Self::AssociateRouteTable { at, .. }
            | Self::DisassociateRouteTable { at, .. }
            | Self::CreateRoute { at, .. }
            | Self::ReplaceRoute { at, .. }
            | Self::CreateEndpoint { at, .. }
            | Self::CreateFlowLog { at, .. }
            | Self::SetDefaultGroup { at, .. }
            | Self::CreatePeering { at, .. }
            | Self::AcceptPeering { at, .. }
            | Self::SetPeeringDns { at, .. }
            | Self::Delete { at, .. } => at,
        }
    }
}
