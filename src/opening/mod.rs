//! Opens the deck: what the flags, the settings and the terminal say about how it looks.

mod look;
mod worlds;

use std::{env, fs, io, sync::Arc};

use awsdeck::{
    cli::{Exit, Global, args::Screenshot},
    config::{Settings, keymap::Key, settings::Symbols as SymbolChoice},
    provider::Provider,
    tui::{self, Message, Severity, Start, Symbols, Wanted, Worlds as _, terminal::colors},
};
use jiff::Timestamp;

use crate::wiring::{self, Setup, complain};
use look::Look;
use worlds::Doors;

/// What is told once the deck is open.
type Notes = Vec<(Severity, String)>;

/// Opens the deck on this terminal and keeps it open until it is left. Where nothing says which
/// world, it asks.
pub(crate) async fn deck(setup: Setup, global: &Global) -> Exit {
    let setup = Arc::new(setup);
    let (prompt, codes) = tui::codes();
    let doors = Doors::new(Arc::clone(&setup), global.clone(), prompt);
    let opened = if wiring::resolves(&setup, global).await {
        match doors.open(&Wanted::Same).await {
            Ok(opened) => Some(opened),
            Err(error) => return complain(&error, error.hint().as_deref(), Exit::Failed),
        }
    } else {
        None
    };
    let mut notes = Notes::new();
    let start = start(&setup, global, &mut notes);
    let options = tui::Options {
        worlds: Some(Arc::new(doors)),
        codes: Some(codes),
        log: Some(setup.files.log()),
        exports: env::current_dir().unwrap_or_default(),
        notes,
        watched: watched(&setup, global),
        tmux: env::var_os("TMUX").is_some(),
        reload: Some(reload(&setup, global)),
    };
    match tui::run(start, opened, options).await {
        Ok(tui::Outcome::Left) => Exit::Done,
        Ok(tui::Outcome::HungUp) => Exit::HungUp,
        Ok(tui::Outcome::Terminated) => Exit::Terminated,
        Err(error) => complain(&error, None, Exit::Failed),
    }
}

/// The state that the deck starts with, before a world is open.
fn start(setup: &Setup, global: &Global, notes: &mut Notes) -> Start {
    let depth = look::depth(global);
    let look = Look {
        files: &setup.files,
        global,
    };
    let wardrobe = look.wardrobe(&setup.settings, notes);
    let keymap = look.keymap(&setup.settings, notes);
    let symbols = match setup.settings.ui.symbols {
        _ if global.plain || setup.settings.ui.screen_reader => Symbols::Plain,
        SymbolChoice::Ascii => Symbols::Ascii,
        SymbolChoice::Unicode | SymbolChoice::Nerd => Symbols::Unicode,
        SymbolChoice::Auto => colors::symbols(|name| env::var(name).ok()),
    };
    Start {
        environments: setup.settings.environments(),
        addressing: setup.settings.network.clone(),
        wardrobe,
        themes: look.themes(),
        depth,
        symbols,
        keymap,
        keymaps: look.keymaps(),
        start_view: setup.settings.ui.start_view.clone(),
        mouse: setup.settings.ui.mouse,
        ..Start::shipped(None, (80, 24), Timestamp::now())
    }
}

/// Draws one screen as SVG or text, to a file or to standard output.
pub(crate) async fn screenshot(
    setup: &Setup,
    global: &Global,
    provider: Provider,
    wanted: &Screenshot,
) -> Exit {
    let mut notes = Notes::new();
    let mut start = start(setup, global, &mut notes);
    start.size = wanted.size;
    if !global.plain {
        start.symbols = Symbols::Unicode;
    }
    let keys: Result<Vec<Key>, String> = wanted.keys.split_whitespace().map(str::parse).collect();
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => return complain(&error, None, Exit::Usage),
    };
    let opened = worlds::fresh(setup, global, provider);
    let shot = tui::Shot {
        view: wanted.view.clone(),
        keys,
    };
    let picture = match tui::picture(start, opened, &shot).await {
        Ok(picture) => picture,
        Err(error) => return complain(&error, None, Exit::Usage),
    };
    let written = match &wanted.out {
        Some(path) if path.extension().is_some_and(|ending| ending == "txt") => {
            fs::write(path, picture.text())
        }
        Some(path) => fs::write(path, picture.svg()),
        None => io::Write::write_all(&mut io::stdout(), picture.svg().as_bytes()),
    };
    match written {
        Ok(()) => Exit::Done,
        Err(error) => complain(&error, None, Exit::Failed),
    }
}

/// Files that are read again when they change.
fn watched(setup: &Setup, global: &Global) -> Vec<std::path::PathBuf> {
    let look = Look {
        files: &setup.files,
        global,
    };
    let keymap = global
        .keymap
        .as_deref()
        .unwrap_or(&setup.settings.ui.keymap);
    let own = [
        look.themes().path(&look.theme_name(&setup.settings)),
        look.keymaps().path(keymap),
    ];
    own.into_iter()
        .flatten()
        .chain([setup.files.settings().to_owned()])
        .collect()
}

/// Reads settings, theme and keymap again. A mistake is told and what was there stays.
fn reload(setup: &Setup, global: &Global) -> tui::Reload {
    let (files, global) = (setup.files.clone(), global.clone());
    Arc::new(move || {
        let mut notes = Notes::new();
        let look = Look {
            files: &files,
            global: &global,
        };
        let mut messages = Vec::new();
        match Settings::load(&files) {
            Ok(settings) => {
                messages.push(Message::Theme(Box::new(
                    look.wardrobe(&settings, &mut notes),
                )));
                messages.push(Message::Keymap(Box::new(
                    look.keymap(&settings, &mut notes),
                )));
            }
            Err(error) => notes.push((Severity::Error, error.to_string())),
        }
        messages.extend(
            notes
                .into_iter()
                .map(|(severity, text)| Message::Note(severity, text)),
        );
        messages
    })
}

/// Whether standard output is a terminal that a deck can be opened on.
pub(crate) fn has_terminal() -> bool {
    use io::IsTerminal;
    io::stdout().is_terminal() && io::stdin().is_terminal()
}
