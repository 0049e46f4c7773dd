//! Who we are, as each account sees it.

use async_trait::async_trait;

use super::session::Sessions;
use crate::{
    model::{AccountId, Place},
    provider::{self, Caller, Result, SignIn},
};

/// STS, GetCallerIdentity.
#[derive(Clone, Debug)]
pub struct Identity {
    sessions: Sessions,
}

impl Identity {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl provider::Identity for Identity {
    async fn caller(&self, account: Option<AccountId>) -> Result<Caller> {
        let Some(account) = account else {
            return Ok(self.sessions.home().await?.clone());
        };
        let place = Place::new(account, self.sessions.regions()[0].clone());
        let sdk = self.sessions.sdk(&place).await?;
        let located = self.sessions.caller(&sdk).await;
        let mut caller = located.map_err(|error| error.at(account, None))?;
        caller.expires = self.sessions.expiry(account);
        Ok(caller)
    }

    fn sign_in(&self) -> SignIn {
        self.sessions.sign_in()
    }
}
