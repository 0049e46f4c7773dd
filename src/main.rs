//! Reads the command line, wires a world, runs a command or opens the deck.

mod opening;
mod operating;
mod wiring;

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use awsdeck::{
    cli::{
        self, Cli, Command, Exit, Global, args,
        browse::{self, Browse, Page, Refusal},
        doctor,
    },
    config::Files,
    engine::operations,
    model::ClusterId,
    provider::{Error, Provider, demo},
    tui::catalog,
};
use wiring::{Setup, complain};

fn main() -> ExitCode {
    let exit = match Cli::from_arguments(std::env::args_os()) {
        Ok(cli) => run(&cli),
        Err(exit) => exit,
    };
    exit.into()
}

/// What needs no world is answered at once; the rest runs on the runtime.
fn run(cli: &Cli) -> Exit {
    let out = &mut io::stdout().lock();
    let global = &cli.global;
    let written = match &cli.command {
        Some(Command::Completions { shell }) => cli::completions(*shell, out),
        Some(Command::Man) => cli::manual(out),
        Some(Command::Version { verbose }) => cli::version(*verbose, out),
        Some(Command::Config { what }) => match wiring::files(global) {
            Ok(files) => cli::config(what, &files, out),
            Err(exit) => return exit,
        },
        Some(Command::Theme { what }) => match wiring::files(global) {
            Ok(files) => theme(what, &files, out),
            Err(exit) => return exit,
        },
        Some(Command::Keymap { what }) => match wiring::files(global) {
            Ok(files) => keymap(what, global, &files, out),
            Err(exit) => return exit,
        },
        Some(Command::IamPolicy { kind, ops }) => cli::iam_policy(*kind, &needs(), ops, out),
        command => return with_runtime(global, command.as_ref()),
    };
    said(written)
}

fn theme(what: &args::Theme, files: &Files, out: &mut impl Write) -> io::Result<Exit> {
    let good = match what {
        args::Theme::List => catalog::list_themes(files, out)?,
        args::Theme::Show { name } => catalog::show_theme(files, name, out)?,
        args::Theme::Check { file } => catalog::check_theme(files, file, out)?,
        args::Theme::Import { file, name, force } => {
            catalog::import_theme(files, file, name.as_deref(), *force, out)?
        }
        args::Theme::Schema => schema(&catalog::theme_schema(), out)?,
    };
    Ok(if good { Exit::Done } else { Exit::Failed })
}

fn keymap(
    what: &args::Keymap,
    global: &Global,
    files: &Files,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let good = match what {
        args::Keymap::List => catalog::list_keymaps(files, out)?,
        args::Keymap::Show { name } => catalog::show_keymap(files, name, out)?,
        args::Keymap::Check { file } => catalog::check_keymap(files, file, out)?,
        args::Keymap::Export => {
            catalog::export_keys(files, global.keymap.as_deref().unwrap_or("default"), out)?
        }
        args::Keymap::Schema => schema(&catalog::keymap_schema(), out)?,
    };
    Ok(if good { Exit::Done } else { Exit::Failed })
}

fn schema(schema: &serde_json::Value, out: &mut impl Write) -> io::Result<bool> {
    writeln!(out, "{schema:#}").map(|()| true)
}

/// What each operation needs to be allowed.
fn needs() -> Vec<cli::Needs<'static>> {
    operations::all()
        .iter()
        .map(|operation| (operation.name(), operation.permissions().to_vec()))
        .collect()
}

fn with_runtime(global: &Global, command: Option<&Command>) -> Exit {
    match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime.block_on(in_world(global, command)),
        Err(error) => complain(
            &format!("the runtime does not start: {error}"),
            None,
            Exit::Failed,
        ),
    }
}

