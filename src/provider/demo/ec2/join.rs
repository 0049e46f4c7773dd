//! What joins two things: attachments, associations, routes, attributes; and peerings, which two
//! accounts see.

use super::{
    super::scene::{Done, known},
    Ec2, PEERING, Scene,
    create::missing,
    refused,
};
use crate::{
    model::{
        PeeringId, Place, Ref, Tags,
        change::{DefaultGroup, DnsAttribute, NetworkChange, PeeringSide},
        network::{Destination, Network, Peering, PeeringEnd, Route, SecurityRule, Traffic, Vpc},
    },
    provider::Result,
};

/// Changes within one network that make nothing new.
pub(super) fn join(change: &NetworkChange, network: &mut Network) -> Result<()> {
    match change {
        NetworkChange::SetVpcDns {
            vpc, attribute, to, ..
        } => {
            let vpc = known("ec2", vpc)?;
            let found = network.vpcs.iter_mut().find(|one| one.id == *vpc);
            let found = found.ok_or_else(|| missing("InvalidVpcID.NotFound", vpc))?;
            match attribute {
                DnsAttribute::Support => found.dns_support = Some(*to),
                DnsAttribute::Hostnames => found.dns_hostnames = Some(*to),
            }
        }
        NetworkChange::SetPublicAddresses { subnet, to, .. } => {
            let subnet = known("ec2", subnet)?;
            let found = network.subnets.iter_mut().find(|one| one.id == *subnet);
            let found = found.ok_or_else(|| missing("InvalidSubnetID.NotFound", subnet))?;
            found.public_addresses = *to;
        }
        NetworkChange::AttachInternetGateway { gateway, vpc, .. } => {
            let (gateway, vpc) = (known("ec2", gateway)?, known("ec2", vpc)?);
            let taken = network.internet_gateways.iter();
            let taken = taken.clone().any(|one| one.vpcs.contains(vpc));
            let mut gateways = network.internet_gateways.iter_mut();
            let found = gateways.find(|one| one.id == *gateway);
            let found =
                found.ok_or_else(|| missing("InvalidInternetGatewayID.NotFound", gateway))?;
            if taken || !found.vpcs.is_empty() {
                return Err(refused(
                    "Resource.AlreadyAssociated",
                    format!("{gateway} is already attached to a network"),
                ));
            }
            found.vpcs.push(vpc.clone());
        }
        NetworkChange::DetachInternetGateway { gateway, vpc, .. } => {
            let (gateway, vpc) = (known("ec2", gateway)?, known("ec2", vpc)?);
            let in_use = network.nat_gateways.iter();
            let in_use = in_use
                .clone()
                .any(|one| one.vpc == *vpc && one.state != "deleted");
            if in_use {
                return Err(refused(
                    "DependencyViolation",
                    format!("network {vpc} has some mapped public addresses"),
                ));
            }
            let mut gateways = network.internet_gateways.iter_mut();
            let found = gateways.find(|one| one.id == *gateway);
            let found =
                found.ok_or_else(|| missing("InvalidInternetGatewayID.NotFound", gateway))?;
            found.vpcs.retain(|one| one != vpc);
        }
        NetworkChange::AssociateRouteTable { table, subnet, .. } => {
            let (table, subnet) = (known("ec2", table)?, known("ec2", subnet)?);
            if network
                .route_tables
                .iter()
                .any(|one| one.subnets.contains(subnet))
            {
                return Err(refused(
                    "Resource.AlreadyAssociated",
                    format!("the specified association for {subnet} already exists"),
                ));
            }
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            found.subnets.push(subnet.clone());
        }
        NetworkChange::DisassociateRouteTable { table, subnet, .. } => {
            let (table, subnet) = (known("ec2", table)?, known("ec2", subnet)?);
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            found.subnets.retain(|one| one != subnet);
        }
        NetworkChange::CreateRoute {
            table,
            destination,
            via,
            ..
        } => {
            let table = known("ec2", table)?;
            let target = via
                .target()
                .ok_or_else(|| refused("MissingParameter", "the route leads nowhere"))?;
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            let wanted = Destination::Cidr(*destination);
            if found.routes.iter().any(|one| one.destination == wanted) {
                return Err(refused(
                    "RouteAlreadyExists",
                    format!("the route identified by {destination} already exists"),
                ));
            }
            found.routes.push(Route {
                destination: wanted,
                target,
                blackhole: false,
                propagated: false,
            });
        }
        NetworkChange::ReplaceRoute {
            table,
            destination,
            to,
            ..
        } => {
            let table = known("ec2", table)?;
            let target = to
                .target()
                .ok_or_else(|| refused("MissingParameter", "the route leads nowhere"))?;
            let mut tables = network.route_tables.iter_mut();
            let found = tables.find(|one| one.id == *table);
            let found = found.ok_or_else(|| missing("InvalidRouteTableID.NotFound", table))?;
            let wanted = Destination::Cidr(*destination);
            let route = found
                .routes
                .iter_mut()
                .find(|one| one.destination == wanted);
            let route = route.ok_or_else(|| missing("InvalidRoute.NotFound", destination))?;
            route.target = target;
            route.blackhole = false;
        }
        NetworkChange::SetDefaultGroup { group, to, .. } => {
            let group = known("ec2", group)?;
            let mut groups = network.security_groups.iter_mut();
            let found = groups.find(|one| one.id == *group);
            let found = found.ok_or_else(|| missing("InvalidGroup.NotFound", group))?;
            let rule = |cidrs, groups| SecurityRule {
                traffic: Traffic::ALL,
                cidrs,
                groups,
                prefix_lists: Vec::new(),
            };
            (found.ingress, found.egress) = match to {
                DefaultGroup::Closed => (Vec::new(), Vec::new()),
                DefaultGroup::Open => (
                    vec![rule(Vec::new(), vec![group.clone()])],
                    vec![rule("0.0.0.0/0".parse().into_iter().collect(), Vec::new())],
                ),
            };
        }
        _ => return Err(refused("InvalidAction", "nothing is joined by that")),
    }
    Ok(())
}

