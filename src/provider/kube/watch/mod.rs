//! Keeps one cluster up to date while it is looked at: watches for what changes by the second, a look
//! now and then for the rest. Pictures are made at most once a second, never for each event.

mod store;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures::{
    Stream, StreamExt, future,
    stream::{self, BoxStream, SelectAll},
};
use kube::{
    Api,
    core::NamespaceResourceScope,
    runtime::{
        WatchStreamExt,
        watcher::{self, Config, Event},
    },
};
use tokio::{
    sync::mpsc::UnboundedSender,
    time::{MissedTickBehavior, interval, sleep},
};

use self::store::Store;
use super::{
    client::Cluster,
    contents::Parts,
    error::Call,
    fleet,
    objects::{self, Names, Slim},
};
use crate::{
    model::{
        Gap,
        fleet::{NodeFacts, Tally},
        workload,
    },
    provider::{ClusterAccess, Error, Kind, Result, Watched},
};

/// A picture is made no more often than this.
const PICTURE: Duration = Duration::from_secs(1);
/// Extensions, roles and devices are looked at again after this.
const LOOK: Duration = Duration::from_mins(1);
/// The API takes watches of up to five minutes; a longer one would notice a dropped connection late.
const LONGEST: Duration = Duration::from_secs(290);

/// One event of one kind.
enum Told {
    Node(Box<Event<objects::Node>>),
    Pod(Box<Event<objects::Pod>>),
    Namespace(Event<objects::Namespace>),
    Deployment(Event<objects::Deployment>),
    StatefulSet(Event<objects::StatefulSet>),
    DaemonSet(Event<objects::DaemonSet>),
    Job(Event<objects::Job>),
    CronJob(Event<objects::CronJob>),
    Event(Event<objects::Event>),
    /// The connection of a kind is lost; it is tried again by itself.
    Lost(Error),
}

type Streams = SelectAll<BoxStream<'static, Told>>;

/// Kinds that are not followed any more, and why.
type Given = Arc<Mutex<BTreeMap<String, Error>>>;

/// Follows the cluster until nobody listens, or nodes and pods may not be read.
pub(super) async fn follow(
    cluster: &Cluster,
    version: String,
    access: Option<Arc<dyn ClusterAccess>>,
    limit: Duration,
    told: &UnboundedSender<Watched>,
) -> Result<()> {
    let given: Given = Arc::default();
    let mut streams = streams(cluster, limit, &given);
    let mut scene = Scene::new(version);
    let mut picture = interval(PICTURE);
    picture.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = looks(cluster, access.as_deref()).boxed();
    loop {
        tokio::select! {
            () = told.closed() => return Ok(()),
            event = streams.next() => match event {
                Some(event) => scene.take_in(event, told),
                None => return Ok(()),
            },
            Some((devices, around)) = looks.next() => {
                scene.devices = devices;
                scene.around = around;
                scene.changed = true;
            }
            _ = picture.tick() => {
                scene.give_up(&given)?;
                if scene.tell(cluster, told).is_err() {
                    return Ok(());
                }
            }
        }
    }
}

/// Looks again and again at what is not watched: first at once, then every minute.
fn looks<'a>(
    cluster: &'a Cluster,
    access: Option<&'a dyn ClusterAccess>,
) -> impl Stream<Item = (Tally, Parts)> + Send + 'a {
    stream::unfold(Duration::ZERO, move |wait| async move {
        sleep(wait).await;
        let mut devices = Tally::default();
        let mut around = Parts::default();
        let ((), ()) = tokio::join!(
            fleet::read_devices(cluster, &mut devices),
            around.read_around(cluster, access),
        );
        // Events are watched.
        around.events.clear();
        Some(((devices, around), LOOK))
    })
}

