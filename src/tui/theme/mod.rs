//! A theme resolved for this terminal: a style for every role, at the colour depth there is.

mod symbols;
mod wardrobe;

use std::sync::atomic::{AtomicU64, Ordering};

use ratatui::style::{Color, Modifier, Style};
use strum::IntoEnumIterator;

use crate::{
    config::theme::{self, Look, Modifier as Emphasis, Paint},
    model::{EnvironmentClass, State},
};

pub use crate::config::theme::{Depth, Ramp, Role, Scheme};
pub use symbols::Symbols;
pub use wardrobe::Wardrobe;

/// Colours of a ramp that are worked out at load, so that a heat map costs a look-up per cell.
const STEPS: usize = 65;

/// A style for every role.
#[derive(Clone, Debug)]
pub struct Theme {
    pub name: String,
    /// Another one for every theme that was resolved, even from a file of the same name.
    pub version: u64,
    styles: Vec<Style>,
    ramps: Vec<Vec<Color>>,
    series: Vec<Color>,
}

impl Theme {
    /// Loads a theme that ships.
    pub fn load(name: &str, depth: Depth) -> Result<Self, theme::Error> {
        Ok(Self::new(&Scheme::shipped(name)?, depth))
    }

    /// Resolves `scheme` once for all that `depth` can show.
    #[must_use]
    pub fn new(scheme: &Scheme, depth: Depth) -> Self {
        static VERSIONS: AtomicU64 = AtomicU64::new(0);
        let fallback = fallback(depth);
        let look = |role| {
            let look = scheme.look(role);
            match (&fallback, &look.ansi16) {
                (None, _) => look,
                (Some(_), Some(own)) if depth == Depth::Ansi16 => own,
                (Some(fallback), _) => fallback.look(role),
            }
        };
        let stops = |ramp| fallback.as_ref().unwrap_or(scheme).ramp(ramp);
        Self {
            name: scheme.name.clone(),
            version: VERSIONS.fetch_add(1, Ordering::Relaxed),
            styles: Role::iter().map(|role| style(look(role), depth)).collect(),
            ramps: Ramp::iter().map(|ramp| steps(stops(ramp), depth)).collect(),
            series: stops(Ramp::Series)
                .iter()
                .map(|stop| color(*stop, depth))
                .collect(),
        }
    }

    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The colour of `ramp` at `share`, 0 to 1; what is beyond is the end.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range of the steps; not a number is the low end"
    )]
    pub fn ramp(&self, ramp: Ramp, share: f64) -> Color {
        let step = (share.clamp(0.0, 1.0) * (STEPS - 1) as f64).round() as usize;
        self.ramps[ramp as usize]
            .get(step)
            .copied()
            .unwrap_or(Color::Reset)
    }

    /// The colour of the category with this index; they repeat when they run out.
    #[must_use]
    pub fn series(&self, index: usize) -> Color {
        self.series[index % self.series.len()]
    }

    #[must_use]
    pub const fn state_role(state: State) -> Role {
        match state {
            State::Ok => Role::Ok,
            State::Working => Role::Working,
            State::Warning => Role::Warning,
            State::Failed => Role::Error,
            State::Off => Role::Off,
            State::Unknown => Role::Unknown,
            State::Denied => Role::Denied,
        }
    }

    #[must_use]
    pub const fn class_role(class: EnvironmentClass) -> Role {
        match class {
            EnvironmentClass::Prod => Role::Prod,
            EnvironmentClass::Staging => Role::Staging,
            EnvironmentClass::Dev => Role::Dev,
            EnvironmentClass::Other => Role::OtherEnvironment,
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::load("default-dark", Depth::TrueColor).expect("a test loads every shipped theme")
    }
}

/// The theme whose roles stand in where the terminal has too few colours to approximate any other:
/// a nearest match of sixteen would paint warnings and errors alike.
fn fallback(depth: Depth) -> Option<Scheme> {
    let name = match depth {
        Depth::TrueColor | Depth::Ansi256 => return None,
        Depth::Ansi16 => "ansi16",
        Depth::None => "mono",
    };
    Some(Scheme::shipped(name).expect("a test loads every shipped theme"))
}

