//! Turns changed cells into the fewest bytes: what the terminal does already is not said again.

use std::fmt::Write as _;

use ratatui::{
    buffer::Cell,
    layout::Position,
    style::{Color, Modifier},
};
use unicode_width::UnicodeWidthStr;

/// What the terminal draws with and where, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pen {
    /// `None` until it was reset once, or after somebody else had the terminal.
    look: Option<Look>,
    at: Option<Position>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Look {
    ink: Color,
    ground: Color,
    emphasis: Modifier,
}

const PLAIN: Look = Look {
    ink: Color::Reset,
    ground: Color::Reset,
    emphasis: Modifier::empty(),
};

/// What shows on a cell without a sign in it, beside its ground.
const SHOWS_ON_BLANKS: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK);

/// Each emphasis with the codes that begin and end it. Bold and dim end together.
const EMPHASES: [(Modifier, u8, u8); 7] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

impl Pen {
    /// Draws one cell.
    pub(super) fn put(&mut self, x: u16, y: u16, cell: &Cell, out: &mut String) {
        self.go(Position::new(x, y), out);
        self.dip(cell, out);
        let sign = cell.symbol();
        out.push_str(sign);
        // Where a sign is not one cell wide, terminals may disagree on where it ends.
        self.at = (sign.width() == 1).then_some(Position::new(x + 1, y));
    }

    /// Moves to a cell by the shortest way.
    pub(super) fn go(&mut self, to: Position, out: &mut String) {
        let from = self.at.replace(to);
        // Writing to a `String` cannot fail.
        let _ = match from {
            Some(from) if from == to => Ok(()),
            Some(from) if from.y == to.y && to.x == 0 => {
                out.push('\r');
                Ok(())
            }
            Some(from) if from.y == to.y && from.x + 1 == to.x => {
                out.push_str("\x1b[C");
                Ok(())
            }
            Some(from) if from.y == to.y && from.x < to.x => {
                write!(out, "\x1b[{}C", to.x - from.x)
            }
            Some(from) if from.y == to.y => write!(out, "\x1b[{}G", to.x + 1),
            _ if to.x == 0 => write!(out, "\x1b[{}H", to.y + 1),
            _ => write!(out, "\x1b[{};{}H", to.y + 1, to.x + 1),
        };
    }

    /// Stands at the edge of the screen, where the next sign may or may not go to the next line.
    pub(super) fn leave_edge(&mut self, columns: u16) {
        if self.at.is_some_and(|at| at.x >= columns) {
            self.at = None;
        }
    }

    /// Back to the terminal's own colours, as before it is wiped; where it stands is open.
    pub(super) fn wash(&mut self, out: &mut String) {
        self.at = None;
        if self.look != Some(PLAIN) {
            out.push_str("\x1b[0m");
            self.look = Some(PLAIN);
        }
    }

    fn dip(&mut self, cell: &Cell, out: &mut String) {
        let now = self.look.unwrap_or_else(|| {
            out.push_str("\x1b[0m");
            PLAIN
        });
        let mut wanted = Look {
            ink: cell.fg,
            ground: cell.bg,
            emphasis: cell.modifier,
        };
        let blank = cell.symbol() == " " || cell.symbol().is_empty();
        if blank && !(wanted.emphasis | now.emphasis).intersects(SHOWS_ON_BLANKS) {
            // Neither ink nor weight shows here: what is dipped in already does.
            (wanted.ink, wanted.emphasis) = (now.ink, now.emphasis);
        }
        self.look = Some(wanted);
        if wanted == now {
            return;
        }
        let mut codes = String::new();
        emphasize(now.emphasis, wanted.emphasis, &mut codes);
        if wanted.ink != now.ink {
            color(wanted.ink, 30, &mut codes);
        }
        if wanted.ground != now.ground {
            color(wanted.ground, 40, &mut codes);
        }
        if let Some(codes) = codes.strip_prefix(';') {
            let _ = write!(out, "\x1b[{codes}m");
        }
    }
}

fn emphasize(now: Modifier, wanted: Modifier, codes: &mut String) {
    let gone = now - wanted;
    let mut kept = now - gone;
    let mut ended = 0;
    for (emphasis, _, end) in EMPHASES {
        if gone.contains(emphasis) && ended != end {
            let _ = write!(codes, ";{end}");
            ended = end;
            if end == 22 {
                // The other of the two has ended with it.
                kept -= Modifier::BOLD | Modifier::DIM;
            }
        }
    }
    for (emphasis, begin, _) in EMPHASES {
        if (wanted - kept).contains(emphasis) {
            let _ = write!(codes, ";{begin}");
        }
    }
}

