//! Themes and keymaps for the command line: listed, shown, checked, described to editors.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use serde_json::{Value, json};
use strum::IntoEnumIterator;

use super::keys;
use crate::config::{
    Files, keymap,
    theme::{self, Appearance, Ramp, Role},
};

/// Writes the name, the appearance and the licence of every theme there is.
pub fn list_themes(files: &Files, out: &mut impl Write) -> io::Result<bool> {
    let library = themes(files);
    let mut good = true;
    for name in library.names() {
        match library.load(&name) {
            Ok((scheme, _)) => {
                let license = scheme.license.as_deref().unwrap_or("");
                writeln!(
                    out,
                    "{name:<22} {:<6} {license}",
                    scheme.appearance.to_string()
                )?;
            }
            Err(error) => {
                good = false;
                writeln!(out, "{name:<22} broken: {error}")?;
            }
        }
    }
    Ok(good)
}

/// Writes the file of a theme, the user's or one that ships.
pub fn show_theme(files: &Files, name: &str, out: &mut impl Write) -> io::Result<bool> {
    let own = themes(files)
        .path(name)
        .map(fs::read_to_string)
        .transpose()?;
    show(
        own.or_else(|| theme::text(name).map(str::to_owned)),
        "theme",
        name,
        out,
    )
}

/// Writes what is wrong with a theme file: roles that no one knows, colours that can't be read on
/// their background.
pub fn check_theme(files: &Files, file: &Path, out: &mut impl Write) -> io::Result<bool> {
    match themes(files).load(&file.display().to_string()) {
        Err(error) => {
            writeln!(out, "{error}")?;
            Ok(false)
        }
        Ok((scheme, warnings)) => {
            let faint = scheme.faint();
            for warning in &warnings {
                writeln!(out, "{warning}")?;
            }
            for theme::Faint {
                role,
                contrast,
                wanted,
            } in &faint
            {
                writeln!(
                    out,
                    "{}: {role} has a contrast of {contrast:.1}:1 to its background, {wanted}:1 is wanted",
                    file.display()
                )?;
            }
            if warnings.is_empty() && faint.is_empty() {
                writeln!(out, "{}: fine", file.display())?;
            }
            Ok(warnings.is_empty() && faint.is_empty())
        }
    }
}

/// Makes a theme of a base16 or base24 scheme and writes where it is.
pub fn import_theme(
    files: &Files,
    scheme: &Path,
    name: Option<&str>,
    force: bool,
    out: &mut impl Write,
) -> io::Result<bool> {
    let refuse = |problem: &dyn std::fmt::Display| {
        eprintln!("error: {problem}");
        Ok(false)
    };
    let text = match fs::read_to_string(scheme) {
        Ok(text) => text,
        Err(error) => return refuse(&format!("{}: {error}", scheme.display())),
    };
    let mut imported = match theme::base16(scheme, &text) {
        Ok(imported) => imported,
        Err(error) => return refuse(&error),
    };
    if let Some(name) = name {
        if name.is_empty() || name.contains(['/', '\\', '.']) {
            return refuse(&format!(
                "`{name}` is no name for a theme: letters, digits and dashes"
            ));
        }
        name.clone_into(&mut imported.name);
    }
    let folder = files.themes();
    let path = folder.join(format!("{}.toml", imported.name));
    if path.exists() && !force {
        return refuse(&format!(
            "{} is there already: `--force` writes over it, `--name` gives another name",
            path.display()
        ));
    }
    fs::create_dir_all(&folder)?;
    fs::write(&path, &imported.text)?;
    writeln!(out, "{}", path.display())?;
    writeln!(
        out,
        "`awsdeck --theme {0}` shows it, `theme = \"{0}\"` under [ui] keeps it",
        imported.name
    )?;
    Ok(true)
}

/// Writes the name of every keymap there is.
pub fn list_keymaps(files: &Files, out: &mut impl Write) -> io::Result<bool> {
    for name in keymaps(files).names() {
        writeln!(out, "{name}")?;
    }
    Ok(true)
}

/// Writes the file of a keymap, the user's or one that ships.
pub fn show_keymap(files: &Files, name: &str, out: &mut impl Write) -> io::Result<bool> {
    let own = keymaps(files)
        .path(name)
        .map(fs::read_to_string)
        .transpose()?;
    show(
        own.or_else(|| keymap::text(name).map(str::to_owned)),
        "keymap",
        name,
        out,
    )
}

