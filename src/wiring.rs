//! Which world the command line asks for, and how it is opened.

#[cfg(feature = "aws")]
use awsdeck::provider::aws;
#[cfg(not(any(feature = "aws", feature = "kubernetes")))]
use awsdeck::provider::{Error, Kind};
use awsdeck::{
    cli::{Exit, Global},
    config::{Files, Settings},
    engine::Shared,
    inventory::{Cache, Meter, Source},
    model::Region,
    provider::{Provider, Result, World, demo},
};

/// What every command stands on: the user's files and settings.
pub(crate) struct Setup {
    pub(crate) files: Files,
    pub(crate) settings: Settings,
}

impl Setup {
    /// Finds the files and reads the settings; a mistake there is said and ends the program.
    pub(crate) fn open(global: &Global) -> std::result::Result<Self, Exit> {
        let files = files(global)?;
        match Settings::load(&files) {
            Ok(settings) => Ok(Self { files, settings }),
            Err(error) => {
                let hint = error.hint();
                Err(complain(&error, hint.as_deref(), Exit::Usage))
            }
        }
    }

    /// Whether the means to change anything are left out.
    pub(crate) fn read_only(&self, global: &Global) -> bool {
        global.read_only || self.settings.read_only()
    }
}

pub(crate) fn files(global: &Global) -> std::result::Result<Files, Exit> {
    Files::find(global.config.clone()).map_err(|error| complain(&error, None, Exit::Failed))
}

/// Says what went wrong and what to do next, on standard error.
pub(crate) fn complain(error: &dyn std::fmt::Display, hint: Option<&str>, exit: Exit) -> Exit {
    eprintln!("error: {error}");
    if let Some(hint) = hint {
        eprintln!("hint: {hint}");
    }
    exit
}

/// Opens the world that the flags ask for.
pub(crate) async fn world(setup: &Setup, global: &Global) -> Result<Provider> {
    if asks_for_demo(global) {
        let options = demo_options(setup, global);
        let provider = demo::connect(&options).await?;
        return Ok(narrowed(provider, global));
    }
    live(setup, global).await
}

/// What lists are read from: the world, and what is kept of it. Only the simulated world's files
/// are known before its organization is read; of others nothing is kept yet.
pub(crate) fn source(setup: &Setup, global: &Global, provider: Provider) -> Source {
    let simulated = provider.world == World::Demo;
    let mut source = Source::new(Some(provider), &setup.settings);
    if let Some(clock) = crate::opening::world_clock(global) {
        source.clock = clock;
    }
    if simulated {
        let files = setup.files.organization("demo");
        source.meter = Meter::open(&files.samples(), &setup.settings.cost);
        source.cache = Cache::open(&files.cache()).ok().map(|(cache, _)| cache);
    }
    if global.offline {
        source.provider = None;
    }
    source
}

/// Whether the simulated organization is asked for, by its own flag or by one that speaks of it.
pub(crate) fn asks_for_demo(global: &Global) -> bool {
    global.demo
        || global.demo_accounts.is_some()
        || global.demo_seed.is_some()
        || global.demo_clock.is_some()
        || global.demo_faults.is_some()
}

/// The simulated world of the flags.
pub(crate) fn demo_options(setup: &Setup, global: &Global) -> demo::DemoOptions {
    let usual = demo::DemoOptions::default();
    demo::DemoOptions {
        accounts: global
            .demo_accounts
            .map_or(usual.accounts, |count| count as usize),
        seed: global.demo_seed.unwrap_or(usual.seed),
        clock: global.demo_clock.unwrap_or(usual.clock),
        faults: global.demo_faults.clone(),
        state_dir: setup.files.organization("demo").state().to_owned(),
        read_only: setup.read_only(global),
        shared: setup.settings.shared.bucket.is_some(),
    }
}

/// Where runs are shared with other machines, if the settings say so.
pub(crate) fn shared(setup: &Setup, provider: &Provider) -> Option<Shared> {
    let objects = provider.objects.clone()?;
    Some(Shared::new(
        objects,
        setup.settings.shared.lease.as_duration(),
    ))
}

/// `--region` picks among the regions of the simulated world.
fn narrowed(mut provider: Provider, global: &Global) -> Provider {
    if !global.region.is_empty() {
        provider.regions = global
            .region
            .iter()
            .map(|name| Region::from(name.as_str()))
            .collect();
    }
    provider
}

/// The live world of the flags and settings; flags go before.
#[cfg(feature = "aws")]
async fn live(setup: &Setup, global: &Global) -> Result<Provider> {
    let mut options = aws::session::Options::from_settings(&setup.settings);
    options.profile.clone_from(&global.profile);
    options.read_only = setup.read_only(global);
    if !global.region.is_empty() {
        let regions = global.region.iter();
        options.regions = regions.map(|name| Region::from(name.as_str())).collect();
    }
    let names = ["USER", "LOGNAME"].into_iter();
    let mut names = names.filter_map(|name| std::env::var(name).ok());
    options.user = names.next().unwrap_or_default();
    let provider = aws::connect(options).await?;
    #[cfg(feature = "kubernetes")]
    let provider = awsdeck::provider::kube::with_clusters(
        provider,
        &setup.settings.kubernetes,
        setup.read_only(global),
    );
    Ok(provider)
}

/// Without AWS the live world is what a kubeconfig leads to.
#[cfg(all(feature = "kubernetes", not(feature = "aws")))]
fn live(setup: &Setup, global: &Global) -> std::future::Ready<Result<Provider>> {
    let settings = &setup.settings.kubernetes;
    std::future::ready(awsdeck::provider::kube::provider(
        settings,
        setup.read_only(global),
    ))
}

#[cfg(not(any(feature = "aws", feature = "kubernetes")))]
fn live(_: &Setup, _: &Global) -> std::future::Ready<Result<Provider>> {
    std::future::ready(Err(Error::new(Kind::Unavailable {
        service: "AWS".into(),
        message: "this build has the simulated organization only; use --demo, or build with the feature `aws`".into(),
    })))
}

/// The flags that lead another process of this program to the same world.
pub(crate) fn flags(global: &Global) -> Vec<String> {
    let mut flags = Vec::new();
    let mut flag = |name: &str, value: Option<String>| {
        flags.extend(value.map(|value| format!("--{name}={value}")));
    };
    flag("profile", global.profile.clone());
    flag(
        "config",
        global
            .config
            .as_ref()
            .map(|path| path.display().to_string()),
    );
    flag(
        "region",
        (!global.region.is_empty()).then(|| global.region.join(",")),
    );
    flag(
        "demo-accounts",
        global.demo_accounts.map(|count| count.to_string()),
    );
    flag("demo-seed", global.demo_seed.map(|seed| seed.to_string()));
    flag(
        "demo-clock",
        global.demo_clock.map(|clock| clock.to_string()),
    );
    flags.extend(global.demo.then(|| "--demo".into()));
    flags
}
