//! How the deck looks: theme, keymap, colours, signs, as flags, settings and terminal say.

use std::{env, fs};

use awsdeck::{
    cli::{Global, args::Color},
    config::{
        Settings, files,
        keymap::{self, Keymap},
        settings::ThemeChoice,
        theme::{self, Appearance, Depth},
    },
    tui::{
        Severity, Theme, keys,
        terminal::colors::{self, When},
        theme::Wardrobe,
    },
};

use super::Notes;

pub(super) fn depth(global: &Global) -> Depth {
    let when = match global.color {
        Color::Auto => When::Auto,
        Color::Always => When::Always,
        Color::Never => When::Never,
    };
    colors::depth(when, |name| env::var(name).ok())
}

/// Where the looks come from.
pub(super) struct Look<'a> {
    pub(super) files: &'a files::Files,
    pub(super) global: &'a Global,
}

impl Look<'_> {
    pub(super) fn themes(&self) -> theme::Library {
        theme::Library {
            folder: Some(self.files.themes()),
        }
    }

    pub(super) fn keymaps(&self) -> keymap::Library {
        keymap::Library {
            folder: Some(self.files.keymaps()),
        }
    }

    /// The theme that is wanted; `default` and pairs follow the terminal's background.
    pub(super) fn theme_name(&self, settings: &Settings) -> String {
        let dark = || self.appearance() == Appearance::Dark;
        let name = match (&self.global.theme, &settings.ui.theme) {
            (Some(name), _) => name.clone(),
            (None, choice @ ThemeChoice::ByAppearance { .. }) => choice.name(dark()).to_owned(),
            (None, choice) => choice.name(true).to_owned(),
        };
        match name.as_str() {
            "default" if dark() => "default-dark".into(),
            "default" => "default-light".into(),
            _ => name,
        }
    }

    /// The appearance that was found at the last start is used at once; the terminal is asked, and
    /// waited for, only where none is known.
    fn appearance(&self) -> Appearance {
        let file = self.files.appearance();
        let known = fs::read_to_string(&file)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        known.unwrap_or_else(|| {
            let asked = colors::appearance().unwrap_or_default();
            // Where it cannot be kept it is asked again next time.
            let _ =
                files::make_private_file(&file).and_then(|()| fs::write(&file, asked.to_string()));
            asked
        })
    }

    /// The theme with what is laid over it in some environments.
    pub(super) fn wardrobe(&self, settings: &Settings, notes: &mut Notes) -> Wardrobe {
        let overlays = settings.environments().overlays();
        let depth = depth(self.global);
        let name = self.theme_name(settings);
        match Wardrobe::load(&self.themes(), &name, &overlays, depth) {
            Ok((wardrobe, warnings, faults)) => {
                let odd = warnings.iter().map(ToString::to_string);
                notes.extend(odd.map(|text| (Severity::Warning, text)));
                let wrong = faults.iter().map(ToString::to_string);
                notes.extend(wrong.map(|text| (Severity::Error, text)));
                wardrobe
            }
            Err(error) => {
                notes.push((Severity::Error, error.to_string()));
                let shipped = Theme::load("default-dark", depth);
                shipped.expect("a test loads every shipped theme").into()
            }
        }
    }

    pub(super) fn keymap(&self, settings: &Settings, notes: &mut Notes) -> Keymap {
        let name = self.global.keymap.as_deref().unwrap_or(&settings.ui.keymap);
        match self.keymaps().load(name, &keys::vocabulary()) {
            Ok((keymap, findings)) => {
                let refused = findings.iter().filter(|finding| finding.refused);
                notes.extend(refused.map(|finding| (Severity::Warning, finding.to_string())));
                keymap
            }
            Err(error) => {
                notes.push((Severity::Error, error.to_string()));
                keys::default_keymap()
            }
        }
    }
}
