//! Cells as SVG: each sign at its own place, lines and blocks as shapes.

use std::{collections::BTreeMap, fmt::Write};

use ratatui::{
    buffer::{Buffer, Cell},
    style::{Color, Modifier, Style},
};
use unicode_width::UnicodeWidthStr;

use super::shapes::{Shape, shape};
use crate::config::theme::Rgb;

/// Pixels of a cell: whole numbers, and divisible so that eighths have no seams in the height.
const WIDTH: u16 = 9;
const HEIGHT: u16 = 20;
const FONT_SIZE: u16 = 15;
/// From the upper edge of a cell to the line that letters stand on.
const BASELINE: u16 = 15;
const MARGIN: u16 = 8;

/// How a run of letters looks: colour, bold, italic, dimmed.
type Face = (Rgb, bool, bool, bool);

/// Everything of one colour, put together before it is written.
#[derive(Default)]
struct Layer {
    filled: String,
    stroked: String,
}

pub(super) fn draw(buffer: &Buffer, ground: Style) -> String {
    let area = buffer.area;
    let front = rgb(ground.fg, Rgb(0xd0, 0xd0, 0xd0));
    let back = rgb(ground.bg, Rgb(0, 0, 0));
    let width = area.width * WIDTH + 2 * MARGIN;
    let height = area.height * HEIGHT + 2 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"JetBrains Mono, DejaVu Sans Mono, monospace\" \
         font-size=\"{FONT_SIZE}\">\n<rect width=\"{width}\" height=\"{height}\" rx=\"6\" fill=\"{back}\"/>\n"
    );
    for y in area.top()..area.bottom() {
        backgrounds(&mut svg, buffer, y, back);
    }
    let mut layers: BTreeMap<(String, u8), Layer> = BTreeMap::new();
    let mut letters = String::new();
    for y in area.top()..area.bottom() {
        let mut run: Option<(Face, Vec<u16>, String)> = None;
        let mut x = area.left();
        while x < area.right() {
            let cell = &buffer[(x, y)];
            let symbol = cell.symbol();
            let (fore, _) = colors(cell, front, back);
            let (left, top) = (MARGIN + x * WIDTH, MARGIN + y * HEIGHT);
            let mut chars = symbol.chars();
            let only = chars.next().filter(|_| chars.next().is_none());
            let dim = cell.modifier.contains(Modifier::DIM);
            if let Some(shape) = only.and_then(shape) {
                let density = match &shape {
                    Shape::Parts(_, density) => *density,
                    _ => 100,
                };
                let density = if dim { density / 2 } else { density };
                let layer = layers.entry((fore.to_string(), density)).or_default();
                trace(layer, &shape, left, top);
            } else if !symbol.trim().is_empty() {
                let held = |modifier| cell.modifier.contains(modifier);
                let face = (fore, held(Modifier::BOLD), held(Modifier::ITALIC), dim);
                if run.as_ref().is_some_and(|(known, ..)| *known != face) {
                    flush(&mut letters, run.take(), top);
                }
                let (_, columns, text) =
                    run.get_or_insert_with(|| (face, Vec::new(), String::new()));
                // One place for each character, so that combining ones stay with their base.
                columns.extend(symbol.chars().map(|_| left));
                text.push_str(symbol);
            }
            if cell.modifier.contains(Modifier::UNDERLINED) {
                let layer = layers.entry((fore.to_string(), 100)).or_default();
                rect(&mut layer.filled, left, top + BASELINE + 2, WIDTH, 1);
            }
            x += u16::try_from(symbol.width()).unwrap_or(1).max(1);
        }
        flush(&mut letters, run, MARGIN + y * HEIGHT);
    }
    for ((color, density), layer) in layers {
        let opacity = if density == 100 {
            String::new()
        } else {
            format!(" opacity=\"0.{density:02}\"")
        };
        if !layer.filled.is_empty() {
            let _ = writeln!(
                svg,
                "<path fill=\"{color}\"{opacity} d=\"{}\"/>",
                layer.filled.trim_end()
            );
        }
        if !layer.stroked.is_empty() {
            let _ = writeln!(
                svg,
                "<path fill=\"none\" stroke=\"{color}\"{opacity} d=\"{}\"/>",
                layer.stroked.trim_end()
            );
        }
    }
    svg.push_str(&letters);
    svg.push_str("</svg>\n");
    svg
}

/// Runs of equal background in one row.
fn backgrounds(svg: &mut String, buffer: &Buffer, y: u16, ground: Rgb) {
    let area = buffer.area;
    let color = |x: u16| colors(&buffer[(x, y)], ground, ground).1;
    let mut x = area.left();
    while x < area.right() {
        let start = x;
        let back = color(x);
        while x < area.right() && color(x) == back {
            x += 1;
        }
        if back != ground {
            let _ = writeln!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{HEIGHT}\" fill=\"{back}\"/>",
                MARGIN + start * WIDTH,
                MARGIN + y * HEIGHT,
                (x - start) * WIDTH
            );
        }
    }
}

