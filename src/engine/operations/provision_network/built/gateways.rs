//! The internet gateway, and NAT gateways with their addresses.

use super::{Builder, Lot, Nat, Table, everywhere};
use crate::{
    engine::{
        operations::Refusal,
        plan::{Step, StepId},
    },
    model::{
        AllocationId, Change, InternetGatewayId, QuotaCode, Ref, VpcId, ZoneName,
        change::{NetworkChange, RouteVia},
        network::{InternetGateway, NatGateway, RouteTarget},
    },
};

/// The internet gateway, and the step after which packets get through, where it is not there yet.
pub(super) struct Gateway {
    pub(super) id: Ref<InternetGatewayId>,
    pub(super) ready: Vec<StepId>,
}

impl<'a> Builder<'a> {
    /// The one that is attached; else one that an earlier plan made and did not attach; else new.
    pub(super) fn internet_gateway(&mut self, vpc: &Ref<VpcId>) -> Gateway {
        let own = self.found.vpc.as_ref().map(|vpc| &vpc.id);
        let gateways = self.network().map_or(&[][..], |all| &all.internet_gateways);
        let attached = |one: &&InternetGateway| own.is_some_and(|vpc| one.vpcs.contains(vpc));
        if let Some(gateway) = gateways.iter().find(attached) {
            return Gateway {
                id: Ref::Known(gateway.id.clone()),
                ready: Vec::new(),
            };
        }
        let name = &self.spec.name;
        let left = |one: &&InternetGateway| one.vpcs.is_empty() && one.name.as_ref() == Some(name);
        let id = match gateways.iter().find(left) {
            Some(gateway) => Ref::Known(gateway.id.clone()),
            None => {
                let change = NetworkChange::CreateInternetGateway {
                    at: self.spec.at.clone(),
                    name: name.clone(),
                    tags: self.spec.tags.clone(),
                };
                let title = format!("create internet gateway {name}");
                let why = "public subnets reach the internet by it";
                Ref::output(self.change("igw", title, why, change, &[]).as_str())
            }
        };
        let change = NetworkChange::AttachInternetGateway {
            at: self.spec.at.clone(),
            gateway: id.clone(),
            vpc: vpc.clone(),
        };
        let title = format!("attach the internet gateway to {name}");
        let why = "a gateway without a network leads nowhere";
        let attach = self.change("igw-attach", title, why, change, &[]);
        Gateway {
            id,
            ready: vec![attach],
        }
    }

