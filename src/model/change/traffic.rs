//! Changes to Route 53 records.

use serde::{Deserialize, Serialize};

use super::{Change, ChangeKind, Class, Difference, Ref, Standing, Verb};
use crate::model::{
    AccountId, HostedZoneId, Region,
    traffic::{HostedZone, Record, Routing},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum TrafficChange {
    /// Sets the weights of all records of one weighted group in one atomic batch.
    ShiftWeights {
        account: Ref<AccountId>,
        zone: HostedZoneId,
        sides: Vec<Side<u8>>,
    },
    /// Sets the time to live, in seconds, of all records of one group in one atomic batch.
    SetTtl {
        account: Ref<AccountId>,
        zone: HostedZoneId,
        sides: Vec<Side<u32>>,
    },
    /// Lets a name lead elsewhere: sets the values of one record. A value may be what an earlier
    /// step makes, such as the endpoint of a database.
    SetValues {
        account: Ref<AccountId>,
        zone: HostedZoneId,
        side: Box<Side<Vec<Ref<String>>>>,
    },
}

/// One record of a group, whole as it was seen, and the value that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side<T> {
    /// The before-image: an UPSERT replaces everything, so everything must be known.
    pub record: Record,
    pub from: T,
    pub to: T,
}

impl TrafficChange {
    /// The change that sets everything back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        match self.clone() {
            Self::ShiftWeights {
                account,
                zone,
                sides,
            } => Self::ShiftWeights {
                account,
                zone,
                sides: turned(sides, weigh),
            },
            Self::SetTtl {
                account,
                zone,
                sides,
            } => Self::SetTtl {
                account,
                zone,
                sides: turned(sides, age),
            },
            Self::SetValues {
                account,
                zone,
                side,
            } => Self::SetValues {
                account,
                zone,
                side: turned_to(*side, |record, values| lead(record, &values)).into(),
            },
        }
    }

    #[must_use]
    pub const fn zone(&self) -> &HostedZoneId {
        match self {
            Self::ShiftWeights { zone, .. }
            | Self::SetTtl { zone, .. }
            | Self::SetValues { zone, .. } => zone,
        }
    }

    /// The records as they are before.
    #[must_use]
    pub fn before(&self) -> Vec<&Record> {
        match self {
            Self::ShiftWeights { sides, .. } => sides.iter().map(|side| &side.record).collect(),
            Self::SetTtl { sides, .. } => sides.iter().map(|side| &side.record).collect(),
            Self::SetValues { side, .. } => vec![&side.record],
        }
    }

    /// The records as they shall be: the batch to UPSERT.
    #[must_use]
    pub fn after(&self) -> Vec<Record> {
        match self {
            Self::ShiftWeights { sides, .. } => sides
                .iter()
                .map(|side| weigh(&side.record, side.to))
                .collect(),
            Self::SetTtl { sides, .. } => sides
                .iter()
                .map(|side| age(&side.record, side.to))
                .collect(),
            Self::SetValues { side, .. } => vec![lead(&side.record, &side.to)],
        }
    }

    /// Where the group stands in `zone`, as it was just read. A record that appeared in or
    /// vanished from the group, or differs in anything, counts as neither.
    #[must_use]
    pub fn standing(&self, zone: &HostedZone) -> Standing {
        let before: Vec<Record> = self.before().into_iter().cloned().collect();
        let Some(first) = before.first() else {
            return Standing::to();
        };
        let in_group = |record: &&Record| record.name == first.name && record.kind == first.kind;
        let found: Vec<&Record> = zone.records.iter().filter(in_group).collect();
        if same(&found, &self.after()) {
            return Standing::to();
        }
        if same(&found, &before) {
            return Standing::From;
        }
        Standing::Elsewhere(drift(&found, &before))
    }
}

impl ChangeKind for TrafficChange {
    fn class(&self) -> Class {
        Class::Set
    }

