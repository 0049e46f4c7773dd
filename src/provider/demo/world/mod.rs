//! The world itself: accounts, a clock, faults, a ledger, and one function that answers a call.

mod answer;
mod perform;

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    call::{Answer, Call},
    clock::Clock,
    ec2::Ec2,
    eks::Eks,
    estate::{Estate, Role, Site},
    faults::Faults,
    iam::Iam,
    ledger::Entry,
    metrics::{BalancerConduct, Conducts},
    objects::Bucket,
    options::DemoOptions,
    organizations::Directory,
    quotas::Quotas,
    rds::{Hand, Rds},
    route53::Route53,
    scene::Scene,
    zonal::Zonal,
};
use crate::{
    model::{
        AccountId, HealthCheckId, HostedZoneId, Place, SubnetId,
        compute::Compute,
        network::Network,
        protection::{Databases, Wanted},
        traffic::Record,
    },
    provider::{Envelope, Error, Kind, Result},
};

/// What outlives the process: only what differs from the world that the seed gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// The world's time when this was kept; a virtual clock goes on from there.
    pub(super) at: Option<Timestamp>,
    pub(super) faults: Faults,
    route53: Route53,
    #[serde(default)]
    ec2: Ec2,
    #[serde(default)]
    rds: Rds,
    #[serde(default)]
    zonal: Zonal,
    #[serde(default)]
    bucket: Bucket,
    #[serde(default)]
    eks: Eks,
    #[serde(default)]
    iam: Iam,
    #[serde(default)]
    organizations: Directory,
    #[serde(default)]
    quotas: Quotas,
    #[serde(default)]
    conducts: Conducts,
    /// Changes that took effect; no two objects are named alike.
    #[serde(default)]
    made: u64,
    ledger: Vec<Entry>,
    /// Changes sent since the faults were set; `perform:N` counts in it.
    sends: u64,
    /// Calls answered; decides which of them a rate hits.
    calls: u64,
    due: Vec<Due>,
}

/// A change that takes effect later than its sender was told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Due {
    at: Timestamp,
    envelope: Envelope,
    external_id: String,
}

pub(super) struct World {
    estate: Estate,
    clock: Clock,
    state: State,
}

