//! Cron expressions of five fields.

use jiff::{SignedDuration, Timestamp, Zoned, tz::TimeZone};

/// When something happens again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cron {
    Fields(Box<[Vec<i8>; 5]>),
    /// Every so often.
    Every(SignedDuration),
}

const RANGES: [(i8, i8); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

impl Cron {
    /// Reads an expression; the error is as Velero has it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = match text {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            text => text,
        };
        if let Some(period) = text.strip_prefix("@every ") {
            let period: SignedDuration = period
                .parse()
                .map_err(|_| format!("failed to parse duration {text}"))?;
            return Ok(Self::Every(period));
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        if fields.len() != 5 {
            return Err(format!(
                "expected exactly 5 fields, found {}: [{text}]",
                fields.len()
            ));
        }
        let mut parsed: [Vec<i8>; 5] = Default::default();
        for ((field, range), values) in fields.iter().zip(RANGES).zip(&mut parsed) {
            for part in field.split(',') {
                values.extend(part_of(part, range)?);
            }
        }
        Ok(Self::Fields(Box::new(parsed)))
    }

    /// The first time after `after`.
    pub(super) fn next(&self, after: Timestamp) -> Timestamp {
        let fields = match self {
            Self::Every(period) => return after + *period,
            Self::Fields(fields) => fields,
        };
        let second = after.as_second();
        let mut minute = second - second.rem_euclid(60) + 60;
        // Four years hold every date that there is.
        for _ in 0..4 * 366 * 24 * 60 {
            let at = Timestamp::from_second(minute).unwrap_or(after);
            if fits(fields, &at.to_zoned(TimeZone::UTC)) {
                return at;
            }
            minute += 60;
        }
        Timestamp::MAX
    }
}

fn fits(fields: &[Vec<i8>; 5], at: &Zoned) -> bool {
    let day = fields[2].contains(&at.day());
    let weekday = fields[4].contains(&at.weekday().to_sunday_zero_offset());
    // Where both are given, either will do.
    let date = if fields[2].len() == 31 || fields[4].len() == 7 {
        day && weekday
    } else {
        day || weekday
    };
    fields[0].contains(&at.minute())
        && fields[1].contains(&at.hour())
        && fields[3].contains(&at.month())
        && date
}

fn part_of(part: &str, (least, most): (i8, i8)) -> Result<Vec<i8>, String> {
    let (range, every) = part.split_once('/').unwrap_or((part, "1"));
    let number = |text: &str| {
        text.parse::<i8>()
            .map_err(|_| format!("failed to parse int from {text}"))
    };
    let (from, to) = match range.split_once('-') {
        _ if range == "*" => (least, most),
        Some((from, to)) => (number(from)?, number(to)?),
        None if part.contains('/') => (number(range)?, most),
        None => (number(range)?, number(range)?),
    };
    if from < least || to > most {
        return Err(format!("value out of range ({least} - {most}): {part}"));
    }
    let every = usize::try_from(number(every)?.max(1)).unwrap_or(1);
    Ok((from..=to).step_by(every).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_time_is_found() {
        let after: Timestamp = "2026-11-23T14:44:54Z".parse().expect("a time");
        for (text, expected) in [
            ("*/1 * * * *", "2026-11-23T14:45:00Z"),
            ("0 3 * * *", "2026-11-24T03:00:00Z"),
            ("30 14-16/2 * * 1,3", "2026-11-23T16:30:00Z"),
            ("0 0 1 * *", "2026-12-01T00:00:00Z"),
            ("@every 1h", "2026-11-23T15:44:54Z"),
        ] {
            let next = Cron::parse(text).expect(text).next(after);
            assert_eq!(next.to_string(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_none_is_told() {
        assert_eq!(
            Cron::parse("every day"),
            Err("expected exactly 5 fields, found 2: [every day]".into())
        );
        assert!(Cron::parse("61 * * * *").is_err());
        assert!(Cron::parse("x * * * *").is_err());
    }
}
