use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::*;
use crate::model::network::sample;

fn net(text: &str) -> IpNet {
    text.parse().expect("a block")
}

fn four(text: &str) -> Ipv4Net {
    text.parse().expect("a block")
}

fn held(blocks: &[&str]) -> AddressSpace {
    let mut space = AddressSpace::default();
    let blocks: Vec<IpNet> = blocks.iter().map(|block| net(block)).collect();
    space.take(&blocks, &Holder::Reserved("tests".into()));
    space
}

#[test]
fn a_block_is_read_exactly_and_what_is_wrong_is_told_with_what_would_be_right() {
    assert_eq!(vpc_block(" 10.0.0.0/16 "), Ok(four("10.0.0.0/16")));
    for (text, told) in [
        (
            "10.0.0.0/15",
            "10.0.0.0/15: AWS takes blocks from /16 to /28 for a VPC",
        ),
        (
            "10.0.0.0/29",
            "10.0.0.0/29: AWS takes blocks from /16 to /28 for a VPC",
        ),
        (
            "0.0.0.0/0",
            "0.0.0.0/0: AWS takes blocks from /16 to /28 for a VPC",
        ),
        (
            "10.1.2.3/16",
            "10.1.2.3/16 has host bits set: the block is 10.1.0.0/16",
        ),
        ("10.0.0.0", "`10.0.0.0` is no CIDR block: write 10.1.0.0/16"),
        ("ten", "`ten` is no CIDR block: write 10.1.0.0/16"),
        (
            "10.0.0.0/33",
            "`10.0.0.0/33` is no CIDR block: write 10.1.0.0/16",
        ),
        (
            "2001:db8::/56",
            "2001:db8::/56 is IPv6: a VPC's own block is IPv4, AWS gives IPv6 blocks itself",
        ),
        (
            "169.254.0.0/20",
            "169.254.0.0/20: link-local, which AWS does not take for a VPC",
        ),
        (
            "240.0.0.0/16",
            "240.0.0.0/16: multicast and beyond, which AWS does not take for a VPC",
        ),
    ] {
        assert_eq!(vpc_block(text).expect_err(text).to_string(), told);
    }
    assert!(is_private(four("172.31.0.0/16")) && !is_private(four("172.32.0.0/16")));
}

#[test]
fn exact_nested_enclosing_and_ipv6_blocks_touch_and_neighbours_do_not() {
    let space = held(&["10.1.0.0/16", "2001:db8:1::/56"]);
    for (block, touches) in [
        ("10.1.0.0/16", true),
        ("10.1.128.0/20", true),
        ("10.0.0.0/8", true),
        ("10.0.0.0/16", false),
        ("10.2.0.0/16", false),
        ("2001:db8:1:8::/64", true),
        ("2001:db8:2::/56", false),
    ] {
        assert_eq!(space.touching(&net(block)).count() == 1, touches, "{block}");
    }
}

#[test]
fn secondary_blocks_and_peers_of_peers_are_known_and_named() {
    let mut networks = sample::peered().networks;
    networks[0].vpcs[0].cidrs.push(net("10.9.0.0/16"));
    // Only one was read: what lies behind its peering is known by that alone.
    let space = AddressSpace::of(&networks[..1]);
    let told = |block: &str| {
        let block = net(block);
        let found = space.touching(&block).map(ToString::to_string);
        found.collect::<Vec<_>>()
    };
    assert!(
        told("10.9.4.0/24")[0].starts_with("10.9.0.0/16 of "),
        "{:?}",
        told("10.9.4.0/24")
    );
    let far = networks[1].vpcs[0].cidrs[0].to_string();
    assert!(
        told(&far)[0].ends_with("known by a peering"),
        "{:?}",
        told(&far)
    );
    let both = AddressSpace::of(&networks);
    let far = net(&far);
    assert!(
        both.touching(&far)
            .all(|taken| matches!(taken.by, Holder::Vpc { .. }))
    );
}

#[test]
fn the_first_room_is_taken_in_the_order_of_the_pools() {
    let space = held(&["10.0.0.0/16", "10.1.0.0/20", "10.3.0.0/16"]);
    let pools = [four("10.0.0.0/14"), four("192.168.0.0/16")];
    assert_eq!(space.free(&pools, 16), Some(four("10.2.0.0/16")));
    assert_eq!(space.free(&pools, 20), Some(four("10.1.16.0/20")));
    let full = held(&["10.0.0.0/14"]);
    assert_eq!(full.free(&pools, 16), Some(four("192.168.0.0/16")));
    assert_eq!(full.free(&pools[..1], 28), None);
    assert_eq!(held(&["0.0.0.0/0"]).free(&pools, 28), None);
}

