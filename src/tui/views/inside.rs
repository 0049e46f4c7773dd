//! Clusters from within: what the views that look into them read, and how much of it is there.

use ratatui::text::Span;

use super::{Desk, clusters, coverage::Coverage};
use crate::{
    inventory::{Query, QueryKind, prices_of},
    model::{AccountId, ClusterId, Remote, text::clean},
    tui::{
        theme::Role,
        widgets::{Brush, Pairs},
    },
};

/// More clusters than this are not all looked into at once for what runs in them: sums of their
/// nodes say where to look, and opening one reads it.
const MANY: usize = 16;

/// Nodes and what is requested of them, in every cluster.
pub(super) const FLEET: &[QueryKind] = &[QueryKind::Fleet, QueryKind::Price];
pub(super) const VELERO: &[QueryKind] = &[QueryKind::Velero];

/// The clusters, and `kinds` of each that is known.
pub(super) fn needs(kinds: &[QueryKind], desk: &Desk<'_>) -> Vec<Query> {
    let mut needs = clusters::needs(desk);
    needs.extend(desk.inventory.queries(kinds, desk.scope));
    needs
}

/// What runs in the clusters: in all of them, or where there are many in those that were opened.
pub(super) fn contents(desk: &Desk<'_>) -> Vec<Query> {
    let all = desk
        .inventory
        .queries(&[QueryKind::Contents], desk.scope)
        .into_iter();
    let many = all.len() > MANY;
    let known = |cluster: &ClusterId| desk.inventory.contents.contains_key(cluster);
    all.filter(|query| !many || query.cluster().is_some_and(known))
        .collect()
}

/// `kinds` of the clusters that `query` has found, and the prices of the nodes that it has found.
pub(super) fn more(query: &Query, kinds: &[QueryKind], desk: &Desk<'_>) -> Vec<Query> {
    let inventory = desk.inventory;
    match query {
        Query::Clusters(place) => {
            let found = inventory.clusters.get(place);
            let found = found.and_then(|remote| remote.value());
            let ids = found.into_iter().flat_map(|all| all.iter());
            ids.flat_map(|cluster| {
                let each = kinds.iter().copied();
                each.filter_map(move |kind| kind.inside(cluster.id()))
            })
            .collect()
        }
        Query::Fleet(cluster) if kinds.contains(&QueryKind::Price) => {
            let fleet = inventory.fleets.get(cluster);
            let fleet = fleet.and_then(|remote| remote.value());
            fleet.map_or_else(Vec::new, |fleet| prices_of(cluster, fleet))
        }
        _ => Vec::new(),
    }
}

/// What runs in the clusters that `query` has found.
pub(super) fn more_contents(query: &Query, desk: &Desk<'_>) -> Vec<Query> {
    let mut more = more(query, &[QueryKind::Fleet], desk);
    if matches!(query, Query::Clusters(_)) {
        more.extend(contents(desk));
    }
    more
}

/// How much of one kind was read of the clusters, beside the clusters themselves.
pub(super) fn covers(kind: QueryKind, desk: &Desk<'_>) -> Coverage {
    let inventory = desk.inventory;
    let mut coverage = clusters::covers(desk);
    for query in inventory.queries(&[kind], desk.scope) {
        let Some(cluster) = query.cluster() else {
            continue;
        };
        let account = cluster.place.account;
        match kind {
            QueryKind::Contents => add(&mut coverage, account, inventory.contents.get(cluster)),
            QueryKind::Velero => add(&mut coverage, account, inventory.veleros.get(cluster)),
            _ => add(&mut coverage, account, inventory.fleets.get(cluster)),
        }
    }
    coverage
}

/// Notes what was asked; what was not, the clusters speak for.
fn add<T>(coverage: &mut Coverage, account: AccountId, read: Option<&Remote<T>>) {
    if read.is_some() {
        coverage.add(account, read);
    }
}

/// The same of what runs in them: of many, only those that were opened.
pub(super) fn covers_contents(desk: &Desk<'_>) -> Coverage {
    let mut coverage = covers(QueryKind::Contents, desk);
    if contents(desk).is_empty() && desk.inventory.cluster_ids().count() > MANY {
        coverage.instead = Some("many clusters: `enter` on one of `connections` looks into it");
    }
    coverage
}

/// What a verdict rests on, a line each.
pub(super) fn evidence(lines: &[String], pairs: &mut Pairs, brush: Brush<'_>) {
    if lines.is_empty() {
        return;
    }
    pairs.section("Evidence");
    for line in lines {
        let said = format!("{} {}", brush.pick("·", "-"), clean(line));
        pairs.line(Span::styled(said, brush.style(Role::Text)));
    }
}
