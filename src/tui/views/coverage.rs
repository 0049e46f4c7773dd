//! How much of what a view is about was read, how old it is, and what to say while there is nothing.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::Desk;
use crate::{
    inventory::tables::text::{grouped, span},
    model::{AccountId, Gap, Remote, State, Trouble, TroubleKind, text::clean},
    tui::{
        theme::Role,
        widgets::{Brush, Pairs, put, row, text},
    },
};

/// Older than this it is called stale and dimmed.
const STALE_SECONDS: i64 = 15 * 60;

/// Accounts that could not be read and are told one by one.
const TOLD: usize = 8;

/// Counted by account: what people ask is "which accounts are missing?".
#[derive(Clone, Debug, Default)]
pub(super) struct Coverage {
    accounts: BTreeMap<AccountId, Part>,
    counts: Counts,
    oldest: Option<Timestamp>,
    pub(super) troubles: Vec<(AccountId, Trouble)>,
    /// What was read in part only.
    gaps: BTreeMap<AccountId, Vec<String>>,
    /// What of the organization itself was not read.
    missing: Vec<String>,
    /// Said where there are no rows because nobody has asked for any yet.
    pub(super) instead: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Part {
    read: bool,
    loading: bool,
    failed: Option<TroubleKind>,
}

/// Kept as parts are added: there may be ten thousand, and a frame asks for all of these.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    read: usize,
    loading: usize,
    denied: usize,
    failed: usize,
    throttled: usize,
}

impl Counts {
    /// Counts a part in or out.
    const fn note(&mut self, part: Part, is_in: bool) {
        let denied = matches!(part.failed, Some(TroubleKind::Denied));
        let throttled = matches!(part.failed, Some(TroubleKind::Throttled));
        let failed = part.failed.is_some() && !denied && !throttled;
        if is_in {
            self.read += part.read as usize;
            self.loading += part.loading as usize;
            self.denied += denied as usize;
            self.failed += failed as usize;
            self.throttled += throttled as usize;
        } else {
            self.read -= part.read as usize;
            self.loading -= part.loading as usize;
            self.denied -= denied as usize;
            self.failed -= failed as usize;
            self.throttled -= throttled as usize;
        }
    }
}

impl Coverage {
    /// Notes one read. `None` is one that was never asked for.
    pub(super) fn add<T>(&mut self, account: AccountId, read: Option<&Remote<T>>) {
        let part = self.accounts.entry(account).or_default();
        let Some(read) = read else { return };
        self.counts.note(*part, false);
        part.read |= read.value().is_some();
        part.loading |= read.is_loading();
        if let Some(trouble) = read.trouble() {
            part.failed = Some(trouble.kind);
            self.troubles.push((account, trouble.clone()));
        }
        self.counts.note(*part, true);
        if let Some(at) = read.read_at() {
            self.oldest = Some(self.oldest.map_or(at, |oldest| oldest.min(at)));
        }
    }

    /// Notes parts of an answer that are missing, in words.
    pub(super) fn add_gaps(&mut self, account: AccountId, gaps: &[Gap]) {
        if !gaps.is_empty() {
            let known = self.gaps.entry(account).or_default();
            known.extend(gaps.iter().map(Gap::to_string));
            known.dedup();
        }
    }

    /// Notes what of the organization itself was not read, in words.
    pub(super) fn add_missing(&mut self, missing: &[String]) {
        self.missing.extend(missing.iter().cloned());
    }

    /// Tells which of these accounts could not be read, and what of the organization.
    pub(super) fn tell_unread(&self, accounts: &[AccountId], pairs: &mut Pairs, desk: &Desk<'_>) {
        let brush = desk.brush();
        let below: BTreeSet<&AccountId> = accounts.iter().collect();
        let mut told: BTreeMap<AccountId, &Trouble> = BTreeMap::new();
        for (account, trouble) in &self.troubles {
            if below.contains(account) && trouble.kind != TroubleKind::Suspended {
                told.entry(*account).or_insert(trouble);
            }
        }
        if told.is_empty() && self.missing.is_empty() {
            return;
        }
        pairs.section("Not read");
        let mut line = |state, name: Option<String>, said: &str| {
            let mut spans = vec![brush.sign(state), Span::raw(" ")];
            let name = name.map(|name| format!("{name}  "));
            spans.extend(name.map(|name| Span::styled(name, brush.style(Role::Strong))));
            spans.push(Span::styled(
                clean(said).into_owned(),
                brush.style(Role::Text),
            ));
            pairs.line(spans);
        };
        for gap in &self.missing {
            line(State::Warning, None, gap);
        }
        for (account, trouble) in told.iter().take(TOLD) {
            let name = desk.account_name(*account);
            line(trouble.health().state, Some(name), &trouble.message);
        }
        if let Some(more) = told.len().checked_sub(TOLD + 1) {
            line(State::Unknown, None, &format!("{} more", more + 1));
        }
    }

    /// Tells what of an account was not read.
    pub(super) fn tell_gaps(
        &self,
        account: Option<AccountId>,
        pairs: &mut Pairs,
        brush: Brush<'_>,
    ) {
        let gaps = account.and_then(|account| self.gaps.get(&account));
        let Some(gaps) = gaps else { return };
        pairs.section("Not read");
        for gap in gaps {
            pairs.line(Line::from(vec![
                brush.sign(State::Warning),
                Span::styled(format!(" {}", clean(gap)), brush.style(Role::Text)),
            ]));
        }
    }

    pub(super) fn is_stale(&self, now: Timestamp) -> bool {
        self.oldest
            .is_some_and(|oldest| now.duration_since(oldest).as_secs() > STALE_SECONDS)
    }

    /// `7 of 9 accounts  ⊘ 1 denied  ◐ 1 reading  12 s old`
    pub(super) fn line(&self, now: Timestamp, brush: Brush<'_>) -> Line<'static> {
        let all = self.accounts.len();
        let Counts {
            read,
            loading,
            denied,
            failed,
            throttled,
        } = self.counts;
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
        counted(State::Working, "reading", loading);
        counted(State::Denied, "denied", denied);
        counted(State::Failed, "failed", failed);
        counted(State::Working, "throttled", throttled);
        counted(State::Warning, "in part", self.gaps.len());
        if !self.missing.is_empty() {
            let sign = brush.symbols.state(State::Warning);
            say(format!("{sign} organization in part"), Role::Warning);
        }
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
        let Counts {
            read,
            denied,
            failed,
            throttled,
            ..
        } = self.counts;
        if let Some((_, trouble)) = self.troubles.first().filter(|_| read == 0) {
            let state = match trouble.kind {
                TroubleKind::Denied | TroubleKind::SignedOut => State::Denied,
                TroubleKind::Throttled => State::Working,
                _ => State::Failed,
            };
            let hint = trouble.hint.as_deref().unwrap_or("`r` tries again");
            return Vacancy::new(state, &trouble.message, hint);
        }
        if read < all && denied + failed + throttled + read < all {
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
