//! Starting a server on a runtime of its own.

use std::{
    net::{SocketAddr, TcpListener as StdListener},
    sync::{Arc, Mutex, PoisonError, atomic::AtomicBool, mpsc},
    time::Duration,
};

use tokio::{
    net::TcpListener,
    runtime::Runtime,
    sync::{Notify, watch},
};

use super::{
    Options, Server, Shared,
    clock::{Clock, Pace},
    cluster::Cluster,
    fixtures,
    velero::{self, Velero},
    wire::{Faults, Listening, Port, certificate, listen, serve_files},
    world::World,
};

/// How long a change of the listener may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The part of a server that runs.
pub(super) struct Running {
    pub(super) address: SocketAddr,
    pub(super) ca: String,
    state: watch::Sender<Listening>,
    /// What of that holds by now.
    holds: Mutex<mpsc::Receiver<Listening>>,
    /// Taken when the server is dropped.
    runtime: Option<Runtime>,
}

impl Running {
    /// Changes how the server listens, and waits until it does.
    pub(super) fn listen(&self, listening: Listening) {
        if self.state.send_replace(listening) != listening {
            let holds = self.holds.lock().unwrap_or_else(PoisonError::into_inner);
            holds.recv_timeout(PATIENCE).expect("a server that runs");
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A runtime may not be dropped where others wait for it, as in an asynchronous test.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

pub(super) fn start(options: Options) -> Server {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let (api, address) = bind();
    let (files, files_address) = bind();
    let certificate = certificate(&options.names);
    let pace = options.pace;
    let clock = Clock::new(pace, options.start);
    let cluster = Cluster::new(options.parts);
    let store = options.store.clone();
    let velero = Velero::new(options.velero, store, format!("http://{files_address}"));
    let mut world = World::new(clock, options.people, cluster, velero);
    fixtures::bootstrap(&mut world);
    if options.velero {
        velero::install(&mut world);
    }
    for custom in &options.customs {
        fixtures::define(&mut world, custom);
    }
    if let Some(scale) = options.scale {
        scale.fill(&mut world);
    }
    let shared = Arc::new(Shared {
        world: Mutex::new(world),
        faults: Mutex::new(Faults::default()),
        log: Mutex::default(),
        wake: Notify::new(),
        mute: AtomicBool::new(false),
        gzip: options.gzip,
    });
    let (state, wanted) = watch::channel(Listening::Open);
    let (held, holds) = mpsc::channel();
    let served = shared.clone();
    let tls = certificate.server;
    runtime.spawn(async move {
        let listener = TcpListener::from_std(api).expect("a listener");
        let port = Port {
            listener,
            address,
            tls,
            state: wanted,
            holds: held,
        };
        listen(served, port).await;
    });
    let stored = shared.clone();
    runtime.spawn(async move {
        let listener = TcpListener::from_std(files).expect("a listener");
        serve_files(stored, listener).await;
    });
    if pace != Pace::Manual {
        runtime.spawn(keep_time(shared.clone()));
    }
    Server {
        shared,
        running: Running {
            address,
            ca: certificate.ca,
            state,
            holds: Mutex::new(holds),
            runtime: Some(runtime),
        },
    }
}

fn bind() -> (StdListener, SocketAddr) {
    let listener = StdListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a listener");
    let address = listener.local_addr().expect("an address");
    (listener, address)
}

/// Does what the agenda has, when it is due.
async fn keep_time(shared: Arc<Shared>) {
    loop {
        let next = shared.world().catch_up();
        let wait = next.and_then(|wait| Duration::try_from(wait).ok());
        let wait = wait.unwrap_or(Duration::from_mins(1));
        // Woken when the agenda has changed.
        drop(tokio::time::timeout(wait, shared.wake.notified()).await);
    }
}
