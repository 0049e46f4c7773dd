//! Names for what plans make.

use std::collections::BTreeSet;

use jiff::Timestamp;

/// RDS's limit for the names of databases.
const LONGEST: usize = 63;
/// The longest name of a step.
const LONGEST_STEP: usize = 64;

/// `orders-r-2601151000`: whose it is and from which moment; the same for the same wish.
pub(in super::super) fn default_name(database: &str, moment: Timestamp) -> String {
    let end = format!("-r-{}", moment.strftime("%y%m%d%H%M"));
    let room = LONGEST - end.len();
    let start: String = database.to_ascii_lowercase().chars().take(room).collect();
    format!("{}{end}", start.trim_end_matches('-'))
}

/// The name, or the first free one with a number at its end.
pub(in super::super) fn free_name(wanted: &str, taken: &BTreeSet<&str>) -> String {
    let numbered = (2..).map(|number| {
        let end = format!("-{number}");
        let start: String = wanted.chars().take(LONGEST - end.len()).collect();
        format!("{}{end}", start.trim_end_matches('-'))
    });
    let mut names = std::iter::once(wanted.to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains(name.as_str()));
    free.unwrap_or_else(|| wanted.to_owned())
}

/// A step's name from what it does and to what.
pub(in super::super) fn step_id(does: &str, what: &str) -> String {
    let fits = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
    let what = what.to_ascii_lowercase();
    let plain: String = what
        .chars()
        .map(|char| if fits(char) { char } else { '-' })
        .collect();
    let whole: String = format!("{does}-{plain}")
        .chars()
        .take(LONGEST_STEP)
        .collect();
    whole.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::protection::is_identifier;

    #[test]
    fn names_are_told_by_the_moment_and_always_fit() {
        let moment: Timestamp = "2026-01-15T10:07:31Z".parse().expect("a moment");
        assert_eq!(default_name("Orders", moment), "orders-r-2601151007");
        for name in [
            "a".repeat(63),
            format!("{}-{}", "b".repeat(49), "c".repeat(13)),
        ] {
            let made = default_name(&name, moment);
            assert_eq!(is_identifier(&made), Ok(()), "{made}");
            let again = free_name(&made, &BTreeSet::from([made.as_str()]));
            assert_ne!(again, made);
            assert_eq!(is_identifier(&again), Ok(()), "{again}");
        }
    }

    #[test]
    fn a_taken_name_gets_the_first_free_number() {
        let taken = BTreeSet::from(["x", "x-2"]);
        assert_eq!(free_name("x", &taken), "x-3");
        assert_eq!(free_name("y", &taken), "y");
        assert_eq!(step_id("fail-over", "Orders.x"), "fail-over-orders-x");
        assert_eq!(step_id("port", &"q".repeat(63)).len(), 64);
    }
}
