//! Measures the deck as its user feels it: start, keys, bytes, idling and memory in a real
//! pseudo-terminal of 200 columns and 50 rows, beside taws where that is installed.
//!
//! `cargo bench --bench terminal -- --accounts 10000 --pairs 5` prints one line for each measure.
//! Times are medians over runs that alternate between the programs; compare ratios, not times.

use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

const COLUMNS: u16 = 200;
const ROWS: u16 = 50;
/// Silence that ends a burst of output.
const SILENCE: Duration = Duration::from_millis(40);

/// One program under test.
struct Subject {
    name: &'static str,
    program: PathBuf,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    /// Text that stands on the screen once real rows do.
    row: &'static str,
}

/// What one run of a program showed.
#[derive(Default)]
struct Run {
    first_paint: Duration,
    first_row: Option<Duration>,
    keys: Vec<Duration>,
    bytes_per_key: Vec<usize>,
    idle_bytes: usize,
    idle_cpu_ms: f64,
    idle_wakeups: u64,
    peak_kib: u64,
}

/// A program in its terminal; output arrives in order with the moment it was read.
struct Session {
    output: Receiver<(Instant, Vec<u8>)>,
    keys: Arc<Mutex<Box<dyn Write + Send>>>,
    child: Box<dyn Child + Send + Sync>,
    screen: vt100::Parser,
    started: Instant,
}

fn main() {
    let options = Options::read();
    let home = tempfile::tempdir().expect("a temporary folder");
    let deck =
        |name, accounts: u32, offline: bool| Options::deck(name, home.path(), accounts, offline);
    // The first run reads the whole fixture into the cache; those that are measured start from it.
    let full = deck("awsdeck, full cache", options.accounts, true);
    Options::fill(&deck("filling", options.accounts, false));
    let small = deck("awsdeck, 40 accounts", 40, true);
    Options::fill(&deck("filling", 40, false));
    let mut subjects = vec![full, small];
    subjects.extend(options.taws());
    let mut runs: Vec<Vec<Run>> = subjects.iter().map(|_| Vec::new()).collect();
    for _ in 0..options.pairs {
        for (subject, runs) in subjects.iter().zip(&mut runs) {
            runs.push(measure(subject, &options));
        }
    }
    for (subject, runs) in subjects.iter().zip(&runs) {
        report(subject.name, runs);
    }
}

struct Options {
    accounts: u32,
    pairs: usize,
    keys: usize,
    idle: Duration,
    taws: Option<PathBuf>,
}

impl Options {
    fn read() -> Self {
        let mut options = Self {
            accounts: 10_000,
            pairs: 5,
            keys: 200,
            idle: Duration::from_secs(10),
            taws: None,
        };
        let mut arguments = std::env::args().skip(1);
        while let Some(flag) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .unwrap_or_else(|| panic!("{flag} needs a value"))
            };
            match flag.as_str() {
                "--accounts" => options.accounts = value().parse().expect("a number of accounts"),
                "--pairs" => options.pairs = value().parse().expect("a number of runs"),
                "--keys" => options.keys = value().parse().expect("a number of keys"),
                "--idle" => options.idle = Duration::from_secs(value().parse().expect("seconds")),
                "--taws" => options.taws = Some(value().into()),
                "--bench" => {} // cargo adds it
                other => {
                    panic!("{other}: one of --accounts, --pairs, --keys, --idle, --taws is known")
                }
            }
        }
        options
    }

    fn deck(name: &'static str, home: &Path, accounts: u32, offline: bool) -> Subject {
        let folder = home.join(accounts.to_string());
        let below = |name: &str| folder.join(name).display().to_string();
        let mut arguments = vec![
            "--demo".to_owned(),
            "--demo-accounts".into(),
            accounts.to_string(),
        ];
        if offline {
            arguments.push("--offline".into());
        }
        let variables = [
            "HOME",
            "XDG_CONFIG_HOME",
            "XDG_CACHE_HOME",
            "XDG_STATE_HOME",
            "XDG_RUNTIME_DIR",
        ];
        Subject {
            name,
            program: env!("CARGO_BIN_EXE_awsdeck").into(),
            arguments,
            variables: variables
                .iter()
                .map(|name| ((*name).to_owned(), below(name)))
                .collect(),
            row: "prod-ml",
        }
    }

    /// Reads everything once, so that the cache holds it.
    fn fill(subject: &Subject) {
        for view in ["tree", "network", "clusters", "backups", "zones"] {
            let status = Command::new(&subject.program)
                .arg(view)
                .args(&subject.arguments)
                .args(["--output", "json"])
                .envs(subject.variables.clone())
                .stdout(std::process::Stdio::null())
                .status()
                .expect("the built binary");
            assert!(
                status.success() || status.code() == Some(5),
                "{view}: {status}"
            );
        }
    }

    fn taws(&self) -> Option<Subject> {
        let program = self.taws.clone()?;
        let variables = [
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("AWS_REGION", "us-east-1"),
        ];
        Some(Subject {
            name: "taws",
            program,
            arguments: Vec::new(),
            variables: variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            row: "\u{0}",
        })
    }
}

