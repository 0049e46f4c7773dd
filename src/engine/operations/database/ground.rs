//! Who plans, where and when; and the plan around the steps.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{
    super::{
        super::plan::{CostDelta, Fact, Plan, Reach, Recovery, SCHEMA, Source},
        Arguments, Refusal, World,
    },
    Draft,
};
use crate::{
    engine::facts,
    model::{
        AccountId, EnvironmentClass, OrganizationId,
        protection::{Databases, RPO, RTO},
    },
};

/// How long a sealed plan may wait for its start.
const VALID: SignedDuration = SignedDuration::from_hours(1);

/// What a plan says of where it comes from.
#[derive(Clone, Debug)]
pub(in super::super) struct Ground {
    pub(in super::super) environment: EnvironmentClass,
    pub(in super::super) organization: Option<OrganizationId>,
    pub(in super::super) author: String,
    pub(in super::super) now: Timestamp,
}

/// What a plan says beside its steps.
pub(in super::super) struct Whole {
    pub(in super::super) operation: &'static str,
    pub(in super::super) title: String,
    pub(in super::super) accounts: Vec<AccountId>,
    pub(in super::super) targets: Vec<String>,
    pub(in super::super) cost: Option<CostDelta>,
    /// How much would be lost, where anybody knows, and by what.
    pub(in super::super) loss: (Option<u32>, String),
}

impl Ground {
    /// The environment is that of the strictest of the accounts.
    pub(in super::super) fn new(world: &World<'_>, accounts: &[AccountId]) -> Self {
        let classes = accounts.iter().map(|account| world.class(*account));
        let environment = classes.min_by_key(|class| match class.guarded_as() {
            EnvironmentClass::Staging => 1,
            EnvironmentClass::Dev => 2,
            EnvironmentClass::Prod | EnvironmentClass::Other => 0,
        });
        Self {
            environment: environment.unwrap_or_default(),
            organization: world.organization().and_then(|all| all.id.clone()),
            author: world.author.into(),
            now: world.now,
        }
    }

    /// Notes what was read of databases as what the plan rests on.
    pub(in super::super) fn fact(
        &self,
        draft: &mut Draft,
        name: &str,
        source: Source,
        seen: &Databases,
    ) -> Result<(), Refusal> {
        let value = facts::database::value(seen, &source)?;
        self.note(draft, name, source, value);
        Ok(())
    }

    fn note(&self, draft: &mut Draft, name: &str, source: Source, value: Value) {
        let volatile = matches!(
            source,
            Source::RestoreWindow { .. } | Source::ReplicaLag { .. }
        );
        let fact = Fact {
            source,
            value,
            observed_at: self.now,
            volatile,
        };
        draft.facts.insert(name.into(), fact);
    }

    /// The whole plan around the steps.
    pub(in super::super) fn finish(&self, draft: Draft, wish: &Arguments, whole: Whole) -> Plan {
        let seconds = |time: SignedDuration| u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        let mut accounts = whole.accounts;
        accounts.sort_unstable();
        accounts.dedup();
        Plan {
            schema: SCHEMA,
            engine: env!("CARGO_PKG_VERSION").into(),
            operation: whole.operation.into(),
            title: whole.title,
            parameters: wish.values().clone(),
            reason: wish.text("reason").into(),
            author: self.author.clone(),
            organization: self.organization.clone(),
            environment: self.environment,
            facts: draft.facts,
            steps: draft.steps,
            edges: draft.edges,
            gates: draft.gates,
            points_of_no_return: draft.no_return,
            reach: Reach {
                accounts,
                targets: whole.targets,
                traffic_percent: None,
            },
            cost: whole.cost,
            recovery: Some(Recovery {
                time_objective_seconds: seconds(RTO),
                point_objective_seconds: seconds(RPO),
                point_seconds: whole.loss.0,
                point_basis: whole.loss.1,
            }),
            policy: Vec::new(),
            accounts: Vec::new(),
            warnings: draft.warnings,
            sealed_at: self.now,
            expires_at: self.now.checked_add(VALID).unwrap_or(self.now),
        }
    }

    /// Whole seconds from a moment until now.
    pub(in super::super) fn age(&self, of: Timestamp) -> u32 {
        let age = self.now.duration_since(of).as_secs().max(0);
        u32::try_from(age).unwrap_or(u32::MAX)
    }
}
