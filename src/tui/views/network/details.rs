//! What is told of a link, in both directions, and of a VPC.

use ratatui::text::{Line, Span};

use super::{lanes::Spot, signs};
use crate::{
    model::{
        Health, State, VpcId,
        network::{Edge, Join, Node, Side, SideState, Topology},
        text::clean,
    },
    tui::{
        theme::Role,
        views::{Desk, facts},
        widgets::{Brush, Pairs},
    },
};

pub(super) fn details(spot: &Spot, topology: &Topology, desk: &Desk<'_>) -> (Line<'static>, Pairs) {
    let mut pairs = Pairs::default();
    let brush = desk.brush();
    let title = match spot {
        Spot::Edge(index) => match topology.edges.get(*index) {
            Some(edge) => tell_edge(edge, topology, &mut pairs, desk),
            None => Line::default(),
        },
        Spot::Join(index) => match topology.joins.get(*index) {
            Some(join) => tell_join(join, topology, &mut pairs, desk),
            None => Line::default(),
        },
        Spot::Vpc(vpc) => match topology.node(vpc) {
            Some(node) => tell_vpc(node, topology, &mut pairs, desk),
            None => Line::default(),
        },
        Spot::Folded { count, .. } => {
            pairs.line(Span::styled(
                format!("{count} more VPCs of this hub: `m` shows them all"),
                brush.style(Role::Text),
            ));
            Line::default()
        }
    };
    (title, pairs)
}

fn label(vpc: &VpcId, topology: &Topology) -> String {
    topology
        .node(vpc)
        .map_or_else(|| vpc.to_string(), |node| clean(&node.label).into_owned())
}

fn verdict(health: &Health, word: &str, pairs: &mut Pairs, brush: Brush<'_>) {
    let sign = brush.symbols.state(health.state);
    let mut line = vec![Span::styled(
        format!("{sign} {word}"),
        brush.state_style(health.state),
    )];
    if !health.reason.is_empty() {
        line.push(Span::styled(
            format!("  {}", clean(&health.reason)),
            brush.style(Role::Text),
        ));
    }
    pairs.line(line);
}

fn title(name: String, id: &str, brush: Brush<'_>) -> Line<'static> {
    // What has no name is called by its id.
    let beside = (name != id).then(|| Span::styled(format!("  {id}"), brush.style(Role::Muted)));
    let mut title = Line::from(Span::styled(name, brush.style(Role::Title)));
    title.spans.extend(beside);
    title
}

fn tell_edge(
    edge: &Edge,
    topology: &Topology,
    pairs: &mut Pairs,
    desk: &Desk<'_>,
) -> Line<'static> {
    let brush = desk.brush();
    let (a, b) = (label(&edge.a, topology), label(&edge.b, topology));
    verdict(&edge.health(), edge.state.word(), pairs, brush);
    pairs.section("Routes");
    pairs.pair(format!("{a} → {b}"), side(&edge.a_to_b, brush));
    pairs.pair(format!("{b} → {a}"), side(&edge.b_to_a, brush));
    pairs.section("Ends");
    for (word, vpc) in [("requester", &edge.a), ("accepter", &edge.b)] {
        if let Some(node) = topology.node(vpc) {
            pairs.pair(word, end(node, desk));
        }
    }
    if let Some(name) = &edge.name {
        pairs.pair(
            "name",
            Span::styled(clean(name).into_owned(), brush.style(Role::Text)),
        );
    }
    title(
        format!("{a} {} {b}", brush.pick("⇄", "<>")),
        edge.peering.as_str(),
        brush,
    )
}

