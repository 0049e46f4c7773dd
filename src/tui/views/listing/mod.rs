//! A view that is a list with details: its tables, what they need, what is told of one row.

mod edges;
mod ways;

use crossterm::event::MouseEvent;
use jiff::Timestamp;
use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

pub(super) use edges::{common_hints, detail_title, tabs};

use super::{
    Desk, View,
    coverage::Coverage,
    detail::Detail,
    leads::{Crumb, Leads},
};
use crate::{
    inventory::{
        Query, report,
        tables::{self, Object, Row, Table},
    },
    model::ClusterId,
    tui::{
        Action, Effect, Verb,
        theme::Role,
        widgets::{
            Brush, Click, Grid, Memo, Pairs, Pane, grid::Painter, memo::AGE_STEP,
            pane::scroll_mark, put, row, text::fit_line,
        },
    },
};

/// What makes one list view differ from another.
pub(super) struct Spec {
    pub(super) name: &'static str,
    /// The tables that `m` goes through.
    pub(super) forms: &'static [&'static str],
    pub(super) needs: fn(&Desk<'_>) -> Vec<Query>,
    pub(super) covers: fn(&Desk<'_>) -> Coverage,
    /// Lines above the table, the most important first: they go where there is no height.
    pub(super) banner: fn(&[Row], &Desk<'_>) -> Vec<Line<'static>>,
    pub(super) details: fn(&Table, &Row, &Desk<'_>) -> Pairs,
    pub(super) painter: Option<Painter>,
    /// Columns that are left out of narrow screens.
    pub(super) spare: &'static [&'static str],
    /// Hints of its own, before those of every list.
    pub(super) hints: &'static [(Verb, Option<&'static str>, &'static str)],
}

/// The state of such a view.
pub(super) struct Listing {
    spec: &'static Spec,
    grids: Vec<Grid>,
    /// Forms whose rows are older than what is known: derived when they are shown.
    stale: Vec<bool>,
    form: usize,
    detail: Detail,
    coverage: Coverage,
    /// Lines above the table, put into words once.
    banner: Memo<usize, Vec<Line<'static>>>,
    /// Forms of another kind that stand before its own in the corner.
    before: &'static [&'static str],
    leads: Option<&'static Leads>,
    /// The way that led to what is shown, the last step last.
    trail: Vec<Crumb>,
    more: fn(&Query, &Desk<'_>) -> Vec<Query>,
    /// Whether the cluster of the cursor's row is kept up to date.
    watches: bool,
}

/// Cells that corners and blanks take of a pane's upper edge.
const EDGES: usize = 8;
/// Lines that a table needs to be of use below a banner.
const ROWS: u16 = 5;

impl Listing {
    pub(super) fn new(spec: &'static Spec) -> Self {
        let grid = |name: &&str| {
            let grid = Grid::new(*tables::named(name)?).sparing(spec.spare);
            Some(match spec.painter {
                Some(painter) => grid.painted_by(painter),
                None => grid,
            })
        };
        let grids: Vec<Grid> = spec.forms.iter().filter_map(grid).collect();
        Self {
            spec,
            stale: vec![true; grids.len()],
            grids,
            form: 0,
            detail: Detail::default(),
            coverage: Coverage::default(),
            banner: Memo::default(),
            before: &[],
            leads: None,
            trail: Vec::new(),
            more: |_, _| Vec::new(),
            watches: false,
        }
    }

    /// A view whose rows change by the second.
    pub(super) const fn watching(mut self) -> Self {
        self.watches = true;
        self
    }

    /// A view whose rows lead to others.
    pub(super) const fn leading(mut self, leads: &'static Leads) -> Self {
        self.leads = Some(leads);
        self
    }

    /// A view that reads what only an answer tells that there is.
    pub(super) const fn reading(mut self, more: fn(&Query, &Desk<'_>) -> Vec<Query>) -> Self {
        self.more = more;
        self
    }

    /// Part of a view that has forms of another kind before these.
    pub(super) const fn after(mut self, forms: &'static [&'static str]) -> Self {
        self.before = forms;
        self
    }

    /// The form that is shown.
    pub(super) const fn form(&self) -> usize {
        self.form
    }

    /// Shows the form of this index.
    pub(super) fn show(&mut self, form: usize, desk: &Desk<'_>) {
        self.form = form % self.grids.len().max(1);
        self.detail = Detail::default();
        self.freshen(self.form, desk);
    }

    /// The lines above the table.
    fn banner<T>(&self, desk: &Desk<'_>, show: impl FnOnce(&[Line<'static>]) -> T) -> T {
        self.banner
            .made_from((desk.brush().look(), desk.now.as_second() / AGE_STEP));
        let rows = self.grid().map(Grid::rows).unwrap_or_default();
        let make = || (self.spec.banner)(rows, desk);
        self.banner.show(self.form, make, |lines| show(lines))
    }

    /// The table of that form, as far as the filter lets it through.
    pub(super) fn export_form(&self, form: usize, ending: &str, desk: &Desk<'_>) -> Option<String> {
        let grid = self.grids.get(form)?;
        let rows = grid.shown().cloned().collect();
        report(grid.table.name, (grid.table, rows), ending, desk)
    }

    /// Derives the rows of a form where they are stale.
    fn freshen(&mut self, form: usize, desk: &Desk<'_>) {
        let (Some(grid), Some(stale)) = (self.grids.get_mut(form), self.stale.get_mut(form)) else {
            return;
        };
        if std::mem::take(stale) {
            let rows = (grid.table.rows)(desk.inventory, &desk.lens());
            grid.set(rows, desk.now);
        }
    }

    fn grid(&self) -> Option<&Grid> {
        self.grids.get(self.form)
    }

    fn grid_mut(&mut self) -> Option<&mut Grid> {
        self.grids.get_mut(self.form)
    }

    /// `[clusters] pools`; where there is no room for all of them, how many there are.
    fn tabs(&self, width: u16, brush: Brush<'_>) -> Line<'static> {
        let own = self.grids.iter().map(|grid| self.word(grid));
        let names: Vec<&str> = self.before.iter().copied().chain(own).collect();
        if names.len() < 2 {
            return Line::default();
        }
        let form = self.form + self.before.len();
        let all = tabs(names.iter().copied(), form, brush);
        let room = usize::from(width).saturating_sub(self.title().len() + EDGES);
        if all.width() <= room {
            return all;
        }
        let name = names.get(form).copied();
        let mut short = tabs(name.into_iter(), 0, brush);
        let count = format!(" {} of {}", form + 1, names.len());
        short.push_span(Span::styled(count, brush.style(Role::Muted)));
        short
    }

    /// What a form is called in a view that has the same word in its name: `velero_backups` are the
    /// backups of the view `velero`.
    fn word(&self, grid: &Grid) -> &'static str {
        let name = grid.table.name;
        let rest = name.strip_prefix(self.spec.name);
        rest.and_then(|rest| rest.strip_prefix('_')).unwrap_or(name)
    }

    fn form_of(&self, name: &str) -> Option<usize> {
        self.grids.iter().position(|grid| grid.table.name == name)
    }

    /// The banner's height and the table below it, inside of the list's pane.
    fn inside(&self, main: Rect, desk: &Desk<'_>) -> (u16, Rect) {
        let inner = Pane::inner(main);
        let room = inner.height.saturating_sub(ROWS);
        let lines = self.banner(desk, <[_]>::len);
        let lines = u16::try_from(lines).unwrap_or(u16::MAX).min(room);
        let rest = Rect {
            y: inner.y + lines,
            height: inner.height - lines,
            ..inner
        };
        (lines, rest)
    }

    fn draw_main(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let brush = desk.brush();
        let pane = Pane {
            title: self.title().into(),
            corner: self.tabs(area.width, brush),
            foot: self.coverage.line(desk.now, brush),
            focused: !self.detail.focused,
        };
        let buffer = frame.buffer_mut();
        let inner = pane.draw(buffer, area, brush);
        let (lines, rest) = self.inside(area, desk);
        self.banner(desk, |banner| {
            for (index, line) in banner.iter().take(lines.into()).enumerate() {
                if let Some(place) = row(inner, index) {
                    let line = fit_line(line.clone(), place.width.into(), desk.symbols);
                    put(buffer, place, &line);
                }
            }
        });
        let Some(grid) = self.grid() else { return };
        if grid.is_empty() {
            let what = grid.table.name.replace('_', " ");
            return self
                .coverage
                .vacancy(&what, grid.is_filtered() && !grid.rows().is_empty())
                .draw(buffer, rest, brush);
        }
        let cursor = grid.draw(buffer, rest, !self.detail.focused, desk.now, brush);
        if self.coverage.is_stale(desk.now) {
            buffer.set_style(
                rest.intersection(buffer.area),
                Style::new().add_modifier(Modifier::DIM),
            );
        }
        scroll_mark(buffer, area, grid.top(), grid.len(), brush);
        if let Some(at) = cursor.filter(|_| !self.detail.focused) {
            frame.set_cursor_position((at.x, at.y));
        }
    }
}

