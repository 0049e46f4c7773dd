//! Route tables, who uses them, and their ways out.

use super::{Builder, Lot, Side, Table, everywhere};
use crate::{
    engine::{operations::Refusal, plan::StepId},
    model::{
        Ref, VpcId,
        change::{NetworkChange, RouteVia},
        network::{RouteTable, RouteTarget},
    },
};

impl<'a> Builder<'a> {
    /// The tables that decide for the subnets of one side, with the subnets that they serve: those
    /// in use where they do, else one for all public and one for each private subnet.
    pub(super) fn tables(
        &mut self,
        vpc: &Ref<VpcId>,
        lots: &[Lot<'a>],
        side: Side,
    ) -> Vec<Table<'a>> {
        let mut tables: Vec<Table<'a>> = Vec::new();
        for (at, lot) in lots.iter().enumerate() {
            if let Some(there) = self.serving(lot, side) {
                let known = tables
                    .iter_mut()
                    .find(|table| table.id.known() == Some(&there.id));
                match known {
                    Some(table) => table.serves.push(at),
                    None => tables.push(Table {
                        serves: vec![at],
                        ..Self::there(there)
                    }),
                }
                continue;
            }
            // Public subnets share a table: they all leave by the same gateway.
            let label = match side {
                Side::Public => "public".to_owned(),
                Side::Private => format!("private-{}", lot.letter),
            };
            let shared = tables.iter().position(|_| side == Side::Public);
            let index = shared.unwrap_or_else(|| {
                let table = self.table(vpc, &label, side);
                tables.push(table);
                tables.len() - 1
            });
            let table = &mut tables[index];
            table.serves.push(at);
            let change = NetworkChange::AssociateRouteTable {
                at: self.spec.at.clone(),
                table: table.id.clone(),
                subnet: lot.id.clone(),
            };
            let title = format!("route {} by {}", lot.name, table.name);
            let why = "a subnet without a table of its own goes by the main one, unseen";
            let id = format!("route-{side}-{}", lot.letter);
            self.change(&id, title, why, change, &[]);
        }
        tables
    }

    /// The table that already decides for a subnet in the way that its side wants.
    fn serving(&mut self, lot: &Lot<'a>, side: Side) -> Option<&'a RouteTable> {
        let subnet = lot.there?;
        let table = self.network()?.table_of(subnet)?;
        if table.subnets.contains(&subnet.id) {
            if side == Side::Private && leads_outside(table) {
                self.warnings.push(format!(
                    "{} is routed by {}, which leads straight to the internet: left as it is",
                    lot.name, table.id
                ));
            }
            return Some(table);
        }
        // The main table serves it without saying so: good enough if it leads the right way.
        let fits = match side {
            Side::Public => leads_outside(table),
            Side::Private => table.route_to(&everywhere()).is_some() && !leads_outside(table),
        };
        fits.then_some(table)
    }

    fn there(table: &'a RouteTable) -> Table<'a> {
        let name = table.name.clone().unwrap_or_else(|| table.id.to_string());
        Table {
            id: Ref::Known(table.id.clone()),
            label: table.id.to_string(),
            name,
            there: Some(table),
            serves: Vec::new(),
        }
    }

    /// The table of that name, which an earlier plan made; else a new one.
    fn table(&mut self, vpc: &Ref<VpcId>, label: &str, side: Side) -> Table<'a> {
        let name = self.spec.named(label);
        let left = vpc.known().and_then(|vpc| {
            let mut tables = self.network()?.route_tables.iter();
            tables.find(|one| one.vpc == *vpc && one.name.as_ref() == Some(&name))
        });
        if let Some(table) = left {
            return Self::there(table);
        }
        let change = NetworkChange::CreateRouteTable {
            at: self.spec.at.clone(),
            vpc: vpc.clone(),
            name: name.clone(),
            tags: self.spec.tags.clone(),
        };
        let title = format!("create route table {name}");
        let why = match side {
            Side::Public => "public subnets leave by the internet gateway",
            Side::Private => "private subnets leave by a NAT gateway, each by that of its zone",
        };
        let id = self.change(&format!("table-{label}"), title, why, change, &[]);
        Table {
            id: Ref::output(id.as_str()),
            label: label.into(),
            name,
            there: None,
            serves: Vec::new(),
        }
    }

    /// Sees that a table's default route leads to `via`, and whether it will. A route that drops
    /// packets is replaced; one that leads elsewhere and works is left, unless it goes by another
    /// NAT gateway.
    pub(super) fn lead_out(
        &mut self,
        table: &Table<'a>,
        via: &RouteVia,
        ready: &[StepId],
    ) -> Result<bool, Refusal> {
        let at = self.spec.at.clone();
        let destination = everywhere();
        let id = format!("{}-out", table.label);
        let what = match via {
            RouteVia::InternetGateway(_) => "the internet gateway",
            _ => "its NAT gateway",
        };
        let Some(route) = table.there.and_then(|there| there.route_to(&destination)) else {
            let change = NetworkChange::CreateRoute {
                at,
                table: table.id.clone(),
                destination,
                via: via.clone(),
            };
            let title = format!("lead {} out by {what}", table.name);
            let why = "without a default route nothing leaves";
            self.change(&id, title, why, change, ready);
            return Ok(true);
        };
        // A route over something that this plan brings back works again by itself.
        if *via == route.target {
            return Ok(true);
        }
        let other_nat = matches!(
            (&route.target, via),
            (RouteTarget::NatGateway(_), RouteVia::NatGateway(_))
        );
        if !route.blackhole && !other_nat {
            self.warnings.push(format!(
                "{} leads out by {} already: left as it is",
                table.name,
                route.target.id()
            ));
            return Ok(false);
        }
        let Some(from) = RouteVia::of(&route.target) else {
            return Err(Refusal::Impossible(format!(
                "the default route of {} ({}) leads to {}, which is gone: delete the route first",
                table.name,
                table.id,
                route.target.id()
            )));
        };
        let change = NetworkChange::ReplaceRoute {
            at,
            table: table.id.clone(),
            destination,
            from,
            to: via.clone(),
        };
        let title = format!("lead {} out by {what} again", table.name);
        let why = if route.blackhole {
            "the old route drops packets"
        } else {
            "each zone leaves by a gateway of its own"
        };
        self.change(&id, title, why, change, ready);
        Ok(true)
    }
}

/// Whether a table leads straight to the internet.
fn leads_outside(table: &RouteTable) -> bool {
    let route = table.route_to(&everywhere());
    route.is_some_and(|route| matches!(route.target, RouteTarget::InternetGateway(_)))
}
