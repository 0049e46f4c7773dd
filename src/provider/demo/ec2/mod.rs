//! EC2 networks as they behave when they are written to: what depends on what, what takes its time,
//! what is refused and in which words.

mod create;
mod delete;
mod join;
mod peer;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    content,
    scene::{Done, Scene, refusal, unbound},
};
use crate::{
    model::{
        Place, SubnetId, Tags, VpcId,
        change::{NetworkChange, Standing},
        network::{Network, RouteTarget, VpcDns},
    },
    provider::{Envelope, Error, Progress, Result},
};

/// How many states of a network are remembered for stale reads.
const REMEMBERED: usize = 24;
/// How long a NAT gateway is `pending`, and how long it is `deleting`.
const NAT: Duration = Duration::from_secs(75);
/// How long an endpoint is `pending`.
const ENDPOINT: Duration = Duration::from_secs(20);
/// How long a peering is `provisioning` before it can be accepted or has failed.
const PEERING: Duration = Duration::from_secs(3);

/// What differs from the networks that the seed gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Ec2 {
    /// Every written network by its place, oldest state first.
    networks: BTreeMap<String, Vec<Version>>,
    /// Objects that are on their way: the state they will be in, and from when on.
    due: BTreeMap<String, (String, Timestamp)>,
    /// What each client token made.
    tokens: BTreeMap<String, String>,
    /// Subnets in which another service has an interface.
    #[serde(default)]
    occupied: BTreeSet<SubnetId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Version {
    at: Timestamp,
    network: Network,
}

impl Ec2 {
    /// The network of a place as the API showed it at the scene's moment.
    pub(super) fn network(&self, scene: &Scene<'_>, place: &Place) -> Result<Network> {
        let versions = self.networks.get(&place.to_string());
        let seen = versions.and_then(|all| {
            let newest = all.iter().rev().find(|version| version.at <= scene.at);
            newest.or(all.first())
        });
        let mut network = match seen {
            Some(version) => version.network.clone(),
            None => {
                let site = scene.site(place.account)?;
                content::network::network(scene.estate, site, place, scene.at)
            }
        };
        self.age(&mut network, scene.at);
        Ok(network)
    }