impl Ec2 {
    /// CreateVpcPeeringConnection. Overlapping networks are told a moment later, as EC2 does it.
    pub(super) fn peer(
        &mut self,
        scene: &Scene<'_>,
        change: &NetworkChange,
        tags: impl Fn(&Tags) -> Tags,
    ) -> Result<Done> {
        let NetworkChange::CreatePeering {
            at,
            vpc,
            peer,
            peer_vpc,
            name,
            tags: own,
        } = change
        else {
            return Err(refused("InvalidAction", "nothing is peered by that"));
        };
        let here = at.place().map_err(super::unbound("ec2"))?;
        let there = peer.place().map_err(super::unbound("ec2"))?;
        let mut network = self.network(scene, &here)?;
        let mut other = self.network(scene, &there)?;
        let mine = find(&network, known("ec2", vpc)?)?.clone();
        let theirs = find(&other, known("ec2", peer_vpc)?)?.clone();
        let overlap = mine.cidrs.iter().any(|one| {
            let mut cidrs = theirs.cidrs.iter();
            cidrs.any(|two| one.contains(two) || two.contains(one))
        });
        let id = scene.id("pcx");
        let end = |place: &Place, vpc: &Vpc, cidrs: bool| PeeringEnd {
            account: place.account,
            region: place.region.clone(),
            vpc: vpc.id.clone(),
            cidrs: if cidrs { vpc.cidrs.clone() } else { Vec::new() },
            dns_resolution: None,
        };
        let mut peering = Peering {
            id: id.as_str().into(),
            name: Some(name.clone()),
            requester: end(&here, &mine, true),
            accepter: end(&there, &theirs, false),
            status: "initiating-request".into(),
            message: None,
            expires: scene
                .at
                .checked_add(jiff::SignedDuration::from_hours(7 * 24))
                .ok(),
            tags: tags(own),
        };
        network.peerings.push(peering.clone());
        self.write(scene, &here, network);
        if here != there {
            // Tags belong to the account that gave them.
            peering.tags = Tags::new();
            other.peerings.push(peering);
            self.write(scene, &there, other);
        }
        let then = if overlap {
            "failed"
        } else {
            "pending-acceptance"
        };
        self.becomes(scene, &id, then, PEERING);
        Ok(Done::made(id))
    }

