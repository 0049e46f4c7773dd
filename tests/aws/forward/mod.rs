//! A server of our own in front of moto: it logs every request, fails the ones that a test picks,
//! answers the calls that moto lacks and passes the rest on.
//!
//! ```ignore
//! let forward = Forward::before(&moto);
//! forward.deny(Which::entering(account));
//! forward.hang(Which::service("eks").region("eu-central-1"));
//! forward.lose_answer_of(Which::call("route53", "ChangeResourceRecordSets").once());
//! let operator = Operator::at(forward.endpoint(), None);
//! assert_eq!(forward.count(&Which::service("ce")), 0);
//! ```
//!
//! What it makes up is told in one table, [`invented::TABLE`].

mod answer;
mod cbor;
mod invented;
mod keys;
mod model;
mod relay;
mod request;
mod rules;
#[cfg(test)]
mod tests;

use std::{
    future,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc},
    thread,
    time::Instant,
};

use http_body_util::{BodyExt, Full};
use hyper::{Response, body::Bytes, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, runtime, sync::oneshot};

use self::{answer::Answer, keys::Keys, rules::Rules};
pub(crate) use self::{
    invented::{TABLE, World},
    request::Request,
    rules::{Fate, Which},
};
use super::moto::Moto;

/// One request as the log keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) request: Arc<Request>,
    pub(crate) fate: Fate,
    /// The status of the answer; `None` while there is none, and for ever where it hangs.
    pub(crate) status: Option<u16>,
}

/// The server. It ends with this value.
pub(crate) struct Forward {
    endpoint: String,
    inner: Arc<Inner>,
    _running: oneshot::Sender<()>,
}

struct Inner {
    rules: Rules,
    log: Mutex<Vec<Seen>>,
    keys: Arc<Keys>,
    world: World,
}

impl Forward {
    /// Starts in front of `moto`.
    pub(crate) fn before(moto: &Moto) -> Self {
        let keys = Arc::<Keys>::default();
        let inner = Arc::new(Inner {
            rules: Rules::default(),
            log: Mutex::default(),
            keys: Arc::clone(&keys),
            world: World::over(moto.endpoint(), keys),
        });
        let (running, ended) = oneshot::channel();
        let (started, port) = mpsc::channel();
        let serving = Arc::clone(&inner);
        thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
                let listener = listener.expect("a free port");
                started
                    .send(listener.local_addr().expect("bound").port())
                    .expect("awaited");
                tokio::select! {
                    () = accept(listener, serving) => {}
                    _ = ended => {}
                }
            });
        });
        let port = port.recv().expect("the server started");
        Self {
            endpoint: format!("http://127.0.0.1:{port}"),
            inner,
            _running: running,
        }
    }

    /// Where clients are sent to.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Refuses, as IAM does, before anything happens.
    pub(crate) fn deny(&self, which: Which) {
        self.inner.rules.add(which, Fate::Denied);
    }

    /// Refuses for being asked too often, as the service does.
    pub(crate) fn throttle(&self, which: Which) {
        self.inner.rules.add(which, Fate::Throttled);
    }

    /// Takes the request and never answers; nothing happens.
    pub(crate) fn hang(&self, which: Which) {
        self.inner.rules.add(which, Fate::Hung);
    }

    /// Lets it happen, and closes the connection in place of an answer.
    pub(crate) fn lose_answer_of(&self, which: Which) {
        self.inner.rules.add(which, Fate::AnswerLost);
    }

    /// Lets it happen, and keeps silent.
    pub(crate) fn hold_answer_of(&self, which: Which) {
        self.inner.rules.add(which, Fate::AnswerHeld);
    }

    /// Takes back all of the above. What hangs goes on hanging.
    pub(crate) fn heal(&self) {
        self.inner.rules.clear();
    }

    /// Everything that was asked so far, oldest first.
    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.inner.log().clone()
    }

    /// How many of the requests are of that kind.
    pub(crate) fn count(&self, which: &Which) -> usize {
        let log = self.inner.log();
        log.iter().filter(|seen| which.is(&seen.request)).count()
    }

    /// The secrets and tokens of all sessions that were given out.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.inner.keys.secrets()
    }

    /// What this server holds beyond moto, to be looked at and set by tests.
    pub(crate) fn world(&self) -> &World {
        &self.inner.world
    }
}

impl Inner {
    fn log(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, request: &Arc<Request>, fate: Fate) -> usize {
        let mut log = self.log();
        log.push(Seen {
            at: Instant::now(),
            request: Arc::clone(request),
            fate,
            status: None,
        });
        log.len() - 1
    }

    /// The answer; nothing where the connection is closed in its place.
    async fn answer(&self, request: Request) -> Option<Answer> {
        let request = Arc::new(request);
        let fate = self.rules.fate(&request);
        let place = self.note(&request, fate);
        let answer = match fate {
            Fate::Denied => Answer::denial(&request),
            Fate::Throttled => Answer::throttle(&request),
            Fate::Hung => future::pending().await,
            Fate::Passed | Fate::AnswerLost | Fate::AnswerHeld => self.really(&request).await,
        };
        match fate {
            Fate::AnswerLost => return None,
            Fate::AnswerHeld => future::pending().await,
            _ => self.log()[place].status = Some(answer.status),
        }
        Some(answer)
    }

    async fn really(&self, request: &Request) -> Answer {
        if let Some(answer) = invented::answer(&self.world, &self.rules, request).await {
            return answer;
        }
        let answer = relay::pass_on(self.world.moto(), request).await;
        self.keys.learn(request, &answer);
        answer
    }
}

async fn accept(listener: TcpListener, inner: Arc<Inner>) {
    while let Ok((stream, _)) = listener.accept().await {
        let inner = Arc::clone(&inner);
        let service = service_fn(move |asked: hyper::Request<hyper::body::Incoming>| {
            let inner = Arc::clone(&inner);
            async move {
                let (parts, body) = asked.into_parts();
                let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
                let request = Request::read(&parts, body, &inner.keys);
                // A task of its own: what has arrived happens, whoever hangs up meanwhile.
                let answering = tokio::spawn(async move { inner.answer(request).await });
                let answer = answering.await.ok().flatten().ok_or(Closed)?;
                Ok::<Response<Full<Bytes>>, Closed>(answer.into())
            }
        });
        // A client that went away, or a connection that was closed on purpose.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Ends a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("closed on purpose")]
struct Closed;
