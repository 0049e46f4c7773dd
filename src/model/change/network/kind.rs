//! What each network change says of itself.

use super::{DefaultRules, Flow, NetworkChange, NetworkObject, RouteVia};
use crate::model::{
    AccountId, Region,
    change::{Change, ChangeKind, Class, Difference, Ref, Verb},
};

impl ChangeKind for NetworkChange {
    fn class(&self) -> Class {
        match self {
            Self::CreateVpc { .. }
            | Self::CreateInternetGateway { .. }
            | Self::AllocateAddress { .. }
            | Self::CreatePeering { .. } => Class::Tag,
            Self::CreateNatGateway { .. }
            | Self::CreateRouteTable { .. }
            | Self::CreateEndpoint { .. }
            | Self::CreateFlowLog { .. } => Class::Token,
            Self::CreateSubnet { .. } | Self::CreateRoute { .. } => Class::Name,
            Self::SetVpcDns { .. }
            | Self::SetPublicAddresses { .. }
            | Self::AttachInternetGateway { .. }
            | Self::DetachInternetGateway { .. }
            | Self::AssociateRouteTable { .. }
            | Self::DisassociateRouteTable { .. }
            | Self::ReplaceRoute { .. }
            | Self::AddEndpointTable { .. }
            | Self::RemoveEndpointTable { .. }
            | Self::SetDefaultGroup { .. }
            | Self::AcceptPeering { .. }
            | Self::SetPeeringDns { .. }
            | Self::Delete { .. } => Class::Set,
        }
    }

    fn verb(&self) -> Verb {
        match self {
            Self::Delete { .. }
            | Self::DetachInternetGateway { .. }
            | Self::DisassociateRouteTable { .. }
            | Self::RemoveEndpointTable { .. } => Verb::Destroy,
            Self::SetVpcDns { .. }
            | Self::SetPublicAddresses { .. }
            | Self::ReplaceRoute { .. }
            | Self::SetDefaultGroup { .. }
            | Self::AcceptPeering { .. }
            | Self::SetPeeringDns { .. } => Verb::Change,
            _ => Verb::Add,
        }
    }

    fn inverse(&self, step: &str) -> Option<Change> {
        self.undone(step).map(Change::Network)
    }

    fn account(&self) -> &Ref<AccountId> {
        &self.at().account
    }

    fn region(&self) -> Region {
        self.at().region.clone()
    }

    fn scope(&self) -> String {
        let what = match self {
            Self::CreateVpc { name, .. } => format!("new-vpc/{name}"),
            Self::CreateInternetGateway { name, .. } => format!("new-internet-gateway/{name}"),
            Self::AllocateAddress { name, .. } => format!("new-address/{name}"),
            Self::SetVpcDns { vpc, attribute, .. } => format!("{vpc}/{attribute:?}"),
            Self::CreateSubnet { vpc, cidr, .. } => format!("{vpc}/subnet/{cidr}"),
            Self::CreateRouteTable { vpc, name, .. } => format!("{vpc}/table/{name}"),
            Self::CreateEndpoint {
                vpc, service_name, ..
            } => format!("{vpc}/endpoint/{service_name}"),
            Self::CreateFlowLog { vpc, name, .. } => format!("{vpc}/flow-log/{name}"),
            Self::SetPublicAddresses { subnet, .. } => format!("{subnet}/public"),
            Self::AssociateRouteTable { subnet, .. }
            | Self::DisassociateRouteTable { subnet, .. } => format!("{subnet}/table"),
            Self::AttachInternetGateway { gateway, .. }
            | Self::DetachInternetGateway { gateway, .. } => format!("{gateway}/attachment"),
            Self::CreateNatGateway { address, .. } => format!("{address}/nat"),
            Self::CreateRoute {
                table, destination, ..
            }
            | Self::ReplaceRoute {
                table, destination, ..
            }
            | Self::Delete {
                object:
                    NetworkObject::Route {
                        table, destination, ..
                    },
                ..
            } => format!("{table}/{destination}"),
            Self::AddEndpointTable {
                endpoint, table, ..
            }
            | Self::RemoveEndpointTable {
                endpoint, table, ..
            } => format!("{endpoint}/table/{table}"),
            Self::SetDefaultGroup { vpc, flow, .. } => format!("{vpc}/default-group/{flow}"),
            Self::CreatePeering { vpc, peer_vpc, .. } => format!("{vpc}/peering/{peer_vpc}"),
            Self::AcceptPeering { peering, .. } => format!("{peering}/accept"),
            Self::SetPeeringDns { peering, side, .. } => format!("{peering}/dns/{side}"),
            Self::Delete { object, .. } => object.id(),
        };
        format!("{}/{what}", self.at().scope("ec2"))
    }

