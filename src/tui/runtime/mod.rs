//! Turns effects into tasks and their outcomes back into messages. The only part that awaits.

mod clusters;
mod exit;
mod frames;
mod operate;
mod watch;
mod work;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use crossterm::event::EventStream;
use futures::StreamExt;
use jiff::Timestamp;
use ratatui::{Terminal, layout::Size};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc::{self, UnboundedReceiver},
    time::{Instant, sleep_until},
};

use super::{
    Effect, Message, Severity, Start, State, terminal,
    terminal::{Guard, Modes, Screen},
    update::{self, update},
};
use crate::{
    inventory::{Event, reader::Source},
    provider::Provider,
};

pub use clusters::Kubectl;
pub use exit::Outcome;
use exit::Signals;
use frames::Pace;
pub use operate::Operating;
pub(super) use work::Work;

/// More messages than a burst of answers brings; then a frame is due anyway.
const BURST: usize = 4096;

/// How the deck is run, beside the state that it starts from.
pub struct Options {
    /// What is read, through which cache and meter.
    pub source: Source,
    /// The top of what the cache holds, for the first frame.
    pub head: Option<Event>,
    /// Told the id of the organization once it is known, for the next start.
    pub remember: Option<Remember>,
    /// The journal and what carries plans out.
    pub operating: Option<Operating>,
    /// Said in a panic's report.
    pub log: Option<PathBuf>,
    /// Where exports are written.
    pub exports: PathBuf,
    /// How `kubectl` is led into a cluster.
    pub kubectl: Kubectl,
    /// What is told at the start: findings of theme and keymap.
    pub notes: Vec<(Severity, String)>,
    /// Files whose change is picked up: settings, theme, keymap.
    pub watched: Vec<PathBuf>,
    /// Inside tmux, which has its own way with clipboards.
    pub tmux: bool,
    /// Reads settings, theme and keymap again.
    pub reload: Option<Reload>,
}

/// Keeps the id of the organization.
pub type Remember = Arc<dyn Fn(&str) + Send + Sync>;

/// What reading the user's files again gives: messages that put them to use.
pub type Reload = Arc<dyn Fn() -> Vec<Message> + Send + Sync>;

/// Opens the deck on the terminal and keeps it open until it is left.
pub async fn run(start: Start, provider: Provider, options: Options) -> io::Result<Outcome> {
    terminal::keep_screen_on_panic(options.log.clone());
    let mut state = State::new(start);
    let modes = Modes {
        mouse: state.mouse,
        title: "awsdeck".into(),
    };
    if let Ok(size) = crossterm::terminal::size() {
        state.size = size;
    }
    let guard = Guard::take(modes)?;
    let screen = Screen::new(io::stdout(), || {
        crossterm::terminal::size().map(|(width, height)| Size { width, height })
    });
    let mut terminal = Terminal::new(screen)?;
    terminal.clear()?;
    let (sender, messages) = mpsc::unbounded_channel();
    if let Some(head) = options.head.clone() {
        let _ = update(&mut state, Message::Event(head));
    }
    for (severity, text) in &options.notes {
        state.notes.add(*severity, text, state.now);
    }
    let mut deck = Deck {
        work: Work::new(provider, sender, &options),
        state,
        terminal,
        guard,
        messages,
        events: Some(EventStream::new()),
        signals: Signals::listen()?,
        pace: Pace::default(),
    };
    deck.work.identify();
    if let Some(reload) = options.reload.clone() {
        let watching = watch::watch(options.watched.clone(), reload, deck.work.sender());
        tokio::spawn(watching);
    }
    let first = update::wanted(&mut deck.state);
    let outcome = deck.turn(first).await;
    drop(deck);
    Guard::leave();
    outcome
}

/// Everything that runs while the deck is open. Lives on one thread.
struct Deck {
    state: State,
    terminal: Terminal<Screen<io::Stdout>>,
    guard: Guard,
    messages: UnboundedReceiver<Message>,
    /// Not there while somebody else has the terminal: it would steal their keys.
    events: Option<EventStream>,
    signals: Signals,
    pace: Pace,
    work: Work,
}

/// What the loop woke for.
enum Woken {
    By(Message),
    Exit(Outcome),
    Continued,
    Stop,
    Nothing,
}

