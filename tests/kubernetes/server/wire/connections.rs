//! Connections: accepted, refused, cut.

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc},
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use super::{super::Shared, respond::respond};

/// What the server does with those that connect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listening {
    /// It serves them.
    Open,
    /// It takes the connection and says nothing, not even in TLS.
    Mute,
    /// It refuses connections; those that are open go on.
    Refusing,
    /// It refuses connections, and those that were open are gone.
    Gone,
}

/// Where a server listens, and how.
pub(crate) struct Port {
    pub(crate) listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) tls: Arc<ServerConfig>,
    /// What is wanted.
    pub(crate) state: watch::Receiver<Listening>,
    /// Where each change is told once it holds.
    pub(crate) holds: mpsc::Sender<Listening>,
}

/// Serves until the sender of the state is dropped.
pub(crate) async fn listen(shared: Arc<Shared>, port: Port) {
    let Port {
        listener,
        address,
        tls,
        mut state,
        holds,
    } = port;
    let (mut listener, mut told) = (Some(listener), Listening::Open);
    loop {
        let now = *state.borrow_and_update();
        if matches!(now, Listening::Refusing | Listening::Gone) {
            listener = None;
        } else if listener.is_none() {
            listener = TcpListener::bind(address).await.ok();
        }
        if now != told {
            told = now;
            if holds.send(now).is_err() {
                return; // the server has been dropped
            }
        }
        let changed = match &listener {
            None => state.changed().await,
            Some(listener) => tokio::select! {
                changed = state.changed() => changed,
                accepted = listener.accept() => {
                    if let Ok((stream, _)) = accepted {
                        let serving = serve(shared.clone(), stream, tls.clone(), state.clone());
                        tokio::spawn(serving);
                    }
                    Ok(())
                }
            },
        };
        if changed.is_err() {
            return;
        }
    }
}

/// Serves one connection to its end, or until the server is gone.
async fn serve(
    shared: Arc<Shared>,
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    mut state: watch::Receiver<Listening>,
) {
    let gone = async move {
        // An error means that the server has been dropped.
        drop(state.wait_for(|state| *state == Listening::Gone).await);
    };
    let talk = async {
        if shared.is_mute() {
            return std::future::pending().await;
        }
        drop(stream.set_nodelay(true));
        let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await else {
            return; // the client trusts somebody else
        };
        let service = service_fn(|request| {
            let shared = shared.clone();
            async move { respond(&shared, request).await }
        });
        // A client that hangs up, or a fault that closes the connection, is no concern of the server.
        drop(
            http1::Builder::new()
                .auto_date_header(false)
                .serve_connection(TokioIo::new(stream), service)
                .await,
        );
    };
    tokio::select! {
        () = gone => {}
        () = talk => {}
    }
}
