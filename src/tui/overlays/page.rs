//! A page to read: scrolls, and is narrowed by a filter.

use std::{borrow::Cow, cell::Cell};

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

use super::{Input, Overlay, Reply, brush, centered, wipe};
use crate::{
    config::keymap::Key,
    model::text,
    tui::{
        Action, Effect, State, Verb,
        theme::Role,
        widgets::{Pane, pane::scroll_mark, put, row, text::width as text_width},
    },
};

/// A line of a page: pieces of text and what they mean.
pub type PageLine = Vec<(Role, String)>;

pub struct Page {
    name: &'static str,
    title: String,
    lines: Vec<PageLine>,
    top: Cell<usize>,
    filter: Option<Input>,
    /// What copying the page gives; the text of its lines otherwise.
    copied: Option<String>,
    /// Writes the page anew for every frame: it tells of what may change while it is read.
    live: Option<fn(&State) -> Vec<PageLine>>,
}

impl Page {
    #[must_use]
    pub fn new(name: &'static str, title: impl Into<String>, lines: Vec<PageLine>) -> Self {
        Self {
            name,
            title: title.into(),
            lines,
            top: Cell::new(0),
            filter: None,
            copied: None,
            live: None,
        }
    }

    /// A page of plain text.
    #[must_use]
    pub fn plain(name: &'static str, title: impl Into<String>, body: &str) -> Self {
        let line = |line: &str| vec![(Role::Text, text::clean(line).into_owned())];
        let mut page = Self::new(name, title, body.lines().map(line).collect());
        page.copied = Some(body.to_owned());
        page
    }

    /// A page that tells of what may change while it is read.
    #[must_use]
    pub fn live(
        name: &'static str,
        title: &str,
        lines: fn(&State) -> Vec<PageLine>,
        state: &State,
    ) -> Self {
        Self {
            live: Some(lines),
            ..Self::new(name, title, lines(state))
        }
    }

    /// Begins at the end.
    #[must_use]
    pub fn from_the_end(self) -> Self {
        self.top.set(usize::MAX);
        self
    }

    fn shown<'a>(&self, all: &'a [PageLine]) -> Vec<&'a PageLine> {
        let wanted = self
            .filter
            .as_ref()
            .map(|input| input.text().to_lowercase());
        let Some(wanted) = wanted.filter(|text| !text.is_empty()) else {
            return all.iter().collect();
        };
        let says = |line: &&PageLine| {
            let whole: String = line.iter().map(|(_, piece)| piece.as_str()).collect();
            whole.to_lowercase().contains(&wanted)
        };
        all.iter().filter(says).collect()
    }

    fn text(&self) -> String {
        let line = |line: &PageLine| {
            line.iter()
                .map(|(_, piece)| piece.as_str())
                .collect::<String>()
        };
        let lines: Vec<String> = self.lines.iter().map(line).collect();
        lines.join("\n")
    }
}

/// A line in rows of at most `width` cells, broken between words; what follows the first piece
/// stays below itself.
fn wrapped(line: &PageLine, width: usize) -> Vec<Cow<'_, PageLine>> {
    let cells = |(_, piece): &(Role, String)| text_width(piece);
    if line.iter().map(cells).sum::<usize>() <= width {
        return vec![Cow::Borrowed(line)];
    }
    let indent = match &line[..] {
        [first, _, ..] => cells(first),
        [(_, only)] => only.len() - only.trim_start().len(),
        [] => 0,
    };
    let indent = indent.min(width / 2);
    let mut rows: Vec<PageLine> = vec![Vec::new()];
    let mut used = 0;
    for (role, piece) in line {
        for word in piece.split_inclusive(' ') {
            let fits = used + text_width(word.trim_end()) <= width;
            // A word that is longer than a row is broken wherever the row ends.
            let parts: Vec<&str> = if fits || text_width(word) <= width - indent {
                vec![word]
            } else {
                word.graphemes(true).collect()
            };
            for part in parts {
                if used > indent && used + text_width(part.trim_end()) > width {
                    rows.push(vec![(Role::Text, " ".repeat(indent))]);
                    used = indent;
                }
                used += text_width(part);
                let Some(row) = rows.last_mut() else { continue };
                match row.last_mut() {
                    Some((last, said)) if last == role => said.push_str(part),
                    _ => row.push((*role, part.to_owned())),
                }
            }
        }
    }
    rows.into_iter().map(Cow::Owned).collect()
}

