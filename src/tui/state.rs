//! All that the deck knows. Only `update` changes it.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use ratatui::layout::Rect;

use super::{
    Symbols, Theme,
    finder::Finder,
    frame, keys,
    log::Log,
    notes::Notes,
    overlays::Overlay,
    runtime::Opened,
    theme::Wardrobe,
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
    inventory::{Inventory, Query, Scope, cache::Spent},
    model::{Account, ClusterId, EnvironmentClass, Region},
    provider::{Caller, SignIn, World},
};

/// The whole deck, as it is between two messages.
pub struct State {
    pub inventory: Inventory,
    pub scope: Scope,
    pub environments: Environments,
    pub addressing: Addressing,
    /// The theme that is worn now: that of the wardrobe, under the overlay of what is in sight.
    pub theme: Theme,
    wardrobe: Wardrobe,
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
    /// The search over every object.
    pub finder: Finder,
    /// What lies over the view, the topmost last.
    pub overlays: Vec<Box<dyn Overlay>>,
    /// Keys of a chord that is not finished.
    pub pending: Vec<Key>,
    pub access: Access,
    /// `None` until one is chosen.
    pub world: Option<World>,
    pub caller: Option<Caller>,
    /// How we came to be who we are.
    pub sign_in: SignIn,
    /// Reads fail because nobody is signed in any more.
    pub signed_out: bool,
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
    /// What Cost Explorer was paid, and the caps.
    pub meter: Option<(Spent, Spent)>,
    /// So long the cursor rests on something before more is told about it.
    pub rest: SignedDuration,
    /// How often in a row `back` was asked for.
    pub(super) retreats: u8,
    /// Versions of inventory, scope and journal that each view was derived from.
    derived: Vec<Option<[u64; 3]>>,
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
    /// Throttled, and tried again by itself after a while.
    pub throttled: BTreeSet<Query>,
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
    pub wardrobe: Wardrobe,
    pub themes: theme::Library,
    pub depth: Depth,
    pub symbols: Symbols,
    pub keymap: Keymap,
    pub keymaps: keymap::Library,
    pub world: Option<World>,
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
    pub fn shipped(world: impl Into<Option<World>>, size: (u16, u16), now: Timestamp) -> Self {
        let world = world.into();
        let access = match world {
            Some(World::Demo) => Access::Armed(None),
            Some(World::Aws { .. } | World::Kubeconfig) | None => Access::Disarmed,
        };
        Self {
            environments: Environments::conventional(),
            addressing: Addressing::default(),
            wardrobe: Theme::default().into(),
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
            theme: start.wardrobe.under(None).clone(),
            wardrobe: start.wardrobe,
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
            finder: Finder::default(),
            overlays: Vec::new(),
            pending: Vec::new(),
            access: start.access,
            world: start.world,
            caller: None,
            sign_in: SignIn::default(),
            signed_out: false,
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
            meter: None,
            rest: SignedDuration::ZERO,
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
            is_open: self.world.is_some(),
            now: self.today(),
            wall: self.now,
            rest: self.rest,
            book: &self.book,
            meter: self.meter,
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
        self.with_view_at(self.current, work)
    }

    /// The same for any view.
    pub(super) fn with_view_at<T>(
        &mut self,
        at: usize,
        work: impl FnOnce(&mut dyn View, &Desk<'_>) -> T,
    ) -> Option<T> {
        let now = self.today();
        let view = self.views.get_mut(at)?;
        let desk = Desk {
            inventory: &self.inventory,
            scope: &self.scope,
            environments: &self.environments,
            theme: &self.theme,
            symbols: self.symbols,
            is_open: self.world.is_some(),
            now,
            wall: self.now,
            rest: self.rest,
            book: &self.book,
            meter: self.meter,
        };
        Some(work(view.as_mut(), &desk))
    }

    /// Derives the current view again if what it was derived from has changed. Called before a
    /// frame, so that a burst of answers costs one derivation.
    pub fn prepare(&mut self) {
        self.prepare_at(self.current);
        self.dress();
    }

    /// Changes into another theme.
    pub(super) fn wear(&mut self, wardrobe: Wardrobe) {
        self.wardrobe = wardrobe;
        self.dress();
    }

    /// Puts on what the environment in sight asks for.
    fn dress(&mut self) {
        let rule = self
            .inventory
            .organization
            .value()
            .and_then(|all| self.environments.rule(self.account()?, all));
        let overlay = rule.and_then(|rule| rule.theme_overlay.as_deref());
        let wanted = self.wardrobe.under(overlay);
        if wanted.version != self.theme.version {
            self.theme = wanted.clone();
        }
    }

    pub(super) fn prepare_at(&mut self, at: usize) {
        let wanted = Some([
            self.inventory.version,
            self.scope_version,
            self.book_version,
        ]);
        if self.derived.get(at).is_some_and(|done| *done != wanted) {
            self.with_view_at(at, |view, desk| view.derive(desk));
            self.derived[at] = wanted;
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

    /// Shows another world, or the same one anew. Of another one nothing is known yet; of the same
    /// everything stays on screen while it is read again.
    pub(super) fn enter(&mut self, opened: &Opened, anew: bool) {
        self.overlays.clear();
        self.pending.clear();
        self.world = Some(opened.world().clone());
        self.clock.clone_from(&opened.clock);
        self.caller = None;
        self.sign_in = SignIn::default();
        self.signed_out = false;
        self.watched = None;
        self.log = Log::default();
        self.reading = Reading::default();
        self.asked.clear();
        self.known_accounts = 0;
        let regions = opened.provider.regions.clone();
        if anew {
            self.inventory.regions = regions;
            self.inventory.version += 1;
            return;
        }
        self.access = opened.access;
        self.inventory = Inventory {
            version: self.inventory.version + 1,
            ..Inventory::new(regions)
        };
        self.set_scope(Scope::default());
        self.take_book(Book::default());
        self.book.plan = None;
        self.sealed = None;
        self.meter = None;
        self.finder = Finder::default();
        self.views = views::all();
        self.filters.fill(String::new());
        self.derived.fill(None);
    }

    /// Whether an administrator's rights are in use: by who we are, or to read the account that
    /// the cursor is on.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        let reads = |account: &Account| self.sign_in.administered.contains(&account.id);
        self.caller.as_ref().is_some_and(Caller::is_admin) || self.account().is_some_and(reads)
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
        if self.symbols.is_plain() {
            // What is listened to changes when something is asked, not by itself.
            let waits = self.overlays.last();
            return waits.and_then(|overlay| overlay.next_tick(self.now));
        }
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
        let resting = self.view().and_then(|view| view.next_tick(self.now));
        // Ages are told in coarse words; the finest step on screen is some seconds.
        let age = self
            .age()
            .map(|at| at + frame::next_age_step(self.now.duration_since(at)));
        let notes = self.notes.next_end(self.now);
        [armed, running, overlay, resting, age, notes]
            .into_iter()
            .flatten()
            .min()
            .map(|at| at.max(self.now + SignedDuration::from_millis(50)))
    }

    /// When the organization was last read; the age of the deck's picture. What is known while it
    /// is read for the first time has none yet.
    #[must_use]
    pub fn age(&self) -> Option<Timestamp> {
        let at = self.inventory.organization.read_at();
        at.filter(|at| *at > Timestamp::UNIX_EPOCH)
    }
}
