//! Service control policies that are attached, and taken away again.

use super::{
    every::{bears_crashes, bears_troubles, titles},
    *,
};
use crate::model::{Organization, TargetId};
use machine::{PauseReason, run::State};

const OPERATION: &str = "attach-policy";

fn wish(policy: &str, target: &str) -> Arguments {
    Arguments::new()
        .with("policy", policy)
        .with("target", target)
        .with("reason", "audit 12")
}

/// For the three accounts of development.
fn dev() -> Arguments {
    wish("DenyPublicS3", "Environments/Dev")
}

fn detached(wish: Arguments) -> Arguments {
    wish.with("action", "detach")
}

async fn organization(bench: &Bench) -> Organization {
    let organizations = &bench.provider.organizations;
    let read = organizations.organization(&mut |_| ()).await;
    read.expect("readable")
}

/// The names of what is attached to a unit itself.
async fn attached(bench: &Bench, path: &str) -> Vec<String> {
    let all = organization(bench).await;
    let unit = all.units.iter().find(|unit| all.path(&unit.id) == path);
    let target = TargetId::from(unit.expect("there").id.as_str());
    let ids = all.attached_to(&target).expect("there").iter();
    let names = ids.map(|id| all.policy(id).expect("there").name.clone());
    names.collect()
}

#[tokio::test(start_paused = true)]
async fn a_policy_is_attached_and_the_plan_names_every_account_that_it_reaches() {
    let bench = Bench::new().await;
    let (sealed, _) = bench.made(OPERATION, &dev()).await;
    let review = sealed.review();
    assert_eq!(
        review.title,
        "attach DenyPublicS3 to Environments/Dev, for 3 accounts"
    );
    assert_eq!(
        review.reach.targets,
        [
            "dev-app (111111111111) in Environments/Dev",
            "dev-ml (222222222222) in Environments/Dev",
            "dev-shared (333333333333) in Environments/Dev",
        ]
    );
    assert_eq!(review.environment.to_string(), "dev");
    let difference = &review.changes[0].difference;
    let inherited = "FullAWSAccess (from Environments), DenyPublicS3 (from Environments), \
                     FullAWSAccess (from Root), DenyRootActions (from Root)";
    let before = format!("FullAWSAccess, DevRegions, {inherited}");
    assert_eq!(difference.from, Some(before.clone()));
    assert_eq!(difference.to, Some(format!("{before}, DenyPublicS3")));
    let mut warnings = review.warnings.iter();
    assert!(warnings.any(|line| line.starts_with("3 of 3 accounts have DenyPublicS3")));
    let expected = ["FullAWSAccess", "DevRegions", "DenyPublicS3"];
    assert_eq!(attached(&bench, "Environments/Dev").await, expected);
    bench.assert_nothing_to_do(OPERATION, &dev()).await;
    // Away again, by a plan of its own.
    let (sealed, _) = bench.made(OPERATION, &detached(dev())).await;
    assert_eq!(
        titles(&sealed),
        ["detach DenyPublicS3 from Environments/Dev"]
    );
    assert_eq!(attached(&bench, "Environments/Dev").await, expected[..2]);
    bench
        .assert_nothing_to_do(OPERATION, &detached(dev()))
        .await;
}

#[tokio::test(start_paused = true)]
async fn production_is_asked_about_before_and_a_dead_account_is_no_hindrance() {
    let bench = Bench::new().await;
    let wish = wish("DevRegions", "root");
    let (sealed, run) = bench.begun(OPERATION, &wish).await;
    assert_eq!(sealed.plan().environment.to_string(), "prod");
    let mut warnings = sealed.plan().warnings.iter();
    assert!(warnings.any(|line| line.contains("not active: sandbox-legacy")));
    // The management account is not restricted.
    let management = "123456789012".parse().expect("an account");
    assert!(!sealed.plan().reach.accounts.contains(&management));
    let ended = bench.execute(run).await;
    let pause = ended.pause.expect("it asks");
    assert_eq!(pause.reason, PauseReason::Gate);
    assert!(
        pause
            .text
            .starts_with("Now attach DevRegions to the root? It reaches"),
        "{}",
        pause.text
    );
    assert_eq!(bench.done(), []);
    let (before, typed) = ("attach".into(), Challenge::of(&sealed).wanted());
    bench.ask(run, &Request::PassGate { before, typed }).await;
    assert_eq!(bench.execute(run).await.state, State::Succeeded);
    bench.check_invariants(run);
    let expected = ["FullAWSAccess", "DenyRootActions", "DevRegions"];
    assert_eq!(attached(&bench, "").await, expected);
}

