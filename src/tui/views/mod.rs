//! The screens. To add one: a file here, a line in [`all`], a key.

mod backups;
#[cfg(test)]
mod bytes;
mod clusters;
mod costs;
mod coverage;
mod detail;
mod facts;
#[cfg(test)]
mod finding;
mod gpu;
mod home;
mod inside;
mod leads;
mod listing;
mod network;
mod plan;
mod runs;
#[cfg(test)]
mod sample;
mod velero;
mod workloads;
mod zones;

pub(super) use costs::requests as paid_requests;
pub use runs::{Book, Entry, Said, Standing};

use crossterm::event::MouseEvent;
use jiff::{SignedDuration, Timestamp};
use ratatui::{Frame, layout::Rect, text::Span};

use super::{Action, Effect, Symbols, Theme, widgets::Brush};
use crate::{
    config::Environments,
    inventory::{
        Inventory, Query, Scope,
        cache::Spent,
        report::Sight,
        tables::{Lens, Object},
    },
    model::{AccountId, AccountStatus, ClusterId, EnvironmentClass, Place},
};

/// A screen: its own cursor, folds and filter, a way to take in actions, a way to draw.
pub trait View {
    /// Its name in `view.open NAME`, in the palette and as a keymap context.
    fn name(&self) -> &'static str;
    /// The keymap context of the pane that has the focus: `tree`, `table`, `map`, `chart`, `plan`.
    fn context(&self) -> &'static str;
    /// Title with count and active filter, as `accounts(312/1,048) /prod`.
    fn title(&self) -> String;
    /// What must be read for it to show anything, most wanted first. Asked again whenever it comes
    /// forward or the scope changes.
    fn needs(&self, desk: &Desk<'_>) -> Vec<Query>;
    /// What has to be read as well now that `query` was answered: what is in the clusters that were
    /// found.
    fn more(&self, _query: &Query, _desk: &Desk<'_>) -> Vec<Query> {
        Vec::new()
    }
    /// Derives what it shows; called when inventory or scope have changed, never per frame.
    fn derive(&mut self, desk: &Desk<'_>);
    /// Sets the filter as it is typed; empty clears it. Narrowing must keep up with the typing.
    fn filter(&mut self, text: &str, desk: &Desk<'_>);
    /// Takes in an action. What it does not know it leaves: `None`.
    fn act(&mut self, action: &Action, desk: &Desk<'_>) -> Option<Vec<Effect>>;
    /// Takes in a click or a turn of the wheel; `area` is where it was drawn last.
    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect>;
    /// What the cursor is on.
    fn selected(&self) -> Option<Object>;
    /// The cluster that is looked at: it is kept up to date by the second.
    fn watched(&self, _desk: &Desk<'_>) -> Option<ClusterId> {
        None
    }
    /// The marked objects, in the order of the rows.
    fn marked(&self) -> Vec<Object>;
    /// Puts the cursor on the object, in whichever form shows it; `false` where none does.
    fn go_to(&mut self, _object: &Object, _desk: &Desk<'_>) -> bool {
        false
    }
    /// The forms that [`View::export`] knows, the most useful first.
    fn exports(&self) -> &'static [&'static str] {
        &[]
    }
    /// What it shows, as a text of that form.
    fn export(&self, _ending: &str, _desk: &Desk<'_>) -> Option<String> {
        None
    }
    /// Actions worth a hint in the footer, most useful first, with a short word each.
    fn hints(&self) -> Vec<(Action, &'static str)>;
    /// When it looks different by the passing of time alone.
    fn next_tick(&self, _wall: Timestamp) -> Option<Timestamp> {
        None
    }
    /// Draws itself. Reads only: a frame never changes what the deck knows.
    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>);
}

/// What every view looks at and draws with.
pub struct Desk<'a> {
    pub inventory: &'a Inventory,
    pub scope: &'a Scope,
    pub environments: &'a Environments,
    pub theme: &'a Theme,
    pub symbols: Symbols,
    /// Whether any world is.
    pub is_open: bool,
    /// The time in the world that is shown: ages are counted from it.
    pub now: Timestamp,
    /// The time at the terminal.
    pub wall: Timestamp,
    /// So long the cursor rests on something before more is told about it.
    pub rest: SignedDuration,
    /// What the journal of runs tells.
    pub book: &'a Book,
    /// What looking at costs was paid, and the caps.
    pub meter: Option<(Spent, Spent)>,
}

impl Desk<'_> {
    #[must_use]
    pub const fn brush(&self) -> Brush<'_> {
        Brush {
            theme: self.theme,
            symbols: self.symbols,
        }
    }

    /// What was read, as reports look at it.
    #[must_use]
    pub const fn sight(&self) -> Sight<'_> {
        Sight {
            inventory: self.inventory,
            scope: self.scope,
            environments: self.environments,
            now: self.now,
        }
    }

    #[must_use]
    pub const fn lens(&self) -> Lens<'_> {
        Lens {
            scope: self.scope,
            environments: self.environments,
            now: self.now,
        }
    }

    /// The accounts in view that can be read, in the organization's order.
    #[must_use]
    pub fn accounts(&self) -> Vec<AccountId> {
        let Some(organization) = self.inventory.organization.value() else {
            return Vec::new();
        };
        organization
            .accounts
            .iter()
            .filter(|account| account.status == AccountStatus::Active)
            .map(|account| account.id)
            .filter(|&account| self.scope.has_account(account, Some(organization)))
            .collect()
    }

    /// Every account in view in every region in view.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let regions: Vec<_> = self
            .inventory
            .regions
            .iter()
            .filter(|region| self.scope.has_region(region))
            .collect();
        self.accounts()
            .into_iter()
            .flat_map(|account| {
                regions
                    .iter()
                    .map(move |&region| Place::new(account, region.clone()))
            })
            .collect()
    }

    /// Its name, else its number.
    #[must_use]
    pub fn account_name(&self, account: AccountId) -> String {
        let organization = self.inventory.organization.value();
        organization
            .and_then(|organization| organization.account(account))
            .map_or_else(|| account.to_string(), |found| found.name.clone())
    }

    /// The class of an account; of one that is not known, that of strangers.
    #[must_use]
    pub fn class_of(&self, account: AccountId) -> EnvironmentClass {
        let organization = self.inventory.organization.value();
        organization
            .and_then(|all| Some((all, all.account(account)?)))
            .map_or(EnvironmentClass::Other, |(all, account)| {
                self.environments.class(account, all)
            })
    }

    /// The class in capitals and in its colour.
    #[must_use]
    pub fn class_badge(&self, class: EnvironmentClass) -> Span<'static> {
        let style = self.theme.style(Theme::class_role(class));
        Span::styled(class.to_string().to_uppercase(), style)
    }
}

/// Every view, in the order of the `g` menu.
#[must_use]
pub fn all() -> Vec<Box<dyn View>> {
    vec![
        Box::<home::Home>::default(),
        Box::<network::Network>::default(),
        Box::new(clusters::view()),
        Box::new(gpu::view()),
        Box::new(workloads::view()),
        Box::<costs::Costs>::default(),
        Box::new(backups::view()),
        Box::new(velero::view()),
        Box::new(zones::view()),
        Box::<runs::Runs>::default(),
        Box::<plan::Plan>::default(),
    ]
}

/// The sample organization, and the one of its clusters that was looked into.
#[cfg(test)]
pub(super) fn sample_of_a_cluster() -> (Inventory, ClusterId) {
    (sample::inventory(), sample::cluster())
}

#[cfg(test)]
mod tests;

#[cfg(test)]
pub(crate) use sample::{all_to_blue, deck as sample_deck};
