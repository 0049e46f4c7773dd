//! Networks of two accounts that are joined, and come apart again.

use super::{
    crash::until,
    every::{bears_crashes, bears_troubles, titles},
    *,
};
use crate::model::{
    Place, QuotaCode,
    change::NetworkChange,
    network::{Destination, EdgeState, Network, Route, RouteTarget, Topology},
};
use machine::{PauseReason, run::State};

const OPERATION: &str = "peer-vpcs";

fn place(account: &str) -> Place {
    Place::new(account.parse().expect("an account"), "eu-west-1")
}

fn dev_app() -> Place {
    place("111111111111")
}

fn staging_app() -> Place {
    place("444444444444")
}

fn between(from: &str, to: &str) -> Arguments {
    Arguments::new()
        .with("from", from)
        .with("to", to)
        .with("reason", "one team, two accounts")
}

fn wish() -> Arguments {
    between("dev-app", "staging-app")
}

async fn network(bench: &Bench, place: &Place) -> Network {
    let read = bench.provider.networks.network(place).await;
    read.expect("readable")
}

/// Both sides without what is gone.
async fn living(bench: &Bench) -> [Network; 2] {
    let mut both = [
        network(bench, &dev_app()).await,
        network(bench, &staging_app()).await,
    ];
    for network in &mut both {
        network.peerings.retain(|one| one.status != "deleted");
    }
    both
}

fn block(text: &str) -> ipnet::IpNet {
    text.parse().expect("a block")
}

#[tokio::test(start_paused = true)]
async fn two_accounts_are_joined_both_ways_and_then_there_is_nothing_to_do() {
    let bench = Bench::new().await;
    let (sealed, run) = bench.made(OPERATION, &wish()).await;
    assert_eq!(sealed.plan().title, "peer dev-app with staging-app");
    // The stricter of both environments guards it.
    assert_eq!(sealed.plan().environment.to_string(), "staging");
    let [near, far] = living(&bench).await;
    let topology = Topology::new([&near, &far]);
    let mut edges = topology.edges.iter();
    let ours = near.vpcs[0].id.clone();
    let edge = edges.find(|edge| edge.a == ours && edge.b == far.vpcs[0].id);
    assert_eq!(edge.expect("an edge").state, EdgeState::Ok);
    let mut peerings = near.peerings.iter();
    let peering = peerings.find(|one| one.name.as_deref() == Some("dev-app to staging-app"));
    let peering = peering.expect("made");
    assert_eq!(peering.requester.dns_resolution, Some(true));
    assert_eq!(peering.accepter.dns_resolution, Some(true));
    // Only the tables of private subnets lead there.
    for (network, block) in [(&near, block("10.11.0.0/16")), (&far, block("10.1.0.0/16"))] {
        let vpc = &network.vpcs[0].id;
        for table in network.tables_of(vpc) {
            let leads = table.route_to(&block).is_some();
            let public = table
                .name
                .as_ref()
                .is_some_and(|name| name.ends_with("public"));
            assert_eq!(leads, !public, "{:?}", table.name);
        }
    }
    bench.assert_nothing_to_do(OPERATION, &wish()).await;
    bench
        .assert_nothing_to_do(OPERATION, &between("staging-app", "dev-app"))
        .await;
    let view = bench.engine.standing(run).expect("readable").view;
    let (began, ended) = (view.started.expect("began"), view.ended.expect("ended"));
    assert!(began.until(&ended) < Duration::from_mins(1));
}

