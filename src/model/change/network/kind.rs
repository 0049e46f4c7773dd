//! What each network change says of itself.

use super::{NetworkChange, NetworkObject, RouteVia};
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
            | Self::DisassociateRouteTable { .. } => Verb::Destroy,
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
        let delete = |object| Self::Delete {
            at: self.at().clone(),
            object,
            made_by: step.into(),
        };
        let back = match self.clone() {
            Self::CreateVpc { .. } => delete(NetworkObject::Vpc(Ref::output(step))),
            Self::CreateSubnet { .. } => delete(NetworkObject::Subnet(Ref::output(step))),
            Self::CreateInternetGateway { .. } => {
                delete(NetworkObject::InternetGateway(Ref::output(step)))
            }
            Self::AllocateAddress { .. } => delete(NetworkObject::Address(Ref::output(step))),
            Self::CreateNatGateway { .. } => delete(NetworkObject::NatGateway(Ref::output(step))),
            Self::CreateRouteTable { .. } => delete(NetworkObject::RouteTable(Ref::output(step))),
            Self::CreateEndpoint { .. } => delete(NetworkObject::Endpoint(Ref::output(step))),
            Self::CreateFlowLog { .. } => delete(NetworkObject::FlowLog(Ref::output(step))),
            Self::CreatePeering { .. } => delete(NetworkObject::Peering(Ref::output(step))),
            Self::CreateRoute {
                table,
                destination,
                via,
                ..
            } => delete(NetworkObject::Route {
                table,
                destination,
                via,
            }),
            Self::SetVpcDns {
                at,
                vpc,
                attribute,
                from,
                to,
            } => Self::SetVpcDns {
                at,
                vpc,
                attribute,
                from: to,
                to: from,
            },
            Self::SetPublicAddresses {
                at,
                subnet,
                from,
                to,
            } => Self::SetPublicAddresses {
                at,
                subnet,
                from: to,
                to: from,
            },
            Self::AttachInternetGateway { at, gateway, vpc } => {
                Self::DetachInternetGateway { at, gateway, vpc }
            }
            Self::DetachInternetGateway { at, gateway, vpc } => {
                Self::AttachInternetGateway { at, gateway, vpc }
            }
            Self::AssociateRouteTable { at, table, subnet } => {
                Self::DisassociateRouteTable { at, table, subnet }
            }
            Self::DisassociateRouteTable { at, table, subnet } => {
                Self::AssociateRouteTable { at, table, subnet }
            }
            Self::ReplaceRoute {
                at,
                table,
                destination,
                from,
                to,
            } => Self::ReplaceRoute {
                at,
                table,
                destination,
                from: to,
                to: from,
            },
            Self::SetDefaultGroup {
                at,
                group,
                from,
                to,
            } => Self::SetDefaultGroup {
                at,
                group,
                from: to,
                to: from,
            },
            Self::SetPeeringDns {
                at,
                peering,
                side,
                from,
                to,
            } => Self::SetPeeringDns {
                at,
                peering,
                side,
                from: to,
                to: from,
            },
            // What accepts a peering is undone with the peering; what is deleted stays so.
            Self::AcceptPeering { .. } | Self::Delete { .. } => return None,
        };
        Some(Change::Network(back))
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
            Self::SetDefaultGroup { group, .. } => format!("{group}/rules"),
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
            Self::SetDefaultGroup { .. } => "ec2:RevokeSecurityGroupIngress",
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
            Self::SetDefaultGroup { .. } => &[
                "ec2:AuthorizeSecurityGroupEgress",
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:DescribeSecurityGroups",
                "ec2:RevokeSecurityGroupEgress",
            ],
            Self::CreatePeering { .. } => &["ec2:CreateTags", "ec2:DescribeVpcPeeringConnections"],
            Self::AcceptPeering { .. } | Self::SetPeeringDns { .. } => {
                &["ec2:DescribeVpcPeeringConnections"]
            }
            Self::Delete { object, .. } => object.reads(),
        }
    }

    fn title(&self) -> String {
        match self {
            Self::CreateVpc { name, cidr, .. } => format!("create VPC {name} {cidr}"),
            Self::SetVpcDns {
                vpc, attribute, to, ..
            } => format!("{vpc}: {attribute} {}", switch(*to)),
            Self::CreateSubnet {
                name, cidr, zone, ..
            } => format!("create subnet {name} {cidr} in {zone}"),
            Self::SetPublicAddresses { subnet, to, .. } => {
                format!("{subnet}: public addresses {}", switch(*to))
            }
            Self::CreateInternetGateway { name, .. } => format!("create internet gateway {name}"),
            Self::AttachInternetGateway { gateway, vpc, .. } => {
                format!("attach {gateway} to {vpc}")
            }
            Self::DetachInternetGateway { gateway, vpc, .. } => {
                format!("detach {gateway} from {vpc}")
            }
            Self::AllocateAddress { name, .. } => format!("allocate elastic address {name}"),
            Self::CreateNatGateway { name, subnet, .. } => {
                format!("create NAT gateway {name} in {subnet}")
            }
            Self::CreateRouteTable { name, vpc, .. } => {
                format!("create route table {name} in {vpc}")
            }
            Self::AssociateRouteTable { table, subnet, .. } => {
                format!("{subnet}: route by {table}")
            }
            Self::DisassociateRouteTable { table, subnet, .. } => {
                format!("{subnet}: route by {table} no more")
            }
            Self::CreateRoute {
                table,
                destination,
                via,
                ..
            } => format!("{table}: route {destination} to {via}"),
            Self::ReplaceRoute {
                table,
                destination,
                from,
                to,
                ..
            } => format!("{table}: route {destination} from {from} to {to}"),
            Self::CreateEndpoint {
                service_name, vpc, ..
            } => format!("create endpoint {service_name} in {vpc}"),
            Self::CreateFlowLog {
                vpc, destination, ..
            } => format!("log flows of {vpc} to {destination}"),
            Self::SetDefaultGroup { group, to, .. } => format!("{group}: {to}"),
            Self::CreatePeering { vpc, peer_vpc, .. } => format!("peer {vpc} with {peer_vpc}"),
            Self::AcceptPeering { peering, .. } => format!("accept {peering}"),
            Self::SetPeeringDns {
                peering, side, to, ..
            } => format!("{peering}: private names for the {side} {}", switch(*to)),
            Self::Delete { object, .. } => format!("delete {}", object.label()),
        }
    }

    fn differences(&self) -> Vec<Difference> {
        let one = |difference| vec![difference];
        match self {
            Self::SetVpcDns {
                vpc,
                attribute,
                from,
                to,
                ..
            } => one(Difference::new(
                format!("{vpc} {attribute}"),
                &switch(*from),
                &switch(*to),
            )),
            Self::SetPublicAddresses {
                subnet, from, to, ..
            } => one(Difference::new(
                format!("{subnet} public addresses"),
                &switch(*from),
                &switch(*to),
            )),
            Self::ReplaceRoute {
                table,
                destination,
                from,
                to,
                ..
            } => one(Difference::new(format!("{table} {destination}"), from, to)),
            Self::SetDefaultGroup {
                group, from, to, ..
            } => one(Difference::new(group.to_string(), from, to)),
            Self::SetPeeringDns {
                peering,
                side,
                from,
                to,
                ..
            } => one(Difference::new(
                format!("{peering} private names ({side})"),
                &switch(*from),
                &switch(*to),
            )),
            Self::AcceptPeering { peering, .. } => one(Difference::new(
                peering.to_string(),
                &"pending-acceptance",
                &"active",
            )),
            Self::CreateRoute {
                table,
                destination,
                via,
                ..
            } => one(Difference::added(format!("{table} {destination}"), via)),
            Self::DetachInternetGateway { gateway, vpc, .. } => {
                one(Difference::removed(format!("{gateway} attached to"), vpc))
            }
            Self::AttachInternetGateway { gateway, vpc, .. } => {
                one(Difference::added(format!("{gateway} attached to"), vpc))
            }
            Self::AssociateRouteTable { table, subnet, .. } => {
                one(Difference::added(format!("{subnet} route table"), table))
            }
            Self::DisassociateRouteTable { table, subnet, .. } => {
                one(Difference::removed(format!("{subnet} route table"), table))
            }
            Self::Delete { object, .. } => one(Difference::removed(object.label(), &"there")),
            created => one(Difference::added(created.title(), &"new")),
        }
    }
}

const fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}

impl PartialEq<crate::model::network::RouteTarget> for RouteVia {
    fn eq(&self, other: &crate::model::network::RouteTarget) -> bool {
        self.target().as_ref() == Some(other)
    }
}
