//! What to conclude from looking for a change whose answer was lost. Pure.

use std::time::Duration;

use crate::model::{Class, Standing};

/// Reads that must agree before absence counts as absence.
const READS: u32 = 3;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// It happened; for a creation, this was made.
    There(Option<String>),
    /// Too early to say; look again.
    LookAgain,
    /// It did not happen: it may be sent again under the same key.
    Nowhere,
    /// Somebody else's work is in its place.
    Drift(Vec<String>),
    /// It happened more than once: these were made.
    Several(Vec<String>),
    /// Sending again could do harm, and nothing says whether it happened.
    AskHuman,
}

/// Judges what was read `reads` times, the last one `elapsed` after the answer was lost. Until the
/// `window` has passed, not seeing an effect says nothing: services answer from copies that lag.
#[must_use]
pub(super) fn judge(
    class: Class,
    standing: &Standing,
    elapsed: Duration,
    window: Duration,
    reads: u32,
) -> Finding {
    let absent = elapsed >= window && reads >= READS;
    match (standing, class) {
        (Standing::To { made }, _) => Finding::There(made.clone()),
        (Standing::Several(ids), _) => Finding::Several(ids.clone()),
        // Something is under way: what it comes to will tell.
        (Standing::Moving(_), _) => Finding::LookAgain,
        // A batch is all or nothing, so a mixture is not a half-done change of ours.
        (Standing::Elsewhere(lines), _) => Finding::Drift(lines.clone()),
        (Standing::From, _) if !absent => Finding::LookAgain,
        (Standing::From, Class::Act) => Finding::AskHuman,
        (Standing::From, _) => Finding::Nowhere,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Duration = Duration::from_mins(5);
    const CLASSES: [Class; 7] = [
        Class::Token,
        Class::Name,
        Class::Tag,
        Class::Set,
        Class::GuardedAct,
        Class::Act,
        Class::Read,
    ];

    #[test]
    fn absence_is_no_evidence_within_the_window_or_before_three_reads() {
        for class in CLASSES {
            for (elapsed, reads) in [(Duration::from_secs(299), 99), (WINDOW, 2)] {
                let finding = judge(class, &Standing::From, elapsed, WINDOW, reads);
                assert_eq!(finding, Finding::LookAgain, "{class}");
            }
        }
    }

    #[test]
    fn only_a_true_edge_needs_a_person_and_presence_never_does() {
        for class in CLASSES {
            let after = judge(class, &Standing::From, WINDOW, WINDOW, 3);
            let wanted = if class == Class::Act {
                Finding::AskHuman
            } else {
                Finding::Nowhere
            };
            assert_eq!(after, wanted, "{class}");
            let seen = judge(class, &Standing::made("x"), Duration::ZERO, WINDOW, 1);
            assert_eq!(seen, Finding::There(Some("x".into())));
            let foreign = Standing::Elsewhere(vec!["blue is gone".into()]);
            assert_eq!(
                judge(class, &foreign, Duration::ZERO, WINDOW, 1),
                Finding::Drift(vec!["blue is gone".into()])
            );
        }
    }
}
