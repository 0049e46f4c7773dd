//! What each change to a role says of itself.

use super::IdentityChange;
use crate::model::{
    AccountId, Arn, Region,
    change::{Change, ChangeKind, Class, Difference, Ref, Verb},
};

impl ChangeKind for IdentityChange {
    fn class(&self) -> Class {
        match self {
            Self::CreateRole { .. } => Class::Name,
            Self::AttachRolePolicy { .. }
            | Self::DetachRolePolicy { .. }
            | Self::DeleteRole { .. } => Class::Set,
        }
    }

    fn verb(&self) -> Verb {
        match self {
            Self::CreateRole { .. } | Self::AttachRolePolicy { .. } => Verb::Add,
            Self::DetachRolePolicy { .. } | Self::DeleteRole { .. } => Verb::Destroy,
        }
    }

    fn inverse(&self, step: &str) -> Option<Change> {
        let back = match self.clone() {
            Self::CreateRole { account, name, .. } => Self::DeleteRole {
                account,
                role: name,
                made_by: step.into(),
            },
            Self::AttachRolePolicy {
                account,
                role,
                arn,
                policy,
            } => Self::DetachRolePolicy {
                account,
                role,
                arn,
                policy,
            },
            Self::DetachRolePolicy {
                account,
                role,
                arn,
                policy,
            } => Self::AttachRolePolicy {
                account,
                role,
                arn,
                policy,
            },
            Self::DeleteRole { .. } => return None,
        };
        Some(Change::Identity(back))
    }

    fn account(&self) -> &Ref<AccountId> {
        self.account()
    }

    fn region(&self) -> Region {
        Region::global()
    }

    fn scope(&self) -> String {
        let role = format!("aws/{}/aws-global/iam/role/{}", self.account(), self.role());
        match self {
            Self::CreateRole { .. } | Self::DeleteRole { .. } => role,
            Self::AttachRolePolicy { policy, .. } | Self::DetachRolePolicy { policy, .. } => {
                format!("{role}/{}", name_of(policy))
            }
        }
    }

    fn action(&self) -> &'static str {
        match self {
            Self::CreateRole { .. } => "iam:CreateRole",
            Self::AttachRolePolicy { .. } => "iam:AttachRolePolicy",
            Self::DetachRolePolicy { .. } => "iam:DetachRolePolicy",
            Self::DeleteRole { .. } => "iam:DeleteRole",
        }
    }

    fn reads(&self) -> &'static [&'static str] {
        match self {
            Self::CreateRole { .. } => {
                &["iam:TagRole", "iam:ListAttachedRolePolicies", "iam:GetRole"]
            }
            _ => &["iam:ListAttachedRolePolicies", "iam:GetRole"],
        }
    }

    fn title(&self) -> String {
        let role = self.role();
        match self {
            Self::CreateRole { .. } => format!("create role {role}"),
            Self::AttachRolePolicy { policy, .. } => {
                format!("attach {} to role {role}", name_of(policy))
            }
            Self::DetachRolePolicy { policy, .. } => {
                format!("detach {} from role {role}", name_of(policy))
            }
            Self::DeleteRole { .. } => format!("delete role {role}"),
        }
    }

    fn differences(&self) -> Vec<Difference> {
        let role = self.role();
        vec![match self {
            Self::CreateRole { .. } => Difference::added(self.title(), &"new"),
            Self::AttachRolePolicy { policy, .. } => {
                Difference::added(format!("role {role} may"), &name_of(policy))
            }
            Self::DetachRolePolicy { policy, .. } => {
                Difference::removed(format!("role {role} may"), &name_of(policy))
            }
            Self::DeleteRole { .. } => Difference::removed(format!("role {role}"), &"there"),
        }]
    }
}

/// The name at the end of a policy's ARN.
fn name_of(policy: &Arn) -> &str {
    let text = policy.as_str();
    text.rsplit('/').next().unwrap_or(text)
}
