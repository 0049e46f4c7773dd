//! Peerings, which two accounts see.

use super::{
    super::scene::{Done, known},
    Ec2, PEERING, Scene,
    create::missing,
    refused,
};
use crate::{
    model::{
        PeeringId, Place, QuotaCode, Ref, Tags,
        change::{NetworkChange, PeeringSide},
        network::{Network, Peering, PeeringEnd, Vpc},
    },
    provider::Result,
};

impl Ec2 {
    /// CreateVpcPeeringConnection. Overlapping networks are told a moment later, as EC2 does it.
    pub(super) fn peer(
        &mut self,
        scene: &Scene<'_>,
        change: &NetworkChange,
        tags: impl Fn(&str, &Tags) -> Tags,
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
        if mine.id == theirs.id {
            return Err(refused(
                "InvalidParameterValue",
                format!("a VPC cannot be peered with itself: {}", mine.id),
            ));
        }
        if let Some(twin) = network
            .peerings
            .iter()
            .find(|one| joins(one, &mine, &theirs))
        {
            return Err(refused(
                "VpcPeeringConnectionAlreadyExists",
                format!(
                    "a VPC peering connection between the VPCs already exists: {}",
                    twin.id
                ),
            ));
        }
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
            tags: tags(name, own),
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
        let (vpc, cidrs) = {
            let vpc = find(&network, &found.accepter.vpc)?;
            (vpc.id.clone(), vpc.cidrs.clone())
        };
        let active = network.peerings.iter().filter(|one| {
            one.status == "active" && (one.requester.vpc == vpc || one.accepter.vpc == vpc)
        });
        scene.quotas.check(
            place,
            QuotaCode::PEERINGS_PER_VPC,
            active.count(),
            (
                "ActiveVpcPeeringConnectionPerVpcLimitExceeded",
                "the VPC has reached its maximum of active peering connections",
            ),
        )?;
        self.due.remove(id.as_str());
        self.on_both_sides(scene, place, &id, |peering| {
            peering.status = "provisioning".into();
            peering.accepter.cidrs.clone_from(&cidrs);
            peering.expires = None;
        })?;
        self.becomes(scene, id.as_str(), "active", PEERING);
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
            // What is gone already is as it was wanted.
            return Ok(Done::default());
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

/// Whether a peering that lives joins the two.
fn joins(peering: &Peering, one: &Vpc, two: &Vpc) -> bool {
    let ends = [&peering.requester.vpc, &peering.accepter.vpc];
    let living = matches!(
        peering.status.as_str(),
        "initiating-request" | "pending-acceptance" | "provisioning" | "active"
    );
    living && ends.contains(&&one.id) && ends.contains(&&two.id)
}
