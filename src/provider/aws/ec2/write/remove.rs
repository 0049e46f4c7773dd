//! What removes something.

use ipnet::IpNet;

use super::Write;

impl Write {
    #[must_use]
    pub fn delete_vpc(vpc: &str) -> Self {
        Self::new("DeleteVpc").set("VpcId", vpc)
    }

    #[must_use]
    pub fn delete_subnet(subnet: &str) -> Self {
        Self::new("DeleteSubnet").set("SubnetId", subnet)
    }

    #[must_use]
    pub fn delete_internet_gateway(gateway: &str) -> Self {
        Self::new("DeleteInternetGateway").set("InternetGatewayId", gateway)
    }

    #[must_use]
    pub fn release_address(address: &str) -> Self {
        Self::new("ReleaseAddress").set("AllocationId", address)
    }

    /// Neither its address nor the routes over it go with it.
    #[must_use]
    pub fn delete_nat_gateway(gateway: &str) -> Self {
        Self::new("DeleteNatGateway").set("NatGatewayId", gateway)
    }

    #[must_use]
    pub fn delete_route_table(table: &str) -> Self {
        Self::new("DeleteRouteTable").set("RouteTableId", table)
    }

    #[must_use]
    pub fn delete_route(table: &str, cidr: &IpNet) -> Self {
        Self::new("DeleteRoute").at_route(table, cidr)
    }

    #[must_use]
    pub fn delete_endpoint(endpoint: &str) -> Self {
        Self::new("DeleteVpcEndpoints").list("VpcEndpointId", &[endpoint])
    }

    #[must_use]
    pub fn delete_flow_log(log: &str) -> Self {
        Self::new("DeleteFlowLogs").list("FlowLogId", &[log])
    }

    #[must_use]
    pub fn delete_peering(peering: &str) -> Self {
        Self::new("DeleteVpcPeeringConnection").set("VpcPeeringConnectionId", peering)
    }
}
