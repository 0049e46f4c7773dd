//! Service control policies, attached and detached.

use aws_sdk_organizations::{Client, config, types::PolicyType};
use aws_types::request_id::RequestId;

use super::{
    super::{error::Call, session::Sessions},
    agent, once, unbound,
};
use crate::{
    model::{
        Place, PolicyId, Ref, Region,
        change::{OrganizationChange, Standing},
    },
    provider::{Accepted, Error, Kind, Result, Sent},
};

const SERVICE: &str = "organizations";

/// Sends the change once. The engine decides what a lost answer means.
pub(super) async fn perform(
    sessions: &Sessions,
    change: &OrganizationChange,
    reference: &str,
) -> Sent {
    let opened = async {
        let wanted = change.attachment();
        let place = place(change)?;
        let sdk = sessions.operating_sdk(&place, reference).await?;
        let mut builder = config::Builder::from(&sdk).retry_config(once());
        builder.set_app_name(agent(reference));
        let client = Client::from_conf(builder.build());
        let (policy, target) = (known(&wanted.policy)?, known(&wanted.target)?);
        Ok((client, place, policy.as_str(), target.as_str()))
    };
    let (client, place, policy, target) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return Sent::NotSent(error),
    };
    let call = |action| Call::new(SERVICE, action, &place);
    let accepted = |id: Option<&str>| {
        Sent::Accepted(Accepted {
            request_id: id.map(str::to_owned),
            ..Accepted::default()
        })
    };
    match change {
        OrganizationChange::AttachPolicy(_) => {
            let request = client.attach_policy().policy_id(policy).target_id(target);
            match request.send().await {
                Ok(answer) => accepted(answer.request_id()),
                Err(error) => call("AttachPolicy").sent(error),
            }
        }
        OrganizationChange::DetachPolicy(_) => {
            let request = client.detach_policy().policy_id(policy).target_id(target);
            match request.send().await {
                Ok(answer) => accepted(answer.request_id()),
                Err(error) => call("DetachPolicy").sent(error),
            }
        }
    }
}

pub(super) async fn standing(sessions: &Sessions, change: &OrganizationChange) -> Result<Standing> {
    let wanted = change.attachment();
    let place = place(change)?;
    let sdk = sessions.sdk(&place).await?;
    let config = config::Builder::from(&sdk)
        .retry_partition(Sessions::retry_partition(SERVICE, &place))
        .build();
    let pages = Client::from_conf(config)
        .list_policies_for_target()
        .target_id(known(&wanted.target)?.as_str())
        .filter(PolicyType::ServiceControlPolicy)
        .into_paginator()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(|error| Call::new(SERVICE, "ListPoliciesForTarget", &place).error(error));
    let attached: Option<Vec<PolicyId>> = match pages {
        Ok(pages) => {
            let listed = pages.iter().flat_map(|page| page.policies());
            Some(listed.filter_map(|one| Some(one.id()?.into())).collect())
        }
        Err(error) if matches!(error.kind, Kind::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    Ok(change.standing(known(&wanted.policy)?, attached.as_deref()))
}

/// The management account, which the engine has filled in by now.
fn place(change: &OrganizationChange) -> Result<Place> {
    let account = known(&change.attachment().account)?;
    Ok(Place::new(*account, Region::global()))
}

fn known<T>(reference: &Ref<T>) -> std::result::Result<&T, Error> {
    reference.get().map_err(|gap| unbound(SERVICE, &gap))
}
