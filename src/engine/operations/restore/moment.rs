//! Moments as people write them, told back in UTC and in their own time.

use jiff::{
    Timestamp,
    civil::DateTime,
    tz::{AmbiguousOffset, TimeZone},
};

use super::super::{
    Refusal,
    database::{impossible, wrong},
};

/// A moment and how it reads to who asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    /// `2026-01-15T10:00:00Z (11:00 on 2026-01-15 in Europe/Rome)`.
    pub(super) told: String,
}

/// What is given as `--time`, counted in whole seconds. `latest` is what the newest would be.
pub(super) fn read(
    text: &str,
    zone: Option<&str>,
    latest: Option<Timestamp>,
) -> Result<Moment, Refusal> {
    let zone = zone
        .map(|name| {
            TimeZone::get(name)
                .map_err(|_| wrong("time-zone", name, "a time zone such as Europe/Rome or UTC"))
        })
        .transpose()?;
    let at = if text == "latest" {
        latest.ok_or_else(|| {
            Refusal::Impossible("there is no latest moment: nothing can be restored yet".into())
        })?
    } else if let Ok(at) = text.parse::<Timestamp>() {
        at
    } else if let Ok(civil) = text.parse::<DateTime>() {
        let Some(zone) = &zone else {
            return Err(wrong(
                "time",
                text,
                "a moment with its zone: add Z or an offset such as +01:00, or say --time-zone",
            ));
        };
        in_zone(text, civil, zone)?
    } else {
        return Err(wrong(
            "time",
            text,
            "a moment such as 2026-01-15T10:00:00Z, or latest",
        ));
    };
    let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
    let zone = zone.unwrap_or_else(TimeZone::system);
    let local = at.to_zoned(zone.clone());
    let name = zone.iana_name().unwrap_or("local time");
    let told = if zone == TimeZone::UTC || name == "UTC" {
        at.to_string()
    } else {
        format!("{at} ({} in {name})", local.strftime("%Y-%m-%d %H:%M:%S"))
    };
    Ok(Moment { at, told })
}

/// A time on the clocks of a zone. Where they are changed, some times are not and some are twice.
fn in_zone(text: &str, civil: DateTime, zone: &TimeZone) -> Result<Timestamp, Refusal> {
    let name = zone.iana_name().unwrap_or("that zone");
    let moment = zone.to_ambiguous_timestamp(civil);
    match moment.offset() {
        AmbiguousOffset::Unambiguous { .. } => {}
        AmbiguousOffset::Gap { before, after } => {
            return impossible(format!(
                "there was no {text} in {name}: the clocks were put from UTC{before} to UTC{after}; \
                 give it with an offset, such as {civil}{before}"
            ));
        }
        AmbiguousOffset::Fold { before, after } => {
            return impossible(format!(
                "there was {text} twice in {name}: give the one that is meant with its offset, \
                 {civil}{before} or {civil}{after}"
            ));
        }
    }
    let exact = moment.unambiguous();
    exact.map_err(|error| wrong("time", text, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str, zone: Option<&str>) -> String {
        let latest = "2026-01-15T09:55:00Z".parse().ok();
        match read(text, zone, latest) {
            Ok(moment) => moment.told,
            Err(refusal) => refusal.to_string(),
        }
    }

    #[test]
    fn moments_are_told_in_utc_and_in_the_time_of_who_asked() {
        let rome = Some("Europe/Rome");
        let lines = [
            told("2026-01-15T10:00:00Z", Some("UTC")),
            told("2026-01-15T11:00:00+01:00", rome),
            told("2026-07-15T11:00", rome),
            told("2026-01-15 11:00:30.9", rome),
            told("latest", rome),
            told("2026-01-15T11:00", None),
            told("yesterday", rome),
            told("2026-01-15T11:00", Some("Rome")),
            told("2026-03-29T02:30", rome),
            told("2026-10-25T02:30", rome),
            told("2026-10-25T02:30:00+01:00", rome),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        2026-01-15T10:00:00Z
        2026-01-15T10:00:00Z (2026-01-15 11:00:00 in Europe/Rome)
        2026-07-15T09:00:00Z (2026-07-15 11:00:00 in Europe/Rome)
        2026-01-15T10:00:30Z (2026-01-15 11:00:30 in Europe/Rome)
        2026-01-15T09:55:00Z (2026-01-15 10:55:00 in Europe/Rome)
        --time `2026-01-15T11:00`: a moment with its zone: add Z or an offset such as +01:00, or say --time-zone
        --time `yesterday`: a moment such as 2026-01-15T10:00:00Z, or latest
        --time-zone `Rome`: a time zone such as Europe/Rome or UTC
        there was no 2026-03-29T02:30 in Europe/Rome: the clocks were put from UTC+01 to UTC+02; give it with an offset, such as 2026-03-29T02:30:00+01
        there was 2026-10-25T02:30 twice in Europe/Rome: give the one that is meant with its offset, 2026-10-25T02:30:00+02 or 2026-10-25T02:30:00+01
        2026-10-25T01:30:00Z (2026-10-25 02:30:00 in Europe/Rome)
        ");
    }

    #[test]
    fn there_is_no_latest_where_nothing_can_be_restored() {
        let refusal = read("latest", None, None).expect_err("no backups");
        assert!(refusal.to_string().contains("nothing can be restored yet"));
    }
}
