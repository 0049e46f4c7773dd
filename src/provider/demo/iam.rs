//! IAM roles: what is made is to be seen a little later, and to be used later still.

use std::{collections::BTreeMap, time::Duration};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    estate::arn,
    history::History,
    scene::{Done, Scene, refusal, unbound},
};
use crate::{
    model::{
        AccountId, Arn, Change, RoleName, Tags,
        change::{IdentityChange, Standing},
        identity::{Role, trust_of},
    },
    provider::{Envelope, Error, Result},
};

/// How far reads lag behind.
const SEEN: Duration = Duration::from_secs(3);
/// How long other services do not know of a change to a role.
const PROPAGATED: Duration = Duration::from_secs(12);
/// The role that everybody is in.
pub(super) const OPERATOR: &str = "AwsdeckOperator";

/// Roles that somebody made, by account and name.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Iam(BTreeMap<String, History<Option<Role>>>);

impl Iam {
    /// The role as the API shows it.
    pub(super) fn role(
        &self,
        scene: &Scene<'_>,
        account: AccountId,
        name: &RoleName,
    ) -> Result<Option<Role>> {
        scene.site(account)?;
        Ok(self.at(account, name, scene.before(SEEN)))
    }

    /// Whether a service may use the role by now, and with which policies; the reason why not, in
    /// the words of EKS.
    pub(super) fn usable(
        &self,
        scene: &Scene<'_>,
        role: &Arn,
        service: &str,
        policy: &str,
    ) -> std::result::Result<(), String> {
        let name = role.as_str().rsplit('/').next().unwrap_or_default();
        let absent = || format!("roleArn, {role}, does not exist");
        let account = role.account().ok_or_else(absent)?;
        let known = self.at(account, &name.into(), scene.before(PROPAGATED));
        let known = known
            .filter(|known| known.arn == *role)
            .ok_or_else(absent)?;
        if !known.trusts(service) {
            return Err(
                "Role could not be assumed because the trusted entity is not correct".into(),
            );
        }
        let mut attached = known.policies.iter();
        if attached.any(|one| one.as_str().ends_with(&format!("/{policy}"))) {
            return Ok(());
        }
        Err(format!(
            "The provided role doesn't have the Amazon EKS Managed Policies associated with it. \
             Please ensure the following policy is attached: {policy}"
        ))
    }

    fn at(&self, account: AccountId, name: &RoleName, moment: Timestamp) -> Option<Role> {
        match self.0.get(&key(account, name)) {
            Some(history) => history.at(moment).clone(),
            None if name.as_str() == OPERATOR => Some(operator(account)),
            None => None,
        }
    }

    pub(super) fn apply(&mut self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Done> {
        let Change::Identity(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a role"));
        };
        let account = *change.account().get().map_err(unbound("iam"))?;
        scene.site(account)?;
        let role = change.role();
        let mut found = self.at(account, role, scene.at);
        let absent = || {
            refused(
                "NoSuchEntity",
                format!("The role with name {role} cannot be found."),
            )
        };
        let mut done = Done::default();
        match change {
            IdentityChange::CreateRole {
                name, trust, tags, ..
            } => {
                if found.is_some() {
                    return Err(refused(
                        "EntityAlreadyExists",
                        format!("Role with name {name} already exists."),
                    ));
                }
                let mut own: Tags = tags.clone();
                own.extend(envelope.tags.clone());
                let arn = arn("iam", "", &account.to_string(), &format!("role/{name}"));
                done.made = Some(arn.to_string());
                found = Some(Role {
                    name: name.clone(),
                    arn,
                    trust: trust.clone(),
                    policies: Vec::new(),
                    tags: own,
                });
            }
            IdentityChange::AttachRolePolicy { policy, .. } => {
                let role = found.as_mut().ok_or_else(absent)?;
                if !role.policies.contains(policy) {
                    role.policies.push(policy.clone());
                }
            }
            IdentityChange::DetachRolePolicy { policy, .. } => {
                let role = found.as_mut().ok_or_else(absent)?;
                role.policies.retain(|one| one != policy);
            }
            IdentityChange::DeleteRole { .. } => {
                if !found.ok_or_else(absent)?.policies.is_empty() {
                    return Err(refused(
                        "DeleteConflict",
                        "Cannot delete entity, must detach all policies first.",
                    ));
                }
                found = None;
            }
        }
        let history = self.0.entry(key(account, role));
        let history = history.or_insert_with(|| History::beginning(None));
        history.write(scene.at, found);
        Ok(done)
    }

    pub(super) fn standing(&self, scene: &Scene<'_>, envelope: &Envelope) -> Result<Standing> {
        let Change::Identity(change) = &envelope.change else {
            return Err(refused("InvalidAction", "no change of a role"));
        };
        let account = *change.account().get().map_err(unbound("iam"))?;
        let found = self.role(scene, account, change.role())?;
        Ok(change.standing(found.as_ref(), envelope.mark()))
    }
}

fn operator(account: AccountId) -> Role {
    Role {
        name: OPERATOR.into(),
        arn: arn("iam", "", &account.to_string(), &format!("role/{OPERATOR}")),
        trust: trust_of("sso.amazonaws.com"),
        policies: Vec::new(),
        tags: Tags::new(),
    }
}

fn key(account: AccountId, name: &RoleName) -> String {
    format!("{account}/{name}")
}

fn refused(code: &str, message: impl Into<String>) -> Error {
    refusal("iam", code, message)
}