/// `base` is 30 for ink and 40 for ground.
fn color(color: Color, base: u8, codes: &mut String) {
    let bright = base + 60;
    let _ = match color {
        Color::Reset => write!(codes, ";{}", base + 9),
        Color::Rgb(red, green, blue) => write!(codes, ";{};2;{red};{green};{blue}", base + 8),
        Color::Indexed(index) => write!(codes, ";{};5;{index}", base + 8),
        Color::Black => write!(codes, ";{base}"),
        Color::Red => write!(codes, ";{}", base + 1),
        Color::Green => write!(codes, ";{}", base + 2),
        Color::Yellow => write!(codes, ";{}", base + 3),
        Color::Blue => write!(codes, ";{}", base + 4),
        Color::Magenta => write!(codes, ";{}", base + 5),
        Color::Cyan => write!(codes, ";{}", base + 6),
        Color::Gray => write!(codes, ";{}", base + 7),
        Color::DarkGray => write!(codes, ";{bright}"),
        Color::LightRed => write!(codes, ";{}", bright + 1),
        Color::LightGreen => write!(codes, ";{}", bright + 2),
        Color::LightYellow => write!(codes, ";{}", bright + 3),
        Color::LightBlue => write!(codes, ";{}", bright + 4),
        Color::LightMagenta => write!(codes, ";{}", bright + 5),
        Color::LightCyan => write!(codes, ";{}", bright + 6),
        Color::White => write!(codes, ";{}", bright + 7),
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ratatui::{
        backend::{Backend, CrosstermBackend},
        buffer::Buffer,
        layout::Rect,
        style::Style,
    };

    use super::*;

    const COLUMNS: u16 = 12;
    const ROWS: u16 = 4;

    /// The cells of a terminal that was told `bytes`: sign, ink, ground, emphasis.
    fn shown(parser: &vt100::Parser) -> Vec<(String, vt100::Color, vt100::Color, [bool; 5])> {
        let screen = parser.screen();
        (0..ROWS)
            .flat_map(|y| (0..COLUMNS).map(move |x| (x, y)))
            .map(|(x, y)| {
                let cell = screen.cell(y, x).expect("inside");
                let sign = match cell.contents() {
                    "" => " ".to_owned(),
                    sign => sign.to_owned(),
                };
                let reversed = cell.inverse();
                let blank = sign == " " && !cell.underline() && !reversed;
                // Ink and weight of what has no sign are nobody's business.
                let ink = if blank {
                    vt100::Color::Default
                } else {
                    cell.fgcolor()
                };
                let weight = [cell.bold(), cell.dim(), cell.italic()].map(|on| on && !blank);
                let emphasis = [weight[0], weight[1], weight[2], cell.underline(), reversed];
                (sign, ink, cell.bgcolor(), emphasis)
            })
            .collect()
    }

    fn colors() -> impl Strategy<Value = Color> {
        prop_oneof![
            Just(Color::Reset),
            Just(Color::Red),
            Just(Color::LightCyan),
            Just(Color::Indexed(200)),
            (any::<u8>()).prop_map(|shade| Color::Rgb(shade, 10, 20)),
        ]
    }

    fn strokes() -> impl Strategy<Value = Vec<(u16, u16, &'static str, Style)>> {
        let sign = prop::sample::select(vec!["a", " ", "  b", "●", "…", "長", "e\u{301}"]);
        // Bold and dim together are more than the emulator can tell.
        let weight = prop::sample::select(vec![
            Modifier::empty(),
            Modifier::BOLD,
            Modifier::DIM,
            Modifier::ITALIC,
        ]);
        let line = prop::sample::select(vec![
            Modifier::empty(),
            Modifier::UNDERLINED,
            Modifier::REVERSED,
        ]);
        let style = (colors(), colors(), weight, line).prop_map(|(ink, ground, weight, line)| {
            let mods = weight | line;
            let style = Style::new().fg(ink).bg(ground).add_modifier(mods);
            style.remove_modifier(Modifier::all() - mods)
        });
        // Three cells apart: whoever writes over half of a wide sign wipes the other half as well.
        let column = (0..COLUMNS / 3).prop_map(|third| 3 * third);
        prop::collection::vec((column, 0..ROWS, sign, style), 0..12)
    }

    proptest! {
        #[test]
        fn a_terminal_shows_what_it_shows_when_everything_is_said(
            frames in prop::collection::vec(strokes(), 1..5),
        ) {
            let mut pen = Pen::default();
            let mut brief = vt100::Parser::new(ROWS, COLUMNS, 0);
            let mut wordy = vt100::Parser::new(ROWS, COLUMNS, 0);
            let mut before = Buffer::empty(Rect::new(0, 0, COLUMNS, ROWS));
            for strokes in frames {
                let mut after = before.clone();
                for (x, y, sign, style) in strokes {
                    after.set_string(x, y, sign, style);
                }
                let mut out = String::new();
                for (x, y, cell) in before.diff(&after) {
                    pen.put(x, y, cell, &mut out);
                    pen.leave_edge(COLUMNS);
                }
                brief.process(out.as_bytes());
                let mut out = Vec::new();
                CrosstermBackend::new(&mut out)
                    .draw(before.diff(&after).into_iter())
                    .expect("drawing in memory");
                wordy.process(&out);
                before = after;
            }
            prop_assert_eq!(shown(&brief), shown(&wordy));
        }
    }

    #[test]
    fn what_the_terminal_does_already_is_not_said_again() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 2));
        let red = Style::new().fg(Color::Rgb(255, 0, 0));
        buffer.set_string(2, 0, "two words", red);
        buffer.set_string(0, 1, "x", red.add_modifier(Modifier::BOLD));
        let mut pen = Pen::default();
        let mut out = String::new();
        for (x, y, cell) in Buffer::empty(buffer.area).diff(&buffer) {
            pen.put(x, y, cell, &mut out);
        }
        assert_eq!(
            out,
            "\x1b[1;3H\x1b[0m\x1b[38;2;255;0;0mtwo words\x1b[2H\x1b[1mx"
        );
    }
}
