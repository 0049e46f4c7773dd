//! Facts of the organization.

use serde_json::{Value, json};

use crate::{
    engine::plan::OrganizationSource,
    model::{AccountId, Policy},
    provider::{Provider, Result},
};

pub(super) async fn read(provider: &Provider, source: &OrganizationSource) -> Result<Value> {
    let organizations = &provider.organizations;
    match source {
        OrganizationSource::Policy { policy } => {
            let found = organizations.policy(policy).await?;
            Ok(found.as_ref().map_or(Value::Null, policy_value))
        }
        OrganizationSource::Reached { target } => {
            Ok(reached_value(&organizations.reached(target).await?))
        }
    }
}

pub(in crate::engine) fn policy_value(policy: &Policy) -> Value {
    json!({ "name": policy.name, "document": policy.document })
}

/// Accounts in order.
pub(in crate::engine) fn reached_value(accounts: &[AccountId]) -> Value {
    json!(accounts)
}
