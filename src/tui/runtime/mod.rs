//! Turns effects into tasks and their outcomes back into messages. The only part that awaits.

mod clusters;
mod codes;
mod exit;
mod frames;
mod operate;
mod watch;
mod work;
mod worlds;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use crossterm::event::EventStream;
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use ratatui::{Terminal, layout::Size};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::{Instant, sleep_until},
};

use super::{
    Effect, Message, Severity, Start, State, terminal,
    terminal::{Guard, Modes, Screen},
    update::{self, update},
};
use crate::provider;

pub use clusters::Kubectl;
pub use codes::{CodeWanted, Codes, codes};
pub use exit::Outcome;
use exit::Signals;
use frames::Pace;
pub use operate::Operating;
pub(super) use work::Work;
pub use worlds::{OpenOperating, Opened, Wanted, Worlds};

/// More messages than a burst of answers brings; then a frame is due anyway.
const BURST: usize = 4096;

/// Longer than between two keys of a held one, shorter than a person waits for.
const REST: SignedDuration = SignedDuration::from_millis(60);

/// How the deck is run, beside the state and the world that it starts from.
#[derive(Default)]
pub struct Options {
    /// Opens other worlds; without it there is only the one.
    pub worlds: Option<Arc<dyn Worlds>>,
    /// Where codes of multi-factor devices are asked for.
    pub codes: Option<Codes>,
    /// Said in a panic's report.
    pub log: Option<PathBuf>,
    /// Where exports are written.
    pub exports: PathBuf,
    /// What is told at the start: findings of theme and keymap.
    pub notes: Vec<(Severity, String)>,
    /// Files whose change is picked up: settings, theme, keymap.
    pub watched: Vec<PathBuf>,
    /// Inside tmux, which has its own way with clipboards.
    pub tmux: bool,
    /// Reads settings, theme and keymap again.
    pub reload: Option<Reload>,
}

/// What reading the user's files again gives: messages that put them to use.
pub type Reload = Arc<dyn Fn() -> Vec<Message> + Send + Sync>;

/// Opens the deck on the terminal and keeps it open until it is left. Without a world it begins
/// with the question which one to open.
pub async fn run(
    start: Start,
    opened: Option<Opened>,
    mut options: Options,
) -> io::Result<Outcome> {
    terminal::keep_screen_on_panic(options.log.clone());
    let mut state = State::new(start);
    if !state.symbols.is_plain() {
        state.rest = REST;
    }
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
    for (severity, text) in &options.notes {
        state.notes.add(*severity, text, state.now);
    }
    if let Some(reload) = options.reload.clone() {
        let watching = watch::watch(options.watched.clone(), reload, sender.clone());
        tokio::spawn(watching);
    }
    let (told, answers) = mpsc::unbounded_channel();
    let (opening, doors) = mpsc::unbounded_channel();
    let codes = options.codes.take();
    let mut deck = Deck {
        work: Work::new(None, told, &options),
        state,
        terminal,
        guard,
        messages,
        answers,
        codes,
        opening,
        doors,
        sender,
        options,
        events: Some(EventStream::new()),
        signals: Signals::listen()?,
        pace: Pace::default(),
    };
    let first = match opened {
        Some(opened) => deck.enter(&Wanted::Same, opened),
        None => vec![Effect::FindProfiles],
    };
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
    options: Options,
    /// From those who are there in every world.
    messages: UnboundedReceiver<Message>,
    sender: UnboundedSender<Message>,
    /// From the world that is shown. Another world has another channel: a late answer never lands
    /// in the wrong one.
    answers: UnboundedReceiver<Message>,
    codes: Option<Codes>,
    /// Worlds that were asked for.
    opening: UnboundedSender<(Wanted, provider::Result<Opened>)>,
    doors: UnboundedReceiver<(Wanted, provider::Result<Opened>)>,
    /// Not there while somebody else has the terminal: it would steal their keys.
    events: Option<EventStream>,
    signals: Signals,
    pace: Pace,
    work: Work,
}

