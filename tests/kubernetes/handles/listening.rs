//! Servers that refuse connections, say nothing, or are gone in the middle of a call.

use std::time::Duration;

use serde_json::json;
use tokio::net::TcpStream;

use super::{CONFIG_MAPS, Caller, manual};
use crate::kubernetes::server::{Listening, Server};

const WATCH: &str = "/api/v1/namespaces/default/configmaps?watch=true";

fn create(server: &Server, name: &str) {
    let object = json!({"metadata": {"name": name}});
    server
        .by("test")
        .create("", "configmaps", "default", object);
}

#[tokio::test]
async fn a_server_that_is_gone_cuts_what_was_open_and_can_come_back() {
    let server = Server::start(manual());
    let caller = Caller::admin(&server);
    create(&server, "before");
    let mut open = caller.watch(WATCH).await;
    assert_eq!(open.event().await["type"], "ADDED");
    server.listening(Listening::Gone);
    assert!(open.next().await.is_err());
    assert!(TcpStream::connect(server.address()).await.is_err());
    server.listening(Listening::Open);
    assert_eq!(caller.get(CONFIG_MAPS).await.status, 200);
}

#[tokio::test]
async fn a_server_that_refuses_connections_serves_those_that_are_open() {
    let server = Server::start(manual());
    let mut open = Caller::admin(&server).watch(WATCH).await;
    server.listening(Listening::Refusing);
    assert!(TcpStream::connect(server.address()).await.is_err());
    create(&server, "meanwhile");
    assert_eq!(
        open.event().await["object"]["metadata"]["name"],
        "meanwhile"
    );
}

#[tokio::test]
async fn a_mute_server_takes_connections_and_says_nothing() {
    let server = Server::start(manual());
    server.listening(Listening::Mute);
    let caller = Caller::admin(&server);
    let call = tokio::time::timeout(Duration::from_millis(100), caller.get(CONFIG_MAPS));
    assert!(call.await.is_err());
    assert!(TcpStream::connect(server.address()).await.is_ok());
}