fn measure(subject: &Subject, options: &Options) -> Run {
    let mut session = Session::start(subject);
    let mut run = Run::default();
    let painted = session.burst(Duration::from_secs(20));
    run.first_paint = painted.map_or(Duration::MAX, |(at, _)| at - session.started);
    let deadline = Instant::now() + Duration::from_secs(5);
    while run.first_row.is_none() && Instant::now() < deadline {
        if session.screen.screen().contents().contains(subject.row) {
            run.first_row = Some(session.last_read());
        } else if session.burst(Duration::from_millis(200)).is_none() && subject.name == "taws" {
            break;
        }
    }
    while session.burst(Duration::from_millis(500)).is_some() {}
    let keys = ["j", "j", "j", "k", "j", "\x04", "\x15", "j"];
    for key in keys.iter().cycle().take(options.keys) {
        let sent = session.press(key);
        if let Some((first, bytes)) = session.first_byte(Duration::from_millis(500)) {
            run.keys.push(first - sent);
            run.bytes_per_key.push(bytes);
        }
    }
    while session.burst(Duration::from_secs(1)).is_some() {}
    let pid = session.child.process_id().expect("a running child");
    let before = Usage::of(pid);
    run.idle_bytes = session.listen(options.idle);
    let after = Usage::of(pid);
    run.idle_cpu_ms = after.cpu_ms - before.cpu_ms;
    run.idle_wakeups = after.switches - before.switches;
    run.peak_kib = after.peak_kib;
    run
}

