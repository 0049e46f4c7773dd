//! Time as the engine sees it, behind a trait so that tests and the simulation can run it faster.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A moment by two clocks: one that people read and that may be set back, one that only grows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Wall clock, microseconds since 1970 UTC.
    pub at: i64,
    /// Nanoseconds since boot, suspended time included.
    pub mono: u64,
    /// Which boot `mono` counts from.
    pub boot: String,
}

#[async_trait]
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    fn moment(&self) -> Moment;
    async fn sleep(&self, duration: Duration);
}

impl Moment {
    #[must_use]
    pub fn timestamp(&self) -> Timestamp {
        Timestamp::from_microsecond(self.at).unwrap_or_default()
    }

    /// How long ago this was. Within one boot the wall clock has no say; after a reboot a wall
    /// clock that was set back counts as no time at all, so that a wait is never cut short.
    #[must_use]
    pub fn until(&self, later: &Self) -> Duration {
        if self.boot == later.boot {
            Duration::from_nanos(later.mono.saturating_sub(self.mono))
        } else {
            Duration::from_micros(u64::try_from(later.at.saturating_sub(self.at)).unwrap_or(0))
        }
    }
}

/// How many times as fast waits pass, by the clocks of this machine: polls, times to live, bakes and
/// windows are counted and slept in hundreds of milliseconds where tests run real processes. Only
/// builds with debug assertions look for it.
pub const FACTOR: &str = "AWSDECK_CLOCK_FACTOR";

/// The clocks of this machine.
#[derive(Clone, Debug)]
pub struct SystemClock {
    boot: String,
    factor: u32,
}

impl Default for SystemClock {
    fn default() -> Self {
        // Where the kernel tells no boot id, every process counts as a boot of its own: waits then
        // fall back on the wall clock.
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")
            .map_or_else(|_| uuid::Uuid::now_v7().to_string(), |id| id.trim().into());
        Self::paced(boot, pace())
    }
}

impl SystemClock {
    /// Moments that were counted at another pace are not compared with these: they belong to
    /// another boot.
    fn paced(mut boot: String, factor: u32) -> Self {
        if factor != 1 {
            boot = format!("{boot} x{factor}");
        }
        Self { boot, factor }
    }
}

/// How many times as fast as the wall's the clocks of this process go.
#[must_use]
pub fn pace() -> u32 {
    told_factor().unwrap_or(1)
}

fn told_factor() -> Option<u32> {
    let told = cfg!(debug_assertions).then(|| std::env::var(FACTOR).ok())?;
    told?.parse().ok().filter(|factor| *factor > 0)
}

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn moment(&self) -> Moment {
        Moment {
            at: Timestamp::now().as_microsecond(),
            mono: since_boot().saturating_mul(u64::from(self.factor)),
            boot: self.boot.clone(),
        }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.factor).await;
    }
}

fn since_boot() -> u64 {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(clock);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

/// The runtime's clock from a fixed start: it follows tokio's paused time, and the simulation can
/// let it run `factor` times as fast as the wall.
#[derive(Clone, Debug)]
pub struct RuntimeClock {
    start: Timestamp,
    began: tokio::time::Instant,
    factor: u32,
}

impl RuntimeClock {
    /// Must be called within a tokio runtime. A factor of 0 counts as 1.
    #[must_use]
    pub fn new(start: Timestamp, factor: u32) -> Self {
        Self {
            start,
            began: tokio::time::Instant::now(),
            factor: factor.max(1),
        }
    }

    fn elapsed(&self) -> Duration {
        self.began.elapsed().saturating_mul(self.factor)
    }
}

#[async_trait]
impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        let elapsed = jiff::SignedDuration::try_from(self.elapsed()).unwrap_or_default();
        self.start.checked_add(elapsed).unwrap_or(Timestamp::MAX)
    }

    fn moment(&self) -> Moment {
        Moment {
            at: self.now().as_microsecond(),
            mono: u64::try_from(self.elapsed().as_nanos()).unwrap_or(u64::MAX),
            boot: format!("runtime since {}", self.start),
        }
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration / self.factor).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(at: i64, mono: u64, boot: &str) -> Moment {
        Moment {
            at,
            mono,
            boot: boot.into(),
        }
    }

    #[test]
    fn a_wall_clock_that_is_set_never_shortens_a_wait() {
        let began = moment(5_000_000, 1_000, "a");
        let an_hour_back = moment(-3_595_000_000, 3_000, "a");
        assert_eq!(began.until(&an_hour_back), Duration::from_micros(2));
        let rebooted = moment(-3_595_000_000, 7, "b");
        assert_eq!(began.until(&rebooted), Duration::ZERO);
        assert_eq!(
            began.until(&moment(9_000_000, 7, "b")),
            Duration::from_secs(4)
        );
    }

    #[test]
    fn the_machine_clocks_only_grow() {
        let clock = SystemClock::default();
        let (one, two) = (clock.moment(), clock.moment());
        assert!(one.mono > 0 && two.mono >= one.mono);
        assert_eq!(one.boot, two.boot);
    }

    #[tokio::test]
    async fn a_faster_clock_counts_more_than_it_sleeps_and_tells_the_true_time() {
        let clock = SystemClock::paced("a".into(), 1000);
        let (began, wall) = (clock.moment(), Timestamp::now());
        clock.sleep(Duration::from_secs(20)).await;
        assert!(began.until(&clock.moment()) >= Duration::from_secs(20));
        assert!(Timestamp::now().duration_since(wall).as_secs() < 20);
        let true_time = clock.now().duration_since(Timestamp::now());
        assert!(true_time.as_secs().abs() < 20);
        let usual = SystemClock::paced("a".into(), 1);
        assert_ne!(usual.boot, clock.boot);
    }
}
