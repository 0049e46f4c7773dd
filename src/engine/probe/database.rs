//! Asks the questions about databases.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use super::{Seen, unbound};
use crate::{
    engine::plan::DatabaseQuestion,
    model::{
        Place,
        change::Location,
        protection::{Database, DatabaseKind, Lag, Wanted},
    },
    provider::{MetricQuery, Provider, Result, Statistic},
};

/// A region that does not answer within this time is dark.
const DARK: Duration = Duration::from_secs(20);
/// How many minutes without a connection count as none.
const IDLE: i64 = 3;

pub(super) async fn ask(
    provider: &Provider,
    at: &Location,
    kind: DatabaseKind,
    id: &str,
    asked: &DatabaseQuestion,
) -> Result<Seen> {
    let place = at.place().map_err(|gap| unbound(&gap))?;
    let mut wanted = Wanted::one(kind, id);
    if let Wanted::These { lag, .. } = &mut wanted {
        *lag = matches!(asked, DatabaseQuestion::LagWithin { .. });
    }
    let reading = provider.databases.databases(&place, &wanted);
    let seen = if matches!(asked, DatabaseQuestion::Fenced(_)) {
        // What is out of reach lets nobody in, for as long as it is.
        match timeout(DARK, reading).await {
            Ok(Ok(seen)) => seen,
            Ok(Err(_)) | Err(_) => {
                return Ok(Seen {
                    holds: Some(true),
                    text: format!("{id} is out of reach"),
                });
            }
        }
    } else {
        reading.await?
    };
    let found = seen.find(kind, id);
    if let (DatabaseQuestion::Idle, Some(found)) = (asked, found) {
        return idle(provider, &place, found, seen.as_of).await;
    }
    Ok(judge(found, id, asked, seen.as_of))
}

fn judge(found: Option<&Database>, id: &str, asked: &DatabaseQuestion, now: Timestamp) -> Seen {
    let says = |holds, text: String| Seen {
        holds: Some(holds),
        text,
    };
    let Some(found) = found else {
        let gone = matches!(asked, DatabaseQuestion::Fenced(_) | DatabaseQuestion::Idle);
        return says(gone, format!("{id} is not there"));
    };
    match asked {
        DatabaseQuestion::Available => {
            let at_rest = found.is_available() && found.endpoint.is_some();
            says(at_rest, format!("{id} is {}", found.status))
        }
        DatabaseQuestion::BackedUp => match found.latest_restorable {
            Some(latest) if found.backup_retention_days > 0 => {
                says(true, format!("{id} can be restored until {latest}"))
            }
            _ if found.backup_retention_days > 0 => says(false, format!("{id} has no backup yet")),
            _ => says(false, format!("the backups of {id} are off")),
        },
        DatabaseQuestion::InSync => {
            let waiting: Vec<&str> = found.awaiting_restart().collect();
            if waiting.is_empty() {
                return says(true, format!("the parameters of {id} are in force"));
            }
            let waiting = waiting.join(", ");
            says(
                false,
                format!("{id} must restart for {waiting} to be in force"),
            )
        }
        DatabaseQuestion::WrittenBy(member) => {
            let writer = found.writer().map_or("nobody", |writer| writer.id.as_str());
            says(writer == member, format!("{id} is written by {writer}"))
        }
        DatabaseQuestion::In(zone) => {
            let is = found.zone.as_ref().map_or("no zone", |zone| zone.as_str());
            says(is == zone.as_str(), format!("{id} is in {is}"))
        }
        DatabaseQuestion::LagWithin {
            seconds,
            age_seconds,
        } => lag(id, found.lag, *seconds, *age_seconds, now),
        DatabaseQuestion::Alone => match &found.replica_of {
            None => says(true, format!("{id} follows no other database")),
            Some(source) => says(false, format!("{id} follows {source}")),
        },
        DatabaseQuestion::Fenced(groups) => {
            let within: BTreeSet<&str> = groups.iter().map(|group| group.as_str()).collect();
            let open = found.security_groups.iter().map(|group| group.as_str());
            let open: Vec<&str> = open.filter(|group| !within.contains(group)).collect();
            if open.is_empty() {
                return says(true, format!("{id} lets nobody in"));
            }
            let open = open.join(", ");
            says(
                false,
                format!("{id} is {} and open to {open}", found.status),
            )
        }
        // Asked of its metrics.
        DatabaseQuestion::Idle => Seen {
            holds: None,
            text: format!("the connections of {id} are not known"),
        },
    }
}

