//! Opens the deck: what the flags, the settings and the terminal say about how it looks.

use std::{collections::BTreeMap, env, fs, io, sync::Arc};

use awsdeck::{
    cli::{
        Exit, Global,
        args::{Color, Screenshot},
    },
    config::{
        Settings, files,
        keymap::{self, Key, Keymap},
        settings::Symbols as SymbolChoice,
        theme::{self, Appearance, Depth, Scheme},
    },
    engine::Engine,
    inventory::{
        cache::{Cache, Meter},
        reader::Source,
    },
    provider::{Provider, World},
    tui::{
        self, Message, Severity, Start, Symbols, Theme, keys,
        state::Access,
        terminal::colors::{self, When},
    },
};
use jiff::Timestamp;

use crate::{
    operating,
    wiring::{self, Setup, complain},
};

/// What is told once the deck is open.
type Notes = Vec<(Severity, String)>;

/// Opens the deck on this terminal and keeps it open until it is left.
pub(crate) async fn deck(setup: &Setup, global: &Global, provider: Provider) -> Exit {
    let mut notes = Notes::new();
    let start = start(setup, global, &provider, &mut notes);
    let options = options(setup, global, &provider, notes, true);
    match tui::run(start, provider, options).await {
        Ok(tui::Outcome::Left) => Exit::Done,
        Ok(tui::Outcome::HungUp) => Exit::HungUp,
        Ok(tui::Outcome::Terminated) => Exit::Terminated,
        Err(error) => complain(&error, None, Exit::Failed),
    }
}

/// How the deck runs.
fn options(
    setup: &Setup,
    global: &Global,
    provider: &Provider,
    mut notes: Notes,
    keep: bool,
) -> tui::Options {
    let mut source = Source::new((!global.offline).then(|| provider.clone()), &setup.settings);
    if let Some(clock) = world_clock(global) {
        source.clock = clock;
    }
    let mut head = None;
    if let Some(id) = organization_id(setup, global, provider).filter(|_| keep) {
        let files = setup.files.organization(&id);
        match Cache::open(&files.cache()) {
            Ok((cache, opened)) => {
                head = opened.head;
                notes.extend(opened.notice.map(|text| (Severity::Warning, text)));
                source.cache = Some(cache);
            }
            Err(error) => notes.push((Severity::Warning, error.to_string())),
        }
        if provider.world != World::Demo {
            source.meter = Meter::open(&files.samples(), &setup.settings.cost);
        }
    }
    tui::Options {
        source,
        head,
        remember: remember(setup, provider).filter(|_| keep),
        operating: operating(setup, global, provider, &mut notes).filter(|_| keep),
        log: Some(setup.files.log()),
        exports: env::current_dir().unwrap_or_default(),
        kubectl: kubectl(setup, global),
        notes,
        watched: watched(setup, global),
        tmux: env::var_os("TMUX").is_some(),
        reload: Some(reload(setup, global)),
    }
}

/// What leads `kubectl` into a cluster: this program gives out the tokens.
fn kubectl(setup: &Setup, global: &Global) -> tui::Kubectl {
    let program = env::current_exe().unwrap_or_else(|_| "awsdeck".into());
    let mut program = vec![program.display().to_string()];
    program.extend(wiring::flags(global));
    tui::Kubectl {
        folder: setup.files.kubeconfigs(),
        program,
    }
}

/// The state that the deck starts with.
pub(crate) fn start(
    setup: &Setup,
    global: &Global,
    provider: &Provider,
    notes: &mut Notes,
) -> Start {
    let variable = |name: &str| env::var(name).ok();
    let depth = depth(global);
    let look = Look {
        files: &setup.files,
        global,
    };
    let scheme = look.scheme(&setup.settings, notes);
    let keymap = look.keymap(&setup.settings, notes);
    let size = (80, 24);
    let symbols = match setup.settings.ui.symbols {
        SymbolChoice::Ascii => Symbols::Ascii,
        SymbolChoice::Unicode | SymbolChoice::Nerd => Symbols::Unicode,
        SymbolChoice::Auto => colors::symbols(variable),
    };
    let access = match (&provider.control, &provider.world) {
        (None, _) => Access::ReadOnly,
        (Some(_), World::Demo) => Access::Armed(None),
        (Some(_), World::Aws { .. } | World::Kubeconfig) => Access::Disarmed,
    };
    Start {
        environments: setup.settings.environments(),
        addressing: setup.settings.network.clone(),
        theme: Theme::new(&scheme, depth),
        themes: look.themes(),
        depth,
        symbols: if global.plain {
            Symbols::Ascii
        } else {
            symbols
        },
        keymap,
        keymaps: look.keymaps(),
        regions: provider.regions.clone(),
        access,
        start_view: setup.settings.ui.start_view.clone(),
        mouse: setup.settings.ui.mouse,
        clock: world_clock(global),
        ..Start::shipped(provider.world.clone(), size, Timestamp::now())
    }
}

/// The journal of this organization and what carries its plans out.
fn operating(
    setup: &Setup,
    global: &Global,
    provider: &Provider,
    notes: &mut Notes,
) -> Option<tui::Operating> {
    let id = match provider.world {
        World::Demo => "demo".to_owned(),
        World::Aws { .. } | World::Kubeconfig => organization_id(setup, global, provider)?,
    };
    let folder = setup.files.organization(&id).state().to_owned();
    let engine = files::make_private_folder(&folder)
        .map_err(|error| error.to_string())
        .and_then(|()| Engine::open(&folder).map_err(|error| error.to_string()))
        .and_then(|engine| Ok(engine.under(operating::policy(setup)?)))
        .map(|engine| engine.sharing(wiring::shared(setup, provider)));
    let engine = match engine {
        Ok(engine) => Arc::new(engine),
        Err(error) => {
            notes.push((
                Severity::Error,
                format!("no journal, nothing can be planned: {error}"),
            ));
            return None;
        }
    };
    let global = global.clone();
    Some(tui::Operating {
        engine,
        clock: operating::clock(&global),
        spawn: Arc::new(move |run| operating::spawn(run, &global)),
    })
}

