//! What tests can learn about the calls that came.

use serde_json::json;

use super::{CONFIG_MAPS, Caller, manual};
use crate::kubernetes::server::Server;

#[tokio::test]
async fn calls_are_seen_without_their_credentials() {
    let server = Server::start(manual());
    let path = format!("{CONFIG_MAPS}?limit=5&labelSelector=app%3Dweb");
    Caller::admin(&server)
        .get_with(&path, &[("user-agent", "test/1")])
        .await;
    let [seen] = <[_; 1]>::try_from(server.requests()).expect("one call");
    assert_eq!(
        (seen.method.as_str(), seen.path.as_str()),
        ("GET", CONFIG_MAPS)
    );
    assert_eq!(seen.query.get("labelSelector"), "app=web");
    assert_eq!(seen.header("user-agent"), Some("test/1"));
    assert_eq!(seen.header("authorization"), None);
    assert_eq!((seen.user.as_str(), seen.code), ("admin", 200));
    assert!(!format!("{seen:?}").contains(super::ADMIN));
}

#[tokio::test]
async fn only_what_could_change_something_is_a_write() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    let map = json!({"metadata": {"name": "one"}});
    let review = json!({"spec": {"resourceAttributes": {"verb": "get", "resource": "pods"}}});
    caller.get(CONFIG_MAPS).await;
    caller
        .post(
            "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            review,
        )
        .await;
    caller
        .post(&format!("{CONFIG_MAPS}?dryRun=All"), map.clone())
        .await;
    assert!(server.writes().is_empty());
    caller.post(CONFIG_MAPS, map).await;
    assert_eq!(server.writes().len(), 1);
}
