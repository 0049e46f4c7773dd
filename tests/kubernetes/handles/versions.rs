//! Versions that are no longer at hand: restarts, compactions, watches that end.

use serde_json::json;

use super::{CONFIG_MAPS, Caller, manual};
use crate::kubernetes::server::Server;

fn create(server: &Server, name: &str) -> String {
    let object = json!({"metadata": {"name": name}});
    let made = server
        .by("test")
        .create("", "configmaps", "default", object);
    made["metadata"]["resourceVersion"]
        .as_str()
        .expect("a version")
        .to_owned()
}

#[tokio::test]
async fn after_a_restart_a_watch_from_an_older_version_is_told_410() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    let old = create(&server, "one");
    create(&server, "two");
    let mut open = caller
        .watch(&format!("{CONFIG_MAPS}?watch=true&resourceVersion={old}"))
        .await;
    assert_eq!(open.event().await["object"]["metadata"]["name"], "two");
    server.restart();
    assert_eq!(open.next().await.expect("a clean end"), None);
    let mut again = caller
        .watch(&format!("{CONFIG_MAPS}?watch=true&resourceVersion={old}"))
        .await;
    let error = again.event().await;
    assert_eq!(
        (error["type"].clone(), error["object"]["code"].clone()),
        ("ERROR".into(), 410.into())
    );
}

#[tokio::test]
async fn after_a_compaction_older_lists_are_told_410() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    let old = create(&server, "one");
    create(&server, "two");
    let exact = format!("{CONFIG_MAPS}?resourceVersion={old}&resourceVersionMatch=Exact");
    assert_eq!(
        caller.get(&exact).await.json()["items"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    server.compact();
    assert_eq!(caller.get(&exact).await.status, 410);
}

#[tokio::test]
async fn open_watches_are_counted_and_can_be_ended() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    create(&server, "one");
    let mut open = caller.watch(&format!("{CONFIG_MAPS}?watch=true")).await;
    assert_eq!(server.open_watches(), 1);
    assert_eq!(open.event().await["type"], "ADDED");
    server.end_watches();
    assert_eq!(open.next().await.expect("a clean end"), None);
    assert_eq!(server.open_watches(), 0);
}
