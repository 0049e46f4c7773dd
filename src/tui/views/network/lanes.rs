//! Where VPCs and their links stand: one lane for each environment, its hub in the middle, spokes
//! at both sides. A pure function of the topology, so that a refresh moves nothing.

use std::collections::BTreeMap;

use crate::model::{
    EnvironmentClass, Region, VpcId,
    network::{EdgeState, Topology},
};

/// More spokes than this are folded into the last box.
const SPOKES: usize = 12;

/// What the cursor can be on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Spot {
    Vpc(VpcId),
    /// Index into the topology's edges.
    Edge(usize),
    /// Index into the topology's joins.
    Join(usize),
    /// So many spokes that have no room, in the lane of this index.
    Folded {
        lane: usize,
        count: usize,
    },
}

/// One environment, in one region where it has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lane {
    pub(super) class: EnvironmentClass,
    pub(super) region: Option<Region>,
    pub(super) rows: Vec<Row>,
}

/// Boxes side by side; the hub stands in the first row only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) left: Option<Spot>,
    pub(super) left_link: Option<usize>,
    pub(super) hub: Option<Spot>,
    pub(super) right_link: Option<usize>,
    pub(super) right: Option<Spot>,
    /// Links that leave the lane or go past its hub.
    pub(super) gutter: Vec<Spot>,
}

impl Row {
    /// What the cursor visits, from the left.
    pub(super) fn spots(&self) -> Vec<Spot> {
        let link = |link: Option<usize>| link.map(Spot::Edge);
        let inside = [
            self.left.clone(),
            link(self.left_link),
            self.hub.clone(),
            link(self.right_link),
            self.right.clone(),
        ];
        inside
            .into_iter()
            .flatten()
            .chain(self.gutter.iter().cloned())
            .collect()
    }
}

/// Lays out all VPCs. `class` tells the environment of the VPC's account.
pub(super) fn lanes(topology: &Topology, class: impl Fn(usize) -> EnvironmentClass) -> Vec<Lane> {
    let mut groups: BTreeMap<(EnvironmentClass, Region), Vec<usize>> = BTreeMap::new();
    for (index, node) in topology.nodes.iter().enumerate() {
        let key = (class(index), node.place.region.clone());
        groups.entry(key).or_default().push(index);
    }
    let several: Vec<EnvironmentClass> = {
        let mut classes: Vec<_> = groups.keys().map(|(class, _)| *class).collect();
        let all = classes.clone();
        classes.dedup();
        classes.retain(|class| all.iter().filter(|other| *other == class).count() > 1);
        classes
    };
    groups
        .into_iter()
        .enumerate()
        .map(|(index, ((class, region), nodes))| Lane {
            class,
            region: several.contains(&class).then_some(region),
            rows: rows(topology, &nodes, index),
        })
        .collect()
}

fn rows(topology: &Topology, nodes: &[usize], lane: usize) -> Vec<Row> {
    let inside = |vpc: &VpcId| nodes.iter().any(|&node| topology.nodes[node].vpc == *vpc);
    let degree = |node: usize| {
        let vpc = &topology.nodes[node].vpc;
        topology
            .edges_of(vpc)
            .filter(|edge| inside(edge.other(vpc)))
            .count()
    };
    let named = |node: usize| {
        let label = topology.nodes[node].label.to_lowercase();
        ["shared", "hub", "transit"]
            .iter()
            .any(|word| label.contains(word))
    };
    let Some(&hub) = nodes
        .iter()
        .max_by_key(|&&node| (degree(node), named(node), std::cmp::Reverse(node)))
    else {
        return Vec::new();
    };
    let hub_vpc = &topology.nodes[hub].vpc;
    let link = |node: usize| {
        let vpc = &topology.nodes[node].vpc;
        let joins = |edge: &crate::model::network::Edge| {
            (edge.a == *vpc && edge.b == *hub_vpc) || (edge.b == *vpc && edge.a == *hub_vpc)
        };
        (0..topology.edges.len())
            .filter(|&index| joins(&topology.edges[index]))
            .max_by_key(|&index| topology.edges[index].state)
    };
    let mut spokes: Vec<usize> = nodes.iter().copied().filter(|&node| node != hub).collect();
    let folded = fold(topology, &mut spokes, &link);
    let mut places: Vec<(Spot, Option<usize>)> = spokes
        .iter()
        .map(|&node| (Spot::Vpc(topology.nodes[node].vpc.clone()), link(node)))
        .collect();
    if folded > 0 {
        places.push((
            Spot::Folded {
                lane,
                count: folded,
            },
            None,
        ));
    }
    let mut rows = Vec::new();
    let mut places = places.into_iter();
    loop {
        let (left, right) = (places.next(), places.next());
        if left.is_none() && !rows.is_empty() {
            break;
        }
        let mut row = Row::default();
        if let Some((spot, link)) = left {
            (row.left, row.left_link) = (Some(spot), link);
        }
        if let Some((spot, link)) = right {
            (row.right, row.right_link) = (Some(spot), link);
        }
        if rows.is_empty() {
            row.hub = Some(Spot::Vpc(hub_vpc.clone()));
        }
        rows.push(row);
    }
    gutter(topology, nodes, &mut rows);
    rows
}

