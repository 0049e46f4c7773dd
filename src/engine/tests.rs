//! The whole way of a switch in the simulated organization, in virtual time.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use super::{
    operations::{Arguments, World},
    runner::{Ended, execute},
    *,
};
use crate::{
    config::{Environments, settings::Addressing},
    inventory::{Inventory, Loaded, Query},
    model::{
        Change, HealthCheckId,
        traffic::{self, Routing, Zones},
    },
    provider::{
        Provider,
        demo::{ClockSetting, DemoOptions, Effect, Entry, WorldHandle, in_process},
    },
};

mod approval;
mod attach;
mod baseline;
mod canary;
mod clusters;
mod crash;
mod databases;
mod every;
mod faults;
mod oracle;
mod peering;
mod people;
mod provision;
mod schedules;
mod shared;
mod switch;

fn start() -> Timestamp {
    "2026-01-15T10:00:00Z".parse().expect("a moment")
}

/// A folder in memory where the machine has one: thousands of runs are not to wait for a disk.
/// That what is written survives a real end is shown by real processes elsewhere.
fn folder() -> tempfile::TempDir {
    let memory = std::path::Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    folder.expect("a temporary folder")
}

/// A world, an engine and a clock that belong together.
struct Bench {
    folder: tempfile::TempDir,
    provider: Provider,
    world: WorldHandle,
    clock: RuntimeClock,
    engine: Engine,
    inventory: Inventory,
    addressing: Addressing,
}

impl Bench {
    async fn new() -> Self {
        Self::with("none").await
    }

    /// A world with these faults, which begin after planning.
    async fn with(faults: &str) -> Self {
        Self::seeded(1, faults).await
    }

    async fn seeded(seed: u64, faults: &str) -> Self {
        let options = DemoOptions {
            seed,
            ..DemoOptions::default()
        };
        Self::of(options, faults).await
    }

    /// A world with a store that machines share.
    async fn shared() -> Self {
        let options = DemoOptions {
            shared: true,
            ..DemoOptions::default()
        };
        Self::of(options, "none").await
    }

    async fn of(options: DemoOptions, faults: &str) -> Self {
        let (provider, world) = in_process(&DemoOptions {
            clock: ClockSetting::from(start()),
            ..options
        });
        let folder = folder();
        let engine = Engine::open(folder.path()).expect("a new journal");
        let mut inventory = Inventory::default();
        let organization = provider.organizations.organization(&mut |_| ()).await;
        let organization = Loaded::Organization(organization.expect("readable").into());
        inventory.accept(&Query::Organization, organization, start());
        world.set_faults(faults.parse().expect("faults"));
        Self {
            folder,
            provider,
            world,
            clock: RuntimeClock::new(start(), 1),
            engine,
            inventory,
            addressing: Addressing::default(),
        }
    }

    fn wish() -> Arguments {
        Arguments::new()
            .with("zone", "example.com")
            .with("name", "shop.example.com")
            .with("to", "green")
            .with("reason", "release 7")
    }

    async fn plan(&self, wish: &Arguments) -> Result<Sealed> {
        self.planned("dns-switch", wish).await
    }

    async fn planned(&self, operation: &str, wish: &Arguments) -> Result<Sealed> {
        let environments = Environments::conventional();
        let world = World {
            provider: &self.provider,
            inventory: &self.inventory,
            environments: &environments,
            addressing: &self.addressing,
            author: "ann",
            now: self.clock.now(),
        };
        self.engine.plan(operation, wish, &world).await
    }

    /// Seals a plan of the test's own and keeps it.
    fn seal(&self, mut plan: plan::Plan) -> Sealed {
        plan.sealed_at = self.clock.now();
        plan.expires_at = plan.sealed_at + jiff::SignedDuration::from_hours(1);
        let sealed = Sealed::seal(plan).expect("whole");
        self.engine.journal().keep_plan(&sealed).expect("kept");
        sealed
    }

    async fn open(&self, sealed: &Sealed) -> Result<RunId> {
        let typed = Challenge::of(sealed).wanted();
        let yes = Challenge::answer(sealed, &typed).expect("what was asked for");
        let arming = Arming::Always;
        self.engine
            .start(sealed, &yes, &arming, &self.provider, "ann", &self.clock)
            .await
    }

    /// Plans the switch to green and opens its run.
    async fn begin(&self) -> (Sealed, RunId) {
        let sealed = self.plan(&Self::wish()).await.expect("a plan");
        let run = self.open(&sealed).await.expect("a run");
        (sealed, run)
    }

