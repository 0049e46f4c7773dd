//! IAM roles.

use async_trait::async_trait;
use aws_sdk_iam::Client;
use aws_types::SdkConfig;

use super::{error::Call, session::Sessions};
use crate::{
    model::{AccountId, Arn, Place, Region, RoleName, Tags, identity::Role},
    provider::{self, Kind, Result},
};

/// The roles of any account.
#[derive(Clone, Debug)]
pub struct Roles {
    sessions: Sessions,
}

impl Roles {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl provider::Roles for Roles {
    async fn role(&self, account: AccountId, name: &RoleName) -> Result<Option<Role>> {
        let place = Place::new(account, Region::global());
        let sdk = self.sessions.sdk(&place).await?;
        role(&client(&sdk, &place), &place, name).await
    }
}

/// An IAM client of one account.
pub(super) fn client(sdk: &SdkConfig, place: &Place) -> Client {
    let config = aws_sdk_iam::config::Builder::from(sdk)
        .retry_partition(Sessions::retry_partition("iam", place))
        .build();
    Client::from_conf(config)
}

/// The role with its attached policies; `None` where there is none.
pub(super) async fn role(client: &Client, place: &Place, name: &RoleName) -> Result<Option<Role>> {
    let call = |action| Call::new("iam", action, place);
    let told = client.get_role().role_name(name.as_str()).send().await;
    let told = match told.map_err(|error| call("GetRole").error(error)) {
        Ok(told) => told.role,
        Err(error) if matches!(error.kind, Kind::NotFound { .. }) => None,
        Err(error) => return Err(error),
    };
    let Some(told) = told else {
        return Ok(None);
    };
    let attached = client.list_attached_role_policies();
    let attached = attached.role_name(name.as_str()).into_paginator();
    let attached = attached
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(|error| call("ListAttachedRolePolicies").error(error))?;
    let policies = attached.iter().filter_map(|one| one.policy_arn.as_deref());
    let tags = told.tags().iter();
    Ok(Some(Role {
        name: name.clone(),
        arn: told.arn().into(),
        trust: decoded(told.assume_role_policy_document().unwrap_or_default()),
        policies: policies.map(Arn::from).collect(),
        tags: tags
            .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
            .collect::<Tags>(),
    }))
}

/// A policy document as JSON; IAM gives it percent-encoded.
fn decoded(text: &str) -> String {
    if text.trim_start().starts_with('{') {
        return text.to_owned();
    }
    let pair = format!("d={text}");
    let mut pairs = form_urlencoded::parse(pair.as_bytes());
    pairs
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_encoded_and_plain() {
        let plain = "{\"Version\": \"2012-10-17\"}";
        assert_eq!(decoded("%7B%22Version%22%3A%20%222012-10-17%22%7D"), plain);
        assert_eq!(decoded(plain), plain);
    }
}