    /// Where each private table shall lead, in their order; `None` for those without a way out.
    pub(super) fn nat_gateways(
        &mut self,
        tables: &[Table<'a>],
        public: &[Lot<'a>],
        ready: &[StepId],
    ) -> Result<Vec<Option<RouteVia>>, Refusal> {
        let mut made: Vec<(ZoneName, RouteVia)> = Vec::new();
        let mut ways = Vec::new();
        for table in tables {
            let zone = table
                .serves
                .first()
                .and_then(|lot| self.spec.zones.get(*lot));
            let Some(zone) = zone.filter(|_| self.spec.nat != Nat::None) else {
                ways.push(None);
                continue;
            };
            let one = self.spec.nat == Nat::One;
            if let Some(via) = self.stays(table, zone, one) {
                ways.push(via);
                continue;
            }
            self.tell_of_shared(table);
            let known = made.iter().find(|(made_in, _)| one || made_in == zone);
            let via = match known {
                Some((_, via)) => via.clone(),
                None => {
                    let via = self.nat_gateway(zone, one, public, ready)?;
                    made.push((zone.clone(), via.clone()));
                    via
                }
            };
            ways.push(Some(via));
        }
        Ok(ways)
    }

    /// A way out that is there and stays: by a living NAT gateway of the zone, or of any where one
    /// will do, or by something that somebody chose. `Some(None)` is the latter.
    #[expect(clippy::option_option, reason = "whether it stays, and where it leads")]
    fn stays(&mut self, table: &Table<'a>, zone: &ZoneName, any: bool) -> Option<Option<RouteVia>> {
        let route = table.there?.route_to(&everywhere())?;
        if route.blackhole {
            return None;
        }
        match &route.target {
            RouteTarget::NatGateway(id) => {
                let nat = self.living().find(|nat| nat.id == *id)?;
                (any || self.zone_of(nat) == Some(zone)).then(|| RouteVia::of(&route.target))
            }
            target => {
                self.warnings.push(format!(
                    "{} leads out by {}, not by a NAT gateway: left as it is",
                    table.name,
                    target.id()
                ));
                Some(None)
            }
        }
    }

    fn tell_of_shared(&mut self, table: &Table<'a>) {
        if self.spec.nat == Nat::PerZone && table.serves.len() > 1 {
            self.warnings.push(format!(
                "{} serves the private subnets of {} zones: they share one NAT gateway, since one \
                 per zone needs a table for each",
                table.name,
                table.serves.len()
            ));
        }
    }

    /// NAT gateways of the VPC that work or soon will.
    fn living(&self) -> impl Iterator<Item = &'a NatGateway> {
        let own = self.found.vpc.as_ref().map(|vpc| &vpc.id);
        let gateways = self.network().map_or(&[][..], |all| &all.nat_gateways);
        gateways.iter().filter(move |one| {
            let works = matches!(one.state.as_str(), "available" | "pending");
            works && own == Some(&one.vpc)
        })
    }

    /// The NAT gateway of a zone: the one that is there, or a new one.
    fn nat_gateway(
        &mut self,
        zone: &ZoneName,
        any: bool,
        public: &[Lot<'a>],
        ready: &[StepId],
    ) -> Result<RouteVia, Refusal> {
        let near = |nat: &&NatGateway| any || self.zone_of(nat) == Some(zone);
        if let Some(nat) = self.living().find(near) {
            return Ok(RouteVia::NatGateway(Ref::Known(nat.id.clone())));
        }
        let lot = public.iter().find(|lot| lot.zone == *zone).ok_or_else(|| {
            Refusal::Impossible(format!("{zone} has no public subnet for a NAT gateway"))
        })?;
        let name = self.spec.named(&format!("nat-{}", lot.letter));
        let address = self.address(&lot.letter, &name);
        let change = NetworkChange::CreateNatGateway {
            at: self.spec.at.clone(),
            name: name.clone(),
            subnet: lot.id.clone(),
            address,
            tags: self.spec.tags.clone(),
        };
        let why = "private subnets reach the internet by it, and nobody reaches them";
        let step = Step::change(
            &self.id(&format!("nat-{}", lot.letter)),
            Change::Network(change),
            why,
        );
        let step = Step {
            title: format!("create NAT gateway {name}"),
            ..step.settling(5, 900).taking(100, 180)
        };
        let id = self.add(step, ready);
        let counted = |nat: &&NatGateway| {
            nat.state != "deleted" && nat.state != "failed" && self.zone_of(nat) == Some(zone)
        };
        let gateways = self.network().map_or(&[][..], |all| &all.nat_gateways);
        let used = gateways.iter().filter(counted).count() as u64;
        self.needs.nat_gateways += 1;
        self.needs
            .quotas
            .push((QuotaCode::NAT_GATEWAYS_PER_ZONE, used, 1));
        Ok(RouteVia::NatGateway(Ref::output(id.as_str())))
    }

    fn zone_of(&self, nat: &NatGateway) -> Option<&'a ZoneName> {
        let mut subnets = self.network()?.subnets.iter();
        let subnet = subnets.find(|one| Some(&one.id) == nat.subnet.as_ref())?;
        Some(&subnet.zone)
    }

    /// An address that an earlier plan allocated and nothing uses; else a new one.
    fn address(&mut self, letter: &str, name: &str) -> Ref<AllocationId> {
        let addresses = self.network().map_or(&[][..], |all| &all.addresses);
        let left = addresses
            .iter()
            .find(|one| !one.associated && one.tags.get("Name").is_some_and(|own| own == name));
        if let Some(address) = left {
            return Ref::Known(address.id.clone());
        }
        let change = NetworkChange::AllocateAddress {
            at: self.spec.at.clone(),
            name: name.into(),
            tags: self.spec.tags.clone(),
        };
        let title = format!("allocate an elastic address for {name}");
        let why = "a NAT gateway speaks with an address of its own";
        let id = self.change(&format!("address-{letter}"), title, why, change, &[]);
        self.needs.addresses += 1;
        Ref::output(id.as_str())
    }
}
