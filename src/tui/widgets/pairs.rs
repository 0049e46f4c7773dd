//! Names and values below each other, in sections.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{Brush, put, row, text};
use crate::tui::theme::Role;

/// Names that are longer are cut: values count more.
const LONGEST: usize = 26;

/// What a detail pane shows, top to bottom.
#[derive(Clone, Debug, Default)]
pub struct Pairs {
    lines: Vec<Entry>,
}

#[derive(Clone, Debug)]
enum Entry {
    Section(String),
    Pair(String, Line<'static>),
    Whole(Line<'static>),
}

impl Pairs {
    /// Begins a section; an empty line keeps it apart from the one before.
    pub fn section(&mut self, title: impl Into<String>) -> &mut Self {
        if !self.lines.is_empty() {
            self.lines.push(Entry::Whole(Line::default()));
        }
        self.lines.push(Entry::Section(title.into()));
        self
    }

    pub fn pair(&mut self, name: impl Into<String>, value: impl Into<Line<'static>>) -> &mut Self {
        self.lines.push(Entry::Pair(name.into(), value.into()));
        self
    }

    /// A pair that is left out when there is nothing to say.
    pub fn maybe(&mut self, name: &str, value: Option<impl Into<Line<'static>>>) -> &mut Self {
        if let Some(value) = value {
            self.pair(name, value);
        }
        self
    }

    /// A line over the whole width.
    pub fn line(&mut self, line: impl Into<Line<'static>>) -> &mut Self {
        self.lines.push(Entry::Whole(line.into()));
        self
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Draws from the `top`th line on.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, top: usize, brush: Brush<'_>) {
        let names = self.lines.iter().filter_map(|entry| match entry {
            Entry::Pair(name, _) => Some(text::width(name)),
            _ => None,
        });
        let most = (usize::from(area.width) / 3).min(LONGEST);
        let indent = names.max().unwrap_or(0).min(most) + 2;
        for (index, entry) in self.lines.iter().skip(top).enumerate() {
            let Some(row) = row(area, index) else { break };
            match entry {
                Entry::Section(title) => {
                    let title = Span::styled(title.as_str(), brush.style(Role::Header));
                    put(buffer, row, &title.into());
                }
                Entry::Pair(name, value) => {
                    let name = text::fit(name, indent - 2, brush.symbols);
                    put(
                        buffer,
                        row,
                        &Span::styled(name, brush.style(Role::Muted)).into(),
                    );
                    let shift = u16::try_from(indent).unwrap_or(u16::MAX).min(row.width);
                    let rest = Rect {
                        x: row.x + shift,
                        width: row.width - shift,
                        ..row
                    };
                    put_cut(buffer, rest, value, brush);
                }
                Entry::Whole(line) => put_cut(buffer, row, line, brush),
            }
        }
    }
}

/// Draws a line; where it is too long its last cell says so.
pub fn put_cut(buffer: &mut Buffer, area: Rect, line: &Line<'_>, brush: Brush<'_>) {
    put(buffer, area, line);
    let area = area.intersection(buffer.area);
    if !area.is_empty()
        && line.width() > usize::from(area.width)
        && let Some(cell) = buffer.cell_mut((area.right() - 1, area.y))
    {
        cell.set_symbol(brush.pick("…", "~"));
    }
}
