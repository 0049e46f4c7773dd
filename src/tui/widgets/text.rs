//! Text measured and cut in terminal cells, grapheme by grapheme.

use std::borrow::Cow;

use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::tui::theme::Symbols;

/// Cells that `text` takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` in at most `cells`, its end cut where it is longer.
#[must_use]
pub fn fit(text: &str, cells: usize, symbols: Symbols) -> Cow<'_, str> {
    cut(text, cells, 0, symbols)
}

/// `text` in at most `cells`, its middle cut: identifiers differ at their ends.
#[must_use]
pub fn fit_middle(text: &str, cells: usize, symbols: Symbols) -> Cow<'_, str> {
    cut(text, cells, cells.saturating_sub(1) / 2, symbols)
}

/// `text` cut to `cells`, its last `tail` cells kept.
fn cut(text: &str, cells: usize, tail: usize, symbols: Symbols) -> Cow<'_, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let Some(room) = cells.checked_sub(1) else {
        return Cow::Borrowed("");
    };
    let mut kept = String::with_capacity(text.len());
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        if used + width(grapheme) > room - tail {
            break;
        }
        used += width(grapheme);
        kept.push_str(grapheme);
    }
    kept.push_str(match symbols {
        Symbols::Unicode => "…",
        Symbols::Ascii | Symbols::Plain => "~",
    });
    let mut end = text.len();
    let mut left = tail;
    for (at, grapheme) in text.grapheme_indices(true).rev() {
        if width(grapheme) > left {
            break;
        }
        left -= width(grapheme);
        end = at;
    }
    kept.push_str(&text[end..]);
    Cow::Owned(kept)
}

/// A line in at most `cells`, its end cut where it is longer.
#[must_use]
pub fn fit_line(line: Line<'_>, cells: usize, symbols: Symbols) -> Line<'_> {
    if line.width() <= cells {
        return line;
    }
    let mut left = cells;
    let mut kept = Vec::with_capacity(line.spans.len());
    for span in line.spans {
        if span.width() < left {
            left -= span.width();
            kept.push(span);
            continue;
        }
        // More follows, if only outside of this span: the cut is always marked.
        let said = fit(&format!("{} ", span.content), left, symbols).into_owned();
        kept.push(Span::styled(said, span.style));
        break;
    }
    Line::from(kept).style(line.style)
}

/// `text` and spaces, `cells` wide together; cut where it is longer.
#[must_use]
pub fn pad(text: &str, cells: usize, symbols: Symbols) -> String {
    let text = fit(text, cells, symbols);
    let gap = cells.saturating_sub(width(&text));
    format!("{text}{:gap$}", "")
}

/// Spaces and `text`, `cells` wide together; cut where it is longer.
#[must_use]
pub fn pad_left(text: &str, cells: usize, symbols: Symbols) -> String {
    let text = fit(text, cells, symbols);
    let gap = cells.saturating_sub(width(&text));
    format!("{:gap$}{text}", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_shows_where_it_was_cut() {
        let line = || {
            Line::from(vec![
                Span::raw("prod-app"),
                Span::raw("  "),
                Span::raw("ok"),
            ])
        };
        let fitted = |cells| fit_line(line(), cells, Symbols::Unicode).to_string();
        assert_eq!(fitted(12), "prod-app  ok");
        assert_eq!(fitted(11), "prod-app  …");
        assert_eq!(fitted(10), "prod-app …");
        assert_eq!(fitted(8), "prod-ap…");
        assert_eq!(fitted(0), "");
    }

    const UNICODE: Symbols = Symbols::Unicode;

    #[test]
    fn what_fits_is_left_alone_and_what_does_not_loses_its_end() {
        assert_eq!(fit("prod-ml", 7, UNICODE), "prod-ml");
        assert_eq!(fit("prod-ml-1", 7, UNICODE), "prod-m…");
        assert_eq!(fit("prod-ml-1", 7, Symbols::Ascii), "prod-m~");
        assert_eq!(fit("prod", 0, UNICODE), "");
    }

    #[test]
    fn an_identifier_keeps_both_ends() {
        assert_eq!(
            fit_middle("vpc-0123456789abcdef0", 11, UNICODE),
            "vpc-0…cdef0"
        );
        assert_eq!(fit_middle("vpc-0123456789abcdef0", 1, UNICODE), "…");
    }

    #[test]
    fn wide_and_combining_characters_are_never_cut_in_two() {
        assert_eq!(fit("東京データ", 6, UNICODE), "東京…");
        assert_eq!(width(&fit("東京データ", 6, UNICODE)), 5);
        assert_eq!(
            fit("e\u{301}e\u{301}e\u{301}e\u{301}", 3, UNICODE),
            "e\u{301}e\u{301}…"
        );
        assert_eq!(width(&pad("東京データ", 6, UNICODE)), 6);
        assert_eq!(fit_middle("東京データ", 7, UNICODE), "東…タ");
    }
}
