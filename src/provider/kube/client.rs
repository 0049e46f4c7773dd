//! Questions to one API server: within a limit of time, in pages, again where it asks to come back.

use std::{sync::Arc, time::Duration};

use http::{Request, Response, header};
use kube::{
    Client,
    api::ListParams,
    client::Body,
    core::{Request as Ask, Status},
};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::time::{sleep, timeout};

use super::{connect::Way, error::Call, objects::Slim};
use crate::{
    config::settings::Kubernetes,
    model::ClusterId,
    provider::{Error, Kind, Result},
};

/// Objects in a page.
const PAGE: u32 = 500;
/// A page is asked for again so often when the server has too much to do.
const TRIES: u32 = 3;
/// Longer pauses are the reader's to keep.
const PAUSE: Duration = Duration::from_secs(5);
/// A list whose beginning is too old by its end is begun anew so often.
const RESTARTS: u32 = 3;

/// One cluster, connected.
#[derive(Clone)]
pub(super) struct Cluster {
    pub(super) id: Arc<ClusterId>,
    pub(super) way: Way,
    /// Reads these namespaces only; empty is all.
    pub(super) namespaces: Arc<[String]>,
    connect_timeout: Duration,
    request_timeout: Duration,
}

/// What a list tells as it comes.
pub(super) enum Page<T> {
    /// Some objects, and how many made no sense.
    Objects(Vec<T>, u32),
    /// What came before does not count: the list is begun anew.
    Restart,
}

impl Cluster {
    pub(super) fn new(id: ClusterId, way: Way, settings: &Kubernetes) -> Self {
        let namespaces = settings.rule(&id).map(|rule| rule.namespaces.clone());
        Self {
            id: Arc::new(id),
            way,
            namespaces: namespaces.unwrap_or_default().into(),
            connect_timeout: settings.connect_timeout.as_duration(),
            request_timeout: settings.request_timeout.as_duration(),
        }
    }

    pub(super) fn client(&self) -> &Client {
        &self.way.client
    }

    pub(super) fn call<'a>(&'a self, action: &'a str) -> Call<'a> {
        Call {
            cluster: &self.id,
            action,
            host: &self.way.host,
            private: self.way.private,
        }
    }

    /// The server's version: the shortest question, to see whether anybody is there. Whoever does
    /// not answer it in the time of a connection is out of reach.
    pub(super) async fn version(&self) -> Result<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let call = self.call("get version");
        let limit = self.connect_timeout;
        let asked = self.send(get("/version"), &call);
        let answer = timeout(limit, asked)
            .await
            .map_err(|_| call.silent(limit))??;
        let version: Version = read(&answer, &call)?;
        Ok(version.git_version)
    }

    /// Asks once and reads the answer.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, action: &str) -> Result<T> {
        let call = self.call(action);
        let answer = self.patiently(|| get(path), &call).await?;
        read(&answer, &call)
    }

    /// The same for a request of any kind, sent once.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        request: Request<Vec<u8>>,
        action: &str,
    ) -> Result<T> {
        let call = self.call(action);
        let answer = timeout(self.request_timeout, self.send(request, &call)).await;
        let answer = answer.map_err(|_| call.silent(self.request_timeout))??;
        read(&answer, &call)
    }

    /// Every object of a kind, page by page, in the namespaces that may be read.
    pub(super) async fn pages<T: Slim>(
        &self,
        selector: Option<&str>,
        mut each: impl FnMut(Page<T>) + Send,
    ) -> Result<()> {
        let everywhere = [None];
        let some: Vec<Option<&str>> = self.namespaces.iter().map(|name| Some(&**name)).collect();
        let scoped = T::url_path(&(), Some("x")) != T::url_path(&(), None);
        let namespaces: &[Option<&str>] = if some.is_empty() || !scoped {
            &everywhere
        } else {
            &some
        };
        let action = format!("list {}", T::plural(&()));
        let call = self.call(&action);
        let mut restarts = 0;
        'anew: loop {
            for namespace in namespaces {
                let ask = Ask::new(T::url_path(&(), *namespace));
                let mut token: Option<String> = None;
                loop {
                    let params = ListParams {
                        limit: Some(PAGE),
                        continue_token: token.clone(),
                        field_selector: selector.map(str::to_owned),
                        ..ListParams::default()
                    };
                    let build = || {
                        let mut request = ask.list(&params).unwrap_or_default();
                        let json = header::HeaderValue::from_static("application/json");
                        request.headers_mut().insert(header::ACCEPT, json);
                        request
                    };
                    let answer = match self.patiently(build, &call).await {
                        Ok(answer) => answer,
                        // The beginning of the list is too old to go on with.
                        Err(error) if is_gone(&error) && token.is_some() && restarts < RESTARTS => {
                            restarts += 1;
                            each(Page::Restart);
                            continue 'anew;
                        }
                        Err(error) => return Err(error),
                    };
                    let (objects, malformed, next) = listed::<T>(&answer, &call)?;
                    each(Page::Objects(objects, malformed));
                    match next {
                        Some(next) => token = Some(next),
                        None => break,
                    }
                }
            }
            return Ok(());
        }
    }

    /// Every object of a kind, and how many made no sense.
    pub(super) async fn all<T: Slim>(&self) -> Result<(Vec<T>, u32)> {
        let mut found = (Vec::new(), 0);
        self.pages::<T>(None, |page| match page {
            Page::Objects(objects, malformed) => {
                found.0.extend(objects);
                found.1 += malformed;
            }
            Page::Restart => found = (Vec::new(), 0),
        })
        .await?;
        Ok(found)
    }

    /// Sends a read, again where the server has too much to do and says when to come back.
    async fn patiently(
        &self,
        build: impl Fn() -> Request<Vec<u8>>,
        call: &Call<'_>,
    ) -> Result<Vec<u8>> {
        let mut tries = 0;
        loop {
            tries += 1;
            let sent = timeout(self.request_timeout, self.send(build(), call)).await;
            let error = match sent.map_err(|_| call.silent(self.request_timeout)) {
                Ok(Ok(answer)) => return Ok(answer),
                Ok(Err(error)) | Err(error) => error,
            };
            let pause = match &error.kind {
                Kind::Throttled { retry_after, .. } => {
                    retry_after.unwrap_or(Duration::from_secs(1) * tries)
                }
                _ => return Err(error),
            };
            if tries >= TRIES || pause > PAUSE {
                return Err(error);
            }
            sleep(pause).await;
        }
    }

    async fn send(&self, request: Request<Vec<u8>>, call: &Call<'_>) -> Result<Vec<u8>> {
        let answer = self.client().send(request.map(Body::from)).await;
        let answer = answer.map_err(|error| call.error(&error))?;
        body(answer, call).await
    }
}

