//! Velero beyond the recordings: shared buckets, locations that fail, what expires.

use flate2::read::GzDecoder;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Caller, Client, Reply, manual};
use crate::kubernetes::server::{ObjectStore, Server};

const MINUTE: SignedDuration = SignedDuration::from_secs(61);
const API: &str = "/apis/velero.io/v1/namespaces/velero";

/// A cluster with a location in the bucket and something to back up.
fn cluster(store: &ObjectStore, mode: &str) -> Server {
    let server = Server::start(manual().velero(store.clone()));
    make(
        &server,
        "backupstoragelocations",
        json!({
            "metadata": {"name": "default"},
            "spec": {
                "accessMode": mode,
                "default": true,
                "provider": "aws",
                "objectStorage": {"bucket": "bkt"},
            },
        }),
    );
    server
}

fn fill(server: &Server) {
    let hand = server.by("test");
    hand.create("", "namespaces", "", json!({"metadata": {"name": "app"}}));
    hand.create(
        "",
        "configmaps",
        "app",
        json!({"metadata": {"name": "settings"}, "data": {"a": "1"}}),
    );
    hand.create("", "secrets", "app", json!({"metadata": {"name": "db"}}));
    server.advance(SignedDuration::from_secs(1));
}

/// Creates an object of Velero and gives it time.
fn make(server: &Server, plural: &str, object: Value) {
    server
        .by("test")
        .create("velero.io", plural, "velero", object);
    server.advance(SignedDuration::from_secs(3));
}

fn get(server: &Server, plural: &str, name: &str) -> Value {
    let found = server.object("velero.io", plural, "velero", name);
    found.unwrap_or_else(|| panic!("no {plural} {name}"))
}

fn back_up(server: &Server, name: &str) {
    let spec = json!({"includedNamespaces": ["app"]});
    make(
        server,
        "backups",
        json!({"metadata": {"name": name}, "spec": spec}),
    );
    assert_eq!(get(server, "backups", name)["status"]["phase"], "Completed");
}

fn restore(server: &Server, name: &str, backup: &str) -> Value {
    make(
        server,
        "restores",
        json!({"metadata": {"name": name}, "spec": {"backupName": backup}}),
    );
    get(server, "restores", name)["status"].clone()
}

#[test]
fn clusters_that_share_a_bucket_see_the_backups_of_each_other() {
    let store = ObjectStore::with_buckets(&["bkt"]);
    let (one, two) = (cluster(&store, "ReadWrite"), cluster(&store, "ReadOnly"));
    fill(&one);
    back_up(&one, "nightly");
    two.advance(MINUTE);
    let uid = |server: &Server| get(server, "backups", "nightly")["metadata"]["uid"].clone();
    assert_ne!(uid(&one), uid(&two));
    assert_eq!(
        restore(&two, "after-disaster", "nightly")["phase"],
        "Completed"
    );
    let settings = two
        .object("", "configmaps", "app", "settings")
        .expect("restored");
    assert_eq!(settings["data"], json!({"a": "1"}));
    // What is in a location that is only read cannot be deleted.
    make(
        &two,
        "deletebackuprequests",
        json!({
            "metadata": {"name": "delete"},
            "spec": {"backupName": "nightly"},
        }),
    );
    let request = get(&two, "deletebackuprequests", "delete");
    let why = "cannot delete backup because backup storage location default is currently in read-only mode";
    assert_eq!(request["status"]["errors"], json!([why]));
}

#[test]
fn a_location_without_its_bucket_is_unavailable() {
    let store = ObjectStore::with_buckets(&["bkt"]);
    let server = cluster(&store, "ReadWrite");
    fill(&server);
    let phase = || get(&server, "backupstoragelocations", "default")["status"]["phase"].clone();
    assert_eq!(phase(), "Available");
    store.set_bucket("bkt", false);
    server.advance(MINUTE);
    assert_eq!(phase(), "Unavailable");
    server.world(|world| world.velero.refuses_unavailable = true);
    make(
        &server,
        "backups",
        json!({"metadata": {"name": "late"}, "spec": {}}),
    );
    let status = get(&server, "backups", "late")["status"].clone();
    assert_eq!(status["phase"], "FailedValidation");
    store.set_bucket("bkt", true);
    server.advance(MINUTE);
    assert_eq!(phase(), "Available");
}

/// Asks for a file and gives what the URL answers.
async fn download(server: &Server, name: &str, target: &Value) -> (String, Reply) {
    make(
        server,
        "downloadrequests",
        json!({"metadata": {"name": name}, "spec": {"target": target}}),
    );
    let request = get(server, "downloadrequests", name);
    let url = request["status"]["downloadURL"]
        .as_str()
        .expect("a URL")
        .to_owned();
    let reply = fetch(&url).await;
    (url, reply)
}

