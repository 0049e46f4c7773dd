//! The world as a process of its own, so that runs, two terminals and a killed deck share one.

mod files;
mod serve;
mod socket;
mod wire;

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;

use super::{
    call::{Answer, Call},
    client,
    faults::Faults,
    ledger::Entry,
    options::DemoOptions,
    transport::{Failure, Transport},
};
use crate::{
    model::{AccountId, HostedZoneId, network::Network, traffic::Record},
    provider::{Error, Kind, Provider, Result},
};
use files::Files;
use socket::Socket;

pub use serve::serve;

/// Joins the world of `options`, starting its process (`awsdeck world`, by the running program)
/// where none runs. Fails when the state folder cannot be used or no world comes up.
pub async fn connect(options: &DemoOptions) -> Result<Provider> {
    let program = std::env::current_exe()
        .map_err(|error| trouble("NoProgram", &format!("cannot find this program: {error}")))?;
    let socket = join(program, options).await?;
    Ok(client::provider(socket, options))
}

/// The hand that reaches into the world of `options`, served by `program` where none runs yet:
/// what tests with real processes hold.
pub async fn handle(program: PathBuf, options: &DemoOptions) -> Result<RemoteHandle> {
    Ok(RemoteHandle(join(program, options).await?))
}

async fn join(program: PathBuf, options: &DemoOptions) -> Result<Socket> {
    let files = Files::of(options).map_err(|error| folder_trouble(options, &error))?;
    let socket = Socket::new(files, Some(program), options);
    socket.call(Call::Now).await?;
    if let Some(faults) = &options.faults {
        socket.call(Call::SetFaults(faults.clone())).await?;
    }
    Ok(socket)
}

/// A world in another process, reached into.
pub struct RemoteHandle(Socket);

impl RemoteHandle {
    /// The process that serves the world, as its lock tells.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        let lock = std::fs::read_to_string(&self.0.files.lock).ok()?;
        lock.trim().parse().ok()
    }

    /// The world's time.
    pub async fn now(&self) -> Result<Timestamp> {
        match self.0.call(Call::Now).await? {
            Answer::Now(now) => Ok(now),
            _ => Err(trouble("Protocol", "no time in the answer")),
        }
    }

    /// Lets time pass in the world.
    pub async fn advance(&self, by: Duration) -> Result<()> {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.wish(Call::Advance { millis }).await
    }

    /// Replaces all faults.
    pub async fn set_faults(&self, faults: Faults) -> Result<()> {
        self.wish(Call::SetFaults(faults)).await
    }

    /// Everything that was sent to the world to change it, in order.
    pub async fn ledger(&self) -> Result<Vec<Entry>> {
        match self.0.call(Call::Ledger).await? {
            Answer::Ledger(entries) => Ok(entries),
            _ => Err(trouble("Protocol", "no ledger in the answer")),
        }
    }

    /// Puts one record by hand, as somebody in the console would.
    pub async fn put_record(
        &self,
        account: AccountId,
        zone: &HostedZoneId,
        record: Record,
    ) -> Result<()> {
        let call = Call::Edit {
            account,
            zone: zone.clone(),
            record: Box::new(record),
            delete: false,
        };
        self.wish(call).await
    }

    /// Puts a whole network in place of the one that is there, as somebody in the console would.
    pub async fn put_network(&self, network: Network) -> Result<()> {
        self.wish(Call::PutNetwork(Box::new(network))).await
    }

    async fn wish(&self, call: Call) -> Result<()> {
        self.0.call(call).await.map(drop).map_err(Failure::into)
    }
}

/// An error of the simulation itself.
fn trouble(code: &str, message: &str) -> Error {
    Error::new(Kind::Service {
        service: "simulation".into(),
        code: code.into(),
        message: message.into(),
    })
}

fn folder_trouble(options: &DemoOptions, error: &std::io::Error) -> Error {
    let folder: PathBuf = options.state_dir.clone();
    let message = format!(
        "the state folder `{}` cannot be used: {error}; set XDG_STATE_HOME to a folder of yours",
        folder.display()
    );
    trouble("StateFolder", &message)
}

#[cfg(test)]
mod tests;
