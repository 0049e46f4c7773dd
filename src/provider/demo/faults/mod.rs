//! What goes wrong in the world, on request.

mod parse;

use std::{collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use crate::model::{AccountId, Region};

pub use parse::NotAFault;

/// All faults in force, written as a comma-separated list such as
/// `deny=333333333333,throttle=route53:0.2,lost=perform:1`; `none` is no fault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Faults(Vec<Fault>);

/// One thing that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Every call there is denied.
    Deny(Place),
    /// Every call there never answers.
    Hang(Place),
    /// The session has run out, there or everywhere.
    Expired(Option<Place>),
    /// A share of the calls to a service is throttled.
    Throttle { service: String, rate: f64 },
    /// A share of the calls to a service fails with a server error; never a change that a run sends.
    Error { service: String, rate: f64 },
    /// The n-th change takes effect and its answer is lost.
    Lost(u64),
    /// The n-th change meets a server error and has no effect.
    FailBefore(u64),
    /// The n-th change takes effect and answers with a server error.
    FailAfter(u64),
    /// The n-th change answers with a server error and takes effect that much later.
    Late { send: u64, after: Duration },
    /// Every call takes that long.
    Latency(Duration),
    /// Reads show the world as it was that long ago.
    Stale(Duration),
    /// How long Route 53 takes from `PENDING` to `INSYNC`; `None` is for ever.
    Settle(Option<Duration>),
    /// Name servers keep answering the old records that long after `INSYNC`.
    DnsLag(Duration),
    /// A share of DNS queries gets no answer.
    DnsLoss(f64),
    /// Route 53 refuses a change to a zone while an earlier one is `PENDING`.
    Prior,
    /// What RDS has accepted stays on its way for ever.
    RdsStuck,
    /// A failover of a database is followed by one back.
    RdsFlipsBack,
    /// RDS's log tells of things that much later.
    RdsEventLag(Duration),
    /// RDS's log tells everything twice.
    RdsEventsTwice,
    /// No GPU instance is to be had in a region, or anywhere.
    NoCapacity(Option<Region>),
    /// So many GPU instances are to be had beside those that run, and no more.
    Capacity(u32),
    /// GPU nodes come Ready, and their GPUs cannot be given to pods.
    NoDevicePlugin,
    /// The nodes of node groups that are made do not join: the creation fails.
    CreateFailed,
}

/// An account, or one region of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub account: AccountId,
    pub region: Option<Region>,
}

impl Place {
    /// Whether a call to `account` and `region` happens here. A fault of a region leaves global
    /// services alone.
    fn holds(&self, account: Option<AccountId>, region: Option<&Region>) -> bool {
        let in_region = self.region.as_ref().is_none_or(|own| Some(own) == region);
        account == Some(self.account) && in_region
    }
}

/// The services that `throttle` and `error` can name.
pub(super) const SERVICES: &[&str] = &[
    "organizations",
    "ec2",
    "eks",
    "ce",
    "budgets",
    "rds",
    "route53",
    "s3",
    "elb",
    "servicequotas",
    "sts",
    "iam",
    "cloudwatch",
    "arc-zonal-shift",
];

