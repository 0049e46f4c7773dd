//! What is in the world before anybody changes it: a pure function of seed, account and time.

pub(super) mod balancers;
pub(super) mod clusters;
pub(super) mod costs;
pub(super) mod inside;
pub(super) mod network;
pub(super) mod organization;
pub(super) mod protection;
pub(super) mod zones;

use crate::model::Tags;

use super::estate::{Role, Site};

/// Tags from pairs.
fn tags<const N: usize>(pairs: [(&str, &str); N]) -> Tags {
    pairs
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The tags that everything of an account carries, and its name.
fn named(site: &Site, name: &str) -> Tags {
    let environment = match site.role {
        Role::Workload(environment, _) => environment.to_string(),
        Role::Management | Role::Suspended => "none".into(),
    };
    tags([
        ("Name", name),
        ("environment", &environment),
        ("team", &site.team),
    ])
}

#[cfg(test)]
mod tests;
