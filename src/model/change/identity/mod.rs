//! Changes to IAM roles.

mod kind;
#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::{
    Mark, Ref, Standing,
    owned::{Found, creation, deletion},
};
use crate::model::{AccountId, Arn, RoleName, Tags, identity::Role};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum IdentityChange {
    /// Makes a role; later steps refer to its ARN.
    CreateRole {
        account: Ref<AccountId>,
        name: RoleName,
        description: String,
        /// Who may assume it: the trust policy as JSON.
        trust: String,
        tags: Tags,
    },
    AttachRolePolicy {
        account: Ref<AccountId>,
        role: RoleName,
        /// The role of that name: known, or as an earlier step makes it.
        arn: Ref<Arn>,
        policy: Arn,
    },
    DetachRolePolicy {
        account: Ref<AccountId>,
        role: RoleName,
        arn: Ref<Arn>,
        policy: Arn,
    },
    /// Removes a role that a step of the same plan has made, and no other.
    DeleteRole {
        account: Ref<AccountId>,
        role: RoleName,
        /// The step that made it, whose mark the role must carry.
        made_by: String,
    },
}

impl IdentityChange {
    #[must_use]
    pub const fn account(&self) -> &Ref<AccountId> {
        match self {
            Self::CreateRole { account, .. }
            | Self::AttachRolePolicy { account, .. }
            | Self::DetachRolePolicy { account, .. }
            | Self::DeleteRole { account, .. } => account,
        }
    }

    /// The role that it is about.
    #[must_use]
    pub const fn role(&self) -> &RoleName {
        match self {
            Self::CreateRole { name, .. } => name,
            Self::AttachRolePolicy { role, .. }
            | Self::DetachRolePolicy { role, .. }
            | Self::DeleteRole { role, .. } => role,
        }
    }

    /// Where the change stands, given the role of that name as it was just read.
    #[must_use]
    pub fn standing(&self, found: Option<&Role>, mark: Mark<'_>) -> Standing {
        let label = format!("role {}", self.role());
        let thing = found.map(|role| Found::still(&role.tags));
        let has = |policy: &Arn| found.map(|role| role.policies.contains(policy));
        match self {
            Self::CreateRole { .. } => {
                let arn = found.map_or("", |role| role.arn.as_str());
                creation(&label, thing.as_ref(), mark, arn)
            }
            Self::AttachRolePolicy { policy, .. } => match has(policy) {
                Some(true) => Standing::to(),
                Some(false) => Standing::From,
                None => Standing::elsewhere(format!("{label} is not there")),
            },
            // A role that is gone has taken its attachments with it.
            Self::DetachRolePolicy { policy, .. } => match has(policy) {
                Some(true) => Standing::From,
                Some(false) | None => Standing::to(),
            },
            Self::DeleteRole { made_by, .. } => {
                let mark = Mark {
                    step: made_by,
                    ..mark
                };
                deletion(&label, thing.as_ref(), mark)
            }
        }
    }
}
