//! The worlds that the deck can be opened on, and what comes with one.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{Kubectl, Operating};
use crate::{
    inventory::{Event, reader::Source},
    model::Organization,
    provider::{Profile, Provider, Result, World},
    tui::{
        Severity,
        state::{Access, Clock},
    },
};

/// Opens worlds while the deck runs.
#[async_trait]
pub trait Worlds: Send + Sync {
    /// The profiles of the AWS files, by name.
    async fn profiles(&self) -> Result<Vec<Profile>>;
    /// Opens a world; the deck then shows it in place of the one before.
    async fn open(&self, wanted: &Wanted) -> Result<Opened>;
}

/// Which world to open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The simulated organization.
    Simulation,
    Profile(String),
    /// With the role of the machine or container that we run on.
    Machine,
    /// The same again: after a sign-in, or when the profile files were edited.
    Same,
}

/// A world, and what is kept of it.
#[derive(Clone)]
pub struct Opened {
    pub provider: Provider,
    /// What is read, through which cache and meter.
    pub source: Source,
    /// The top of what the cache holds, for the first frame.
    pub head: Option<Event>,
    /// What carries plans out, once the organization is known.
    pub operating: Option<OpenOperating>,
    /// How `kubectl` is led into its clusters.
    pub kubectl: Kubectl,
    pub access: Access,
    pub clock: Option<Clock>,
    /// What is told once it is open.
    pub notes: Vec<(Severity, String)>,
}

/// Opens the journal of an organization; `None` for the one that was known at the start, if any.
pub type OpenOperating = Arc<
    dyn Fn(Option<&Organization>) -> std::result::Result<Option<Operating>, String> + Send + Sync,
>;

impl Opened {
    #[must_use]
    pub const fn world(&self) -> &World {
        &self.provider.world
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened")
            .field("world", &self.provider.world)
            .finish_non_exhaustive()
    }
}
