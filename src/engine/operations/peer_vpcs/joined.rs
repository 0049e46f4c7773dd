//! The steps of one peering: everything that it wants and that is not there. Pure.

use ipnet::IpNet;

use super::{
    super::Refusal,
    sides::{End, EndTable, PeeringSpec},
};
use crate::{
    engine::plan::{
        Compensation, Draft, Expected, NetworkProbe, PeeringState, Precondition, Probe, Step,
        StepId, Work,
    },
    model::{
        Change, PeeringId, Ref,
        change::{Location, NetworkChange, PeeringSide, RouteVia},
        network::{Destination, Peering, Route, RouteTarget, touch},
    },
};

/// The fact that a plan rests on where the peering is there already.
pub(super) const FACT: &str = "peering";

/// Steps that make a peering whole, and what later steps build on.
#[derive(Clone, Debug)]
pub(in crate::engine::operations) struct PeeringPart {
    pub(in crate::engine::operations) draft: Draft,
    pub(in crate::engine::operations) peering: Ref<PeeringId>,
    pub(in crate::engine::operations) warnings: Vec<String>,
    /// Whether it becomes active by this plan.
    pub(in crate::engine::operations) activates: bool,
    /// The most routes that one table has and gets, by side: requester, accepter.
    pub(in crate::engine::operations) routes: [(u64, u64); 2],
}

struct Builder<'a> {
    spec: &'a PeeringSpec,
    /// The sides as the peering has them: whoever asked for it is the requester.
    requester: &'a End,
    accepter: &'a End,
    existing: Option<&'a Peering>,
    draft: Draft,
    warnings: Vec<String>,
}

/// Plans what is missing. `existing` is a living peering of the two, whoever asked for it.
pub(in crate::engine::operations) fn peering(
    spec: &PeeringSpec,
    existing: Option<&Peering>,
) -> Result<PeeringPart, Refusal> {
    let turned =
        existing.is_some_and(|found| Some(&found.requester.vpc) == spec.accepter.vpc.known());
    let (requester, accepter) = if turned {
        (&spec.accepter, &spec.requester)
    } else {
        (&spec.requester, &spec.accepter)
    };
    let mut builder = Builder {
        spec,
        requester,
        accepter,
        existing,
        draft: Draft::default(),
        warnings: Vec::new(),
    };
    let (peering, active) = builder.connection();
    let activates = existing.is_none_or(|found| found.status != "active");
    let mut routes = Vec::new();
    for (side, near, far) in [
        (PeeringSide::Requester, requester, accepter),
        (PeeringSide::Accepter, accepter, requester),
    ] {
        routes.push(builder.routes(side, near, far, &peering, &active)?);
    }
    builder.names(&peering, &active);
    builder.prove(&peering);
    if turned {
        routes.reverse();
    }
    Ok(PeeringPart {
        draft: builder.draft,
        peering,
        warnings: builder.warnings,
        activates,
        routes: [routes[0], routes[1]],
    })
}

