//! The steps of one network: everything that a specification wants and that is not there. Pure.

mod extras;
mod gateways;
mod ground;
mod routes;

use ipnet::{IpNet, Ipv4Net};

use super::{
    super::{Refusal, headroom::Need},
    spec::{Nat, NetworkSpec},
};
use crate::{
    engine::plan::{Compensation, Draft, Expected, NetworkProbe, Probe, Step, StepId, Way, Work},
    model::{
        Change, QuotaCode, Ref, RouteTableId, SubnetId, VpcId, ZoneName,
        change::{NetworkChange, RouteVia},
        network::{Network, RouteTable, Subnet, Vpc, VpcDns},
    },
};

/// What there is of the network already.
#[derive(Clone, Debug, Default)]
pub(in crate::engine::operations) struct Found {
    /// The place as it was just read; `None` where the account has still to be made.
    pub(in crate::engine::operations) network: Option<Network>,
    pub(in crate::engine::operations) vpc: Option<Vpc>,
    pub(in crate::engine::operations) dns: Option<VpcDns>,
}

/// Steps that make a network whole, and what later steps build on.
#[derive(Clone, Debug)]
pub(in crate::engine::operations) struct NetworkPart {
    pub(in crate::engine::operations) draft: Draft,
    pub(in crate::engine::operations) vpc: Ref<VpcId>,
    pub(in crate::engine::operations) block: Ipv4Net,
    pub(in crate::engine::operations) public: Vec<(ZoneName, Ref<SubnetId>)>,
    pub(in crate::engine::operations) private: Vec<(ZoneName, Ref<SubnetId>)>,
    pub(in crate::engine::operations) private_tables: Vec<Ref<RouteTableId>>,
    pub(in crate::engine::operations) needs: Needs,
    pub(in crate::engine::operations) warnings: Vec<String>,
}

/// What is made of things that are counted or billed.
#[derive(Clone, Debug, Default)]
pub(in crate::engine::operations) struct Needs {
    /// Each quota with what is used of it and what is needed.
    pub(in crate::engine::operations) quotas: Vec<Need>,
    pub(in crate::engine::operations) nat_gateways: u32,
    pub(in crate::engine::operations) addresses: u32,
}

/// A subnet's place in the layout, and the subnet where there is one.
#[derive(Clone, Debug)]
struct Lot<'a> {
    zone: ZoneName,
    letter: String,
    name: String,
    id: Ref<SubnetId>,
    there: Option<&'a Subnet>,
}

/// A route table that is there or will be.
#[derive(Clone, Debug)]
struct Table<'a> {
    id: Ref<RouteTableId>,
    /// Of its steps: `public`, `private-a`.
    label: String,
    name: String,
    there: Option<&'a RouteTable>,
    /// The lots that it decides for, by their place among those of their side.
    serves: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display)]
#[strum(serialize_all = "lowercase")]
enum Side {
    Public,
    Private,
}

struct Builder<'a> {
    spec: &'a NetworkSpec,
    found: &'a Found,
    draft: Draft,
    needs: Needs,
    warnings: Vec<String>,
}

/// Everything that lies outside.
fn everywhere() -> IpNet {
    Ipv4Net::default().into()
}

/// Plans what is missing. What is there and fits stays as it is; what is there and does not fit is
/// told.
pub(in crate::engine::operations) fn network(
    spec: &NetworkSpec,
    found: &Found,
) -> Result<NetworkPart, Refusal> {
    let mut builder = Builder {
        spec,
        found,
        draft: Draft::default(),
        needs: Needs::default(),
        warnings: Vec::new(),
    };
    let vpc = builder.vpc();
    builder.names(&vpc);
    builder.close_default_group(&vpc);
    let public = builder.subnets(&vpc, Side::Public)?;
    let private = builder.subnets(&vpc, Side::Private)?;
    let gateway = builder.internet_gateway(&vpc);
    let public_tables = builder.tables(&vpc, &public, Side::Public);
    let out = RouteVia::InternetGateway(gateway.id.clone());
    let outs = vec![Some(out); public_tables.len()];
    let outs = builder.lead_all_out(&public_tables, outs, &gateway.ready)?;
    let private_tables = builder.tables(&vpc, &private, Side::Private);
    let nats = builder.nat_gateways(&private_tables, &public, &gateway.ready)?;
    let nats = builder.lead_all_out(&private_tables, nats, &[])?;
    builder.endpoints(&vpc, &private_tables);
    builder.flow_logs(&vpc);
    builder.warn_of_missing_logs();
    let mut all = ways(&public, &public_tables, &outs);
    all.extend(ways(&private, &private_tables, &nats));
    builder.count();
    builder.prove(all);
    let ids = |lots: &[Lot<'_>]| {
        let pairs = lots.iter().map(|lot| (lot.zone.clone(), lot.id.clone()));
        pairs.collect()
    };
    Ok(NetworkPart {
        vpc,
        block: spec.block,
        public: ids(&public),
        private: ids(&private),
        private_tables: private_tables
            .iter()
            .map(|table| table.id.clone())
            .collect(),
        draft: builder.draft,
        needs: builder.needs,
        warnings: builder.warnings,
    })
}

