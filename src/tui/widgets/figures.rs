//! Numbers for people: money, ages, sizes, short enough for a column.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// `$61.2k`, `$412`, `$0.07`; other currencies by their code: `61.2k EUR`.
#[must_use]
pub fn money(amount: Decimal, currency: &str) -> String {
    let sign = if amount.is_sign_negative() && !amount.is_zero() {
        "-"
    } else {
        ""
    };
    let value = short(amount.abs().to_f64().unwrap_or_default());
    if currency == "USD" {
        format!("{sign}${value}")
    } else {
        format!("{sign}{value} {currency}")
    }
}

/// Three or four digits and a letter for the magnitude.
#[must_use]
pub fn short(value: f64) -> String {
    let scaled = |value: f64, unit: &str| {
        if value < 9.95 {
            format!("{value:.1}{unit}")
        } else {
            format!("{value:.0}{unit}")
        }
    };
    match value {
        value if value >= 999_500.0 => scaled(value / 1e6, "M"),
        value if value >= 99_950.0 => format!("{:.0}k", value / 1e3),
        value if value >= 999.5 => format!("{:.1}k", value / 1e3),
        value if value >= 9.995 => format!("{value:.0}"),
        value if value == 0.0 => "0".into(),
        value => format!("{value:.2}"),
    }
}

/// `512 B`, `1.5 KiB`, `20 GiB`
#[must_use]
pub fn bytes(size: u64) -> String {
    let mut value = size.to_f64().unwrap_or_default();
    let mut units = ["B", "KiB", "MiB", "GiB", "TiB"].into_iter();
    let mut unit = units.next().unwrap_or_default();
    for next in units {
        if value < 1_024.0 {
            break;
        }
        value /= 1_024.0;
        unit = next;
    }
    if value < 10.0 && unit != "B" {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// `1,048`
#[must_use]
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// How long ago, in coarse steps, so that a screen at rest does not change each second.
#[must_use]
pub fn age(now: Timestamp, then: Timestamp) -> String {
    span(now.duration_since(then))
}

/// `12 s`, `4 min`, `2 h`, `3 d`
#[must_use]
pub fn span(length: SignedDuration) -> String {
    match length.as_secs().max(0) {
        seconds @ 0..10 => format!("{seconds} s"),
        seconds @ 10..60 => format!("{} s", seconds / 10 * 10),
        seconds @ 60..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}

/// `3:12`, `1:04:09`: a clock that runs.
#[must_use]
pub fn clock(length: SignedDuration) -> String {
    let seconds = length.as_secs().max(0);
    match seconds / 3_600 {
        0 => format!("{}:{:02}", seconds / 60, seconds % 60),
        hours => format!("{hours}:{:02}:{:02}", seconds / 60 % 60, seconds % 60),
    }
}

/// `+18%`; `new` where there was nothing before.
#[must_use]
pub fn change(now: Decimal, before: Decimal) -> Option<f64> {
    if before.is_zero() {
        return None;
    }
    ((now - before) / before * Decimal::ONE_HUNDRED).to_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_short_and_honest() {
        let shown = |cents| money(Decimal::new(cents, 2), "USD");
        assert_eq!(shown(6_120_449), "$61.2k");
        assert_eq!(shown(41_230), "$412");
        assert_eq!(shown(7), "$0.07");
        assert_eq!(shown(-150), "-$1.50");
        assert_eq!(shown(0), "$0");
        assert_eq!(shown(99_999), "$1.0k");
        assert_eq!(shown(123_456_700), "$1.2M");
        assert_eq!(money(Decimal::new(412, 0), "EUR"), "412 EUR");
        assert_eq!(count(1_048_576), "1,048,576");
        assert_eq!(count(312), "312");
    }

    #[test]
    fn ages_go_by_steps() {
        let shown = |seconds| span(SignedDuration::from_secs(seconds));
        assert_eq!(shown(-3), "0 s");
        assert_eq!(shown(17), "10 s");
        assert_eq!(shown(3_700), "61 min");
        assert_eq!(shown(3 * 3_600), "3 h");
        assert_eq!(shown(90 * 3_600), "3 d");
        assert_eq!(clock(SignedDuration::from_secs(3_849)), "1:04:09");
        assert_eq!(clock(SignedDuration::from_secs(192)), "3:12");
    }
}
