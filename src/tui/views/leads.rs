//! Ways from a row to what is in it and to what it is in: pool, node, pod and owner one way,
//! cluster, account and unit the other.

use crate::{
    inventory::{
        Query,
        tables::{Object, Row, Table},
    },
    model::ClusterId,
    tui::{Action, Effect, Verb},
};

use super::Desk;

/// The ways of a view.
pub(super) struct Leads {
    /// What opening a row leads to; where there is nothing, its details.
    pub(super) down: fn(&Table, &Row, &Desk<'_>) -> Option<Lead>,
    /// What a row is in.
    pub(super) up: fn(&Table, &Row, &Desk<'_>) -> Option<Lead>,
}

/// One way.
pub(super) enum Lead {
    /// To the rows of another form that belong to this one.
    Into {
        view: &'static str,
        form: &'static str,
        filter: String,
        /// What has to be read for them.
        reads: Vec<Query>,
    },
    /// To the row of another form that this one is in.
    Within { form: &'static str, object: Object },
    /// To the row of the tree that this one stands below.
    Above,
    /// To its details, of which more is read.
    Details(Vec<Query>),
}

/// Where a way was taken, to come back to.
pub(super) struct Crumb {
    pub(super) form: usize,
    pub(super) filter: String,
    pub(super) object: Object,
}

impl Lead {
    /// To the rows of a form of another view.
    pub(super) fn elsewhere(
        view: &'static str,
        form: &str,
        filter: String,
        reads: Vec<Query>,
    ) -> Vec<Effect> {
        let show = Action {
            verb: Verb::NextForm,
            argument: Some(form.to_owned()),
        };
        let mut effects = vec![
            Effect::Open {
                view,
                filter: Some(filter),
            },
            Effect::Act(show),
        ];
        if !reads.is_empty() {
            effects.push(Effect::Load(reads));
        }
        effects
    }
}

/// `cluster=ml-1 pool=h100`: values with blanks are quoted.
fn filter(terms: &[(&str, &str)]) -> String {
    let term = |(key, value): &(&str, &str)| {
        if value.contains(char::is_whitespace) {
            format!("{key}=\"{value}\"")
        } else {
            format!("{key}={value}")
        }
    };
    let terms: Vec<String> = terms.iter().map(term).collect();
    terms.join(" ")
}

/// A filter for what is in a cluster. Account and region are named only where another cluster has
/// the same name.
pub(super) fn in_cluster(cluster: &ClusterId, terms: &[(&str, &str)], desk: &Desk<'_>) -> String {
    let mut others = desk.inventory.cluster_ids();
    let account = cluster.place.account.to_string();
    let mut all = vec![("cluster", cluster.name.as_str())];
    if others.any(|other| other.name == cluster.name && other != *cluster) {
        all.push(("account", &account));
        all.push(("region", cluster.place.region.as_str()));
    }
    all.extend_from_slice(terms);
    filter(&all)
}
