//! Reads what a list needs, then prints it.

use std::io::{self, Write};

use super::{Browse, Mistake, Page, print, results};
use crate::{
    cli::{Exit, Global, args::Output},
    config::Environments,
    inventory::{
        Inventory, Query, Scope, ScopeError, Source, gather,
        report::{self, Sight},
    },
    model::{Region, Trouble, text::clean},
};

/// Why a list could not be printed at all.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error(transparent)]
    Mistake(#[from] Mistake),
    #[error(transparent)]
    Scope(#[from] ScopeError),
    /// Without the organization there are no accounts to read.
    #[error("the organization could not be read: {}", .0.message)]
    Organization(Trouble),
    #[error("{0}")]
    Written(#[from] io::Error),
}

impl Refusal {
    /// What to do next.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Scope(error) => error.hint(),
            Self::Organization(trouble) => trouble.hint.clone(),
            Self::Mistake(_) | Self::Written(_) => None,
        }
    }

    #[must_use]
    pub fn exit(&self) -> Exit {
        match self {
            Self::Mistake(_) | Self::Scope(_) => Exit::Usage,
            Self::Organization(_) | Self::Written(_) => Exit::Failed,
        }
    }
}

/// Reads the organization, then everything in scope that the list shows, and prints it. What
/// could not be read is told on `complaints`.
#[expect(
    clippy::too_many_arguments,
    reason = "what a command has, each of its own kind"
)]
pub async fn run(
    browse: Browse<'_>,
    global: &Global,
    source: Source,
    regions: Vec<Region>,
    environments: &Environments,
    page: Page,
    out: &mut impl Write,
    complaints: &mut impl Write,
) -> Result<Exit, Refusal> {
    let clock = source.clock.clone();
    let inventory = Inventory::new(regions);
    let read = gather(source.clone(), inventory, vec![Query::Organization]).await;
    let inventory = read.inventory;
    if let (None, Some(trouble)) = (
        inventory.organization.value(),
        inventory.organization.trouble(),
    ) {
        return Err(Refusal::Organization(trouble.clone()));
    }
    let scope = Scope::parse(
        &global.account,
        &global.ou,
        &global.region,
        &inventory.tree(),
        &inventory.regions,
    )?;
    let mut inventory = inventory;
    for kinds in browse.rounds() {
        let mut queries = inventory.queries(&kinds, &scope);
        queries.retain(|query| browse.wants(query));
        inventory = gather(source.clone(), inventory, queries).await.inventory;
    }
    if let Browse::Results(command) = browse {
        let asked = results::queries(command, &inventory);
        inventory = gather(source, inventory, asked).await.inventory;
    }
    let sight = Sight {
        inventory: &inventory,
        scope: &scope,
        environments,
        now: clock(),
    };
    let exit = print(browse, sight, page, out)??;
    // The envelope has them already.
    let failures = report::failures(sight, browse.kinds());
    if !failures.is_empty() && page.output != Output::Json {
        writeln!(complaints, "could not be read:")?;
        for failure in failures {
            writeln!(complaints, "  {failure}")?;
        }
    }
    let gaps = report::gaps(sight);
    if !gaps.is_empty() && page.output != Output::Json {
        writeln!(complaints, "the organization was read in part:")?;
        for gap in gaps {
            writeln!(complaints, "  {}", clean(&gap))?;
        }
    }
    Ok(exit)
}