    /// Performs one change; refuses what EC2 would refuse.
    pub(super) fn apply(&mut self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Done> {
        let crate::model::Change::Network(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a network"));
        };
        let place = change.at().place().map_err(unbound("ec2"))?;
        scene.site(place.account)?;
        if let Some(made) = self.tokens.get(&envelope.key) {
            // A client token that was used before gives what it gave before.
            return Ok(Done::repeated(made));
        }
        let mut network = self.network(scene, &place)?;
        let tags = |name: &str, own: &Tags| {
            let mut tags = own.clone();
            tags.insert("Name".into(), name.into());
            tags.extend(envelope.tags.clone());
            tags
        };
        let made = match change {
            NetworkChange::CreateVpc { .. }
            | NetworkChange::CreateSubnet { .. }
            | NetworkChange::CreateInternetGateway { .. }
            | NetworkChange::AllocateAddress { .. }
            | NetworkChange::CreateNatGateway { .. }
            | NetworkChange::CreateRouteTable { .. }
            | NetworkChange::CreateEndpoint { .. }
            | NetworkChange::CreateFlowLog { .. } => {
                Some(self.create(scene, change, &mut network, tags)?)
            }
            NetworkChange::CreatePeering { .. } => {
                return self.peer(scene, change, tags);
            }
            NetworkChange::AcceptPeering { peering, .. } => {
                return self.accept(scene, &place, peering);
            }
            NetworkChange::SetPeeringDns {
                peering, side, to, ..
            } => {
                return self.set_peering_dns(scene, &place, peering, *side, *to);
            }
            NetworkChange::Delete { object, .. } => {
                if let crate::model::change::NetworkObject::Peering(id) = object {
                    return self.unpeer(scene, &place, id);
                }
                self.delete(scene, &mut network, object)?;
                None
            }
            other => {
                join::join(scene, other, &mut network)?;
                None
            }
        };
        if change_takes_a_token(change)
            && let Some(made) = &made
        {
            self.tokens.insert(envelope.key.clone(), made.clone());
        }
        self.write(scene, &place, network);
        Ok(Done {
            made,
            ..Done::default()
        })
    }

    pub(super) fn standing(&self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Standing> {
        let crate::model::Change::Network(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a network"));
        };
        let place = change.at().place().map_err(unbound("ec2"))?;
        let network = self.network(scene, &place)?;
        change
            .standing(&network, envelope.mark())
            .map_err(unbound("ec2"))
    }

    /// How far what was accepted has got, by the state of the object.
    pub(super) fn settled(&self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Progress> {
        let crate::model::Change::Network(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a network"));
        };
        let place = change.at().place().map_err(unbound("ec2"))?;
        let network = self.network(scene, &place)?;
        Ok(change.progress(&network, envelope.mark()))
    }

    pub(super) fn dns(&self, scene: &Scene<'_>, place: &Place, vpc: &VpcId) -> Result<VpcDns> {
        let network = self.network(scene, place)?;
        let mut vpcs = network.vpcs.iter();
        let found = vpcs.find(|one| one.id == *vpc);
        let found = found.ok_or_else(|| create::missing("InvalidVpcID.NotFound", vpc))?;
        Ok(VpcDns {
            support: found.dns_support.unwrap_or(true),
            host_names: found.dns_hostnames.unwrap_or(false),
        })
    }

    /// Puts a whole network in place of the one that is there. What it shows in another state was
    /// on its way before, and is no more.
    pub(super) fn put(&mut self, scene: &Scene<'_>, network: Network) {
        let place = network.place.clone();
        if let Ok(before) = self.network(scene, &place) {
            let was: BTreeMap<&str, &str> = states(&before).collect();
            let moved = states(&network).filter(|(id, state)| was.get(id) != Some(state));
            moved.for_each(|(id, _)| {
                self.due.remove(id);
            });
        }
        self.write(scene, &place, network);
    }

    pub(super) fn occupy(&mut self, subnet: &SubnetId, occupied: bool) {
        if occupied {
            self.occupied.insert(subnet.clone());
        } else {
            self.occupied.remove(subnet);
        }
    }

    /// Remembers the state of a network.
    fn write(&mut self, scene: &Scene<'_>, place: &Place, network: Network) {
        let at = scene.at;
        let before = self.network(
            &Scene {
                at: Timestamp::MIN,
                ..*scene
            },
            place,
        );
        let versions = self.networks.entry(place.to_string()).or_insert_with(|| {
            let first = before.map(|network| Version {
                at: Timestamp::UNIX_EPOCH,
                network,
            });
            first.into_iter().collect()
        });
        versions.push(Version { at, network });
        let surplus = versions.len().saturating_sub(REMEMBERED);
        versions.drain(..surplus);
    }

    fn becomes(&mut self, scene: &Scene<'_>, id: &str, state: &str, after: Duration) {
        let when = scene.at.saturating_add(after).unwrap_or(Timestamp::MAX);
        self.due.insert(id.into(), (state.into(), when));
    }

    /// Puts every object into the state that it has reached by `at`.
    fn age(&self, network: &mut Network, at: Timestamp) {
        let reached = |id: &str| {
            let (state, when) = self.due.get(id)?;
            (*when <= at).then_some(state.clone())
        };
        for gateway in &mut network.nat_gateways {
            if let Some(state) = reached(gateway.id.as_str()) {
                gateway.state = state;
            }
            if gateway.state != "failed" {
                gateway.failure = None;
            }
        }
        for endpoint in &mut network.endpoints {
            if let Some(state) = reached(endpoint.id.as_str()) {
                endpoint.state = state;
            }
        }
        network.endpoints.retain(|one| one.state != "deleted");
        for peering in &mut network.peerings {
            if let Some(state) = reached(peering.id.as_str()) {
                if state == "failed" {
                    peering.message = Some("the CIDRs of the VPCs overlap".into());
                }
                peering.status = state;
            }
            let waits = peering.status == "pending-acceptance";
            if waits && peering.expires.is_some_and(|end| end <= at) {
                peering.status = "expired".into();
            }
        }
        drain(network);
        // A freed address belongs to no gateway any more.
        for address in &mut network.addresses {
            let holder = self.tokens.get(&format!("holds/{}", address.id));
            let holds = holder.is_some_and(|id| {
                let mut gateways = network.nat_gateways.iter();
                gateways.any(|one| one.id.as_str() == id && one.state != "deleted")
            });
            if holder.is_some() {
                address.associated = holds;
            }
        }
    }
}

/// What can be on its way to another state, and the state it is in.
fn states(network: &Network) -> impl Iterator<Item = (&str, &str)> {
    let nats = network.nat_gateways.iter();
    let nats = nats.map(|one| (one.id.as_str(), one.state.as_str()));
    let endpoints = network.endpoints.iter();
    let endpoints = endpoints.map(|one| (one.id.as_str(), one.state.as_str()));
    let peerings = network.peerings.iter();
    let peerings = peerings.map(|one| (one.id.as_str(), one.status.as_str()));
    nats.chain(endpoints).chain(peerings)
}

/// A route over something that is gone, or that never came to be, drops packets.
fn drain(network: &mut Network) {
    let nat = |state: &str| matches!(state, "available" | "pending");
    for table in &mut network.route_tables {
        for route in &mut table.routes {
            let live = match &route.target {
                RouteTarget::InternetGateway(id) => {
                    let mut gateways = network.internet_gateways.iter();
                    gateways.any(|one| one.id == *id && one.vpcs.contains(&table.vpc))
                }
                RouteTarget::NatGateway(id) => {
                    let mut gateways = network.nat_gateways.iter();
                    gateways.any(|one| one.id == *id && nat(&one.state))
                }
                RouteTarget::Peering(id) => {
                    let mut peerings = network.peerings.iter();
                    match peerings.find(|one| one.id == *id) {
                        Some(peering) => peering.status == "active",
                        None => continue,
                    }
                }
                _ => continue,
            };
            route.blackhole = !live;
        }
    }
}

/// Creations to which EC2 takes a client token.
const fn change_takes_a_token(change: &NetworkChange) -> bool {
    matches!(
        change,
        NetworkChange::CreateNatGateway { .. }
            | NetworkChange::CreateRouteTable { .. }
            | NetworkChange::CreateEndpoint { .. }
            | NetworkChange::CreateFlowLog { .. }
    )
}

fn refused(code: &str, message: impl Into<String>) -> Error {
    refusal("ec2", code, message)
}