/// Writes what is wrong with a keymap file, each finding with its line.
pub fn check_keymap(files: &Files, file: &Path, out: &mut impl Write) -> io::Result<bool> {
    match keymaps(files).load(&file.display().to_string(), &keys::vocabulary()) {
        Err(error) => {
            writeln!(out, "{error}")?;
            Ok(false)
        }
        Ok((_, findings)) => {
            for finding in &findings {
                writeln!(out, "{finding}")?;
            }
            if findings.is_empty() {
                writeln!(out, "{}: fine", file.display())?;
            }
            Ok(findings.iter().all(|finding| !finding.refused))
        }
    }
}

/// Writes the effective keys of a keymap as a Markdown table.
pub fn export_keys(files: &Files, name: &str, out: &mut impl Write) -> io::Result<bool> {
    match keymaps(files).load(name, &keys::vocabulary()) {
        Ok((keymap, _)) => write!(out, "{}", keys::markdown(&keymap)).map(|()| true),
        Err(error) => {
            eprintln!("error: {error}");
            Ok(false)
        }
    }
}

/// The JSON Schema of theme files, for editors.
#[must_use]
pub fn theme_schema() -> Value {
    let color = json!({ "oneOf": [
        { "type": "string", "description": "a name of the palette, or #rrggbb" },
        { "type": "integer", "minimum": 0, "maximum": 255 },
    ] });
    let mods = json!({ "type": "array", "items": { "enum": ["bold", "dim", "italic", "underlined", "reversed", "crossed_out"] } });
    let look = json!({ "oneOf": [color, {
        "type": "object",
        "properties": { "fg": color, "bg": color, "mods": mods, "ansi16": { "type": "object" } },
        "additionalProperties": false,
    }] });
    let roles: serde_json::Map<String, Value> = Role::iter()
        .map(|role| (role.to_string(), look.clone()))
        .collect();
    let ramps: serde_json::Map<String, Value> = Ramp::iter()
        .map(|ramp| {
            (
                ramp.to_string(),
                json!({ "type": "array", "items": color, "minItems": 2 }),
            )
        })
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "awsdeck theme",
        "type": "object",
        "properties": {
            "$schema": { "type": "string" },
            "name": { "type": "string" },
            "appearance": { "enum": [Appearance::Dark.to_string(), Appearance::Light.to_string()] },
            "inherits": { "type": "string" },
            "license": { "type": "string" },
            "palette": { "type": "object", "additionalProperties": color },
            "roles": { "type": "object", "properties": roles },
            "ramps": { "type": "object", "properties": ramps, "additionalProperties": false },
            "symbols": { "type": "object", "additionalProperties": { "type": "array", "items": { "type": "string" }, "minItems": 2, "maxItems": 2 } },
        },
        "additionalProperties": false,
    })
}

/// The JSON Schema of keymap files, for editors.
#[must_use]
pub fn keymap_schema() -> Value {
    let vocabulary = keys::vocabulary();
    let contexts: Vec<&str> = keymap::CONTEXTS
        .iter()
        .copied()
        .chain(vocabulary.views.iter().map(String::as_str))
        .collect();
    let chord = json!({ "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }] });
    let actions: Vec<&str> = vocabulary
        .actions
        .iter()
        .map(|word| word.name.as_str())
        .collect();
    let described = format!(
        "an action and its argument; actions are {}",
        actions.join(", ")
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "awsdeck keymap",
        "type": "object",
        "properties": {
            "$schema": { "type": "string" },
            "name": { "type": "string" },
            "inherits": { "type": "string" },
            "timeout_ms": { "type": "integer", "minimum": 0 },
            "leader": { "type": "string" },
            "bind": { "type": "array", "items": {
                "type": "object",
                "properties": {
                    "on": chord,
                    "on_any": { "type": "array", "items": chord },
                    "run": { "type": "string", "description": described },
                    "when": { "enum": contexts },
                    "desc": { "type": "string" },
                },
                "required": ["run", "when"],
                "additionalProperties": false,
            } },
            "group": { "type": "array", "items": {
                "type": "object",
                "properties": { "on": chord, "desc": { "type": "string" } },
                "additionalProperties": false,
            } },
        },
        "additionalProperties": false,
    })
}

fn themes(files: &Files) -> theme::Library {
    theme::Library {
        folder: Some(files.themes()),
    }
}

fn keymaps(files: &Files) -> keymap::Library {
    keymap::Library {
        folder: Some(files.keymaps()),
    }
}

fn show(text: Option<String>, kind: &str, name: &str, out: &mut impl Write) -> io::Result<bool> {
    match text {
        Some(text) => write!(out, "{text}").map(|()| true),
        None => {
            eprintln!("error: no {kind} named `{name}`; `awsdeck {kind} list` shows all");
            Ok(false)
        }
    }
}
