//! Themes as data: palette, roles, ramps, symbols; how a file becomes one.
//!
//! To ship a theme: a file in `themes/`. To add one of your own: a file in the `themes` folder
//! beside the configuration; it wins over a shipped one of the same name.

mod color;
mod contrast;
mod embedded;
mod file;
mod import;
mod lint;
mod look;
mod role;

use std::{fs, path::PathBuf};

use strum::{EnumCount, IntoEnumIterator};

pub use color::{Rgb, Vision};
pub use contrast::Faint;
pub use embedded::{names, text};
pub use file::Warning;
pub use import::{ImportError, Imported, base16};
pub use look::{Look, Modifier, Paint};
pub use role::{Ramp, Role};

use file::File;
use look::Palette;

pub(in crate::config) use file::line_of;

/// Whether a theme is made for a dark or a light background.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "snake_case")]
pub enum Appearance {
    #[default]
    Dark,
    Light,
}

/// How many colours the terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::EnumIter)]
#[strum(serialize_all = "snake_case")]
pub enum Depth {
    /// `NO_COLOR`, `TERM=dumb`: emphasis only.
    None,
    /// The 16 colours that the user has set.
    Ansi16,
    Ansi256,
    TrueColor,
}

/// A theme with everything that it inherits, colours looked up, before it meets a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheme {
    pub name: String,
    pub appearance: Appearance,
    /// Where the palette comes from and under which license.
    pub license: Option<String>,
    looks: Vec<Look>,
    ramps: Vec<Vec<Paint>>,
    /// Signs by name, each in its Unicode and its ASCII form.
    pub symbols: Vec<(String, [String; 2])>,
}

/// Why a theme can't be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no theme named `{0}`; `awsdeck theme list` shows all")]
    Unknown(String),
    #[error("theme `{0}` inherits from itself: {1}")]
    Circle(String, String),
    #[error("{file}:{line}: {message}")]
    Wrong {
        file: String,
        line: usize,
        message: String,
    },
}

/// Where themes are: those that ship, and a folder of the user's that wins over them.
#[derive(Clone, Debug, Default)]
pub struct Library {
    pub folder: Option<PathBuf>,
}

impl Library {
    /// Every name there is, sorted.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = embedded::names().map(str::to_owned).collect();
        let own = self
            .folder
            .iter()
            .filter_map(|folder| fs::read_dir(folder).ok());
        names.extend(own.flatten().flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            Some(name.strip_suffix(".toml")?.to_owned())
        }));
        names.sort();
        names.dedup();
        names
    }

    /// The file of the user that a theme is read from, if it is one of the user's.
    #[must_use]
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        let given = PathBuf::from(name);
        if given.extension().is_some_and(|ending| ending == "toml") {
            return given.is_file().then_some(given);
        }
        let is_plain = !name.contains(['/', '\\']) && !name.starts_with('.');
        let path = self.folder.as_ref()?.join(format!("{name}.toml"));
        (is_plain && path.is_file()).then_some(path)
    }

    /// Reads a theme by name or by path and everything that it inherits.
    pub fn load(&self, name: &str) -> Result<(Scheme, Vec<Warning>), Error> {
        Scheme::merge(&self.chain(name)?, 0)
    }

    /// The same with an overlay on top: some roles and colours for one environment.
    pub fn load_under(&self, name: &str, overlay: &str) -> Result<(Scheme, Vec<Warning>), Error> {
        let file = match (self.path(overlay), embedded::overlay(overlay)) {
            (None, Some(text)) => File::parse(&format!("themes/overlays/{overlay}.toml"), text)?,
            _ => self.read(overlay)?,
        };
        let mut chain = vec![file];
        chain.extend(self.chain(name)?);
        Scheme::merge(&chain, 1)
    }

    fn chain(&self, name: &str) -> Result<Vec<File>, Error> {
        let mut chain: Vec<File> = Vec::new();
        let mut seen: Vec<String> = Vec::new();
        let mut next = Some(name.to_owned());
        while let Some(name) = next.take() {
            if seen.contains(&name) {
                seen.push(name.clone());
                return Err(Error::Circle(name, seen.join(" → ")));
            }
            let file = self.read(&name)?;
            next.clone_from(&file.inherits);
            seen.push(name);
            chain.push(file);
        }
        Ok(chain)
    }

    fn read(&self, name: &str) -> Result<File, Error> {
        if let Some(path) = self.path(name) {
            let shown = path.display().to_string();
            let text = fs::read_to_string(&path).map_err(|error| Error::Wrong {
                file: shown.clone(),
                line: 1,
                message: error.to_string(),
            })?;
            return File::parse(&shown, &text);
        }
        let text = embedded::text(name).ok_or_else(|| Error::Unknown(name.to_owned()))?;
        File::parse(&format!("themes/{name}.toml"), text)
    }
}

impl Scheme {
    /// Reads a theme that ships.
    pub fn shipped(name: &str) -> Result<Self, Error> {
        Ok(Library::default().load(name)?.0)
    }

    #[must_use]
    pub fn look(&self, role: Role) -> &Look {
        &self.looks[role as usize]
    }

    /// The stops of a ramp, from low to high; at least two.
    #[must_use]
    pub fn ramp(&self, ramp: Ramp) -> &[Paint] {
        &self.ramps[ramp as usize]
    }

    /// Lays the files over each other, the youngest first. The theme is the one at `at`; those
    /// before it are overlays.
    fn merge(chain: &[File], at: usize) -> Result<(Self, Vec<Warning>), Error> {
        let mut palette = Palette::new();
        for file in chain.iter().rev() {
            palette.extend(file.palette.clone());
        }
        let mut warnings = Vec::new();
        for file in chain {
            warnings.extend(file.warnings.iter().cloned());
        }
        let mut looks = Vec::with_capacity(Role::COUNT);
        for role in Role::iter() {
            let name = role.to_string();
            let found = chain
                .iter()
                .find_map(|file| Some((file, file.role(&name)?)));
            looks.push(match found {
                Some((file, entry)) => Look::read(&entry.value, &palette)
                    .map_err(|message| file.wrong(entry.line, &message))?,
                None => Look::default(),
            });
        }
        let mut ramps = Vec::with_capacity(Ramp::COUNT);
        for ramp in Ramp::iter() {
            let name = ramp.to_string();
            let found = chain
                .iter()
                .find_map(|file| Some((file, file.ramps.get(&name)?)));
            ramps.push(match found {
                Some((file, entry)) => file::stops(&entry.value, &palette)
                    .map_err(|message| file.wrong(entry.line, &message))?,
                None => vec![Paint::Default; 2],
            });
        }
        let youngest = &chain[at];
        let mut symbols: Vec<(String, [String; 2])> = Vec::new();
        for (name, forms) in chain.iter().flat_map(|file| &file.symbols) {
            if !symbols.iter().any(|(known, _)| known == name) {
                symbols.push((name.clone(), forms.clone()));
            }
        }
        let scheme = Self {
            name: youngest.name.clone(),
            appearance: chain[at..]
                .iter()
                .find_map(|file| file.appearance)
                .unwrap_or_default(),
            license: youngest.license.clone(),
            looks,
            ramps,
            symbols,
        };
        Ok((scheme, warnings))
    }
}

#[cfg(test)]
mod tests;
