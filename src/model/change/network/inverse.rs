//! What takes each network change back.

use super::{NetworkChange, NetworkObject};
use crate::model::change::Ref;

impl NetworkChange {
    /// The change that puts things back; what `step` has made is removed again.
    pub(super) fn undone(&self, step: &str) -> Option<Self> {
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
            Self::AddEndpointTable {
                at,
                endpoint,
                table,
            } => Self::RemoveEndpointTable {
                at,
                endpoint,
                table,
            },
            Self::RemoveEndpointTable {
                at,
                endpoint,
                table,
            } => Self::AddEndpointTable {
                at,
                endpoint,
                table,
            },
            Self::SetDefaultGroup {
                at,
                vpc,
                flow,
                from,
                to,
            } => Self::SetDefaultGroup {
                at,
                vpc,
                flow,
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
        Some(back)
    }
}
