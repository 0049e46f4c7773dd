//! What joins things, and what sets a value of one.

use ipnet::IpNet;

use super::{super::Permission, Write};

/// Where a route leads, as EC2 names the targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteTo<'a> {
    InternetGateway(&'a str),
    NatGateway(&'a str),
    Peering(&'a str),
    TransitGateway(&'a str),
}

/// Whose options of a peering are set: each side sets its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeerOptions {
    Requester,
    Accepter,
}

impl RouteTo<'_> {
    const fn parameter(&self) -> (&'static str, &str) {
        match self {
            Self::InternetGateway(id) => ("GatewayId", id),
            Self::NatGateway(id) => ("NatGatewayId", id),
            Self::Peering(id) => ("VpcPeeringConnectionId", id),
            Self::TransitGateway(id) => ("TransitGatewayId", id),
        }
    }
}

/// A destination is named by another parameter for each version of the protocol.
const fn destination(cidr: &IpNet) -> &'static str {
    match cidr {
        IpNet::V4(_) => "DestinationCidrBlock",
        IpNet::V6(_) => "DestinationIpv6CidrBlock",
    }
}

impl Write {
    #[must_use]
    pub fn set_dns_support(vpc: &str, on: bool) -> Self {
        Self::new("ModifyVpcAttribute")
            .set("VpcId", vpc)
            .set("EnableDnsSupport.Value", on)
    }

    #[must_use]
    pub fn set_dns_hostnames(vpc: &str, on: bool) -> Self {
        Self::new("ModifyVpcAttribute")
            .set("VpcId", vpc)
            .set("EnableDnsHostnames.Value", on)
    }

    #[must_use]
    pub fn set_public_addresses(subnet: &str, on: bool) -> Self {
        Self::new("ModifySubnetAttribute")
            .set("SubnetId", subnet)
            .set("MapPublicIpOnLaunch.Value", on)
    }

    #[must_use]
    pub fn attach_internet_gateway(gateway: &str, vpc: &str) -> Self {
        Self::new("AttachInternetGateway")
            .set("InternetGatewayId", gateway)
            .set("VpcId", vpc)
    }

    #[must_use]
    pub fn detach_internet_gateway(gateway: &str, vpc: &str) -> Self {
        Self::new("DetachInternetGateway")
            .set("InternetGatewayId", gateway)
            .set("VpcId", vpc)
    }

    #[must_use]
    pub fn associate_route_table(table: &str, subnet: &str) -> Self {
        Self::new("AssociateRouteTable")
            .set("RouteTableId", table)
            .set("SubnetId", subnet)
    }

    /// By the id of the association, which the table tells.
    #[must_use]
    pub fn disassociate_route_table(association: &str) -> Self {
        Self::new("DisassociateRouteTable").set("AssociationId", association)
    }

    #[must_use]
    pub fn create_route(table: &str, cidr: &IpNet, to: RouteTo<'_>) -> Self {
        Self::new("CreateRoute").route(table, cidr, to)
    }

    #[must_use]
    pub fn replace_route(table: &str, cidr: &IpNet, to: RouteTo<'_>) -> Self {
        Self::new("ReplaceRoute").route(table, cidr, to)
    }

    fn route(self, table: &str, cidr: &IpNet, to: RouteTo<'_>) -> Self {
        let (target, id) = to.parameter();
        self.at_route(table, cidr).set(target, id)
    }

    pub(super) fn at_route(self, table: &str, cidr: &IpNet) -> Self {
        self.set("RouteTableId", table).set(destination(cidr), cidr)
    }

    #[must_use]
    pub fn add_table_to_endpoint(endpoint: &str, table: &str) -> Self {
        Self::new("ModifyVpcEndpoint")
            .set("VpcEndpointId", endpoint)
            .list("AddRouteTableId", &[table])
    }

    #[must_use]
    pub fn remove_table_from_endpoint(endpoint: &str, table: &str) -> Self {
        Self::new("ModifyVpcEndpoint")
            .set("VpcEndpointId", endpoint)
            .list("RemoveRouteTableId", &[table])
    }

    #[must_use]
    pub fn authorize_ingress(group: &str, permissions: &[Permission]) -> Self {
        Self::new("AuthorizeSecurityGroupIngress").rules(group, permissions)
    }

    #[must_use]
    pub fn authorize_egress(group: &str, permissions: &[Permission]) -> Self {
        Self::new("AuthorizeSecurityGroupEgress").rules(group, permissions)
    }

    #[must_use]
    pub fn revoke_ingress(group: &str, permissions: &[Permission]) -> Self {
        Self::new("RevokeSecurityGroupIngress").rules(group, permissions)
    }

    #[must_use]
    pub fn revoke_egress(group: &str, permissions: &[Permission]) -> Self {
        Self::new("RevokeSecurityGroupEgress").rules(group, permissions)
    }

    fn rules(self, group: &str, permissions: &[Permission]) -> Self {
        self.set("GroupId", group).permitting(permissions)
    }

    #[must_use]
    pub fn accept_peering(peering: &str) -> Self {
        Self::new("AcceptVpcPeeringConnection").set("VpcPeeringConnectionId", peering)
    }

    /// Whether the other side's private names resolve to private addresses.
    #[must_use]
    pub fn set_peering_dns(peering: &str, side: PeerOptions, on: bool) -> Self {
        let option = match side {
            PeerOptions::Requester => {
                "RequesterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc"
            }
            PeerOptions::Accepter => {
                "AccepterPeeringConnectionOptions.AllowDnsResolutionFromRemoteVpc"
            }
        };
        Self::new("ModifyVpcPeeringConnectionOptions")
            .set("VpcPeeringConnectionId", peering)
            .set(option, on)
    }
}