fn flush(letters: &mut String, run: Option<(Face, Vec<u16>, String)>, top: u16) {
    let Some(((color, bold, italic, dim), columns, text)) = run else {
        return;
    };
    let columns: Vec<String> = columns.iter().map(u16::to_string).collect();
    let mut face = String::new();
    for (set, attribute) in [
        (bold, " font-weight=\"bold\""),
        (italic, " font-style=\"italic\""),
        (dim, " opacity=\"0.6\""),
    ] {
        if set {
            face.push_str(attribute);
        }
    }
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let _ = writeln!(
        letters,
        "<text x=\"{}\" y=\"{}\" fill=\"{color}\"{face}>{text}</text>",
        columns.join(" "),
        top + BASELINE
    );
}

fn rect(path: &mut String, x: u16, y: u16, width: u16, height: u16) {
    let _ = write!(path, "M{x} {y}h{width}v{height}h-{width}z ");
}

fn trace(layer: &mut Layer, shape: &Shape, left: u16, top: u16) {
    let (right, bottom) = (left + WIDTH, top + HEIGHT);
    let (middle, center) = (left + WIDTH / 2, top + HEIGHT / 2);
    match shape {
        Shape::Parts(parts, _) => {
            for [from, above, until, below] in parts {
                let across = |eighths: &u8| left + (WIDTH * u16::from(*eighths) + 4) / 8;
                let down = |eighths: &u8| top + (HEIGHT * u16::from(*eighths) + 4) / 8;
                let (x, y) = (across(from), down(above));
                rect(&mut layer.filled, x, y, across(until) - x, down(below) - y);
            }
        }
        Shape::Strokes([up, to_right, down, to_left], true) => {
            let (start, end) = match (up, to_right, down, to_left) {
                (0, 1, 1, 0) => ((right, center), (middle, bottom)),
                (0, 0, 1, 1) => ((left, center), (middle, bottom)),
                (1, 1, 0, 0) => ((right, center), (middle, top)),
                _ => ((left, center), (middle, top)),
            };
            // Half a pixel, so that a stroke of one pixel fills one.
            let _ = write!(
                layer.stroked,
                "M{} {}.5Q{middle}.5 {center}.5 {middle}.5 {} ",
                start.0, start.1, end.1
            );
        }
        Shape::Strokes([up, to_right, down, to_left], false) => {
            let mut line = |heavy: u8, x: u16, y: u16, width: u16, height: u16| match heavy {
                0 => {}
                1 => rect(&mut layer.filled, x, y, width.max(1), height.max(1)),
                _ if width > height => rect(&mut layer.filled, x, y - 1, width, 3),
                _ => rect(&mut layer.filled, x - 1, y, 3, height),
            };
            line(*up, middle, top, 0, center - top + 1);
            line(*down, middle, center, 0, bottom - center);
            line(*to_left, left, center, middle - left + 1, 0);
            line(*to_right, middle, center, right - middle, 0);
        }
        Shape::Dashes { across: true } => {
            rect(&mut layer.filled, left + 1, center, 3, 1);
            rect(&mut layer.filled, left + 5, center, 3, 1);
        }
        Shape::Dashes { across: false } => {
            rect(&mut layer.filled, middle, top + 2, 1, 6);
            rect(&mut layer.filled, middle, top + 12, 1, 6);
        }
        Shape::Dots(bits) => {
            // Unicode counts down the left column, then the right one, then the lowest row.
            let places = [
                (0, 0),
                (0, 1),
                (0, 2),
                (1, 0),
                (1, 1),
                (1, 2),
                (0, 3),
                (1, 3),
            ];
            for (bit, (column, row)) in places.into_iter().enumerate() {
                if bits & (1 << bit) != 0 {
                    rect(
                        &mut layer.filled,
                        left + 2 + column * 4,
                        top + 2 + row * 5,
                        2,
                        2,
                    );
                }
            }
        }
    }
}

fn colors(cell: &Cell, front: Rgb, back: Rgb) -> (Rgb, Rgb) {
    let pair = (rgb(Some(cell.fg), front), rgb(Some(cell.bg), back));
    if cell.modifier.contains(Modifier::REVERSED) {
        (pair.1, pair.0)
    } else {
        pair
    }
}

fn rgb(color: Option<Color>, default: Rgb) -> Rgb {
    match color {
        Some(Color::Rgb(red, green, blue)) => Rgb(red, green, blue),
        Some(Color::Indexed(index)) => Rgb::xterm(index),
        _ => default,
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;

    use super::*;

    #[test]
    fn each_sign_has_its_own_place_and_lines_are_shapes() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        buffer.set_string(0, 0, "a<│█⣿", Style::new().fg(Color::Rgb(1, 2, 3)));
        let svg = draw(&buffer, Style::new());
        assert!(
            svg.contains("<text x=\"8 17\" y=\"23\" fill=\"#010203\">a&lt;</text>"),
            "{svg}"
        );
        assert!(svg.contains("M35 8h9v20h-9z"), "{svg}");
        assert_eq!(svg.matches("<text").count(), 1);
        assert_eq!(svg, draw(&buffer, Style::new()));
    }

    #[test]
    fn a_wide_sign_takes_two_cells() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer.set_string(0, 0, "東b", Style::new());
        assert!(draw(&buffer, Style::new()).contains("<text x=\"8 26\""));
    }
}
