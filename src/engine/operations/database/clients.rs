//! How the clients of a database come to another one.

use super::{
    super::{Arguments, Refusal, World, zones},
    Draft, impossible,
};
use crate::{
    engine::plan::{Expected, Step, Watch, Work},
    model::{
        AccountId, HostedZoneId, Ref,
        change::{Side, TrafficChange},
        traffic::{Record, Routing},
    },
};

/// How clients are moved.
#[derive(Clone, Debug)]
pub(in super::super) enum Move {
    /// They stay where they are.
    None,
    /// The new database takes the old one's name, and with it its endpoint.
    Rename,
    /// The DNS name that they use leads to the new one.
    Record(Box<Switch>),
    /// Somebody changes what tells them where it is: a secret, a configuration.
    ByHand,
}

/// A name that leads to a database.
#[derive(Clone, Debug)]
pub(in super::super) struct Switch {
    account: AccountId,
    zone: HostedZoneId,
    record: Record,
}

impl Move {
    /// What is asked for, with its record as it is now.
    pub(in super::super) async fn of(wish: &Arguments, world: &World<'_>) -> Result<Self, Refusal> {
        let record = Switch::find(wish, world).await?;
        match (wish.text("cut-over"), record) {
            ("record", Some(switch)) => Ok(Self::Record(Box::new(switch))),
            ("record", None) => {
                impossible("--record is needed: the DNS name by which clients find the database")
            }
            (_, Some(_)) => impossible("--record goes with --cut-over record"),
            ("rename", None) => Ok(Self::Rename),
            ("by-hand", None) => Ok(Self::ByHand),
            _ => Ok(Self::None),
        }
    }
}

impl Switch {
    /// The record that is named, if one is.
    pub(in super::super) async fn find(
        wish: &Arguments,
        world: &World<'_>,
    ) -> Result<Option<Self>, Refusal> {
        let (name, zone) = match (wish.get("record"), wish.get("hosted-zone")) {
            (None, None) => return Ok(None),
            (Some(name), Some(zone)) => (name, zone),
            (Some(_), None) => {
                return impossible("--hosted-zone is needed: the zone that --record is in");
            }
            (None, Some(_)) => return impossible("--hosted-zone goes with --record"),
        };
        let account = zones::account_of(zone, world).await?;
        let read = world.provider.traffic.zones(account).await?;
        let zone = zones::named(&read, zone)?;
        let plain = |name: &str| name.trim_end_matches('.').to_ascii_lowercase();
        let records = zone.records.iter();
        let named: Vec<&Record> = records
            .filter(|one| plain(&one.name) == plain(name))
            .collect();
        let [record] = named.as_slice() else {
            return impossible(format!(
                "{name} has {} records in {} ({}); a name that leads to a database has one",
                named.len(),
                zone.name,
                zone.id
            ));
        };
        if record.kind != "CNAME" || record.routing != Routing::Simple || record.values.len() != 1 {
            return impossible(format!("{name} is no plain CNAME of one value"));
        }
        Ok(Some(Self {
            account,
            zone: zone.id.clone(),
            record: (*record).clone(),
        }))
    }

    pub(in super::super) const fn account(&self) -> AccountId {
        self.account
    }

    pub(in super::super) fn name(&self) -> &str {
        self.record.name.trim_end_matches('.')
    }

    /// Where it leads now.
    pub(in super::super) fn leads_to(&self) -> &str {
        let value = self.record.values.first();
        value.map_or("", |value| value.trim_end_matches('.'))
    }

    /// The steps that let it lead to `host` and wait until nobody has the old answer any more.
    /// Gives the names of the first and the last.
    pub(in super::super) fn steps(
        &self,
        draft: &mut Draft,
        host: Ref<String>,
        after: &[&str],
    ) -> (String, String) {
        let from = self.record.values.iter().cloned().map(Ref::Known).collect();
        let change = TrafficChange::SetValues {
            account: self.account.into(),
            zone: self.zone.clone(),
            side: Box::new(Side {
                record: self.record.clone(),
                from,
                to: vec![host],
            }),
        };
        let why = "clients find the database by this name";
        let step = Step::change("record", change.into(), why)
            .settling(2, 900)
            .taking(30, 60);
        draft.add(step, after, "clients come last");
        let seconds = self.record.ttl.unwrap_or(300);
        let wait = Step::read(
            "record-aged",
            format!("wait {seconds} s"),
            "resolvers keep the old answer for the TTL",
            Work::Wait { seconds },
            Expected::new(seconds, seconds),
        );
        draft.add(wait, &["record"], "answers age after the change");
        ("record".into(), "record-aged".into())
    }

    /// That the record stays as it was set.
    pub(in super::super) fn watched() -> Watch {
        Watch::Stands {
            step: "record".into(),
        }
    }
}
