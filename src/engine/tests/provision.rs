//! Networks that are made, completed and taken back.

use super::{
    every::{bears_crashes, bears_troubles, titles},
    *,
};
use crate::model::{
    Place, QuotaCode,
    change::{DefaultRules, Flow, NetworkChange},
    network::{
        Destination, Network, RouteTable, RouteTarget, SecurityGroup, SecurityRule, Traffic, Vpc,
    },
};
use machine::{PauseReason, run::State};

const OPERATION: &str = "provision-network";

fn place_of(account: &str) -> Place {
    Place::new(account.parse().expect("an account"), "eu-west-1")
}

fn place() -> Place {
    place_of("111111111111")
}

fn wish() -> Arguments {
    Arguments::new()
        .with("name", "shop")
        .with("account", "dev-app")
        .with("reason", "a shop")
}

/// One zone and one endpoint: every kind of step once, for what is tried many times.
fn small() -> Arguments {
    wish()
        .with("zones", "1")
        .with("endpoints", "s3")
        .with("public-addresses", "on")
        .with("flow-logs", "arn:aws:s3:::flows")
}

async fn network(bench: &Bench, place: &Place) -> Network {
    let read = bench.provider.networks.network(place).await;
    read.expect("readable")
}

/// What somebody sees who does not look at what is gone.
async fn living(bench: &Bench, place: &Place) -> Network {
    let mut network = network(bench, place).await;
    network.nat_gateways.retain(|one| one.state != "deleted");
    network
}

fn shop(network: &Network) -> &Vpc {
    let mut vpcs = network.vpcs.iter();
    let named = vpcs.find(|vpc| vpc.name.as_deref() == Some("shop"));
    named.expect("made")
}

fn everywhere() -> ipnet::IpNet {
    "0.0.0.0/0".parse().expect("a block")
}

fn way_out<'n>(network: &'n Network, subnet: &str) -> &'n RouteTarget {
    let mut subnets = network.subnets.iter();
    let subnet = subnets.find(|one| one.name.as_deref() == Some(subnet));
    let table = network.table_of(subnet.expect("made")).expect("routed");
    &table.route_to(&everywhere()).expect("a way out").target
}

#[tokio::test(start_paused = true)]
async fn a_network_is_made_whole_in_free_address_space_and_then_there_is_nothing_to_do() {
    let bench = Bench::new().await;
    let wish = wish()
        .with("purpose", "app")
        .with("flow-logs", "arn:aws:s3:::flows")
        .with("tags", "owner=web");
    let (sealed, _) = bench.made(OPERATION, &wish).await;
    assert_eq!(sealed.plan().parameters["cidr"], "10.3.0.0/16");
    assert_eq!(sealed.plan().title, "make network shop 10.3.0.0/16");
    let network = network(&bench, &place()).await;
    let vpc = shop(&network);
    assert_eq!(
        (vpc.dns_support, vpc.dns_hostnames),
        (Some(true), Some(true))
    );
    assert_eq!(vpc.tags["owner"], "web");
    assert_eq!(vpc.tags["environment"], "dev");
    let subnets: Vec<(&str, String, &str)> = network
        .subnets
        .iter()
        .filter(|one| one.vpc == vpc.id)
        .map(|one| {
            (
                one.name.as_deref().unwrap_or_default(),
                one.cidrs[0].to_string(),
                one.zone.as_str(),
            )
        })
        .collect();
    let mut in_order = subnets.clone();
    in_order.sort_unstable();
    let wanted = [
        ("shop-private-a", "10.3.8.0/24", "eu-west-1a"),
        ("shop-private-b", "10.3.9.0/24", "eu-west-1b"),
        ("shop-private-c", "10.3.10.0/24", "eu-west-1c"),
        ("shop-public-a", "10.3.0.0/24", "eu-west-1a"),
        ("shop-public-b", "10.3.1.0/24", "eu-west-1b"),
        ("shop-public-c", "10.3.2.0/24", "eu-west-1c"),
    ];
    assert_eq!(
        in_order,
        wanted.map(|(name, block, zone)| (name, block.to_owned(), zone))
    );
    // Development gets one NAT gateway for all zones.
    let mut nats = network.nat_gateways.iter().filter(|one| one.vpc == vpc.id);
    let nat = nats.next().expect("one");
    assert_eq!(nats.next(), None);
    for zone in ["a", "b", "c"] {
        let out = way_out(&network, &format!("shop-private-{zone}"));
        assert_eq!(*out, RouteTarget::NatGateway(nat.id.clone()));
        let out = way_out(&network, &format!("shop-public-{zone}"));
        assert!(matches!(out, RouteTarget::InternetGateway(_)), "{out:?}");
    }
    let mut groups = network.security_groups.iter();
    let group = groups.find(|group| group.vpc == vpc.id).expect("default");
    for flow in [Flow::Ingress, Flow::Egress] {
        assert_eq!(DefaultRules::of(group, flow), Some(DefaultRules::Closed));
    }
    let endpoints = network.endpoints.iter().filter(|one| one.vpc == vpc.id);
    let served: Vec<usize> = endpoints.map(|one| one.tables.len()).collect();
    assert_eq!(served, [3, 3], "S3 and DynamoDB for three private tables");
    let mut logs = network.flow_logs.iter();
    assert!(logs.any(|log| log.resource == vpc.id.as_str()));
    bench.assert_nothing_to_do(OPERATION, &wish).await;
}

