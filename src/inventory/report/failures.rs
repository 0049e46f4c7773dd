//! What could not be read, for the envelope and the exit code.

use std::{collections::BTreeMap, fmt, sync::Arc};

use jiff::Timestamp;
use serde::Serialize;

use super::Sight;
use crate::{
    inventory::{Query, QueryKind},
    model::{
        AccountId, ClusterId, Gap, Place, Region, Remote, Trouble, TroubleKind, network::Network,
        protection::Protection,
    },
};

/// One read that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub account: Option<AccountId>,
    pub region: Option<Region>,
    /// The kind of the query: `network`, `clusters`, …
    pub service: String,
    pub kind: TroubleKind,
    pub message: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.service)?;
        if let Some(account) = self.account {
            write!(f, " of account {account}")?;
        }
        if let Some(region) = &self.region {
            write!(f, " in {region}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl Failure {
    fn new(
        kind: QueryKind,
        account: Option<AccountId>,
        region: Option<&Region>,
        trouble: &Trouble,
    ) -> Self {
        Self {
            account,
            region: region.cloned(),
            service: kind.to_string(),
            kind: trouble.kind,
            message: trouble.message.clone(),
        }
    }
}

/// What failed in view, of the kinds that were asked.
pub fn all(sight: Sight<'_>, kinds: &[QueryKind]) -> Vec<Failure> {
    let inventory = sight.inventory;
    let mut failures = Vec::new();
    if let Some(trouble) = inventory.organization.trouble() {
        failures.push(Failure::new(QueryKind::Organization, None, None, trouble));
    }
    let tree = inventory.tree();
    for kind in kinds {
        match kind {
            QueryKind::Costs => {
                let trouble = inventory.costs.trouble();
                failures.extend(trouble.map(|trouble| Failure::new(*kind, None, None, trouble)));
            }
            QueryKind::Zones => {
                let zones = inventory.zones.iter();
                let zones = zones.filter(|(account, _)| sight.scope.holds(**account, &tree));
                failures.extend(zones.filter_map(|(account, remote)| {
                    Some(Failure::new(*kind, Some(*account), None, remote.trouble()?))
                }));
            }
            QueryKind::Network => {
                let gaps = |network: &Network| network.gaps.clone();
                placed(*kind, &inventory.networks, sight, gaps, &mut failures);
            }
            QueryKind::Protection => {
                let gaps = |protection: &Protection| protection.gaps.clone();
                placed(*kind, &inventory.protections, sight, gaps, &mut failures);
            }
            QueryKind::Clusters => {
                placed(
                    *kind,
                    &inventory.clusters,
                    sight,
                    |_| Vec::new(),
                    &mut failures,
                );
            }
            QueryKind::Balancers => {
                placed(
                    *kind,
                    &inventory.balancers,
                    sight,
                    |_| Vec::new(),
                    &mut failures,
                );
            }
            QueryKind::Fleet => inside(*kind, &inventory.fleets, sight, &mut failures),
            QueryKind::Contents => inside(*kind, &inventory.contents, sight, &mut failures),
            QueryKind::Velero => inside(*kind, &inventory.veleros, sight, &mut failures),
            // The organization is told above; without a price its column is unknown, and says so.
            QueryKind::Organization | QueryKind::Results | QueryKind::Price => {}
        }
    }
    failures
}

/// Places that could not be read, and parts of those that could.
fn placed<T>(
    kind: QueryKind,
    from: &BTreeMap<Place, Remote<Arc<T>>>,
    sight: Sight<'_>,
    gaps: impl Fn(&T) -> Vec<Gap>,
    failures: &mut Vec<Failure>,
) {
    let tree = sight.inventory.tree();
    let in_view = from
        .iter()
        .filter(|(place, _)| sight.scope.holds_place(place, &tree));
    for (place, remote) in in_view {
        let parts = remote.value().map(|value| gaps(value)).unwrap_or_default();
        let parts = parts.iter().map(Gap::told);
        let failed = remote.trouble().cloned().into_iter().chain(parts);
        let (account, region) = (Some(place.account), Some(&place.region));
        failures.extend(failed.map(|trouble| Failure::new(kind, account, region, &trouble)));
    }
}

/// What of the organization was not read, in words.
#[must_use]
pub fn gaps(sight: Sight<'_>) -> Vec<String> {
    sight.inventory.tree().organization().gaps.clone()
}

fn inside<T>(
    kind: QueryKind,
    from: &BTreeMap<ClusterId, Remote<Arc<T>>>,
    sight: Sight<'_>,
    failures: &mut Vec<Failure>,
) {
    let tree = sight.inventory.tree();
    let in_view = from
        .iter()
        .filter(|(cluster, _)| sight.scope.holds_place(&cluster.place, &tree));
    failures.extend(in_view.filter_map(|(cluster, remote)| {
        let place = &cluster.place;
        let (account, region) = (Some(place.account), Some(&place.region));
        let mut failure = Failure::new(kind, account, region, remote.trouble()?);
        let name = cluster.name.as_str();
        if !failure.message.contains(name) {
            failure.message = format!("{name}: {}", failure.message);
        }
        Some(failure)
    }));
}

/// When the oldest of what is shown was read.
pub(super) fn as_of(sight: Sight<'_>, kinds: &[QueryKind]) -> Option<Timestamp> {
    let inventory = sight.inventory;
    let queries = inventory.queries(kinds, sight.scope);
    let organization = std::iter::once(Query::Organization);
    organization
        .chain(queries)
        .filter_map(|query| inventory.read_at(&query))
        .min()
}
