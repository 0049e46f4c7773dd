//! The two ends of a peering, and which of their route tables take part.

use ipnet::IpNet;

use super::super::Refusal;
use crate::model::{
    Place, Ref, RouteTableId, Tags, VpcId,
    change::Location,
    network::{Network, Route, RouteTable, RouteTarget, Vpc},
};

/// One peering, whole: what `peer-vpcs` makes, and what larger operations put together.
#[derive(Clone, Debug)]
pub(in crate::engine::operations) struct PeeringSpec {
    /// What the names of its steps begin with; empty for a plan of one peering.
    pub(in crate::engine::operations) prefix: String,
    pub(in crate::engine::operations) name: String,
    pub(in crate::engine::operations) requester: End,
    pub(in crate::engine::operations) accepter: End,
    /// Whether private names are to resolve across.
    pub(in crate::engine::operations) dns: bool,
    pub(in crate::engine::operations) tags: Tags,
}

/// One side. Account, VPC and tables may still have to be made.
#[derive(Clone, Debug)]
pub(in crate::engine::operations) struct End {
    pub(in crate::engine::operations) at: Location,
    pub(in crate::engine::operations) vpc: Ref<VpcId>,
    pub(in crate::engine::operations) label: String,
    pub(in crate::engine::operations) blocks: Vec<IpNet>,
    pub(in crate::engine::operations) tables: Vec<EndTable>,
}

/// A route table that gets routes to the other side.
#[derive(Clone, Debug)]
pub(in crate::engine::operations) struct EndTable {
    pub(in crate::engine::operations) id: Ref<RouteTableId>,
    /// For people.
    pub(in crate::engine::operations) name: String,
    /// As they are now; none in a table that is yet to be made.
    pub(in crate::engine::operations) routes: Vec<Route>,
}

/// Which tables of each side get routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Those that serve subnets which do not lead straight to the internet.
    Private,
    All,
    These(Vec<RouteTableId>),
}

impl Choice {
    pub(super) fn read(text: &str) -> Self {
        match text {
            "private" => Self::Private,
            "all" => Self::All,
            ids => {
                let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty());
                Self::These(ids.map(Into::into).collect())
            }
        }
    }

    /// Refuses ids that neither side has.
    pub(super) fn check(&self, sides: [(&Network, &Vpc); 2]) -> Result<(), Refusal> {
        let Self::These(ids) = self else {
            return Ok(());
        };
        let known = |id: &&RouteTableId| {
            let tables = sides
                .iter()
                .flat_map(|(network, vpc)| network.tables_of(&vpc.id));
            tables.into_iter().any(|table| table.id == **id)
        };
        match ids.iter().find(|id| !known(id)) {
            None => Ok(()),
            Some(stranger) => {
                let tables = sides
                    .iter()
                    .flat_map(|(network, vpc)| network.tables_of(&vpc.id));
                let list: Vec<String> = tables.map(named).collect();
                Err(Refusal::Impossible(format!(
                    "neither VPC has a route table {stranger}; there are {}",
                    list.join(", ")
                )))
            }
        }
    }

    /// The tables of one side, and what the reader must know of the choice.
    fn of<'n>(
        &self,
        network: &'n Network,
        vpc: &'n Vpc,
    ) -> Result<(Vec<&'n RouteTable>, Option<String>), Refusal> {
        let all: Vec<&RouteTable> = network.tables_of(&vpc.id).collect();
        let chosen: Vec<&RouteTable> = match self {
            Self::All => all.clone(),
            Self::These(ids) => all
                .iter()
                .copied()
                .filter(|one| ids.contains(&one.id))
                .collect(),
            Self::Private => {
                let serves = |table: &&&RouteTable| {
                    let mut subnets = network.subnets.iter().filter(|one| one.vpc == vpc.id);
                    subnets.any(|subnet| {
                        network
                            .table_of(subnet)
                            .is_some_and(|own| own.id == table.id)
                    })
                };
                let inside = all.iter().filter(|table| !leads_outside(table));
                inside.filter(serves).copied().collect()
            }
        };
        if !chosen.is_empty() {
            return Ok((chosen, None));
        }
        match self {
            Self::Private if !all.is_empty() => {
                let warning = format!(
                    "{} has no route table of private subnets: all of its tables get routes",
                    vpc.label()
                );
                Ok((all, Some(warning)))
            }
            Self::These(_) => Err(Refusal::Impossible(format!(
                "--tables names none of {}: routes are needed on both sides; it has {}",
                vpc.label(),
                all.iter()
                    .map(|table| named(table))
                    .collect::<Vec<_>>()
                    .join(", ")
            ))),
            _ => Err(Refusal::Impossible(format!(
                "{} has no route table that could be read",
                vpc.label()
            ))),
        }
    }
}

impl End {
    /// One side as it was just read.
    pub(super) fn of(
        place: &Place,
        network: &Network,
        vpc: &Vpc,
        choice: &Choice,
    ) -> Result<(Self, Option<String>), Refusal> {
        let (tables, warning) = choice.of(network, vpc)?;
        let table = |table: &RouteTable| EndTable {
            id: table.id.clone().into(),
            name: named(table),
            routes: table.routes.clone(),
        };
        let end = Self {
            at: Location::new(place.account, place.region.clone()),
            vpc: vpc.id.clone().into(),
            label: vpc.label().into(),
            blocks: vpc.cidrs.clone(),
            tables: tables.into_iter().map(table).collect(),
        };
        Ok((end, warning))
    }
}

fn leads_outside(table: &RouteTable) -> bool {
    let route = table.route_to(&ipnet::Ipv4Net::default().into());
    route.is_some_and(|route| matches!(route.target, RouteTarget::InternetGateway(_)))
}

fn named(table: &RouteTable) -> String {
    match &table.name {
        Some(name) => format!("{name} ({})", table.id),
        None => table.id.to_string(),
    }
}
