//! Which VPCs are joined, and whether both sides agree.

mod peering;
mod transit;

use std::collections::BTreeMap;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::{Network, index::Index};
use crate::model::{
    AttachmentId, Health, PeeringId, Place, RouteTableId, State, TransitGatewayId, VpcId,
};

/// All VPCs in view and what joins them. Built once per change of what was read: the routes of
/// all tables are indexed in one pass, so hundreds of VPCs cost no more than their routes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Topology {
    /// By account, region and label; the far ends of half-known peerings included.
    pub nodes: Vec<Node>,
    /// One for each peering, whichever sides told of it; by id.
    pub edges: Vec<Edge>,
    /// VPCs attached to transit gateways; by gateway, then VPC.
    pub joins: Vec<Join>,
}

/// A VPC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    pub vpc: VpcId,
    pub place: Place,
    /// Its name, else its id.
    pub label: String,
    pub cidrs: Vec<IpNet>,
    /// `false`: known only because somebody peers with it; its own account was not read.
    pub read: bool,
    /// Routes that drop packets although no known peering explains them, in words.
    pub findings: Vec<String>,
}

/// A peering seen from both sides. `a` asked for it, `b` was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    pub peering: PeeringId,
    pub name: Option<String>,
    pub a: VpcId,
    pub b: VpcId,
    pub state: EdgeState,
    /// Names the route table and the CIDR where something is missing; empty when all is well.
    pub reason: String,
    /// Whether packets of `a` find the way to `b`.
    pub a_to_b: Side,
    pub b_to_a: Side,
}

/// One direction of a peering, as the route tables of the sending VPC tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    pub state: SideState,
    /// Tables with a working route over this peering.
    pub routed: Vec<RouteTableId>,
    /// Tables without one.
    pub missing: Vec<RouteTableId>,
    /// Tables whose route over this peering drops packets.
    pub dropping: Vec<RouteTableId>,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SideState {
    Routed,
    Missing,
    BlackHole,
    /// The route tables of this side could not be read.
    Unknown,
}

/// Ordered from harmless to bad.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum EdgeState {
    Ok,
    /// Waits for acceptance.
    Pending,
    /// One side could not be read, and the other shows no fault.
    Unknown,
    /// Active, but no table of either side leads over it.
    Unrouted,
    /// One side has a route, the other has none: answers get lost.
    OneWay,
    /// The CIDRs of the two sides overlap.
    Overlap,
    /// A route points at a peering that is gone.
    BlackHole,
    Failed,
}

/// A VPC attached to a transit gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Join {
    pub gateway: TransitGatewayId,
    /// The gateway's name, where its account was read.
    pub gateway_name: Option<String>,
    pub attachment: AttachmentId,
    pub vpc: VpcId,
    pub state: EdgeState,
    pub reason: String,
}

impl Topology {
    /// Joins what all accounts told about their networks.
    #[must_use]
    pub fn new<'a>(networks: impl IntoIterator<Item = &'a Network>) -> Self {
        let index = Index::new(networks);
        let edges = peering::edges(&index);
        let joins = transit::joins(&index);
        let mut nodes: BTreeMap<VpcId, Node> = BTreeMap::new();
        for (vpc, place) in index.vpcs.values() {
            let node = Node {
                vpc: vpc.id.clone(),
                place: (*place).clone(),
                label: vpc.label().into(),
                cidrs: vpc.cidrs.clone(),
                read: true,
                findings: peering::orphans(&index, &vpc.id),
            };
            nodes.insert(vpc.id.clone(), node);
        }
        for peering in index.peerings.values() {
            if peering::is_gone(peering) {
                continue;
            }
            for end in [&peering.requester, &peering.accepter] {
                nodes.entry(end.vpc.clone()).or_insert_with(|| Node {
                    vpc: end.vpc.clone(),
                    place: Place::new(end.account, end.region.clone()),
                    label: end.vpc.to_string(),
                    cidrs: end.cidrs.clone(),
                    read: false,
                    findings: Vec::new(),
                });
            }
        }
        let mut nodes: Vec<Node> = nodes.into_values().collect();
        nodes.sort_by(|a, b| (&a.place, &a.label, &a.vpc).cmp(&(&b.place, &b.label, &b.vpc)));
        Self {
            nodes,
            edges,
            joins,
        }
    }

    #[must_use]
    pub fn node(&self, vpc: &VpcId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.vpc == *vpc)
    }

    /// The peerings of a VPC.
    pub fn edges_of(&self, vpc: &VpcId) -> impl Iterator<Item = &Edge> {
        self.edges
            .iter()
            .filter(move |edge| edge.a == *vpc || edge.b == *vpc)
    }

    /// The peering between two VPCs, the worst where there are more.
    #[must_use]
    pub fn between(&self, a: &VpcId, b: &VpcId) -> Option<&Edge> {
        self.edges_of(a)
            .filter(|edge| edge.other(a) == b)
            .max_by_key(|edge| edge.state)
    }
}

impl Edge {
    /// The far end as seen from `vpc`.
    #[must_use]
    pub fn other(&self, vpc: &VpcId) -> &VpcId {
        if self.a == *vpc { &self.b } else { &self.a }
    }

    #[must_use]
    pub fn health(&self) -> Health {
        Health::new(self.state.verdict(), self.reason.clone())
    }
}

impl Join {
    #[must_use]
    pub fn health(&self) -> Health {
        Health::new(self.state.verdict(), self.reason.clone())
    }
}

impl EdgeState {
    /// The state that decides glyph and colour.
    #[must_use]
    pub const fn verdict(self) -> State {
        match self {
            Self::Ok => State::Ok,
            Self::Pending => State::Working,
            Self::Unknown => State::Unknown,
            Self::Unrouted | Self::OneWay | Self::Overlap => State::Warning,
            Self::BlackHole | Self::Failed => State::Failed,
        }
    }

    /// As it is shown: `one-way`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Unrouted => "no routes",
            Self::OneWay => "one-way",
            Self::Overlap => "overlap",
            Self::BlackHole => "black hole",
            Self::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests;
