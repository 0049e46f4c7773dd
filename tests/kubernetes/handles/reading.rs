//! How answers are written: compressed, in part, page by page.

use serde_json::json;

use super::{CONFIG_MAPS, Caller, manual};
use crate::kubernetes::server::{Options, Server, decompress};

/// Enough to be worth compressing.
fn filled(options: Options) -> Server {
    let server = Server::start(options);
    let text = "text ".repeat(50_000);
    let object =
        json!({"metadata": {"name": "large", "labels": {"app": "web"}}, "data": {"text": text}});
    server
        .by("test")
        .create("", "configmaps", "default", object);
    server
}

#[tokio::test]
async fn large_answers_are_compressed_for_those_that_ask() {
    let server = filled(manual());
    let caller = Caller::admin(&server);
    let path = format!("{CONFIG_MAPS}/large");
    let plain = caller.get(&path).await;
    let packed = caller.get_with(&path, &[("accept-encoding", "gzip")]).await;
    assert_eq!(
        (
            plain.header("content-encoding"),
            packed.header("content-encoding")
        ),
        ("", "gzip")
    );
    assert!(packed.body.len() < plain.body.len() / 10);
    assert_eq!(decompress(&packed.body), plain.body);
}

#[tokio::test]
async fn a_server_can_be_kept_from_compressing() {
    let server = filled(manual().uncompressed());
    let path = format!("{CONFIG_MAPS}/large");
    let plain = Caller::admin(&server)
        .get_with(&path, &[("accept-encoding", "gzip")])
        .await;
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.json()["metadata"]["name"], "large");
}

#[tokio::test]
async fn a_collection_is_deleted_by_its_selector() {
    let server = filled(manual());
    let caller = Caller::admin(&server);
    let other = json!({"metadata": {"name": "other"}});
    caller.post(CONFIG_MAPS, other).await;
    let gone = caller
        .delete(&format!("{CONFIG_MAPS}?labelSelector=app%3Dweb"))
        .await
        .json();
    assert_eq!(gone["items"].as_array().map(Vec::len), Some(1));
    assert!(
        server
            .object("", "configmaps", "default", "large")
            .is_none()
    );
    assert!(
        server
            .object("", "configmaps", "default", "other")
            .is_some()
    );
}

#[tokio::test]
async fn an_apply_names_every_manager_in_its_way() {
    let server = Server::start(manual());
    let hand = server.by("one");
    hand.create(
        "",
        "configmaps",
        "default",
        json!({"metadata": {"name": "map"}, "data": {"a": "1"}}),
    );
    server.by("two").patch(
        "",
        "configmaps",
        "default",
        "map",
        &json!({"data": {"b": "1"}}),
    );
    let caller = Caller::admin(&server);
    let wanted = json!({
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "map"},
        "data": {"a": "2", "b": "2"},
    });
    let headers = caller.headers(&[("content-type", "application/apply-patch+yaml")]);
    let path = |force: bool| format!("{CONFIG_MAPS}/map?fieldManager=three&force={force}");
    let body = Some(wanted.to_string());
    let refused = caller
        .client
        .send("PATCH", &path(false), &headers, body.clone())
        .await;
    let refused = refused.expect("an answer");
    assert_eq!(refused.status, 409);
    let message = refused.json()["message"]
        .as_str()
        .expect("a message")
        .to_owned();
    let using = format!(
        "using v1 at {}",
        server.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    );
    assert_eq!(
        message,
        format!(
            "Apply failed with 2 conflicts: conflicts with \"one\" {using}:\n- .data.a\nconflicts with \"two\" {using}:\n- .data.b"
        )
    );
    let forced = caller
        .client
        .send("PATCH", &path(true), &headers, body)
        .await;
    assert_eq!(
        forced.expect("an answer").json()["data"],
        json!({"a": "2", "b": "2"})
    );
}
