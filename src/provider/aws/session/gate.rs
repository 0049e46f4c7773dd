//! Keeps a sign-in that has just failed from being tried again by everybody who waits for it.

use std::{
    fmt,
    sync::{Arc, Mutex as Lock, PoisonError},
    time::{Duration, SystemTime},
};

use aws_credential_types::provider::{
    self, ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future,
};
use tokio::{sync::Mutex, time::Instant};

use super::super::error::{causes, story};
use crate::provider::{Error, Kind};

/// How long a failure stands for those that waited beside the one that failed. Short enough that
/// a login in another terminal is noticed at once.
const STANDS: Duration = Duration::from_secs(1);

/// How long a refusal stands: asking again at once gets the same answer.
const REFUSAL_STANDS: Duration = Duration::from_mins(1);

/// Lets one sign-in run at a time; success is the identity cache's to keep, failure is kept here.
#[derive(Clone)]
pub(super) struct Gate(Arc<Inner>);

struct Inner {
    /// Makes the provider anew after a failure, because the SDK's own keep the files they have read.
    make: Box<dyn Fn() -> SharedCredentialsProvider + Send + Sync>,
    profile: Option<String>,
    /// The command that signs in again.
    login: Option<String>,
    state: Mutex<State>,
    expiry: Lock<Option<SystemTime>>,
}

#[derive(Default)]
struct State {
    provider: Option<SharedCredentialsProvider>,
    failed: Option<(Instant, Error)>,
}

impl Gate {
    pub(super) fn new(
        profile: Option<String>,
        login: Option<String>,
        make: impl Fn() -> SharedCredentialsProvider + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            make: Box::new(make),
            profile,
            login,
            state: Mutex::default(),
            expiry: Lock::default(),
        }))
    }

    /// When the last given credentials run out, where they do.
    pub(super) fn expiry(&self) -> Option<SystemTime> {
        *self.0.expiry.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn pass(&self) -> provider::Result {
        let mut state = self.0.state.lock().await;
        if let Some((until, error)) = &state.failed
            && Instant::now() < *until
        {
            return Err(CredentialsError::provider_error(error.clone()));
        }
        let provider = state.provider.get_or_insert_with(|| (self.0.make)());
        let error = match provider.provide_credentials().await {
            Ok(credentials) => {
                state.failed = None;
                let mut expiry = self.0.expiry.lock().unwrap_or_else(PoisonError::into_inner);
                *expiry = credentials.expiry();
                return Ok(credentials);
            }
            Err(error) => self.told(&error),
        };
        let stands = match error.kind {
            Kind::Denied { .. } | Kind::MfaNeeded { .. } => REFUSAL_STANDS,
            _ => STANDS,
        };
        state.provider = None;
        state.failed = Some((Instant::now() + stands, error.clone()));
        Err(CredentialsError::provider_error(error))
    }

    /// Our own error where one is inside, else what the SDK's provider has to say.
    fn told(&self, error: &CredentialsError) -> Error {
        let ours = causes(error).find_map(|cause| cause.downcast_ref::<Error>());
        let mut told = ours.cloned().unwrap_or_else(|| Error::new(read(error)));
        if let Kind::SignedOut { profile, login, .. } = &mut told.kind
            && profile.is_none()
        {
            profile.clone_from(&self.0.profile);
            login.clone_from(&self.0.login);
        }
        told
    }
}

fn read(error: &CredentialsError) -> Kind {
    let message = story(error);
    match error {
        CredentialsError::InvalidConfiguration(_) => Kind::Service {
            service: "profile".into(),
            code: "InvalidProfile".into(),
            message,
        },
        _ if message.contains("dispatch failure") => Kind::Unreachable {
            service: "sign-in".into(),
            message,
        },
        _ => Kind::SignedOut {
            profile: None,
            login: None,
            message,
        },
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("profile", &self.0.profile)
            .finish_non_exhaustive()
    }
}

impl ProvideCredentials for Gate {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.pass())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use aws_credential_types::Credentials;
    use futures::future::join_all;

    use super::*;

    /// Fails, and is not asked again.
    #[derive(Clone, Debug)]
    struct Once(Arc<Lock<Option<CredentialsError>>>);

    impl ProvideCredentials for Once {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let failure = self.0.lock().expect("no panic").take();
            future::ProvideCredentials::ready(Err(failure.expect("asked once")))
        }
    }

    #[derive(Clone, Debug)]
    struct Refusing(Arc<AtomicUsize>);

    impl ProvideCredentials for Refusing {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            self.0.fetch_add(1, Ordering::Relaxed);
            let denied = Kind::Denied {
                action: "sts:AssumeRole".into(),
                message: "no".into(),
            };
            future::ProvideCredentials::ready(Err(CredentialsError::provider_error(Error::new(
                denied,
            ))))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_role_is_asked_for_once_by_many_and_again_after_a_while() {
        let asked = Arc::new(AtomicUsize::new(0));
        let refusing = Refusing(asked.clone());
        let gate = Gate::new(None, None, move || {
            SharedCredentialsProvider::new(refusing.clone())
        });
        let all = join_all((0..50).map(|_| gate.provide_credentials())).await;
        assert!(all.iter().all(Result::is_err));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        tokio::time::advance(REFUSAL_STANDS).await;
        gate.provide_credentials().await.expect_err("still refused");
        assert_eq!(asked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_login_in_another_terminal_is_noticed_within_two_seconds() {
        let made = Arc::new(AtomicUsize::new(0));
        let counted = made.clone();
        let gate = Gate::new(
            Some("hub".into()),
            Some("aws sso login".into()),
            move || {
                // What is made later reads the files anew, and finds the token.
                if counted.fetch_add(1, Ordering::Relaxed) == 0 {
                    let expired = CredentialsError::invalid_configuration("the token has expired");
                    SharedCredentialsProvider::new(Once(Arc::new(Lock::new(Some(expired)))))
                } else {
                    SharedCredentialsProvider::new(Credentials::new(
                        "AKIA", "s", None, None, "test",
                    ))
                }
            },
        );
        gate.provide_credentials().await.expect_err("signed out");
        gate.provide_credentials().await.expect_err("still");
        assert_eq!(made.load(Ordering::Relaxed), 1);
        tokio::time::advance(Duration::from_secs(2)).await;
        let found = gate.provide_credentials().await.expect("signed in");
        assert_eq!(found.access_key_id(), "AKIA");
    }
}
