//! A plan around its steps: what every operation says of itself in the same way.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::{Arguments, World};
use crate::{
    engine::plan::{CostDelta, Draft, Fact, FactId, NetworkSource, Plan, Reach, SCHEMA, Source},
    model::AccountId,
};

/// How long a sealed plan may wait for its start.
const VALID: SignedDuration = SignedDuration::from_hours(1);

/// What a plan says beside its steps.
pub(super) struct Outline {
    pub(super) operation: &'static str,
    pub(super) title: String,
    /// What it changes, in the order of importance.
    pub(super) targets: Vec<String>,
    pub(super) accounts: Vec<AccountId>,
    pub(super) facts: BTreeMap<FactId, Fact>,
    pub(super) cost: Option<CostDelta>,
    pub(super) warnings: Vec<String>,
}

impl Outline {
    /// The whole plan.
    pub(super) fn around(self, draft: Draft, wish: &Arguments, world: &World<'_>) -> Plan {
        Plan {
            schema: SCHEMA,
            engine: env!("CARGO_PKG_VERSION").into(),
            operation: self.operation.into(),
            title: self.title,
            parameters: wish.values().clone(),
            reason: wish.text("reason").into(),
            author: world.author.into(),
            organization: world.organization().and_then(|all| all.id.clone()),
            environment: world.strictest(&self.accounts),
            facts: self.facts,
            steps: draft.steps,
            edges: draft.edges,
            gates: Vec::new(),
            points_of_no_return: Vec::new(),
            reach: Reach {
                accounts: self.accounts,
                targets: self.targets,
                traffic_percent: None,
            },
            cost: self.cost,
            recovery: None,
            policy: Vec::new(),
            accounts: Vec::new(),
            warnings: self.warnings,
            sealed_at: world.now,
            expires_at: world.now.checked_add(VALID).unwrap_or(world.now),
        }
    }
}

/// A fact of a network as it was just read.
pub(super) fn observed(
    source: NetworkSource,
    value: serde_json::Value,
    observed_at: Timestamp,
) -> Fact {
    Fact {
        volatile: matches!(source, NetworkSource::Quota { .. }),
        source: Source::Network(source),
        value,
        observed_at,
    }
}
