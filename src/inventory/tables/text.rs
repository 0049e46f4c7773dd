//! How values are shown, the same in the deck and on the command line.

use jiff::{SignedDuration, Timestamp};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::Cell;
use crate::model::text::clean;

/// Stands for what nobody knows.
pub const UNKNOWN: &str = "–";

/// Heights of a bar in eighths.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

impl Cell {
    /// As a person reads it; control characters are replaced.
    #[must_use]
    pub fn shown(&self, now: Timestamp) -> String {
        match self {
            Self::Text(text) => clean(text).into_owned(),
            Self::Number(number) => grouped(&number.to_string()),
            Self::Money(amount, currency) => money(*amount, currency),
            Self::Bytes(count) => bytes(*count),
            Self::Percent(share) => percent(*share),
            Self::At(moment) => age(*moment, now),
            Self::State(state) => state.to_string(),
            Self::Trend(values) => sparkline(values),
            Self::Unknown => UNKNOWN.into(),
        }
    }

    /// As a program reads it: no separators, no rounding, moments in UTC; empty when unknown.
    #[must_use]
    pub fn exact(&self) -> String {
        match self {
            Self::Text(text) => clean(text).into_owned(),
            Self::Number(number) => number.to_string(),
            Self::Money(amount, _) => amount.to_string(),
            Self::Bytes(count) => count.to_string(),
            Self::Percent(share) => format!("{share:.1}"),
            Self::At(moment) => moment.to_string(),
            Self::State(state) => state.to_string(),
            Self::Trend(values) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                values.join(" ")
            }
            Self::Unknown => String::new(),
        }
    }
}

/// How long ago a moment was, in one coarse word; `in 3 d` when it is still to come.
#[must_use]
pub fn age(moment: Timestamp, now: Timestamp) -> String {
    let passed = now.duration_since(moment);
    match span(passed.abs()).as_str() {
        // Clocks of several machines differ by seconds.
        "now" => "now".into(),
        length if passed.is_negative() => format!("in {length}"),
        length => length.into(),
    }
}

/// A length of time in one coarse word. Below a minute it steps by ten seconds, so that a screen
/// at rest is not redrawn every second.
#[must_use]
pub fn span(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    match seconds {
        ..10 => "now".into(),
        10..60 => format!("{} s", seconds / 10 * 10),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        172_800.. => format!("{} d", grouped(&(seconds / 86_400).to_string())),
    }
}

/// `$61,204.12`, `-1,234.50 CHF`.
#[must_use]
pub fn money(amount: Decimal, currency: &str) -> String {
    with_currency(&grouped(&format!("{:.2}", amount.round_dp(2))), currency)
}

/// `$61.2k`, for trees and narrow columns.
#[must_use]
pub fn money_short(amount: Decimal, currency: &str) -> String {
    let number = amount.to_f64().unwrap_or_default();
    let (scaled, unit) = match number.abs() {
        1e9.. => (number / 1e9, "G"),
        1e6.. => (number / 1e6, "M"),
        1e3.. => (number / 1e3, "k"),
        _ => (number, ""),
    };
    let digits = usize::from(scaled.abs() < 99.95 && !unit.is_empty());
    with_currency(&format!("{scaled:.digits$}{unit}"), currency)
}

/// `4.2 GiB`
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(unit > 0 && value < 100.0);
    format!("{value:.digits$} {}", UNITS[unit])
}

/// `71 %`; below ten with one decimal.
#[must_use]
pub fn percent(share: f64) -> String {
    let digits = usize::from(share.abs() < 9.95 && share != 0.0);
    format!("{share:.digits$} %")
}

/// A change in percent with glyph and sign: `▲ +18 %`.
#[must_use]
pub fn change(percent: f64) -> String {
    match percent {
        0.5.. => format!("▲ +{percent:.0} %"),
        ..=-0.5 => format!("▼ {percent:.0} %"),
        _ => "= 0 %".into(),
    }
}

/// One character per value, from nothing to the greatest.
#[must_use]
pub fn sparkline(values: &[Decimal]) -> String {
    let top = values.iter().copied().max().unwrap_or_default();
    let bar = |value: &Decimal| {
        if top <= Decimal::ZERO || *value <= Decimal::ZERO {
            return BARS[0];
        }
        let eighths = (value / top * Decimal::from(BARS.len() - 1)).round();
        BARS[eighths.to_usize().unwrap_or(0).min(BARS.len() - 1)]
    };
    values.iter().map(bar).collect()
}

/// Thousands set apart by commas; a sign before and a fraction behind are left as they are.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, rest) = match number.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", number),
    };
    let (whole, fraction) = match rest.find('.') {
        Some(dot) => rest.split_at(dot),
        None => (rest, ""),
    };
    let mut out = String::from(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + fraction
}

fn with_currency(number: &str, currency: &str) -> String {
    let symbol = match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        other => return format!("{number} {}", clean(other)),
    };
    match number.strip_prefix('-') {
        Some(rest) => format!("-{symbol}{rest}"),
        None => format!("{symbol}{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_coarse_words() {
        let words: Vec<String> = [0, 12, 59, 60, 3_599, 7_200, 172_799, 172_800, 90_000_000]
            .map(|seconds| span(SignedDuration::from_secs(seconds)))
            .into();
        assert_eq!(
            words,
            [
                "now", "10 s", "50 s", "1 min", "59 min", "2 h", "47 h", "2 d", "1,041 d"
            ]
        );
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(age(now + SignedDuration::from_hours(72), now), "in 3 d");
        assert_eq!(age(now + SignedDuration::from_secs(3), now), "now");
    }

    #[test]
    fn money_keeps_its_cents_and_its_sign() {
        assert_eq!(money(Decimal::new(6_120_412, 2), "USD"), "$61,204.12");
        assert_eq!(money(Decimal::new(-1_234_505, 3), "USD"), "-$1,234.50");
        assert_eq!(money(Decimal::new(5, 0), "CHF"), "5.00 CHF");
        assert_eq!(money_short(Decimal::new(61_204, 0), "USD"), "$61.2k");
        assert_eq!(money_short(Decimal::new(999, 0), "USD"), "$999");
        assert_eq!(money_short(Decimal::new(141_000, 0), "EUR"), "€141k");
    }

    #[test]
    fn bytes_shares_and_changes_fit_their_columns() {
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(4_509_715_660), "4.2 GiB");
        assert_eq!(percent(71.4), "71 %");
        assert_eq!(percent(0.4), "0.4 %");
        assert_eq!(change(18.2), "▲ +18 %");
        assert_eq!(change(-3.0), "▼ -3 %");
        assert_eq!(change(0.2), "= 0 %");
    }

    #[test]
    fn a_sparkline_stands_on_zero() {
        let values: Vec<Decimal> = [0, 1, 4, 8].map(Decimal::from).into();
        assert_eq!(sparkline(&values), "▁▂▅█");
        assert_eq!(sparkline(&[Decimal::ZERO; 3]), "▁▁▁");
        assert_eq!(sparkline(&[]), "");
    }

    #[test]
    fn control_characters_never_reach_the_screen() {
        let cell = Cell::from("a\u{1b}[31mb");
        assert_eq!(cell.shown(Timestamp::UNIX_EPOCH), "a�[31mb");
        assert_eq!(cell.exact(), "a�[31mb");
    }
}
