//! Watches: what is told, in which order, and how it ends.

use std::pin::pin;

use futures::{Stream, StreamExt};
use kube::{
    api::{DeleteParams, ListParams, Patch, PatchParams, WatchEvent, WatchParams},
    runtime::watcher::{self, watcher},
};
use serde_json::json;

use super::{ConfigMap, Place, everywhere, map, version};

/// The next event that is no bookmark: what happened to which object, at which version.
async fn told(
    events: &mut (impl Stream<Item = kube::Result<WatchEvent<ConfigMap>>> + Unpin),
) -> (&'static str, ConfigMap) {
    loop {
        let event = events.next().await.expect("an open watch");
        match event.expect("an event") {
            WatchEvent::Added(map) => return ("ADDED", map),
            WatchEvent::Modified(map) => return ("MODIFIED", map),
            WatchEvent::Deleted(map) => return ("DELETED", map),
            WatchEvent::Bookmark(_) => {}
            WatchEvent::Error(status) => panic!("{status}"),
        }
    }
}

async fn list_version(place: &Place) -> String {
    let list = place.maps().list(&ListParams::default()).await;
    let version = list.expect("a list").metadata.resource_version;
    version.expect("a version")
}

fn number(map: &ConfigMap) -> u64 {
    version(map).parse().expect("a number")
}

#[tokio::test]
async fn a_watch_goes_on_where_the_list_ended() {
    everywhere(async |place: &Place| {
        place.create(&map("before", "web")).await;
        let from = list_version(place).await;
        let made = place.create(&map("a", "web")).await;
        let params = WatchParams::default().labels("app=web");
        let events = place.maps().watch(&params, &from).await.expect("a watch");
        let mut events = pin!(events);
        let change = Patch::Merge(json!({"data": {"key": "other"}}));
        let changed = place
            .maps()
            .patch("a", &PatchParams::default(), &change)
            .await
            .expect("a patch");
        let deleted = place.maps().delete("a", &DeleteParams::default()).await;
        deleted.expect("a deletion");
        let (kind, first) = told(&mut events).await;
        assert_eq!((kind, version(&first)), ("ADDED", version(&made)));
        let (kind, second) = told(&mut events).await;
        assert_eq!((kind, version(&second)), ("MODIFIED", version(&changed)));
        let (kind, third) = told(&mut events).await;
        assert_eq!((kind, third.data), ("DELETED", changed.data.clone()));
    })
    .await;
}

#[tokio::test]
async fn a_deletion_has_a_version_of_its_own() {
    everywhere(async |place: &Place| {
        let made = place.create(&map("a", "web")).await;
        let params = WatchParams::default().labels("app=web");
        let events = place.maps().watch(&params, version(&made)).await;
        let mut events = pin!(events.expect("a watch"));
        let deleted = place.maps().delete("a", &DeleteParams::default()).await;
        deleted.expect("a deletion");
        let (kind, gone) = told(&mut events).await;
        assert_eq!(kind, "DELETED");
        assert!(number(&gone) > number(&made));
    })
    .await;
}

#[tokio::test]
async fn leaving_a_selector_is_told_as_a_deletion() {
    everywhere(async |place: &Place| {
        let made = place.create(&map("a", "web")).await;
        let params = WatchParams::default().labels("app=web");
        let events = place.maps().watch(&params, version(&made)).await;
        let mut events = pin!(events.expect("a watch"));
        for app in ["other", "web"] {
            let change = Patch::Merge(json!({"metadata": {"labels": {"app": app}}}));
            let changed = place
                .maps()
                .patch("a", &PatchParams::default(), &change)
                .await;
            changed.expect("a patch");
        }
        let left = told(&mut events).await;
        let back = told(&mut events).await;
        assert_eq!((left.0, back.0), ("DELETED", "ADDED"));
        assert!(
            place
                .maps()
                .get_opt("a")
                .await
                .expect("an answer")
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn a_watch_ends_cleanly_after_its_timeout() {
    everywhere(async |place: &Place| {
        let from = list_version(place).await;
        let params = WatchParams::default().labels("app=none").timeout(1);
        let events = place.maps().watch(&params, &from).await.expect("a watch");
        let events: Vec<_> = pin!(events).collect().await;
        for event in events {
            assert!(matches!(event, Ok(WatchEvent::Bookmark(_))), "{event:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_watcher_begins_with_what_is_there_and_goes_on() {
    everywhere(async |place: &Place| {
        place.create(&map("a", "web")).await;
        let mut events = pin!(watcher(
            place.maps(),
            watcher::Config::default().labels("app=web")
        ));
        let mut seen = Vec::new();
        while seen.len() < 4 {
            let event = events.next().await.expect("an open watch");
            let name = |map: ConfigMap| map.metadata.name.unwrap_or_default();
            seen.push(match event.expect("an event") {
                watcher::Event::Init => "init".to_owned(),
                watcher::Event::InitApply(map) => format!("there: {}", name(map)),
                watcher::Event::InitDone => {
                    place.create(&map("b", "web")).await;
                    "done".into()
                }
                watcher::Event::Apply(map) => format!("applied: {}", name(map)),
                watcher::Event::Delete(map) => format!("deleted: {}", name(map)),
            });
        }
        assert_eq!(seen, ["init", "there: a", "done", "applied: b"]);
    })
    .await;
}
