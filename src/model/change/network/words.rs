//! How network changes read.

use super::NetworkChange;
use crate::model::change::Difference;

impl NetworkChange {
    /// What happens, in one line.
    pub(super) fn told(&self) -> String {
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
            Self::AddEndpointTable {
                endpoint, table, ..
            } => format!("{table}: lead to {endpoint}"),
            Self::RemoveEndpointTable {
                endpoint, table, ..
            } => format!("{table}: lead to {endpoint} no more"),
            Self::SetDefaultGroup { vpc, flow, to, .. } => {
                format!("default security group of {vpc}: {flow} rules {to}")
            }
            Self::CreatePeering { vpc, peer_vpc, .. } => format!("peer {vpc} with {peer_vpc}"),
            Self::AcceptPeering { peering, .. } => format!("accept {peering}"),
            Self::SetPeeringDns {
                peering, side, to, ..
            } => format!("{peering}: private names for the {side} {}", switch(*to)),
            Self::Delete { object, .. } => format!("delete {}", object.label()),
        }
    }

    /// What differs afterwards.
    pub(super) fn differing(&self) -> Vec<Difference> {
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
                vpc,
                flow,
                from,
                to,
                ..
            } => one(Difference::new(
                format!("default security group of {vpc} ({flow})"),
                from,
                to,
            )),
            Self::AddEndpointTable {
                endpoint, table, ..
            } => one(Difference::added(format!("{table} leads to"), endpoint)),
            Self::RemoveEndpointTable {
                endpoint, table, ..
            } => one(Difference::removed(format!("{table} leads to"), endpoint)),
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
            created => one(Difference::added(created.told(), &"new")),
        }
    }
}

const fn switch(on: bool) -> &'static str {
    if on { "on" } else { "off" }
}
