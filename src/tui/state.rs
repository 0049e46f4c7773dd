//! All that the deck knows. Only `update` changes it.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use super::{
    Symbols, Theme, frame, keys,
    log::Log,
    notes::Notes,
    overlays::Overlay,
    views::{self, Book, Desk, View},
};
use crate::{
    config::{
        Environments,
        keymap::{self, Key, Keymap},
        settings::Addressing,
        theme::{self, Depth},
    },
    engine::Sealed,
    inventory::{Inventory, Query, Scope},
    model::{Account, ClusterId, EnvironmentClass, Region},
    provider::{Caller, World},
};

/// The whole deck, as it is between two messages.
pub struct State {
    pub inventory: Inventory,
    pub scope: Scope,
    pub environments: Environments,
    pub addressing: Addressing,
    pub theme: Theme,
    pub themes: theme::Library,
    pub depth: Depth,
    pub symbols: Symbols,
    pub keymap: Keymap,
    pub keymaps: keymap::Library,
    /// The time of the newest message, by the clock on the wall: for dialogs and notes.
    pub now: Timestamp,
    /// Tells the time of the world that is shown, where that is another one.
    pub clock: Option<Clock>,
    /// Width and height of the terminal in cells.
    pub size: (u16, u16),
    pub views: Vec<Box<dyn View>>,
    pub current: usize,
    /// The filter of each view.
    pub filters: Vec<String>,
    pub history: History,
    /// What lies over the view, the topmost last.
    pub overlays: Vec<Box<dyn Overlay>>,
    /// Keys of a chord that is not finished.
    pub pending: Vec<Key>,
    pub access: Access,
    pub world: World,
    pub caller: Option<Caller>,
    /// What the journal of runs tells, and the plan under review.
    pub book: Book,
    pub notes: Notes,
    pub mouse: bool,
    /// The cluster that is kept up to date.
    pub(super) watched: Option<ClusterId>,
    /// The log that is followed.
    pub log: Log,
    /// Commands from the palette, the newest last.
    pub commands: Vec<String>,
    /// Queries that were handed to the reader since they were last forced.
    pub asked: BTreeSet<Query>,
    /// So many accounts were known when the view was last asked what it needs.
    pub(super) known_accounts: usize,
    /// The plan under review.
    pub sealed: Option<Arc<Sealed>>,
    pub reading: Reading,
    /// What Cost Explorer was paid today, as it is shown; `None` where nothing was.
    pub spent: Option<String>,
    /// How often in a row `back` was asked for.
    pub(super) retreats: u8,
    /// Inventory version and scope that each view was derived from.
    derived: Vec<Option<(u64, u64, u64)>>,
    scope_version: u64,
    book_version: u64,
}

/// Tells the time; the simulated organization has its own.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Views that were on screen before and after the current one.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub back: Vec<usize>,
    pub forward: Vec<usize>,
}

/// How far the reads of this burst are; a burst ends when nothing is read any more.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    pub open: BTreeSet<Query>,
    pub total: usize,
    pub failed: usize,
}

/// What the deck may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// There is no way to change anything, and none can be had while running.
    ReadOnly,
    /// Changes need `:arm` first.
    Disarmed,
    /// Until then; `None` is for as long as it runs, as in the simulation.
    Armed(Option<Timestamp>),
}

/// What the deck starts with.
pub struct Start {
    pub environments: Environments,
    pub addressing: Addressing,
    pub theme: Theme,
    pub themes: theme::Library,
    pub depth: Depth,
    pub symbols: Symbols,
    pub keymap: Keymap,
    pub keymaps: keymap::Library,
    pub world: World,
    pub regions: Vec<Region>,
    pub scope: Scope,
    pub access: Access,
    pub start_view: String,
    pub mouse: bool,
    pub size: (u16, u16),
    pub now: Timestamp,
    pub clock: Option<Clock>,
}

impl Start {
    /// What ships, on a terminal of this size.
    #[must_use]
    pub fn shipped(world: World, size: (u16, u16), now: Timestamp) -> Self {
        let access = match world {
            World::Demo => Access::Armed(None),
            World::Aws { .. } | World::Kubeconfig => Access::Disarmed,
        };
        Self {
            environments: Environments::conventional(),
            addressing: Addressing::default(),
            theme: Theme::default(),
            themes: theme::Library::default(),
            depth: Depth::TrueColor,
            symbols: Symbols::Unicode,
            keymap: keys::default_keymap(),
            keymaps: keymap::Library::default(),
            world,
            regions: Vec::new(),
            scope: Scope::default(),
            access,
            start_view: "home".into(),
            mouse: true,
            size,
            now,
            clock: None,
        }
    }
}

impl State {
    #[must_use]
    pub fn new(start: Start) -> Self {
        Self::with_views(start, views::all())
    }

    /// The deck with these views; the first one is home.
    #[must_use]
    pub fn with_views(start: Start, views: Vec<Box<dyn View>>) -> Self {
        let current = views
            .iter()
            .position(|view| view.name() == start.start_view);
        let inventory = Inventory {
            regions: start.regions,
            ..Inventory::default()
        };
        Self {
            inventory,
            scope: start.scope,
            environments: start.environments,
            addressing: start.addressing,
            theme: start.theme,
            themes: start.themes,
            depth: start.depth,
            symbols: start.symbols,
            keymap: start.keymap,
            keymaps: start.keymaps,
            now: start.now,
            clock: start.clock,
            size: start.size,
            filters: vec![String::new(); views.len()],
            derived: vec![None; views.len()],
            views,
            current: current.unwrap_or(0),
            history: History::default(),
            overlays: Vec::new(),
            pending: Vec::new(),
            access: start.access,
            world: start.world,
            caller: None,
            book: Book::default(),
            notes: Notes::default(),
            mouse: start.mouse,
            watched: None,
            log: Log::default(),
            commands: Vec::new(),
            asked: BTreeSet::new(),
            known_accounts: 0,
            sealed: None,
            book_version: 0,
            reading: Reading::default(),
            spent: None,
            retreats: 0,
            scope_version: 0,
        }
    }

