//! The themes that ship, inside the program.

/// Name and text of each file in `themes/`.
const THEMES: &[(&str, &str)] = &[
    ("ansi16", include_str!("../../../themes/ansi16.toml")),
    (
        "default-dark",
        include_str!("../../../themes/default-dark.toml"),
    ),
    ("mono", include_str!("../../../themes/mono.toml")),
];

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
