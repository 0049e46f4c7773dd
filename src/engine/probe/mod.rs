//! Asks the questions of plans.

mod network;

use super::plan::Probe;
use crate::{
    model::Ref,
    provider::{Error, Kind, Provider, Result},
};

/// What asking brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// `None` where the answer is not known yet.
    pub(super) holds: Option<bool>,
    /// What was seen, in words.
    pub(super) text: String,
}

/// Asks once. Everything in the question is known.
pub(super) async fn ask(provider: &Provider, probe: &Probe) -> Result<Seen> {
    match probe {
        Probe::Healthy {
            account,
            check,
            what,
        } => {
            let zones = provider.traffic.zones(*known(account)?).await?;
            let holds = zones.passes(check);
            let is = match holds {
                Some(true) => "healthy",
                Some(false) => "not healthy",
                None => "of unknown health",
            };
            let text = format!("{what} is {is} (health check {check})");
            Ok(Seen { holds, text })
        }
        Probe::Network(probe) => network::ask(provider, probe).await,
    }
}

fn known<T>(reference: &Ref<T>) -> Result<&T> {
    reference.get().map_err(|unbound| {
        Error::new(Kind::Service {
            service: "awsdeck".into(),
            code: "Unbound".into(),
            message: unbound.to_string(),
        })
    })
}