impl Session {
    fn start(subject: &Subject) -> Self {
        let size = PtySize {
            rows: ROWS,
            cols: COLUMNS,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pty = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal");
        let mut command = CommandBuilder::new(&subject.program);
        command.args(&subject.arguments);
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env("LANG", "C.UTF-8");
        for (name, value) in &subject.variables {
            command.env(name, value);
        }
        let keys = Arc::new(Mutex::new(
            pty.master.take_writer().expect("the first writer"),
        ));
        let mut reader = pty.master.try_clone_reader().expect("a reader");
        let (send, output) = channel();
        let answers = Arc::clone(&keys);
        thread::spawn(move || {
            let _open = pty.master;
            let mut chunk = vec![0; 1 << 20];
            while let Ok(count @ 1..) = reader.read(&mut chunk) {
                let at = Instant::now();
                answer(&chunk[..count], &answers);
                if send.send((at, chunk[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        let started = Instant::now();
        let child = pty.slave.spawn_command(command).expect("the program");
        drop(pty.slave);
        Self {
            output,
            keys,
            child,
            screen: vt100::Parser::new(ROWS, COLUMNS, 0),
            started,
        }
    }

    fn press(&self, key: &str) -> Instant {
        let mut keys = self.keys.lock().expect("no panic inside");
        let at = Instant::now();
        keys.write_all(key.as_bytes())
            .expect("the terminal takes input");
        keys.flush().expect("the terminal takes input");
        at
    }

    /// Waits for output and until it falls silent: when the last of it was read, and how much.
    fn burst(&mut self, patience: Duration) -> Option<(Instant, usize)> {
        let (first, bytes) = self.output.recv_timeout(patience).ok()?;
        let (mut last, mut count) = (first, bytes.len());
        self.screen.process(&bytes);
        while let Ok((at, bytes)) = self.output.recv_timeout(SILENCE) {
            last = at;
            count += bytes.len();
            self.screen.process(&bytes);
        }
        Some((last, count))
    }

    /// As [`Self::burst`], with the moment of the first byte.
    fn first_byte(&mut self, patience: Duration) -> Option<(Instant, usize)> {
        let (first, bytes) = self.output.recv_timeout(patience).ok()?;
        let mut count = bytes.len();
        self.screen.process(&bytes);
        while let Ok((_, bytes)) = self.output.recv_timeout(SILENCE) {
            count += bytes.len();
            self.screen.process(&bytes);
        }
        Some((first, count))
    }

    fn listen(&mut self, time: Duration) -> usize {
        let deadline = Instant::now() + time;
        let mut count = 0;
        loop {
            match self
                .output
                .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            {
                Ok((_, bytes)) => count += bytes.len(),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return count,
            }
        }
    }

    fn last_read(&self) -> Duration {
        self.started.elapsed().saturating_sub(SILENCE)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers what a terminal is asked: attributes, cursor, background.
fn answer(bytes: &[u8], keys: &Mutex<Box<dyn Write + Send>>) {
    let asked = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    let mut keys = keys.lock().expect("no panic inside");
    for (question, reply) in [
        (&b"\x1b]11;?"[..], &b"\x1b]11;rgb:1010/1010/1010\x1b\\"[..]),
        (b"\x1b[c", b"\x1b[?62;22c"),
        (b"\x1b[6n", b"\x1b[1;1R"),
    ] {
        if asked(question) {
            let _ = keys.write_all(reply);
        }
    }
    let _ = keys.flush();
}

/// What a process has used so far, all its threads together.
struct Usage {
    cpu_ms: f64,
    switches: u64,
    peak_kib: u64,
}

impl Usage {
    fn of(pid: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let field = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
                .unwrap_or(0_u64)
        };
        let (mut nanoseconds, mut switches) = (0_u64, 0);
        for task in fs::read_dir(format!("/proc/{pid}/task"))
            .into_iter()
            .flatten()
            .flatten()
        {
            let schedule = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
            nanoseconds += schedule
                .split_whitespace()
                .next()
                .and_then(|text| text.parse::<u64>().ok())
                .unwrap_or(0);
            let status = fs::read_to_string(task.path().join("status")).unwrap_or_default();
            switches += field(&status, "voluntary_ctxt_switches:");
        }
        Self {
            cpu_ms: nanoseconds as f64 / 1e6,
            switches,
            peak_kib: field(&status, "VmHWM:"),
        }
    }
}

fn report(name: &str, runs: &[Run]) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let over = |measure: &dyn Fn(&Run) -> f64| median(runs.iter().map(measure).collect());
    let keys = || {
        runs.iter()
            .flat_map(|run| run.keys.iter().map(|&time| ms(time)))
            .collect::<Vec<f64>>()
    };
    println!("{name}");
    println!(
        "  first paint         {:8.1} ms",
        over(&|run| ms(run.first_paint))
    );
    println!(
        "  first row           {:8.1} ms",
        over(&|run| run.first_row.map_or(f64::NAN, ms))
    );
    println!("  key to repaint p50  {:8.2} ms", percentile(keys(), 50));
    println!("  key to repaint p99  {:8.2} ms", percentile(keys(), 99));
    println!(
        "  bytes per key       {:8.0}",
        over(&|run| median(run.bytes_per_key.iter().map(|&n| n as f64).collect()))
    );
    println!(
        "  idle output         {:8.0} bytes",
        over(&|run| run.idle_bytes as f64)
    );
    println!(
        "  idle CPU            {:8.2} ms",
        over(&|run| run.idle_cpu_ms)
    );
    println!(
        "  idle wake-ups       {:8.0}",
        over(&|run| run.idle_wakeups as f64)
    );
    println!(
        "  peak memory         {:8.1} MiB",
        over(&|run| run.peak_kib as f64 / 1024.0)
    );
}

fn median(values: Vec<f64>) -> f64 {
    percentile(values, 50)
}

fn percentile(mut values: Vec<f64>, percent: usize) -> f64 {
    values.retain(|value| !value.is_nan());
    values.sort_by(f64::total_cmp);
    values
        .get((values.len().saturating_sub(1)) * percent / 100)
        .copied()
        .unwrap_or(f64::NAN)
}
