//! Two peered networks: sixty steps of most classes, taken side by side.

use super::*;
use crate::model::{AccountId, Place, network::EdgeState};
use machine::run::State;

/// The accounts of two generated teams, whose regions are empty enough.
pub(super) fn accounts() -> (AccountId, AccountId) {
    let id = |text: &str| text.parse().expect("an account");
    (id("111111111111"), id("222222222222"))
}

pub(super) fn plan() -> plan::Plan {
    let (first, second) = accounts();
    plan::sample::baseline(first, second)
}

pub(super) async fn networks(bench: &Bench) -> [crate::model::network::Network; 2] {
    let (first, second) = accounts();
    let read = async |account| {
        let place = Place::new(account, "eu-west-1");
        let network = bench.provider.networks.network(&place).await;
        network.expect("readable")
    };
    [read(first).await, read(second).await]
}

#[tokio::test(start_paused = true)]
async fn the_whole_of_it_is_built_side_by_side_and_can_be_reached() {
    let bench = Bench::new().await;
    let sealed = bench.seal(plan());
    let steps = sealed.plan().steps.len();
    assert!(steps >= 56, "{steps} steps");
    let run = bench.open(&sealed).await.expect("a run");
    let ended = bench.execute(run).await;
    assert_eq!(
        ended.state,
        State::Succeeded,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    assert_eq!(bench.done().len(), steps);
    bench.check_invariants(run);
    let [one, two] = networks(&bench).await;
    let made = |network: &crate::model::network::Network| {
        let mine = network
            .vpcs
            .iter()
            .find(|vpc| vpc.tags.contains_key("awsdeck:plan"));
        mine.expect("made").id.clone()
    };
    let (blue, green) = (made(&one), made(&two));
    let topology = crate::model::network::Topology::new([&one, &two]);
    let mut edges = topology.edges.iter();
    let edge = edges.find(|edge| edge.a == blue && edge.b == green);
    assert_eq!(edge.expect("an edge").state, EdgeState::Ok);
    // Two NAT gateways of each network take 75 s and are waited for side by side.
    let view = bench.engine.standing(run).expect("readable").view;
    let (began, done) = (view.started.expect("began"), view.ended.expect("ended"));
    let took = began.until(&done);
    assert!(took < Duration::from_secs(150), "it took {took:?}");
}

#[tokio::test(start_paused = true)]
async fn rolling_back_leaves_the_networks_as_they_were() {
    let bench = Bench::new().await;
    let before = networks(&bench).await;
    let run = bench.open(&bench.seal(plan())).await.expect("a run");
    let change_of_mind = async {
        bench.after(60).await;
        bench
            .ask(
                run,
                &Request::RollBack {
                    reason: "no".into(),
                },
            )
            .await;
    };
    let (ended, ()) = tokio::join!(bench.execute(run), change_of_mind);
    assert_eq!(
        ended.state,
        State::RolledBack,
        "{:?}\n{}",
        ended.pause,
        bench.story(run)
    );
    bench.check_invariants(run);
    bench.after(600).await;
    let mut after = networks(&bench).await;
    for network in &mut after {
        network.nat_gateways.retain(|one| one.state != "deleted");
        network.peerings.retain(|one| one.status != "deleted");
    }
    assert_eq!(before, after);
}