/// An answer and how long it takes to come.
pub(super) struct Reply {
    pub(super) delay: Delay,
    pub(super) result: Result<Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delay {
    For(Duration),
    Forever,
}

impl World {
    /// The world of `options`, as it was left where `state` is given.
    pub(super) fn new(options: &DemoOptions, state: Option<State>) -> Self {
        let mut state = state.unwrap_or_default();
        let resumed = if options.clock.is_real() {
            None
        } else {
            state.at
        };
        let faults = options.faults.clone().unwrap_or_default();
        if faults != state.faults {
            state.faults = faults;
            state.sends = 0;
        }
        Self {
            estate: Estate::new(options.seed, options.size()),
            clock: Clock::start(options.clock, resumed),
            state,
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
    }

    pub(super) fn set_faults(&mut self, faults: Faults) {
        self.state.faults = faults;
        self.state.sends = 0;
    }

    pub(super) fn ledger(&self) -> &[Entry] {
        &self.state.ledger
    }

    /// What must be kept for the world to go on after this process.
    pub(super) fn state(&self) -> State {
        State {
            at: Some(self.now()),
            ..self.state.clone()
        }
    }

    pub(super) fn set_health(&mut self, check: &HealthCheckId, healthy: bool) {
        self.state.route53.set_health(check, healthy);
    }

    /// Decides how a load balancer does from now on.
    pub(super) fn set_conduct(&mut self, place: &Place, name: &str, conduct: BalancerConduct) {
        let now = self.now();
        self.state.conducts.set(place, name, now, conduct);
    }

    /// Grants a quota, as a support case does.
    pub(super) fn grant(&mut self, place: &Place, code: &str, value: u64) {
        self.state.quotas.grant(place, code, value);
    }

    /// The network as it is now.
    pub(super) fn network(&self, place: &Place) -> Result<Network> {
        self.state.ec2.network(&self.scene(self.now()), place)
    }

    /// Puts a whole network in place of the one that is there.
    pub(super) fn put_network(&mut self, network: Network) {
        let (now, number) = (self.clock.now(), self.state.made);
        let State {
            ec2,
            faults,
            quotas,
            ..
        } = &mut self.state;
        let scene = Scene {
            estate: &self.estate,
            faults,
            quotas,
            at: now,
            number,
        };
        ec2.put(&scene, network);
    }

    /// Puts or removes an interface of another service in a subnet, which then cannot be deleted.
    pub(super) fn occupy(&mut self, subnet: &SubnetId, occupied: bool) {
        self.state.ec2.occupy(subnet, occupied);
    }

    pub(super) fn edit(
        &mut self,
        account: AccountId,
        zone: &HostedZoneId,
        record: Record,
        delete: bool,
    ) -> Result<()> {
        let (now, site) = (self.clock.now(), site(&self.estate, account)?);
        let route53 = &mut self.state.route53;
        route53.edit(&self.estate, site, zone, record, delete, now)
    }

    /// Changes the clusters of a place behind everybody's back.
    pub(super) fn edit_compute(
        &mut self,
        place: &Place,
        edit: impl FnOnce(&mut Compute),
    ) -> Result<()> {
        self.state.made += 1;
        let at = self.clock.now();
        let State {
            eks,
            faults,
            quotas,
            made,
            ..
        } = &mut self.state;
        let scene = Scene {
            estate: &self.estate,
            faults,
            quotas,
            at,
            number: *made,
        };
        eks.edit(&scene, place, edit)
    }

    /// The databases of a place, now.
    pub(super) fn databases(&mut self, place: &Place, wanted: &Wanted) -> Result<Databases> {
        self.take_effect();
        let scene = self.scene(self.now());
        self.state.rds.databases(&scene, place, wanted)
    }

    /// Does something to a database that no change of ours does.
    pub(super) fn by_hand(&mut self, place: &Place, hand: Hand) -> Result<()> {
        self.state.made += 1;
        let at = self.clock.now();
        let State {
            rds,
            faults,
            quotas,
            made,
            ..
        } = &mut self.state;
        let scene = Scene {
            estate: &self.estate,
            faults,
            quotas,
            at,
            number: *made,
        };
        rds.by_hand(&scene, place, hand)
    }

    /// Answers one call and says how long the answer takes.
    pub(super) fn reply(&mut self, call: Call) -> Reply {
        let faults = &self.state.faults;
        let (account, region) = (call.account(), call.region());
        let speaks_to_aws = call.action().is_some();
        let delay = match () {
            () if !speaks_to_aws => Delay::For(Duration::ZERO),
            () if faults.hangs(account, region.as_ref()) => Delay::Forever,
            () => Delay::For(faults.latency()),
        };
        let result = match delay {
            // Nothing may happen in a place that does not answer, or a call given up would act.
            Delay::Forever => Err(unreachable(&call)),
            Delay::For(_) => self.answer(call),
        };
        let result = result.map_err(|error| match account {
            Some(account) if error.account.is_none() => error.at(account, region.as_ref()),
            _ => error,
        });
        Reply { delay, result }
    }

    /// The moment that a read shows.
    fn seen(&self) -> Timestamp {
        let stale = self.state.faults.stale();
        self.now().saturating_sub(stale).unwrap_or(Timestamp::MIN)
    }

    /// Why a fault or the account's state refuses the call before anything happens.
    fn refusal(&self, call: &Call) -> Option<Error> {
        let action = call.action()?;
        let service = call.service()?;
        let (faults, account, region) = (&self.state.faults, call.account(), call.region());
        if faults.expired(account, region.as_ref()) {
            return Some(Error::new(Kind::SignedOut {
                profile: None,
                login: None,
                message: "the security token included in the request is expired".into(),
            }));
        }
        if faults.denied(account, region.as_ref()) {
            return Some(Error::new(Kind::Denied {
                action: action.into(),
                message: "no role of this session may do it there".into(),
            }));
        }
        if hit(
            &self.estate,
            "throttle",
            self.state.calls,
            faults.throttled(service),
        ) {
            return Some(Error::new(Kind::Throttled {
                service: service.into(),
                retry_after: None,
            }));
        }
        if !matches!(call, Call::Perform(_))
            && hit(
                &self.estate,
                "error",
                self.state.calls,
                faults.errors(service),
            )
        {
            return Some(server_error(service));
        }
        let site = self.estate.site(account?)?;
        (site.role == Role::Suspended).then(|| {
            Error::new(Kind::Suspended {
                status: "suspended".into(),
            })
        })
    }
}

/// The account, or that there is none.
fn site(estate: &Estate, account: AccountId) -> Result<&Site> {
    estate.site(account).ok_or_else(|| {
        Error::new(Kind::NotFound {
            kind: "account".into(),
            name: account.to_string(),
        })
    })
}

/// Whether a rate hits this call.
fn hit(estate: &Estate, what: &str, call: u64, rate: f64) -> bool {
    rate > 0.0 && estate.seed.share(&format!("{what}/{call}")) < rate
}

fn server_error(service: &str) -> Error {
    Error::new(Kind::Service {
        service: service.into(),
        code: "InternalFailure".into(),
        message: "the request processing has failed because of an unknown error".into(),
    })
}

fn unreachable(call: &Call) -> Error {
    Error::new(Kind::Unreachable {
        service: call.service().unwrap_or("simulation").into(),
        message: "no answer".into(),
    })
}