/// The process ends after so many writes, and somebody wants everything back.
async fn turned(bench: &Bench, run: RunId, writes: u32) -> Option<Ended> {
    if until(bench, run, writes, true).await.is_some() {
        return None;
    }
    let reason = "second thoughts".into();
    bench.ask(run, &Request::RollBack { reason }).await;
    let ended = bench.execute(run).await;
    let story = bench.story(run);
    assert_eq!(
        ended.state,
        State::RolledBack,
        "{writes}: {:?}\n{story}",
        ended.pause
    );
    assert_eq!(ended.leftovers, Vec::<String>::new(), "{writes}\n{story}");
    bench.check_invariants(run);
    Some(ended)
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_is_accepted_and_stays_accepted_after_going_back() {
    let bench = Bench::new().await;
    let wish = between("dev-shared", "dev-ml");
    let (sealed, run) = bench.begun(OPERATION, &wish).await;
    assert!(sealed.plan().title.starts_with("complete pcx-"));
    let mut warnings = sealed.plan().warnings.iter();
    assert!(warnings.any(|line| line.contains("rolling back leaves it accepted")));
    let asked = titles(&sealed);
    assert!(!asked.iter().any(|title| title.starts_with("ask for")));
    turned(&bench, run, 16).await.expect("the run is longer");
    let network = network(&bench, &place("222222222222")).await;
    let pending = |one: &crate::model::network::Peering| one.status == "pending-acceptance";
    assert!(!network.peerings.iter().any(pending));
    bench.after(30).await;
    let (sealed, _) = bench.made(OPERATION, &wish).await;
    let mut titles = titles(&sealed).into_iter();
    assert!(!titles.any(|title| title.starts_with("accept")));
    bench.assert_nothing_to_do(OPERATION, &wish).await;
}

#[tokio::test(start_paused = true)]
async fn a_peering_without_a_way_back_gets_only_its_missing_routes() {
    let bench = Bench::new().await;
    let wish = between(
        "prod-ml/eu-west-1/prod-ml",
        "prod-shared/eu-west-1/prod-shared",
    );
    let (sealed, _) = bench.made(OPERATION, &wish).await;
    let wanted = ["a", "b", "c"].map(|zone| {
        let mut found = titles(&sealed).into_iter();
        found.any(|title| title.starts_with(&format!("lead prod-ml-private-{zone} ")))
    });
    assert_eq!((wanted, titles(&sealed).len()), ([true; 3], 3));
    bench.assert_nothing_to_do(OPERATION, &wish).await;
}

#[tokio::test(start_paused = true)]
async fn routes_that_drop_packets_are_replaced_and_put_back_by_going_back() {
    let bench = Bench::new().await;
    let wish = between("staging-shared", "999999999999/eu-west-1/prod-shared");
    let before = network(&bench, &place("666666666666")).await.route_tables;
    let (sealed, run) = bench.begun(OPERATION, &wish).await;
    let replaced = sealed.plan().steps.iter().filter(|step| {
        let change = step.changes();
        matches!(
            change,
            Some(Change::Network(NetworkChange::ReplaceRoute { .. }))
        )
    });
    assert_eq!(replaced.count(), 3, "{:?}", titles(&sealed));
    turned(&bench, run, 20).await.expect("the run is longer");
    let after = network(&bench, &place("666666666666")).await.route_tables;
    assert_eq!(after, before);
    bench.made(OPERATION, &wish).await;
    bench.assert_nothing_to_do(OPERATION, &wish).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused_with_words_that_say_what_to_do() {
    let bench = Bench::new().await;
    for (from, to, told) in [
        ("dev-app", "dev-app", "cannot be peered with itself"),
        ("dev-app", "dev-apq", "no VPC `dev-apq`"),
        (
            "dev-app",
            "prod-app",
            "several VPCs are named `prod-app`: give one of 777777777777",
        ),
        (
            "staging-shared",
            "staging-legacy",
            "10.10.0.0/16 of staging-shared overlaps",
        ),
        // What the other side is peered with has the same addresses.
        (
            "staging-ml",
            "staging-legacy",
            "10.10.0.0/16 of staging-legacy",
        ),
        (
            "dev-apq/dev-app",
            "staging-app",
            "no account is named `dev-apq`",
        ),
    ] {
        let refused = bench.refusal(OPERATION, &between(from, to)).await;
        assert!(refused.contains(told), "{from} {to}: {refused}");
    }
    let refused = bench
        .refusal(OPERATION, &wish().with("tables", "rtb-none"))
        .await;
    assert!(
        refused.contains("neither VPC has a route table rtb-none"),
        "{refused}"
    );
    let table = network(&bench, &dev_app()).await.route_tables[1].id.clone();
    let refused = bench
        .refusal(OPERATION, &wish().with("tables", table.as_str()))
        .await;
    assert!(
        refused.contains("--tables names none of staging-app"),
        "{refused}"
    );
    let other = bench.world.edit_network(&dev_app(), |network| {
        network.route_tables[1].routes.push(Route {
            destination: Destination::Cidr(block("10.11.0.0/16")),
            target: RouteTarget::TransitGateway("tgw-1".into()),
            blackhole: false,
            propagated: false,
        });
    });
    other.expect("writable");
    let refused = bench.refusal(OPERATION, &wish()).await;
    assert!(
        refused.contains("leads 10.11.0.0/16 to tgw-1 already"),
        "{refused}"
    );
}

#[tokio::test(start_paused = true)]
async fn quotas_and_detours_are_looked_at_before_anything_is_asked() {
    let bench = Bench::new().await;
    let has = |place: Place, quota, value| bench.world.grant(&place, quota, value);
    has(staging_app(), QuotaCode::PEERINGS_PER_VPC, 1);
    let refused = bench.refusal(OPERATION, &wish()).await;
    assert!(
        refused.contains("Active VPC peering connections per VPC (L-7E9ECCDB): 1 allowed, 1 used"),
        "{refused}"
    );
    has(staging_app(), QuotaCode::PEERINGS_PER_VPC, 50);
    has(dev_app(), QuotaCode::ROUTES_PER_TABLE, 2);
    let refused = bench.refusal(OPERATION, &wish()).await;
    assert!(
        refused.contains("Routes per route table (L-93826ACB): 2 allowed"),
        "{refused}"
    );
    has(dev_app(), QuotaCode::ROUTES_PER_TABLE, 50);
    let detour = bench.world.edit_network(&dev_app(), |network| {
        network.route_tables[1].routes.push(Route {
            destination: Destination::Cidr(block("10.11.4.0/24")),
            target: RouteTarget::TransitGateway("tgw-1".into()),
            blackhole: false,
            propagated: false,
        });
        network.vpcs[0].dns_hostnames = Some(false);
    });
    detour.expect("writable");
    let sealed = bench.planned(OPERATION, &wish()).await.expect("a plan");
    let warnings = sealed.plan().warnings.join("\n");
    for told in [
        "leads 10.11.4.0/24, a part of staging-app, to tgw-1",
        "dev-app has DNS resolution or DNS host names off",
        "dev-app will reach staging-app and not what staging-app is peered with (staging-shared)",
    ] {
        assert!(warnings.contains(told), "{told}\n{warnings}");
    }
}

#[tokio::test(start_paused = true)]
async fn troubles_that_pass_end_in_success_with_each_change_made_once() {
    bears_troubles(OPERATION, &wish()).await;
}

#[tokio::test(start_paused = true)]
async fn a_crash_at_any_write_is_resumed_with_each_change_made_once() {
    bears_crashes(OPERATION, &wish(), 20).await;
}

#[tokio::test(start_paused = true)]
async fn rolling_back_at_any_moment_leaves_both_accounts_as_they_were() {
    for writes in (1..).step_by(2) {
        let bench = Bench::new().await;
        let before = living(&bench).await;
        let (_, run) = bench.begun(OPERATION, &wish()).await;
        if turned(&bench, run, writes).await.is_none() {
            assert!(writes > 20, "the run has more lines than {writes}");
            break;
        }
        bench.after(60).await;
        let story = bench.story(run);
        assert_eq!(living(&bench).await, before, "{writes}\n{story}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_the_other_side_rejects_pauses_and_a_new_plan_asks_again() {
    // The request has left, and nobody has accepted it yet.
    let mut asked = None;
    for writes in 1..10 {
        let bench = Bench::new().await;
        let (_, run) = bench.begun(OPERATION, &wish()).await;
        until(&bench, run, writes, true).await;
        if bench.done().len() == 1 {
            asked = Some((bench, run));
            break;
        }
    }
    let (bench, run) = asked.expect("a moment between asking and accepting");
    bench.after(10).await;
    for place in [dev_app(), staging_app()] {
        let edited = bench.world.edit_network(&place, |network| {
            let mut peerings = network.peerings.iter_mut();
            let asked = peerings.find(|one| one.name.as_deref() == Some("dev-app to staging-app"));
            let pending = asked.expect("asked for");
            pending.status = "rejected".into();
            pending.message = Some("Rejected by 444444444444".into());
        });
        edited.expect("writable");
    }
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert!(pause.text.contains("rejected"), "{}", pause.text);
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
    bench.made(OPERATION, &wish()).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_deleted_by_hand_is_planned_anew_alone() {
    let bench = Bench::new().await;
    bench.made(OPERATION, &wish()).await;
    let edited = bench.world.edit_network(&staging_app(), |network| {
        let wanted = Destination::Cidr(block("10.1.0.0/16"));
        let mut tables = network.route_tables.iter_mut();
        let table = tables.find(|one| one.name.as_deref() == Some("staging-app-private-c"));
        let table = table.expect("there");
        table.routes.retain(|route| route.destination != wanted);
    });
    edited.expect("writable");
    let (sealed, _) = bench.made(OPERATION, &wish()).await;
    let [title] = titles(&sealed)[..] else {
        panic!("{:?}", titles(&sealed));
    };
    assert!(
        title.starts_with("lead staging-app-private-c (rtb-"),
        "{title}"
    );
    assert!(title.ends_with("to dev-app (10.1.0.0/16)"), "{title}");
    for place in [dev_app(), staging_app()] {
        let edited = bench.world.edit_network(&place, |network| {
            for peering in &mut network.peerings {
                if peering.name.as_deref() == Some("dev-app to staging-app") {
                    peering.accepter.dns_resolution = Some(false);
                }
            }
        });
        edited.expect("writable");
    }
    let (sealed, _) = bench.made(OPERATION, &wish()).await;
    assert_eq!(
        titles(&sealed),
        ["let private names of staging-app resolve on the other side"]
    );
    bench.assert_nothing_to_do(OPERATION, &wish()).await;
}

#[tokio::test(start_paused = true)]
async fn a_peering_that_is_deleted_between_plan_and_start_stops_the_start() {
    let bench = Bench::new().await;
    let wish = between(
        "prod-ml/eu-west-1/prod-ml",
        "prod-shared/eu-west-1/prod-shared",
    );
    let sealed = bench.planned(OPERATION, &wish).await.expect("a plan");
    for account in ["888888888888", "999999999999"] {
        let edited = bench.world.edit_network(&place(account), |network| {
            for peering in &mut network.peerings {
                peering.status = "deleted".into();
            }
        });
        edited.expect("writable");
    }
    let run = bench.open(&sealed).await.expect("a run");
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it stands still");
    assert_eq!(pause.reason, PauseReason::Drift, "{}", pause.text);
    assert_eq!(bench.done(), []);
}

#[tokio::test(start_paused = true)]
async fn the_permissions_that_are_printed_are_those_that_plans_need() {
    let bench = Bench::new().await;
    let mut needed = std::collections::BTreeSet::new();
    let wishes = [
        wish(),
        between("staging-shared", "999999999999/eu-west-1/prod-shared"),
    ];
    for wish in wishes {
        let sealed = bench.planned(OPERATION, &wish).await.expect("a plan");
        let steps = sealed.plan().steps.iter();
        needed.extend(steps.flat_map(plan::Step::permissions));
    }
    let printed = operations::find(OPERATION).expect("known").permissions();
    assert_eq!(needed.into_iter().collect::<Vec<_>>(), printed);
}
