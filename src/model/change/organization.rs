//! Changes to what is attached where in the organization.

use serde::{Deserialize, Serialize};

use super::{Change, ChangeKind, Class, Difference, Objection, Ref, Standing, Verb};
use crate::model::{AccountId, PolicyId, Region, TargetId};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum OrganizationChange {
    AttachPolicy(Attachment),
    DetachPolicy(Attachment),
}

/// A service control policy on a root, an organizational unit or an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The management account, whose API it is.
    pub account: Ref<AccountId>,
    pub policy: Ref<PolicyId>,
    /// What the policy is called.
    pub name: String,
    pub target: Ref<TargetId>,
    /// What the target is called, such as `Environments/Prod`.
    pub label: String,
    /// What is in force at the target beforehand, by name; what is inherited says from where.
    pub in_force: Vec<String>,
}

impl OrganizationChange {
    #[must_use]
    pub const fn attachment(&self) -> &Attachment {
        match self {
            Self::AttachPolicy(attachment) | Self::DetachPolicy(attachment) => attachment,
        }
    }

    /// Where it stands, given what is attached to the target itself as it was just read; `None`
    /// where there is no such target.
    #[must_use]
    pub fn standing(&self, policy: &PolicyId, attached: Option<&[PolicyId]>) -> Standing {
        let is = attached.map(|attached| attached.contains(policy));
        match (self, is) {
            (Self::AttachPolicy(wanted), None) => {
                Standing::elsewhere(format!("{} ({}) is not there", wanted.label, wanted.target))
            }
            // A target that is gone has taken its attachments with it.
            (Self::AttachPolicy(_), Some(true)) | (Self::DetachPolicy(_), Some(false) | None) => {
                Standing::to()
            }
            (Self::AttachPolicy(_), Some(false)) | (Self::DetachPolicy(_), Some(true)) => {
                Standing::From
            }
        }
    }
}

impl Attachment {
    /// The policy that AWS attaches everywhere by itself, and without which nothing is allowed.
    pub const FULL_ACCESS: &str = "p-FullAWSAccess";
}

impl ChangeKind for OrganizationChange {
    fn class(&self) -> Class {
        Class::Set
    }

    fn verb(&self) -> Verb {
        match self {
            Self::AttachPolicy(_) => Verb::Add,
            Self::DetachPolicy(_) => Verb::Destroy,
        }
    }

    fn inverse(&self, _step: &str) -> Option<Change> {
        let after = after(self);
        let back = |attachment: &Attachment| Attachment {
            in_force: after.clone(),
            ..attachment.clone()
        };
        Some(Change::Organization(match self {
            Self::AttachPolicy(attachment) => Self::DetachPolicy(back(attachment)),
            Self::DetachPolicy(attachment) => Self::AttachPolicy(back(attachment)),
        }))
    }

    fn account(&self) -> &Ref<AccountId> {
        &self.attachment().account
    }

    fn region(&self) -> Region {
        Region::global()
    }

    fn scope(&self) -> String {
        let Attachment {
            account,
            target,
            policy,
            ..
        } = self.attachment();
        format!("aws/{account}/aws-global/organizations/{target}/{policy}")
    }

    fn action(&self) -> &'static str {
        match self {
            Self::AttachPolicy(_) => "organizations:AttachPolicy",
            Self::DetachPolicy(_) => "organizations:DetachPolicy",
        }
    }

    fn reads(&self) -> &'static [&'static str] {
        &["organizations:ListPoliciesForTarget"]
    }

    fn title(&self) -> String {
        let Attachment { name, label, .. } = self.attachment();
        match self {
            Self::AttachPolicy(_) => format!("attach {name} to {label}"),
            Self::DetachPolicy(_) => format!("detach {name} from {label}"),
        }
    }

    fn differences(&self) -> Vec<Difference> {
        let Attachment {
            label, in_force, ..
        } = self.attachment();
        vec![Difference::new(
            format!("policies in force at {label}"),
            &in_force.join(", "),
            &after(self).join(", "),
        )]
    }

    fn objections(&self) -> Vec<Objection> {
        let policy = self.attachment().policy.known();
        let full = policy.is_some_and(|policy| policy.as_str() == Attachment::FULL_ACCESS);
        match self {
            Self::DetachPolicy(attachment) if full => vec![Objection {
                rule: "keep-full-access",
                why: format!(
                    "without {} nothing is allowed in what {} reaches, for nobody; attach a policy \
                     that denies what shall not be",
                    attachment.name, attachment.label
                ),
            }],
            _ => Vec::new(),
        }
    }
}

