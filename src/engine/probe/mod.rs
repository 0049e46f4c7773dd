//! Asks the questions of plans.

mod cluster;
mod database;
mod network;

use super::plan::Probe;
use crate::{
    model::{Ref, change::Unbound},
    provider::{Error, Kind, Port, Provider, Result},
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
        Probe::Cluster(probe) => cluster::ask(provider, probe).await,
        Probe::Database {
            at,
            kind,
            database,
            asked,
        } => database::ask(provider, at, *kind, database, asked).await,
        Probe::Port {
            host, port, what, ..
        } => {
            let host = host.get().map_err(|gap| unbound(&gap))?;
            let answer = provider.ports.port(host, *port).await;
            let text = format!(
                "port {port} of {what} {}",
                match answer {
                    Port::Accepts => "takes connections",
                    Port::Refuses => "refuses",
                    Port::Silent => "does not answer",
                }
            );
            Ok(Seen {
                holds: Some(answer == Port::Accepts),
                text,
            })
        }
    }
}

fn known<T>(reference: &Ref<T>) -> Result<&T> {
    reference.get().map_err(|gap| unbound(&gap))
}

/// A question with a gap in it is a defect of the plan.
fn unbound(gap: &Unbound) -> Error {
    Error::new(Kind::Service {
        service: "awsdeck".into(),
        code: "Unbound".into(),
        message: gap.to_string(),
    })
}
