//! Changes to networks: what EC2 creates, joins, routes and peers.

mod inverse;
mod kind;
mod object;
mod standing;
#[cfg(test)]
mod tests;
mod words;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use object::{NetworkObject, RouteVia};

use super::{Location, Ref};
use crate::model::{
    AllocationId, EndpointId, InternetGatewayId, PeeringId, RouteTableId, SubnetId, Tags, VpcId,
    ZoneName,
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
    /// Lets one more route table lead to a gateway endpoint.
    AddEndpointTable {
        at: Location,
        endpoint: Ref<EndpointId>,
        table: Ref<RouteTableId>,
    },
    RemoveEndpointTable {
        at: Location,
        endpoint: Ref<EndpointId>,
        table: Ref<RouteTableId>,
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
    /// Whether the security group that AWS makes with a VPC lets its members talk to each other,
    /// or out. It is named by its VPC, because nobody makes it and so nobody knows its id.
    SetDefaultGroup {
        at: Location,
        vpc: Ref<VpcId>,
        flow: Flow,
        from: DefaultRules,
        to: DefaultRules,
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

/// Which rules of a security group: each kind is changed by a call of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Flow {
    Ingress,
    Egress,
}

/// What a VPC's default security group allows in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum DefaultRules {
    /// As AWS makes them: everything from its own members, everything out.
    #[strum(serialize = "as AWS makes them")]
    Open,
    #[strum(serialize = "none")]
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
            | Self::AddEndpointTable { at, .. }
            | Self::RemoveEndpointTable { at, .. }
            | Self::CreateFlowLog { at, .. }
            | Self::SetDefaultGroup { at, .. }
            | Self::CreatePeering { at, .. }
            | Self::AcceptPeering { at, .. }
            | Self::SetPeeringDns { at, .. }
            | Self::Delete { at, .. } => at,
        }
    }
}