/// Leaves at most [`SPOKES`]; those with a faulty link stay. Says how many are left out.
fn fold(
    topology: &Topology,
    spokes: &mut Vec<usize>,
    link: &impl Fn(usize) -> Option<usize>,
) -> usize {
    if spokes.len() <= SPOKES {
        return 0;
    }
    let ill =
        |node: usize| link(node).is_some_and(|index| topology.edges[index].state != EdgeState::Ok);
    let mut kept: Vec<usize> = spokes.iter().copied().filter(|&node| ill(node)).collect();
    kept.extend(spokes.iter().copied().filter(|&node| !ill(node)));
    kept.truncate(SPOKES - 1);
    kept.sort_unstable();
    let folded = spokes.len() - kept.len();
    *spokes = kept;
    folded
}

/// Puts every link that no row shows beside the row of one of its ends.
fn gutter(topology: &Topology, nodes: &[usize], rows: &mut [Row]) {
    let shown: Vec<usize> = rows
        .iter()
        .flat_map(|row| [row.left_link, row.right_link])
        .flatten()
        .collect();
    let row_of = |rows: &[Row], vpc: &VpcId| {
        let here = Some(Spot::Vpc(vpc.clone()));
        rows.iter()
            .position(|row| row.left == here || row.hub == here || row.right == here)
    };
    for (index, edge) in topology.edges.iter().enumerate() {
        // A link between lanes stands in the lane that asked for it, and only there: the cursor
        // needs one place for each.
        let vpc = &edge.a;
        if nodes.iter().any(|&node| topology.nodes[node].vpc == *vpc) && !shown.contains(&index) {
            let row = row_of(rows, vpc).unwrap_or(0);
            rows[row].gutter.push(Spot::Edge(index));
        }
    }
    for (index, join) in topology.joins.iter().enumerate() {
        if nodes
            .iter()
            .any(|&node| topology.nodes[node].vpc == join.vpc)
        {
            let row = row_of(rows, &join.vpc).unwrap_or(0);
            rows[row].gutter.push(Spot::Join(index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::network::Network, tui::views::sample};

    fn topology() -> Topology {
        let inventory = sample::inventory();
        let networks: Vec<&Network> = inventory
            .networks
            .values()
            .filter_map(|read| read.value().map(AsRef::as_ref))
            .collect();
        Topology::new(networks)
    }

    fn class(topology: &Topology) -> impl Fn(usize) -> EnvironmentClass {
        |index| match topology.nodes[index].label.split('-').next() {
            Some("prod") => EnvironmentClass::Prod,
            Some("staging") => EnvironmentClass::Staging,
            _ => EnvironmentClass::Dev,
        }
    }

    #[test]
    fn the_hub_stands_between_its_spokes() {
        let topology = topology();
        let lanes = lanes(&topology, class(&topology));
        let label = |spot: &Option<Spot>| match spot {
            Some(Spot::Vpc(vpc)) => topology.node(vpc).map(|node| node.label.clone()),
            _ => None,
        };
        let shown: Vec<_> = lanes
            .iter()
            .map(|lane| {
                let row = &lane.rows[0];
                (
                    lane.class,
                    label(&row.left),
                    label(&row.hub),
                    label(&row.right),
                )
            })
            .collect();
        let name = |text: &str| Some(text.to_owned());
        assert_eq!(
            shown[0],
            (
                EnvironmentClass::Prod,
                name("prod-app"),
                name("prod-shared"),
                name("prod-ml")
            )
        );
        assert_eq!(lanes.len(), 3);
        assert!(lanes.iter().all(|lane| lane.rows.len() == 1));
    }

    #[test]
    fn every_link_is_shown_once() {
        let topology = topology();
        let lanes = lanes(&topology, |_| EnvironmentClass::Other);
        let mut links: Vec<usize> = lanes
            .iter()
            .flat_map(|lane| &lane.rows)
            .flat_map(Row::spots)
            .filter_map(|spot| match spot {
                Spot::Edge(index) => Some(index),
                _ => None,
            })
            .collect();
        links.sort_unstable();
        assert_eq!(links, (0..topology.edges.len()).collect::<Vec<_>>());
    }
}
