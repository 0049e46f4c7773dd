//! The work itself: reads, files, clipboard. Each piece ends in a message.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::tz::TimeZone;
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    task::JoinHandle,
};

use super::{
    Kubectl, Opened, Options, Reload,
    clusters::{Only, follow, hand_over, watch_cluster},
    operate::{self, Operating, Operator},
    watch,
};
use crate::{
    config::theme::{self, Depth},
    inventory::{
        Event, Index, Loaded, Query,
        cache::Meter,
        reader::{Clock, Reader, Want},
    },
    model::{ClusterId, Organization},
    provider::{Identity, Provider},
    tui::{Effect, Message, Severity, State, finder, terminal, theme::Wardrobe},
};

/// Between two looks whether anybody still wants what is searched for.
const SLICE: Duration = Duration::from_millis(20);

/// What tasks need: a world, if one is open, and a way back into the queue.
pub(in crate::tui) struct Work {
    world: Option<Ground>,
    messages: UnboundedSender<Message>,
    /// Held by each piece of work on files while it lasts.
    files: Arc<()>,
    /// Held while a run is followed.
    following: Arc<()>,
    /// The log that is followed.
    log: Only,
    /// The cluster that is kept up to date.
    cluster: Only,
    exports: PathBuf,
    tmux: bool,
    reload: Option<Reload>,
    /// Counts searches: an older one ends when a newer one begins.
    searches: Arc<AtomicU64>,
}

/// What stands on the world that is open.
struct Ground {
    provider: Provider,
    reader: Reader,
    journal: Journal,
    /// The time of what is read; `None` where nothing is.
    clock: Option<Clock>,
    kubectl: Kubectl,
    /// Ends with the world.
    _watching: Watching,
}

/// What carries plans out, once it is known for which organization.
#[derive(Clone, Default)]
struct Journal {
    open: Option<super::OpenOperating>,
    operating: Arc<Mutex<Option<Operating>>>,
}

impl Journal {
    /// What there is; opened with what is known of the organization where there is nothing yet.
    fn get(&self, organization: Option<&Organization>) -> Result<Option<Operating>, String> {
        let mut operating = self
            .operating
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if operating.is_none()
            && let Some(open) = &self.open
        {
            *operating = open(organization)?;
        }
        Ok(operating.clone())
    }
}

/// Looks after the files of the sign-in until dropped.
struct Watching(JoinHandle<()>);

impl Drop for Watching {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Work {
    pub(in crate::tui) fn new(
        opened: Option<Opened>,
        messages: UnboundedSender<Message>,
        options: &Options,
    ) -> Self {
        Self {
            world: opened.map(|opened| Ground::new(opened, &messages)),
            messages,
            files: Arc::new(()),
            following: Arc::new(()),
            log: Only::default(),
            cluster: Only::default(),
            exports: options.exports.clone(),
            tmux: options.tmux,
            reload: options.reload.clone(),
            searches: Arc::default(),
        }
    }

    /// Starts the work for `effect` and returns at once.
    pub(in crate::tui) fn start(&self, effect: Effect, state: &State) {
        match effect {
            Effect::Load(queries) => self.read(|reader| reader.want(queries, Want::Near)),
            Effect::Focus(queries) => self.read(|reader| reader.focus(queries)),
            Effect::Refresh(queries) => self.read(|reader| reader.refresh(queries)),
            Effect::Copy(text, what) => self.copy(&text, &what),
            Effect::LoadTheme(name) => self.theme(name, state),
            Effect::Reload => self.reload(),
            Effect::Index => self.index(state),
            Effect::Search(query) => self.search(query, state),
            Effect::Export { path, text } => self.export(self.exports.join(path), text),
            Effect::Plan {
                operation,
                arguments,
            } => {
                if let Some(operator) = self.operator(state) {
                    let (inventory, rules) = (state.inventory.clone(), state.environments.clone());
                    let addressing = state.addressing.clone();
                    operator.plan(operation, arguments, inventory, rules, addressing);
                }
            }
            Effect::Apply {
                sealed,
                confirmation,
            } => {
                if let Some(operator) = self.operator(state) {
                    operator.apply(sealed, confirmation, operate::arming(state));
                }
            }
            Effect::Watch(cluster) => self.keep(cluster),
            Effect::Follow(cluster, of) => {
                if let Some(world) = self.online() {
                    let (provider, messages) = (world.provider.clone(), self.messages.clone());
                    self.log.begin(follow(provider, messages, cluster, of));
                }
            }
            Effect::Unfollow => self.log.stop(),
            Effect::HandOver { cluster, arguments } => {
                if let Some(world) = self.online() {
                    let (provider, messages) = (world.provider.clone(), self.messages.clone());
                    let kubectl = world.kubectl.clone();
                    tokio::spawn(hand_over(provider, messages, kubectl, cluster, arguments));
                }
            }
            Effect::ReadBook => {
                if let Some(operator) = self.operator(state) {
                    self.read_book(operator);
                }
            }
            Effect::Ask { run, request } => {
                if let Some(operator) = self.operator(state) {
                    tokio::spawn(async move { operator.ask(run, &request).await });
                }
            }
            // The others only change the state and were settled there.
            _ => {}
        }
    }

