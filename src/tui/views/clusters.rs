//! EKS clusters over all accounts, and the pools in them.

use ratatui::text::{Line, Span};

use super::{
    Desk,
    coverage::Coverage,
    facts,
    listing::{Listing, Spec},
};
use crate::{
    inventory::{
        Query,
        tables::{Row, Table},
    },
    model::{
        Place, State,
        cluster::{Cluster, NodePool},
        fleet::Idle,
    },
    tui::{
        Verb,
        theme::Role,
        widgets::{Brush, Pairs, bar},
    },
};

static SPEC: Spec = Spec {
    name: "clusters",
    forms: &["clusters", "pools"],
    needs,
    covers,
    banner: |_, _| Vec::new(),
    details,
    painter: None,
    spare: &["region"],
    hints: &[(Verb::NextForm, None, "pools")],
};

pub(super) fn view() -> Listing {
    Listing::new(&SPEC)
}

pub(super) fn needs(desk: &Desk<'_>) -> Vec<Query> {
    let mut needs = vec![Query::Organization];
    needs.extend(desk.places().into_iter().map(Query::Clusters));
    needs
}

pub(super) fn covers(desk: &Desk<'_>) -> Coverage {
    let mut coverage = Coverage::default();
    for place in desk.places() {
        coverage.add(place.account, desk.inventory.clusters.get(&place));
    }
    coverage
}

pub(super) fn details(table: &Table, row: &Row, desk: &Desk<'_>) -> Pairs {
    let brush = desk.brush();
    let mut pairs = Pairs::default();
    facts::verdict(row, &mut pairs, brush);
    match find(row, desk) {
        Some((cluster, Some(pool))) => tell_pool(cluster, pool, desk, &mut pairs),
        Some((cluster, None)) => tell_cluster(cluster, &mut pairs, brush),
        None => {}
    }
    facts::columns(table, row, &mut pairs, desk);
    pairs
}

/// The cluster of a row, and the pool where it is about one.
fn find<'a>(row: &Row, desk: &Desk<'a>) -> Option<(&'a Cluster, Option<&'a NodePool>)> {
    let place = Place {
        account: row.object.account?,
        region: row.object.region.clone()?,
    };
    let inventory = desk.inventory;
    let clusters = inventory.clusters.get(&place)?.value()?;
    let arn = row.object.arn.as_ref()?;
    clusters.iter().find_map(|cluster| {
        if cluster.arn == *arn {
            return Some((cluster, None));
        }
        let pool = cluster.pools.iter().find(|pool| pool.arn == *arn)?;
        Some((cluster, Some(pool)))
    })
}

fn tell_cluster(cluster: &Cluster, pairs: &mut Pairs, brush: Brush<'_>) {
    for issue in &cluster.issues {
        pairs.line(facts::part(State::Warning, "issue", issue, brush));
    }
    if cluster.pools.is_empty() {
        return;
    }
    pairs.section("Pools");
    for pool in &cluster.pools {
        pairs.pair(pool.name.to_string(), nodes(pool, brush));
    }
}

fn tell_pool(cluster: &Cluster, pool: &NodePool, desk: &Desk<'_>, pairs: &mut Pairs) {
    let brush = desk.brush();
    let text = |said: String| Line::from(Span::styled(said, brush.style(Role::Text)));
    pairs.section("Capacity");
    pairs.pair(
        "cluster",
        text(format!("{}  Kubernetes {}", cluster.name, cluster.version)),
    );
    pairs.pair("nodes", nodes(pool, brush));
    let sizes = format!(
        "min {}  desired {}  max {}",
        pool.min, pool.desired, pool.max
    );
    pairs.pair("sizes", text(sizes));
    if let Some(gpu) = &pool.accelerator {
        let gib = gpu.memory_mib / 1_024;
        let said = format!(
            "{} × {} {} per node, {gib} GiB together",
            gpu.count, gpu.maker, gpu.model
        );
        pairs.pair("each", text(said));
        let requested = requested(cluster, pool, desk);
        pairs.pair("GPUs", gpus(requested, pool.gpus_now().into(), brush));
    }
    for issue in &pool.issues {
        pairs.line(facts::part(State::Warning, "issue", issue, brush));
    }
}

/// `██████░░  6 of 8 nodes run, up to 12`
fn nodes(pool: &NodePool, brush: Brush<'_>) -> Line<'static> {
    let running = pool.running.unwrap_or(pool.desired);
    let share = f64::from(running) / f64::from(pool.max.max(1));
    let role = if pool.short_of() > 0 {
        Role::Warning
    } else {
        Role::Bar
    };
    let mut line = bar::gauge(share, 10, role, brush);
    let said = match pool.running {
        Some(running) => format!(" {running} of {} run, up to {}", pool.desired, pool.max),
        None => format!(" {} wanted, up to {}", pool.desired, pool.max),
    };
    line.push_span(Span::styled(said, brush.style(Role::Text)));
    let kind = format!("  {}", pool.instance_types.join(" "));
    line.push_span(Span::styled(kind, brush.style(Role::Muted)));
    line
}

/// Whole devices of a pool that are requested, where the cluster was looked into.
fn requested(cluster: &Cluster, pool: &NodePool, desk: &Desk<'_>) -> Option<u64> {
    let fleet = desk.inventory.fleets.get(&cluster.id())?.value()?;
    let nodes = || fleet.nodes.iter().filter(|node| node.pool == pool.name);
    let devices: Option<u64> = nodes().map(|node| node.devices).sum();
    let idle = Idle::of(nodes(), |_| None).hundredths?;
    Some(devices?.saturating_sub(idle / 100))
}

/// `████████░░  40 of 48 requested, 8 idle`
pub(super) fn gpus(requested: Option<u64>, all: u64, brush: Brush<'_>) -> Line<'static> {
    let Some(requested) = requested else {
        let said = format!("{all}, requests unknown");
        return Span::styled(said, brush.style(Role::Muted)).into();
    };
    let share = requested as f64 / all.max(1) as f64;
    let mut line = bar::gauge(share, 16, Role::Bar, brush);
    let idle = all.saturating_sub(requested);
    let said = format!(" {requested} of {all} requested, {idle} idle");
    line.push_span(Span::styled(said, brush.style(Role::Text)));
    line
}
