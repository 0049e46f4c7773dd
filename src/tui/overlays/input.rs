//! One line of text that is being typed.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::Style,
};
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    config::keymap::{Code, Key, Named},
    model::text,
    tui::widgets::text::width,
};

/// Text and a cursor in it, moved by whole graphemes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Input {
    text: String,
    /// Byte offset, always at a grapheme's boundary.
    cursor: usize,
}

impl Input {
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            cursor: text.len(),
        }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub fn set(&mut self, text: &str) {
        *self = Self::with(text);
    }

    /// Inserts text; lines are joined by spaces and control characters are dropped.
    pub fn insert(&mut self, typed: &str) {
        let joined = typed.replace("\r\n", " ").replace(['\r', '\n', '\t'], " ");
        let clean = text::clean(&joined).replace('\u{fffd}', "");
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
        // What was inserted may have joined the grapheme after it.
        while !self.is_boundary() {
            self.cursor += 1;
        }
    }

    /// Takes in a key; says whether it was one for editing.
    pub fn key(&mut self, key: Key) -> bool {
        if let Some(char) = key.typed() {
            self.insert(char.encode_utf8(&mut [0; 4]));
            return true;
        }
        match (key.code, key.ctrl, key.alt) {
            (Code::Named(Named::Backspace), false, false) | (Code::Char('h'), true, false) => {
                self.cut_back(self.before());
            }
            (Code::Named(Named::Delete), false, false) => {
                let end = self.after();
                self.text.drain(self.cursor..end);
            }
            (Code::Named(Named::Left), false, false) => self.cursor = self.before(),
            (Code::Named(Named::Right), false, false) => self.cursor = self.after(),
            (Code::Named(Named::Home), false, false) | (Code::Char('a'), true, false) => {
                self.cursor = 0;
            }
            (Code::Named(Named::End), false, false) | (Code::Char('e'), true, false) => {
                self.cursor = self.text.len();
            }
            (Code::Char('w'), true, false) | (Code::Named(Named::Backspace), _, true) => {
                self.cut_back(self.word_before());
            }
            (Code::Char('u'), true, false) => self.cut_back(0),
            (Code::Char('k'), true, false) => self.text.truncate(self.cursor),
            _ => return false,
        }
        true
    }

    /// Draws the end of it that fits, and says where the cursor is.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, style: Style) -> Position {
        let area = area.intersection(buffer.area);
        let room = usize::from(area.width.saturating_sub(1));
        let mut start = 0;
        let mut graphemes = self.text[..self.cursor].grapheme_indices(true);
        while width(&self.text[start..self.cursor]) > room {
            start = match graphemes.next() {
                Some((at, grapheme)) => at + grapheme.len(),
                None => self.cursor,
            };
        }
        buffer.set_style(area, style);
        buffer.set_stringn(
            area.x,
            area.y,
            &self.text[start..],
            area.width.into(),
            style,
        );
        let column = u16::try_from(width(&self.text[start..self.cursor])).unwrap_or(area.width);
        Position::new(area.x + column.min(area.width.saturating_sub(1)), area.y)
    }

    fn before(&self) -> usize {
        let mut all = self.text[..self.cursor].grapheme_indices(true);
        all.next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        let next = self.text[self.cursor..].graphemes(true).next();
        self.cursor + next.map_or(0, str::len)
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.cursor].trim_end();
        head.rfind(char::is_whitespace).map_or(0, |at| {
            at + head[at..].chars().next().map_or(1, char::len_utf8)
        })
    }

    fn cut_back(&mut self, to: usize) {
        self.text.drain(to..self.cursor);
        self.cursor = to;
        while !self.is_boundary() {
            self.cursor += 1;
        }
    }

    fn is_boundary(&self) -> bool {
        let mut starts = self.text.grapheme_indices(true).map(|(at, _)| at);
        self.cursor == self.text.len() || starts.any(|at| at == self.cursor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn typed(keys: &str) -> Input {
        let mut input = Input::default();
        for key in keys.split(' ') {
            assert!(input.key(key.parse().expect("a key")), "{key}");
        }
        input
    }

    #[test]
    fn the_usual_editing_keys_work() {
        assert_eq!(typed("a b left c").text(), "acb");
        assert_eq!(typed("a b home delete").text(), "b");
        assert_eq!(typed("a b c ctrl-a ctrl-k").text(), "");
        assert_eq!(typed("a space b c ctrl-w").text(), "a ");
        assert_eq!(typed("a b ctrl-u c").text(), "c");
    }

    #[test]
    fn pasted_lines_are_joined() {
        let mut input = Input::default();
        input.insert("one\ntwo\r\nthree\u{1b}[31m");
        assert_eq!(input.text(), "one two three[31m");
    }

    proptest! {
        #[test]
        fn any_keys_keep_the_cursor_inside(
            keys in prop::collection::vec(
                prop_oneof![
                    any::<char>().prop_map(Key::char),
                    prop::sample::select(vec!["left", "right", "backspace", "delete", "home", "end", "ctrl-w", "ctrl-u", "ctrl-k"])
                        .prop_map(|name| name.parse().expect("a key")),
                ],
                0..40,
            ),
            cells in 0_u16..20,
        ) {
            let mut input = Input::default();
            let area = Rect::new(0, 0, cells, 1);
            for key in keys {
                input.key(key);
                let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 1));
                let at = input.draw(&mut buffer, area, Style::new());
                prop_assert!(at.x <= cells);
            }
        }
    }
}
