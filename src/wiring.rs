//! Which world the command line asks for, and how it is opened.

#[cfg(not(feature = "aws"))]
use std::future::{Ready, ready};
use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

#[cfg(feature = "aws")]
use awsdeck::provider::aws;
#[cfg(not(any(feature = "aws", feature = "kubernetes")))]
use awsdeck::provider::{Error, Kind};
use awsdeck::{
    cli::{Exit, Global},
    config::{Files, Settings, files},
    engine::{Shared, clock},
    inventory::{
        Cache, Meter, Source,
        cache::Opened,
        reader::{Clock, Learned},
    },
    model::{Organization, Region},
    provider::{Profile, Prompt, Provider, Result, World, demo},
};
use jiff::Timestamp;

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

/// Opens the world that the flags ask for. `prompt` asks for codes of multi-factor devices.
pub(crate) async fn world(
    setup: &Setup,
    global: &Global,
    prompt: Option<Arc<dyn Prompt>>,
) -> Result<Provider> {
    if asks_for_demo(global) {
        let options = demo_options(setup, global);
        let provider = demo::connect(&options).await?;
        return Ok(narrowed(provider, global));
    }
    live(setup, global, prompt).await
}

/// The world and nothing that is kept of it, by its own clock.
pub(crate) fn bare_source(setup: &Setup, global: &Global, provider: Provider) -> Source {
    let mut source = Source::new((!global.offline).then_some(provider), &setup.settings);
    if let Some(clock) = world_clock(global) {
        source.clock = clock;
    }
    source
}

/// What is read, through which cache and meter; and what opening the cache brought. Where the
/// organization is not known yet, both wait for it.
pub(crate) fn source(setup: &Setup, global: &Global, provider: Provider) -> (Source, Opened) {
    let world = provider.world.clone();
    let mut source = bare_source(setup, global, provider);
    let mut opened = Opened::default();
    if world == World::Demo && global.demo_clock.is_some() {
        // A world in which it is always the same moment would be kept with the ages of another.
        return (source, opened);
    }
    let known = organization_id(setup, global, &world);
    if let Some(id) = &known {
        let files = setup.files.organization(id);
        match Cache::open(&files.cache()) {
            Ok((cache, brought)) => {
                opened = brought;
                source.cache = Some(cache);
            }
            Err(error) => opened.notice = Some(error.to_string()),
        }
        source.meter = Meter::open(&files.samples(), &setup.settings.cost);
    } else if !global.offline {
        source.cache = Cache::waiting().ok();
    }
    if let World::Aws { profile, .. } = &world {
        source.learned = Some(learner(setup, profile.clone(), known, &source));
    }
    (source, opened)
}

/// Writes down which organization this profile leads to, and gives cache and meter their files.
fn learner(
    setup: &Setup,
    profile: Option<String>,
    known: Option<String>,
    source: &Source,
) -> Learned {
    let files = setup.files.clone();
    let profile = profile.unwrap_or_else(|| "default".into());
    let (cache, meter) = (source.cache.clone(), source.meter.clone());
    Arc::new(move |organization: &Organization| {
        let Some(id) = name_of(organization) else {
            return;
        };
        if known.as_ref() == Some(&id) {
            return;
        }
        let place = files.organization(&id);
        if known.is_none() {
            if let Some(cache) = &cache {
                cache.place(&place.cache());
            }
            if let Err(error) = meter.place(&place.samples()) {
                tracing::warn!(%error, "paid requests are counted for this session only");
            }
        }
        remember(&files, &profile, &id);
    })
}

fn remember(files: &Files, profile: &str, id: &str) {
    let path = files.organizations();
    let mut known = remembered(&path);
    if known.insert(profile.to_owned(), id.to_owned()).as_deref() == Some(id) {
        return;
    }
    let written = files::make_private_file(&path)
        .and_then(|()| fs::write(&path, serde_json::to_vec(&known)?));
    if let Err(error) = written {
        tracing::warn!(%error, "the organization is not remembered");
    }
}

fn remembered(path: &Path) -> BTreeMap<String, String> {
    let known = fs::read(path).ok();
    known
        .and_then(|known| serde_json::from_slice(&known).ok())
        .unwrap_or_default()
}

