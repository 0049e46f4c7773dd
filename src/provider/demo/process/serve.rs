//! Serves one world on its socket until nobody has asked for a while.

use std::{
    fs::{self, File, Permissions, TryLockError},
    io::{self, Write},
    os::unix::fs::PermissionsExt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::AsyncReadExt,
    net::{UnixListener, UnixStream},
    time::{Instant, timeout},
};

use super::{
    files::{Files, own_file},
    folder_trouble, trouble,
    wire::{self, Question, Response, VERSION},
};
use crate::provider::{
    Result,
    demo::{call::Call, options::DemoOptions, world::World},
};

/// How long nobody may ask before the process ends; the state stays.
const IDLE: Duration = Duration::from_mins(10);
/// Between two looks whether the socket is still there.
const LOOK: Duration = Duration::from_secs(5);

/// Serves the world of `options`, as the hidden command `awsdeck world` does. Returns when nobody
/// has asked for ten minutes or the socket is gone with its folder, and at once when another
/// process serves the same world.
pub async fn serve(options: &DemoOptions) -> Result<()> {
    // Out of the terminal's session: closing it must not end the world. It fails for a process
    // that leads a group already, which is out of it as well.
    let _ = rustix::process::setsid();
    serve_until_idle(options, IDLE).await
}

pub(super) async fn serve_until_idle(options: &DemoOptions, idle: Duration) -> Result<()> {
    let files = Files::of(options).map_err(|error| folder_trouble(options, &error))?;
    let failed = |error: io::Error| {
        let message = format!("cannot serve on `{}`: {error}", files.socket.display());
        trouble("NotServed", &message)
    };
    let Some(lock) = lock(&files).map_err(failed)? else {
        return Ok(());
    };
    // Whoever holds the lock owns the socket: one that is there was left by a killed process.
    let _ = fs::remove_file(&files.socket);
    let listener = UnixListener::bind(&files.socket).map_err(failed)?;
    fs::set_permissions(&files.socket, Permissions::from_mode(0o600)).map_err(failed)?;
    let world = Mutex::new(World::new(options, files.load()));
    let desk = Arc::new(Desk {
        world,
        files,
        busy: AtomicUsize::new(0),
    });
    let mut quiet = Instant::now();
    loop {
        match timeout(LOOK.min(idle), listener.accept()).await {
            Ok(Ok((stream, _))) => {
                quiet = Instant::now();
                let desk = desk.clone();
                tokio::spawn(async move { desk.attend(stream).await });
            }
            Ok(Err(error)) => tracing::warn!(%error, "a caller was lost"),
            // Nobody can find us any more: the folder was removed, as tests do with theirs.
            Err(_) if !desk.files.socket.exists() => return Ok(()),
            Err(_) if desk.busy.load(Ordering::Acquire) > 0 => quiet = Instant::now(),
            Err(_) if quiet.elapsed() >= idle => break,
            Err(_) => {}
        }
    }
    let _ = fs::remove_file(&desk.files.socket);
    desk.keep();
    drop(lock);
    Ok(())
}

/// The lock with our process id in it, or nothing where another process has it.
fn lock(files: &Files) -> io::Result<Option<File>> {
    let mut file = own_file(&files.lock, false)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            writeln!(file, "{}", std::process::id())?;
            Ok(Some(file))
        }
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

struct Desk {
    world: Mutex<World>,
    files: Files,
    /// Callers who wait for an answer.
    busy: AtomicUsize,
}

impl Desk {
    async fn attend(&self, mut stream: UnixStream) {
        self.busy.fetch_add(1, Ordering::AcqRel);
        if let Err(error) = self.answer(&mut stream).await {
            tracing::debug!(%error, "a caller left");
        }
        self.busy.fetch_sub(1, Ordering::AcqRel);
    }

    async fn answer(&self, stream: &mut UnixStream) -> io::Result<()> {
        let Question { version, call } = wire::receive(stream).await?;
        if version != VERSION {
            return wire::send(stream, &Response::OtherVersion(VERSION)).await;
        }
        let reply = self.reply(call);
        let gone = tokio::select! {
            () = reply.delay.pass() => false,
            _ = stream.read_u8() => true,
        };
        if gone {
            return Ok(());
        }
        let response = match reply.result {
            Ok(answer) => Response::Answer(answer),
            Err(error) => Response::Refused(error),
        };
        wire::send(stream, &response).await
    }

    /// What was changed is kept before anybody is told.
    fn reply(&self, call: Call) -> crate::provider::demo::world::Reply {
        let writes = call.writes();
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = world.reply(call);
        if writes && let Err(error) = self.files.save(world.state()) {
            tracing::error!(%error, "the world's state is not kept");
        }
        reply
    }

    fn keep(&self) {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = self.files.save(world.state()) {
            tracing::error!(%error, "the world's state is not kept");
        }
    }
}
