//! Changes to Route 53 records.

use aws_sdk_route53::{
    config,
    types::{Change as SdkChange, ChangeAction, ChangeBatch, ChangeStatus},
};
use aws_types::request_id::RequestId;

use super::{
    super::{
        route53::{Route53, group, write},
        session::Sessions,
    },
    agent, name_of, once,
};
use crate::{
    model::{
        ChangeKind as _,
        change::{Standing, TrafficChange},
    },
    provider::{Accepted, Error, Kind, Progress, Result, Sent},
};

/// All records of the group in one batch, which Route 53 applies whole or not at all.
pub(super) async fn upsert(sessions: &Sessions, change: &TrafficChange, reference: &str) -> Sent {
    let batch = match batch(change, reference) {
        Ok(batch) => batch,
        Err(problem) => return Sent::NotSent(refusal(change, &problem)),
    };
    let opened = match account(change) {
        Ok(account) => Route53::operate(sessions, account, reference).await,
        Err(error) => Err(error),
    };
    let route53 = match opened {
        Ok(route53) => route53,
        Err(error) => return Sent::NotSent(error),
    };
    let mut once = config::Builder::new().retry_config(once());
    once.set_app_name(agent(reference));
    let sent = route53
        .client
        .change_resource_record_sets()
        .hosted_zone_id(change.zone().as_str())
        .change_batch(batch)
        .customize()
        .config_override(once)
        .send()
        .await;
    match sent {
        Ok(answer) => Sent::Accepted(Accepted {
            request_id: answer.request_id().map(ToOwned::to_owned),
            external_id: answer.change_info.map(|info| info.id),
            made: None,
        }),
        Err(error) => route53.call("ChangeResourceRecordSets").sent(error),
    }
}

fn batch(change: &TrafficChange, reference: &str) -> std::result::Result<ChangeBatch, String> {
    let upsert = |record| {
        let set = write(&record).map_err(|error| error.to_string())?;
        let change = SdkChange::builder()
            .action(ChangeAction::Upsert)
            .resource_record_set(set)
            .build();
        change.map_err(|error| error.to_string())
    };
    let changes: Vec<SdkChange> = change
        .after()
        .into_iter()
        .map(upsert)
        .collect::<std::result::Result<_, _>>()?;
    let batch = ChangeBatch::builder()
        .set_changes(Some(changes))
        .comment(name_of(reference))
        .build();
    batch.map_err(|error| error.to_string())
}

pub(super) async fn standing(sessions: &Sessions, change: &TrafficChange) -> Result<Standing> {
    let Some((name, kind)) = group(&change.before()) else {
        return Err(refusal(change, "its records are not one group"));
    };
    let route53 = Route53::open(sessions, account(change)?).await?;
    let zone = route53.group(change.zone(), name, kind).await?;
    Ok(change.standing(&zone))
}

/// By the change's own id; without one, by looking whether it took.
pub(super) async fn settled(
    sessions: &Sessions,
    change: &TrafficChange,
    sent: &Accepted,
) -> Result<Progress> {
    let Some(id) = &sent.external_id else {
        return Ok(match standing(sessions, change).await? {
            Standing::To { .. } => Progress::settled(),
            _ => Progress::Working("it is not to be seen yet".into()),
        });
    };
    let route53 = Route53::open(sessions, account(change)?).await?;
    let answer = route53.client.get_change().id(id).send().await;
    let answer = answer.map_err(|error| route53.call("GetChange").error(error))?;
    let status = answer.change_info.map(|info| info.status);
    Ok(match status {
        Some(ChangeStatus::Insync) => Progress::settled(),
        status => Progress::Working(format!("{status:?}")),
    })
}

fn refusal(change: &TrafficChange, problem: &str) -> Error {
    let kind = Kind::Service {
        service: "route53".into(),
        code: "NotSendable".into(),
        message: problem.into(),
    };
    match change.account().known() {
        Some(account) => Error::new(kind).at(*account, None),
        None => Error::new(kind),
    }
}

/// The account, which the engine has filled in by now.
fn account(change: &TrafficChange) -> Result<crate::model::AccountId> {
    let account = change.account().get().copied();
    account.map_err(|unbound| refusal(change, &unbound.to_string()))
}