fn streams(cluster: &Cluster, limit: Duration, given: &Given) -> Streams {
    let seconds = u32::try_from(limit.min(LONGEST).as_secs())
        .unwrap_or(60)
        .max(1);
    let config = Config::default().timeout(seconds);
    let mut all = SelectAll::new();
    let client = || cluster.client().clone();
    let mut add = |stream: BoxStream<'static, Told>| all.push(stream);
    add(one(Api::all(client()), &config, cluster, given, |event| {
        Told::Node(Box::new(event))
    }));
    add(one(
        Api::all(client()),
        &config,
        cluster,
        given,
        Told::Namespace,
    ));
    for stream in scoped(cluster, &config, given, |event| Told::Pod(Box::new(event))) {
        add(stream);
    }
    for stream in scoped(cluster, &config, given, Told::Deployment) {
        add(stream);
    }
    for stream in scoped(cluster, &config, given, Told::StatefulSet) {
        add(stream);
    }
    for stream in scoped(cluster, &config, given, Told::DaemonSet) {
        add(stream);
    }
    for stream in scoped(cluster, &config, given, Told::Job) {
        add(stream);
    }
    for stream in scoped(cluster, &config, given, Told::CronJob) {
        add(stream);
    }
    for stream in scoped(cluster, &config, given, Told::Event) {
        add(stream);
    }
    all
}

/// A watch of everything, or one for each namespace that may be read.
fn scoped<T>(
    cluster: &Cluster,
    config: &Config,
    given: &Given,
    wrap: fn(Event<T>) -> Told,
) -> Vec<BoxStream<'static, Told>>
where
    T: Slim + kube::Resource<Scope = NamespaceResourceScope>,
{
    let client = || cluster.client().clone();
    if cluster.namespaces.is_empty() {
        return vec![one(Api::<T>::all(client()), config, cluster, given, wrap)];
    }
    cluster
        .namespaces
        .iter()
        .map(|name| {
            one(
                Api::<T>::namespaced(client(), name),
                config,
                cluster,
                given,
                wrap,
            )
        })
        .collect()
}

/// One watch, with its failures in our words. It ends where trying again does not help.
fn one<T: Slim>(
    api: Api<T>,
    config: &Config,
    cluster: &Cluster,
    given: &Given,
    wrap: fn(Event<T>) -> Told,
) -> BoxStream<'static, Told> {
    let (cluster, given) = (cluster.clone(), Arc::clone(given));
    let kind = T::plural(&()).into_owned();
    let action = format!("watch {kind}");
    watcher::watcher(api, config.clone())
        .default_backoff()
        .map(move |event| {
            event
                .map(wrap)
                .map_err(|error| failed(&error, &cluster.call(&action)))
        })
        .take_while(move |event| {
            let goes_on = match event {
                Err(error) if is_final(error) => {
                    note(&given, &kind, error);
                    false
                }
                _ => true,
            };
            future::ready(goes_on)
        })
        .map(|event| event.unwrap_or_else(Told::Lost))
        .boxed()
}

fn note(given: &Given, kind: &str, error: &Error) {
    // Entries are inserted whole, so a panic elsewhere leaves valid ones.
    let mut given = given.lock().unwrap_or_else(PoisonError::into_inner);
    given.insert(kind.to_owned(), error.clone());
}

fn failed(error: &watcher::Error, call: &Call<'_>) -> Error {
    match error {
        watcher::Error::InitialListFailed(error)
        | watcher::Error::WatchStartFailed(error)
        | watcher::Error::WatchFailed(error) => call.error(error),
        watcher::Error::WatchError(status) => call.status(status),
        watcher::Error::NoResourceVersion => call.refused(500, &error.to_string(), None),
    }
}

/// Whether trying again does not help: the kind is not there, or may not be read.
fn is_final(error: &Error) -> bool {
    matches!(
        error.kind,
        Kind::NotFound { .. }
            | Kind::Denied { .. }
            | Kind::SignedOut { .. }
            | Kind::MfaNeeded { .. }
    )
}

/// What is known of the cluster now.
struct Scene {
    version: String,
    names: Names,
    nodes: Store<NodeFacts>,
    pods: Store<Arc<workload::Pod>>,
    namespaces: Store<objects::Namespace>,
    deployments: Store<objects::Deployment>,
    stateful_sets: Store<objects::StatefulSet>,
    daemon_sets: Store<objects::DaemonSet>,
    jobs: Store<objects::Job>,
    cron_jobs: Store<objects::CronJob>,
    events: Store<objects::Event>,
    /// Devices and limits, from the last look.
    devices: Tally,
    around: Parts,
    gaps: BTreeMap<String, Gap>,
    malformed: u32,
    changed: bool,
    lost: bool,
}