#[tokio::test(start_paused = true)]
async fn production_gets_a_nat_gateway_in_each_zone_once_there_are_addresses_for_them() {
    let bench = Bench::new().await;
    let wish = wish().with("account", "prod-app");
    let place = place_of("777777777777");
    let refused = bench.refusal(OPERATION, &wish).await;
    assert!(
        refused.starts_with("EC2-VPC Elastic IPs (L-0263D0A3): 5 allowed, 3 used, 3 needed"),
        "{refused}"
    );
    assert!(refused.contains("--desired-value 6"), "{refused}");
    bench.world.grant(&place, QuotaCode::ELASTIC_ADDRESSES, 6);
    let (sealed, _) = bench.made(OPERATION, &wish).await;
    let cost = sealed.plan().cost.as_ref().expect("priced");
    assert!(cost.monthly.is_some(), "{cost:?}");
    let network = network(&bench, &place).await;
    let mut outs: Vec<String> = ["a", "b", "c"]
        .iter()
        .map(|zone| {
            let RouteTarget::NatGateway(id) = way_out(&network, &format!("shop-private-{zone}"))
            else {
                panic!("not by a NAT gateway");
            };
            let mut nats = network.nat_gateways.iter();
            let nat = nats.find(|one| one.id == *id).expect("made");
            let mut subnets = network.subnets.iter();
            let subnet = subnets.find(|one| Some(&one.id) == nat.subnet.as_ref());
            assert!(subnet.expect("there").zone.as_str().ends_with(zone));
            id.to_string()
        })
        .collect();
    outs.dedup();
    assert_eq!(outs.len(), 3);
    bench.assert_nothing_to_do(OPERATION, &wish).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused_with_words_that_say_what_to_do() {
    let mut bench = Bench::new().await;
    bench.addressing.on_premises = vec!["192.168.0.0/16".parse().expect("a block")];
    let reserved = crate::config::settings::Reserved {
        name: "the next region".into(),
        blocks: vec!["10.40.0.0/14".parse().expect("a block")],
    };
    bench.addressing.reserved = vec![reserved];
    for (given, told) in [
        // Exactly, inside, of another account, of the second region, on premises, reserved.
        (
            ("cidr", "10.1.0.0/16"),
            "10.1.0.0/16 overlaps 10.1.0.0/16 of dev-app",
        ),
        (
            ("cidr", "10.20.3.0/24"),
            "10.20.3.0/24 overlaps 10.20.0.0/16 of prod-shared",
        ),
        (
            ("cidr", "10.31.0.0/20"),
            "10.31.0.0/20 overlaps 10.31.0.0/16 of prod-app",
        ),
        (
            ("cidr", "192.168.7.0/24"),
            "192.168.7.0/24 overlaps 192.168.0.0/16 on premises",
        ),
        (("cidr", "10.42.0.0/16"), "reserved for the next region"),
        (("cidr", "10.1.2.3/16"), "--cidr `10.1.2.3/16`"),
        (("cidr", "10.0.0.0/15"), "--cidr `10.0.0.0/15`"),
        (("cidr", "10.9.0.0/29"), "--cidr `10.9.0.0/29`"),
        (("cidr", "0.0.0.0/0"), "--cidr `0.0.0.0/0`"),
        (("cidr", "fd00::/56"), "--cidr `fd00::/56`"),
        (("account", "dev-ap"), "no account is named `dev-ap`"),
        (("region", "here"), "a region such as eu-west-1"),
        (("zones", "4"), "3 availability zones in eu-west-1, not 4"),
        (("zones", "7"), "a number from 1 to 6"),
        (
            ("size", "26"),
            "has no room for 3 public and 3 private subnets",
        ),
        (
            ("subnet-size", "16"),
            "has no room for 3 public and 3 private subnets",
        ),
        (("nat", "two"), "one of per-zone, one, none"),
        (("endpoints", "s3,sqs"), "s3, dynamodb, or none"),
        (("flow-logs", "flows"), "the ARN of a bucket"),
        (("tags", "Name=other"), "a key of your own"),
        (("tags", "owner"), "key=value"),
        (("name", "my shop"), "up to 64 letters"),
    ] {
        let (parameter, value) = given;
        let refused = bench
            .refusal(OPERATION, &wish().with(parameter, value))
            .await;
        assert!(refused.contains(told), "{parameter} {value}: {refused}");
    }
    let cramped = wish().with("size", "25").with("purpose", "ml");
    let refused = bench.refusal(OPERATION, &cramped).await;
    assert!(refused.contains("a cluster wants 16"), "{refused}");
    let other = wish().with("name", "dev-app").with("cidr", "10.9.0.0/16");
    let refused = bench.refusal(OPERATION, &other).await;
    assert!(
        refused.contains("is there with 10.1.0.0/16, not with 10.9.0.0/16"),
        "{refused}"
    );
    bench.addressing.pools = vec!["10.1.0.0/16".parse().expect("a block")];
    let refused = bench.refusal(OPERATION, &wish()).await;
    assert!(
        refused.contains("no block of /16 is free in 10.1.0.0/16"),
        "{refused}"
    );
    let twins = bench.world.edit_network(&place(), |network| {
        let mut twin = network.vpcs[0].clone();
        twin.id = "vpc-twin".into();
        network.vpcs.push(twin);
    });
    twins.expect("writable");
    let refused = bench
        .refusal(OPERATION, &wish().with("name", "dev-app"))
        .await;
    assert!(refused.contains("2 VPCs in"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn accounts_that_cannot_be_read_are_told_and_the_plan_goes_on() {
    let bench = Bench::with("deny=444444444444").await;
    let sealed = bench.planned(OPERATION, &wish()).await.expect("a plan");
    let warnings = &sealed.plan().warnings;
    assert!(
        warnings[0].starts_with("not read: 444444444444"),
        "{warnings:?}"
    );
    let bench = Bench::with("throttle=servicequotas:1").await;
    let sealed = bench.planned(OPERATION, &wish()).await.expect("a plan");
    let mut warnings = sealed.plan().warnings.iter();
    assert!(warnings.any(|line| line.starts_with("quotas that could not be read")));
    let bench = Bench::with("deny=111111111111").await;
    let refused = bench.refusal(OPERATION, &wish()).await;
    assert!(refused.starts_with("cannot see what is there"), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_change_made_once() {
    bears_troubles(OPERATION, &small()).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_write_is_resumed_with_each_change_made_once() {
    bears_crashes(OPERATION, &small(), 25).await;
}

#[tokio::test(start_paused = true)]
async fn rolling_back_at_any_moment_leaves_the_account_as_it_was() {
    for second in [1, 20, 60, 90, 120] {
        let bench = Bench::new().await;
        let before = network(&bench, &place()).await;
        let (_, run) = bench.begun(OPERATION, &small()).await;
        let turn = async {
            bench.after(second).await;
            let reason = "second thoughts".into();
            let request = Request::RollBack { reason };
            bench.engine.ask(run, &request, "ann", &bench.clock).await
        };
        let (ended, asked) = tokio::join!(bench.execute(run), turn);
        if asked.is_err() {
            assert!(second > 80, "it cannot have ended after {second} s");
            continue;
        }
        let story = bench.story(run);
        assert_eq!(
            ended.state,
            State::RolledBack,
            "{second}: {:?}\n{story}",
            ended.pause
        );
        assert_eq!(ended.leftovers, Vec::<String>::new());
        bench.check_invariants(run);
        bench.after(600).await;
        assert_eq!(living(&bench, &place()).await, before, "{second}\n{story}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_has_moved_into_is_not_torn_down() {
    let bench = Bench::new().await;
    let (_, run) = bench.begun(OPERATION, &small()).await;
    let turn = async {
        bench.after(60).await;
        let network = network(&bench, &place()).await;
        let mut subnets = network.subnets.iter();
        let subnet = subnets.find(|one| one.name.as_deref() == Some("shop-private-a"));
        let subnet = subnet.expect("made").id.clone();
        bench.world.occupy(&subnet, true);
        let reason = "second thoughts".into();
        bench.ask(run, &Request::RollBack { reason }).await;
        subnet
    };
    let (ended, subnet) = tokio::join!(bench.execute(run), turn);
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.step, Some("private-a".into()), "{}", pause.text);
    assert!(pause.text.contains("a network interface"), "{}", pause.text);
    bench.world.occupy(&subnet, false);
    bench.ask(run, &Request::Resume).await;
    assert_eq!(bench.execute(run).await.state, State::RolledBack);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_met_on_the_way_pauses_and_a_raise_goes_on() {
    let bench = Bench::new().await;
    let wish = wish().with("nat", "per-zone");
    let (_, run) = bench.begun(OPERATION, &wish).await;
    let used = network(&bench, &place()).await.addresses.len() as u64;
    // Room for two of three.
    let quota = QuotaCode::ELASTIC_ADDRESSES;
    bench.world.grant(&place(), quota, used + 2);
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::FailedStep);
    assert!(
        pause.text.contains("AddressLimitExceeded"),
        "{}",
        pause.text
    );
    bench.world.grant(&place(), quota, used + 3);
    bench.ask(run, &Request::Resume).await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::Succeeded, "{:?}", ended.pause);
    bench.check_invariants(run);
    bench.assert_nothing_to_do(OPERATION, &wish).await;
}

#[tokio::test(start_paused = true)]
async fn a_nat_gateway_that_fails_says_why_and_the_network_stays_as_it_is() {
    let bench = Bench::new().await;
    bench.made(OPERATION, &wish().with("nat", "none")).await;
    let wish = wish().with("nat", "one");
    let (_, run) = bench.begun(OPERATION, &wish).await;
    // Somebody takes the way out away behind the plan's back.
    let edited = bench.world.edit_network(&place(), |network| {
        let vpc = shop(network).id.clone();
        for gateway in &mut network.internet_gateways {
            gateway.vpcs.retain(|one| *one != vpc);
        }
    });
    edited.expect("writable");
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::FailedStep);
    assert!(
        pause.text.contains("has no Internet gateway attached"),
        "{}",
        pause.text
    );
    bench
        .ask(
            run,
            &Request::RollBack {
                reason: "no".into(),
            },
        )
        .await;
    let ended = bench.execute(run).await;
    assert_eq!(ended.state, State::RolledBack, "{:?}", ended.pause);
    bench.check_invariants(run);
}

#[tokio::test(start_paused = true)]
async fn somebody_who_takes_the_block_first_stops_the_run_before_anything_is_made() {
    let bench = Bench::new().await;
    let (_, run) = bench.begun(OPERATION, &small()).await;
    let edited = bench.world.edit_network(&place(), |network| {
        let mut other = network.vpcs[0].clone();
        other.id = "vpc-other".into();
        other.name = Some("other".into());
        other.cidrs = vec!["10.3.128.0/17".parse().expect("a block")];
        network.vpcs.push(other);
    });
    edited.expect("writable");
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift, "{}", pause.text);
    assert!(
        pause.text.contains("overlaps 10.3.128.0/17"),
        "{}",
        pause.text
    );
    let vpcs = network(&bench, &place()).await.vpcs;
    assert!(vpcs.iter().all(|vpc| vpc.name.as_deref() != Some("shop")));
}

/// One thing that somebody did by hand, and the one change that puts it back.
type Slip = (&'static str, fn(&mut Network), fn(&NetworkChange) -> bool);

const SLIPS: &[Slip] = &[
    (
        "the default route of a private table",
        |network| {
            let table = private_table(network);
            let everywhere = Destination::Cidr(everywhere());
            table.routes.retain(|route| route.destination != everywhere);
        },
        |change| matches!(change, NetworkChange::CreateRoute { .. }),
    ),
    (
        "the table of a private subnet",
        |network| private_table(network).subnets.clear(),
        |change| matches!(change, NetworkChange::AssociateRouteTable { .. }),
    ),
    (
        "the attachment of the gateway",
        |network| {
            let vpc = shop(network).id.clone();
            let mut gateways = network.internet_gateways.iter_mut();
            let attached = gateways.find(|one| one.vpcs.contains(&vpc));
            attached.expect("made").vpcs.clear();
        },
        |change| matches!(change, NetworkChange::AttachInternetGateway { .. }),
    ),
    (
        "DNS host names",
        |network| {
            let vpc = shop(network).id.clone();
            let mut vpcs = network.vpcs.iter_mut();
            let vpc = vpcs.find(|one| one.id == vpc).expect("made");
            vpc.dns_hostnames = Some(false);
        },
        |change| matches!(change, NetworkChange::SetVpcDns { to: true, .. }),
    ),
    (
        "public addresses",
        |network| {
            let mut subnets = network.subnets.iter_mut();
            let subnet = subnets.find(|one| one.name.as_deref() == Some("shop-public-a"));
            subnet.expect("made").public_addresses = false;
        },
        |change| matches!(change, NetworkChange::SetPublicAddresses { to: true, .. }),
    ),
    (
        "a table of an endpoint",
        |network| {
            let vpc = shop(network).id.clone();
            let mut endpoints = network.endpoints.iter_mut();
            let endpoint = endpoints.find(|one| one.vpc == vpc);
            endpoint.expect("made").tables.clear();
        },
        |change| matches!(change, NetworkChange::AddEndpointTable { .. }),
    ),
    (
        "the endpoint",
        |network| {
            let vpc = shop(network).id.clone();
            network.endpoints.retain(|one| one.vpc != vpc);
        },
        |change| matches!(change, NetworkChange::CreateEndpoint { .. }),
    ),
    (
        "the rules that nobody chose, inwards",
        |network| {
            let group = default_group(network);
            let mut members = everything();
            members.groups.push(group.id.clone());
            group.ingress = vec![members];
        },
        |change| matches!(change, NetworkChange::SetDefaultGroup { .. }),
    ),
    (
        "the rules that nobody chose, outwards",
        |network| {
            let mut everybody = everything();
            everybody.cidrs.push(everywhere());
            default_group(network).egress = vec![everybody];
        },
        |change| matches!(change, NetworkChange::SetDefaultGroup { .. }),
    ),
    (
        "the flow log",
        |network| network.flow_logs.clear(),
        |change| matches!(change, NetworkChange::CreateFlowLog { .. }),
    ),
];

fn default_group(network: &mut Network) -> &mut SecurityGroup {
    let vpc = shop(network).id.clone();
    let mut groups = network.security_groups.iter_mut();
    let group = groups.find(|group| group.vpc == vpc && group.name == SecurityGroup::DEFAULT);
    group.expect("made by the service")
}

fn everything() -> SecurityRule {
    SecurityRule {
        traffic: Traffic::ALL,
        cidrs: Vec::new(),
        groups: Vec::new(),
        prefix_lists: Vec::new(),
    }
}

fn private_table(network: &mut Network) -> &mut RouteTable {
    let mut tables = network.route_tables.iter_mut();
    let table = tables.find(|one| one.name.as_deref() == Some("shop-private-a"));
    table.expect("made")
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_by_hand_is_planned_anew_alone() {
    let bench = Bench::new().await;
    bench.made(OPERATION, &small()).await;
    for (what, slip, is_wanted) in SLIPS {
        bench.world.edit_network(&place(), slip).expect("writable");
        let sealed = bench.planned(OPERATION, &small()).await;
        let sealed = sealed.unwrap_or_else(|error| panic!("{what}: {error}"));
        let changes = sealed.plan().steps.iter().filter_map(|step| step.changes());
        let changes: Vec<&Change> = changes.collect();
        assert!(
            matches!(changes.as_slice(), [Change::Network(one)] if is_wanted(one)),
            "{what}: {:?}",
            titles(&sealed)
        );
        let run = bench.open(&sealed).await.expect("a run");
        let ended = bench.execute(run).await;
        assert_eq!(ended.state, State::Succeeded, "{what}: {:?}", ended.pause);
        bench.assert_nothing_to_do(OPERATION, &small()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_stopped_half_way_is_completed_by_a_new_plan() {
    for second in [1, 30, 60] {
        let bench = Bench::new().await;
        let (first, run) = bench.begun(OPERATION, &small()).await;
        let turn = async {
            bench.after(second).await;
            let reason = "enough".into();
            bench.ask(run, &Request::Stop { reason }).await;
        };
        let (ended, ()) = tokio::join!(bench.execute(run), turn);
        assert_eq!(ended.state, State::Stopped);
        bench.after(120).await;
        let stood = bench.done().len();
        let (second_plan, _) = bench.made(OPERATION, &small()).await;
        assert_eq!(
            stood + titles(&second_plan).len(),
            titles(&first).len(),
            "{:?}",
            titles(&second_plan)
        );
        bench.assert_nothing_to_do(OPERATION, &small()).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_permissions_that_are_printed_are_those_that_plans_need() {
    let bench = Bench::new().await;
    let mut needed = std::collections::BTreeSet::new();
    let mut take = |sealed: &Sealed| {
        let steps = sealed.plan().steps.iter();
        needed.extend(steps.flat_map(plan::Step::permissions));
    };
    take(&bench.made(OPERATION, &small()).await.0);
    for (_, slip, _) in SLIPS {
        bench.world.edit_network(&place(), slip).expect("writable");
        take(&bench.made(OPERATION, &small()).await.0);
    }
    // The NAT gateway is gone and its route drops packets.
    let edited = bench.world.edit_network(&place(), |network| {
        let vpc = shop(network).id.clone();
        network.nat_gateways.retain(|one| one.vpc != vpc);
    });
    edited.expect("writable");
    take(&bench.planned(OPERATION, &small()).await.expect("a plan"));
    let printed = operations::find(OPERATION).expect("known").permissions();
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), printed);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 24, max_shrink_iters: 20, ..Default::default() })]
    #[test]
    fn whatever_is_wished_is_made_whole_and_taken_back_whole(
        zones in 1..4_u32,
        size in 16..25_u32,
        nat in 0..3_usize,
        endpoints in 0..3_usize,
        clustered in proptest::bool::ANY,
        addresses in proptest::bool::ANY,
        turn in proptest::option::of(0..200_u64),
    ) {
        let wish = wish()
            .with("zones", zones.to_string())
            .with("size", size.to_string())
            .with("nat", ["per-zone", "one", "none"][nat])
            .with("endpoints", ["none", "s3", "s3,dynamodb"][endpoints])
            .with("purpose", if clustered { "app" } else { "data" })
            .with("public-addresses", if addresses { "on" } else { "off" });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let bench = Bench::new().await;
            let before = network(&bench, &place()).await;
            let (_, run) = bench.begun(OPERATION, &wish).await;
            let change_of_mind = async {
                let Some(after) = turn else { return };
                bench.after(after).await;
                let request = Request::RollBack { reason: "drawn".into() };
                // Refused where the run is over: then it stays.
                let _ = bench.engine.ask(run, &request, "ann", &bench.clock).await;
            };
            let (ended, ()) = tokio::join!(bench.execute(run), change_of_mind);
            bench.check_invariants(run);
            match ended.state {
                State::Succeeded => bench.assert_nothing_to_do(OPERATION, &wish).await,
                State::RolledBack => {
                    bench.after(600).await;
                    assert_eq!(living(&bench, &place()).await, before);
                }
                other => panic!("{other}: {:?}\n{}", ended.pause, bench.story(run)),
            }
        });
    }
}
