//! How load balancers do when somebody has decided it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::Place;

/// What a load balancer's metrics tell from a moment on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BalancerConduct {
    #[default]
    Well,
    /// So many of a thousand requests are answered by 5xx.
    Fails { permille: u16 },
    /// Answers take so long.
    Slow { millis: u32 },
    /// Nothing is measured.
    Silent,
}

/// What was decided, by load balancer, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in super::super) struct Conducts(BTreeMap<String, Vec<(Timestamp, BalancerConduct)>>);

impl Conducts {
    pub(in super::super) fn set(
        &mut self,
        place: &Place,
        name: &str,
        since: Timestamp,
        conduct: BalancerConduct,
    ) {
        let all = self.0.entry(key(place, name)).or_default();
        all.push((since, conduct));
    }

    pub(super) fn at(&self, place: &Place, name: &str, at: Timestamp) -> BalancerConduct {
        let all = self.0.get(&key(place, name)).map(Vec::as_slice);
        let mut before = all.unwrap_or_default().iter().rev();
        before
            .find(|(since, _)| *since <= at)
            .map_or(BalancerConduct::Well, |(_, conduct)| *conduct)
    }
}

fn key(place: &Place, name: &str) -> String {
    format!("{place}/{name}")
}