#[tokio::test(start_paused = true)]
async fn what_was_attached_is_detached_by_going_back() {
    for wish in [dev(), detached(wish("DevRegions", "Environments/Dev"))] {
        let bench = Bench::new().await;
        let before = attached(&bench, "Environments/Dev").await;
        let (_, run) = bench.begun(OPERATION, &wish).await;
        let turn = async {
            // Sent, and not seen yet.
            bench.after(1).await;
            let reason = "second thoughts".into();
            bench.ask(run, &Request::RollBack { reason }).await;
        };
        let (ended, ()) = tokio::join!(bench.execute(run), turn);
        let story = bench.story(run);
        assert_eq!(ended.state, State::RolledBack, "{:?}\n{story}", ended.pause);
        assert_eq!(ended.leftovers, Vec::<String>::new(), "{story}");
        bench.check_invariants(run);
        let mut after = attached(&bench, "Environments/Dev").await;
        after.sort_unstable();
        let mut before = before;
        before.sort_unstable();
        assert_eq!(after, before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_others_overtook_has_nothing_to_do() {
    let bench = Bench::new().await;
    let ours = bench.planned(OPERATION, &dev()).await.expect("a plan");
    bench.after(1).await;
    bench.made(OPERATION, &dev()).await;
    let refused = bench.open(&ours).await.expect_err("it is done");
    assert!(refused.is_nothing_to_do(), "{refused}");
}

#[tokio::test(start_paused = true)]
async fn a_policy_or_a_reach_that_is_another_by_now_stops_the_run_before_anything_is_sent() {
    for fact in ["policy", "reached"] {
        let bench = Bench::new().await;
        let sealed = bench.planned(OPERATION, &dev()).await.expect("a plan");
        let mut plan = sealed.plan().clone();
        let known = plan.facts.get_mut(&fact.into()).expect("a fact");
        known.value = serde_json::json!("as it was");
        let run = bench.open(&bench.seal(plan)).await.expect("a run");
        let pause = bench.execute(run).await.pause.expect("it stops");
        assert_eq!(pause.reason, PauseReason::Drift, "{fact}: {}", pause.text);
        assert_eq!(bench.done(), []);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_refused() {
    let bench = Bench::new().await;
    for (wish, told) in [
        (
            wish("DenyPublicS3", "acme-management"),
            "is the management account",
        ),
        (
            detached(wish("FullAWSAccess", "Environments/Dev")),
            "without FullAWSAccess nothing is allowed",
        ),
        (
            wish("DenyPublic", "Environments/Dev"),
            "no service control policy is named `DenyPublic`",
        ),
        (
            wish("DenyPublicS3", "Environments/Def"),
            "nothing in the organization is `Environments/Def`",
        ),
    ] {
        let refused = bench.refusal(OPERATION, &wish).await;
        assert!(refused.contains(told), "{refused}");
    }
    // Two are there; the sixth is one too many.
    for policy in ["DenyPublicS3", "DenyRootActions", "QuarantineAll"] {
        bench
            .made(OPERATION, &wish(policy, "Environments/Dev"))
            .await;
    }
    let sixth = wish("QuarantineAll", "Environments/Dev");
    bench.assert_nothing_to_do(OPERATION, &sixth).await;
    assert_eq!(attached(&bench, "Environments/Dev").await.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn it_bears_whatever_passes() {
    bears_troubles(OPERATION, &dev()).await;
    for faults in [
        "throttle=organizations:0.5",
        "error=organizations:0.4",
        "throttle=organizations:0.3,stale=30s",
    ] {
        let bench = Bench::new().await;
        let (_, run) = bench.begun(OPERATION, &dev()).await;
        bench.world.set_faults(faults.parse().expect("faults"));
        let ended = bench.execute(run).await;
        let story = bench.story(run);
        assert_eq!(ended.state, State::Succeeded, "{faults}\n{story}");
        assert_eq!(bench.done().len(), 1, "{faults}\n{story}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_ends_at_any_write_is_followed_by_one_that_ends_it() {
    bears_crashes(OPERATION, &dev(), 6).await;
}

#[tokio::test(start_paused = true)]
async fn the_rights_that_are_told_are_those_that_steps_need() {
    let bench = Bench::new().await;
    let sealed = bench.planned(OPERATION, &dev()).await.expect("a plan");
    let needed = sealed.review().permissions;
    let told = operations::find(OPERATION).expect("registered");
    assert_eq!(told.permissions(), needed);
}
