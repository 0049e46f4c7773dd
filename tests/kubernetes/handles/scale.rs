//! The large cluster, in a size for a test.

use super::{Caller, manual};
use crate::kubernetes::server::{Scale, Server};

const SCALE: Scale = Scale {
    nodes: 40,
    pods: 400,
    namespaces: 5,
};

#[tokio::test]
async fn a_large_cluster_is_read_page_by_page() {
    let server = Server::start(manual().scale(SCALE));
    let caller = Caller::admin(&server);
    let (mut token, mut names) = (String::new(), Vec::new());
    loop {
        let page = caller
            .get(&format!("/api/v1/pods?limit=150&continue={token}"))
            .await
            .json();
        for pod in page["items"].as_array().expect("items") {
            assert_eq!(pod["spec"]["containers"].as_array().map(Vec::len), Some(2));
            names.push(pod["metadata"]["name"].as_str().expect("a name").to_owned());
        }
        let left = page["metadata"]["remainingItemCount"]
            .as_u64()
            .unwrap_or_default();
        assert_eq!(left, 400 - u64::try_from(names.len()).expect("a count"));
        token = page["metadata"]["continue"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if token.is_empty() {
            break;
        }
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 400);
    let nodes = caller.get("/api/v1/nodes").await.json();
    let images = nodes["items"][0]["status"]["images"]
        .as_array()
        .map(Vec::len);
    assert_eq!(
        (nodes["items"].as_array().map(Vec::len), images),
        (Some(40), Some(20))
    );
    let team = caller.get("/api/v1/namespaces/team-03/pods").await.json();
    assert_eq!(team["items"].as_array().map(Vec::len), Some(80));
}

#[tokio::test]
async fn a_large_cluster_is_watched_from_its_list_on() {
    let server = Server::start(manual().scale(SCALE));
    let caller = Caller::admin(&server);
    let list = caller.get("/api/v1/nodes?limit=1").await.json();
    let version = list["metadata"]["resourceVersion"]
        .as_str()
        .expect("a version")
        .to_owned();
    let mut open = caller
        .watch(&format!(
            "/api/v1/nodes?watch=true&resourceVersion={version}"
        ))
        .await;
    let name = list["items"][0]["metadata"]["name"]
        .as_str()
        .expect("a name");
    let cordon = serde_json::json!({"spec": {"unschedulable": true}});
    server.by("test").patch("", "nodes", "", name, &cordon);
    let event = open.event().await;
    assert_eq!(
        (
            event["type"].clone(),
            event["object"]["metadata"]["name"].clone()
        ),
        ("MODIFIED".into(), name.into())
    );
}