impl View for Listing {
    fn name(&self) -> &'static str {
        self.spec.name
    }

    fn context(&self) -> &'static str {
        "table"
    }

    fn title(&self) -> String {
        match self.grid() {
            Some(grid) => grid.title(self.word(grid)),
            None => self.spec.name.into(),
        }
    }

    fn needs(&self, desk: &Desk<'_>) -> Vec<Query> {
        (self.spec.needs)(desk)
    }

    fn more(&self, query: &Query, desk: &Desk<'_>) -> Vec<Query> {
        (self.more)(query, desk)
    }

    fn derive(&mut self, desk: &Desk<'_>) {
        self.stale.fill(true);
        self.freshen(self.form, desk);
        self.coverage = (self.spec.covers)(desk);
        self.banner.forget();
        self.detail.forget();
    }

    fn filter(&mut self, text: &str, desk: &Desk<'_>) {
        for grid in &mut self.grids {
            grid.filter(text, desk.now);
        }
        self.detail.follow(desk);
    }

    fn act(&mut self, action: &Action, desk: &Desk<'_>) -> Option<Vec<Effect>> {
        match action.verb {
            Verb::NextForm => return self.turn(action.argument.as_deref(), desk),
            verb if self.detail.take(verb) => {}
            Verb::Open if !self.detail.focused => return Some(self.descend(desk)),
            Verb::Ascend if self.leads.is_some() => return self.ascend(desk),
            Verb::Back => {
                if !self.grid_mut()?.back() {
                    return self.retrace(desk);
                }
            }
            Verb::Describe => return Some(vec![Effect::Describe(self.selected()?)]),
            Verb::Refresh => return Some(vec![Effect::Refresh(self.needs(desk))]),
            verb => {
                let now = desk.now;
                if !self.grid_mut()?.act(verb, now) {
                    return None;
                }
                self.detail.follow(desk);
            }
        }
        Some(Vec::new())
    }

    fn mouse(&mut self, event: MouseEvent, area: Rect, desk: &Desk<'_>) -> Vec<Effect> {
        let split = self.detail.split(area, SHARE, desk);
        let at = (event.column, event.row).into();
        if split.detail.is_some_and(|detail| detail.contains(at)) {
            self.detail.mouse(event);
            return Vec::new();
        }
        let Some(main) = split.main else {
            return Vec::new();
        };
        let (_, rest) = self.inside(main, desk);
        let Some(grid) = self.grid_mut() else {
            return Vec::new();
        };
        match grid.mouse(event, rest, desk.now) {
            Click::Missed => {}
            Click::Taken => {
                self.detail.focused = false;
                self.detail.follow(desk);
            }
            Click::Opened => return self.descend(desk),
        }
        Vec::new()
    }

    fn selected(&self) -> Option<Object> {
        Some(self.grid()?.selected()?.object.clone())
    }

    fn watched(&self, desk: &Desk<'_>) -> Option<ClusterId> {
        let row = self.grid().filter(|_| self.watches)?.selected()?;
        Some(row.object.in_cluster(desk.inventory)?.0)
    }

    fn marked(&self) -> Vec<Object> {
        self.grid().map(Grid::marked).unwrap_or_default()
    }

    fn go_to(&mut self, object: &Object, desk: &Desk<'_>) -> bool {
        let is = |row: &Row| row.object.is_same(object);
        for form in 0..self.grids.len() {
            self.freshen(form, desk);
        }
        let Some(form) = self
            .grids
            .iter()
            .position(|grid| grid.rows().iter().any(is))
        else {
            return false;
        };
        if form != self.form {
            self.show(form, desk);
        }
        self.grids[form].go_to(is);
        self.detail.follow(desk);
        true
    }

    fn exports(&self) -> &'static [&'static str] {
        TABLES
    }

    fn export(&self, ending: &str, desk: &Desk<'_>) -> Option<String> {
        self.export_form(self.form, ending, desk)
    }

    fn hints(&self) -> Vec<(Action, &'static str)> {
        let own = self.spec.hints.iter().map(|&(verb, argument, word)| {
            let argument = argument.map(str::to_owned);
            (Action { verb, argument }, word)
        });
        own.chain(common_hints()).collect()
    }

    fn next_tick(&self, wall: Timestamp) -> Option<Timestamp> {
        self.detail.next_tick(wall)
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let split = self.detail.split(area, SHARE, desk);
        if let Some(main) = split.main {
            self.draw_main(frame, main, desk);
        }
        let Some(area) = split.detail else { return };
        let selected = self
            .grid()
            .and_then(|grid| Some((&grid.table, grid.selected()?)));
        let subject = selected.map(|(table, row)| (table.name, &row.object));
        self.detail
            .tell(frame, area, desk, subject, || match selected {
                Some((table, row)) => {
                    let mut pairs = (self.spec.details)(table, row, desk);
                    let account = row.object.account;
                    self.coverage.tell_gaps(account, &mut pairs, desk.brush());
                    (detail_title(row, desk), pairs)
                }
                None => Default::default(),
            });
    }
}

/// The forms that tables are exported in.
pub(super) const TABLES: &[&str] = &["csv", "json"];

/// A table as a report of that form.
pub(super) fn report(
    name: &str,
    sheet: report::Sheet,
    ending: &str,
    desk: &Desk<'_>,
) -> Option<String> {
    let sheets = [sheet];
    let mut text = Vec::new();
    let written = match ending {
        "csv" => report::write_csv(&sheets, &mut text),
        "json" => {
            let sight = desk.sight();
            let failures = report::failures(sight, &report::EVERY_KIND);
            let mut document = report::envelope(name, sight, &report::EVERY_KIND, &failures);
            document.insert("items".into(), report::items(&sheets, sight).into());
            report::write_json(&document.into(), &mut text)
        }
        _ => return None,
    };
    // Writing to memory cannot fail.
    written.ok()?;
    String::from_utf8(text).ok()
}

/// The list's part of the width, in percent.
const SHARE: u16 = 64;