impl Scene {
    fn new(version: String) -> Self {
        Self {
            version,
            names: Names::default(),
            nodes: Store::default(),
            pods: Store::default(),
            namespaces: Store::default(),
            deployments: Store::default(),
            stateful_sets: Store::default(),
            daemon_sets: Store::default(),
            jobs: Store::default(),
            cron_jobs: Store::default(),
            events: Store::default(),
            devices: Tally::default(),
            around: Parts::default(),
            gaps: BTreeMap::new(),
            malformed: 0,
            changed: false,
            lost: false,
        }
    }

    fn take_in(&mut self, event: Told, told: &UnboundedSender<Watched>) {
        self.changed = true;
        let names = &mut self.names;
        let bad = &mut self.malformed;
        match event {
            Told::Node(event) => self.nodes.apply(*event, bad, |node| node.facts(names)),
            Told::Pod(event) => self.pods.apply(*event, bad, |pod| pod.shared(names)),
            Told::Namespace(event) => self.namespaces.apply(event, bad, |object| object),
            Told::Deployment(event) => self.deployments.apply(event, bad, |object| object),
            Told::StatefulSet(event) => self.stateful_sets.apply(event, bad, |object| object),
            Told::DaemonSet(event) => self.daemon_sets.apply(event, bad, |object| object),
            Told::Job(event) => self.jobs.apply(event, bad, |object| object),
            Told::CronJob(event) => self.cron_jobs.apply(event, bad, |object| object),
            Told::Event(event) => self.events.apply(event, bad, |object| object),
            Told::Lost(error) => {
                // Said once; what comes next says that it is back.
                if !std::mem::replace(&mut self.lost, true) {
                    told.send(Watched::Lost(error)).ok();
                }
                return;
            }
        }
        self.lost = false;
    }

    /// Kinds that are not followed any more are gaps; without nodes and pods there is nothing left.
    fn give_up(&mut self, given: &Given) -> Result<()> {
        let given = given.lock().unwrap_or_else(PoisonError::into_inner);
        for (kind, error) in given.iter() {
            if matches!(kind.as_str(), "nodes" | "pods") {
                return Err(error.clone());
            }
            if !fleet::is_absent(error) && !self.gaps.contains_key(kind) {
                self.gaps.insert(kind.clone(), fleet::gap(kind, error));
                self.changed = true;
            }
        }
        Ok(())
    }

    /// Tells what has changed since the last time; fails where nobody listens.
    fn tell(
        &mut self,
        cluster: &Cluster,
        told: &UnboundedSender<Watched>,
    ) -> std::result::Result<(), ()> {
        let known = !self.nodes.is_empty() || self.pods.is_complete();
        if !std::mem::take(&mut self.changed) || !known {
            return Ok(());
        }
        let mut tally = self.devices.clone();
        tally.version = Some(self.version.clone());
        tally.nodes = self.nodes.values().cloned().collect();
        tally.malformed += self.malformed;
        for pod in self.pods.values() {
            tally.pod(pod);
        }
        let complete = self.nodes.is_complete() && self.pods.is_complete();
        let fleet = tally.fleet(&cluster.id, complete);
        told.send(Watched::Fleet(Arc::new(fleet))).map_err(drop)?;
        let pods: Vec<Arc<workload::Pod>> = self.pods.values().map(Arc::clone).collect();
        let parts = Parts {
            namespaces: self.namespaces.values().cloned().collect(),
            deployments: self.deployments.values().cloned().collect(),
            stateful_sets: self.stateful_sets.values().cloned().collect(),
            daemon_sets: self.daemon_sets.values().cloned().collect(),
            jobs: self.jobs.values().cloned().collect(),
            cron_jobs: self.cron_jobs.values().cloned().collect(),
            events: self.events.values().cloned().collect(),
            extensions: self.around.extensions.clone(),
            grants: self.around.grants.clone(),
            gaps: self
                .around
                .gaps
                .iter()
                .cloned()
                .chain(self.gaps.values().cloned())
                .collect(),
            malformed: self.malformed + self.around.malformed,
        };
        let contents = parts.contents(&cluster.id, &pods, complete);
        told.send(Watched::Contents(Arc::new(contents)))
            .map_err(drop)
    }
}
