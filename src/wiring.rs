//! Which world the command line asks for, and how it is opened.

use awsdeck::{
    cli::{Exit, Global},
    config::{Files, Settings},
    model::Region,
    provider::{Error, Kind, Provider, Result, demo},
};

/// What every command stands on: the user's files and settings.
pub struct Desk {
    pub files: Files,
    pub settings: Settings,
}

impl Desk {
    /// Finds the files and reads the settings; a mistake there is said and ends the program.
    pub fn open(global: &Global) -> std::result::Result<Self, Exit> {
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
    pub fn read_only(&self, global: &Global) -> bool {
        global.read_only || self.settings.read_only()
    }
}

pub fn files(global: &Global) -> std::result::Result<Files, Exit> {
    Files::find(global.config.clone()).map_err(|error| complain(&error, None, Exit::Failed))
}

/// Says what went wrong and what to do next, on standard error.
pub fn complain(error: &dyn std::fmt::Display, hint: Option<&str>, exit: Exit) -> Exit {
    eprintln!("error: {error}");
    if let Some(hint) = hint {
        eprintln!("hint: {hint}");
    }
    exit
}

/// Opens the world that the flags ask for.
pub async fn world(desk: &Desk, global: &Global) -> Result<Provider> {
    if global.demo {
        let options = demo_options(&desk.files, global, desk.read_only(global));
        let provider = demo::connect(&options).await?;
        return Ok(narrowed(provider, global));
    }
    live(desk, global).await
}

/// The simulated world of the flags.
pub fn demo_options(files: &Files, global: &Global, read_only: bool) -> demo::DemoOptions {
    let usual = demo::DemoOptions::default();
    demo::DemoOptions {
        accounts: global.demo_accounts.map_or(usual.accounts, |count| count as usize),
        seed: global.demo_seed.unwrap_or(usual.seed),
        clock: global.demo_clock.unwrap_or(usual.clock),
        faults: global.demo_faults.clone(),
        state_dir: files.organization("demo").state().to_owned(),
        read_only,
    }
}

/// `--region` picks among the regions of the simulated world.
fn narrowed(mut provider: Provider, global: &Global) -> Provider {
    if !global.region.is_empty() {
        provider.regions = global.region.iter().map(|name| Region::from(name.as_str())).collect();
    }
    provider
}

#[cfg(feature = "aws")]
async fn live(desk: &Desk, global: &Global) -> Result<Provider> {
    use awsdeck::provider::aws;

    aws::connect(aws::Options::from_settings(&desk.settings, global.profile.clone(), regions(desk, global), desk.read_only(global))).await
}

#[cfg(not(feature = "aws"))]
async fn live(_: &Desk, _: &Global) -> Result<Provider> {
    Err(Error::new(Kind::Unavailable {
        service: "AWS".into(),
        message: "this build has the simulated organization only; use --demo, or build with the feature `aws`".into(),
    }))
}

/// The regions to look in: the flag's, else the configured ones, else the profile's own.
#[cfg(feature = "aws")]
fn regions(desk: &Desk, global: &Global) -> Vec<Region> {
    if global.region.is_empty() {
        desk.settings.aws.regions.clone()
    } else {
        global.region.iter().map(|name| Region::from(name.as_str())).collect()
    }
}
