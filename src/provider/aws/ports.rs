//! TCP connections from this machine.

use std::{io::ErrorKind, time::Duration};

use async_trait::async_trait;
use tokio::{net::TcpStream, time::timeout};

use crate::provider::{self, Port};

/// Longer than a connection within a continent takes, shorter than a person waits.
const PATIENCE: Duration = Duration::from_secs(3);

#[derive(Clone, Copy, Debug, Default)]
pub struct Ports;

#[async_trait]
impl provider::Ports for Ports {
    async fn port(&self, host: &str, port: u16) -> Port {
        match timeout(PATIENCE, TcpStream::connect((host, port))).await {
            Ok(Ok(_)) => Port::Accepts,
            Ok(Err(error)) if error.kind() == ErrorKind::ConnectionRefused => Port::Refuses,
            _ => Port::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Ports as _;

    #[tokio::test]
    async fn an_open_port_accepts_and_a_closed_one_refuses() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        assert_eq!(Ports.port("127.0.0.1", port).await, Port::Accepts);
        drop(listener);
        assert_eq!(Ports.port("127.0.0.1", port).await, Port::Refuses);
        assert_eq!(Ports.port("name.invalid", port).await, Port::Silent);
    }
}
