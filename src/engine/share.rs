//! Whether counted DNS answers have the shares that the weights promise. Pure.

use crate::{
    engine::{machine::step::Verdict, plan::expected_shares},
    model::traffic::Record,
    provider::Answers,
};

/// The two-sided 99.9 % quantile of the normal distribution.
const Z: f64 = 3.290_526_731_491_9;
/// With more than this part of the queries lost, a sample says nothing.
const LOST: f64 = 0.1;
/// With fewer answers than this, a sample says nothing.
const LEAST: u32 = 30;

/// The Wilson score interval of a share of which `hits` of `answers` were seen.
#[must_use]
pub(super) fn wilson(hits: u32, answers: u32) -> (f64, f64) {
    if answers == 0 {
        return (0.0, 1.0);
    }
    let n = f64::from(answers);
    let share = f64::from(hits) / n;
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    // At the ends the interval reaches the end; rounding must not leave it just short.
    let low = if hits == 0 { 0.0 } else { middle - half };
    let high = if hits == answers { 1.0 } else { middle + half };
    (low, high)
}

/// What one sample says, and in words what was seen. `Fail` means "not these shares", which before
/// everything has converged is no failure yet.
#[must_use]
pub(super) fn judge(sides: &[Record], answers: &Answers) -> (Verdict, String) {
    let told: u32 = answers.by_side.values().sum::<u32>() + answers.strange;
    let asked = told + answers.lost;
    let mut text: Vec<String> = answers
        .by_side
        .iter()
        .map(|(side, hits)| format!("{side} {hits}"))
        .collect();
    if answers.strange > 0 {
        text.push(format!("others {}", answers.strange));
    }
    if answers.lost > 0 {
        text.push(format!("lost {}", answers.lost));
    }
    let text = format!(
        "{} of {asked} answers from {} servers",
        text.join(", "),
        answers.servers
    );
    if told < LEAST || f64::from(answers.lost) > LOST * f64::from(asked) {
        return (Verdict::Inconclusive, format!("too few answers: {text}"));
    }
    let fits = |hits: u32, percent: f64| {
        let (low, high) = wilson(hits, told);
        (low..=high).contains(&(percent / 100.0))
    };
    let expected = expected_shares(sides);
    let hits = |side: &String| answers.by_side.get(side).copied().unwrap_or(0);
    let mut off: Vec<String> = expected
        .iter()
        .filter(|(side, percent)| !fits(hits(side), **percent))
        .map(|(side, percent)| format!("{side} should have {percent:.1} %"))
        .collect();
    if !fits(answers.strange, 0.0) {
        off.push("answers that belong to no side".into());
    }
    if off.is_empty() {
        (Verdict::Pass, text)
    } else {
        (Verdict::Fail, format!("{text}: {}", off.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::engine::plan::sample::record;

    fn answers(blue: u32, green: u32, strange: u32, lost: u32) -> Answers {
        Answers {
            by_side: BTreeMap::from([("blue".into(), blue), ("green".into(), green)]),
            strange,
            lost,
            servers: 4,
        }
    }

    #[test]
    fn the_interval_is_that_of_the_textbook() {
        let (low, high) = wilson(50, 100);
        assert!(
            (low - 0.3437).abs() < 1e-3 && (high - 0.6563).abs() < 1e-3,
            "{low} {high}"
        );
        assert!(wilson(0, 400).0 <= 0.0 && wilson(400, 400).1 >= 1.0);
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }

    #[test]
    fn shares_pass_within_chance_and_not_outside() {
        let split = [record("blue", 90), record("green", 10)];
        let whole = [record("blue", 0), record("green", 100)];
        for (sides, seen, verdict) in [
            (&split, answers(360, 40, 0, 0), Verdict::Pass),
            (&split, answers(345, 55, 0, 0), Verdict::Pass),
            (&split, answers(300, 100, 0, 0), Verdict::Fail),
            (&whole, answers(0, 400, 0, 0), Verdict::Pass),
            (&whole, answers(1, 399, 0, 0), Verdict::Fail),
            (&whole, answers(0, 399, 1, 0), Verdict::Fail),
            (&whole, answers(0, 370, 0, 30), Verdict::Pass),
            (&whole, answers(0, 350, 0, 50), Verdict::Inconclusive),
            (&whole, answers(0, 29, 0, 0), Verdict::Inconclusive),
        ] {
            assert_eq!(judge(sides, &seen).0, verdict, "{seen:?}");
        }
    }

    #[test]
    fn the_words_tell_what_was_seen_and_what_is_off() {
        let whole = [record("blue", 0), record("green", 100)];
        let (_, text) = judge(&whole, &answers(100, 300, 0, 2));
        assert_eq!(
            text,
            "blue 100, green 300, lost 2 of 402 answers from 4 servers: \
             blue should have 0.0 %, green should have 100.0 %"
        );
    }
}
