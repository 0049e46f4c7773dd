//! The world itself: accounts, a clock, faults, a ledger, and one function that answers a call.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    call::{Answer, Call, Outcome},
    clock::Clock,
    content,
    estate::{Estate, Role, Site, arn},
    faults::{Fault, Faults},
    ledger::{Effect, Entry},
    options::DemoOptions,
    route53::Route53,
};
use crate::{
    model::{AccountId, Change, HealthCheckId, HostedZoneId, traffic::Record},
    provider::{Accepted, Caller, Envelope, Error, Kind, Result},
};

/// What outlives the process: only what differs from the world that the seed gives.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// The world's time when this was kept; a virtual clock goes on from there.
    pub(super) at: Option<Timestamp>,
    pub(super) faults: Faults,
    route53: Route53,
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
    change: Change,
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

    /// Answers one call and says how long the answer takes.
    pub(super) fn reply(&mut self, call: Call) -> Reply {
        let faults = &self.state.faults;
        let (account, region) = (call.account(), call.region().cloned());
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

    /// Answers one call, now.
    pub(super) fn answer(&mut self, call: Call) -> Result<Answer> {
        self.take_effect();
        self.state.calls += 1;
        if let Some(error) = self.refusal(&call) {
            if let Call::Perform(envelope) = call {
                self.state.sends += 1;
                self.note(
                    &envelope,
                    Effect::Nothing {
                        reason: error.kind.to_string(),
                    },
                    true,
                );
            }
            return Err(error);
        }
        let now = self.clock.now();
        let estate = &self.estate;
        Ok(match call {
            Call::Caller(account) => Answer::Caller(caller(estate, account)?),
            Call::Organization(page) => {
                let (part, more) = content::organization::page(estate, page);
                Answer::Organization(Box::new(part), more)
            }
            Call::Network(place) => {
                let site = site(estate, place.account)?;
                Answer::Network(Box::new(content::network::network(
                    estate, site, &place, now,
                )))
            }
            Call::Clusters(place) => {
                let site = site(estate, place.account)?;
                let dry = self.state.faults.no_capacity(&place.region);
                Answer::Clusters(content::clusters::clusters(estate, site, &place, now, dry))
            }
            Call::Cost(query) => Answer::Cost(Box::new(content::costs::report(estate, query, now))),
            Call::Forecast(metric) => {
                Answer::Forecast(content::costs::forecast(estate, metric, now))
            }
            Call::Anomalies => Answer::Anomalies(content::costs::anomalies(estate, now)),
            Call::Budgets(account) => {
                let site = site(estate, account)?;
                Answer::Budgets(content::costs::budgets(estate, site, now))
            }
            Call::Protection(place) => {
                let site = site(estate, place.account)?;
                let found = content::protection::protection(estate, site, &place, now);
                Answer::Protection(Box::new(found))
            }
            Call::Zones(account) => {
                let site = site(estate, account)?;
                Answer::Zones(self.state.route53.zones(estate, site, self.seen()))
            }
            Call::Balancers(place) => {
                let site = site(estate, place.account)?;
                Answer::Balancers(content::balancers::balancers(estate, site, &place))
            }
            Call::Answers {
                account,
                zone,
                sides,
                samples,
            } => {
                let site = site(estate, account)?;
                let (calls, faults) = (self.state.calls, &self.state.faults);
                let asked = super::route53::Asked {
                    sides: &sides,
                    samples,
                    lag: faults.dns_lag(),
                    loss: faults.lost_dns(),
                    salt: calls,
                    now,
                };
                Answer::Answers(self.state.route53.answers(estate, site, &zone, &asked)?)
            }
            Call::Perform(envelope) => Answer::Performed(self.perform(&envelope)),
            Call::Standing(change) => {
                let site = site(estate, change.account())?;
                let seen = self.seen();
                match &*change {
                    Change::Traffic(change) => {
                        let zone = self.state.route53.zone(estate, site, change.zone(), seen)?;
                        Answer::Standing(change.standing(&zone))
                    }
                }
            }
            Call::Settled(_, accepted) => {
                Answer::Settled(self.state.route53.settled(&accepted, now)?)
            }
            Call::Now => Answer::Now(now),
            Call::Advance { millis } => {
                self.advance(Duration::from_millis(millis));
                Answer::Done
            }
            Call::SetFaults(faults) => {
                // Everybody who joins with the same faults must not start their count again.
                if faults != self.state.faults {
                    self.set_faults(faults);
                }
                Answer::Done
            }
            Call::Ledger => Answer::Ledger(self.state.ledger.clone()),
            Call::Edit {
                account,
                zone,
                record,
                delete,
            } => {
                self.edit(account, &zone, *record, delete)?;
                Answer::Done
            }
            Call::SetHealth { check, healthy } => {
                self.set_health(&check, healthy);
                Answer::Done
            }
        })
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
        if faults.expired(account, region) {
            return Some(Error::new(Kind::SignedOut {
                profile: None,
                message: "the security token included in the request is expired".into(),
            }));
        }
        if faults.denied(account, region) {
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
        let writes = call.writes();
        if !writes
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

    fn perform(&mut self, envelope: &Envelope) -> Outcome {
        self.state.sends += 1;
        let service = "route53";
        let fault = self.state.faults.of_send(self.state.sends).cloned();
        let error = match &fault {
            Some(Fault::Lost(_)) => Error::new(Kind::Unreachable {
                service: service.into(),
                message: "the connection was closed before the answer".into(),
            }),
            _ => server_error(service),
        }
        .at(envelope.change.account(), None);
        match fault {
            Some(Fault::FailBefore(_)) => {
                let reason = "a server error before the effect".into();
                self.note(envelope, Effect::Nothing { reason }, false);
                return Outcome::Unknown(error);
            }
            Some(Fault::Late { after, .. }) => {
                let at = self.now().saturating_add(after).unwrap_or(Timestamp::MAX);
                let external_id = self.change_id();
                self.state.due.push(Due {
                    at,
                    change: envelope.change.clone(),
                    external_id: external_id.clone(),
                });
                self.note(
                    envelope,
                    Effect::Late {
                        due: at,
                        external_id,
                    },
                    false,
                );
                return Outcome::Unknown(error);
            }
            _ => {}
        }
        let external_id = self.change_id();
        match self.apply(&envelope.change, &external_id, self.now()) {
            Err(error) => {
                let reason = error.kind.to_string();
                self.note(envelope, Effect::Nothing { reason }, true);
                Outcome::Refused(error.at(envelope.change.account(), None))
            }
            Ok(()) => {
                let done = Effect::Done {
                    external_id: external_id.clone(),
                };
                self.note(envelope, done, fault.is_none());
                match fault {
                    Some(_) => Outcome::Unknown(error),
                    None => Outcome::Accepted(Accepted {
                        request_id: Some(self.request_id()),
                        external_id: Some(external_id),
                    }),
                }
            }
        }
    }

    /// Changes the world.
    fn apply(&mut self, change: &Change, external_id: &str, at: Timestamp) -> Result<()> {
        let site = site(&self.estate, change.account())?;
        match change {
            Change::Traffic(change) => {
                let (route53, faults) = (&mut self.state.route53, &self.state.faults);
                route53.change(&self.estate, site, change, external_id, faults, at)
            }
        }
    }

    /// Lets everything happen that was due by now.
    fn take_effect(&mut self) {
        let now = self.now();
        let (due, later) = std::mem::take(&mut self.state.due)
            .into_iter()
            .partition(|due: &Due| due.at <= now);
        self.state.due = later;
        for Due {
            at,
            change,
            external_id,
        } in due
        {
            // A late change that the service refuses by then has simply never happened.
            let _ = self.apply(&change, &external_id, at);
        }
    }

    fn note(&mut self, envelope: &Envelope, effect: Effect, answered: bool) {
        self.state.ledger.push(Entry {
            number: self.state.ledger.len() as u64 + 1,
            at: self.clock.now(),
            key: envelope.key.clone(),
            reference: envelope.reference.clone(),
            tags: envelope.tags.clone(),
            change: envelope.change.clone(),
            effect,
            answered,
        });
    }

    fn change_id(&self) -> String {
        let what = format!("change/{}", self.state.ledger.len());
        format!("C{}", self.estate.seed.letters(&what, 20))
    }

    fn request_id(&self) -> String {
        self.estate
            .seed
            .uuid(&format!("request/{}", self.state.calls))
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

fn caller(estate: &Estate, account: Option<AccountId>) -> Result<Caller> {
    let site = match account {
        Some(account) => site(estate, account)?,
        None => estate.management(),
    };
    let role = "assumed-role/AwsdeckOperator/awsdeck-demo";
    Ok(Caller {
        account: site.id,
        arn: arn("sts", "", &site.id.to_string(), role),
        expires: None,
    })
}
