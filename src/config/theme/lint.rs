//! Whether a theme can be read: contrast on its background, and colours that stay apart for
//! everyone where a theme promises that.

use strum::IntoEnumIterator;

use super::{Appearance, Paint, Rgb, Role, Scheme, Vision};

/// Contrast that text must have (WCAG 2, level AA).
const TEXT: f64 = 4.5;
/// Contrast of large or secondary text and of signs.
const SIGN: f64 = 3.0;
/// Distance in CIELAB below which two colours may be taken for each other.
const APART: f64 = 25.0;

/// States that may stand side by side, and plan symbols that must not be mixed up.
const FAMILIES: &[&[Role]] = &[
    &[
        Role::Ok,
        Role::Working,
        Role::Warning,
        Role::Error,
        Role::Denied,
    ],
    &[
        Role::PlanAdd,
        Role::PlanChange,
        Role::PlanDestroy,
        Role::PlanShift,
    ],
];

impl Scheme {
    /// What is hard to read in it, in words; colours that depend on the terminal are left out.
    #[must_use]
    pub fn lint(&self) -> Vec<String> {
        let mut found = Vec::new();
        for role in Role::iter() {
            let wanted = match role {
                Role::Text
                | Role::Strong
                | Role::Title
                | Role::Header
                | Role::HeaderProd
                | Role::Prompt => TEXT,
                Role::Border | Role::Selection | Role::Background => continue,
                _ => SIGN,
            };
            let Some((front, back)) = self.painted(role) else {
                continue;
            };
            let contrast = front.contrast(back);
            if contrast < wanted {
                found.push(format!(
                    "{role}: {front} on {back} has a contrast of {contrast:.1}, {wanted} is needed"
                ));
            }
        }
        if let (Some((front, _)), Some(back)) = (
            self.painted(Role::Text),
            self.look(Role::Selection).bg.and_then(Paint::rgb),
        ) {
            let contrast = front.contrast(back);
            if contrast < TEXT {
                found.push(format!(
                    "ui.selection: text has a contrast of {contrast:.1} on it, {TEXT} is needed"
                ));
            }
        }
        found
    }

    /// Pairs of states that some people can't tell apart by colour.
    #[must_use]
    pub fn confusions(&self) -> Vec<String> {
        let mut found = Vec::new();
        for family in FAMILIES {
            for (at, one) in family.iter().enumerate() {
                for other in &family[at + 1..] {
                    let Some((left, right)) = self.painted(*one).zip(self.painted(*other)) else {
                        continue;
                    };
                    for vision in Vision::iter() {
                        let apart = left.0.seen_with(vision).distance(right.0.seen_with(vision));
                        if apart < APART {
                            found.push(format!(
                                "{one} and {other} are {apart:.0} apart with {vision:?}"
                            ));
                        }
                    }
                }
            }
        }
        found
    }

    /// Foreground and background of a role, where neither depends on the terminal. A theme without
    /// a background of its own is judged on black or white.
    fn painted(&self, role: Role) -> Option<(Rgb, Rgb)> {
        let look = self.look(role);
        let ground = match (self.look(Role::Background).bg, self.appearance) {
            (Some(Paint::Default) | None, Appearance::Dark) => Rgb(0, 0, 0),
            (Some(Paint::Default) | None, Appearance::Light) => Rgb(255, 255, 255),
            (Some(paint), _) => paint.rgb()?,
        };
        let back = match look.bg {
            Some(paint) => paint.rgb()?,
            None => ground,
        };
        let text = self.look(Role::Text).fg.and_then(Paint::rgb);
        let front = look.fg.map_or(text, Paint::rgb)?;
        Some((front, back))
    }
}