    fn verb(&self) -> Verb {
        match self {
            Self::ShiftWeights { .. } | Self::SetValues { .. } => Verb::Shift,
            Self::SetTtl { .. } => Verb::Change,
        }
    }

    fn inverse(&self, _: &str) -> Option<Change> {
        Some(Change::Traffic(self.reversed()))
    }

    fn account(&self) -> &Ref<AccountId> {
        match self {
            Self::ShiftWeights { account, .. }
            | Self::SetTtl { account, .. }
            | Self::SetValues { account, .. } => account,
        }
    }

    fn region(&self) -> Region {
        Region::global()
    }

    fn scope(&self) -> String {
        let first = self
            .before()
            .first()
            .map(|record| format!("{}/{}", record.name, record.kind));
        format!("r53/{}/{}", self.zone(), first.unwrap_or_default())
    }

    fn action(&self) -> &'static str {
        "route53:ChangeResourceRecordSets"
    }

    fn reads(&self) -> &'static [&'static str] {
        &[
            "route53:GetChange",
            "route53:GetHealthCheckStatus",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
        ]
    }

    fn title(&self) -> String {
        let name = self
            .before()
            .first()
            .map_or("", |record| record.name.as_str())
            .trim_end_matches('.');
        match self {
            Self::ShiftWeights { sides, .. } => format!("{name}: {}", moves(sides)),
            Self::SetTtl { sides, .. } => {
                let (from, to) = sides.first().map_or((0, 0), |side| (side.from, side.to));
                format!("{name}: TTL {from} s to {to} s")
            }
            Self::SetValues { side, .. } => {
                format!("{name}: lead to {}", listed(&side.to))
            }
        }
    }

    fn differences(&self) -> Vec<Difference> {
        let name = |record: &Record, what: &str| {
            let side = record.set_identifier.as_deref().unwrap_or(&record.name);
            format!("{side} {what}")
        };
        match self {
            Self::ShiftWeights { sides, .. } => sides
                .iter()
                .map(|side| Difference::new(name(&side.record, "weight"), &side.from, &side.to))
                .collect(),
            Self::SetTtl { sides, .. } => sides
                .iter()
                .map(|side| {
                    let seconds = |value| format!("{value} s");
                    Difference::new(
                        name(&side.record, "TTL"),
                        &seconds(side.from),
                        &seconds(side.to),
                    )
                })
                .collect(),
            Self::SetValues { side, .. } => vec![Difference::new(
                side.record.name.trim_end_matches('.'),
                &listed(&side.from),
                &listed(&side.to),
            )],
        }
    }
}

fn weigh(record: &Record, weight: u8) -> Record {
    Record {
        routing: Routing::Weighted(weight),
        ..record.clone()
    }
}

fn age(record: &Record, ttl: u32) -> Record {
    Record {
        ttl: Some(ttl),
        ..record.clone()
    }
}

fn lead(record: &Record, values: &[Ref<String>]) -> Record {
    Record {
        values: values.iter().map(ToString::to_string).collect(),
        ..record.clone()
    }
}

fn listed(values: &[Ref<String>]) -> String {
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    values.join(" ")
}

fn turned<T: Clone>(sides: Vec<Side<T>>, set: fn(&Record, T) -> Record) -> Vec<Side<T>> {
    let turn = |side| turned_to(side, set);
    sides.into_iter().map(turn).collect()
}

fn turned_to<T: Clone>(side: Side<T>, set: fn(&Record, T) -> Record) -> Side<T> {
    Side {
        record: set(&side.record, side.to.clone()),
        from: side.to,
        to: side.from,
    }
}

fn moves(sides: &[Side<u8>]) -> String {
    let each = |side: &Side<u8>| {
        let name = side.record.set_identifier.as_deref().unwrap_or("?");
        format!("{name} {}→{}", side.from, side.to)
    };
    sides.iter().map(each).collect::<Vec<_>>().join(", ")
}

