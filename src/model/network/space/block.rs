//! A block that a VPC may have.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};

/// Why a text is no block for a VPC, with what would be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotABlock {
    #[error("`{0}` is no CIDR block: write 10.1.0.0/16")]
    Unreadable(String),
    #[error("{given} has host bits set: the block is {block}")]
    HostBits { given: String, block: Ipv4Net },
    #[error("{0}: AWS takes blocks from /16 to /28 for a VPC")]
    Length(Ipv4Net),
    #[error("{0} is IPv6: a VPC's own block is IPv4, AWS gives IPv6 blocks itself")]
    Six(IpNet),
    #[error("{0}: {1}, which AWS does not take for a VPC")]
    Special(Ipv4Net, &'static str),
}

/// Blocks that no VPC can have (Amazon VPC, "IPv4 VPC CIDR blocks", and RFC 6890).
const SPECIAL: [(Ipv4Addr, u8, &str); 5] = [
    (Ipv4Addr::UNSPECIFIED, 8, "this network"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(198, 19, 0, 0), 16, "used by AWS itself"),
    (Ipv4Addr::new(224, 0, 0, 0), 3, "multicast and beyond"),
];

/// RFC 1918 and RFC 6598: addresses that nobody has on the internet.
const PRIVATE: [(Ipv4Addr, u8); 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];

/// Reads a block for a VPC; spaces around it do no harm.
pub fn vpc_block(text: &str) -> Result<Ipv4Net, NotABlock> {
    let text = text.trim();
    let unreadable = || NotABlock::Unreadable(text.into());
    // A lone address would be taken for a block of one.
    let block: IpNet = text
        .contains('/')
        .then(|| text.parse().ok())
        .flatten()
        .ok_or_else(unreadable)?;
    let block = match block {
        IpNet::V4(block) => block,
        six @ IpNet::V6(_) => return Err(NotABlock::Six(six)),
    };
    if block != block.trunc() {
        return Err(NotABlock::HostBits {
            given: text.into(),
            block: block.trunc(),
        });
    }
    if !(16..=28).contains(&block.prefix_len()) {
        return Err(NotABlock::Length(block));
    }
    let special = SPECIAL
        .iter()
        .find(|(start, length, _)| within(block, *start, *length));
    match special {
        Some((_, _, why)) => Err(NotABlock::Special(block, why)),
        None => Ok(block),
    }
}

/// Whether no address of the block is somebody's on the internet.
#[must_use]
pub fn is_private(block: Ipv4Net) -> bool {
    PRIVATE
        .iter()
        .any(|(start, length)| within(block, *start, *length))
}

fn within(block: Ipv4Net, start: Ipv4Addr, length: u8) -> bool {
    let whole = Ipv4Net::new(start, length);
    whole.is_ok_and(|whole| whole.contains(&block))
}