    /// Keeps this cluster up to date, and no other any more.
    fn keep(&self, cluster: Option<ClusterId>) {
        self.cluster.stop();
        // What is not read is not watched either.
        if let (Some(cluster), Some(world)) = (cluster, &self.world)
            && let Some(clock) = world.clock.clone()
        {
            let (provider, messages) = (world.provider.clone(), self.messages.clone());
            self.cluster
                .begin(watch_cluster(provider, messages, clock, cluster));
        }
    }

    /// The world, where its clusters may be reached into; says so where they may not.
    fn online(&self) -> Option<&Ground> {
        let world = self.world.as_ref()?;
        if world.clock.is_none() {
            let said = "offline: start without `--offline` to reach into a cluster";
            self.say(Severity::Warning, said.into());
            return None;
        }
        Some(world)
    }

    /// Makes the index of what was read.
    fn index(&self, state: &State) {
        let (inventory, messages) = (state.inventory.clone(), self.messages.clone());
        tokio::task::spawn_blocking(move || {
            let index = Arc::new(Index::of(&inventory));
            messages.send(Message::Indexed(index)).ok();
        });
    }

    /// Goes on with a search that was too much for the moment between two frames.
    fn search(&self, query: String, state: &State) {
        let Some(index) = state.finder.index.clone() else {
            return;
        };
        let (searches, messages) = (Arc::clone(&self.searches), self.messages.clone());
        let own = searches.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::task::spawn_blocking(move || {
            let goes_on = || searches.load(Ordering::Relaxed) == own;
            let tell = |found| {
                messages.send(Message::Found(found)).ok();
            };
            finder::search(&index, &query, SLICE, goes_on, tell);
        });
    }

    fn read(&self, ask: impl FnOnce(&Reader)) {
        if let Some(world) = &self.world {
            ask(&world.reader);
        }
    }

    /// Whether no file is read or written just now; reads of the world are counted by the state.
    pub(in crate::tui) fn is_idle(&self) -> bool {
        Arc::strong_count(&self.files) == 1
    }

    /// Reads the journal; stays with it while a run goes on, once however often it is asked.
    fn read_book(&self, operator: Operator) {
        if Arc::strong_count(&self.following) > 1 {
            tokio::task::spawn_blocking(move || operator.look(None));
            return;
        }
        let following = self.following.clone();
        tokio::spawn(async move {
            operator.follow().await;
            drop(following);
        });
    }

    /// What plans and carries out; says so where there is nothing that could.
    fn operator(&self, state: &State) -> Option<Operator> {
        let world = self.world.as_ref()?;
        let organization = state.inventory.organization.value().map(AsRef::as_ref);
        let operating = match world.journal.get(organization) {
            Ok(Some(operating)) => operating,
            Ok(None) => {
                let text = "the organization is not known yet: nothing can be planned or followed";
                self.say(Severity::Warning, text.into());
                return None;
            }
            Err(problem) => {
                let text = format!("no journal, so nothing can be planned: {problem}");
                self.say(Severity::Error, text);
                return None;
            }
        };
        let author = state
            .caller
            .as_ref()
            .map_or("unknown", |caller| caller.arn.as_str());
        Some(Operator {
            operating,
            provider: world.provider.clone(),
            messages: self.messages.clone(),
            author: author.to_owned(),
        })
    }

    /// Asks who we are.
    pub(super) fn identify(&self) {
        let Some(world) = &self.world else { return };
        let identity = world.provider.identity.clone();
        let messages = self.messages.clone();
        tokio::spawn(async move {
            let message = match identity.caller(None).await {
                Ok(caller) => Message::Identified(caller),
                Err(error) => Message::Unidentified(error.trouble()),
            };
            // The deck is gone when nobody listens; then the answer has no reader either.
            let _ = messages.send(message);
        });
    }

    fn say(&self, severity: Severity, text: String) {
        let _ = self.messages.send(Message::Note(severity, text));
    }

    fn copy(&self, text: &str, what: &str) {
        let Some(bytes) = terminal::copied(text, self.tmux) else {
            let text =
                format!("the {what} is too long for the terminal's clipboard; `x` exports it");
            return self.say(Severity::Warning, text);
        };
        let mut out = std::io::stdout().lock();
        let sent = out.write_all(bytes.as_bytes()).and_then(|()| out.flush());
        match sent {
            Ok(()) => self.say(
                Severity::Info,
                format!("{what} sent to the terminal's clipboard"),
            ),
            Err(error) => self.say(Severity::Error, format!("could not copy: {error}")),
        }
    }