#[test]
fn the_reference_architecture_is_cut_as_it_says() {
    let layout = Layout::cut(four("10.1.0.0/16"), 3, None).expect("room");
    let text = |blocks: &[Ipv4Net]| blocks.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        text(&layout.public),
        ["10.1.0.0/24", "10.1.1.0/24", "10.1.2.0/24"]
    );
    assert_eq!(
        text(&layout.private),
        ["10.1.8.0/24", "10.1.9.0/24", "10.1.10.0/24"]
    );
    let small = Layout::cut(four("10.1.0.0/24"), 2, None).expect("room");
    assert_eq!(text(&small.private), ["10.1.0.128/26", "10.1.0.192/26"]);
    let tiny = Layout::cut(four("10.1.0.0/26"), 3, None).expect_err("no room");
    assert_eq!(
        tiny.to_string(),
        "10.1.0.0/26 has no room for 3 public and 3 private subnets of /29; take a larger block, \
         smaller subnets (up to /28), or fewer zones"
    );
    assert!(Layout::cut(four("10.1.0.0/20"), 3, Some(24)).is_ok());
    assert!(Layout::cut(four("10.1.0.0/24"), 3, Some(25)).is_err());
    assert_eq!(usable(four("10.1.0.0/28")), 11);
}

fn block() -> impl Strategy<Value = Ipv4Net> {
    (any::<u32>(), 4..=30_u8).prop_map(|(address, length)| {
        let block = Ipv4Net::new(Ipv4Addr::from(address), length).expect("a length");
        block.trunc()
    })
}

proptest! {
    #[test]
    fn what_is_given_out_is_free_aligned_and_the_first(
        taken in prop::collection::vec(block(), 0..40),
        pool in block(),
        length in 16..=28_u8,
    ) {
        let mut space = AddressSpace::default();
        let blocks: Vec<IpNet> = taken.iter().map(|block| (*block).into()).collect();
        space.take(&blocks, &Holder::OnPremises);
        let found = space.free(&[pool], length);
        if let Some(found) = found {
            prop_assert_eq!(found, found.trunc());
            prop_assert_eq!(found.prefix_len(), length);
            prop_assert!(pool.contains(&found));
            prop_assert_eq!(space.touching(&found.into()).count(), 0);
        }
        // Trying all of them, where that can be done, finds the same.
        if pool.prefix_len() <= length && length - pool.prefix_len() <= 12 {
            let mut every = pool.subnets(length).expect("a longer length");
            let first = every.find(|one| space.touching(&(*one).into()).count() == 0);
            prop_assert_eq!(found, first);
        }
    }

    #[test]
    fn taking_what_is_given_out_again_and_again_never_overlaps(
        lengths in prop::collection::vec(16..=28_u8, 1..30),
    ) {
        let pool = four("10.0.0.0/12");
        let mut space = AddressSpace::default();
        let mut given: Vec<Ipv4Net> = Vec::new();
        for length in lengths {
            let Some(block) = space.free(&[pool], length) else { break };
            prop_assert!(given.iter().all(|other| !touch(&(*other).into(), &block.into())));
            space.take(&[block.into()], &Holder::OnPremises);
            given.push(block);
        }
    }

    #[test]
    fn subnets_lie_within_their_block_and_apart(
        address in any::<u32>(),
        length in 16..=28_u8,
        zones in 1..=6_usize,
        wanted in prop::option::of(16..=30_u8),
    ) {
        let block = Ipv4Net::new(Ipv4Addr::from(address), length).expect("a length").trunc();
        let Ok(layout) = Layout::cut(block, zones, wanted) else { return Ok(()) };
        let all: Vec<Ipv4Net> = layout.all().collect();
        prop_assert_eq!(all.len(), 2 * zones);
        for (at, subnet) in all.iter().enumerate() {
            prop_assert!(block.contains(subnet) && subnet.prefix_len() <= 28);
            let apart = |other: &Ipv4Net| !touch(&(*other).into(), &(*subnet).into());
            prop_assert!(all[at + 1..].iter().all(apart));
        }
    }
}
