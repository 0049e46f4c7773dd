//! Signs each request with a token that is renewed before it ends, and once more when a server says
//! 401. Sits between the client and the connection, so it works for watches too.

use std::{
    sync::{Arc, Mutex as Lock, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures::future::BoxFuture;
use http::{HeaderValue, Request, Response, StatusCode, header::AUTHORIZATION};
use jiff::Timestamp;
use kube::client::Body;
use tokio::sync::Mutex;
use tower::{BoxError, Service, ServiceExt, buffer::Buffer};

use crate::{
    model::ClusterId,
    provider::{self, ClusterAccess, Token},
};

/// Tells the time; a test has its own.
pub(super) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How long a token is used, and how long before its end it is renewed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Life {
    pub(super) whole: Duration,
    pub(super) margin: Duration,
}

/// The token of one cluster. Clones share it.
#[derive(Clone)]
pub(super) struct Tokens(Arc<Inner>);

struct Inner {
    access: Arc<dyn ClusterAccess>,
    cluster: ClusterId,
    life: Life,
    clock: Clock,
    /// Held while a token is asked for, so that many who need one ask once.
    asking: Mutex<()>,
    held: Lock<Option<Held>>,
}

#[derive(Clone)]
struct Held {
    header: HeaderValue,
    until: Timestamp,
}

impl Tokens {
    pub(super) fn new(
        access: Arc<dyn ClusterAccess>,
        cluster: ClusterId,
        life: Life,
        clock: Clock,
    ) -> Self {
        Self(Arc::new(Inner {
            access,
            cluster,
            life,
            clock,
            asking: Mutex::default(),
            held: Lock::default(),
        }))
    }

    /// The header to send now.
    async fn header(&self) -> provider::Result<HeaderValue> {
        if let Some(held) = self.held() {
            return Ok(held.header);
        }
        let _asking = self.0.asking.lock().await;
        if let Some(held) = self.held() {
            return Ok(held.header);
        }
        let token = self.0.access.token(&self.0.cluster).await?;
        let now = (self.0.clock)();
        let held = Held {
            header: header(&token)?,
            until: self.until(&token, now),
        };
        *self.lock() = Some(held.clone());
        Ok(held.header)
    }

    /// A token lives no longer than the credentials that have signed it.
    fn until(&self, token: &Token, now: Timestamp) -> Timestamp {
        let Life { whole, margin } = self.0.life;
        let own = now.checked_add(whole).unwrap_or(Timestamp::MAX);
        let end = own.min(token.expires);
        end.checked_sub(margin).unwrap_or(now)
    }

    /// The token that is held, unless it is about to end.
    fn held(&self) -> Option<Held> {
        let now = (self.0.clock)();
        self.lock().clone().filter(|held| held.until > now)
    }

    /// Forgets the token that was refused, unless another has taken its place already.
    fn refused(&self, header: &HeaderValue) {
        let mut held = self.lock();
        if held.as_ref().is_some_and(|held| held.header == *header) {
            *held = None;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Held>> {
        // The value is replaced whole, so a panic elsewhere leaves a valid one.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn header(token: &Token) -> provider::Result<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("Bearer {}", token.secret)).map_err(|_| {
        provider::Error::new(provider::Kind::Service {
            service: "kubernetes".into(),
            code: "Token".into(),
            message: "the token is none that can be sent".into(),
        })
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// The connection below, which the layer may have to use twice for one request.
type Below<F> = Buffer<Request<Body>, F>;

/// A connection whose requests are signed.
pub(super) struct Signed<F> {
    below: Below<F>,
    tokens: Tokens,
}

/// Requests that may wait for the connection.
const QUEUE: usize = 256;

impl<F, B> Signed<F>
where
    F: std::future::Future<Output = Result<Response<B>, BoxError>> + Send + 'static,
{
    pub(super) fn new<S>(connection: S, tokens: Tokens) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error = BoxError, Future = F>
            + Send
            + 'static,
    {
        let below = Buffer::new(connection, QUEUE);
        Self { below, tokens }
    }
}

impl<F, B> Service<Request<Body>> for Signed<F>
where
    F: std::future::Future<Output = Result<Response<B>, BoxError>> + Send + 'static,
    B: Send + 'static,
{
    type Response = Response<B>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<B>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // Readiness is waited for with the request, for each of its tries.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let (below, tokens) = (self.below.clone(), self.tokens.clone());
        Box::pin(async move {
            let (mut first, second) = twice(request);
            let sent = tokens.header().await?;
            first.headers_mut().insert(AUTHORIZATION, sent.clone());
            let answer = below.clone().oneshot(first).await?;
            if answer.status() != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            tokens.refused(&sent);
            let Some(mut second) = second else {
                return Ok(answer);
            };
            let again = tokens.header().await?;
            second.headers_mut().insert(AUTHORIZATION, again.clone());
            let answer = below.oneshot(second).await?;
            if answer.status() == StatusCode::UNAUTHORIZED {
                tokens.refused(&again);
            }
            Ok(answer)
        })
    }
}

/// The request, and a copy where its body can be sent again.
fn twice(request: Request<Body>) -> (Request<Body>, Option<Request<Body>>) {
    let (parts, body) = request.into_parts();
    let copy = body.try_clone();
    let again = copy.map(|body| Request::from_parts(parts.clone(), body));
    (Request::from_parts(parts, body), again)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use async_trait::async_trait;
    use jiff::SignedDuration;
    use tower::service_fn;

    use super::*;
    use crate::{
        model::{velero::Location, workload::Grant},
        provider::{Endpoint, Error, Kind, Result},
    };

    /// Numbers its tokens; each lives as long as `lives`.
    struct Numbered {
        given: AtomicU32,
        now: Arc<AtomicI64>,
        lives: SignedDuration,
    }

    #[async_trait]
    impl ClusterAccess for Numbered {
        async fn endpoint(&self, _: &ClusterId) -> Result<Endpoint> {
            Err(Error::new(Kind::Unavailable {
                service: "test".into(),
                message: "none".into(),
            }))
        }

        async fn token(&self, _: &ClusterId) -> Result<Token> {
            let number = self.given.fetch_add(1, Ordering::Relaxed) + 1;
            let now = Timestamp::from_second(self.now.load(Ordering::Relaxed)).expect("a moment");
            Ok(Token {
                secret: format!("token-{number}"),
                expires: now + self.lives,
            })
        }

        async fn grants(&self, _: &ClusterId) -> Result<Vec<Grant>> {
            Ok(Vec::new())
        }

        async fn object(&self, _: &ClusterId, _: &Location, _: &str) -> Result<Option<Vec<u8>>> {
            Ok(None)
        }
    }

    struct Bench {
        now: Arc<AtomicI64>,
        access: Arc<Numbered>,
        tokens: Tokens,
    }

    fn bench(lives: SignedDuration) -> Bench {
        let now = Arc::new(AtomicI64::new(1_000_000));
        let access = Arc::new(Numbered {
            given: AtomicU32::new(0),
            now: now.clone(),
            lives,
        });
        let life = Life {
            whole: Duration::from_mins(14),
            margin: Duration::from_mins(1),
        };
        let shared = now.clone();
        let clock: Clock = Arc::new(move || {
            Timestamp::from_second(shared.load(Ordering::Relaxed)).expect("a moment")
        });
        let cluster = "111122223333/eu-west-1/prod".parse().expect("a cluster");
        let tokens = Tokens::new(access.clone(), cluster, life, clock);
        Bench {
            now,
            access,
            tokens,
        }
    }

    impl Bench {
        fn later(&self, minutes: i64) {
            self.now.fetch_add(minutes * 60, Ordering::Relaxed);
        }

        fn given(&self) -> u32 {
            self.access.given.load(Ordering::Relaxed)
        }

        /// Sends one request to a server that takes the tokens of `takes`.
        async fn send(&self, takes: fn(&str) -> bool) -> (StatusCode, Vec<String>) {
            let seen: Arc<Lock<Vec<String>>> = Arc::default();
            let notes = seen.clone();
            let server = service_fn(move |request: Request<Body>| {
                let header = &request.headers()[AUTHORIZATION];
                assert!(header.is_sensitive());
                let told = header.to_str().expect("text").to_owned();
                let status = if takes(&told) {
                    StatusCode::OK
                } else {
                    StatusCode::UNAUTHORIZED
                };
                notes.lock().expect("one at a time").push(told);
                async move {
                    let mut answer = Response::new(());
                    *answer.status_mut() = status;
                    Ok::<_, BoxError>(answer)
                }
            });
            let mut signed = Signed::new(server, self.tokens.clone());
            let answer = signed
                .call(Request::new(Body::empty()))
                .await
                .expect("an answer");
            let seen = seen.lock().expect("one at a time").clone();
            (answer.status(), seen)
        }
    }

    fn any(_: &str) -> bool {
        true
    }

    #[tokio::test]
    async fn a_token_is_kept_until_its_margin_and_then_renewed() {
        let bench = bench(SignedDuration::from_hours(1));
        for (minutes, token) in [
            (0, "Bearer token-1"),
            (12, "Bearer token-1"),
            (1, "Bearer token-2"),
        ] {
            bench.later(minutes);
            assert_eq!(
                bench.send(any).await,
                (StatusCode::OK, vec![token.to_owned()])
            );
        }
    }

    #[tokio::test]
    async fn a_token_ends_with_the_credentials_that_signed_it() {
        let bench = bench(SignedDuration::from_mins(5));
        bench.send(any).await;
        bench.later(3);
        bench.send(any).await;
        assert_eq!(bench.given(), 1);
        bench.later(1);
        bench.send(any).await;
        assert_eq!(bench.given(), 2);
    }

    #[tokio::test]
    async fn a_refused_token_is_signed_anew_once_and_then_reported() {
        let bench = bench(SignedDuration::from_hours(1));
        let (status, seen) = bench.send(|told| told == "Bearer token-2").await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(seen, ["Bearer token-1", "Bearer token-2"]);
        let (status, seen) = bench.send(|_| false).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(seen, ["Bearer token-2", "Bearer token-3"]);
    }

    #[tokio::test]
    async fn many_who_need_a_token_at_once_ask_once() {
        let bench = bench(SignedDuration::from_hours(1));
        let all = (0..20).map(|_| bench.tokens.header());
        let all = futures::future::join_all(all).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(bench.given(), 1);
    }
}