    pub(super) fn accept(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        peering: &Ref<PeeringId>,
    ) -> Result<Done> {
        let id = known("ec2", peering)?.clone();
        let network = self.network(scene, place)?;
        let found = network.peerings.iter().find(|one| one.id == id);
        let found = found.ok_or_else(|| missing("InvalidVpcPeeringConnectionID.NotFound", &id))?;
        let accepter = Place::new(found.accepter.account, found.accepter.region.clone());
        if accepter != *place {
            return Err(refused(
                "OperationNotPermitted",
                "a peering is accepted by the owner of the accepter VPC",
            ));
        }
        if found.status != "pending-acceptance" {
            return Err(refused(
                "InvalidStateTransition",
                format!(
                    "invalid state transition for {id}, attempted to transition from {} to active",
                    found.status
                ),
            ));
        }
        let cidrs = find(&network, &found.accepter.vpc)?.cidrs.clone();
        self.due.remove(id.as_str());
        self.on_both_sides(scene, place, &id, |peering| {
            peering.status = "active".into();
            peering.accepter.cidrs.clone_from(&cidrs);
            peering.expires = None;
        })?;
        Ok(Done::default())
    }

    pub(super) fn set_peering_dns(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        peering: &Ref<PeeringId>,
        side: PeeringSide,
        to: bool,
    ) -> Result<Done> {
        let id = known("ec2", peering)?.clone();
        let network = self.network(scene, place)?;
        let found = network.peerings.iter().find(|one| one.id == id);
        let found = found.ok_or_else(|| missing("InvalidVpcPeeringConnectionID.NotFound", &id))?;
        let end = match side {
            PeeringSide::Requester => &found.requester,
            PeeringSide::Accepter => &found.accepter,
        };
        if Place::new(end.account, end.region.clone()) != *place {
            return Err(refused(
                "OperationNotPermitted",
                format!("the options of the {side} are set by its owner, in its region"),
            ));
        }
        if found.status != "active" {
            return Err(refused(
                "OperationNotPermitted",
                format!("{id} is not active"),
            ));
        }
        self.on_both_sides(scene, place, &id, |peering| {
            let end = match side {
                PeeringSide::Requester => &mut peering.requester,
                PeeringSide::Accepter => &mut peering.accepter,
            };
            end.dns_resolution = Some(to);
        })?;
        Ok(Done::default())
    }

    pub(super) fn unpeer(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        peering: &Ref<PeeringId>,
    ) -> Result<Done> {
        let id = known("ec2", peering)?.clone();
        let network = self.network(scene, place)?;
        if !network.peerings.iter().any(|one| one.id == id) {
            return Err(missing("InvalidVpcPeeringConnectionID.NotFound", &id));
        }
        self.due.remove(id.as_str());
        self.on_both_sides(scene, place, &id, |peering| {
            peering.status = "deleted".into();
        })?;
        Ok(Done::default())
    }

    /// Changes a peering as both accounts see it.
    fn on_both_sides(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        id: &PeeringId,
        change: impl Fn(&mut Peering),
    ) -> Result<()> {
        let here = self.network(scene, place)?;
        let found = here.peerings.iter().find(|one| one.id == *id);
        let ends = found.map(|found| [found.requester.clone(), found.accepter.clone()]);
        for end in ends.into_iter().flatten() {
            let side = Place::new(end.account, end.region);
            let mut network = self.network(scene, &side)?;
            let peerings = network.peerings.iter_mut().filter(|one| one.id == *id);
            peerings.for_each(&change);
            self.write(scene, &side, network);
        }
        Ok(())
    }
}

fn find<'n>(network: &'n Network, vpc: &crate::model::VpcId) -> Result<&'n Vpc> {
    let found = network.vpcs.iter().find(|one| one.id == *vpc);
    found.ok_or_else(|| missing("InvalidVpcID.NotFound", vpc))
}