fn lag(id: &str, lag: Option<Lag>, most: u32, age: u32, now: Timestamp) -> Seen {
    let Some(Lag { seconds, at }) = lag else {
        return Seen {
            holds: None,
            text: format!("nobody knows how far {id} is behind"),
        };
    };
    let old = now.duration_since(at).as_secs().max(0);
    let text = format!("{id} was {seconds} s behind {old} s ago");
    let fresh = old <= i64::from(age);
    Seen {
        holds: fresh.then_some(seconds <= most),
        text,
    }
}

/// By the newest minutes of its connections.
async fn idle(
    provider: &Provider,
    place: &Place,
    found: &Database,
    now: Timestamp,
) -> Result<Seen> {
    let name = match found.kind {
        DatabaseKind::Instance => "DBInstanceIdentifier",
        DatabaseKind::Cluster => "DBClusterIdentifier",
    };
    let query = MetricQuery {
        place: place.clone(),
        namespace: "AWS/RDS".into(),
        metric: "DatabaseConnections".into(),
        dimensions: BTreeMap::from([(name.into(), found.id.clone())]),
        statistic: Statistic::Maximum,
        period_seconds: 60,
        from: now - SignedDuration::from_mins(IDLE + 2),
        to: now,
    };
    let series = provider.metrics.series(&[query]).await?;
    let points = series.first().map(|one| one.points.as_slice());
    let points = points.unwrap_or_default();
    let most = points.iter().map(|(_, count)| *count).fold(0.0, f64::max);
    let enough = i64::try_from(points.len()).is_ok_and(|count| count >= IDLE);
    let id = &found.id;
    let text = match (enough, most > 0.0) {
        (false, _) => format!("the connections of {id} are not known"),
        (true, true) => format!("{id} has {most:.0} connections"),
        (true, false) => format!("{id} has no connection"),
    };
    Ok(Seen {
        holds: enough.then_some(most <= 0.0),
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::protection::GroupStatus;

    fn orders() -> Database {
        Database {
            endpoint: Some("orders.example.com".into()),
            backup_retention_days: 7,
            latest_restorable: Some(Timestamp::UNIX_EPOCH),
            zone: Some("eu-west-1a".into()),
            security_groups: vec!["sg-data".into()],
            ..Database::named(DatabaseKind::Instance, "orders", "arn:x".into())
        }
    }

    fn told(found: Option<&Database>, asked: &DatabaseQuestion) -> String {
        let now = Timestamp::from_second(300).expect("a moment");
        let seen = judge(found, "orders", asked, now);
        let holds = match seen.holds {
            Some(true) => "yes",
            Some(false) => "no",
            None => "?",
        };
        format!("{holds}: {}", seen.text)
    }

    #[test]
    fn answers_say_what_was_seen() {
        let lag = |seconds, at: i64| Database {
            lag: Some(Lag {
                seconds,
                at: Timestamp::from_second(at).expect("a moment"),
            }),
            ..orders()
        };
        let within = DatabaseQuestion::LagWithin {
            seconds: 0,
            age_seconds: 120,
        };
        let waiting = Database {
            parameter_groups: vec![GroupStatus {
                name: "acme".into(),
                status: "pending-reboot".into(),
            }],
            ..orders()
        };
        let fenced = DatabaseQuestion::Fenced(vec!["sg-fence".into()]);
        let lines = [
            told(Some(&orders()), &DatabaseQuestion::Available),
            told(None, &DatabaseQuestion::Available),
            told(Some(&orders()), &DatabaseQuestion::BackedUp),
            told(Some(&orders()), &DatabaseQuestion::In("eu-west-1b".into())),
            told(Some(&waiting), &DatabaseQuestion::InSync),
            told(Some(&lag(0, 240)), &within),
            told(Some(&lag(3, 240)), &within),
            told(Some(&lag(0, 60)), &within),
            told(Some(&orders()), &within),
            told(Some(&orders()), &fenced),
            told(None, &fenced),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        yes: orders is available
        no: orders is not there
        yes: orders can be restored until 1970-01-01T00:00:00Z
        no: orders is in eu-west-1a
        no: orders must restart for acme to be in force
        yes: orders was 0 s behind 60 s ago
        no: orders was 3 s behind 60 s ago
        ?: orders was 0 s behind 240 s ago
        ?: nobody knows how far orders is behind
        no: orders is available and open to sg-data
        yes: orders is not there
        ");
    }
}
