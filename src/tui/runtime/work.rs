//! The work itself: reads, files, clipboard. Each piece ends in a message.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::{Timestamp, tz::TimeZone};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use super::{
    Options, Reload, Remember,
    clusters::{Kubectl, Only, follow, hand_over, watch},
    operate::{self, Operating, Operator},
};
use crate::{
    config::theme,
    inventory::{
        Event, Loaded, Query,
        cache::Meter,
        reader::{Reader, Want},
    },
    provider::Provider,
    tui::{Clock, Effect, Message, Severity, State, terminal},
};

/// What tasks need: the provider, and a way back into the queue.
pub(in crate::tui) struct Work {
    provider: Provider,
    messages: UnboundedSender<Message>,
    reader: Reader,
    operating: Option<Operating>,
    /// Held by each piece of work on files while it lasts.
    files: Arc<()>,
    /// Held while a run is followed.
    following: Arc<()>,
    log: Only,
    watching: Only,
    /// The time of what is read; `None` where nothing is.
    clock: Option<Clock>,
    kubectl: Kubectl,
    exports: PathBuf,
    tmux: bool,
    reload: Option<Reload>,
}

impl Work {
    pub(in crate::tui) fn new(
        provider: Provider,
        messages: UnboundedSender<Message>,
        options: &Options,
    ) -> Self {
        let (reader, events) = Reader::start(options.source.clone());
        tokio::spawn(forward(
            events,
            messages.clone(),
            options.source.meter.clone(),
            options.remember.clone(),
        ));
        if let Some(cache) = &options.source.cache {
            let (kept, events) = mpsc::unbounded_channel();
            cache.recall_all(kept);
            tokio::spawn(forward(
                events,
                messages.clone(),
                options.source.meter.clone(),
                options.remember.clone(),
            ));
        }
        Self {
            provider,
            messages,
            reader,
            operating: options.operating.clone(),
            files: Arc::new(()),
            following: Arc::new(()),
            log: Only::default(),
            watching: Only::default(),
            clock: options
                .source
                .provider
                .is_some()
                .then(|| options.source.clock.clone()),
            kubectl: options.kubectl.clone(),
            exports: options.exports.clone(),
            tmux: options.tmux,
            reload: options.reload.clone(),
        }
    }

    /// Starts the work for `effect` and returns at once.
    pub(in crate::tui) fn start(&self, effect: Effect, state: &State) {
        match effect {
            Effect::Load(queries) => self.reader.want(queries, Want::Near),
            Effect::Focus(queries) => self.reader.focus(queries),
            Effect::Refresh(queries) => self.reader.refresh(queries),
            Effect::Copy(text, what) => self.copy(&text, &what),
            Effect::LoadTheme(name) => self.theme(name, &state.themes),
            Effect::Reload => self.reload(),
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
            Effect::Watch(cluster) => {
                self.watching.stop();
                // What is not read is not watched either.
                if let (Some(cluster), Some(clock)) = (cluster, self.clock.clone()) {
                    let (provider, messages) = (self.provider.clone(), self.messages.clone());
                    self.watching
                        .begin(watch(provider, messages, clock, cluster));
                }
            }
            Effect::Follow(..) | Effect::HandOver { .. } if self.clock.is_none() => {
                let said = "offline: start without `--offline` to reach into a cluster";
                self.say(Severity::Warning, said.into());
            }
            Effect::Follow(cluster, of) => {
                let (provider, messages) = (self.provider.clone(), self.messages.clone());
                self.log.begin(follow(provider, messages, cluster, of));
            }
            Effect::Unfollow => self.log.stop(),
            Effect::HandOver { cluster, arguments } => {
                let (provider, messages) = (self.provider.clone(), self.messages.clone());
                let kubectl = self.kubectl.clone();
                tokio::spawn(hand_over(provider, messages, kubectl, cluster, arguments));
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

    pub(super) fn sender(&self) -> UnboundedSender<Message> {
        self.messages.clone()
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
        let Some(operating) = self.operating.clone() else {
            self.say(
                Severity::Warning,
                "the organization was not known when the deck was opened; open it again to plan and to see runs".into(),
            );
            return None;
        };
        let author = state
            .caller
            .as_ref()
            .map_or("unknown", |caller| caller.arn.as_str());
        Some(Operator {
            operating,
            provider: self.provider.clone(),
            messages: self.messages.clone(),
            author: author.to_owned(),
        })
    }

    /// Asks who we are.
    pub(super) fn identify(&self) {
        let identity = self.provider.identity.clone();
        let messages = self.messages.clone();
        tokio::spawn(async move {
            let message = match identity.caller(None).await {
                Ok(caller) => Message::Identified(caller),
                Err(error) => {
                    let trouble = error.trouble();
                    let hint = trouble
                        .hint
                        .map(|hint| format!(" · {hint}"))
                        .unwrap_or_default();
                    Message::Note(Severity::Error, format!("{}{hint}", trouble.message))
                }
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

    fn theme(&self, name: String, library: &theme::Library) {
        let (library, messages) = (library.clone(), self.messages.clone());
        let busy = self.files.clone();
        tokio::task::spawn_blocking(move || {
            for message in themed(&library, &name) {
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
                Err(error) => {
                    let text = format!("could not write {}: {error}", path.display());
                    Message::Note(Severity::Error, text)
                }
            };
            let _ = messages.send(message);
        });
    }
}

/// Hands on what the reader tells, until it or the deck is gone.
async fn forward(
    mut events: UnboundedReceiver<Event>,
    messages: UnboundedSender<Message>,
    meter: Meter,
    remember: Option<Remember>,
) {
    while let Some(event) = events.recv().await {
        if let (
            Event::Loaded {
                loaded: Loaded::Organization(organization),
                ..
            },
            Some(remember),
        ) = (&event, &remember)
            && let Some(id) = &organization.id
        {
            remember(id.as_str());
        }
        let costs = matches!(
            event,
            Event::Loaded {
                query: Query::Costs,
                ..
            } | Event::Failed {
                query: Query::Costs,
                ..
            }
        );
        // Told before the answer, so that whoever waits for the answer knows its price as well.
        let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
        if costs && let Ok(spent) = meter.spent(today) {
            let _ = messages.send(Message::Spent(format!("${:.2}", spent.today)));
        }
        if messages.send(Message::Event(event)).is_err() {
            return;
        }
    }
}

/// Reads a theme: what puts it to use, and what is odd about it.
pub(super) fn themed(library: &theme::Library, name: &str) -> Vec<Message> {
    match library.load(name) {
        Ok((scheme, warnings)) => {
            let notes = warnings
                .iter()
                .map(|odd| Message::Note(Severity::Warning, odd.to_string()));
            notes.chain([Message::Theme(Box::new(scheme))]).collect()
        }
        Err(error) => vec![Message::Note(Severity::Error, error.to_string())],
    }
}

/// Exports hold names and numbers of accounts: they are for their owner alone.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;

    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}