    /// The view on screen; `None` only when no view is built in.
    #[must_use]
    pub fn view(&self) -> Option<&dyn View> {
        self.views.get(self.current).map(AsRef::as_ref)
    }

    /// What every view looks at.
    #[must_use]
    pub fn desk(&self) -> Desk<'_> {
        Desk {
            inventory: &self.inventory,
            scope: &self.scope,
            environments: &self.environments,
            theme: &self.theme,
            symbols: self.symbols,
            now: self.today(),
            book: &self.book,
        }
    }

    /// The time in the world that is shown: ages are counted from it.
    #[must_use]
    pub fn today(&self) -> Timestamp {
        self.clock.as_ref().map_or(self.now, |clock| clock())
    }

    /// Lets the current view work with the rest of the state in reach.
    pub(super) fn with_view<T>(
        &mut self,
        work: impl FnOnce(&mut dyn View, &Desk<'_>) -> T,
    ) -> Option<T> {
        let now = self.today();
        let view = self.views.get_mut(self.current)?;
        let desk = Desk {
            inventory: &self.inventory,
            scope: &self.scope,
            environments: &self.environments,
            theme: &self.theme,
            symbols: self.symbols,
            now,
            book: &self.book,
        };
        Some(work(view.as_mut(), &desk))
    }

    /// Derives the current view again if what it was derived from has changed. Called before a
    /// frame, so that a burst of answers costs one derivation.
    pub fn prepare(&mut self) {
        let wanted = Some((
            self.inventory.version,
            self.scope_version,
            self.book_version,
        ));
        if self
            .derived
            .get(self.current)
            .is_some_and(|done| *done != wanted)
        {
            self.with_view(|view, desk| view.derive(desk));
            self.derived[self.current] = wanted;
        }
    }

    /// Lays a plan before the reader.
    pub(super) fn review(&mut self, sealed: Arc<Sealed>) {
        self.book.plan = Some(Arc::new(sealed.review()));
        self.sealed = Some(sealed);
        self.book_version += 1;
    }

    /// Takes in what the journal tells; the plan under review stays.
    pub(super) fn take_book(&mut self, book: Book) {
        let plan = self.book.plan.take();
        self.book = Book { plan, ..book };
        self.book_version += 1;
    }

    pub(super) fn set_scope(&mut self, scope: Scope) {
        self.scope = scope;
        self.scope_version += 1;
    }

    /// Where keys are looked up, the innermost context first.
    #[must_use]
    pub fn contexts(&self) -> Vec<&'static str> {
        match (self.overlays.last(), self.view()) {
            (Some(overlay), _) if overlay.is_prompt() => vec!["input", "global"],
            (Some(overlay), _) => vec![overlay.context(), "popup", "global"],
            (None, Some(view)) => vec![view.name(), view.context(), "normal", "global"],
            (None, None) => vec!["normal", "global"],
        }
    }

    /// Where the current view is drawn.
    #[must_use]
    pub fn body(&self) -> Rect {
        frame::areas(Rect::new(0, 0, self.size.0, self.size.1)).body
    }

    /// Whether changes may be carried out now.
    #[must_use]
    pub fn is_armed(&self) -> bool {
        match self.access {
            Access::Armed(None) => true,
            Access::Armed(Some(until)) => until > self.now,
            Access::ReadOnly | Access::Disarmed => false,
        }
    }

    /// The account that the cursor, or else the scope, is about.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        let organization = self.inventory.organization.value()?;
        let selected = self
            .view()
            .and_then(|view| view.selected())
            .and_then(|object| object.account);
        let alone = || match self.scope.accounts.len() {
            1 => self.scope.accounts.first().copied(),
            _ => None,
        };
        organization.account(selected.or_else(alone)?)
    }

    /// The class that colours the frame.
    #[must_use]
    pub fn class(&self) -> Option<EnvironmentClass> {
        let organization = self.inventory.organization.value()?;
        Some(self.environments.class(self.account()?, organization))
    }

    /// When the screen changes by the passing of time alone.
    #[must_use]
    pub fn next_tick(&self) -> Option<Timestamp> {
        let second = self.now + SignedDuration::from_secs(1);
        let armed = matches!(self.access, Access::Armed(Some(_))).then_some(second);
        let runs = self
            .book
            .runs
            .iter()
            .any(|entry| !entry.summary.state.is_terminal());
        let on_runs = self.view().is_some_and(|view| view.name() == "runs");
        let running = (runs && on_runs).then_some(second);
        let overlay = self
            .overlays
            .last()
            .and_then(|overlay| overlay.next_tick(self.now));
        // Ages are told in coarse words; the finest step on screen is some seconds.
        let age = self
            .age()
            .map(|at| at + frame::next_age_step(self.now.duration_since(at)));
        [armed, running, overlay, age, self.notes.next_end(self.now)]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(self.now + SignedDuration::from_millis(50)))
    }

    /// When the organization was last read; the age of the deck's picture.
    #[must_use]
    pub fn age(&self) -> Option<Timestamp> {
        self.inventory.organization.read_at()
    }
}