/// The whole of a good answer; a refusal in the server's own words.
pub(super) async fn body(answer: Response<Body>, call: &Call<'_>) -> Result<Vec<u8>> {
    let status = answer.status();
    let after = answer
        .headers()
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    let body = answer.into_body().collect_bytes().await;
    let body = body.map_err(|error| call.error(&error))?;
    if status.is_success() {
        return Ok(body.into());
    }
    let code = status.as_u16();
    // Not every refusal is a Status: priority and fairness, and unknown groups, answer in text.
    let told = match serde_json::from_slice::<Status>(&body) {
        Ok(status) => status.message,
        Err(_) => String::from_utf8_lossy(&body).into_owned(),
    };
    Err(call.refused(code, &told, after))
}

pub(super) fn get(path: &str) -> Request<Vec<u8>> {
    let request = Request::get(path).header(header::ACCEPT, "application/json");
    request.body(Vec::new()).unwrap_or_default()
}

pub(super) fn read<T: DeserializeOwned>(answer: &[u8], call: &Call<'_>) -> Result<T> {
    serde_json::from_slice(answer).map_err(|error| {
        call.placed(Kind::Service {
            service: call.cluster.name.to_string(),
            code: "UnreadableAnswer".into(),
            message: format!("{}: {error}", call.action),
        })
    })
}

/// Whether a list cannot be gone on with.
fn is_gone(error: &Error) -> bool {
    matches!(&error.kind, Kind::Service { code, .. } if code == "410")
}

/// Objects of a page, how many were malformed, and how the list goes on.
type Listed<T> = (Vec<T>, u32, Option<String>);

fn listed<T: Slim>(answer: &[u8], call: &Call<'_>) -> Result<Listed<T>> {
    #[derive(Deserialize)]
    #[serde(bound = "T: DeserializeOwned")]
    struct List<T> {
        #[serde(default, deserialize_with = "super::loose::object")]
        metadata: Meta,
        #[serde(default, deserialize_with = "super::loose::list")]
        items: Vec<T>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Meta {
        #[serde(rename = "continue", deserialize_with = "super::loose::text")]
        next: Option<String>,
    }
    let list: List<T> = read(answer, call)?;
    let all = list.items.len();
    let mut objects = list.items;
    // What has no name cannot be told from anything else.
    objects.retain(|object| !object.head().name.is_empty());
    let malformed = u32::try_from(all - objects.len()).unwrap_or(u32::MAX);
    Ok((objects, malformed, list.metadata.next))
}
