use proptest::prelude::*;

use super::*;
use crate::model::network::{
    AclEntry, Destination, Route, RouteTarget, SecurityGroup, SecurityRule,
    sample::{self, World},
};

fn trace(world: &World, from: &str, to: &str, traffic: Traffic) -> Trace {
    let networks: Vec<&Network> = world.networks.iter().collect();
    let end = |text| Endpoint::find(&networks, text).expect(text);
    Trace::new(&world.networks, end(from), end(to), traffic)
}

fn told(trace: &Trace) -> String {
    let mut lines: Vec<String> = trace
        .hops
        .iter()
        .map(|hop| {
            let way = if hop.back { "<" } else { ">" };
            format!(
                "{way} {} {} {}: {}",
                hop.judgement, hop.kind, hop.what, hop.reason
            )
        })
        .collect();
    lines.extend(trace.decisive().and_then(|hop| hop.fix.clone()));
    lines.join("\n")
}

#[test]
fn a_packet_over_a_peering_is_followed_there_and_back() {
    let trace = trace(&sample::peered(), "app", "10.2.0.9", Traffic::tcp(443));
    assert_eq!(trace.verdict, Verdict::Reaches);
    insta::assert_snapshot!(told(&trace), @"
    > pass acl acl-a: allows tcp 443 out to 10.2.0.9
    > pass route rtb-a: 10.2.0.0/16 leads to pcx-1
    > pass peering pcx-1: it is active and leads to ml
    > pass acl acl-b: allows tcp 443 in from 10.1.0.4
    < pass acl acl-b: allows tcp 1024–65535 out to 10.1.0.4
    < pass route rtb-b: 10.1.0.0/16 leads to pcx-1
    < pass peering pcx-1: it is active and leads to app
    < pass acl acl-a: allows tcp 1024–65535 in from 10.2.0.9
    ");
}

#[test]
fn a_missing_route_back_is_found_on_the_way_back() {
    let mut world = sample::peered();
    world.table("b").routes.pop();
    let trace = trace(&world, "app", "ml", Traffic::tcp(443));
    let hop = trace.decisive().expect("a hop");
    assert!(hop.back && matches!(trace.verdict, Verdict::Blocked(_)));
    assert_eq!(hop.reason, "no route to 10.1.0.4");
    assert_eq!(
        hop.fix.as_deref(),
        Some("add a route to 10.1.0.4 in rtb-b (ml private)")
    );
}

#[test]
fn an_acl_that_forgets_the_answers_blocks_them() {
    let mut world = sample::peered();
    let entries = &mut world.networks[0].acls[0].entries;
    for entry in entries.iter_mut().filter(|entry| !entry.egress) {
        entry.traffic = Traffic::tcp(443);
    }
    let trace = trace(&world, "app", "ml", Traffic::tcp(443));
    let hop = trace.decisive().expect("a hop");
    assert!(hop.back);
    assert_eq!(
        hop.reason,
        "no rule allows it: tcp 1024–65535 in from 10.2.0.4"
    );
}

#[test]
fn the_lowest_number_of_an_acl_decides() {
    let mut world = sample::peered();
    let deny = AclEntry {
        number: 50,
        egress: false,
        allow: false,
        cidr: "10.1.0.0/16".parse().expect("a CIDR"),
        traffic: Traffic::tcp(443),
    };
    world.networks[1].acls[0].entries.push(deny);
    let blocked = trace(&world, "app", "ml", Traffic::tcp(443));
    assert_eq!(
        blocked.health().reason,
        "rule 50 denies it: tcp 443 in from 10.1.0.4"
    );
    let other = trace(&world, "app", "ml", Traffic::tcp(80));
    assert_eq!(other.verdict, Verdict::Reaches);
}

#[test]
fn security_groups_are_asked_where_they_are_given() {
    let mut world = sample::peered();
    let rule = |groups: &[&str]| SecurityRule {
        traffic: Traffic::tcp(443),
        cidrs: Vec::new(),
        groups: groups.iter().map(|id| (*id).into()).collect(),
        prefix_lists: Vec::new(),
    };
    world.networks[1].security_groups.push(SecurityGroup {
        id: "sg-b".into(),
        vpc: "vpc-b".into(),
        name: "b".into(),
        description: String::new(),
        ingress: vec![rule(&["sg-a"])],
        egress: Vec::new(),
        tags: crate::model::Tags::new(),
    });
    let networks: Vec<&Network> = world.networks.iter().collect();
    let end = |text| Endpoint::find(&networks, text).expect(text);
    let judged = |from: &[&str], port| {
        let mut source = end("app");
        source.groups = from.iter().map(|id| (*id).into()).collect();
        let mut target = end("ml");
        target.groups = vec!["sg-b".into()];
        // Only what arrives is asked here: sg-a itself was not read.
        let trace = Trace::new(&world.networks, source, target, Traffic::tcp(port));
        let hop = trace.hops.into_iter().find(|hop| hop.what == "sg-b");
        hop.expect("the group").judgement
    };
    assert_eq!(judged(&["sg-a"], 443), Judgement::Pass);
    assert_eq!(judged(&["sg-c"], 443), Judgement::Block);
    assert_eq!(judged(&["sg-a"], 22), Judgement::Block);
    assert_eq!(judged(&[], 443), Judgement::Unsure);
}

#[test]
fn a_transit_gateway_is_followed_by_its_own_route_table() {
    let mut world = sample::transit();
    let first = trace(&world, "app", "ml", Traffic::tcp(443));
    assert_eq!(first.verdict, Verdict::Reaches, "{}", told(&first));
    world.networks[0].transit_route_tables[0].routes.remove(1);
    let second = trace(&world, "app", "ml", Traffic::tcp(443));
    assert_eq!(second.health().reason, "tgw-rtb-1 has no route to 10.2.0.4");
}

#[test]
fn peerings_are_not_transitive() {
    let mut world = sample::peered();
    let far = Route {
        destination: Destination::Cidr("10.3.0.0/16".parse().expect("a CIDR")),
        target: RouteTarget::Peering("pcx-1".into()),
        blackhole: false,
        propagated: false,
    };
    world.table("a").routes.push(far);
    let trace = trace(&world, "app", "10.3.0.1", Traffic::tcp(443));
    let reason = trace.health().reason;
    assert!(reason.ends_with("peerings are not transitive"), "{reason}");
}

#[test]
fn an_endpoint_that_is_not_there_names_those_that_are() {
    let world = sample::peered();
    let networks: Vec<&Network> = world.networks.iter().collect();
    let error = Endpoint::find(&networks, "web").expect_err("no such VPC");
    insta::assert_snapshot!(error, @"no VPC, subnet or address `web` in view; VPCs are: app, ml");
    assert!(Endpoint::find(&networks, "APP").is_ok());
}

fn route() -> impl Strategy<Value = Route> {
    (0u8..4, 8u8..33, 0u8..5, any::<bool>(), any::<bool>()).prop_map(
        |(second, length, target, blackhole, propagated)| Route {
            destination: Destination::Cidr(
                ipnet::IpNet::new([10, second, 0, 0].into(), length).expect("a prefix"),
            ),
            target: match target {
                0 => RouteTarget::Local,
                1 => RouteTarget::Peering("pcx-1".into()),
                2 => RouteTarget::TransitGateway("tgw-1".into()),
                3 => RouteTarget::NatGateway("nat-1".into()),
                _ => RouteTarget::Other("eni-1".into()),
            },
            blackhole,
            propagated,
        },
    )
}

fn entry() -> impl Strategy<Value = AclEntry> {
    (
        1u16..200,
        any::<bool>(),
        any::<bool>(),
        0u8..4,
        0u8..17,
        any::<Option<(u16, u16)>>(),
    )
        .prop_map(|(number, egress, allow, second, length, ports)| AclEntry {
            number,
            egress,
            allow,
            cidr: ipnet::IpNet::new([10, second, 0, 0].into(), length).expect("a prefix"),
            traffic: Traffic {
                protocol: ports.map(|_| 6),
                ports: ports.map(|(a, b)| (a.min(b), a.max(b))),
            },
        })
}

fn world() -> impl Strategy<Value = World> {
    let side = || {
        (
            proptest::collection::vec(route(), 0..5),
            proptest::collection::vec(entry(), 0..5),
        )
    };
    (side(), side(), any::<bool>(), any::<bool>()).prop_map(|(a, b, transit, far)| {
        let mut world = if transit {
            sample::transit()
        } else {
            sample::peered()
        };
        for (network, (routes, entries)) in world.networks.iter_mut().zip([a, b]) {
            network.route_tables[0].routes.extend(routes);
            network.acls[0].entries.extend(entries);
        }
        if !far {
            world.networks.pop();
        }
        world
    })
}

proptest! {
    #[test]
    fn whatever_the_network_a_trace_ends_with_a_hop_for_its_verdict(world in world(), port in any::<u16>()) {
        let networks: Vec<&Network> = world.networks.iter().collect();
        for (from, to) in [("10.1.0.4", "10.2.0.4"), ("10.1.0.4", "8.8.8.8"), ("8.8.8.8", "10.1.0.4")] {
            let end = |text| Endpoint::find(&networks, text).expect(text);
            let trace = Trace::new(&world.networks, end(from), end(to), Traffic::tcp(port));
            prop_assert!(!trace.hops.is_empty());
            let worst = trace.hops.iter().map(|hop| hop.judgement).max();
            let told = match trace.verdict {
                Verdict::Reaches => Judgement::Pass,
                Verdict::Unsure(_) => Judgement::Unsure,
                Verdict::Blocked(_) => Judgement::Block,
            };
            prop_assert_eq!(worst, Some(told));
        }
    }

    /// Of all traffic, what one side finds on the way there the other finds on its way back.
    #[test]
    fn the_way_there_is_the_others_way_back(world in world()) {
        let (there, back) = (
            trace(&world, "10.1.0.4", "10.2.0.4", Traffic::ALL),
            trace(&world, "10.2.0.4", "10.1.0.4", Traffic::ALL),
        );
        let way = |trace: &Trace, back| -> Vec<(String, Judgement, String)> {
            let hops = trace.hops.iter().filter(|hop| hop.back == back);
            hops.map(|hop| (hop.what.clone(), hop.judgement, hop.reason.clone())).collect()
        };
        // An end that was not read is outside, which a request and an answer see differently.
        if world.networks.len() == 2 {
            prop_assert_eq!(way(&there, false), way(&back, true));
            prop_assert_eq!(way(&there, true), way(&back, false));
        }
    }

    #[test]
    fn the_longest_prefix_is_what_trying_all_lengths_finds(
        routes in proptest::collection::vec(route(), 0..8),
        octets in (0u8..4, 0u8..2, 0u8..3),
    ) {
        let address: std::net::IpAddr = [10, octets.0, octets.1, octets.2].into();
        let found = longest_prefix(&routes, address);
        let mut slow = None;
        for length in (0..=32).rev() {
            let of_length = |propagated| routes.iter().rfind(|route| match &route.destination {
                Destination::Cidr(cidr) => {
                    cidr.prefix_len() == length && cidr.contains(&address) && route.propagated == propagated
                }
                Destination::PrefixList(_) => false,
            });
            slow = of_length(false).or_else(|| of_length(true));
            if slow.is_some() {
                break;
            }
        }
        prop_assert_eq!(found, slow);
    }
}
