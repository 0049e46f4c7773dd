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
        Some((cluster, Some(pool))) => tell_pool(cluster, pool, &mut pairs, brush),
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

fn tell_pool(cluster: &Cluster, pool: &NodePool, pairs: &mut Pairs, brush: Brush<'_>) {
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
        pairs.pair("GPUs", gpus(pool.gpus_requested, pool.gpus_now(), brush));
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

/// `████████░░  40 of 48 in use, 8 idle`
pub(super) fn gpus(used: Option<u32>, all: u32, brush: Brush<'_>) -> Line<'static> {
    let Some(used) = used else {
        let said = format!("{all}, use unknown");
        return Span::styled(said, brush.style(Role::Muted)).into();
    };
    let share = f64::from(used) / f64::from(all.max(1));
    let mut line = bar::gauge(share, 16, Role::Bar, brush);
    let idle = all.saturating_sub(used);
    let said = format!(" {used} of {all} in use, {idle} idle");
    line.push_span(Span::styled(said, brush.style(Role::Text)));
    line
}
