//! What of the network is in view: its part in scope that the filter lets through, and the cursor
//! kept on what it was on.

use std::{collections::HashSet, sync::Arc};

use super::{
    super::Desk,
    Network,
    lanes::{self, Spot},
};
use crate::inventory::tables::Object;
use crate::model::{AttachmentId, EnvironmentClass, PeeringId, State, VpcId, network::Topology};

impl Network {
    /// Keeps VPCs whose name, block, account or class has the filter's text, and their links.
    pub(super) fn narrow(&mut self, desk: &Desk<'_>) {
        let scoped = desk
            .inventory
            .networks
            .iter()
            .filter(|(place, _)| {
                desk.scope
                    .has(place, desk.inventory.organization.value().map(Arc::as_ref))
            })
            .filter_map(|(_, read)| read.value().map(Arc::as_ref));
        let mut topology = Topology::new(scoped);
        let words: Vec<String> = self
            .filter
            .split_whitespace()
            .map(str::to_lowercase)
            .collect();
        let class = |account| desk.class_of(account);
        topology.nodes.retain(|node| {
            let blocks: Vec<String> = node.cidrs.iter().map(ToString::to_string).collect();
            let text = format!(
                "{} {} {} {} {}",
                node.label,
                blocks.join(" "),
                desk.account_name(node.place.account),
                class(node.place.account),
                node.place.region
            )
            .to_lowercase();
            words.iter().all(|word| text.contains(word))
        });
        let kept: HashSet<_> = topology.nodes.iter().map(|node| node.vpc.clone()).collect();
        topology
            .edges
            .retain(|edge| kept.contains(&edge.a) && kept.contains(&edge.b));
        topology.joins.retain(|join| kept.contains(&join.vpc));
        // What the cursor is on is remembered by identity: indices mean something else now.
        let here = self
            .spot()
            .and_then(|spot| Identity::of(&spot, &self.topology));
        let classes: Vec<EnvironmentClass> = topology
            .nodes
            .iter()
            .map(|node| class(node.place.account))
            .collect();
        self.lanes = lanes::lanes(&topology, |index| classes[index]);
        self.cursor = here
            .and_then(|here| here.find(&topology))
            .or_else(|| worst(&topology))
            .or_else(|| Some(self.lanes.first()?.rows.first()?.spots().first()?.clone()));
        self.at = self.at.step(0, 0, topology.nodes.len());
        self.topology = topology;
        self.detail.forget();
    }
}

impl Network {
    /// Where the lanes show an object, if they do.
    pub(super) fn find(&self, object: &Object) -> Option<Spot> {
        let id = object.id.as_str();
        let spot = match object.kind {
            "vpc" => Identity::Vpc(id.into()),
            "peering" => Identity::Edge(id.into()),
            "attachment" => Identity::Join(id.into()),
            _ => return None,
        }
        .find(&self.topology)?;
        let rows = self.lanes.iter().flat_map(|lane| &lane.rows);
        let mut spots = rows.flat_map(lanes::Row::spots);
        spots.any(|shown| shown == spot).then_some(spot)
    }
}

/// The worst link: what one most likely came for.
fn worst(topology: &Topology) -> Option<Spot> {
    let (index, _) = topology
        .edges
        .iter()
        .enumerate()
        .filter(|(_, edge)| edge.health().state > State::Ok)
        .max_by_key(|(_, edge)| edge.state)?;
    Some(Spot::Edge(index))
}

/// What a spot is, whatever its index.
#[derive(PartialEq, Eq)]
enum Identity {
    Vpc(VpcId),
    Edge(PeeringId),
    Join(AttachmentId),
}

impl Identity {
    fn of(spot: &Spot, topology: &Topology) -> Option<Self> {
        Some(match spot {
            Spot::Vpc(vpc) => Self::Vpc(vpc.clone()),
            Spot::Edge(index) => Self::Edge(topology.edges.get(*index)?.peering.clone()),
            Spot::Join(index) => Self::Join(topology.joins.get(*index)?.attachment.clone()),
            Spot::Folded { .. } => return None,
        })
    }

    fn find(&self, topology: &Topology) -> Option<Spot> {
        match self {
            Self::Vpc(vpc) => topology.node(vpc).map(|_| Spot::Vpc(vpc.clone())),
            Self::Edge(peering) => topology
                .edges
                .iter()
                .position(|edge| edge.peering == *peering)
                .map(Spot::Edge),
            Self::Join(attachment) => topology
                .joins
                .iter()
                .position(|join| join.attachment == *attachment)
                .map(Spot::Join),
        }
    }
}