impl Deck {
    async fn turn(&mut self, first: Vec<Effect>) -> io::Result<Outcome> {
        self.draw()?;
        if let Some(outcome) = self.perform(first).await? {
            return Ok(outcome);
        }
        loop {
            let woken = self.wait().await?;
            let message = match woken {
                Woken::By(message) => message,
                Woken::Exit(outcome) => return Ok(outcome),
                Woken::Stop => {
                    self.suspend()?;
                    continue;
                }
                Woken::Continued => {
                    self.guard.enter()?;
                    self.redraw()?;
                    continue;
                }
                Woken::Nothing => Message::Tick,
            };
            let mut next = Some(message);
            for _ in 0..BURST {
                let Some(message) = next.take().or_else(|| self.messages.try_recv().ok()) else {
                    break;
                };
                self.state.now = Timestamp::now();
                let effects = update(&mut self.state, message);
                if let Some(outcome) = self.perform(effects).await? {
                    return Ok(outcome);
                }
                self.pace.changed();
            }
            if self.pace.is_due() {
                self.draw()?;
            }
        }
    }

    /// Sleeps until something happens or the screen has to change.
    async fn wait(&mut self) -> io::Result<Woken> {
        let frame = self.pace.due_at();
        let tick = self.state.next_tick().map(|at| {
            let left = at.duration_since(Timestamp::now());
            Instant::now() + Duration::try_from(left).unwrap_or_default()
        });
        let wake = [frame, tick].into_iter().flatten().min();
        let timer = async {
            match wake {
                Some(at) => sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        let events = async {
            match &mut self.events {
                Some(events) => events.next().await,
                None => std::future::pending().await,
            }
        };
        Ok(tokio::select! {
            biased;
            signal = self.signals.next() => signal,
            event = events => match event {
                Some(Ok(event)) => terminal::message(event).map_or(Woken::Nothing, Woken::By),
                // The terminal is gone.
                Some(Err(error)) => return Err(error),
                None => Woken::Exit(Outcome::HungUp),
            },
            Some(message) = self.messages.recv() => Woken::By(message),
            () = timer => Woken::Nothing,
        })
    }

    async fn perform(&mut self, effects: Vec<Effect>) -> io::Result<Option<Outcome>> {
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(Some(Outcome::Left)),
                Effect::Suspend => self.suspend()?,
                Effect::Mouse(on) => self.guard.set_mouse(on)?,
                Effect::ShellOut(command) => self.shell_out(&command).await?,
                other => self.work.start(other, &self.state),
            }
        }
        Ok(None)
    }

    fn draw(&mut self) -> io::Result<()> {
        self.state.now = Timestamp::now();
        self.state.prepare();
        self.guard.set_title(title(&self.state))?;
        let state = &self.state;
        self.terminal
            .draw(|frame| super::frame::draw(frame, state))?;
        self.pace.drawn();
        Ok(())
    }

    /// Draws everything anew, after somebody else had the terminal.
    fn redraw(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        self.terminal.clear()?;
        self.draw()
    }

    /// Gives the terminal back, stops with the whole process group, and takes it again.
    fn suspend(&mut self) -> io::Result<()> {
        self.events = None;
        Guard::leave();
        // SIGTSTP would be discarded for an orphaned group, and raw mode has kept the shell's own
        // ctrl-z from doing it.
        rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
        self.guard.enter()?;
        self.events = Some(EventStream::new());
        self.redraw()
    }

    /// Lets a command have the terminal.
    async fn shell_out(&mut self, command: &[String]) -> io::Result<()> {
        let Some((program, arguments)) = command.split_first() else {
            return Ok(());
        };
        self.events = None;
        Guard::leave();
        // While somebody else has the terminal, ctrl-c is a signal to all that run on it. It is
        // theirs to take; the deck lives on.
        let interrupted = signal(SignalKind::interrupt())?;
        let status = tokio::process::Command::new(program)
            .args(arguments)
            .status()
            .await;
        drop(interrupted);
        self.guard.enter()?;
        self.events = Some(EventStream::new());
        let shown = command.join(" ");
        let (severity, text) = match status {
            Ok(status) if status.success() => (Severity::Info, format!("`{shown}` is done")),
            Ok(status) => (Severity::Warning, format!("`{shown}` ended with {status}")),
            Err(error) => (
                Severity::Error,
                format!("`{shown}` could not be started: {error}"),
            ),
        };
        self.state.notes.add(severity, &text, Timestamp::now());
        self.work.identify();
        self.redraw()
    }
}

/// `awsdeck – organization – view`
fn title(state: &State) -> String {
    let organization = state
        .inventory
        .organization
        .value()
        .and_then(|all| all.id.clone());
    let view = state.view().map_or("", |view| view.name());
    match organization {
        Some(id) => format!("awsdeck – {id} – {view}"),
        None => format!("awsdeck – {view}"),
    }
}
