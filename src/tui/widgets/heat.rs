//! A number on a ground whose colour says how great it is.

use ratatui::style::{Color, Modifier, Style};

use super::Brush;
use crate::tui::theme::{Ramp, Role};

/// What is less has no ground of its own: a screen on which everything glows says nothing.
const FAINT: f64 = 0.25;

/// Grounds differ by so many steps between nothing and all; more are not told apart.
const STEPS: f64 = 12.0;

/// The style of a cell at `share`, 0 to 1. The number stands in the cell whatever the colours, so
/// a terminal without them loses nothing but the glance; there the greatest are bold.
#[must_use]
pub fn style(ramp: Ramp, share: f64, brush: Brush<'_>) -> Style {
    if share < FAINT {
        return brush.style(Role::Text);
    }
    let share = (share * STEPS).round() / STEPS;
    match brush.theme.ramp(ramp, share) {
        Color::Reset if share >= 0.75 => Style::new().add_modifier(Modifier::BOLD),
        Color::Reset => Style::new(),
        ground => Style::new().bg(ground).fg(ink(ground)),
    }
}

/// Where `value` stands between nothing and `top`, 0 to 1, by the cube root: costs spread over
/// magnitudes, and a linear scale would show one bright cell and nothing else, a logarithmic one
/// all of them bright.
#[must_use]
pub fn share(value: f64, top: f64) -> f64 {
    if value <= 0.0 || top <= 0.0 {
        return 0.0;
    }
    (value / top).cbrt().clamp(0.0, 1.0)
}

/// Black or white, whichever reads better on `ground`.
fn ink(ground: Color) -> Color {
    let (red, green, blue) = match ground {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Indexed(index) => indexed(index),
        Color::Black
        | Color::Blue
        | Color::Red
        | Color::Magenta
        | Color::DarkGray
        | Color::Green => (0, 0, 0),
        _ => (255, 255, 255),
    };
    let light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    // Equal contrast to black and to white (WCAG 2, relative luminance).
    let dark = light > 0.179;
    // Not the terminal's own black and white: a palette may make anything of those.
    match (ground, dark) {
        (Color::Rgb(..), true) => Color::Rgb(0, 0, 0),
        (Color::Rgb(..), false) => Color::Rgb(255, 255, 255),
        (Color::Indexed(_), true) => Color::Indexed(16),
        (Color::Indexed(_), false) => Color::Indexed(231),
        (_, true) => Color::Black,
        (_, false) => Color::White,
    }
}

fn linear(channel: u8) -> f64 {
    let part = f64::from(channel) / 255.0;
    if part <= 0.040_45 {
        part / 12.92
    } else {
        ((part + 0.055) / 1.055).powf(2.4)
    }
}

/// The colour of an xterm-256 index above the sixteen of the terminal.
fn indexed(index: u8) -> (u8, u8, u8) {
    match index {
        0..=15 => (0, 0, 0),
        16..=231 => {
            let step = |value: u8| if value == 0 { 0 } else { 55 + value * 40 };
            let index = index - 16;
            (step(index / 36), step(index / 6 % 6), step(index % 6))
        }
        232..=255 => {
            let grey = 8 + (index - 232) * 10;
            (grey, grey, grey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ink_reads_on_dark_and_on_bright_ground() {
        assert_eq!(ink(Color::Rgb(20, 20, 60)), Color::Rgb(255, 255, 255));
        assert_eq!(ink(Color::Rgb(240, 220, 90)), Color::Rgb(0, 0, 0));
        assert_eq!(ink(Color::Indexed(231)), Color::Indexed(16));
        assert_eq!(ink(Color::Indexed(17)), Color::Indexed(231));
        assert_eq!(ink(Color::Yellow), Color::Black);
    }

    #[test]
    fn magnitudes_are_spread_over_the_scale_and_the_greatest_stands_out() {
        assert!(share(0.0, 50_000.0).abs() < f64::EPSILON);
        assert!((share(50_000.0, 50_000.0) - 1.0).abs() < f64::EPSILON);
        assert!((0.2..0.25).contains(&share(500.0, 50_000.0)));
        assert!((0.5..0.6).contains(&share(8_000.0, 50_000.0)));
    }
}
