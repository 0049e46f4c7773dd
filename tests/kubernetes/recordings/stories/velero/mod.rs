//! An hour in the life of Velero: every recording of it, on one server.

mod demo;
mod misbehaving;

use jiff::Timestamp;

use super::super::{
    history::version,
    recording::{Recording, Step},
    replay::{Act, Stage},
    scenes::{beginning, options},
};
use crate::kubernetes::server::{ObjectStore, Parts, Server, start_velero, stop_velero};

/// When the recorded Velero was installed.
const INSTALLED: &str = "2026-11-23T14:35:29Z";
/// When it was started: its rounds come at this second of each minute.
const STARTED: &str = "2026-11-23T14:41:33Z";
/// Recordings of the same time: Velero is stopped under a backup and a restore, another restore is
/// created, and Velero is started again.
const RESTART: &[&str] = &[
    "velero/backup-failed-after-velero-restart",
    "velero/restore-failed-after-velero-restart",
    "velero/restore-created-while-velero-down",
];
/// Milliseconds into those at which Velero was stopped, and started again.
const DOWN: (i64, i64) = (1_000, 5_100);

/// Plays all of them and gives what differs.
pub(in super::super) async fn play() -> Vec<String> {
    let parts = Parts {
        upkeep: true,
        ..Parts::NONE
    };
    let time = |text: &str| -> Timestamp { text.parse().expect("a time") };
    let store = ObjectStore::with_buckets(&["bkt"]);
    let options = options(time(INSTALLED)).parts(parts).velero(store);
    let mut stage = Stage::new(Server::start(options));
    stage.server.world(|world| {
        stop_velero(world);
        world.run_until(time(STARTED));
        start_velero(world);
    });
    let (restart, others): (Vec<_>, Vec<_>) = in_order()
        .into_iter()
        .partition(|recording| RESTART.contains(&recording.name.as_str()));
    for recording in others {
        let late = begins(&recording) > begins(&restart[0]);
        if late && stage.server.now() < begins(&restart[0]) {
            restarted(&mut stage, &restart).await;
        }
        let name = recording.name.trim_start_matches("velero/");
        demo::set(&mut stage, name);
        misbehaving::set(&mut stage, name);
        catch_up(&stage, &recording);
        stage.play(&recording, Vec::new()).await;
    }
    stage.differences()
}

async fn restarted(stage: &mut Stage, recordings: &[Recording]) {
    catch_up(stage, &recordings[0]);
    let (stopped, started) = DOWN;
    let stop: Act = Box::new(|server| server.world(stop_velero));
    let start: Act = Box::new(|server| server.world(start_velero));
    let together: Vec<&Recording> = recordings.iter().collect();
    let acts = vec![(stopped, stop), (started, start)];
    stage.play_together(&together, acts).await;
}

/// Others have written meanwhile: versions are those of the recording where they can be.
fn catch_up(stage: &Stage, recording: &Recording) {
    let version = beginning(recording);
    stage.server.world(|world| {
        world.run_until(begins(recording));
        let known = stage.renames.version(version).is_some();
        if !known && version > world.store.version() {
            world.store.skip_to(version);
        }
    });
}

fn begins(recording: &Recording) -> Timestamp {
    let dates = recording.steps.iter().filter_map(Step::date);
    dates.min().expect("a date")
}

/// All recordings of Velero by their times, those of one second by their versions.
fn in_order() -> Vec<Recording> {
    let mut all = Recording::all("velero");
    all.retain(Recording::is_exchange);
    all.sort_by_key(|recording| (begins(recording), first_version(recording)));
    all
}

/// The first version that a recording shows.
fn first_version(recording: &Recording) -> u64 {
    let steps = recording.steps.iter();
    let shown = steps.flat_map(|step| {
        let events = step
            .events()
            .into_iter()
            .map(|(event, _)| event["object"].clone());
        events.chain(step.answer().cloned())
    });
    shown
        .filter_map(|object| version(&object))
        .min()
        .unwrap_or_default()
}
