//! The map for other programs: Graphviz, or JSON.

use std::{collections::BTreeMap, fmt::Write as _};

use serde_json::json;

use super::super::Desk;
use crate::{
    inventory::{QueryKind, report},
    model::{
        EnvironmentClass,
        network::{EdgeState, Node, Topology},
        text::clean,
    },
};

/// A graph without directions, a cluster for each environment.
pub(super) fn dot(topology: &Topology, desk: &Desk<'_>) -> String {
    let mut lanes: BTreeMap<EnvironmentClass, Vec<&Node>> = BTreeMap::new();
    for node in &topology.nodes {
        let class = desk.class_of(node.place.account);
        lanes.entry(class).or_default().push(node);
    }
    let mut text = String::from(
        "graph network {\n  rankdir=LR;\n  node [shape=box, fontname=\"monospace\"];\n  \
         edge [fontname=\"monospace\"];\n",
    );
    // Writing to a `String` cannot fail.
    for (class, nodes) in lanes {
        let name = quoted(&class.to_string());
        let _ = writeln!(text, "  subgraph \"cluster_{class}\" {{\n    label={name};");
        for node in nodes {
            let blocks: Vec<String> = node.cidrs.iter().map(ToString::to_string).collect();
            let account = desk.account_name(node.place.account);
            let mut label = clean(&node.label).into_owned();
            for line in [account, blocks.join(" ")] {
                if line != label {
                    label = format!("{label}\n{line}");
                }
            }
            let style = if node.read { "solid" } else { "dashed" };
            let _ = writeln!(
                text,
                "    {} [label={}, style={style}];",
                quoted(node.vpc.as_str()),
                quoted(&label)
            );
        }
        text.push_str("  }\n");
    }
    for edge in &topology.edges {
        let _ = writeln!(
            text,
            "  {} -- {} [label={}, tooltip={}, {}];",
            quoted(edge.a.as_str()),
            quoted(edge.b.as_str()),
            quoted(edge.state.word()),
            quoted(edge.peering.as_str()),
            look(edge.state)
        );
    }
    let mut gateways: Vec<&str> = Vec::new();
    for join in &topology.joins {
        let gateway = join.gateway.as_str();
        if !gateways.contains(&gateway) {
            gateways.push(gateway);
            let name = clean(join.gateway_name.as_deref().unwrap_or(gateway));
            let _ = writeln!(
                text,
                "  {} [label={}, shape=diamond];",
                quoted(gateway),
                quoted(&name)
            );
        }
        let _ = writeln!(
            text,
            "  {} -- {} [label={}, {}];",
            quoted(join.vpc.as_str()),
            quoted(gateway),
            quoted(join.state.word()),
            look(join.state)
        );
    }
    text.push_str("}\n");
    text
}

const fn look(state: EdgeState) -> &'static str {
    match state {
        EdgeState::Ok => "color=\"darkgreen\"",
        EdgeState::Pending => "color=\"goldenrod\", style=dashed",
        EdgeState::Unknown => "color=\"gray\", style=dotted",
        EdgeState::Unrouted | EdgeState::OneWay => "color=\"darkorange\", style=dashed",
        EdgeState::Overlap => "color=\"purple\", style=dashed",
        EdgeState::BlackHole | EdgeState::Failed => "color=\"red\", style=bold",
    }
}

/// A quoted string of the language: lines become `\n`, marks are escaped.
fn quoted(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", escaped.replace('\n', "\\n"))
}

/// VPCs, peerings and attachments, each judged, in the envelope of every list.
pub(super) fn json(topology: &Topology, desk: &Desk<'_>) -> Option<String> {
    let sight = desk.sight();
    let kinds = [QueryKind::Network];
    let failures = report::failures(sight, &kinds);
    let mut document = report::envelope("network-map", sight, &kinds, &failures);
    document.insert("vpcs".into(), json!(topology.nodes));
    document.insert("peerings".into(), json!(topology.edges));
    document.insert("attachments".into(), json!(topology.joins));
    let mut text = Vec::new();
    report::write_json(&document.into(), &mut text).ok()?;
    String::from_utf8(text).ok()
}
