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
    metrics::BalancerConduct,
    options::DemoOptions,
    rds::{Hand, ReplicaLag},
    world::{Delay, World},
};
use crate::{
    model::{
        AccountId, HealthCheckId, HostedZoneId, Place, QuotaCode, SubnetId,
        compute::Compute,
        network::Network,
        protection::{Database, DatabaseKind, Wanted},
        traffic::Record,
    },
    provider::{Error, Kind, Provider, Result},
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

    /// Decides what a load balancer's metrics tell from now on.
    pub fn set_conduct(&self, place: &Place, name: &str, conduct: BalancerConduct) {
        self.world().set_conduct(place, name, conduct);
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

    /// Changes a database as somebody in the console would, whatever was on its way with it.
    pub fn edit_database(
        &self,
        place: &Place,
        kind: DatabaseKind,
        id: &str,
        edit: impl FnOnce(&mut Database),
    ) -> Result<()> {
        let mut world = self.world();
        let found = world.databases(place, &Wanted::Everything)?;
        let Some(database) = found.find(kind, id) else {
            let name = id.into();
            let kind = kind.to_string();
            return Err(Error::new(Kind::NotFound { kind, name }));
        };
        let mut database = database.clone();
        edit(&mut database);
        world.by_hand(place, Hand::Put(Box::new(database)))
    }

    /// Puts a database there that nobody of ours has made.
    pub fn put_database(&self, place: &Place, database: Database) -> Result<()> {
        self.world().by_hand(place, Hand::Put(Box::new(database)))
    }

    /// Removes a database at once.
    pub fn remove_database(&self, place: &Place, kind: DatabaseKind, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.world().by_hand(place, Hand::Remove { kind, id })
    }

    /// Lets AWS fail a database over by itself.
    pub fn fail_over(&self, place: &Place, kind: DatabaseKind, id: &str) -> Result<()> {
        let id = id.to_owned();
        self.world().by_hand(place, Hand::FailOver { kind, id })
    }

    /// Decides how a replica is behind from now on.
    pub fn set_lag(&self, place: &Place, id: &str, lag: ReplicaLag) -> Result<()> {
        let id = id.to_owned();
        self.world().by_hand(place, Hand::Lag { id, lag })
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // The world is only read and written whole, so a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
