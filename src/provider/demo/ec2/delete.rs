//! Deletions, which EC2 refuses while something depends on the object.

use super::{super::scene::known, Ec2, NAT, Scene, refused};
use crate::{
    model::{
        VpcId,
        change::NetworkObject,
        network::{Destination, Network},
    },
    provider::Result,
};

impl Ec2 {
    pub(super) fn delete(
        &mut self,
        scene: &Scene<'_>,
        network: &mut Network,
        object: &NetworkObject,
    ) -> Result<()> {
        match object {
            NetworkObject::Vpc(id) => {
                let id = known("ec2", id)?;
                if let Some(what) = in_the_way(network, id) {
                    return Err(depends(id, what));
                }
                network.vpcs.retain(|one| one.id != *id);
                network.route_tables.retain(|one| one.vpc != *id);
                network.security_groups.retain(|one| one.vpc != *id);
                network.acls.retain(|one| one.vpc != *id);
            }
            NetworkObject::Subnet(id) => {
                let id = known("ec2", id)?;
                if self.occupied.contains(id) {
                    return Err(depends(id, "a network interface"));
                }
                let living = |state: &str| state != "deleted";
                let mut gateways = network.nat_gateways.iter();
                if gateways.any(|one| one.subnet.as_ref() == Some(id) && living(&one.state)) {
                    return Err(depends(id, "a NAT gateway"));
                }
                network.subnets.retain(|one| one.id != *id);
                for table in &mut network.route_tables {
                    table.subnets.retain(|one| one != id);
                }
                for acl in &mut network.acls {
                    acl.subnets.retain(|one| one != id);
                }
            }
            NetworkObject::InternetGateway(id) => {
                let id = known("ec2", id)?;
                let mut gateways = network.internet_gateways.iter();
                if gateways.any(|one| one.id == *id && !one.vpcs.is_empty()) {
                    return Err(depends(id, "an attachment"));
                }
                network.internet_gateways.retain(|one| one.id != *id);
            }
            NetworkObject::Address(id) => {
                let id = known("ec2", id)?;
                if network
                    .addresses
                    .iter()
                    .any(|one| one.id == *id && one.associated)
                {
                    return Err(refused("InvalidIPAddress.InUse", format!("{id} is in use")));
                }
                network.addresses.retain(|one| one.id != *id);
            }
            NetworkObject::NatGateway(id) => {
                let id = known("ec2", id)?;
                let mut gateways = network.nat_gateways.iter_mut();
                // What is gone already is as it was wanted.
                if let Some(found) = gateways.find(|one| one.id == *id) {
                    found.state = "deleting".into();
                    self.becomes(scene, id.as_str(), "deleted", NAT);
                }
            }
            NetworkObject::RouteTable(id) => {
                let id = known("ec2", id)?;
                let mut tables = network.route_tables.iter();
                if tables.any(|one| one.id == *id && (one.main || !one.subnets.is_empty())) {
                    return Err(depends(id, "an association"));
                }
                network.route_tables.retain(|one| one.id != *id);
                for endpoint in &mut network.endpoints {
                    endpoint.tables.retain(|one| one != id);
                }
            }
            NetworkObject::Route {
                table, destination, ..
            } => {
                let table = known("ec2", table)?;
                let mut tables = network.route_tables.iter_mut();
                if let Some(found) = tables.find(|one| one.id == *table) {
                    let wanted = Destination::Cidr(*destination);
                    found.routes.retain(|one| one.destination != wanted);
                }
            }
            NetworkObject::Endpoint(id) => {
                let id = known("ec2", id)?;
                network.endpoints.retain(|one| one.id != *id);
            }
            NetworkObject::FlowLog(id) => {
                let id = known("ec2", id)?;
                network.flow_logs.retain(|one| one.id != *id);
            }
            // Two accounts see it: [`Ec2::unpeer`].
            NetworkObject::Peering(_) => {}
        }
        Ok(())
    }
}

/// What keeps a VPC from being deleted.
fn in_the_way(network: &Network, vpc: &VpcId) -> Option<&'static str> {
    if network.subnets.iter().any(|one| one.vpc == *vpc) {
        return Some("a subnet");
    }
    let mut gateways = network.internet_gateways.iter();
    if gateways.any(|one| one.vpcs.contains(vpc)) {
        return Some("an internet gateway");
    }
    let mut tables = network.route_tables.iter();
    if tables.any(|one| one.vpc == *vpc && !one.main) {
        return Some("a route table");
    }
    let mut endpoints = network.endpoints.iter();
    endpoints
        .any(|one| one.vpc == *vpc)
        .then_some("an endpoint")
}

fn depends(id: impl std::fmt::Display, what: &str) -> crate::provider::Error {
    refused(
        "DependencyViolation",
        format!("{id} has dependencies and cannot be deleted: {what}"),
    )
}
