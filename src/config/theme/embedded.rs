//! The themes that ship, inside the program.

/// Takes in `themes/NAME.toml`.
macro_rules! shipped {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../../../themes/", $name, ".toml")))),*]
    };
}

/// Name and text of each file in `themes/`.
const THEMES: &[(&str, &str)] = shipped! {
    "ansi16"
    "catppuccin-latte"
    "catppuccin-mocha"
    "colorblind"
    "default-dark"
    "default-light"
    "dracula"
    "gruvbox-dark"
    "gruvbox-light"
    "high-contrast-dark"
    "high-contrast-light"
    "mono"
    "nord"
    "rose-pine"
    "solarized-dark"
    "solarized-light"
    "tokyo-night"
};

/// The names of the themes that ship, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    THEMES.iter().map(|(name, _)| *name)
}

/// The file of a theme that ships.
#[must_use]
pub fn text(name: &str) -> Option<&'static str> {
    let (_, text) = THEMES.iter().find(|(known, _)| *known == name)?;
    Some(text)
}

/// What ships to be laid over any theme, from `themes/overlays/`.
const OVERLAYS: &[(&str, &str)] = &[(
    "production",
    include_str!("../../../themes/overlays/production.toml"),
)];

/// The file of an overlay that ships.
pub(super) fn overlay(name: &str) -> Option<&'static str> {
    let (_, text) = OVERLAYS.iter().find(|(known, _)| *known == name)?;
    Some(text)
}
