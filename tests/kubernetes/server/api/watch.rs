//! Opening watches, and ending them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::unbounded_channel;

use super::{
    super::{
        accept::negotiate,
        kinds::Kind,
        status::Status,
        store::{
            list::{Query, list},
            watch::{Beginning, Watch, beginning, error},
        },
        world::World,
    },
    Answer, Call, Content, Stream,
    path::Resource,
    read::{form, query},
};

/// Seconds that a watch lasts when the client does not say.
const USUAL: i64 = 30 * 60;
/// Seconds between bookmarks.
const RHYTHM: i64 = 60;
/// Seconds before the end at which a last bookmark comes.
const LAST: i64 = 2;
/// Shorter watches, in seconds, get no bookmark at their end.
const SHORTEST: i64 = 5;

pub(super) fn open(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let shape = negotiate(call.header("accept"))?;
    let mut query = query(call, resource, kind)?;
    if !resource.name.is_empty() {
        let one = format!("metadata.name={}", resource.name);
        query.fields = super::super::selectors::Fields::parse(kind, &one)?;
    }
    let initial = call
        .query
        .find("sendInitialEvents")
        .map(|value| value == "true");
    let beginning = beginning(&world.store, kind, &query, initial)?;
    let (lines, receiver) = unbounded_channel();
    let form = form(kind, shape);
    let mut stream = Stream {
        existing: Vec::new(),
        form: form.clone(),
        lines: receiver,
    };
    let now = world.store.version();
    let mut watch = Watch {
        kind: kind.clone(),
        query: query.clone(),
        form,
        bookmarks: call.query.is_set("allowWatchBookmarks"),
        after: now,
        lines,
        sent: Vec::new(),
    };
    match beginning {
        Beginning::Expired(status) => {
            send(&mut watch, error(&status), world.now());
            return Ok(Answer::new(200, Content::Watch(stream)));
        }
        Beginning::Existing(marked) => {
            let everything = Query {
                limit: 0,
                token: None,
                version: String::new(),
                matching: String::new(),
                ..query
            };
            stream.existing = list(&world.store, kind, &everything)?.items;
            watch
                .sent
                .extend(stream.existing.iter().map(|_| world.now()));
            if marked && watch.bookmarks {
                let mark = watch.bookmark(now, true);
                send(&mut watch, mark, world.now());
            }
        }
        Beginning::After(version) => {
            watch.after = version;
            let missed: Vec<_> = world
                .store
                .since(version)
                .iter()
                .filter_map(|change| watch.line(change))
                .collect();
            for line in missed {
                send(&mut watch, line, world.now());
            }
        }
    }
    let number = world.open(watch);
    schedule(world, call, number);
    Ok(Answer::new(200, Content::Watch(stream)))
}

fn send(watch: &mut Watch, line: hyper::body::Bytes, now: Timestamp) {
    // The client can only hang up once it has been answered.
    drop(watch.lines.send(line));
    watch.sent.push(now);
}

/// Sets when the watch ends, and when it gets bookmarks.
fn schedule(world: &mut World, call: &Call, number: u64) {
    let seconds = call.query.get("timeoutSeconds").parse().unwrap_or(USUAL);
    let end = world.now() + SignedDuration::from_secs(seconds);
    world.timer(end, move |world| {
        world.watches.remove(&number);
    });
    let bookmarks = world
        .watches
        .get(&number)
        .is_some_and(|watch| watch.bookmarks);
    if bookmarks && seconds > SHORTEST {
        let last = end - SignedDuration::from_secs(LAST);
        world.timer(last, move |world| bookmark(world, number));
        rhythm(world, number, last);
    }
}

fn rhythm(world: &mut World, number: u64, last: Timestamp) {
    let next = world.now() + SignedDuration::from_secs(RHYTHM);
    if next < last {
        world.timer(next, move |world| {
            bookmark(world, number);
            rhythm(world, number, last);
        });
    }
}

fn bookmark(world: &mut World, number: u64) {
    let now = world.now();
    let watch = world.watches.get_mut(&number);
    let Some(watch) = watch.filter(|watch| watch.bookmarks) else {
        return;
    };
    let changes = world.store.since(watch.after).iter().rev();
    let newest = changes
        .filter(|change| change.kind == watch.kind.id)
        .map(|change| change.version)
        .next();
    let line = watch.bookmark(newest.unwrap_or(watch.after), false);
    send(watch, line, now);
}