async fn in_world(global: &Global, command: Option<&Command>) -> Exit {
    let setup = match Setup::open(global) {
        Ok(setup) => setup,
        // A doctor looks at the sick too.
        Err(exit) if !matches!(command, Some(Command::Doctor { .. })) => return exit,
        Err(_) => return ill(global),
    };
    if let Some(Command::World(world)) = command {
        let options = demo::DemoOptions {
            state_dir: world.state_dir.clone(),
            read_only: false,
            ..wiring::demo_options(&setup, global)
        };
        return ended(demo::serve(&options).await.map(|()| Exit::Done));
    }
    if command.is_none() {
        if !opening::has_terminal() {
            let hint = "`awsdeck tree` and its like print to files and pipes";
            return complain(&"the deck needs a terminal", Some(hint), Exit::Usage);
        }
        return opening::deck(setup, global).await;
    }
    let prompt = cli::AtTerminal::new().map(|asker| Arc::new(asker) as _);
    let provider = wiring::world(&setup, global, prompt).await;
    let mut out = io::stdout();
    match command {
        Some(Command::Doctor { redact }) => {
            let mut findings = doctor::local(&setup.files);
            match &provider {
                Ok(provider) => {
                    findings.extend(doctor::world(provider).await);
                    if let Some(store) = wiring::shared(&setup, provider) {
                        findings.push(doctor::shared(&store).await);
                    }
                }
                Err(error) => findings.push(doctor::closed(error)),
            }
            said(doctor::report(&findings, global.output, *redact, &mut out))
        }
        Some(Command::Check) => match &provider {
            Ok(provider) => said(doctor::report(
                &doctor::accounts(provider).await,
                global.output,
                false,
                &mut out,
            )),
            Err(error) => ended(Err(error.clone())),
        },
        Some(Command::Token { cluster }) => match provider {
            Ok(provider) => token(&provider, cluster, &mut out).await,
            Err(error) => ended(Err(error)),
        },
        Some(Command::Screenshot(wanted)) => match provider {
            Ok(provider) => opening::screenshot(&setup, global, provider, wanted).await,
            Err(error) => ended(Err(error)),
        },
        Some(
            command @ (Command::Plan { .. }
            | Command::Apply(_)
            | Command::Runs(_)
            | Command::Runner { .. }),
        ) => match provider {
            Ok(provider) => operating::operate(command, &setup, global, provider, &mut out).await,
            Err(error) => ended(Err(error)),
        },
        Some(command) if let Some(list) = Browse::of(command) => match provider {
            Ok(provider) => listed(list, &setup, global, provider, &mut out).await,
            Err(error) => ended(Err(error)),
        },
        _ => Exit::Usage,
    }
}

/// Reads what a list needs and prints it.
async fn listed(
    list: Browse<'_>,
    setup: &Setup,
    global: &Global,
    provider: Provider,
    out: &mut impl Write,
) -> Exit {
    let regions = provider.regions.clone();
    let (source, kept) = wiring::source(setup, global, provider);
    if let Some(notice) = kept.notice {
        eprintln!("warning: {notice}");
    }
    let cache = source.cache.clone();
    let environments = setup.settings.environments();
    let page = Page::standard(global);
    let complaints = &mut io::stderr();
    let shown = browse::run(
        list,
        global,
        source,
        regions,
        &environments,
        page,
        out,
        complaints,
    )
    .await;
    if let Some(cache) = cache {
        // What was read is there for the next time, `--offline` included.
        let flushed = tokio::task::spawn_blocking(move || cache.flush()).await;
        if let Err(error) = flushed {
            tracing::warn!(%error, "the cache was not written to its end");
        }
    }
    match shown {
        Ok(exit) => said(Ok(exit)),
        Err(Refusal::Written(error)) => said(Err(error)),
        Err(refusal) => complain(&refusal, refusal.hint().as_deref(), refusal.exit()),
    }
}

/// Prints a token for a cluster as `kubectl` reads it.
async fn token(provider: &Provider, cluster: &str, out: &mut impl Write) -> Exit {
    let cluster: ClusterId = match cluster.parse() {
        Ok(cluster) => cluster,
        Err(error) => return complain(&error, None, Exit::Usage),
    };
    match provider.workloads.token(&cluster).await {
        Ok(token) => said(cli::token(&token, out)),
        Err(error) => ended(Err(error)),
    }
}

/// The doctor's report where not even the settings can be read.
fn ill(global: &Global) -> Exit {
    match wiring::files(global) {
        Ok(files) => said(doctor::report(
            &doctor::local(&files),
            global.output,
            false,
            &mut io::stdout(),
        )),
        Err(exit) => exit,
    }
}

/// What the world said no to.
fn ended(outcome: Result<Exit, Error>) -> Exit {
    outcome.unwrap_or_else(|error| complain(&error, error.hint().as_deref(), Exit::Failed))
}

/// A reader that has gone away (`| head`) is not a failure.
fn said(written: io::Result<Exit>) -> Exit {
    let flushed = written.and_then(|exit| io::stdout().flush().map(|()| exit));
    flushed.unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Exit::Done,
        _ => complain(&error, None, Exit::Failed),
    })
}