/// `● routed in rtb-1, rtb-2`, `○ MISSING in rtb-77`
fn side(side: &Side, brush: Brush<'_>) -> Line<'static> {
    let (state, word) = match side.state {
        SideState::Routed => (State::Ok, "routed"),
        SideState::Missing => (State::Failed, "MISSING"),
        SideState::BlackHole => (State::Failed, "BLACK HOLE"),
        SideState::Unknown => (State::Unknown, "unknown: this account could not be read"),
    };
    let mut spans = vec![Span::styled(
        format!("{} {word}", signs::end(side, brush)),
        brush.state_style(state),
    )];
    let mut tables = |word: &str, tables: &[crate::model::RouteTableId]| {
        if !tables.is_empty() {
            let ids: Vec<&str> = tables
                .iter()
                .map(crate::model::RouteTableId::as_str)
                .collect();
            let said = format!("  {word} {}", ids.join(", "));
            spans.push(Span::styled(said, brush.style(Role::Text)));
        }
    };
    tables("in", &side.routed);
    tables("not in", &side.missing);
    tables("dropped in", &side.dropping);
    spans.into()
}

fn end(node: &Node, desk: &Desk<'_>) -> Line<'static> {
    let brush = desk.brush();
    let cidrs: Vec<String> = node.cidrs.iter().map(ToString::to_string).collect();
    Line::from(vec![
        Span::styled(clean(&node.label).into_owned(), brush.style(Role::Strong)),
        Span::styled(format!("  {}", cidrs.join(" ")), brush.style(Role::Text)),
        Span::styled(
            format!(
                "  {}  {}  {}",
                desk.account_name(node.place.account),
                node.place.region,
                node.vpc
            ),
            brush.style(Role::Muted),
        ),
    ])
}

fn tell_join(
    join: &Join,
    topology: &Topology,
    pairs: &mut Pairs,
    desk: &Desk<'_>,
) -> Line<'static> {
    let brush = desk.brush();
    verdict(&join.health(), join.state.word(), pairs, brush);
    pairs.section("Attachment");
    let text = |said: &str| Span::styled(clean(said).into_owned(), brush.style(Role::Text));
    pairs.pair("gateway", text(join.gateway.as_str()));
    pairs.pair("attachment", text(join.attachment.as_str()));
    if let Some(node) = topology.node(&join.vpc) {
        pairs.pair("VPC", end(node, desk));
    }
    let others = topology
        .joins
        .iter()
        .filter(|other| other.gateway == join.gateway && other.vpc != join.vpc);
    let others: Vec<String> = others.map(|other| label(&other.vpc, topology)).collect();
    if !others.is_empty() {
        pairs.pair("with", text(&others.join(", ")));
    }
    let gateway = join.gateway_name.as_deref().unwrap_or("transit gateway");
    let name = format!("{} → {}", label(&join.vpc, topology), clean(gateway));
    title(name, join.attachment.as_str(), brush)
}

fn tell_vpc(node: &Node, topology: &Topology, pairs: &mut Pairs, desk: &Desk<'_>) -> Line<'static> {
    let brush = desk.brush();
    if !node.read {
        let said = "known only from its peer: its own account was not read";
        pairs.line(facts::part(State::Unknown, "unread", said, brush));
    }
    for finding in &node.findings {
        pairs.line(facts::part(State::Warning, "route", finding, brush));
    }
    pairs.section("Links");
    let mut any = false;
    for edge in topology.edges_of(&node.vpc) {
        any = true;
        let health = edge.health();
        let said = format!("{}  {}", edge.state.word(), health.reason);
        let name = label(edge.other(&node.vpc), topology);
        pairs.line(facts::part(health.state, &name, &said, brush));
    }
    for join in topology.joins.iter().filter(|join| join.vpc == node.vpc) {
        any = true;
        let health = join.health();
        let name = join
            .gateway_name
            .as_deref()
            .unwrap_or(join.gateway.as_str());
        let said = format!("{}  {}", join.state.word(), health.reason);
        pairs.line(facts::part(health.state, name, &said, brush));
    }
    if !any {
        pairs.line(Span::styled("none", brush.style(Role::Muted)));
    }
    tell_exits(node, pairs, desk);
    title(clean(&node.label).into_owned(), node.vpc.as_str(), brush)
}

/// Blocks, subnets and ways out of a VPC that was read.
fn tell_exits(node: &Node, pairs: &mut Pairs, desk: &Desk<'_>) -> Option<()> {
    let brush = desk.brush();
    let text = |said: String| Span::styled(said, brush.style(Role::Text));
    pairs.section("VPC");
    let cidrs: Vec<String> = node.cidrs.iter().map(ToString::to_string).collect();
    pairs.pair("blocks", text(cidrs.join(" ")));
    pairs.pair("account", text(desk.account_name(node.place.account)));
    pairs.pair("region", text(node.place.region.to_string()));
    let inventory = desk.inventory;
    let network = inventory.networks.get(&node.place)?.value()?;
    let subnets = network
        .subnets
        .iter()
        .filter(|subnet| subnet.vpc == node.vpc);
    pairs.pair("subnets", text(subnets.count().to_string()));
    for gateway in network
        .nat_gateways
        .iter()
        .filter(|gateway| gateway.vpc == node.vpc)
    {
        let ip = gateway
            .public_ip
            .map(|ip| format!("  {ip}"))
            .unwrap_or_default();
        pairs.pair("NAT", text(format!("{} {}{ip}", gateway.id, gateway.state)));
    }
    let open = network
        .internet_gateways
        .iter()
        .filter(|gateway| gateway.vpcs.contains(&node.vpc));
    for gateway in open {
        pairs.pair("internet", text(gateway.id.to_string()));
    }
    Some(())
}