/// What the files of an organization are called: its id, or the account's where there is none.
pub(crate) fn name_of(organization: &Organization) -> Option<String> {
    let id = organization.id.as_ref().map(ToString::to_string);
    id.or_else(|| Some(organization.accounts.first()?.id.to_string()))
}

/// What the files of this world are called, as far as it is known before anything is read.
/// Simulated worlds of another making are other worlds.
pub(crate) fn organization_id(setup: &Setup, global: &Global, world: &World) -> Option<String> {
    match world {
        // What one kubeconfig leads to today, another leads elsewhere tomorrow.
        World::Kubeconfig => None,
        World::Demo => Some(match (global.demo_accounts, global.demo_seed) {
            (None, None) => "demo".into(),
            (accounts, seed) => format!("demo-{}-{}", accounts.unwrap_or(0), seed.unwrap_or(0)),
        }),
        World::Aws { profile, .. } => {
            let known = remembered(&setup.files.organizations());
            known.get(profile.as_deref().unwrap_or("default")).cloned()
        }
    }
}

/// The clock of a simulated world that has its own.
pub(crate) fn world_clock(global: &Global) -> Option<Clock> {
    let setting = global.demo_clock.filter(|setting| !setting.is_real())?;
    let begun = (Timestamp::now(), std::time::Instant::now());
    let start = setting.start.unwrap_or(begun.0);
    Some(Arc::new(move || {
        let passed = begun.1.elapsed().mul_f64(setting.speed);
        start.checked_add(passed).unwrap_or(Timestamp::MAX)
    }))
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
    let life = setup.settings.shared.lease.as_duration();
    Some(Shared::new(objects, life).paced(clock::pace()))
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
async fn live(setup: &Setup, global: &Global, prompt: Option<Arc<dyn Prompt>>) -> Result<Provider> {
    let mut options = aws_options(setup, global);
    options.prompt = prompt;
    let provider = aws::connect(options).await?;
    #[cfg(feature = "kubernetes")]
    let provider = awsdeck::provider::kube::with_clusters(
        provider,
        &setup.settings.kubernetes,
        setup.read_only(global),
    );
    Ok(provider)
}

#[cfg(feature = "aws")]
fn aws_options(setup: &Setup, global: &Global) -> aws::session::Options {
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
    options
}

/// Without AWS the live world is what a kubeconfig leads to.
#[cfg(all(feature = "kubernetes", not(feature = "aws")))]
fn live(setup: &Setup, global: &Global, _: Option<Arc<dyn Prompt>>) -> Ready<Result<Provider>> {
    let settings = &setup.settings.kubernetes;
    ready(awsdeck::provider::kube::provider(
        settings,
        setup.read_only(global),
    ))
}

#[cfg(not(any(feature = "aws", feature = "kubernetes")))]
fn live(_: &Setup, _: &Global, _: Option<Arc<dyn Prompt>>) -> Ready<Result<Provider>> {
    ready(Err(no_aws()))
}

#[cfg(not(any(feature = "aws", feature = "kubernetes")))]
fn no_aws() -> Error {
    Error::new(Kind::Unavailable {
        service: "AWS".into(),
        message: "this build has the simulated organization only; use --demo, or build with the feature `aws`".into(),
    })
}

/// Whether anything says which world to open.
#[cfg(feature = "aws")]
pub(crate) async fn resolves(setup: &Setup, global: &Global) -> bool {
    asks_for_demo(global) || aws::session::resolves(&aws_options(setup, global)).await
}

#[cfg(all(feature = "kubernetes", not(feature = "aws")))]
pub(crate) fn resolves(setup: &Setup, global: &Global) -> Ready<bool> {
    ready(asks_for_demo(global) || awsdeck::provider::kube::is_named(&setup.settings.kubernetes))
}

#[cfg(not(any(feature = "aws", feature = "kubernetes")))]
pub(crate) fn resolves(_: &Setup, global: &Global) -> Ready<bool> {
    ready(asks_for_demo(global))
}

/// The profiles of the AWS files.
#[cfg(feature = "aws")]
pub(crate) async fn profiles() -> Result<Vec<Profile>> {
    aws::session::profiles().await
}

#[cfg(not(feature = "aws"))]
pub(crate) fn profiles() -> Ready<Result<Vec<Profile>>> {
    ready(Ok(Vec::new()))
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
