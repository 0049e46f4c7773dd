//! What makes something new.

use super::Write;
use crate::model::Tags;

impl Write {
    #[must_use]
    pub fn create_vpc(cidr: &str, tags: &Tags) -> Self {
        Self::new("CreateVpc")
            .set("CidrBlock", cidr)
            .tagged("vpc", tags)
    }

    #[must_use]
    pub fn create_subnet(vpc: &str, cidr: &str, zone: &str, tags: &Tags) -> Self {
        Self::new("CreateSubnet")
            .set("VpcId", vpc)
            .set("CidrBlock", cidr)
            .set("AvailabilityZone", zone)
            .tagged("subnet", tags)
    }

    #[must_use]
    pub fn create_internet_gateway(tags: &Tags) -> Self {
        Self::new("CreateInternetGateway").tagged("internet-gateway", tags)
    }

    #[must_use]
    pub fn allocate_address(tags: &Tags) -> Self {
        Self::new("AllocateAddress")
            .set("Domain", "vpc")
            .tagged("elastic-ip", tags)
    }

    #[must_use]
    pub fn create_nat_gateway(subnet: &str, address: &str, token: &str, tags: &Tags) -> Self {
        Self::new("CreateNatGateway")
            .set("SubnetId", subnet)
            .set("AllocationId", address)
            .set("ClientToken", token)
            .tagged("natgateway", tags)
    }

    #[must_use]
    pub fn create_route_table(vpc: &str, token: &str, tags: &Tags) -> Self {
        Self::new("CreateRouteTable")
            .set("VpcId", vpc)
            .set("ClientToken", token)
            .tagged("route-table", tags)
    }

    /// A gateway endpoint.
    #[must_use]
    pub fn create_endpoint(
        vpc: &str,
        service: &str,
        tables: &[&str],
        token: &str,
        tags: &Tags,
    ) -> Self {
        Self::new("CreateVpcEndpoint")
            .set("VpcEndpointType", "Gateway")
            .set("VpcId", vpc)
            .set("ServiceName", service)
            .list("RouteTableId", tables)
            .set("ClientToken", token)
            .tagged("vpc-endpoint", tags)
    }

    /// Logs of all flows of a VPC to a bucket.
    #[must_use]
    pub fn create_flow_log(vpc: &str, bucket: &str, token: &str, tags: &Tags) -> Self {
        Self::new("CreateFlowLogs")
            .set("ResourceType", "VPC")
            .list("ResourceId", &[vpc])
            .set("TrafficType", "ALL")
            .set("LogDestinationType", "s3")
            .set("LogDestination", bucket)
            .set("ClientToken", token)
            .tagged("vpc-flow-log", tags)
    }

    /// `peer` is the account, region and VPC that is asked.
    #[must_use]
    pub fn create_peering(vpc: &str, peer: (&str, &str, &str), tags: &Tags) -> Self {
        let (account, region, peer) = peer;
        Self::new("CreateVpcPeeringConnection")
            .set("VpcId", vpc)
            .set("PeerOwnerId", account)
            .set("PeerRegion", region)
            .set("PeerVpcId", peer)
            .tagged("vpc-peering-connection", tags)
    }
}
