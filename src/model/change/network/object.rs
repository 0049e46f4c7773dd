//! What network changes are about: objects that can be removed again, and where routes lead.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::model::{
    AllocationId, EndpointId, FlowLogId, InternetGatewayId, NatGatewayId, PeeringId, RouteTableId,
    SubnetId, TransitGatewayId, VpcId, change::Ref, network::RouteTarget,
};

/// Something in a network that can be removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkObject {
    Vpc(Ref<VpcId>),
    Subnet(Ref<SubnetId>),
    InternetGateway(Ref<InternetGatewayId>),
    Address(Ref<AllocationId>),
    NatGateway(Ref<NatGatewayId>),
    RouteTable(Ref<RouteTableId>),
    Route {
        table: Ref<RouteTableId>,
        destination: IpNet,
        /// A route carries no tags: only one that leads where ours led is removed.
        via: RouteVia,
    },
    Endpoint(Ref<EndpointId>),
    FlowLog(Ref<FlowLogId>),
    Peering(Ref<PeeringId>),
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RouteVia {
    InternetGateway(Ref<InternetGatewayId>),
    NatGateway(Ref<NatGatewayId>),
    Peering(Ref<PeeringId>),
    TransitGateway(Ref<TransitGatewayId>),
}

impl RouteVia {
    /// The target as route tables list it, once its id is known.
    #[must_use]
    pub fn target(&self) -> Option<RouteTarget> {
        Some(match self {
            Self::InternetGateway(id) => RouteTarget::InternetGateway(id.known()?.clone()),
            Self::NatGateway(id) => RouteTarget::NatGateway(id.known()?.clone()),
            Self::Peering(id) => RouteTarget::Peering(id.known()?.clone()),
            Self::TransitGateway(id) => RouteTarget::TransitGateway(id.known()?.clone()),
        })
    }
}

impl RouteVia {
    /// What leads to a target that a table lists; `None` for kinds that no change makes.
    #[must_use]
    pub fn of(target: &RouteTarget) -> Option<Self> {
        Some(match target {
            RouteTarget::InternetGateway(id) => Self::InternetGateway(id.clone().into()),
            RouteTarget::NatGateway(id) => Self::NatGateway(id.clone().into()),
            RouteTarget::Peering(id) => Self::Peering(id.clone().into()),
            RouteTarget::TransitGateway(id) => Self::TransitGateway(id.clone().into()),
            RouteTarget::Local | RouteTarget::Other(_) => return None,
        })
    }
}

impl std::fmt::Display for RouteVia {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InternetGateway(id) => id.fmt(f),
            Self::NatGateway(id) => id.fmt(f),
            Self::Peering(id) => id.fmt(f),
            Self::TransitGateway(id) => id.fmt(f),
        }
    }
}

impl NetworkObject {
    /// What it is and which, for people: `VPC vpc-1`.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Vpc(id) => format!("VPC {id}"),
            Self::Subnet(id) => format!("subnet {id}"),
            Self::InternetGateway(id) => format!("internet gateway {id}"),
            Self::Address(id) => format!("elastic address {id}"),
            Self::NatGateway(id) => format!("NAT gateway {id}"),
            Self::RouteTable(id) => format!("route table {id}"),
            Self::Route {
                table, destination, ..
            } => format!("route {destination} of {table}"),
            Self::Endpoint(id) => format!("endpoint {id}"),
            Self::FlowLog(id) => format!("flow log {id}"),
            Self::Peering(id) => format!("peering {id}"),
        }
    }

    /// Its id, or for a route that of its table.
    #[must_use]
    pub fn id(&self) -> String {
        match self {
            Self::Vpc(id) => id.to_string(),
            Self::Subnet(id) => id.to_string(),
            Self::InternetGateway(id) => id.to_string(),
            Self::Address(id) => id.to_string(),
            Self::NatGateway(id) => id.to_string(),
            Self::RouteTable(id) => id.to_string(),
            Self::Route { table, .. } => table.to_string(),
            Self::Endpoint(id) => id.to_string(),
            Self::FlowLog(id) => id.to_string(),
            Self::Peering(id) => id.to_string(),
        }
    }

    pub(super) const fn deletion(&self) -> &'static str {
        match self {
            Self::Vpc(_) => "ec2:DeleteVpc",
            Self::Subnet(_) => "ec2:DeleteSubnet",
            Self::InternetGateway(_) => "ec2:DeleteInternetGateway",
            Self::Address(_) => "ec2:ReleaseAddress",
            Self::NatGateway(_) => "ec2:DeleteNatGateway",
            Self::RouteTable(_) => "ec2:DeleteRouteTable",
            Self::Route { .. } => "ec2:DeleteRoute",
            Self::Endpoint(_) => "ec2:DeleteVpcEndpoints",
            Self::FlowLog(_) => "ec2:DeleteFlowLogs",
            Self::Peering(_) => "ec2:DeleteVpcPeeringConnection",
        }
    }

    pub(super) const fn reads(&self) -> &'static [&'static str] {
        match self {
            Self::Vpc(_) => &["ec2:DescribeVpcs"],
            Self::Subnet(_) => &["ec2:DescribeSubnets"],
            Self::InternetGateway(_) => &["ec2:DescribeInternetGateways"],
            Self::Address(_) => &["ec2:DescribeAddresses"],
            Self::NatGateway(_) => &["ec2:DescribeNatGateways"],
            Self::RouteTable(_) | Self::Route { .. } => &["ec2:DescribeRouteTables"],
            Self::Endpoint(_) => &["ec2:DescribeVpcEndpoints"],
            Self::FlowLog(_) => &["ec2:DescribeFlowLogs"],
            Self::Peering(_) => &["ec2:DescribeVpcPeeringConnections"],
        }
    }
}