impl Overlay for Page {
    fn name(&self) -> &'static str {
        self.name
    }

    fn context(&self) -> &'static str {
        "text"
    }

    fn is_prompt(&self) -> bool {
        self.filter.is_some()
    }

    fn key(&mut self, key: Key, _state: &State) -> Option<Reply> {
        let edited = self.filter.as_mut()?.key(key);
        self.top.set(0);
        edited.then(Reply::stay)
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        if let Some(write) = self.live {
            self.lines = write(state);
        }
        let top = self.top.get();
        self.top.set(match action.verb {
            Verb::Up => top.saturating_sub(1),
            Verb::Down => top.saturating_add(1),
            Verb::PageUp => top.saturating_sub(10),
            Verb::PageDown => top.saturating_add(10),
            Verb::Top => 0,
            Verb::Bottom => usize::MAX,
            Verb::Filter => {
                self.filter = Some(Input::default());
                0
            }
            Verb::Copy => {
                let text = self.copied.clone().unwrap_or_else(|| self.text());
                return Some(Reply::Stay(vec![Effect::Copy(text, self.title.clone())]));
            }
            Verb::Back if self.filter.take().is_some() => 0,
            Verb::Open if self.filter.is_some() => top,
            Verb::Open => return Some(Reply::Close(Vec::new())),
            _ => return None,
        });
        Some(Reply::stay())
    }

    fn paste(&mut self, text: &str, _state: &State) -> Vec<Effect> {
        if let Some(filter) = &mut self.filter {
            filter.insert(text);
        }
        Vec::new()
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let written = self.live.map(|write| write(state));
        let all = written.as_ref().unwrap_or(&self.lines);
        let lines = self.shown(all);
        let widest = all.iter().map(|line| {
            line.iter()
                .map(|(_, piece)| text_width(piece))
                .sum::<usize>()
        });
        let wanted = widest.max().unwrap_or(0).max(self.title.len()) + 6;
        let width = u16::try_from(wanted.clamp(40, 120)).unwrap_or(120);
        let room = usize::from(width.min(screen.width).saturating_sub(4));
        let rows: usize = all.iter().map(|line| wrapped(line, room).len()).sum();
        let height = u16::try_from(rows + 2).unwrap_or(u16::MAX);
        let area = centered(
            screen,
            width,
            height.max(4).min(screen.height.saturating_sub(2)),
        );
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: self.title.clone().into(),
            focused: true,
            ..Pane::default()
        };
        let mut inner = pane.draw(frame.buffer_mut(), area, brush);
        if let (Some(input), Some(prompt)) = (&self.filter, row(inner, 0)) {
            put(
                frame.buffer_mut(),
                prompt,
                &Line::styled("/", brush.style(Role::Key)),
            );
            let typed = Rect {
                x: prompt.x + 1,
                width: prompt.width.saturating_sub(1),
                ..prompt
            };
            let at = input.draw(frame.buffer_mut(), typed, brush.style(Role::Text));
            frame.set_cursor_position(at);
            inner = Rect {
                y: inner.y + 1,
                height: inner.height.saturating_sub(1),
                ..inner
            };
        }
        let lines: Vec<Cow<'_, PageLine>> = lines
            .into_iter()
            .flat_map(|line| wrapped(line, inner.width.into()))
            .collect();
        let visible = usize::from(inner.height);
        let top = self.top.get().min(lines.len().saturating_sub(visible));
        self.top.set(top);
        for (at, line) in lines.iter().skip(top).take(visible).enumerate() {
            let Some(area) = row(inner, at) else { break };
            let pieces = line
                .iter()
                .map(|(role, piece)| Span::styled(piece.clone(), brush.style(*role)));
            put(frame.buffer_mut(), area, &pieces.collect::<Line<'_>>());
        }
        scroll_mark(frame.buffer_mut(), area, top, lines.len(), brush);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(line: &PageLine, width: usize) -> Vec<String> {
        let text = |row: Cow<'_, PageLine>| {
            let pieces = row.iter().map(|(_, piece)| piece.trim_end_matches('\n'));
            pieces.collect::<String>().trim_end().to_owned()
        };
        wrapped(line, width).into_iter().map(text).collect()
    }

    #[test]
    fn a_long_line_goes_on_below_itself_and_loses_nothing() {
        let line = vec![
            (Role::Muted, "state  ".to_owned()),
            (Role::Error, "failed ".to_owned()),
            (
                Role::Text,
                "2 of 4 nodes are missing: InsufficientInstanceCapacity".to_owned(),
            ),
        ];
        assert_eq!(
            rows(&line, 30),
            [
                "state  failed 2 of 4 nodes are",
                "       missing: InsufficientIn",
                "       stanceCapacity",
            ]
        );
        assert_eq!(rows(&line, 200).len(), 1);
        for width in 0..40 {
            let said: String = rows(&line, width).concat();
            let letters = |text: &str| text.chars().filter(|sign| !sign.is_whitespace()).count();
            let whole: String = line.iter().map(|(_, piece)| piece.as_str()).collect();
            assert_eq!(letters(&said), letters(&whole), "{width}");
        }
    }
}
