//! The worlds that the deck can open, by the flags it was started with or by what is picked in it.

use std::{
    env,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use awsdeck::{
    cli::Global,
    config::files,
    engine::Engine,
    inventory::{Source, cache::Opened as Recalled},
    model::Organization,
    provider::{Profile, Prompt, Provider, Result, World},
    tui::{
        Kubectl, Opened, Operating, Severity, Wanted, Worlds, runtime::OpenOperating, state::Access,
    },
};

use crate::{
    operating,
    wiring::{self, Setup},
};

/// Opens worlds with the flags of this start, changed by what was picked since.
pub(super) struct Doors {
    setup: Arc<Setup>,
    /// Of the world that was opened last.
    global: Mutex<Global>,
    prompt: Arc<dyn Prompt>,
}

impl Doors {
    pub(super) fn new(setup: Arc<Setup>, global: Global, prompt: Arc<dyn Prompt>) -> Self {
        Self {
            setup,
            global: Mutex::new(global),
            prompt,
        }
    }

    /// The flags that lead to `wanted`.
    fn flags(&self, wanted: &Wanted) -> Global {
        let global = self.global.lock().unwrap_or_else(PoisonError::into_inner);
        let mut global = global.clone();
        match wanted {
            Wanted::Same => {}
            Wanted::Simulation => global.demo = true,
            Wanted::Profile(_) | Wanted::Machine => {
                global.profile = match wanted {
                    Wanted::Profile(name) => Some(name.clone()),
                    _ => None,
                };
                global.demo = false;
                global.demo_accounts = None;
                global.demo_seed = None;
                global.demo_clock = None;
                global.demo_faults = None;
            }
        }
        global
    }
}

#[async_trait]
impl Worlds for Doors {
    async fn profiles(&self) -> Result<Vec<Profile>> {
        wiring::profiles().await
    }

    async fn open(&self, wanted: &Wanted) -> Result<Opened> {
        let global = self.flags(wanted);
        let prompt = Some(Arc::clone(&self.prompt));
        let provider = wiring::world(&self.setup, &global, prompt).await?;
        let opened = kept(&self.setup, &global, provider);
        *self.global.lock().unwrap_or_else(PoisonError::into_inner) = global;
        Ok(opened)
    }
}

/// A world with all that is kept of it.
fn kept(setup: &Arc<Setup>, global: &Global, provider: Provider) -> Opened {
    let (source, recalled) = wiring::source(setup, global, provider.clone());
    Opened {
        operating: Some(open_operating(setup, global, &provider)),
        ..opened(setup, global, provider, source, recalled)
    }
}

/// A world of which nothing is kept: a picture must not depend on what was read before.
pub(super) fn fresh(setup: &Setup, global: &Global, provider: Provider) -> Opened {
    let source = wiring::bare_source(setup, global, provider.clone());
    opened(setup, global, provider, source, Recalled::default())
}

fn opened(
    setup: &Setup,
    global: &Global,
    provider: Provider,
    source: Source,
    recalled: Recalled,
) -> Opened {
    let access = match (&provider.control, &provider.world) {
        (None, _) => Access::ReadOnly,
        (Some(_), World::Demo) => Access::Armed(None),
        (Some(_), World::Aws { .. } | World::Kubeconfig) => Access::Disarmed,
    };
    let notices = recalled
        .notice
        .into_iter()
        .chain(source.meter.notice.clone());
    Opened {
        access,
        head: recalled.head,
        operating: None,
        kubectl: kubectl(setup, global),
        clock: wiring::world_clock(global),
        notes: notices.map(|text| (Severity::Warning, text)).collect(),
        provider,
        source,
    }
}

/// What leads `kubectl` into a cluster: this program gives out the tokens.
fn kubectl(setup: &Setup, global: &Global) -> Kubectl {
    let program = env::current_exe().unwrap_or_else(|_| "awsdeck".into());
    let mut program = vec![program.display().to_string()];
    program.extend(wiring::flags(global));
    Kubectl {
        folder: setup.files.kubeconfigs(),
        program,
    }
}

/// The journal of an organization and what carries its plans out.
fn open_operating(setup: &Arc<Setup>, global: &Global, provider: &Provider) -> OpenOperating {
    let (setup, global, provider) = (Arc::clone(setup), global.clone(), provider.clone());
    Arc::new(move |organization: Option<&Organization>| {
        let read = organization.and_then(wiring::name_of);
        let known = || wiring::organization_id(&setup, &global, &provider.world);
        let id = match provider.world {
            World::Demo => Some("demo".to_owned()),
            World::Aws { .. } => read.or_else(known),
            World::Kubeconfig => None,
        };
        let Some(id) = id else { return Ok(None) };
        let folder = setup.files.organization(&id).state().to_owned();
        files::make_private_folder(&folder).map_err(|error| error.to_string())?;
        let engine = Engine::open(&folder).map_err(|error| error.to_string())?;
        let engine = engine
            .under(operating::policy(&setup)?)
            .sharing(wiring::shared(&setup, &provider));
        let flags = global.clone();
        Ok(Some(Operating {
            engine: Arc::new(engine),
            clock: operating::clock(&global),
            spawn: Arc::new(move |run| operating::spawn(run, &flags)),
        }))
    })
}
