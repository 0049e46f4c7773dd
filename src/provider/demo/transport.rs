//! How calls reach the world: here in the same process; over a socket in [`super::process`].

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    call::{Answer, Call},
    client,
    faults::Faults,
    ledger::Entry,
    options::DemoOptions,
    world::{Delay, World},
};
use crate::{
    model::{
        AccountId, HealthCheckId, HostedZoneId, Place, QuotaCode, SubnetId, compute::Compute,
        network::Network, traffic::Record,
    },
    provider::{Error, Provider, Result},
};

/// Carries a call to the world and its answer back.
#[async_trait]
pub(super) trait Transport: Send + Sync {
    async fn call(&self, call: Call) -> std::result::Result<Answer, Failure>;
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// The simulated service said no.
    Refused(Error),
    /// The world was never reached.
    NotSent(Error),
    /// The world was reached and its answer was not.
    Unknown(Error),
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) | Failure::NotSent(error) | Failure::Unknown(error) => error,
        }
    }
}

/// The world in the same process, and the hand that reaches into it: tests turn its clock, set
/// faults, change records behind everybody's back and read the ledger.
#[derive(Clone)]
pub struct WorldHandle(Arc<Mutex<World>>);

/// Builds a world in this process. Its clock follows tokio's, so paused tests run in virtual time.
#[must_use]
pub fn in_process(options: &DemoOptions) -> (Provider, WorldHandle) {
    let handle = WorldHandle(Arc::new(Mutex::new(World::new(options, None))));
    let provider = client::provider(handle.clone(), options);
    (provider, handle)
}

#[async_trait]
impl Transport for WorldHandle {
    async fn call(&self, call: Call) -> std::result::Result<Answer, Failure> {
        let reply = self.world().reply(call);
        reply.delay.pass().await;
        reply.result.map_err(Failure::Refused)
    }
}

impl Delay {
    /// Waits as long as the fault wants, outside of any lock.
    pub(super) async fn pass(&self) {
        match self {
            Self::For(Duration::ZERO) => {}
            Self::For(time) => tokio::time::sleep(*time).await,
            Self::Forever => std::future::pending().await,
        }
    }
}

impl WorldHandle {
    /// The world's time.
    pub fn now(&self) -> Timestamp {
        self.world().now()
    }

    /// Lets time pass in the world.
    pub fn advance(&self, by: Duration) {
        self.world().advance(by);
    }

    /// Replaces all faults; the count of changes that `perform:N` speaks of starts again.
    pub fn set_faults(&self, faults: Faults) {
        self.world().set_faults(faults);
    }

    /// Everything that was sent to the world to change it, in order.
    pub fn ledger(&self) -> Vec<Entry> {
        self.world().ledger().to_vec()
    }

    /// Puts one record by hand, as somebody in the console would; no ledger entry is made.
    pub fn put_record(
        &self,
        account: AccountId,
        zone: &HostedZoneId,
        record: Record,
    ) -> Result<()> {
        self.world().edit(account, zone, record, false)
    }

    /// Removes one record by hand.
    pub fn delete_record(
        &self,
        account: AccountId,
        zone: &HostedZoneId,
        record: Record,
    ) -> Result<()> {
        self.world().edit(account, zone, record, true)
    }

    /// Changes the clusters of a place by hand, as somebody in the console, or an autoscaler, would;
    /// no ledger entry is made. Nodes follow a changed desired size in their own time.
    pub fn edit_compute(&self, place: &Place, edit: impl FnOnce(&mut Compute)) -> Result<()> {
        self.world().edit_compute(place, edit)
    }

    /// Makes a health check fail or recover.
    pub fn set_health(&self, check: &HealthCheckId, healthy: bool) {
        self.world().set_health(check, healthy);
    }

    /// Changes a network by hand.
    pub fn edit_network(&self, place: &Place, edit: impl FnOnce(&mut Network)) -> Result<()> {
        let mut world = self.world();
        let mut network = world.network(place)?;
        edit(&mut network);
        world.put_network(network);
        Ok(())
    }

    /// Puts an interface of another service into a subnet, or takes it out again.
    pub fn occupy(&self, subnet: &SubnetId, occupied: bool) {
        self.world().occupy(subnet, occupied);
    }

    /// Grants a quota.
    pub fn grant(&self, place: &Place, quota: QuotaCode, value: u64) {
        self.world().grant(place, quota.code, value);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // The world is only read and written whole, so a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