    fn theme(&self, name: String, state: &State) {
        let (library, messages) = (state.themes.clone(), self.messages.clone());
        let (overlays, depth) = (state.environments.overlays(), state.depth);
        let busy = self.files.clone();
        tokio::task::spawn_blocking(move || {
            for message in themed(&library, &name, &overlays, depth) {
                let _ = messages.send(message);
            }
            // Only now is nothing on its way any more.
            drop(busy);
        });
    }

    fn reload(&self) {
        let Some(reload) = self.reload.clone() else {
            return self.say(Severity::Info, "there are no files to read again".into());
        };
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            for message in reload() {
                let _ = messages.send(message);
            }
        });
    }

    fn export(&self, path: PathBuf, text: String) {
        let messages = self.messages.clone();
        tokio::task::spawn_blocking(move || {
            let message = match write_private(&path, &text) {
                Ok(()) => Message::Note(Severity::Info, format!("written to {}", path.display())),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                    let text = format!("{} is there already; give another name", path.display());
                    Message::Note(Severity::Warning, text)
                }
                Err(error) => {
                    let text = format!("could not write {}: {error}", path.display());
                    Message::Note(Severity::Error, text)
                }
            };
            let _ = messages.send(message);
        });
    }
}

impl Ground {
    fn new(opened: Opened, messages: &UnboundedSender<Message>) -> Self {
        let Opened {
            provider,
            source,
            operating,
            kubectl,
            ..
        } = opened;
        let journal = Journal {
            open: operating,
            ..Journal::default()
        };
        // What is known at once is opened at once; what is wrong with it is told when it is needed.
        journal.get(None).ok();
        let teller = Teller {
            identity: provider.identity.clone(),
            messages: messages.clone(),
            meter: source.meter.clone(),
            clock: source.clock.clone(),
            journal: journal.clone(),
        };
        teller.spent();
        if let Some(cache) = &source.cache {
            let (kept, events) = mpsc::unbounded_channel();
            cache.recall_all(kept);
            tokio::spawn(teller.clone().forward(events));
        }
        let clock = source.provider.is_some().then(|| source.clock.clone());
        let sign_in = provider.identity.sign_in();
        let watching = watch::watch_sign_in(sign_in.files.clone(), messages.clone());
        messages.send(Message::SignIn(sign_in)).ok();
        let (reader, events) = Reader::start(source);
        tokio::spawn(teller.forward(events));
        Self {
            provider,
            reader,
            journal,
            clock,
            kubectl,
            _watching: Watching(tokio::spawn(watching)),
        }
    }
}

/// Hands on what the reader tells, with what follows from it.
#[derive(Clone)]
struct Teller {
    identity: Arc<dyn Identity>,
    messages: UnboundedSender<Message>,
    meter: Meter,
    clock: Clock,
    journal: Journal,
}

impl Teller {
    /// Until the reader or the deck is gone.
    async fn forward(self, mut events: UnboundedReceiver<Event>) {
        while let Some(event) = events.recv().await {
            match &event {
                Event::Loaded {
                    loaded: Loaded::Organization(organization),
                    ..
                } => {
                    self.journal.get(Some(organization)).ok();
                    let sign_in = self.identity.sign_in();
                    self.messages.send(Message::SignIn(sign_in)).ok();
                }
                // Told before the answer, so that whoever waits for the answer knows its price as
                // well.
                Event::Loaded {
                    query: Query::Costs,
                    ..
                }
                | Event::Failed {
                    query: Query::Costs,
                    ..
                } => self.spent(),
                _ => {}
            }
            if self.messages.send(Message::Event(event)).is_err() {
                return;
            }
        }
    }

    /// Tells what looking has cost.
    fn spent(&self) {
        let today = (self.clock)().to_zoned(TimeZone::UTC).date();
        if let Ok(spent) = self.meter.spent(today) {
            let caps = self.meter.caps();
            self.messages.send(Message::Spent { spent, caps }).ok();
        }
    }
}

/// Reads a theme: what puts it to use, and what is odd about it.
fn themed(library: &theme::Library, name: &str, overlays: &[String], depth: Depth) -> Vec<Message> {
    let note = |severity, text: String| Message::Note(severity, text);
    match Wardrobe::load(library, name, overlays, depth) {
        Ok((wardrobe, warnings, faults)) => {
            let odd = warnings
                .iter()
                .map(|odd| note(Severity::Warning, odd.to_string()));
            let faults = faults
                .iter()
                .map(|fault| note(Severity::Error, fault.to_string()));
            let worn = [Message::Theme(Box::new(wardrobe))];
            odd.chain(faults).chain(worn).collect()
        }
        Err(error) => vec![note(Severity::Error, error.to_string())],
    }
}

/// Exports hold names and numbers of accounts: they are for their owner alone. What is there
/// already stays.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn an_export_is_for_its_owner_alone_and_replaces_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("clusters.csv");
        write_private(&path, "a,b").expect("written");
        let mode = std::fs::metadata(&path)
            .expect("there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = write_private(&path, "c").expect_err("it is there");
        assert_eq!(again.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).expect("read"), "a,b");
    }
}
