//! A Kubernetes API server for tests, with a cluster and a Velero behind it.
//!
//! ```text
//! let server = Server::start(Options::new().user("token", User::new("admin", &["system:masters"])));
//! connect to server.url(), trust server.ca(), send `Authorization: Bearer token`
//! ```
//!
//! What it answers is held to recordings of a real server by `tests/kubernetes/recordings`. What was
//! not recorded is written from the API reference, and says so where it is written.
//!
//! The module names nothing outside of itself, so that benchmarks can include it by its path.

mod accept;
mod api;
mod auth;
mod clock;
mod cluster;
mod fixtures;
mod hand;
mod json;
mod kinds;
mod names;
mod options;
mod patch;
mod query;
mod requests;
mod selectors;
mod start;
mod status;
mod store;
mod velero;
mod wire;
mod world;
mod write;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::sync::Notify;

pub(crate) use auth::{AccessKey, User};
pub(crate) use clock::Pace;
pub(crate) use cluster::{Behaviour, Parts, requested};
pub(crate) use fixtures::Scale;
pub(crate) use kinds::Custom;
pub(crate) use options::{ENDPOINT, Options};
pub(crate) use query::Parameters;
pub(crate) use requests::Seen;
pub(crate) use status::Status;
pub(crate) use velero::{
    ObjectStore, decompress, install as install_velero, start as start_velero, stop as stop_velero,
};
pub(crate) use wire::{Effect, Fault, Listening};
pub(crate) use world::World;

use start::Running;
use wire::Faults;

/// A server on a loopback port, until it is dropped.
pub(crate) struct Server {
    shared: Arc<Shared>,
    running: Running,
}

/// What connections and the handle have in common.
pub(crate) struct Shared {
    world: Mutex<World>,
    faults: Mutex<Faults>,
    log: Mutex<Vec<Seen>>,
    wake: Notify,
    mute: AtomicBool,
    /// Whether large answers are compressed for clients that ask for it.
    gzip: bool,
}

impl Shared {
    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn faults(&self) -> MutexGuard<'_, Faults> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets whoever runs the agenda look at it anew.
    fn wake(&self) {
        self.wake.notify_one();
    }

    fn is_mute(&self) -> bool {
        self.mute.load(Ordering::Relaxed)
    }
}

impl Server {
    /// Starts a server; it needs no runtime of the caller.
    pub(crate) fn start(options: Options) -> Self {
        start::start(options)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// `https://127.0.0.1:…`.
    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.running.address)
    }

    /// The certificate authority to trust, as PEM.
    pub(crate) fn ca(&self) -> &str {
        &self.running.ca
    }

    /// A kubeconfig with one context, `test`, that signs in with a bearer token.
    pub(crate) fn kubeconfig(&self, token: &str) -> String {
        use base64::{Engine, prelude::BASE64_STANDARD};
        serde_json::json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "test",
            "clusters": [{"name": "test", "cluster": {
                "server": self.url(),
                "certificate-authority-data": BASE64_STANDARD.encode(self.ca()),
            }}],
            "users": [{"name": "test", "user": {"token": token}}],
            "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        })
        .to_string()
    }

    /// Looks at the world, or changes it; what is due is done afterwards.
    pub(crate) fn world<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.shared.world();
        let seen = look(&mut world);
        self.shared.wake();
        seen
    }

    /// The server's time.
    pub(crate) fn now(&self) -> Timestamp {
        self.shared.world().now()
    }

    /// Moves the time on, and does everything on the way.
    pub(crate) fn advance(&self, time: SignedDuration) {
        self.world(|world| {
            let until = world.now() + time;
            world.run_until(until);
        });
    }

    /// Injects a fault.
    pub(crate) fn fault(&self, fault: Fault) {
        self.shared.faults().add(fault);
    }

    pub(crate) fn clear_faults(&self) {
        self.shared.faults().clear();
    }

    /// How many calls faults have hit: a test of a fault that never struck tests nothing.
    pub(crate) fn hits(&self) -> usize {
        self.shared.faults().hits
    }

    /// Changes how the server treats those that connect, from now on.
    pub(crate) fn listening(&self, listening: Listening) {
        let mute = listening == Listening::Mute;
        self.shared.mute.store(mute, Ordering::Relaxed);
        self.running.listen(listening);
    }

    /// What clients have asked for so far.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.shared.log().clone()
    }

    /// Those of the requests that could have changed something.
    pub(crate) fn writes(&self) -> Vec<Seen> {
        let mut seen = self.requests();
        seen.retain(Seen::is_write);
        seen
    }

    /// Takes an object in as it is, status and all; what is missing of its metadata is made up.
    pub(crate) fn load(&self, object: Value) {
        self.world(|world| fixtures::load(world, object));
    }

    /// An object as it is now; the group is empty for the core group.
    pub(crate) fn object(
        &self,
        group: &str,
        plural: &str,
        namespace: &str,
        name: &str,
    ) -> Option<Value> {
        self.world(|world| {
            let kind = world.kind(group, plural);
            world.get(&kind, namespace, name)
        })
    }

    /// Adds a line to the log of a container.
    pub(crate) fn write_log(&self, namespace: &str, pod: &str, container: &str, line: &str) {
        self.world(|world| {
            let now = world.now();
            world
                .cluster
                .logs
                .of(namespace, pod, container)
                .write(now, line);
        });
    }

    /// How many watches are open.
    pub(crate) fn open_watches(&self) -> usize {
        self.world(|world| {
            world.watches.retain(|_, watch| !watch.lines.is_closed());
            world.watches.len()
        })
    }

    /// Ends every watch, as a server does when it goes away in good order.
    pub(crate) fn end_watches(&self) {
        self.world(|world| world.watches.clear());
    }

    /// Restarts the server: watches end, and what happened before is no longer at hand, so a watch
    /// from an older version is told 410.
    pub(crate) fn restart(&self) {
        self.world(|world| {
            world.watches.clear();
            world.store.forget_recent();
        });
    }

    /// Compacts the database: lists at older versions, and continue tokens of them, are told 410.
    pub(crate) fn compact(&self) {
        self.world(|world| world.store.compact());
    }
}