/// Writes down which organization this profile leads to.
fn remember(setup: &Setup, provider: &Provider) -> Option<tui::Remember> {
    let World::Aws { profile, .. } = &provider.world else {
        return None;
    };
    let profile = profile.clone().unwrap_or_else(|| "default".into());
    let path = setup.files.organizations();
    Some(Arc::new(move |id| {
        let known = fs::read(&path).ok();
        let mut known: BTreeMap<String, String> = known
            .and_then(|known| serde_json::from_slice(&known).ok())
            .unwrap_or_default();
        if known.insert(profile.clone(), id.to_owned()).as_deref() == Some(id) {
            return;
        }
        let written = path
            .parent()
            .map_or(Ok(()), files::make_private_folder)
            .and_then(|()| fs::write(&path, serde_json::to_vec(&known)?));
        if let Err(error) = written {
            tracing::warn!(%error, "the organization is not remembered");
        }
    }))
}

/// What the files of this world are called. Simulated worlds of another making are other worlds.
fn organization_id(setup: &Setup, global: &Global, provider: &Provider) -> Option<String> {
    match &provider.world {
        // What one kubeconfig leads to today, another leads elsewhere tomorrow.
        World::Kubeconfig => None,
        World::Demo if global.demo_clock.is_some() => None,
        World::Demo => Some(match (global.demo_accounts, global.demo_seed) {
            (None, None) => "demo".into(),
            (accounts, seed) => format!("demo-{}-{}", accounts.unwrap_or(0), seed.unwrap_or(0)),
        }),
        World::Aws { profile, .. } => {
            let known = fs::read(setup.files.organizations()).ok()?;
            let known: BTreeMap<String, String> = serde_json::from_slice(&known).ok()?;
            known.get(profile.as_deref().unwrap_or("default")).cloned()
        }
    }
}

/// The clock of a simulated world that has its own.
pub(crate) fn world_clock(global: &Global) -> Option<tui::Clock> {
    let setting = global.demo_clock.filter(|setting| !setting.is_real())?;
    let begun = (Timestamp::now(), std::time::Instant::now());
    let start = setting.start.unwrap_or(begun.0);
    Some(Arc::new(move || {
        let passed = begun.1.elapsed().mul_f64(setting.speed);
        start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }))
}

/// Draws one screen as SVG or text, to a file or to standard output.
pub(crate) async fn screenshot(
    setup: &Setup,
    global: &Global,
    provider: Provider,
    wanted: &Screenshot,
) -> Exit {
    let mut notes = Notes::new();
    let mut start = start(setup, global, &provider, &mut notes);
    start.size = wanted.size;
    if !global.plain {
        start.symbols = Symbols::Unicode;
    }
    let keys: Result<Vec<Key>, String> = wanted.keys.split_whitespace().map(str::parse).collect();
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => return complain(&error, None, Exit::Usage),
    };
    // A picture must not depend on what was read before.
    let options = options(setup, global, &provider, Vec::new(), false);
    let shot = tui::Shot {
        view: wanted.view.clone(),
        keys,
    };
    let picture = match tui::picture(start, provider, &options, &shot).await {
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
                messages.push(Message::Theme(Box::new(look.scheme(&settings, &mut notes))));
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

fn depth(global: &Global) -> Depth {
    let when = match global.color {
        Color::Auto => When::Auto,
        Color::Always => When::Always,
        Color::Never => When::Never,
    };
    colors::depth(when, |name| env::var(name).ok())
}

/// Where the looks come from.
struct Look<'a> {
    files: &'a files::Files,
    global: &'a Global,
}

impl Look<'_> {
    fn themes(&self) -> theme::Library {
        theme::Library {
            folder: Some(self.files.themes()),
        }
    }

    fn keymaps(&self) -> keymap::Library {
        keymap::Library {
            folder: Some(self.files.keymaps()),
        }
    }

    /// The theme that is wanted; `default` and pairs follow the terminal's background.
    fn theme_name(&self, settings: &Settings) -> String {
        let dark = || self.appearance() == Appearance::Dark;
        let name = match (&self.global.theme, &settings.ui.theme) {
            (Some(name), _) => name.clone(),
            (None, choice @ awsdeck::config::settings::ThemeChoice::ByAppearance { .. }) => {
                choice.name(dark()).to_owned()
            }
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

    fn scheme(&self, settings: &Settings, notes: &mut Notes) -> Scheme {
        let loaded = self.themes().load(&self.theme_name(settings));
        let (scheme, warnings) = loaded.unwrap_or_else(|error| {
            notes.push((Severity::Error, error.to_string()));
            let shipped = theme::Library::default().load("default-dark");
            shipped.expect("a test loads every shipped theme")
        });
        notes.extend(
            warnings
                .iter()
                .map(|warning| (Severity::Warning, warning.to_string())),
        );
        scheme
    }

    fn keymap(&self, settings: &Settings, notes: &mut Notes) -> Keymap {
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

/// Whether standard output is a terminal that a deck can be opened on.
pub(crate) fn has_terminal() -> bool {
    use io::IsTerminal;
    io::stdout().is_terminal() && io::stdin().is_terminal()
}
