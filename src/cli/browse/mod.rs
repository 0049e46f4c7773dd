//! The views for scripts: `tree`, `network`, `clusters`, `gpu`, `workloads`, `pods`, `nodes`,
//! `events`, `costs`, `backups`, `velero`, `zones`, `search`, `network trace`, `velero results`.

mod bill;
mod results;
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

use super::{
    Command, Exit,
    args::{GpuBy, Inside, List, NetworkCommand, Output, VeleroCommand, WorkloadsBy},
};
use crate::inventory::{
    Query, QueryKind,
    report::{self, EVERY_KIND, Sight},
    tables,
};
use bill::Bill;
pub use run::{Refusal, run};
pub use style::Page;

/// A command of this family.
#[derive(Clone, Copy, Debug)]
pub enum Browse<'a> {
    List(&'static Listing, &'a List, Clusters<'a>),
    Search(&'a super::args::Search),
    Trace(&'a NetworkCommand),
    Results(&'a VeleroCommand),
}

/// Clusters to look into, by name; empty is all.
pub type Clusters<'a> = &'a [String];

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
        kinds: GPU,
    },
    Listing {
        name: "gpu-nodes",
        tables: &["gpu_nodes"],
        kinds: GPU,
    },
    Listing {
        name: "gpu-pods",
        tables: &["gpu_pods"],
        kinds: GPU,
    },
    Listing {
        name: "gpu-demand",
        tables: &["gpu_demand"],
        kinds: GPU,
    },
    Listing {
        name: "gpu-fleet",
        tables: &["gpu_fleet"],
        kinds: GPU,
    },
    Listing {
        name: "nodes",
        tables: &["nodes"],
        kinds: FLEET,
    },
    Listing {
        name: "connections",
        tables: &["connections"],
        kinds: FLEET,
    },
    Listing {
        name: "workloads",
        tables: &["workloads"],
        kinds: CONTENTS,
    },
    Listing {
        name: "namespaces",
        tables: &["namespaces"],
        kinds: CONTENTS,
    },
    Listing {
        name: "extensions",
        tables: &["extensions"],
        kinds: CONTENTS,
    },
    Listing {
        name: "roles",
        tables: &["roles"],
        kinds: CONTENTS,
    },
    Listing {
        name: "pods",
        tables: &["pods"],
        kinds: CONTENTS,
    },
    Listing {
        name: "events",
        tables: &["events"],
        kinds: CONTENTS,
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
        name: "velero",
        tables: &[
            "velero_backups",
            "velero_restores",
            "velero_schedules",
            "velero_locations",
            "velero_repositories",
        ],
        kinds: &[QueryKind::Clusters, QueryKind::Velero],
    },
    Listing {
        name: "zones",
        tables: &["zones", "records", "health_checks", "balancers", "targets"],
        kinds: &[QueryKind::Zones, QueryKind::Balancers],
    },
];

const GPU: &[QueryKind] = &[QueryKind::Clusters, QueryKind::Fleet, QueryKind::Price];
const FLEET: &[QueryKind] = &[QueryKind::Clusters, QueryKind::Fleet];
const CONTENTS: &[QueryKind] = &[QueryKind::Clusters, QueryKind::Contents];

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
            Command::Costs(list) => ("costs", list),
            Command::Zones(list) => ("zones", list),
            Command::Search(search) => return Some(Self::Search(search)),
            Command::Backups(list) => ("backups", list),
            Command::Velero(velero) => match &velero.what {
                Some(results) => return Some(Self::Results(results)),
                None => return Self::inside("velero", &velero.inside),
            },
            Command::Gpu(gpu) => return Self::inside(of_gpus(gpu.by), &gpu.inside),
            Command::Workloads(wanted) => {
                return Self::inside(of_workloads(wanted.by), &wanted.inside);
            }
            Command::Pods(inside) => return Self::inside("pods", inside),
            Command::Nodes(inside) => return Self::inside("nodes", inside),
            Command::Events(inside) => return Self::inside("events", inside),
            _ => return None,
        };
        Some(Self::List(listing(name)?, list, &[]))
    }

    fn inside(name: &str, inside: &'a Inside) -> Option<Self> {
        Some(Self::List(listing(name)?, &inside.list, &inside.cluster))
    }

    /// What has to be read beside the organization.
    #[must_use]
    pub const fn kinds(self) -> &'static [QueryKind] {
        match self {
            Self::List(listing, ..) => listing.kinds,
            Self::Search(_) => EVERYTHING,
            Self::Trace(_) => &[QueryKind::Network],
            Self::Results(_) => &[QueryKind::Clusters, QueryKind::Velero],
        }
    }

    /// Whether a query is about what was asked for.
    fn wants(self, query: &Query) -> bool {
        let Some(cluster) = query.cluster() else {
            return true;
        };
        let is = |name: &str| name == cluster.name.as_str();
        match self {
            Self::List(_, _, clusters) => {
                clusters.is_empty() || clusters.iter().any(|name| is(name))
            }
            Self::Results(VeleroCommand::Results { cluster, .. }) => {
                cluster.as_deref().is_none_or(is)
            }
            Self::Search(_) | Self::Trace(_) => true,
        }
    }
}