impl Faults {
    #[must_use]
    pub fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// Adds one fault to those in force.
    pub fn push(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn denied(&self, account: Option<AccountId>, region: Option<&Region>) -> bool {
        self.any(|fault| matches!(fault, Fault::Deny(place) if place.holds(account, region)))
    }

    pub(super) fn hangs(&self, account: Option<AccountId>, region: Option<&Region>) -> bool {
        self.any(|fault| matches!(fault, Fault::Hang(place) if place.holds(account, region)))
    }

    pub(super) fn expired(&self, account: Option<AccountId>, region: Option<&Region>) -> bool {
        self.any(|fault| match fault {
            Fault::Expired(place) => place
                .as_ref()
                .is_none_or(|place| place.holds(account, region)),
            _ => false,
        })
    }

    /// The share of calls to `name` that are throttled.
    pub(super) fn throttled(&self, name: &str) -> f64 {
        self.largest(|fault| match fault {
            Fault::Throttle { service, rate } if service == name => Some(*rate),
            _ => None,
        })
    }

    /// The share of calls to `name` that fail with a server error.
    pub(super) fn errors(&self, name: &str) -> f64 {
        self.largest(|fault| match fault {
            Fault::Error { service, rate } if service == name => Some(*rate),
            _ => None,
        })
    }

    pub(super) fn lost_dns(&self) -> f64 {
        self.largest(|fault| match fault {
            Fault::DnsLoss(rate) => Some(*rate),
            _ => None,
        })
    }

    pub(super) fn latency(&self) -> Duration {
        self.longest(|fault| match fault {
            Fault::Latency(time) => Some(*time),
            _ => None,
        })
    }

    pub(super) fn stale(&self) -> Duration {
        self.longest(|fault| match fault {
            Fault::Stale(time) => Some(*time),
            _ => None,
        })
    }

    pub(super) fn dns_lag(&self) -> Duration {
        self.longest(|fault| match fault {
            Fault::DnsLag(time) => Some(*time),
            _ => None,
        })
    }

    /// The settling time that was asked for, the longest there is for ever.
    pub(super) fn settle(&self) -> Option<Duration> {
        self.0.iter().find_map(|fault| match fault {
            Fault::Settle(time) => Some(time.unwrap_or(Duration::MAX)),
            _ => None,
        })
    }

    pub(super) fn refuses_overlap(&self) -> bool {
        self.any(|fault| *fault == Fault::Prior)
    }

    pub(super) fn rds_stuck(&self) -> bool {
        self.any(|fault| *fault == Fault::RdsStuck)
    }

    pub(super) fn flips_back(&self) -> bool {
        self.any(|fault| *fault == Fault::RdsFlipsBack)
    }

    pub(super) fn event_lag(&self) -> Duration {
        self.longest(|fault| match fault {
            Fault::RdsEventLag(time) => Some(*time),
            _ => None,
        })
    }

    pub(super) fn repeats_events(&self) -> bool {
        self.any(|fault| *fault == Fault::RdsEventsTwice)
    }

    pub(super) fn no_capacity(&self, region: &Region) -> bool {
        self.any(|fault| match fault {
            Fault::NoCapacity(place) => place.as_ref().is_none_or(|own| own == region),
            _ => false,
        })
    }

    /// GPU instances that are to be had in a region beside those that run; `None` is as many as
    /// anybody wants.
    pub(super) fn gpus_left(&self, region: &Region) -> Option<u32> {
        if self.no_capacity(region) {
            return Some(0);
        }
        self.0.iter().find_map(|fault| match fault {
            Fault::Capacity(left) => Some(*left),
            _ => None,
        })
    }

    pub(super) fn lacks_device_plugin(&self) -> bool {
        self.any(|fault| *fault == Fault::NoDevicePlugin)
    }

    pub(super) fn nodes_do_not_join(&self) -> bool {
        self.any(|fault| *fault == Fault::CreateFailed)
    }

    /// What happens to the `number`-th change; the first fault that speaks of it wins.
    pub(super) fn of_send(&self, number: u64) -> Option<&Fault> {
        self.0.iter().find(|fault| match fault {
            Fault::Lost(send)
            | Fault::FailBefore(send)
            | Fault::FailAfter(send)
            | Fault::Late { send, .. } => *send == number,
            _ => false,
        })
    }

    /// Accounts that a fault names, so that a misspelt one can be reported.
    pub(super) fn accounts(&self) -> BTreeSet<AccountId> {
        let account = |fault: &Fault| match fault {
            Fault::Deny(place) | Fault::Hang(place) | Fault::Expired(Some(place)) => {
                Some(place.account)
            }
            _ => None,
        };
        self.0.iter().filter_map(account).collect()
    }

    fn any(&self, test: impl Fn(&Fault) -> bool) -> bool {
        self.0.iter().any(test)
    }

    fn largest(&self, pick: impl Fn(&Fault) -> Option<f64>) -> f64 {
        self.0.iter().filter_map(pick).fold(0.0, f64::max)
    }

    fn longest(&self, pick: impl Fn(&Fault) -> Option<Duration>) -> Duration {
        self.0.iter().filter_map(pick).max().unwrap_or_default()
    }
}
