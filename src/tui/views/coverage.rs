//! How much of what a view is about was read, how old it is, and what to say while there is nothing.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    inventory::tables::text::{grouped, span},
    model::{AccountId, Remote, State, Trouble, TroubleKind},
    tui::{
        theme::Role,
        widgets::{Brush, put, row, text},
    },
};

/// Older than this it is called stale and dimmed.
const STALE_SECONDS: i64 = 15 * 60;

/// Counted by account: what people ask is "which accounts are missing?".
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    accounts: BTreeMap<AccountId, Part>,
    oldest: Option<Timestamp>,
    pub(super) troubles: Vec<(AccountId, Trouble)>,
    /// Said where there are no rows because nobody has asked for any yet.
    pub(super) instead: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    read: bool,
    loading: bool,
    failed: Option<TroubleKind>,
}

impl Coverage {
    /// Notes one read. `None` is one that was never asked for.
    pub(super) fn add<T>(&mut self, account: AccountId, read: Option<&Remote<T>>) {
        let part = self.accounts.entry(account).or_default();
        let Some(read) = read else { return };
        part.read |= read.value().is_some();
        part.loading |= read.is_loading();
        if let Some(trouble) = read.trouble() {
            part.failed = Some(trouble.kind);
            self.troubles.push((account, trouble.clone()));
        }
        if let Some(at) = read.read_at() {
            self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        }
    }

    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        self.oldest
            .is_some_and(|oldest| now.duration_since(oldest).as_secs() > STALE_SECONDS)
    }

    fn count(&self, is: impl Fn(&Part) -> bool) -> usize {
        self.accounts.values().filter(|part| is(part)).count()
    }

    /// `7 of 9 accounts  ⊘ 1 denied  ◐ 1 reading  12 s old`
    pub(super) fn line(&self, now: Timestamp, brush: Brush<'_>) -> Line<'static> {
        let all = self.accounts.len();
        let read = self.count(|part| part.read);
        let mut spans = Vec::new();
        let mut say = |text: String, role: Role| {
            if !spans.is_empty() {
                spans.push(Span::raw("  "));
            }
            spans.push(Span::styled(text, brush.style(role)));
        };
        let noun = if all == 1 { "account" } else { "accounts" };
        if read == all {
            say(format!("{} {noun}", grouped(&all.to_string())), Role::Muted);
        } else {
            let (read, all) = (grouped(&read.to_string()), grouped(&all.to_string()));
            say(format!("{read} of {all} {noun}"), Role::Warning);
        }
        let mut counted = |state: State, word: &str, count: usize| {
            if count > 0 {
                let sign = brush.symbols.state(state);
                let text = format!("{sign} {} {word}", grouped(&count.to_string()));
                say(text, crate::tui::Theme::state_role(state));
            }
        };
        counted(State::Working, "reading", self.count(|part| part.loading));
        let denied = |part: &Part| part.failed == Some(TroubleKind::Denied);
        counted(State::Denied, "denied", self.count(denied));
        let failed = |part: &Part| part.failed.is_some_and(|kind| kind != TroubleKind::Denied);
        counted(State::Failed, "failed", self.count(failed));
        if let Some(oldest) = self.oldest {
            match span(now.duration_since(oldest)).as_str() {
                "now" => {}
                age if self.is_stale(now) => say(format!("stale: {age} old"), Role::Stale),
                age => say(format!("{age} old"), Role::Muted),
            }
        }
        spans.into()
    }

    /// What to say where rows would be, had there been any.
    pub(super) fn vacancy(&self, what: &str, filtered: bool) -> Vacancy {
        let all = self.accounts.len();
        if filtered {
            return Vacancy::new(State::Off, "nothing matches the filter", "esc clears it");
        }
        if all == 0 {
            return Vacancy::new(State::Working, "reading the organization…", "");
        }
        let read = self.count(|part| part.read);
        if let Some((_, trouble)) = self.troubles.first().filter(|_| read == 0) {
            let state = match trouble.kind {
                TroubleKind::Denied | TroubleKind::SignedOut => State::Denied,
                _ => State::Failed,
            };
            let hint = trouble.hint.as_deref().unwrap_or("`r` tries again");
            return Vacancy::new(state, &trouble.message, hint);
        }
        if read < all && self.count(|part| part.failed.is_some()) + read < all {
            let said = format!("reading {what}: {read} of {all} accounts so far…");
            return Vacancy::new(State::Working, &said, "");
        }
        if let Some(said) = self.instead {
            return Vacancy::new(State::Off, said, "`m` goes through the forms");
        }
        let said = format!(
            "no {what} in {}",
            if all == 1 {
                "this account".into()
            } else {
                format!("these {all} accounts")
            }
        );
        Vacancy::new(
            State::Off,
            &said,
            "`,` widens the scope, `R` picks other regions",
        )
    }
}

/// Words for an empty screen: what is the matter, and what to do.
#[derive(Clone, Debug)]
pub(super) struct Vacancy {
    state: State,
    said: String,
    hint: String,
}

impl Vacancy {
    pub(super) fn new(state: State, said: &str, hint: &str) -> Self {
        Self {
            state,
            said: said.into(),
            hint: hint.into(),
        }
    }

    /// Draws itself in the upper third of `area`.
    pub(super) fn draw(&self, buffer: &mut Buffer, area: Rect, brush: Brush<'_>) {
        let top = usize::from(area.height) / 3;
        let width = usize::from(area.width);
        let centred = |text: &str| " ".repeat(width.saturating_sub(text::width(text)) / 2);
        let said = text::fit(&self.said, width.saturating_sub(4), brush.symbols);
        let sign = brush.sign(self.state);
        if let Some(place) = row(area, top) {
            let line = Line::from(vec![
                Span::raw(centred(&format!("x {said}"))),
                sign,
                Span::raw(" "),
                Span::styled(said.into_owned(), brush.style(Role::Strong)),
            ]);
            put(buffer, place, &line);
        }
        if let Some(place) = row(area, top + 1) {
            let hint = text::fit(&self.hint, width, brush.symbols);
            let line = Line::from(vec![
                Span::raw(centred(&hint)),
                Span::styled(hint.into_owned(), brush.style(Role::Muted)),
            ]);
            put(buffer, place, &line);
        }
    }
}
