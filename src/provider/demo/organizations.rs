//! AWS Organizations as it behaves: what is attached to what, seen a little later by those who read.

use std::{collections::BTreeMap, time::Duration};

use serde::{Deserialize, Serialize};

use super::{
    content,
    history::History,
    scene::{Done, Scene, known, refusal},
};
use crate::{
    model::{
        Organization, PolicyId, TargetId,
        change::{OrganizationChange, Standing},
    },
    provider::{Error, Result},
};

const SERVICE: &str = "organizations";
/// How far reads lag behind.
const SEEN: Duration = Duration::from_secs(3);
/// Service control policies on one root, unit or account ("Quotas for AWS Organizations").
const MOST: usize = 5;

/// What is attached where somebody has attached or detached something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Directory(BTreeMap<TargetId, History<Vec<PolicyId>>>);

impl Directory {
    /// One page of the organization as the API shows it, and whether more follow.
    pub(super) fn page(&self, scene: &Scene<'_>, page: usize) -> (Organization, bool) {
        let (mut part, more) = content::organization::page(scene.estate, page);
        let seen = |id: &dyn ToString| {
            let history = self.0.get(&TargetId::from(id.to_string()))?;
            Some(history.at(scene.before(SEEN)).clone())
        };
        for unit in &mut part.units {
            if let Some(policies) = seen(&unit.id) {
                unit.policies = policies;
            }
        }
        for account in &mut part.accounts {
            if let Some(policies) = seen(&account.id) {
                account.policies = policies;
            }
        }
        (part, more)
    }

    pub(super) fn apply(&mut self, scene: &Scene<'_>, change: &OrganizationChange) -> Result<Done> {
        let wanted = change.attachment();
        if *known(SERVICE, &wanted.account)? != scene.estate.management().id {
            return Err(refused(
                "AccessDeniedException",
                "You don't have permissions to access this resource.",
            ));
        }
        let (policy, target) = (
            known(SERVICE, &wanted.policy)?,
            known(SERVICE, &wanted.target)?,
        );
        let original = content::organization::attached_to(scene.estate, target);
        let original = original.ok_or_else(|| {
            refused(
                "TargetNotFoundException",
                "We can't find a root, OU, or account with the TargetId that you specified.",
            )
        })?;
        if !content::organization::has_policy(policy) {
            return Err(refused(
                "PolicyNotFoundException",
                "We can't find a policy with the PolicyId that you specified.",
            ));
        }
        let history = self.0.entry(target.clone());
        let history = history.or_insert_with(|| History::beginning(original));
        let mut attached = history.at(scene.at).clone();
        let there = attached.contains(policy);
        match change {
            OrganizationChange::AttachPolicy(_) if there => {
                return Err(refused(
                    "DuplicatePolicyAttachmentException",
                    "The selected policy is already attached to the specified target.",
                ));
            }
            OrganizationChange::AttachPolicy(_) if attached.len() >= MOST => {
                return Err(refused(
                    "ConstraintViolationException",
                    "You have attached the maximum number of policies to the specified target.",
                ));
            }
            OrganizationChange::AttachPolicy(_) => attached.push(policy.clone()),
            OrganizationChange::DetachPolicy(_) if !there => {
                return Err(refused(
                    "PolicyNotAttachedException",
                    "The policy isn't attached to the specified target in the specified root.",
                ));
            }
            OrganizationChange::DetachPolicy(_) if attached.len() == 1 => {
                return Err(refused(
                    "ConstraintViolationException",
                    "You cannot remove the last policy attached to the specified target. You must \
                     have at least one attached at all times.",
                ));
            }
            OrganizationChange::DetachPolicy(_) => attached.retain(|one| one != policy),
        }
        history.write(scene.at, attached);
        Ok(Done::default())
    }

    pub(super) fn standing(
        &self,
        scene: &Scene<'_>,
        change: &OrganizationChange,
    ) -> Result<Standing> {
        let wanted = change.attachment();
        let (policy, target) = (
            known(SERVICE, &wanted.policy)?,
            known(SERVICE, &wanted.target)?,
        );
        let attached = match self.0.get(target) {
            Some(history) => Some(history.at(scene.before(SEEN)).clone()),
            None => content::organization::attached_to(scene.estate, target),
        };
        Ok(change.standing(policy, attached.as_deref()))
    }
}

fn refused(code: &str, message: &str) -> Error {
    refusal(SERVICE, code, message)
}
