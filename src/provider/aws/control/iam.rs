//! Changes to IAM roles.

use aws_sdk_iam::{Client, config, types::Tag};
use aws_smithy_types::retry::RetryConfig;
use aws_types::request_id::RequestId;

use super::{
    super::{
        error::Call,
        iam::{client, role},
        session::Sessions,
    },
    agent, tagged,
};
use crate::{
    model::{
        Place, Region,
        change::{IdentityChange, Standing},
    },
    provider::{Accepted, Envelope, Error, Kind, Result, Sent},
};

/// Sends the change once. The engine decides what a lost answer means.
pub(super) async fn perform(
    sessions: &Sessions,
    change: &IdentityChange,
    envelope: &Envelope,
) -> Sent {
    let opened = async {
        let place = place(change)?;
        let sdk = sessions.operating_sdk(&place, &envelope.reference).await?;
        Ok((client(&sdk, &place), place))
    };
    let (client, place) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return Sent::NotSent(error),
    };
    send(&client, &place, change, envelope).await
}

async fn send(
    client: &Client,
    place: &Place,
    change: &IdentityChange,
    envelope: &Envelope,
) -> Sent {
    let mut once =
        config::Builder::new().retry_config(RetryConfig::standard().with_max_attempts(1));
    once.set_app_name(agent(&envelope.reference));
    let call = |action| Call::new("iam", action, place);
    let accepted = |id: Option<&str>, made: Option<String>| {
        Sent::Accepted(Accepted {
            request_id: id.map(str::to_owned),
            external_id: None,
            made,
        })
    };
    match change {
        IdentityChange::CreateRole {
            name,
            description,
            trust,
            tags,
            ..
        } => {
            let mut request = client
                .create_role()
                .role_name(name.as_str())
                .description(description)
                .assume_role_policy_document(trust);
            for (key, value) in tagged(tags, envelope) {
                let tag = Tag::builder().key(key).value(value).build();
                match tag {
                    Ok(tag) => request = request.tags(tag),
                    Err(error) => return Sent::NotSent(not_sendable(place, &error.to_string())),
                }
            }
            match request.customize().config_override(once).send().await {
                Ok(answer) => {
                    let made = answer.role().map(|role| role.arn().to_owned());
                    accepted(answer.request_id(), made)
                }
                Err(error) => call("CreateRole").sent(error),
            }
        }
        IdentityChange::AttachRolePolicy { role, policy, .. } => {
            let request = client.attach_role_policy().role_name(role.as_str());
            let request = request.policy_arn(policy.as_str()).customize();
            match request.config_override(once).send().await {
                Ok(answer) => accepted(answer.request_id(), None),
                Err(error) => call("AttachRolePolicy").sent(error),
            }
        }
        IdentityChange::DetachRolePolicy { role, policy, .. } => {
            let request = client.detach_role_policy().role_name(role.as_str());
            let request = request.policy_arn(policy.as_str()).customize();
            match request.config_override(once).send().await {
                Ok(answer) => accepted(answer.request_id(), None),
                Err(error) => call("DetachRolePolicy").sent(error),
            }
        }
        IdentityChange::DeleteRole { role, .. } => {
            let request = client.delete_role().role_name(role.as_str()).customize();
            match request.config_override(once).send().await {
                Ok(answer) => accepted(answer.request_id(), None),
                Err(error) => call("DeleteRole").sent(error),
            }
        }
    }
}

pub(super) async fn standing(
    sessions: &Sessions,
    change: &IdentityChange,
    envelope: &Envelope,
) -> Result<Standing> {
    let place = place(change)?;
    let sdk = sessions.sdk(&place).await?;
    let found = role(&client(&sdk, &place), &place, change.role()).await?;
    Ok(change.standing(found.as_ref(), envelope.mark()))
}

/// The account, which the engine has filled in by now.
fn place(change: &IdentityChange) -> Result<Place> {
    match change.account().get() {
        Ok(account) => Ok(Place::new(*account, Region::global())),
        Err(gap) => Err(Error::new(Kind::Service {
            service: "iam".into(),
            code: "NotSendable".into(),
            message: gap.to_string(),
        })),
    }
}

fn not_sendable(place: &Place, message: &str) -> Error {
    let kind = Kind::Service {
        service: "iam".into(),
        code: "NotSendable".into(),
        message: message.into(),
    };
    Error::new(kind).at(place.account, None)
}
