//! Launch templates and capacity reservations, which EC2 makes for clusters.

use super::super::{
    ec2::{
        CancelReservation, CreateTemplate, DeleteTemplate, Ec2, NewReservation, NewTemplate,
        Params, Reserve, Retry,
    },
    error::Call,
    session::Sessions,
};
use crate::{
    model::{
        Place, Tags,
        change::{ClusterChange, ClusterObject, Unbound},
    },
    provider::{Accepted, Envelope, Error, Kind, Result, Sent},
};

/// An answer of which nothing is looked at.
#[derive(Debug, serde::Deserialize)]
struct Done {}

pub(super) async fn perform(
    sessions: &Sessions,
    change: &ClusterChange,
    envelope: &Envelope,
) -> Sent {
    let opened = async {
        let place = change.at().place().map_err(|gap| gap_in(change, &gap))?;
        Ok((open(sessions, &place, &envelope.reference).await?, place))
    };
    let (ec2, place) = match opened.await {
        Ok(opened) => opened,
        Err(error) => return Sent::NotSent(error),
    };
    let sender = Sender { ec2, place };
    let tags = |own: &Tags| super::tagged(own, envelope);
    match change {
        ClusterChange::CreateLaunchTemplate {
            name,
            disk_gib,
            instance_tags,
            tags: own,
            ..
        } => {
            let request = CreateTemplate {
                token: &envelope.key,
                name,
                disk_gib: *disk_gib,
                instance_tags,
                tags: &tags(own),
            };
            let sent = sender.send(CreateTemplate::ACTION, request.params());
            made(sent.await, |told: NewTemplate| {
                told.launch_template.launch_template_id
            })
        }
        ClusterChange::CreateCapacityReservation {
            instance_type,
            zone,
            count,
            tags: own,
            ..
        } => {
            let request = Reserve {
                token: &envelope.key,
                instance_type,
                zone: zone.as_str(),
                count: *count,
                tags: &tags(own),
            };
            let sent = sender.send(Reserve::ACTION, request.params());
            made(sent.await, |told: NewReservation| {
                told.capacity_reservation.capacity_reservation_id
            })
        }
        ClusterChange::Delete { object, .. } => sender.delete(change, object).await,
        _ => Sent::NotSent(unfit(&sender.place)),
    }
}

/// A client of the role that operates.
async fn open(sessions: &Sessions, place: &Place, reference: &str) -> Result<Ec2> {
    let sdk = sessions.operating_sdk(place, reference).await?;
    let mut named = sdk.to_builder();
    named.set_app_name(super::agent(reference));
    Ec2::new(&named.build(), Sessions::partition_name("ec2", place)).map_err(|error| {
        let kind = Kind::Unavailable {
            service: "ec2".into(),
            message: error.to_string(),
        };
        Error::new(kind).at(place.account, Some(&place.region))
    })
}

struct Sender {
    ec2: Ec2,
    place: Place,
}

impl Sender {
    async fn send<T>(&self, action: &'static str, params: Params) -> std::result::Result<T, Sent>
    where
        T: serde::de::DeserializeOwned + std::fmt::Debug + Send + Sync + 'static,
    {
        let sent = self.ec2.call::<T>(action, params, Retry::Never).await;
        sent.map_err(|error| Call::new("ec2", action, &self.place).sent(error))
    }

    async fn delete(&self, change: &ClusterChange, object: &ClusterObject) -> Sent {
        let sent = match object {
            ClusterObject::LaunchTemplate(id) => match id.get() {
                Ok(id) => {
                    let request = DeleteTemplate { id: id.as_str() };
                    self.send::<Done>(DeleteTemplate::ACTION, request.params())
                        .await
                }
                Err(gap) => Err(Sent::NotSent(gap_in(change, &gap))),
            },
            ClusterObject::Reservation(id) => match id.get() {
                Ok(id) => {
                    let request = CancelReservation { id: id.as_str() };
                    self.send::<Done>(CancelReservation::ACTION, request.params())
                        .await
                }
                Err(gap) => Err(Sent::NotSent(gap_in(change, &gap))),
            },
            _ => Err(Sent::NotSent(unfit(&self.place))),
        };
        match sent {
            Ok(Done {}) => Sent::Accepted(Accepted::default()),
            Err(sent) => sent,
        }
    }
}

/// What was made, where the answer says so.
fn made<T>(sent: std::result::Result<T, Sent>, id: impl FnOnce(T) -> String) -> Sent {
    match sent {
        Ok(answer) => Sent::Accepted(Accepted {
            request_id: None,
            external_id: None,
            made: Some(id(answer)).filter(|id| !id.is_empty()),
        }),
        Err(sent) => sent,
    }
}

fn gap_in(change: &ClusterChange, gap: &Unbound) -> Error {
    let error = not_sendable(&gap.to_string());
    match change.at().account.known() {
        Some(account) => error.at(*account, Some(&change.at().region)),
        None => error,
    }
}

fn unfit(place: &Place) -> Error {
    not_sendable("EC2 does not perform this change").at(place.account, Some(&place.region))
}

fn not_sendable(message: &str) -> Error {
    Error::new(Kind::Service {
        service: "ec2".into(),
        code: "NotSendable".into(),
        message: message.into(),
    })
}