    fn action(&self) -> &'static str {
        match self {
            Self::CreateVpc { .. } => "ec2:CreateVpc",
            Self::SetVpcDns { .. } => "ec2:ModifyVpcAttribute",
            Self::CreateSubnet { .. } => "ec2:CreateSubnet",
            Self::SetPublicAddresses { .. } => "ec2:ModifySubnetAttribute",
            Self::CreateInternetGateway { .. } => "ec2:CreateInternetGateway",
            Self::AttachInternetGateway { .. } => "ec2:AttachInternetGateway",
            Self::DetachInternetGateway { .. } => "ec2:DetachInternetGateway",
            Self::AllocateAddress { .. } => "ec2:AllocateAddress",
            Self::CreateNatGateway { .. } => "ec2:CreateNatGateway",
            Self::CreateRouteTable { .. } => "ec2:CreateRouteTable",
            Self::AssociateRouteTable { .. } => "ec2:AssociateRouteTable",
            Self::DisassociateRouteTable { .. } => "ec2:DisassociateRouteTable",
            Self::CreateRoute { .. } => "ec2:CreateRoute",
            Self::ReplaceRoute { .. } => "ec2:ReplaceRoute",
            Self::CreateEndpoint { .. } => "ec2:CreateVpcEndpoint",
            Self::CreateFlowLog { .. } => "ec2:CreateFlowLogs",
            Self::AddEndpointTable { .. } | Self::RemoveEndpointTable { .. } => {
                "ec2:ModifyVpcEndpoint"
            }
            Self::SetDefaultGroup { flow, to, .. } => match (flow, to) {
                (Flow::Ingress, DefaultRules::Closed) => "ec2:RevokeSecurityGroupIngress",
                (Flow::Egress, DefaultRules::Closed) => "ec2:RevokeSecurityGroupEgress",
                (Flow::Ingress, DefaultRules::Open) => "ec2:AuthorizeSecurityGroupIngress",
                (Flow::Egress, DefaultRules::Open) => "ec2:AuthorizeSecurityGroupEgress",
            },
            Self::CreatePeering { .. } => "ec2:CreateVpcPeeringConnection",
            Self::AcceptPeering { .. } => "ec2:AcceptVpcPeeringConnection",
            Self::SetPeeringDns { .. } => "ec2:ModifyVpcPeeringConnectionOptions",
            Self::Delete { object, .. } => object.deletion(),
        }
    }

    fn reads(&self) -> &'static [&'static str] {
        match self {
            Self::CreateVpc { .. } => &["ec2:CreateTags", "ec2:DescribeVpcs"],
            Self::SetVpcDns { .. } => &["ec2:DescribeVpcAttribute", "ec2:DescribeVpcs"],
            Self::CreateSubnet { .. } => &["ec2:CreateTags", "ec2:DescribeSubnets"],
            Self::SetPublicAddresses { .. } => &["ec2:DescribeSubnets"],
            Self::CreateInternetGateway { .. } => {
                &["ec2:CreateTags", "ec2:DescribeInternetGateways"]
            }
            Self::AttachInternetGateway { .. } | Self::DetachInternetGateway { .. } => {
                &["ec2:DescribeInternetGateways"]
            }
            Self::AllocateAddress { .. } => &["ec2:CreateTags", "ec2:DescribeAddresses"],
            Self::CreateNatGateway { .. } => &["ec2:CreateTags", "ec2:DescribeNatGateways"],
            Self::CreateRouteTable { .. } => &["ec2:CreateTags", "ec2:DescribeRouteTables"],
            Self::AssociateRouteTable { .. }
            | Self::DisassociateRouteTable { .. }
            | Self::CreateRoute { .. }
            | Self::ReplaceRoute { .. } => &["ec2:DescribeRouteTables"],
            Self::CreateEndpoint { .. } => &["ec2:CreateTags", "ec2:DescribeVpcEndpoints"],
            Self::CreateFlowLog { .. } => &["ec2:CreateTags", "ec2:DescribeFlowLogs"],
            Self::AddEndpointTable { .. } | Self::RemoveEndpointTable { .. } => {
                &["ec2:DescribeVpcEndpoints"]
            }
            Self::SetDefaultGroup { .. } => &["ec2:DescribeSecurityGroups"],
            Self::CreatePeering { .. } => &["ec2:CreateTags", "ec2:DescribeVpcPeeringConnections"],
            Self::AcceptPeering { .. } | Self::SetPeeringDns { .. } => {
                &["ec2:DescribeVpcPeeringConnections"]
            }
            Self::Delete { object, .. } => object.reads(),
        }
    }

    fn title(&self) -> String {
        self.told()
    }

    fn differences(&self) -> Vec<Difference> {
        self.differing()
    }
}

impl PartialEq<crate::model::network::RouteTarget> for RouteVia {
    fn eq(&self, other: &crate::model::network::RouteTarget) -> bool {
        self.target().as_ref() == Some(other)
    }
}
