//! Zonal shifts.

use aws_sdk_arczonalshift::{Client, config};
use aws_types::request_id::RequestId;

use super::{
    super::{error::Call, session::Sessions, zonal},
    agent, once, unbound,
};
use crate::{
    model::{
        Place,
        change::{Standing, ZonalChange, shift_comment},
    },
    provider::{Accepted, Envelope, Error, Result, Sent},
};

pub(super) async fn perform(
    sessions: &Sessions,
    change: &ZonalChange,
    envelope: &Envelope,
) -> Sent {
    let (client, place) = match open(sessions, change, &envelope.reference).await {
        Ok(opened) => opened,
        Err(error) => return Sent::NotSent(error),
    };
    let call = |action| Call::new(zonal::SERVICE, action, &place);
    match change {
        ZonalChange::Start {
            resource,
            away_from,
            minutes,
            ..
        } => {
            let sent = client
                .start_zonal_shift()
                .resource_identifier(resource.as_str())
                .away_from(away_from)
                .expires_in(format!("{minutes}m"))
                .comment(shift_comment(envelope.mark()))
                .send()
                .await;
            match sent {
                Ok(answer) => Sent::Accepted(Accepted {
                    request_id: answer.request_id().map(ToOwned::to_owned),
                    external_id: None,
                    made: Some(answer.zonal_shift_id),
                }),
                Err(error) => call("StartZonalShift").sent(error),
            }
        }
        ZonalChange::Cancel { shift, .. } => {
            let id = match shift.get() {
                Ok(id) => id,
                Err(gap) => return Sent::NotSent(unbound(zonal::SERVICE, &gap)),
            };
            let sent = client.cancel_zonal_shift().zonal_shift_id(id).send().await;
            match sent {
                Ok(answer) => Sent::Accepted(Accepted {
                    request_id: answer.request_id().map(ToOwned::to_owned),
                    ..Accepted::default()
                }),
                Err(error) => call("CancelZonalShift").sent(error),
            }
        }
    }
}

pub(super) async fn standing(
    sessions: &Sessions,
    change: &ZonalChange,
    envelope: &Envelope,
) -> Result<Standing> {
    let place = place(change)?;
    let sdk = sessions.sdk(&place).await?;
    let client = zonal::over(config::Builder::from(&sdk), &place);
    let all = zonal::resources(&client, &place).await?;
    let found = all.iter().find(|one| one.arn == *change.resource());
    let standing = change.standing(found, envelope.mark());
    standing.map_err(|gap| unbound(zonal::SERVICE, &gap))
}

async fn open(
    sessions: &Sessions,
    change: &ZonalChange,
    reference: &str,
) -> Result<(Client, Place)> {
    let place = place(change)?;
    let sdk = sessions.operating_sdk(&place, reference).await?;
    let mut builder = config::Builder::from(&sdk).retry_config(once());
    builder.set_app_name(agent(reference));
    Ok((zonal::over(builder, &place), place))
}

fn place(change: &ZonalChange) -> std::result::Result<Place, Error> {
    let place = change.at().place();
    place.map_err(|gap| unbound(zonal::SERVICE, &gap))
}
