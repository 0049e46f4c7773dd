//! Address space: which blocks are taken and by whom, where there is room, and how a block is cut
//! into subnets. Pure.

mod block;
mod layout;
#[cfg(test)]
mod tests;

use std::fmt;

use ipnet::{IpNet, Ipv4Net};
use serde::{Deserialize, Serialize};

pub use block::{NotABlock, is_private, vpc_block};
pub use layout::{Layout, TooSmall, usable};

use super::Network;
use crate::model::{Place, VpcId};

/// Every block that somebody holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressSpace {
    taken: Vec<Taken>,
}

/// A block and who holds it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Taken {
    pub block: IpNet,
    pub by: Holder,
}

/// Who holds a block.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    Vpc {
        place: Place,
        vpc: VpcId,
        label: String,
    },
    /// A VPC of an account that was not read, known by its peerings alone.
    Peer { place: Place, vpc: VpcId },
    /// A network outside of AWS.
    OnPremises,
    /// Kept free by agreement; for what.
    Reserved(String),
}

impl AddressSpace {
    /// What the VPCs of these networks hold, with all their blocks, and the far ends of their
    /// peerings.
    #[must_use]
    pub fn of<'a>(networks: impl IntoIterator<Item = &'a Network> + Clone) -> Self {
        let mut space = Self::default();
        for network in networks.clone() {
            for vpc in &network.vpcs {
                let by = Holder::Vpc {
                    place: network.place.clone(),
                    vpc: vpc.id.clone(),
                    label: vpc.label().into(),
                };
                space.take(&vpc.cidrs, &by);
            }
        }
        for peering in networks.into_iter().flat_map(|network| &network.peerings) {
            if matches!(
                peering.status.as_str(),
                "deleted" | "failed" | "rejected" | "expired"
            ) {
                continue;
            }
            for end in [&peering.requester, &peering.accepter] {
                if space.holds(&end.vpc) {
                    continue;
                }
                let by = Holder::Peer {
                    place: Place::new(end.account, end.region.clone()),
                    vpc: end.vpc.clone(),
                };
                space.take(&end.cidrs, &by);
            }
        }
        space
    }

    /// Adds blocks to what is taken.
    pub fn take(&mut self, blocks: &[IpNet], by: &Holder) {
        let taken = blocks.iter().map(|&block| Taken {
            block,
            by: by.clone(),
        });
        self.taken.extend(taken);
    }

    fn holds(&self, vpc: &VpcId) -> bool {
        self.taken.iter().any(|taken| match &taken.by {
            Holder::Vpc { vpc: held, .. } | Holder::Peer { vpc: held, .. } => held == vpc,
            Holder::OnPremises | Holder::Reserved(_) => false,
        })
    }

    /// Everything that shares an address with `block`.
    pub fn touching<'s>(&'s self, block: &'s IpNet) -> impl Iterator<Item = &'s Taken> {
        self.taken
            .iter()
            .filter(move |taken| touch(&taken.block, block))
    }

    /// The first block of `length` bits in the pools, in their order, that nobody holds any part
    /// of.
    #[must_use]
    pub fn free(&self, pools: &[Ipv4Net], length: u8) -> Option<Ipv4Net> {
        let mut busy: Vec<(u64, u64)> = self
            .taken
            .iter()
            .filter_map(|taken| span(taken.block))
            .collect();
        busy.sort_unstable();
        let mut fitting = pools.iter().filter(|pool| pool.prefix_len() <= length);
        fitting.find_map(|pool| first_gap(&busy, *pool, length))
    }
}

impl Taken {
    /// Whether it is (a part of) this VPC.
    #[must_use]
    pub fn is_of(&self, wanted: &VpcId) -> bool {
        matches!(&self.by, Holder::Vpc { vpc, .. } | Holder::Peer { vpc, .. } if vpc == wanted)
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let block = &self.block;
        match &self.by {
            Holder::Vpc { place, vpc, label } if label != vpc.as_str() => {
                write!(f, "{block} of {label} ({vpc}, {place})")
            }
            Holder::Vpc { place, vpc, .. } => write!(f, "{block} of {vpc} ({place})"),
            Holder::Peer { place, vpc } => {
                write!(f, "{block} of {vpc} ({place}), known by a peering")
            }
            Holder::OnPremises => write!(f, "{block} on premises"),
            Holder::Reserved(what) => write!(f, "{block} reserved for {what}"),
        }
    }
}

/// Whether two blocks share an address: blocks nest or are apart, they never cross.
#[must_use]
pub fn touch(one: &IpNet, two: &IpNet) -> bool {
    one.contains(two) || two.contains(one)
}

/// The first and the last address, as numbers; only for IPv4.
fn span(block: IpNet) -> Option<(u64, u64)> {
    match block {
        IpNet::V4(block) => Some((
            u64::from(u32::from(block.network())),
            u64::from(u32::from(block.broadcast())),
        )),
        IpNet::V6(_) => None,
    }
}

/// The first aligned block of `length` in `pool` between what is busy, which is in order.
fn first_gap(busy: &[(u64, u64)], pool: Ipv4Net, length: u8) -> Option<Ipv4Net> {
    let size = 1_u64 << (32 - length);
    let (mut at, end) = span(pool.into())?;
    for &(first, last) in busy {
        if last < at {
            continue;
        }
        if first >= at + size {
            break;
        }
        at = (last + 1).next_multiple_of(size);
    }
    if at + size - 1 > end {
        return None;
    }
    let start = u32::try_from(at).ok()?;
    Ipv4Net::new(start.into(), length).ok()
}
