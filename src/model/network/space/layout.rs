//! How a VPC's block is cut into subnets.

use ipnet::Ipv4Net;
use serde::{Deserialize, Serialize};

/// The public and the private subnets, one of each for every zone, in the order of the zones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub public: Vec<Ipv4Net>,
    pub private: Vec<Ipv4Net>,
}

/// The block has not the room.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{block} has no room for {zones} public and {zones} private subnets of /{length}; take a \
     larger block, smaller subnets (up to /28), or fewer zones"
)]
pub struct TooSmall {
    pub block: Ipv4Net,
    pub zones: usize,
    pub length: u8,
}

/// The smallest subnet that AWS makes.
const SMALLEST: u8 = 28;
/// What a subnet has where there is room: the reference architecture's.
const USUAL: u8 = 24;
/// Private subnets begin at this one, where the block is large enough.
const PRIVATE: u32 = 8;

/// Addresses of a subnet that can be used: AWS keeps the first four and the last.
#[must_use]
pub fn usable(subnet: Ipv4Net) -> u32 {
    let addresses = 1_u64 << (32 - subnet.prefix_len());
    u32::try_from(addresses.saturating_sub(5)).unwrap_or(u32::MAX)
}

impl Layout {
    /// Subnets of `length` in `block`, or of /24, or of what there is room for. Public ones lie at
    /// the start, private ones from the eighth on or in the second half.
    pub fn cut(block: Ipv4Net, zones: usize, length: Option<u8>) -> Result<Self, TooSmall> {
        let one_side = zones.max(1).next_power_of_two();
        let bits = one_side.trailing_zeros() + 1;
        let narrow = block
            .prefix_len()
            .saturating_add(u8::try_from(bits).unwrap_or(u8::MAX));
        let length = length.unwrap_or_else(|| narrow.max(USUAL));
        let too_small = || TooSmall {
            block,
            zones,
            length,
        };
        if length > SMALLEST || length < block.prefix_len() {
            return Err(too_small());
        }
        let zones = u32::try_from(zones).map_err(|_| too_small())?;
        let room = 1_u32 << (length - block.prefix_len());
        let second_half = PRIVATE.min(room / 2).max(zones);
        if second_half + zones > room {
            return Err(too_small());
        }
        let size = 1_u64 << (32 - length);
        let start = u64::from(u32::from(block.network()));
        let at = |number: u32| {
            let address = u32::try_from(start + u64::from(number) * size);
            Ipv4Net::new(address.unwrap_or(u32::MAX).into(), length)
        };
        let row = |first: u32| {
            let numbers = first..first + zones;
            numbers.map(at).collect::<Result<Vec<Ipv4Net>, _>>()
        };
        match (row(0), row(second_half)) {
            (Ok(public), Ok(private)) => Ok(Self { public, private }),
            _ => Err(too_small()),
        }
    }

    pub fn all(&self) -> impl Iterator<Item = Ipv4Net> {
        self.public.iter().chain(&self.private).copied()
    }
}