async fn fetch(url: &str) -> Reply {
    let (host, path) = url
        .trim_start_matches("http://")
        .split_once('/')
        .expect("a path");
    let client = Client::plain(host.parse().expect("an address"));
    client
        .send("GET", &format!("/{path}"), &[], None)
        .await
        .expect("an answer")
}

#[tokio::test]
async fn a_download_is_good_for_ten_minutes() {
    let store = ObjectStore::with_buckets(&["bkt"]);
    let server = cluster(&store, "ReadWrite");
    fill(&server);
    back_up(&server, "nightly");
    let target = json!({"kind": "BackupContents", "name": "nightly"});
    let (url, reply) = download(&server, "contents", &target).await;
    assert_eq!(reply.status, 200);
    let mut plain = Vec::new();
    std::io::copy(&mut GzDecoder::new(&reply.body[..]), &mut plain).expect("gzip");
    let path = b"resources/configmaps/namespaces/app/settings.json";
    assert!(plain.windows(path.len()).any(|window| window == path));
    server.world(|world| world.velero.downloads_answer = false);
    assert_eq!(fetch(&url).await.status, 503);
    server.world(|world| world.velero.downloads_answer = true);
    server.advance(SignedDuration::from_mins(10));
    assert_eq!(fetch(&url).await.status, 403);
    assert!(
        server
            .object("velero.io", "downloadrequests", "velero", "contents")
            .is_none()
    );
}

#[test]
fn backups_expire_with_their_files() {
    let store = ObjectStore::with_buckets(&["bkt"]);
    let server = cluster(&store, "ReadWrite");
    fill(&server);
    make(
        &server,
        "backups",
        json!({
            "metadata": {"name": "short"},
            "spec": {"includedNamespaces": ["app"], "ttl": "5m0s"},
        }),
    );
    assert!(!store.paths("bkt/backups/short/").is_empty());
    server.advance(SignedDuration::from_mins(7));
    assert!(
        server
            .object("velero.io", "backups", "velero", "short")
            .is_none()
    );
    assert!(store.paths("bkt/backups/short/").is_empty());
}

#[test]
fn a_long_name_is_cut_in_labels() {
    let store = ObjectStore::with_buckets(&["bkt"]);
    let server = cluster(&store, "ReadWrite");
    fill(&server);
    let long = "n".repeat(70);
    back_up(&server, &long);
    server
        .by("test")
        .delete("", "configmaps", "app", "settings", 0);
    restore(&server, "again", &long);
    let settings = server
        .object("", "configmaps", "app", "settings")
        .expect("restored");
    let label = settings["metadata"]["labels"]["velero.io/backup-name"].as_str();
    let label = label.expect("a label");
    assert_eq!((label.len(), &label[..57]), (63, &long[..57]));
}

#[test]
fn what_admission_refuses_is_an_error_of_the_restore() {
    let store = ObjectStore::with_buckets(&["bkt"]);
    let server = cluster(&store, "ReadWrite");
    fill(&server);
    back_up(&server, "nightly");
    server.by("test").delete("", "secrets", "app", "db", 0);
    server.world(|world| {
        world
            .cluster
            .deny("secrets", "app", "db", "no secrets here");
    });
    let status = restore(&server, "again", "nightly");
    assert_eq!(
        (status["phase"].clone(), status["errors"].clone()),
        ("PartiallyFailed".into(), 1.into())
    );
    let files = store.paths("bkt/restores/again/");
    let file = files
        .iter()
        .find(|path| path.ends_with("-results.gz"))
        .expect("results");
    let results = crate::kubernetes::server::decompress(&store.get(file).expect("a file"));
    let results: Value = serde_json::from_slice(&results).expect("JSON");
    let error = results["errors"]["namespaces"]["app"][0]
        .as_str()
        .expect("an error");
    assert!(
        error.starts_with("error restoring secrets/app/db: "),
        "{error}"
    );
    assert!(error.ends_with("no secrets here"), "{error}");
}

#[tokio::test]
async fn custom_kinds_of_velero_are_served_to_clients() {
    let server = cluster(&ObjectStore::with_buckets(&["bkt"]), "ReadWrite");
    let caller = Caller::admin(&server);
    let listed = caller
        .get(&format!("{API}/backupstoragelocations"))
        .await
        .json();
    assert_eq!(listed["items"][0]["status"]["phase"], "Available");
}
