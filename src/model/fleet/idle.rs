//! What lies idle and what it costs: at the price that is paid for such a node, with where the price
//! is from and how old it is.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rust_decimal::{Decimal, prelude::FromPrimitive};
use serde::{Deserialize, Serialize};

use super::Node;
use crate::model::{Place, ZoneName, cluster::Capacity};

/// What an instance type costs in one account and region, per instance and hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    pub place: Place,
    pub instance_type: String,
    /// `USD`, and `CNY` in China.
    pub currency: String,
    /// Linux, shared tenancy; from the Price List.
    pub on_demand: Option<Rate>,
    /// The newest of each zone (EC2, DescribeSpotPriceHistory).
    pub spot: BTreeMap<ZoneName, Rate>,
    /// Reservations of capacity of this type (EC2, DescribeCapacityReservations).
    pub blocks: Vec<Block>,
    /// Parts that could not be read.
    pub gaps: Vec<String>,
}

/// A price and the moment from which on it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub hourly: Decimal,
    pub since: Option<Timestamp>,
}

/// Capacity that was reserved, for a time where it is a capacity block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// `cr-…`
    pub id: String,
    /// Paid in advance for a fixed time, as against a reservation that is paid while it lasts.
    pub prepaid: bool,
    pub zone: Option<ZoneName>,
    /// `active`, `scheduled`, `expired`, …
    pub state: String,
    pub instances: u32,
    /// Instances of it that nothing runs on.
    pub unused: u32,
    pub starts: Option<Timestamp>,
    pub ends: Option<Timestamp>,
}

/// Which price was taken.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::Display,
)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    #[strum(serialize = "on demand")]
    OnDemand,
    #[strum(serialize = "spot")]
    Spot,
}

/// What is idle in some nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Idle {
    /// In hundredths of a whole device; `None` where a node does not tell how many it has.
    pub hundredths: Option<u64>,
    /// What could be saved each hour; `None` where no price is known for some of it.
    pub hourly: Option<Decimal>,
    /// Idle capacity that is paid for already: waste, and no saving.
    pub prepaid_hundredths: u64,
    /// The prices that were used, the oldest moment first.
    pub used: BTreeMap<Basis, Option<Timestamp>>,
    pub currency: Option<String>,
}

impl Idle {
    /// Adds up what is idle in `nodes`; `price` finds the price of an instance type.
    pub fn of<'a, 'p>(
        nodes: impl IntoIterator<Item = &'a Node>,
        price: impl Fn(&str) -> Option<&'p Price>,
    ) -> Self {
        let mut idle = Self {
            hundredths: Some(0),
            hourly: Some(Decimal::ZERO),
            ..Self::default()
        };
        for node in nodes.into_iter().filter(|node| node.has_accelerators()) {
            let found = node.instance_type.as_deref().and_then(&price);
            idle.add(node, found);
        }
        idle
    }

    fn add(&mut self, node: &Node, price: Option<&Price>) {
        let (Some(share), Some(devices)) = (node.idle(), node.devices) else {
            self.hundredths = None;
            self.hourly = None;
            return;
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share from 0 to 1 of a count"
        )]
        let hundredths = (share * devices as f64 * 100.0).round() as u64;
        self.hundredths = self.hundredths.map(|all| all + hundredths);
        if share == 0.0 {
            return;
        }
        if matches!(
            node.capacity,
            Some(Capacity::CapacityBlock | Capacity::Reserved)
        ) {
            self.prepaid_hundredths += hundredths;
            return;
        }
        let rate = price.and_then(|price| price.of(node));
        let amount = rate.and_then(|(rate, basis, currency)| {
            let known = self.used.entry(basis).or_insert(rate.since);
            *known = (*known).min(rate.since);
            self.currency = Some(currency.to_owned());
            rate.hourly.checked_mul(Decimal::from_f64(share)?)
        });
        self.hourly = self
            .hourly
            .zip(amount)
            .and_then(|(all, own)| all.checked_add(own))
            .map(|sum| sum.round_dp(4));
    }
}

impl Price {
    /// What is paid for such a node, and by which price. A node of which nobody says how it is
    /// bought is taken as bought on demand.
    #[must_use]
    pub fn of(&self, node: &Node) -> Option<(Rate, Basis, &str)> {
        let (rate, basis) = match node.capacity {
            Some(Capacity::Spot) => (self.spot.get(node.zone.as_ref()?).copied(), Basis::Spot),
            _ => (self.on_demand, Basis::OnDemand),
        };
        Some((rate?, basis, &self.currency))
    }

    /// The reservation that a node runs in: by its own label, else the only one of its zone.
    #[must_use]
    pub fn block_of(&self, node: &Node) -> Option<&Block> {
        if let Some(id) = &node.reservation {
            return self.blocks.iter().find(|block| block.id == *id);
        }
        if node.capacity != Some(Capacity::CapacityBlock) {
            return None;
        }
        let mut own = self.blocks.iter().filter(|block| {
            block.prepaid
                && block.state == "active"
                && (block.zone.is_none() || block.zone == node.zone)
        });
        own.next().filter(|_| own.next().is_none())
    }
}
