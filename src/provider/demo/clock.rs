//! The world's time: the real one, a frozen one, or one that runs at its own speed.

use std::{fmt, str::FromStr, time::Duration};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;

/// Which time it is in the world. Written as a moment (`2026-01-15T10:00:00Z`, where the clock
/// stands still), a speed (`x60`, from now on), or both (`2026-01-15T10:00:00Z,x60`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClockSetting {
    /// Where the clock starts; `None` is the real time.
    pub start: Option<Timestamp>,
    /// World seconds for each real second; 0 stands still.
    pub speed: f64,
}

/// Why a text is no [`ClockSetting`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a clock: write a moment as `2026-01-15T10:00:00Z` (the clock stands still), a \
     speed as `x60`, or both as `2026-01-15T10:00:00Z,x60`"
)]
pub struct NotAClock(String);

impl Default for ClockSetting {
    fn default() -> Self {
        Self {
            start: None,
            speed: 1.0,
        }
    }
}

impl ClockSetting {
    /// A clock that stands still at `start` until it is advanced by hand.
    #[must_use]
    pub const fn frozen(start: Timestamp) -> Self {
        Self {
            start: Some(start),
            speed: 0.0,
        }
    }

    /// A clock that starts at `start` and runs like the caller's, which in tests may be paused.
    #[must_use]
    pub const fn from(start: Timestamp) -> Self {
        Self {
            start: Some(start),
            speed: 1.0,
        }
    }

    /// Whether it shows nothing but the real time.
    #[must_use]
    pub fn is_real(&self) -> bool {
        *self == Self::default()
    }
}

impl FromStr for ClockSetting {
    type Err = NotAClock;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotAClock(text.into());
        let speed = |part: &str| {
            let factor = part.strip_prefix('x')?.parse::<f64>().ok()?;
            (factor.is_finite() && (0.0..=1e6).contains(&factor)).then_some(factor)
        };
        let moment = |part: &str| part.parse::<Timestamp>().map_err(|_| wrong());
        if text.is_empty() || text == "real" {
            return Ok(Self::default());
        }
        match text.split_once(',') {
            Some((start, factor)) => Ok(Self {
                start: Some(moment(start)?),
                speed: speed(factor).ok_or_else(wrong)?,
            }),
            None if text.starts_with('x') => Ok(Self {
                start: None,
                speed: speed(text).ok_or_else(wrong)?,
            }),
            None => Ok(Self::frozen(moment(text)?)),
        }
    }
}

impl fmt::Display for ClockSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.start {
            None if self.is_real() => write!(f, "real"),
            None => write!(f, "x{}", self.speed),
            Some(start) if self.speed == 0.0 => write!(f, "{start}"),
            Some(start) => write!(f, "{start},x{}", self.speed),
        }
    }
}

impl TryFrom<String> for ClockSetting {
    type Error = NotAClock;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ClockSetting> for String {
    fn from(setting: ClockSetting) -> Self {
        setting.to_string()
    }
}

/// A running clock. It counts in tokio's time, so a test that pauses and advances that moves the
/// world along.
#[derive(Clone, Debug)]
pub struct Clock {
    origin: Timestamp,
    began: Instant,
    speed: f64,
    advanced: SignedDuration,
}

impl Clock {
    /// Starts the clock of `setting`, at the moment `at` where the world was left at one.
    #[must_use]
    pub fn start(setting: ClockSetting, at: Option<Timestamp>) -> Self {
        Self {
            origin: at.or(setting.start).unwrap_or_else(Timestamp::now),
            began: Instant::now(),
            speed: setting.speed,
            advanced: SignedDuration::ZERO,
        }
    }

    /// The world's time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let elapsed = self.began.elapsed().as_secs_f64() * self.speed;
        let elapsed = SignedDuration::try_from_secs_f64(elapsed).unwrap_or_default();
        self.origin
            .saturating_add(elapsed.saturating_add(self.advanced))
            .unwrap_or(Timestamp::MAX)
    }

    /// Moves the world's time forward, as if that long had passed.
    pub fn advance(&mut self, by: Duration) {
        let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
        self.advanced = self.advanced.saturating_add(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_reads_back_as_it_is_written() {
        for text in [
            "real",
            "x60",
            "2026-01-15T10:00:00Z",
            "2026-01-15T10:00:00Z,x1",
            "2026-01-15T10:00:00Z,x0.5",
        ] {
            let setting: ClockSetting = text.parse().expect("a clock");
            assert_eq!(setting.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_clock_is_quoted_with_the_valid_forms() {
        for text in [
            "noon",
            "x",
            "x-1",
            "xnan",
            "2026-01-15T10:00:00Z,60",
            "x1e9",
        ] {
            let error = text.parse::<ClockSetting>().expect_err("no clock");
            assert!(error.to_string().starts_with(&format!("`{text}`")));
            assert!(error.to_string().contains("2026-01-15T10:00:00Z,x60"));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_frozen_clock_moves_only_by_hand_and_a_running_one_by_its_speed() {
        let start: Timestamp = "2026-01-15T10:00:00Z".parse().expect("a moment");
        let mut frozen = Clock::start(ClockSetting::frozen(start), None);
        let fast = Clock::start("2026-01-15T10:00:00Z,x60".parse().expect("a clock"), None);
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(frozen.now(), start);
        assert_eq!(fast.now(), start + SignedDuration::from_hours(1));
        frozen.advance(Duration::from_secs(5));
        assert_eq!(frozen.now(), start + SignedDuration::from_secs(5));
    }
}
