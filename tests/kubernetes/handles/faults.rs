//! Faults: what happens to which calls.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{CONFIG_MAPS, Caller, manual};
use crate::kubernetes::server::{Effect, Fault, Server, Status};

fn map() -> serde_json::Value {
    json!({"metadata": {"name": "one"}, "data": {"key": "value"}})
}

fn exists(server: &Server) -> bool {
    server.object("", "configmaps", "default", "one").is_some()
}

#[tokio::test]
async fn a_refused_call_changes_nothing_and_says_why() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    let busy = Effect::Refuse(Status::too_many_requests(7));
    server.fault(Fault::on("POST", "configmaps", busy));
    let refused = caller.post(CONFIG_MAPS, map()).await;
    assert_eq!((refused.status, refused.header("retry-after")), (429, "7"));
    assert!(!exists(&server));
    let broken = Effect::Refuse(Status::injected(503, "ServiceUnavailable", "not now"));
    server.fault(Fault::on("", "/default/", broken));
    let refused = caller.get(CONFIG_MAPS).await;
    assert_eq!(
        (refused.status, refused.json()["reason"].clone()),
        (503, "ServiceUnavailable".into())
    );
    assert_eq!(server.hits(), 2);
}

#[tokio::test]
async fn a_dropped_call_has_no_effect_and_a_lost_answer_has() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    server.fault(Fault::on("POST", "configmaps", Effect::Drop));
    assert!(caller.call("POST", CONFIG_MAPS, Some(map())).await.is_err());
    assert!(!exists(&server));
    server.fault(Fault::on("POST", "configmaps", Effect::Lose));
    assert!(caller.call("POST", CONFIG_MAPS, Some(map())).await.is_err());
    assert!(exists(&server));
}

#[tokio::test]
async fn an_answer_can_end_in_its_middle() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    server.fault(Fault::on("GET", "/namespaces", Effect::Cut(40)));
    assert!(
        caller
            .call("GET", "/api/v1/namespaces", None)
            .await
            .is_err()
    );
    assert_eq!(caller.get("/api/v1/namespaces").await.status, 200);
}

#[tokio::test]
async fn a_fault_spares_and_hits_as_many_calls_as_it_says() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    let page = Effect::Say("<html>".into());
    server.fault(
        Fault::on("GET", "configmaps", page.clone())
            .after(1)
            .times(2),
    );
    let mut hit = Vec::new();
    for _ in 0..4 {
        hit.push(caller.get(CONFIG_MAPS).await.body == "<html>");
    }
    assert_eq!(hit, [false, true, true, false]);
    server.fault(Fault::on("GET", "configmaps", page).always());
    for _ in 0..3 {
        assert_eq!(caller.get(CONFIG_MAPS).await.body, "<html>");
    }
    server.clear_faults();
    assert_eq!(
        caller.get(CONFIG_MAPS).await.json()["kind"],
        "ConfigMapList"
    );
    assert_eq!(server.hits(), 5);
}

#[tokio::test]
async fn answers_come_late_or_never() {
    let (late, deadline) = (Duration::from_millis(50), Duration::from_millis(100));
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    server.fault(Fault::on("GET", "configmaps", Effect::Delay(late)));
    let began = Instant::now();
    assert_eq!(caller.get(CONFIG_MAPS).await.status, 200);
    assert!(began.elapsed() >= late);
    server.fault(Fault::on("GET", "configmaps", Effect::Hang));
    let call = tokio::time::timeout(deadline, caller.get(CONFIG_MAPS));
    assert!(call.await.is_err());
}
