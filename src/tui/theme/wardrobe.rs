//! The theme that is worn, and what is laid over it in some environments.

use super::{Depth, Scheme, Theme};
use crate::config::theme::{Error, Library, Warning};

/// A theme with its overlays, each resolved once.
#[derive(Clone, Debug)]
pub struct Wardrobe {
    plain: Theme,
    /// By the overlay's name.
    laid_over: Vec<(String, Theme)>,
}

impl Wardrobe {
    /// Reads a theme and, over it, each of `overlays`. One that cannot be read is told and left
    /// out.
    pub fn load(
        library: &Library,
        name: &str,
        overlays: &[String],
        depth: Depth,
    ) -> Result<(Self, Vec<Warning>, Vec<Error>), Error> {
        let (scheme, mut warnings) = library.load(name)?;
        let mut wardrobe = Self::from(Theme::new(&scheme, depth));
        let mut faults = Vec::new();
        for overlay in overlays {
            match library.load_under(name, overlay) {
                Ok((scheme, odd)) => {
                    warnings.extend(odd);
                    wardrobe.lay_over(overlay, &scheme, depth);
                }
                Err(error) => faults.push(error),
            }
        }
        Ok((wardrobe, warnings, faults))
    }

    fn lay_over(&mut self, overlay: &str, scheme: &Scheme, depth: Depth) {
        self.laid_over
            .push((overlay.to_owned(), Theme::new(scheme, depth)));
    }

    /// The theme under that overlay; the plain one where there is none of that name.
    #[must_use]
    pub fn under(&self, overlay: Option<&str>) -> &Theme {
        let laid = overlay.and_then(|name| {
            let mut all = self.laid_over.iter();
            all.find(|(known, _)| known == name)
        });
        laid.map_or(&self.plain, |(_, theme)| theme)
    }
}

impl From<Theme> for Wardrobe {
    fn from(plain: Theme) -> Self {
        Self {
            plain,
            laid_over: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::Role;

    #[test]
    fn the_shipped_overlay_changes_what_it_names_and_leaves_the_rest() {
        let overlays = ["production".to_owned(), "nowhere".to_owned()];
        for name in crate::config::theme::names() {
            let library = Library::default();
            let (wardrobe, warnings, faults) =
                Wardrobe::load(&library, name, &overlays, Depth::TrueColor).expect(name);
            assert_eq!(warnings, [], "{name}");
            assert_eq!(faults.len(), 1, "{name}: {faults:?}");
            let (plain, laid) = (wardrobe.under(None), wardrobe.under(Some("production")));
            assert_eq!(plain.name, laid.name);
            assert_eq!(plain.style(Role::Text), laid.style(Role::Text), "{name}");
            if name != "mono" && name != "ansi16" {
                let border = Role::BorderFocused;
                assert_ne!(plain.style(border), laid.style(border), "{name}");
            }
            assert_eq!(wardrobe.under(Some("nowhere")).version, plain.version);
        }
    }
}