/// What the loop woke for.
enum Woken {
    By(Message),
    Opened(Wanted, Box<provider::Result<Opened>>),
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
                Woken::Opened(wanted, opened) => match *opened {
                    Ok(opened) => {
                        let first = self.enter(&wanted, opened);
                        if let Some(outcome) = self.perform(first).await? {
                            return Ok(outcome);
                        }
                        Message::Tick
                    }
                    Err(error) => Message::NotOpened(error.trouble()),
                },
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
                let mut waiting = || {
                    self.messages
                        .try_recv()
                        .or_else(|_| self.answers.try_recv())
                };
                let Some(message) = next.take().or_else(|| waiting().ok()) else {
                    break;
                };
                self.state.now = Timestamp::now();
                let by_itself = matches!(message, Message::Event(_) | Message::Tick);
                let effects = update(&mut self.state, message);
                if let Some(outcome) = self.perform(effects).await? {
                    return Ok(outcome);
                }
                // Who listens to the screen hears of a burst of answers once, at its end.
                let is_open = !self.state.reading.open.is_empty();
                if !(self.state.symbols.is_plain() && by_itself && is_open) {
                    self.pace.changed();
                }
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
        let codes = async {
            match &mut self.codes {
                Some(codes) => codes.recv().await,
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
            Some(message) = self.answers.recv() => Woken::By(message),
            Some(wanted) = codes => Woken::By(Message::CodeWanted(wanted)),
            Some((wanted, opened)) = self.doors.recv() => Woken::Opened(wanted, Box::new(opened)),
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
                Effect::Enter(wanted) => self.open(wanted),
                Effect::FindProfiles => self.find_profiles(),
                other => self.work.start(other, &self.state),
            }
        }
        Ok(None)
    }

    /// Begins to open a world; the deck goes on meanwhile.
    fn open(&mut self, wanted: Wanted) {
        let Some(worlds) = self.options.worlds.clone() else {
            return;
        };
        let opening = self.opening.clone();
        tokio::spawn(async move {
            let opened = worlds.open(&wanted).await;
            // The deck is gone when nobody listens; then nobody wants the world either.
            opening.send((wanted, opened)).ok();
        });
    }

    /// Shows a world that was opened; what has to be read first.
    fn enter(&mut self, wanted: &Wanted, opened: Opened) -> Vec<Effect> {
        let anew = *wanted == Wanted::Same && self.state.world.as_ref() == Some(opened.world());
        let (told, answers) = mpsc::unbounded_channel();
        self.answers = answers;
        self.state.enter(&opened, anew);
        if let Some(head) = opened.head.clone() {
            let _ = update(&mut self.state, Message::Event(head));
        }
        for (severity, text) in &opened.notes {
            self.state.notes.add(*severity, text, self.state.now);
        }
        self.work = Work::new(Some(opened), told, &self.options);
        self.work.identify();
        update::wanted(&mut self.state)
    }

    fn find_profiles(&self) {
        let Some(worlds) = self.options.worlds.clone() else {
            return;
        };
        let sender = self.sender.clone();
        tokio::spawn(async move {
            let profiles = worlds.profiles().await.unwrap_or_else(|error| {
                let text = error.to_string();
                sender.send(Message::Note(Severity::Error, text)).ok();
                Vec::new()
            });
            sender.send(Message::Profiles(profiles)).ok();
        });
    }

    fn draw(&mut self) -> io::Result<()> {
        self.state.now = Timestamp::now();
        self.state.prepare();
        if let Some(title) = self.guard.retitle(title(&self.state)) {
            self.terminal.backend_mut().send_along(&title);
        }
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => (
                Severity::Error,
                format!("`{program}` is not installed, or not in PATH: `{shown}` was not run"),
            ),
            Err(error) => (
                Severity::Error,
                format!("`{shown}` could not be started: {error}"),
            ),
        };
        self.state.notes.add(severity, &text, Timestamp::now());
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
