use super::*;
use crate::model::network::sample::{self, World};

fn only(world: &World) -> Edge {
    let edges = Topology::new(&world.networks).edges;
    assert_eq!(edges.len(), 1, "{edges:?}");
    edges.into_iter().next().expect("one edge")
}

#[test]
fn a_peering_that_both_sides_tell_of_is_one_edge() {
    let edge = only(&sample::peered());
    assert_eq!((edge.state, edge.reason.as_str()), (EdgeState::Ok, ""));
    assert_eq!(edge.a_to_b.routed.len(), 1);
}

#[test]
fn a_missing_route_back_names_table_and_cidr() {
    let mut world = sample::peered();
    world.table("b").routes.clear();
    let edge = only(&world);
    insta::assert_snapshot!(
        format!("{}: {}", edge.state.word(), edge.reason),
        @"one-way: ml has no route to app (10.1.0.0/16) in rtb-b (ml private)"
    );
}

#[test]
fn routes_missing_on_both_sides_are_no_one_way() {
    let mut world = sample::peered();
    world.table("a").routes.clear();
    world.table("b").routes.clear();
    assert_eq!(only(&world).state, EdgeState::Unrouted);
}

#[test]
fn route_tables_that_could_not_be_read_are_unknown_and_not_without_routes() {
    let mut world = sample::peered();
    world.networks[1].route_tables.clear();
    let edge = only(&world);
    insta::assert_snapshot!(
        format!("{}: {}", edge.state.word(), edge.reason),
        @"unknown: the route tables of ml were not read"
    );
    let mut world = sample::transit();
    for network in &mut world.networks {
        network.route_tables.clear();
    }
    let joins = Topology::new(&world.networks).joins;
    assert!(joins.iter().all(|join| join.state == EdgeState::Unknown));
}

#[test]
fn a_route_that_drops_packets_is_a_black_hole() {
    let mut world = sample::peered();
    for route in &mut world.table("b").routes {
        route.blackhole = true;
    }
    let edge = only(&world);
    insta::assert_snapshot!(
        format!("{}: {}", edge.state.word(), edge.reason),
        @"black hole: the route to 10.1.0.0/16 in rtb-b (ml private) drops packets"
    );
}

#[test]
fn a_deleted_peering_counts_only_while_routes_point_at_it() {
    let mut world = sample::peered();
    world.status("deleted");
    assert_eq!(only(&world).state, EdgeState::BlackHole);
    world.table("a").routes.clear();
    world.table("b").routes.clear();
    let topology = Topology::new(&world.networks);
    assert_eq!((topology.edges.len(), topology.nodes.len()), (0, 2));
}

#[test]
fn a_side_that_cannot_be_read_is_unknown_and_not_broken() {
    let mut world = sample::peered();
    world.networks.pop();
    let edge = only(&world);
    insta::assert_snapshot!(
        format!("{}: {}", edge.state.word(), edge.reason),
        @"unknown: account 000000000002 in eu-west-1 was not read, so its routes are unknown"
    );
    let topology = Topology::new(&world.networks);
    let far = topology.node(&"vpc-b".into()).expect("the far end");
    assert!(!far.read);
}

#[test]
fn a_fault_of_the_near_side_shows_even_when_the_far_side_is_unknown() {
    let mut world = sample::peered();
    world.networks.pop();
    world.table("a").routes.clear();
    assert_eq!(only(&world).state, EdgeState::OneWay);
}

#[test]
fn pending_failed_and_overlapping_peerings_say_why() {
    let mut world = sample::peered();
    world.status("pending-acceptance");
    assert_eq!(only(&world).state, EdgeState::Pending);
    world.status("rejected");
    assert_eq!(
        (only(&world).state, only(&world).reason),
        (EdgeState::Failed, "EC2 calls it rejected".into())
    );
    world.networks[1].vpcs[0].cidrs = vec!["10.1.128.0/17".parse().expect("a CIDR")];
    assert_eq!(
        (only(&world).state, only(&world).reason),
        (
            EdgeState::Overlap,
            "10.1.0.0/16 of app overlaps 10.1.128.0/17 of ml".into()
        )
    );
}

#[test]
fn a_black_hole_left_by_a_forgotten_peering_is_a_finding_of_its_vpc() {
    let mut world = sample::peered();
    for network in &mut world.networks {
        network.peerings.clear();
    }
    for route in &mut world.table("a").routes {
        route.blackhole = true;
    }
    let topology = Topology::new(&world.networks);
    let node = topology.node(&"vpc-a".into()).expect("read");
    assert_eq!(
        node.findings,
        ["the route to 10.2.0.0/16 in rtb-a (app private) leads over pcx-1, which is gone"]
    );
}

#[test]
fn an_attached_vpc_without_a_route_to_the_gateway_is_joined_in_vain() {
    let mut world = sample::transit();
    let states = |world: &World| -> Vec<EdgeState> {
        let topology = Topology::new(&world.networks);
        topology.joins.iter().map(|join| join.state).collect()
    };
    assert_eq!(states(&world), [EdgeState::Ok, EdgeState::Ok]);
    world.table("b").routes.clear();
    assert_eq!(states(&world), [EdgeState::Ok, EdgeState::Unrouted]);
}