fn style(look: &Look, depth: Depth) -> Style {
    let mods = look.mods.iter().fold(Modifier::empty(), |all, emphasis| {
        all | match emphasis {
            Emphasis::Bold => Modifier::BOLD,
            Emphasis::Dim => Modifier::DIM,
            Emphasis::Italic => Modifier::ITALIC,
            Emphasis::Underlined => Modifier::UNDERLINED,
            Emphasis::Reversed => Modifier::REVERSED,
            Emphasis::CrossedOut => Modifier::CROSSED_OUT,
        }
    });
    Style {
        fg: look.fg.map(|paint| color(paint, depth)),
        bg: look.bg.map(|paint| color(paint, depth)),
        ..Style::new().add_modifier(mods)
    }
}

fn color(paint: Paint, depth: Depth) -> Color {
    match (paint, depth) {
        (Paint::Default, _) | (_, Depth::None) => Color::Reset,
        (Paint::Indexed(index), _) => Color::Indexed(index),
        (Paint::Rgb(rgb), Depth::TrueColor) => Color::Rgb(rgb.0, rgb.1, rgb.2),
        (Paint::Rgb(rgb), _) => Color::Indexed(rgb.nearest_xterm()),
    }
}

/// The colours from low to high: mixed where the stops are real colours, else stepped.
fn steps(stops: &[Paint], depth: Depth) -> Vec<Color> {
    let last = stops.len() - 1;
    let at = |step: usize| {
        let whole = step * last;
        let (low, rest) = (whole / (STEPS - 1), whole % (STEPS - 1));
        let high = (low + 1).min(last);
        let share = rest as f64 / (STEPS - 1) as f64;
        match (stops[low].rgb(), stops[high].rgb()) {
            (Some(one), Some(other)) => color(Paint::Rgb(one.mix(other, share)), depth),
            _ => color(stops[if share < 0.5 { low } else { high }], depth),
        }
    };
    (0..STEPS).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_begins_and_ends_at_its_stops() {
        let theme = Theme::default();
        assert_eq!(theme.ramp(Ramp::Usage, 0.0), Color::Rgb(0x79, 0xb8, 0xff));
        assert_eq!(theme.ramp(Ramp::Usage, 1.0), Color::Rgb(0xff, 0x7b, 0x72));
        assert_eq!(theme.ramp(Ramp::Usage, 7.0), theme.ramp(Ramp::Usage, 1.0));
        assert_eq!(
            theme.ramp(Ramp::Usage, f64::NAN),
            theme.ramp(Ramp::Usage, 0.0)
        );
    }

    #[test]
    fn every_depth_gets_colours_that_it_has() {
        for name in theme::names() {
            for depth in Depth::iter() {
                let theme = Theme::load(name, depth).expect(name);
                let styles = Role::iter().map(|role| theme.style(role));
                let painted = styles.flat_map(|style| [style.fg, style.bg]).flatten();
                let steps = (0..=64).map(|step| theme.ramp(Ramp::Cost, f64::from(step) / 64.0));
                for color in painted.chain(steps) {
                    let fits = match depth {
                        Depth::TrueColor => true,
                        Depth::Ansi256 => !matches!(color, Color::Rgb(..)),
                        Depth::Ansi16 => matches!(color, Color::Reset | Color::Indexed(..16)),
                        Depth::None => color == Color::Reset,
                    };
                    assert!(fits, "{name} at {depth}: {color:?}");
                }
            }
        }
    }

    #[test]
    fn without_colour_focus_and_selection_still_show() {
        for name in theme::names() {
            let theme = Theme::load(name, Depth::None).expect(name);
            let plain = theme.style(Role::Text).add_modifier;
            for role in [
                Role::Selection,
                Role::BorderFocused,
                Role::Error,
                Role::BadgeWrite,
            ] {
                assert_ne!(theme.style(role).add_modifier, plain, "{name}: {role}");
            }
            assert_ne!(
                theme.style(Role::Border).add_modifier,
                theme.style(Role::BorderFocused).add_modifier
            );
        }
    }
}
