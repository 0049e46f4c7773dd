//! The views for scripts: `tree`, `network`, `clusters`, `gpu`, `costs`, `backups`, `zones`,
//! `search`, `network trace`.

mod bill;
mod csv;
mod failures;
mod json;
mod run;
mod search;
mod show;
mod style;
mod table;
mod trace;

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use jiff::Timestamp;

use super::{
    Command, Exit,
    args::{List, NetworkCommand, Output},
};
use crate::{
    config::Environments,
    inventory::{Inventory, QueryKind, Scope, tables},
};
use bill::Bill;
pub use failures::Failure;
pub use run::{Refusal, run};
pub use style::Page;

/// A command of this family.
#[derive(Clone, Copy, Debug)]
pub enum Browse<'a> {
    List(&'static Listing, &'a List),
    Search(&'a super::args::Search),
    Trace(&'a NetworkCommand),
}

/// What a list is made of.
#[derive(Debug)]
pub struct Listing {
    /// As on the command line and in the JSON schema's name.
    pub name: &'static str,
    /// Printed one below the other.
    pub tables: &'static [&'static str],
    /// What has to be read. Costs, which are paid for, only where they are asked for by name.
    pub kinds: &'static [QueryKind],
}

/// Every list: to add one, a line here and a word in `args`.
const LISTINGS: &[Listing] = &[
    Listing {
        name: "tree",
        tables: &["accounts"],
        kinds: &[
            QueryKind::Network,
            QueryKind::Clusters,
            QueryKind::Protection,
        ],
    },
    Listing {
        name: "network",
        tables: &["vpcs", "peerings"],
        kinds: &[QueryKind::Network],
    },
    Listing {
        name: "clusters",
        tables: &["clusters"],
        kinds: &[QueryKind::Clusters],
    },
    Listing {
        name: "gpu",
        tables: &["gpus"],
        kinds: &[QueryKind::Clusters],
    },
    Listing {
        name: "costs",
        tables: &["costs", "budgets", "anomalies"],
        kinds: &[QueryKind::Costs],
    },
    Listing {
        name: "backups",
        tables: &["protection", "recovery_points", "jobs"],
        kinds: &[QueryKind::Protection],
    },
    Listing {
        name: "zones",
        tables: &["zones", "records", "health_checks", "balancers", "targets"],
        kinds: &[QueryKind::Zones, QueryKind::Balancers],
    },
];

const EVERYTHING: &[QueryKind] = &[
    QueryKind::Network,
    QueryKind::Clusters,
    QueryKind::Protection,
    QueryKind::Balancers,
    QueryKind::Zones,
];

impl<'a> Browse<'a> {
    /// The command, when it is one of this family.
    #[must_use]
    pub fn of(command: &'a Command) -> Option<Self> {
        let (name, list) = match command {
            Command::Tree(list) => ("tree", list),
            Command::Network(network) => match &network.what {
                Some(trace) => return Some(Self::Trace(trace)),
                None => ("network", &network.list),
            },
            Command::Clusters(list) => ("clusters", list),
            Command::Gpu(list) => ("gpu", list),
            Command::Costs(list) => ("costs", list),
            Command::Backups(list) => ("backups", list),
            Command::Zones(list) => ("zones", list),
            Command::Search(search) => return Some(Self::Search(search)),
            _ => return None,
        };
        let listing = LISTINGS.iter().find(|listing| listing.name == name)?;
        Some(Self::List(listing, list))
    }

    /// What has to be read beside the organization.
    #[must_use]
    pub const fn kinds(self) -> &'static [QueryKind] {
        match self {
            Self::List(listing, _) => listing.kinds,
            Self::Search(_) => EVERYTHING,
            Self::Trace(_) => &[QueryKind::Network],
        }
    }
}

impl Browse<'_> {
    /// The same in turns: what clusters there are is read before what is in them.
    fn rounds(self) -> Vec<Vec<QueryKind>> {
        let mut rounds: BTreeMap<u8, Vec<QueryKind>> = BTreeMap::new();
        for kind in self.kinds() {
            rounds.entry(kind.round()).or_default().push(*kind);
        }
        rounds.into_values().collect()
    }
}

/// What was read, and how it is looked at.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    pub inventory: &'a Inventory,
    pub scope: &'a Scope,
    pub environments: &'a Environments,
    pub now: Timestamp,
}

/// A mistake in what was asked: said on standard error, ends as [`Exit::Usage`].
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    #[error("{0}")]
    Filter(#[from] tables::filter::FilterError),
    #[error("{0}")]
    Sort(#[from] tables::sort::NoColumn),
    #[error("{0}")]
    Endpoint(#[from] crate::model::network::NoEndpoint),
    #[error("`{0}` is no protocol; write tcp, udp, icmp, all or a number up to 255")]
    Protocol(String),
}

/// Prints what was read. The outer failure is a mistake in what was asked, the inner one in
/// writing.
pub fn print(
    browse: Browse<'_>,
    sight: Sight<'_>,
    page: Page,
    out: &mut impl Write,
) -> Result<io::Result<Exit>, Mistake> {
    let failures = failures::all(sight, browse.kinds());
    let shown = match browse {
        Browse::List(listing, list) => show::list(listing, list, sight)?,
        Browse::Search(search) => search::found(search, sight),
        Browse::Trace(command) => {
            let trace = trace::follow(command, sight)?;
            return Ok(trace::print(&trace, sight, &failures, page, out));
        }
    };
    let costs = shown.tables.iter().find(|(table, _)| table.name == "costs");
    let bill = costs.and_then(|(_, rows)| Bill::new(sight, rows, !shown.narrowed));
    let written = match page.output {
        Output::Table => table::print(&shown, page, sight.now, out).and_then(|()| match &bill {
            Some(bill) => bill.print(page, sight.now, out),
            None => Ok(()),
        }),
        Output::Json => json::print(&shown, sight, bill.as_ref(), &failures, out),
        Output::Csv => csv::print(&shown, out),
    };
    let exit = if failures.is_empty() {
        Exit::Done
    } else {
        Exit::Partial
    };
    Ok(written.map(|()| exit))
}

#[cfg(test)]
mod tests;
