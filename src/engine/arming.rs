//! Whether this session may change anything, and until when.

use jiff::{SignedDuration, Timestamp};

/// The longest time that a session can be armed for at once.
pub const LONGEST: SignedDuration = SignedDuration::from_hours(8);

/// Write access of one session. It begins disarmed, except in the simulation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Arming {
    /// Started with `--read-only`: nothing lifts it while the program runs.
    ReadOnly,
    #[default]
    Disarmed,
    Until(Timestamp),
    /// The simulation, where nothing real can break.
    Always,
}

/// Why nothing may be changed now.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("this session is read-only; start awsdeck without --read-only to change anything")]
    ReadOnly,
    #[error("not armed; `:arm 15m` in the deck, or `awsdeck apply --write`")]
    Disarmed,
    #[error("the session was armed until {0}; arm it again with `:arm 15m`")]
    Over(Timestamp),
    #[error("a session is armed for more than no time and at most {} h", LONGEST.as_hours())]
    BadLength,
}

impl Arming {
    /// Whether changes are allowed at `now`.
    pub fn permit(&self, now: Timestamp) -> Result<(), Refused> {
        match *self {
            Self::ReadOnly => Err(Refused::ReadOnly),
            Self::Disarmed => Err(Refused::Disarmed),
            Self::Until(end) if end <= now => Err(Refused::Over(end)),
            Self::Until(_) | Self::Always => Ok(()),
        }
    }

    /// Arms for `length` from `now`.
    pub fn arm(&mut self, length: SignedDuration, now: Timestamp) -> Result<(), Refused> {
        if *self == Self::ReadOnly {
            return Err(Refused::ReadOnly);
        }
        if !length.is_positive() || length > LONGEST {
            return Err(Refused::BadLength);
        }
        if *self != Self::Always {
            *self = Self::Until(now.checked_add(length).unwrap_or(Timestamp::MAX));
        }
        Ok(())
    }

    /// Ends write access early; a read-only session stays that.
    pub fn disarm(&mut self) {
        if *self != Self::ReadOnly {
            *self = Self::Disarmed;
        }
    }

    /// What is left of it at `now`; `None` where it is not armed or armed without end.
    #[must_use]
    pub fn left(&self, now: Timestamp) -> Option<SignedDuration> {
        match self {
            Self::Until(end) if *end > now => Some(end.duration_since(now)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn arming_ends_by_itself() {
        let mut arming = Arming::default();
        assert_eq!(arming.permit(NOW), Err(Refused::Disarmed));
        arming
            .arm(SignedDuration::from_mins(15), NOW)
            .expect("allowed");
        assert_eq!(arming.permit(NOW), Ok(()));
        let later = NOW + SignedDuration::from_mins(15);
        assert_eq!(arming.permit(later), Err(Refused::Over(later)));
        assert_eq!(arming.left(NOW), Some(SignedDuration::from_mins(15)));
        assert_eq!(arming.left(later), None);
    }

    #[test]
    fn read_only_cannot_be_lifted() {
        let mut arming = Arming::ReadOnly;
        let refused = arming.arm(SignedDuration::from_mins(15), NOW);
        assert_eq!(refused, Err(Refused::ReadOnly));
        arming.disarm();
        assert_eq!(arming.permit(NOW), Err(Refused::ReadOnly));
    }

    #[test]
    fn nobody_is_armed_for_no_time_or_for_ever() {
        let mut arming = Arming::default();
        for length in [SignedDuration::ZERO, SignedDuration::from_hours(9)] {
            assert_eq!(arming.arm(length, NOW), Err(Refused::BadLength));
        }
        assert_eq!(arming, Arming::Disarmed);
    }
}