/// Where the packets of each subnet shall leave, by the tables that serve them.
fn ways(lots: &[Lot<'_>], tables: &[Table<'_>], vias: &[Option<RouteVia>]) -> Vec<Way> {
    let mut ways = Vec::new();
    for (table, via) in tables.iter().zip(vias) {
        let Some(via) = via else {
            continue;
        };
        ways.extend(table.serves.iter().map(|&lot| Way {
            subnet: lots[lot].id.clone(),
            label: lots[lot].name.clone(),
            destination: everywhere(),
            via: via.clone(),
        }));
    }
    ways
}

impl<'a> Builder<'a> {
    /// The name of a step.
    fn id(&self, what: &str) -> String {
        format!("{}{what}", self.spec.prefix)
    }

    fn network(&self) -> Option<&'a Network> {
        self.found.network.as_ref()
    }

    /// Adds a change; gives the name of its step.
    fn change(
        &mut self,
        id: &str,
        title: String,
        why: &str,
        change: NetworkChange,
        then: &[StepId],
    ) -> StepId {
        let step = Step::change(&self.id(id), Change::Network(change), why);
        self.add(Step { title, ..step }, then)
    }

    /// Leads each table out by its way; gives the ways that will hold.
    fn lead_all_out(
        &mut self,
        tables: &[Table<'a>],
        vias: Vec<Option<RouteVia>>,
        ready: &[StepId],
    ) -> Result<Vec<Option<RouteVia>>, Refusal> {
        let one = |(table, via): (&Table<'a>, Option<RouteVia>)| {
            let Some(via) = via else {
                return Ok(None);
            };
            let holds = self.lead_out(table, &via, ready)?;
            Ok(holds.then_some(via))
        };
        tables.iter().zip(vias).map(one).collect()
    }

    fn add(&mut self, step: Step, then: &[StepId]) -> StepId {
        self.draft.add(step, &then.iter().collect::<Vec<_>>())
    }

    /// The last step that was added goes with what it belongs to: it is not taken back by itself.
    fn goes_with_the_vpc(&mut self) {
        if self.found.vpc.is_none()
            && let Some(step) = self.draft.steps.last_mut()
        {
            step.compensation = Compensation::None {
                because: "it goes with the VPC".into(),
            };
        }
    }

    /// Sees at the end that packets leave as they should, from what is really there.
    fn prove(&mut self, ways: Vec<Way>) {
        if self.draft.is_empty() || ways.is_empty() {
            return;
        }
        let probe = Probe::Network(NetworkProbe::Leads {
            at: self.spec.at.clone(),
            ways,
        });
        let title = format!(
            "see that every subnet of {} leads out as planned",
            self.spec.name
        );
        let work = Work::Until {
            probe,
            interval_seconds: 5,
            limit_seconds: 300,
        };
        let why = "private subnets leave by the NAT gateway of their own zone, or the one there is";
        let step = Step::read(&self.id("leads"), title, why, work, Expected::new(2, 30));
        self.draft.prove(step);
    }

    /// What the quotas must have room for; NAT gateways are counted where they are made.
    fn count(&mut self) {
        let made = |is: fn(&NetworkChange) -> bool| {
            let changes = self.draft.steps.iter().filter_map(Step::changes);
            changes
                .filter(|change| matches!(change, Change::Network(change) if is(change)))
                .count()
        };
        let there = |count: &dyn Fn(&Network) -> usize| self.network().map_or(0, count);
        let own = |vpc: &VpcId| {
            self.found
                .vpc
                .as_ref()
                .is_some_and(|found| found.id == *vpc)
        };
        let tables = |all: &Network| all.route_tables.iter().filter(|one| own(&one.vpc)).count();
        let subnets = |all: &Network| all.subnets.iter().filter(|one| own(&one.vpc)).count();
        let gateways = |all: &Network| {
            let endpoints = all.endpoints.iter();
            endpoints.filter(|one| one.kind == "Gateway").count()
        };
        let counted = [
            (
                QuotaCode::VPCS,
                there(&|all| all.vpcs.len()),
                made(|change| matches!(change, NetworkChange::CreateVpc { .. })),
            ),
            (
                QuotaCode::SUBNETS_PER_VPC,
                there(&subnets),
                made(|change| matches!(change, NetworkChange::CreateSubnet { .. })),
            ),
            (
                QuotaCode::INTERNET_GATEWAYS,
                there(&|all| all.internet_gateways.len()),
                made(|change| matches!(change, NetworkChange::CreateInternetGateway { .. })),
            ),
            (
                QuotaCode::ELASTIC_ADDRESSES,
                there(&|all| all.addresses.len()),
                made(|change| matches!(change, NetworkChange::AllocateAddress { .. })),
            ),
            (
                QuotaCode::ROUTE_TABLES_PER_VPC,
                there(&tables),
                made(|change| matches!(change, NetworkChange::CreateRouteTable { .. })),
            ),
            (
                QuotaCode::GATEWAY_ENDPOINTS,
                there(&gateways),
                made(|change| matches!(change, NetworkChange::CreateEndpoint { .. })),
            ),
        ];
        let needed = counted.into_iter().filter(|(_, _, needed)| *needed > 0);
        let needed = needed.map(|(quota, used, needed)| (quota, used as u64, needed as u64));
        let needed: Vec<Need> = needed.collect();
        self.needs.quotas.extend(needed);
    }
}