impl Builder<'_> {
    fn id(&self, what: &str) -> String {
        format!("{}{what}", self.spec.prefix)
    }

    fn add(&mut self, step: Step, title: String, then: &[StepId]) -> StepId {
        self.draft
            .add(Step { title, ..step }, &then.iter().collect::<Vec<_>>())
    }

    /// The connection itself, active at last; gives the steps after which it is.
    fn connection(&mut self) -> (Ref<PeeringId>, Vec<StepId>) {
        let (peering, asked) = match self.existing {
            Some(found) => {
                if found.status == "active" {
                    return (Ref::Known(found.id.clone()), Vec::new());
                }
                self.warnings.push(format!(
                    "{} was asked for before and is accepted by this plan: rolling back leaves it \
                     accepted",
                    found.id
                ));
                (Ref::Known(found.id.clone()), Vec::new())
            }
            None => {
                let asked = self.ask();
                (Ref::output(asked.as_str()), vec![asked])
            }
        };
        let seen = self.wait(
            "seen",
            self.accepter.at.clone(),
            &peering,
            PeeringState::PendingAcceptance,
            &asked,
        );
        let change = NetworkChange::AcceptPeering {
            at: self.accepter.at.clone(),
            peering: peering.clone(),
        };
        let why = "the owner of the other VPC has to want it too";
        let mut step = Step::change(&self.id("accept"), Change::Network(change), why).taking(5, 60);
        if self.existing.is_some() {
            step.compensation = Compensation::None {
                because: "the request was there before: only deleting it would undo its acceptance"
                    .into(),
            };
        }
        let title = format!("accept it in account {}", self.accepter.at.account);
        let accept = self.add(step, title, &[seen]);
        let active = self.wait(
            "active",
            self.requester.at.clone(),
            &peering,
            PeeringState::Active,
            &[accept],
        );
        (peering, vec![active])
    }

    fn ask(&mut self) -> StepId {
        let change = NetworkChange::CreatePeering {
            at: self.requester.at.clone(),
            vpc: self.requester.vpc.clone(),
            peer: self.accepter.at.clone(),
            peer_vpc: self.accepter.vpc.clone(),
            name: self.spec.name.clone(),
            tags: self.spec.tags.clone(),
        };
        let why = "packets cross over it without leaving the network of AWS";
        let step = Step::change(&self.id("peering"), Change::Network(change), why);
        let (from, to) = (&self.requester.label, &self.accepter.label);
        let title = format!("ask for a peering of {from} with {to}");
        self.add(step.settling(2, 300).taking(5, 60), title, &[])
    }

    /// Waits until one side sees the peering in a state: each account learns of it in its own time.
    fn wait(
        &mut self,
        id: &str,
        at: Location,
        peering: &Ref<PeeringId>,
        is: PeeringState,
        then: &[StepId],
    ) -> StepId {
        let title = format!("wait until account {} sees it {is}", at.account);
        let probe = Probe::Network(NetworkProbe::Peering {
            at,
            peering: peering.clone(),
            is,
        });
        let work = Work::Until {
            probe,
            interval_seconds: 3,
            limit_seconds: 300,
        };
        let why = "accounts learn of a peering one after the other";
        let step = Step::read(&self.id(id), title.clone(), why, work, Expected::new(3, 60));
        self.add(step, title, then)
    }

    /// Routes of one side to all blocks of the other. Gives the most that a table has and gets.
    fn routes(
        &mut self,
        side: PeeringSide,
        near: &End,
        far: &End,
        peering: &Ref<PeeringId>,
        active: &[StepId],
    ) -> Result<(u64, u64), Refusal> {
        let mut fullest = (0, 0);
        let mut number = 0;
        for table in &near.tables {
            let counted = |route: &&Route| route.target != RouteTarget::Local && !route.propagated;
            let used = table.routes.iter().filter(counted).count() as u64;
            let mut added = 0;
            for block in reachable(near, far) {
                let via = RouteVia::Peering(peering.clone());
                let Some((change, title, new)) = self.route(near, table, (far, block), via)? else {
                    continue;
                };
                number += 1;
                added += u64::from(new);
                let why = "packets find the way only where a table says so, on both sides";
                let id = self.id(&format!("{side}-route-{number}"));
                let step = self.resting(Step::change(&id, Change::Network(change), why));
                self.add(step, title, active);
            }
            fullest = fullest.max((used, added));
        }
        Ok(fullest)
    }

    /// The change that leads a table to a block, its title, and whether the table grows.
    fn route(
        &mut self,
        near: &End,
        table: &EndTable,
        (far, block): (&End, IpNet),
        via: RouteVia,
    ) -> Result<Option<(NetworkChange, String, bool)>, Refusal> {
        self.tell_of_detours(table, far, &block, &via);
        let (at, id) = (near.at.clone(), table.id.clone());
        let wanted = Destination::Cidr(block);
        let title = format!("lead {} to {} ({block})", table.name, far.label);
        let Some(route) = table
            .routes
            .iter()
            .find(|route| route.destination == wanted)
        else {
            let change = NetworkChange::CreateRoute {
                at,
                table: id,
                destination: block,
                via,
            };
            return Ok(Some((change, title, true)));
        };
        if via == route.target {
            return Ok(None);
        }
        let leads = route.target.id();
        let from = RouteVia::of(&route.target).filter(|_| route.blackhole);
        match from {
            Some(from) => {
                let change = NetworkChange::ReplaceRoute {
                    at,
                    table: id,
                    destination: block,
                    from,
                    to: via,
                };
                let title = format!("{title} in place of {leads}, which is gone");
                Ok(Some((change, title, false)))
            }
            None => Err(Refusal::Impossible(format!(
                "{} of {} leads {block} to {leads} already: remove that route first, or leave the \
                 table out with --tables",
                table.name, near.label
            ))),
        }
    }

    /// Parts of the far block that a table leads elsewhere.
    fn tell_of_detours(&mut self, table: &EndTable, far: &End, block: &IpNet, via: &RouteVia) {
        for route in &table.routes {
            let Destination::Cidr(cidr) = &route.destination else {
                continue;
            };
            let narrower = cidr != block && block.contains(cidr);
            if narrower && *via != route.target && !route.blackhole {
                self.warnings.push(format!(
                    "{} leads {cidr}, a part of {}, to {}: that part goes another way",
                    table.name,
                    far.label,
                    route.target.id()
                ));
            }
        }
    }

    /// A step that rests on a peering which is there already.
    fn resting(&self, step: Step) -> Step {
        match self.existing {
            Some(found) if found.status == "active" => {
                step.needing(Precondition::Unchanged { fact: FACT.into() })
            }
            _ => step,
        }
    }

    /// Each side lets the other's private names resolve; only its own owner can.
    fn names(&mut self, peering: &Ref<PeeringId>, active: &[StepId]) {
        if !self.spec.dns {
            return;
        }
        let ends = self
            .existing
            .map(|found| [&found.requester, &found.accepter]);
        for (index, (side, near)) in [
            (PeeringSide::Requester, self.requester),
            (PeeringSide::Accepter, self.accepter),
        ]
        .into_iter()
        .enumerate()
        {
            if ends.is_some_and(|ends| ends[index].dns_resolution == Some(true)) {
                continue;
            }
            let change = NetworkChange::SetPeeringDns {
                at: near.at.clone(),
                peering: peering.clone(),
                side,
                from: false,
                to: true,
            };
            let why = "private names lead to public addresses without it";
            let id = self.id(&format!("{side}-names"));
            let step = self.resting(Step::change(&id, Change::Network(change), why));
            let title = format!(
                "let private names of {} resolve on the other side",
                near.label
            );
            self.add(step, title, active);
        }
    }

    /// Sees at the end that both sides reach each other, from what is really there.
    fn prove(&mut self, peering: &Ref<PeeringId>) {
        if self.draft.is_empty() {
            return;
        }
        let probe = Probe::Network(NetworkProbe::Joined {
            a: self.requester.at.clone(),
            b: self.accepter.at.clone(),
            peering: peering.clone(),
        });
        let (a, b) = (&self.requester.label, &self.accepter.label);
        let title = format!("see that {a} and {b} reach each other");
        let work = Work::Until {
            probe,
            interval_seconds: 5,
            limit_seconds: 300,
        };
        let why = "a peering with routes on one side only loses every answer";
        let step = Step::read(&self.id("joined"), title, why, work, Expected::new(2, 30));
        self.draft.prove(step);
    }
}

/// The blocks of the far side that the near side can speak to: IPv6 only where it has some itself.
fn reachable(near: &End, far: &End) -> Vec<IpNet> {
    let six = |block: &IpNet| matches!(block, IpNet::V6(_));
    let speaks_six = near.blocks.iter().any(six);
    let blocks = far.blocks.iter().filter(|block| speaks_six || !six(block));
    blocks.copied().collect()
}

/// The first two blocks, one of each side, that share an address.
pub(super) fn overlap(one: &[IpNet], two: &[IpNet]) -> Option<(IpNet, IpNet)> {
    one.iter().find_map(|a| {
        let b = two.iter().find(|b| touch(a, b))?;
        Some((*a, *b))
    })
}