fn same(found: &[&Record], wanted: &[Record]) -> bool {
    found.len() == wanted.len() && wanted.iter().all(|record| found.contains(&record))
}

fn drift(found: &[&Record], planned: &[Record]) -> Vec<String> {
    let label = |record: &Record| {
        record
            .set_identifier
            .clone()
            .unwrap_or_else(|| record.name.clone())
    };
    let twin = |record: &Record, of: &Record| record.set_identifier == of.set_identifier;
    let mut lines = Vec::new();
    for wanted in planned {
        match found.iter().find(|record| twin(record, wanted)) {
            None => lines.push(format!("{} is gone", label(wanted))),
            Some(now) => {
                lines.extend(fields(wanted, now).map(|what| format!("{}: {what}", label(wanted))));
            }
        }
    }
    let strangers = found
        .iter()
        .filter(|record| !planned.iter().any(|wanted| twin(record, wanted)));
    lines.extend(strangers.map(|record| format!("{} is new", label(record))));
    lines
}

/// Each field in which two records of one identity differ, as `field planned → found`.
fn fields(planned: &Record, found: &Record) -> impl Iterator<Item = String> + use<> {
    let show = |name: &str, planned: String, found: String| {
        (planned != found).then(|| format!("{name} planned from {planned}, found {found}"))
    };
    let seconds = |ttl: Option<u32>| ttl.map_or("none".to_owned(), |ttl| format!("{ttl} s"));
    [
        show(
            "routing",
            format!("{:?}", planned.routing),
            format!("{:?}", found.routing),
        ),
        show("TTL", seconds(planned.ttl), seconds(found.ttl)),
        show("values", planned.values.join(" "), found.values.join(" ")),
        show(
            "alias",
            format!("{:?}", planned.alias),
            format!("{:?}", found.alias),
        ),
        show(
            "health check",
            format!("{:?}", planned.health_check),
            format!("{:?}", found.health_check),
        ),
    ]
    .into_iter()
    .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(side: &str, weight: u8) -> Record {
        Record {
            name: "shop.example.com.".into(),
            kind: "A".into(),
            set_identifier: Some(side.into()),
            routing: Routing::Weighted(weight),
            ttl: Some(60),
            values: vec![format!("192.0.2.{}", side.len())],
            alias: None,
            health_check: None,
        }
    }

    fn zone(records: Vec<Record>) -> HostedZone {
        HostedZone {
            id: "Z1".into(),
            name: "example.com.".into(),
            private: false,
            comment: None,
            name_servers: Vec::new(),
            records,
        }
    }

    fn switch() -> TrafficChange {
        let side = |name: &str, from, to| Side {
            record: record(name, from),
            from,
            to,
        };
        TrafficChange::ShiftWeights {
            account: "111122223333"
                .parse::<AccountId>()
                .expect("twelve digits")
                .into(),
            zone: "Z1".into(),
            sides: vec![side("blue", 100, 0), side("green", 0, 100)],
        }
    }

    #[test]
    fn the_group_stands_at_from_before_and_at_to_after() {
        let change = switch();
        let before = zone(vec![record("blue", 100), record("green", 0)]);
        assert_eq!(change.standing(&before), Standing::From);
        assert_eq!(change.standing(&zone(change.after())), Standing::to());
        assert_eq!(
            change.reversed().standing(&zone(change.after())),
            Standing::From
        );
        assert_eq!(change.reversed().reversed(), change);
    }

    #[test]
    fn a_change_by_hand_is_named() {
        let mut stranger = record("blue", 90);
        stranger.ttl = Some(300);
        let Standing::Elsewhere(lines) = switch().standing(&zone(vec![stranger, record("red", 1)]))
        else {
            panic!("neither before nor after");
        };
        insta::assert_snapshot!(lines.join("\n"), @r"
        blue: routing planned from Weighted(100), found Weighted(90)
        blue: TTL planned from 60 s, found 300 s
        green is gone
        red is new
        ");
    }
}
