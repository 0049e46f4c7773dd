//! What a caller can choose about the world.

use std::path::PathBuf;

use super::{clock::ClockSetting, faults::Faults};

/// Which simulated organization to open. Worlds that differ in accounts, seed or clock are different
/// worlds and keep their state apart.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoOptions {
    /// How many accounts there are; never fewer than [`DemoOptions::LEAST`].
    pub accounts: usize,
    pub seed: u64,
    pub clock: ClockSetting,
    /// Faults to set; `None` leaves those of a running world as they are.
    pub faults: Option<Faults>,
    /// Where the world keeps its state and socket; unused in process.
    pub state_dir: PathBuf,
    /// Leaves [`crate::provider::Control`] out.
    pub read_only: bool,
    /// Shares journal, leases and approvals through the world's own bucket.
    pub shared: bool,
}

impl DemoOptions {
    /// The accounts of the reference architecture, the management account and a suspended one.
    pub const LEAST: usize = 11;
    /// What AWS Organizations holds at most by default quota increases.
    pub const MOST: usize = 10_000;

    /// How many accounts the world really has.
    #[must_use]
    pub fn size(&self) -> usize {
        self.accounts.clamp(Self::LEAST, Self::MOST)
    }

    /// The command line, without the program, that serves this very world.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments: Vec<String> = vec![
            "world".into(),
            format!("--state-dir={}", self.state_dir.display()),
            "--demo".into(),
            format!("--demo-accounts={}", self.accounts),
            format!("--demo-seed={}", self.seed),
        ];
        if !self.clock.is_real() {
            arguments.push(format!("--demo-clock={}", self.clock));
        }
        if let Some(faults) = &self.faults {
            arguments.push(format!("--demo-faults={faults}"));
        }
        arguments
    }
}

impl Default for DemoOptions {
    fn default() -> Self {
        Self {
            accounts: Self::LEAST,
            seed: 1,
            clock: ClockSetting::default(),
            faults: None,
            state_dir: PathBuf::new(),
            read_only: false,
            shared: false,
        }
    }
}
