//! Follows a packet hop by hop and back: groups, ACLs, routes, peerings, transit gateways.

mod endpoint;
mod leg;
mod ports;
mod route;
mod rules;

use std::{fmt, net::IpAddr};

use serde::{Deserialize, Serialize};

use super::{Network, Traffic, index::Index};
use crate::model::{Health, Place, SecurityGroupId, State, SubnetId, VpcId};
pub use endpoint::NoEndpoint;
pub use route::longest_prefix;

/// Where a packet starts or ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// `None`: outside of all VPCs in view, such as an address in the internet.
    pub vpc: Option<VpcId>,
    /// The subnet that it is in, or that stands for the whole VPC.
    pub subnet: Option<SubnetId>,
    pub address: IpAddr,
    /// Security groups to hold the packet against; none are asked where none are given.
    pub groups: Vec<SecurityGroupId>,
    pub place: Option<Place>,
    /// What to call it, and which subnet was taken for it.
    pub label: String,
}

/// One thing that a packet meets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    pub kind: HopKind,
    /// `true` on the way of the answer.
    pub back: bool,
    /// The id of what was met.
    pub what: String,
    pub judgement: Judgement,
    /// What it did with the packet, and why.
    pub reason: String,
    /// What would let the packet through.
    pub fix: Option<String>,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum HopKind {
    Endpoint,
    SecurityGroup,
    Acl,
    Route,
    Peering,
    TransitGateway,
    InternetGateway,
    NatGateway,
    Other,
}

/// What a hop does with the packet. Ordered from harmless to bad.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Judgement {
    Pass,
    /// What was read is not enough to tell.
    Unsure,
    Block,
}

/// The way there and the way of the answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    pub from: Endpoint,
    pub to: Endpoint,
    pub traffic: Traffic,
    /// In the order in which they are met. Each way ends at the first hop that blocks.
    pub hops: Vec<Hop>,
    pub verdict: Verdict,
}

/// What became of the packet, with the index of the hop that decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Reaches,
    /// Nothing that was read blocks it, but not everything could be followed.
    Unsure(usize),
    Blocked(usize),
}

impl Trace {
    /// Follows `traffic` from one endpoint to another through what was read.
    #[must_use]
    pub fn new<'a>(
        networks: impl IntoIterator<Item = &'a Network>,
        from: Endpoint,
        to: Endpoint,
        traffic: Traffic,
    ) -> Self {
        let index = Index::new(networks);
        let there = leg::Leg {
            index: &index,
            from: &from,
            to: &to,
            traffic,
            back: false,
        };
        let mut hops = there.walk();
        let back = leg::Leg {
            index: &index,
            from: &to,
            to: &from,
            traffic: ports::answers(traffic),
            back: true,
        };
        hops.extend(back.walk());
        let worst = |judgement| hops.iter().position(|hop| hop.judgement == judgement);
        let verdict = match (worst(Judgement::Block), worst(Judgement::Unsure)) {
            (Some(at), _) => Verdict::Blocked(at),
            (None, Some(at)) => Verdict::Unsure(at),
            (None, None) => Verdict::Reaches,
        };
        Self {
            from,
            to,
            traffic,
            hops,
            verdict,
        }
    }

    /// The hop that decided, where one did.
    #[must_use]
    pub fn decisive(&self) -> Option<&Hop> {
        match self.verdict {
            Verdict::Reaches => None,
            Verdict::Unsure(at) | Verdict::Blocked(at) => self.hops.get(at),
        }
    }

    #[must_use]
    pub fn health(&self) -> Health {
        let reason = self.decisive().map(|hop| hop.reason.clone());
        let state = match self.verdict {
            Verdict::Reaches => State::Ok,
            Verdict::Unsure(_) => State::Unknown,
            Verdict::Blocked(_) => State::Failed,
        };
        Health::new(state, reason.unwrap_or_default())
    }
}

impl Judgement {
    /// The state that decides glyph and colour.
    #[must_use]
    pub const fn verdict(self) -> State {
        match self {
            Self::Pass => State::Ok,
            Self::Unsure => State::Unknown,
            Self::Block => State::Failed,
        }
    }
}

/// `tcp 443`, `udp 1024–65535`, `all traffic`
impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let protocol = match self.protocol {
            None => return f.write_str("all traffic"),
            Some(1) => "icmp".into(),
            Some(6) => "tcp".into(),
            Some(17) => "udp".into(),
            Some(58) => "icmpv6".into(),
            Some(number) => format!("protocol {number}"),
        };
        match self.ports {
            None => f.write_str(&protocol),
            Some((one, same)) if one == same => write!(f, "{protocol} {one}"),
            Some((first, last)) => write!(f, "{protocol} {first}–{last}"),
        }
    }
}

#[cfg(test)]
mod tests;