/// What is in force at the target afterwards.
fn after(change: &OrganizationChange) -> Vec<String> {
    let Attachment { name, in_force, .. } = change.attachment();
    let others = in_force.iter().filter(|one| *one != name).cloned();
    match change {
        OrganizationChange::AttachPolicy(_) => others.chain([name.clone()]).collect(),
        OrganizationChange::DetachPolicy(_) => others.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachment(policy: &str) -> Attachment {
        Attachment {
            account: Ref::Known("123456789012".parse().expect("an account")),
            policy: Ref::Known(policy.into()),
            name: "DenyRoot".into(),
            target: Ref::Known("ou-1".into()),
            label: "Dev".into(),
            in_force: vec!["FullAWSAccess".into(), "DenyPublic (from Root)".into()],
        }
    }

    #[test]
    fn where_it_stands_is_told_by_what_is_attached() {
        let policy = PolicyId::from("p-1");
        let attach = OrganizationChange::AttachPolicy(attachment("p-1"));
        let detach = OrganizationChange::DetachPolicy(attachment("p-1"));
        let (with, without): (&[PolicyId], &[PolicyId]) = (&["p-1".into()], &["p-2".into()]);
        for (attached, forward, back) in [
            (Some(with), Standing::to(), Standing::From),
            (Some(without), Standing::From, Standing::to()),
            (
                None,
                Standing::elsewhere("Dev (ou-1) is not there"),
                Standing::to(),
            ),
        ] {
            assert_eq!(attach.standing(&policy, attached), forward);
            assert_eq!(detach.standing(&policy, attached), back);
        }
    }

    #[test]
    fn what_is_in_force_is_told_before_and_after_and_going_back_is_the_reverse() {
        let attach = OrganizationChange::AttachPolicy(attachment("p-1"));
        let told = |change: &dyn ChangeKind| {
            let differences = change.differences();
            (differences[0].from.clone(), differences[0].to.clone())
        };
        let (before, after) = told(&attach);
        assert_eq!(
            after.as_deref(),
            Some("FullAWSAccess, DenyPublic (from Root), DenyRoot")
        );
        let back = attach.inverse("attach").expect("it can be undone");
        assert_eq!(back.title(), "detach DenyRoot from Dev");
        assert_eq!(told(back.kind()), (after, before));
        assert_eq!(back.scope(), attach.scope());
    }

    #[test]
    fn nobody_takes_the_permission_to_do_anything_away() {
        let full = attachment(Attachment::FULL_ACCESS);
        let objections = OrganizationChange::DetachPolicy(full.clone()).objections();
        assert_eq!(objections[0].rule, "keep-full-access");
        assert_eq!(OrganizationChange::AttachPolicy(full).objections(), []);
        let other = OrganizationChange::DetachPolicy(attachment("p-1"));
        assert_eq!(other.objections(), []);
    }

    #[test]
    fn it_is_sealed_and_read_back_as_it_was() {
        let change = Change::from(OrganizationChange::DetachPolicy(attachment("p-1")));
        let text = serde_json::to_string(&change).expect("JSON");
        assert_eq!(serde_json::from_str::<Change>(&text).expect("read"), change);
    }
}
