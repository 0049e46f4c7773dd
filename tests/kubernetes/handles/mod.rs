//! The handles of the test server, each held to what it promises.

mod clusters;
mod faults;
mod kinds;
mod listening;
mod pace;
mod reading;
mod requests;
mod scale;
mod signing;
mod velero;
mod versions;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::Value;

use super::{
    client::{Client, Failure, Reply},
    server::{Options, Pace, Server, User},
};

/// The token of somebody who may do everything.
const ADMIN: &str = "admin-token";
const CONFIG_MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// A cluster whose time a test moves, and somebody who may do everything.
fn manual() -> Options {
    Options::new()
        .pace(Pace::Manual)
        .user(ADMIN, User::new("admin", &["system:masters"]))
}

/// Somebody who calls a server.
struct Caller {
    client: Client,
    token: String,
}

impl Caller {
    fn of(server: &Server, token: &str) -> Self {
        Self {
            client: Client::new(server.address(), server.ca()),
            token: token.into(),
        }
    }

    fn admin(server: &Server) -> Self {
        Self::of(server, ADMIN)
    }

    fn headers(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let bearer = format!("Bearer {}", self.token);
        let mut headers = vec![("authorization".to_owned(), bearer)];
        headers.extend(
            more.iter()
                .map(|(name, value)| ((*name).into(), (*value).into())),
        );
        headers
    }

    /// One call; patches are merge patches.
    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Result<Reply, Failure> {
        let media = if method == "PATCH" {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let headers = self.headers(&[("content-type", media)]);
        let body = body.map(|body| body.to_string());
        self.client.send(method, path, &headers, body).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, None).await.expect("an answer")
    }

    async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, Some(body))
            .await
            .expect("an answer")
    }

    async fn delete(&self, path: &str) -> Reply {
        self.call("DELETE", path, None).await.expect("an answer")
    }

    /// A call with headers of its own.
    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let headers = self.headers(headers);
        let reply = self.client.send("GET", path, &headers, None).await;
        reply.expect("an answer")
    }

    async fn watch(&self, path: &str) -> Lines {
        let headers = self.headers(&[]);
        let response = self.client.open("GET", path, &headers, None).await;
        Lines {
            body: response.expect("an answer").into_body(),
            rest: Vec::new(),
        }
    }
}

/// The lines of an answer that goes on.
struct Lines {
    body: Incoming,
    rest: Vec<u8>,
}

impl Lines {
    /// The next line; none at the end.
    async fn next(&mut self) -> Result<Option<String>, Failure> {
        loop {
            if let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                return Ok(Some(String::from_utf8(line)?.trim_end().to_owned()));
            }
            match self.body.frame().await {
                Some(frame) => self
                    .rest
                    .extend_from_slice(frame?.data_ref().ok_or("no data")?),
                None => return Ok(None),
            }
        }
    }

    /// The next event of a watch.
    async fn event(&mut self) -> Value {
        let line = self.next().await.expect("an open watch").expect("an event");
        serde_json::from_str(&line).expect("JSON")
    }
}
