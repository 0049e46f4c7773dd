//! Keeps a sign-in that has just failed from being tried again by everybody who waits for it.

use std::{sync::Arc, time::Duration};

use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
use tokio::{sync::Mutex, time::Instant};

use super::super::error::{causes, story};
use crate::provider::{Error, Kind};

/// How long a failure stands for those that waited beside the one that failed. Short enough that
/// a login in another terminal is noticed at once.
const STANDS: Duration = Duration::from_secs(2);

/// How long a refused role stands: asking again at once gets the same answer.
const DENIED_STANDS: Duration = Duration::from_secs(60);

/// Lets one sign-in run at a time; success is the identity cache's to keep, failure is kept here.
#[derive(Debug)]
pub(super) struct Gate<P> {
    provider: P,
    failed: Arc<Mutex<Option<(Instant, Error)>>>,
}

impl<P: ProvideCredentials> Gate<P> {
    pub(super) fn new(provider: P) -> Self {
        let failed = Arc::default();
        Self { provider, failed }
    }

    async fn pass(&self) -> aws_credential_types::provider::Result {
        let mut failed = self.failed.lock().await;
        if let Some((until, error)) = failed.as_ref()
            && Instant::now() < *until
        {
            return Err(CredentialsError::provider_error(error.clone()));
        }
        let error = match self.provider.provide_credentials().await {
            Ok(credentials) => {
                *failed = None;
                return Ok(credentials);
            }
            Err(error) => told(&error),
        };
        let stands = match error.kind {
            Kind::Denied { .. } => DENIED_STANDS,
            _ => STANDS,
        };
        *failed = Some((Instant::now() + stands, error.clone()));
        Err(CredentialsError::provider_error(error))
    }
}

impl<P: ProvideCredentials> ProvideCredentials for Gate<P> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.pass())
    }
}

/// Our own error where it is inside, else that nobody is signed in.
fn told(error: &CredentialsError) -> Error {
    let ours = causes(error).find_map(|cause| cause.downcast_ref::<Error>());
    ours.cloned().unwrap_or_else(|| {
        Error::new(Kind::SignedOut {
            profile: None,
            message: story(error),
        })
    })
}
