//! The real program in a pseudo-terminal, read back through a terminal emulator.

use std::{
    io::{Read, Write},
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

use super::Home;

/// How long anything may take before it counts as never. Generous: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running deck and its screen.
pub(crate) struct Deck {
    pub(crate) home: Home,
    seen: Arc<Mutex<Seen>>,
    keys: Box<dyn Write + Send>,
    terminal: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
}

/// What the program has written so far.
struct Seen {
    screen: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
}

impl Deck {
    /// Starts `awsdeck` with `arguments` on a screen of 80 columns and 24 rows.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        Self::start_in(Home::new(), arguments, (80, 24), &[])
    }

    pub(crate) fn start_in(
        home: Home,
        arguments: &[&str],
        (columns, rows): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Self {
        let size = size(columns, rows);
        let pty = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_awsdeck"));
        command.args(arguments);
        command.cwd(home.path());
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        for (name, value) in home.variables() {
            command.env(name, value);
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pty.slave.spawn_command(command).expect("the built binary");
        drop(pty.slave);
        let keys = pty.master.take_writer().expect("the first writer");
        let mut output = pty.master.try_clone_reader().expect("a reader");
        let screen = vt100::Parser::new(rows, columns, 0);
        let seen = Arc::new(Mutex::new(Seen {
            screen,
            bytes: Vec::new(),
            closed: false,
        }));
        let shared = Arc::clone(&seen);
        thread::spawn(move || {
            let mut chunk = vec![0; 65536];
            // A closed terminal reads as an error on Linux, as the end elsewhere.
            while let Ok(count @ 1..) = output.read(&mut chunk) {
                let mut seen = shared.lock().expect("no panic inside");
                seen.screen.process(&chunk[..count]);
                seen.bytes.extend_from_slice(&chunk[..count]);
            }
            shared.lock().expect("no panic inside").closed = true;
        });
        Self {
            home,
            seen,
            keys,
            terminal: pty.master,
            child,
        }
    }

    /// Types `keys` as a terminal would send them.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keys
            .write_all(keys.as_bytes())
            .expect("the terminal takes input");
        self.keys.flush().expect("the terminal takes input");
    }

    /// Pastes `text` in brackets, as terminals do.
    pub(crate) fn paste(&mut self, text: &str) {
        self.press(&format!("\x1b[200~{text}\x1b[201~"));
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal
            .resize(size(columns, rows))
            .expect("a new size");
        self.seen().screen.screen_mut().set_size(rows, columns);
    }

    /// Waits until the screen shows `text`; after the deadline panics with the screen.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} on screen"), |screen| {
            screen.contains(text)
        });
    }

    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "waited for {what}; the screen was:\n{screen}"
            );
            assert!(
                !self.seen().closed || holds(&self.screen()),
                "ended before {what}; the screen was:\n{screen}"
            );
            thread::yield_now();
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    /// Waits until the terminal is as a shell expects it.
    pub(crate) fn wait_until_restored(&self) {
        self.wait_until("the terminal was given back", |_| self.is_restored());
    }

    /// The screen as lines of text.
    pub(crate) fn screen(&self) -> String {
        self.seen().screen.screen().contents()
    }

    /// Every byte that was written so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen().bytes.clone()
    }

    /// Whether the terminal is as a shell expects it: main screen, cursor shown, no mouse, no
    /// bracketed paste.
    pub(crate) fn is_restored(&self) -> bool {
        let seen = self.seen();
        let screen = seen.screen.screen();
        !screen.alternate_screen()
            && !screen.hide_cursor()
            && !screen.bracketed_paste()
            && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
    }

    /// Sends a signal by name, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self
            .child
            .process_id()
            .expect("a running child")
            .to_string();
        let status = std::process::Command::new("kill")
            .args([&format!("-{name}"), &pid])
            .status();
        assert!(status.expect("kill runs").success(), "signal {name}");
    }

    /// Waits for the end, and for the last bytes of the terminal.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let closed = self.seen().closed;
            if let Some(status) = self
                .child
                .try_wait()
                .expect("a child to ask")
                .filter(|_| closed)
            {
                return status;
            }
            assert!(
                Instant::now() < deadline,
                "it did not end; the screen was:\n{}",
                self.screen()
            );
            thread::park_timeout(Duration::from_millis(5));
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().expect("no panic inside")
    }
}

impl Drop for Deck {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols: columns,
        pixel_width: 0,
        pixel_height: 0,
    }
}
