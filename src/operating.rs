//! What `plan`, `apply` and `runs` stand on: the journal, the organization, a clock, and a way to
//! leave a run to a process of its own.

use std::{
    io::{self, Write},
    os::unix::process::CommandExt,
    process::{Command as Process, Stdio},
    sync::Arc,
};

use awsdeck::{
    cli::{Command, Exit, Global, operate},
    config::files::make_private_folder,
    engine::{Arming, Clock, Engine, Policy, RuntimeClock, SystemClock, operations},
    inventory::{Inventory, Query, Scope, gather},
    provider::{Provider, World},
};
use jiff::Timestamp;

use crate::wiring::{self, Setup, complain};

/// Runs one of the commands that change things.
pub(crate) async fn operate(
    command: &Command,
    setup: &Setup,
    global: &Global,
    provider: Provider,
    out: &mut impl Write,
) -> Exit {
    let caller = match provider.identity.caller(None).await {
        Ok(caller) => caller,
        Err(error) => return complain(&error, error.hint().as_deref(), Exit::Failed),
    };
    let inventory = known(command, setup, global, &provider).await;
    let id = match (
        &provider.world,
        inventory
            .organization
            .value()
            .and_then(|all| all.id.as_ref()),
    ) {
        (World::Demo, _) => "demo".to_owned(),
        (World::Aws { .. } | World::Kubeconfig, Some(organization)) => organization.to_string(),
        (World::Aws { .. } | World::Kubeconfig, None) => caller.account.to_string(),
    };
    let files = setup.files.organization(&id);
    let engine = make_private_folder(files.state())
        .map_err(|error| no_folder(&error))
        .and_then(|()| Engine::open(files.state()).map_err(|error| error.to_string()))
        .and_then(|engine| Ok(engine.under(policy(setup)?)))
        .map(|engine| engine.sharing(wiring::shared(setup, &provider)));
    let engine = match engine {
        Ok(engine) => engine,
        Err(error) => return complain(&error, None, Exit::Failed),
    };
    let environments = setup.settings.environments();
    let bench = operate::Bench {
        engine: &engine,
        provider: &provider,
        inventory: &inventory,
        environments: &environments,
        addressing: &setup.settings.network,
        author: caller.arn.as_str(),
        clock: clock(global),
        arming: arming(&provider),
        output: global.output,
        spawn: &|run| spawn(run, global),
    };
    let written = operate::run(command, &bench, out).await;
    written.unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::BrokenPipe => Exit::Done,
        _ => complain(&error, None, Exit::Failed),
    })
}

/// The rules of the settings.
pub(crate) fn policy(setup: &Setup) -> Result<Policy, String> {
    let file = setup.files.settings();
    let folder = file.parent().unwrap_or(file);
    Policy::new(&setup.settings, folder).map_err(|error| error.to_string())
}

fn no_folder(error: &io::Error) -> String {
    format!("the state folder cannot be made: {error}")
}

/// The organization, and for planning also what the operation looks up: where to look, never what
/// a plan is made from.
async fn known(
    command: &Command,
    setup: &Setup,
    global: &Global,
    provider: &Provider,
) -> Inventory {
    let source = || wiring::source(setup, global, provider.clone()).0;
    let mut inventory = Inventory::default();
    inventory.regions.clone_from(&provider.regions);
    inventory = gather(source(), inventory, vec![Query::Organization])
        .await
        .inventory;
    if let Command::Plan { operation } = command {
        let hints = operations::find(operation.operation).map_or(&[][..], |known| known.hints());
        let queries = inventory.queries(hints, &Scope::default());
        inventory = gather(source(), inventory, queries).await.inventory;
    }
    inventory
}

/// What this session may change without being asked again.
pub(crate) const fn arming(provider: &Provider) -> Arming {
    match (&provider.control, &provider.world) {
        (None, _) => Arming::ReadOnly,
        (Some(_), World::Demo) => Arming::Always,
        (Some(_), World::Aws { .. } | World::Kubeconfig) => Arming::Disarmed,
    }
}

/// The clock that waits are counted by: in a simulation that runs faster, so do they.
pub(crate) fn clock(global: &Global) -> Arc<dyn Clock> {
    let setting = global.demo_clock.filter(|setting| !setting.is_real());
    match setting {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a speed is at most a million"
        )]
        Some(setting) => Arc::new(RuntimeClock::new(
            setting.start.unwrap_or_else(Timestamp::now),
            setting.speed as u32,
        )),
        None => Arc::new(SystemClock::default()),
    }
}

/// Starts `awsdeck runner RUN` in a process group of its own, without a terminal, so that closing
/// this one does not end it. It resolves the same world from the same flags.
pub(crate) fn spawn(run: &str, global: &Global) -> io::Result<()> {
    Process::new(std::env::current_exe()?)
        .arg("runner")
        .arg(run)
        .args(wiring::flags(global))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map(drop)
}
