//! Changes to networks, by our own EC2 client.

mod look;
mod request;

use aws_types::{SdkConfig, app_name::AppName};

use self::{look::Look, request::Request};
use super::{
    super::{
        ec2::{Ec2, Written},
        error::Call,
        network,
        session::Sessions,
    },
    name_of,
};
use crate::{
    model::{
        Place,
        change::{NetworkChange, Standing, Unbound},
    },
    provider::{Accepted, Envelope, Error, Kind, Progress, Result, Sent},
};

const SERVICE: &str = "ec2";

/// Sends one change, once. What it needs beside the plan, such as the id of an association, is
/// read right before.
pub(super) async fn perform(
    sessions: &Sessions,
    envelope: &Envelope,
    change: &NetworkChange,
) -> Sent {
    let prepared = async {
        let place = change.at().place().map_err(gap)?;
        let look = Look::over(sessions, &place).await?;
        let request = look.prepare(envelope, change).await?;
        let sdk = sessions.operating_sdk(&place, &envelope.reference).await?;
        Ok((
            operating(&sdk, &place, &envelope.reference)?,
            place,
            request,
        ))
    };
    let (ec2, place, request) = match prepared.await {
        Ok(prepared) => prepared,
        Err(error) => return Sent::NotSent(error),
    };
    let write = match request {
        Request::Send(write) => write,
        // It stands as wanted: there is nothing that EC2 would take.
        Request::Idle => return Sent::Accepted(Accepted::default()),
    };
    let call = Call::new(SERVICE, write.action, &place);
    let sent = match ec2.write(write).await {
        Ok(written) => accepted(&call, &written),
        Err(error) => call.sent(error),
    };
    match (sent, change) {
        // What is not there needs no deletion.
        (Sent::Refused(error), NetworkChange::Delete { .. })
            if matches!(error.kind, Kind::NotFound { .. }) =>
        {
            Sent::Accepted(Accepted {
                request_id: error.request_id,
                ..Accepted::default()
            })
        }
        (sent, _) => sent,
    }
}

fn accepted(call: &Call<'_>, written: &Written) -> Sent {
    let request_id = written.request_id();
    match written.refusal() {
        Some(refused) => Sent::Refused(call.refusal(&refused.code, &refused.message, request_id)),
        None => Sent::Accepted(Accepted {
            request_id,
            external_id: None,
            made: written.made(),
        }),
    }
}

/// A client with the role that changes, whose user agent says which step it works for.
fn operating(sdk: &SdkConfig, place: &Place, reference: &str) -> Result<Ec2> {
    let mut sdk = sdk.to_builder();
    sdk.set_app_name(AppName::new(name_of(reference)).ok());
    network::over(&sdk.build(), place)
}

pub(super) async fn standing(
    sessions: &Sessions,
    envelope: &Envelope,
    change: &NetworkChange,
) -> Result<Standing> {
    let place = change.at().place().map_err(gap)?;
    let look = Look::over(sessions, &place).await?;
    let network = look.around(envelope, change).await?;
    change.standing(&network, envelope.mark()).map_err(gap)
}

/// By the state of the object: EC2 gives nothing else to follow a change by.
pub(super) async fn settled(
    sessions: &Sessions,
    envelope: &Envelope,
    change: &NetworkChange,
) -> Result<Progress> {
    let place = change.at().place().map_err(gap)?;
    let look = Look::over(sessions, &place).await?;
    let network = look.around(envelope, change).await?;
    Ok(change.progress(&network, envelope.mark()))
}

/// The engine has filled in every id by the time that a change gets here.
#[expect(
    clippy::needless_pass_by_value,
    reason = "by value it stands in `map_err` as it is"
)]
fn gap(unbound: Unbound) -> Error {
    Error::new(Kind::Service {
        service: SERVICE.into(),
        code: "NotSendable".into(),
        message: unbound.to_string(),
    })
}
