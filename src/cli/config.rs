//! `awsdeck config`: write a settings file, check it, show what is in force.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
};

use super::{Exit, args::Config};
use crate::config::{Files, Settings, files::make_private_folder};

/// What `config init` writes: every section, commented out, with its default.
const TEMPLATE: &str = include_str!("config.toml");

/// Runs one of the `config` commands.
pub fn config(what: &Config, files: &Files, out: &mut impl Write) -> io::Result<Exit> {
    match what {
        Config::Init => init(files, out),
        Config::Check => match Settings::load(files) {
            Ok(_) if files.settings().exists() => {
                writeln!(out, "{}: fine", files.settings().display())?;
                Ok(Exit::Done)
            }
            Ok(_) => {
                writeln!(
                    out,
                    "{} is not there; the defaults hold",
                    files.settings().display()
                )?;
                Ok(Exit::Done)
            }
            Err(error) => {
                eprintln!("error: {error}");
                if let Some(hint) = error.hint() {
                    eprintln!("{hint}");
                }
                Ok(Exit::Failed)
            }
        },
        Config::Show => match Settings::load(files) {
            Ok(settings) => {
                write!(out, "{}", settings.shown())?;
                Ok(Exit::Done)
            }
            Err(error) => {
                eprintln!("error: {error}");
                Ok(Exit::Failed)
            }
        },
        Config::Schema => {
            writeln!(
                out,
                "{}",
                serde_json::to_string_pretty(&Settings::schema())?
            )?;
            Ok(Exit::Done)
        }
    }
}

/// Writes the template where no file is yet; an existing one is never touched.
fn init(files: &Files, out: &mut impl Write) -> io::Result<Exit> {
    let path = files.settings();
    if let Some(folder) = path.parent() {
        make_private_folder(folder)?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(mut file) => {
            file.write_all(TEMPLATE.as_bytes())?;
            writeln!(out, "wrote {}", path.display())?;
            Ok(Exit::Done)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            eprintln!(
                "error: {} exists and is left as it is; `awsdeck config check` checks it",
                path.display()
            );
            Ok(Exit::Failed)
        }
        Err(error) => Err(io::Error::new(
            error.kind(),
            format!("{}: {error}", path.display()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_template_is_fine_as_it_is_and_with_every_comment_taken_off() {
        Settings::parse(TEMPLATE, Path::new("config.toml")).expect("as it is");
        let bare: Vec<&str> = TEMPLATE
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .collect();
        Settings::parse(&bare.join("\n"), Path::new("config.toml")).expect("uncommented");
    }

    #[test]
    fn an_existing_file_is_never_overwritten() {
        let home = tempfile::tempdir().expect("a folder");
        let files = Files::under(home.path());
        let mut out = Vec::new();
        assert_eq!(
            config(&Config::Init, &files, &mut out).expect("written"),
            Exit::Done
        );
        std::fs::write(files.settings(), "[ui]\nmouse = false\n").expect("edited");
        assert_eq!(
            config(&Config::Init, &files, &mut out).expect("refused"),
            Exit::Failed
        );
        assert_eq!(
            std::fs::read_to_string(files.settings()).expect("read"),
            "[ui]\nmouse = false\n"
        );
        assert_eq!(
            config(&Config::Check, &files, &mut out).expect("checked"),
            Exit::Done
        );
    }
}