    /// Executes until the run ends, pauses or is let go.
    async fn execute(&self, run: RunId) -> Ended {
        let (_sender, messages) = mpsc::channel(1);
        let path = self.engine.journal_path();
        execute(path, run, self.ground(), messages)
            .await
            .expect("executed")
    }

    fn ground(&self) -> runner::Ground<'_> {
        runner::Ground {
            provider: &self.provider,
            clock: &self.clock,
            policy: self.engine.policy(),
            shared: self.engine.shared(),
        }
    }

    async fn after(&self, seconds: u64) {
        self.clock.sleep(Duration::from_secs(seconds)).await;
    }

    async fn ask(&self, run: RunId, request: &Request) {
        self.engine
            .ask(run, request, "ann", &self.clock)
            .await
            .expect("possible now");
    }

    /// What happened, one line per event.
    fn story(&self, run: RunId) -> String {
        let records = self.engine.records(run, 0, u32::MAX).expect("readable");
        let line = |record: &Record| {
            let step = record
                .entry
                .event
                .step()
                .map_or("run", |step| step.as_str());
            let second = record
                .entry
                .when
                .timestamp()
                .duration_since(start())
                .as_secs();
            format!("{second:>4} {step} {}", record.entry.event.kind())
        };
        records.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// Changes blue's record as somebody in the console would.
    async fn by_hand(&self, edit: impl Fn(&mut traffic::Record)) {
        let zones = self.zones().await;
        let zone = &zones.zones[0];
        let blue = zone.records.iter().find(|record| {
            record.name == "shop.example.com." && record.set_identifier.as_deref() == Some("blue")
        });
        let mut record = blue.expect("in the world").clone();
        edit(&mut record);
        self.world
            .put_record(zones.account, &zone.id, record)
            .expect("writable");
    }

    async fn green_check(&self) -> HealthCheckId {
        let zones = self.zones().await;
        let mut records = zones.zones.iter().flat_map(|zone| &zone.records);
        let green = records.find(|record| {
            record.name == "shop.example.com." && record.set_identifier.as_deref() == Some("green")
        });
        green
            .and_then(|record| record.health_check.clone())
            .expect("in the world")
    }

    async fn zones(&self) -> Zones {
        let account = "999999999999".parse().expect("an account");
        self.provider.traffic.zones(account).await.expect("zones")
    }

    fn done(&self) -> Vec<Entry> {
        let done = |entry: &Entry| {
            !matches!(
                entry.effect,
                Effect::Nothing { .. } | Effect::Repeated { .. }
            )
        };
        self.world.ledger().into_iter().filter(done).collect()
    }

    /// The weights of the shop as they are now, blue first.
    async fn weights(&self) -> Vec<(String, u8, Option<u32>)> {
        let zones = self.zones().await;
        let records = zones.zones.iter().flat_map(|zone| &zone.records);
        records
            .filter(|record| record.name == "shop.example.com.")
            .map(|record| {
                (
                    record.set_identifier.clone().unwrap_or_default(),
                    record.weight().unwrap_or_default(),
                    record.ttl,
                )
            })
            .collect()
    }

    /// What must hold the moment a process has ended: the chain is whole, and what was sent was
    /// written down.
    fn check_invariants_of_a_crash(&self, run: RunId) {
        let verified = self.engine.verify().expect("readable");
        assert_eq!(verified.faults, Vec::<String>::new());
        let intents = self.story(run).matches("Intent").count();
        assert!(self.world.ledger().len() <= intents);
    }
}

/// Whether `sent` is `planned` with its symbols filled in.
fn is_bound_from(planned: &Change, sent: &Change) -> bool {
    fn fits(planned: &serde_json::Value, sent: &serde_json::Value) -> bool {
        use serde_json::Value;
        match (planned, sent) {
            (Value::String(symbol), Value::String(_)) if symbol.starts_with("${") => true,
            (Value::Array(one), Value::Array(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| fits(one, two))
            }
            (Value::Object(one), Value::Object(two)) => {
                one.len() == two.len()
                    && one
                        .iter()
                        .all(|(key, one)| two.get(key).is_some_and(|two| fits(one, two)))
            }
            (one, two) => one == two,
        }
    }
    fits(&serde_json::json!(planned), &serde_json::json!(sent))
}
