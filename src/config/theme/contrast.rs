//! Whether a theme can be read: contrast of each role to what it stands on.

use strum::IntoEnumIterator;

use super::{Paint, Rgb, Role, Scheme};

/// A role that is hard to read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Faint {
    pub role: Role,
    /// Contrast ratio, 1 to 21 (WCAG 2.2).
    pub contrast: f64,
    pub wanted: f64,
}

impl Scheme {
    /// Roles whose text can't be read well on their background (WCAG 2.2, 1.4.3 and 1.4.11): body
    /// text wants 4.5, signs and secondary text 3. Colours that are the terminal's own are not
    /// judged, they are the reader's choice.
    #[must_use]
    pub fn faint(&self) -> Vec<Faint> {
        let Some(ground) = rgb(self.look(Role::Background).bg) else {
            return Vec::new();
        };
        Role::iter()
            .filter_map(|role| {
                let wanted = wanted(role)?;
                let look = self.look(role);
                let contrast = rgb(look.fg)?.contrast(rgb(look.bg).unwrap_or(ground));
                (contrast < wanted).then_some(Faint {
                    role,
                    contrast,
                    wanted,
                })
            })
            .collect()
    }
}

/// The contrast that a role needs; `None` for lines and areas that carry no text.
const fn wanted(role: Role) -> Option<f64> {
    match role {
        Role::Background | Role::Border | Role::BorderFocused => None,
        Role::Text | Role::Strong => Some(4.5),
        _ => Some(3.0),
    }
}

fn rgb(paint: Option<Paint>) -> Option<Rgb> {
    match paint? {
        Paint::Rgb(rgb) => Some(rgb),
        Paint::Indexed(index @ 16..) => Some(Rgb::xterm(index)),
        Paint::Indexed(_) | Paint::Default => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::theme::Library;

    #[test]
    fn every_theme_that_ships_can_be_read() {
        let library = Library::default();
        for name in library.names() {
            let (scheme, warnings) = library.load(&name).expect("it ships");
            assert_eq!(scheme.faint(), Vec::new(), "{name}");
            assert!(warnings.is_empty(), "{name}: {warnings:?}");
        }
    }
}