fn listing(name: &str) -> Option<&'static Listing> {
    LISTINGS.iter().find(|listing| listing.name == name)
}

const fn of_gpus(by: GpuBy) -> &'static str {
    match by {
        GpuBy::Pool => "gpu",
        GpuBy::Node => "gpu-nodes",
        GpuBy::Pod => "gpu-pods",
        GpuBy::Demand => "gpu-demand",
        GpuBy::Unit => "gpu-fleet",
    }
}

const fn of_workloads(by: WorkloadsBy) -> &'static str {
    match by {
        WorkloadsBy::Cluster => "connections",
        WorkloadsBy::Namespace => "namespaces",
        WorkloadsBy::Workload => "workloads",
        WorkloadsBy::Extension => "extensions",
        WorkloadsBy::Role => "roles",
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

/// A mistake in what was asked: said on standard error, ends as [`Exit::Usage`].
#[derive(Debug, thiserror::Error)]
pub enum Mistake {
    #[error("{0}")]
    Filter(#[from] tables::filter::FilterError),
    #[error("{0}")]
    Sort(#[from] tables::sort::NoColumn),
    #[error("{0}")]
    Endpoint(#[from] crate::model::network::NoEndpoint),
    #[error("no backup and no restore of Velero in view is called `{0}`")]
    Outcome(String),
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
    let failures = report::failures(sight, browse.kinds());
    let shown = match browse {
        Browse::List(listing, list, _) => show::list(listing, list, sight)?,
        Browse::Search(search) => search::found(search, sight),
        Browse::Trace(command) => {
            let trace = trace::follow(command, sight)?;
            return Ok(trace::print(&trace, sight, &failures, page, out));
        }
        Browse::Results(command) => {
            return results::print(command, sight, &failures, page, out);
        }
    };
    let costs = shown.tables.iter().find(|(table, _)| table.name == "costs");
    let bill = costs.and_then(|(_, rows)| Bill::new(sight, rows, !shown.narrowed));
    let written = match page.output {
        Output::Table => table::print(&shown, page, sight.now, out).and_then(|()| match &bill {
            Some(bill) => bill.print(page, sight.now, out),
            None => Ok(()),
        }),
        Output::Json => {
            let mut document = report::envelope(shown.name, sight, &EVERY_KIND, &failures);
            if let Some(bill) = &bill {
                document.insert("bill".into(), bill.document());
            }
            let items = report::items(&shown.tables, sight);
            document.insert("items".into(), items.into());
            report::write_json(&document.into(), out)
        }
        Output::Csv => report::write_csv(&shown.tables, out),
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
