use super::*;
use crate::tui::{testing::Bench, views::sample};

#[test]
fn the_tree_shows_what_every_unit_adds_up_to() {
    let bench = Bench::new(sample::inventory());
    insta::assert_snapshot!(bench.drawn(&mut Home::default(), 80, 21), @"
    ╭ accounts(9) ─────────────────────────────────────────────────────────────────╮
    │    UNIT / ACCOUNT                ENV        ACC  HEALTH       MONTH   CHANGE ┃
    │▌ ▾ Root                                       9  ✖ 4 ▲ 9     $20.7k    ▲ +3% ┃
    │    ▾ Environments                             9  ✖ 4 ▲ 9     $20.7k    ▲ +3% ┃
    │      ▾ Dev                                    3  ▲ 1           $912     = 0% ┃
    │          dev-app                 DEV             ▲ 1           $228     = 0% ┃
    │          dev-ml                  DEV             ● ok          $456     = 0% ┃
    │          dev-shared              DEV             ● ok          $228     = 0% ┃
    │      ▾ Prod                                   3  ✖ 4 ▲ 8     $17.5k    ▲ +4% ┃
    │          prod-app                PROD            ✖ 2 ▲ 1      $4.1k     = 0% ┃
    │          prod-ml                 PROD            ✖ 2 ▲ 6     $12.5k    ▲ +6% ┃
    │          prod-shared             PROD            ▲ 1           $912     = 0% │
    │      ▾ Staging                                3  ● ok         $2.3k     = 0% │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ ✖ Root  9 accounts ──────────────────────────────────────────────────────────╮
    │ Findings                                                                     ┃
    │ ✖ prod-orders  prod-app  the backup of 8 h ago failed: the vault's key is n… │
    │ ✖ prod-orders  prod-app  the vault's key is not accessible                   │
    │ ✖ nightly  prod-ml  last good backup 9 h ago, 60 min allowed                 │
    │ ✖ default  prod-ml  AccessDenied: not authorized to perform s3:ListBucket    │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_wide_screen_shows_the_account_beside_the_tree() {
    let bench = Bench::new(sample::inventory());
    let mut home = Home::default();
    home.derive(&bench.desk());
    home.tree.go_to(&Key::Account(sample::account(8)));
    insta::assert_snapshot!(bench.drawn(&mut home, 150, 30), @"
    ╭ accounts(9) ────────────────────────────────────────────────────────────╮╭ ✖ prod-ml  888888888888  PROD ──────────────────────────────────────────╮
    │    UNIT / ACCOUNT                    ENV        ACC  HEALTH       MONTH ││ Findings                                                                │
    │  ▾ Root                                           9  ✖ 4 ▲ 9     $20.7k ││ ✖ nightly  last good backup 9 h ago, 60 min allowed                     │
    │    ▾ Environments                                 9  ✖ 4 ▲ 9     $20.7k ││ ✖ default  AccessDenied: not authorized to perform s3:ListBucket        │
    │      ▾ Dev                                        3  ▲ 1           $912 ││ ▲ prod-ml ⇄ prod-shared  prod-shared has no route to prod-ml (10.22.0.… │
    │          dev-app                     DEV             ▲ 1           $228 ││ ▲ prod-ml  h100: 2 of 8 nodes are missing: AsgInstanceLaunchFailures: … │
    │          dev-ml                      DEV             ● ok          $456 ││ ▲ h100  2 of 8 nodes are missing: AsgInstanceLaunchFailures: no capaci… │
    │          dev-shared                  DEV             ● ok          $228 ││ ▲ api  1 of 2 ready: api-2 crashes                                      │
    │      ▾ Prod                                       3  ✖ 4 ▲ 8     $17.5k ││ ▲ organization  will be $4,800.00 over its limit                        │
    │          prod-app                    PROD            ✖ 2 ▲ 1      $4.1k ││ ▲ Amazon Elastic Compute Cloud - Compute  $3,100.00 more than expected… │
    │▌         prod-ml                     PROD            ✖ 2 ▲ 6     $12.5k ││                                                                         │
    │          prod-shared                 PROD            ▲ 1           $912 ││ Figures                                                                 │
    │      ▾ Staging                                    3  ● ok         $2.3k ││ this month  $12.5k   ▲ +6%   last month $26.2k                          │
    │          staging-app                 STAGING         ● ok          $684 ││ by day      ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▇▇░               │
    │          staging-ml                  STAGING         ● ok         $1.1k ││ clusters    1   nodes 11                                                │
    │          staging-shared              STAGING         ● ok          $456 ││ GPUs        ━━━━━━━━━─── 12 of 16 GPUs requested                        │
    │                                                                         ││ network     1 VPC   1 peering                                           │
    │                                                                         ││                                                                         │
    │                                                                         ││ Account                                                                 │
    │                                                                         ││ unit        Environments/Prod                                           │
    │                                                                         ││ status      active                                                      │
    │                                                                         ││ email       aws+prod-ml@example.com                                     │
    │                                                                         ││ joined      375 d ago                                                   │
    │                                                                         ││ tag owner   ml-team                                                     │
    │                                                                         ││                                                                         │
    │                                                                         ││                                                                         │
    │                                                                         ││                                                                         │
    │                                                                         ││                                                                         │
    │                                                                         ││                                                                         │
    ╰ 9 accounts ─────────────────────────────────────────────────────────────╯╰─────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_denied_account_is_grey_and_says_why() {
    let bench = Bench::new(sample::partial());
    let mut home = Home::default();
    home.derive(&bench.desk());
    home.tree.go_to(&Key::Account(sample::account(8)));
    insta::assert_snapshot!(bench.drawn(&mut home, 80, 21), @"
    ╭ accounts(9) ─────────────────────────────────────────────────────────────────╮
    │    UNIT / ACCOUNT                ENV        ACC  HEALTH       MONTH   CHANGE ┃
    │  ▾ Root                                       9  ✖ 4 ▲ 7     $20.7k    ▲ +3% ┃
    │    ▾ Environments                             9  ✖ 4 ▲ 7     $20.7k    ▲ +3% ┃
    │      ▾ Dev                                    3  ● ok          $912     = 0% ┃
    │          dev-app                 DEV             ? unknown     $228     = 0% ┃
    │          dev-ml                  DEV             ● ok          $456     = 0% ┃
    │          dev-shared              DEV             ● ok          $228     = 0% ┃
    │      ▾ Prod                                   3  ✖ 4 ▲ 7     $17.5k    ▲ +4% ┃
    │          prod-app                PROD            ✖ 2 ▲ 1      $4.1k     = 0% ┃
    │▌         prod-ml                 PROD            ✖ 2 ▲ 5     $12.5k    ▲ +6% ┃
    │          prod-shared             PROD            ▲ 1           $912     = 0% │
    │      ▾ Staging                                3  ● ok         $2.3k     = 0% │
    ╰ 7 of 9 accounts  ◐ 1 reading  ⊘ 1 denied ────────────────────────────────────╯
    ╭ ✖ prod-ml  888888888888  PROD ───────────────────────────────────────────────╮
    │ ⊘ denied  `sts:AssumeRole` is denied: not authorized                         ┃
    │   pick another role with `A`                                                 │
    │                                                                              │
    │                                                                              │
    │ Findings                                                                     │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn before_the_first_answer_it_says_what_it_waits_for() {
    let bench = Bench::new(crate::inventory::Inventory::default());
    insta::assert_snapshot!(bench.drawn(&mut Home::default(), 60, 10), @r"
    ╭ accounts(0) ─────────────────────────────────────────────╮
    │                                                          │
    │                                                          │
    │               ◐ reading the organization…                │
    │                                                          │
    │                                                          │
    │                                                          │
    │                                                          │
    │                                                          │
    ╰ 0 accounts ──────────────────────────────────────────────╯
    ");
}

#[test]
fn an_organization_that_cannot_be_read_says_why_and_what_to_do() {
    let mut inventory = crate::inventory::Inventory::default();
    inventory.fail(&Query::Organization, std::sync::Arc::new(sample::denied()));
    let bench = Bench::new(inventory);
    insta::assert_snapshot!(bench.drawn(&mut Home::default(), 60, 10), @r"
    ╭ accounts(0) ─────────────────────────────────────────────╮
    │                                                          │
    │                                                          │
    │       ✖ `sts:AssumeRole` is denied: not authorized       │
    │                pick another role with `A`                │
    │                                                          │
    │                                                          │
    │                                                          │
    │                                                          │
    ╰ 0 accounts ──────────────────────────────────────────────╯
    ");
}

#[test]
fn a_filter_narrows_to_accounts_and_the_way_to_them() {
    let bench = Bench::new(sample::inventory());
    let mut home = Home::default();
    home.derive(&bench.desk());
    home.filter("name=prod-ml", &bench.desk());
    assert_eq!(home.title(), "accounts(1/9) /name=prod-ml");
    home.filter("", &bench.desk());
    assert_eq!(home.title(), "accounts(9)");
}

#[test]
fn enter_folds_a_unit_and_opens_an_account() {
    let bench = Bench::new(sample::inventory());
    let desk = bench.desk();
    let mut home = Home::default();
    home.derive(&desk);
    home.act(&Verb::Open.into(), &desk);
    assert_eq!(home.tree.len(), 1);
    home.act(&Verb::Open.into(), &desk);
    assert_eq!(home.tree.len(), 14);
    home.act(&Verb::Bottom.into(), &desk);
    home.act(&Verb::Open.into(), &desk);
    assert!(home.detail.focused);
    home.act(&Verb::Back.into(), &desk);
    assert!(!home.detail.focused);
    assert!(home.act(&Verb::Back.into(), &desk).is_none());
}

fn trouble(
    kind: crate::model::TroubleKind,
    message: &str,
) -> std::sync::Arc<crate::model::Trouble> {
    std::sync::Arc::new(crate::model::Trouble {
        kind,
        message: message.into(),
        hint: None,
    })
}

#[test]
fn an_account_with_one_failed_read_is_not_well_even_while_it_is_read_again() {
    use crate::model::{Place, TroubleKind};
    let mut inventory = sample::inventory();
    let query =
        |account, of: fn(Place) -> Query| of(Place::new(sample::account(account), sample::HOME));
    // dev-ml, dev-shared and staging-ml have no findings.
    let denied = query(2, Query::Protection);
    inventory.fail(
        &denied,
        trouble(TroubleKind::Denied, "backup:ListBackupJobs is denied"),
    );
    let failed = query(3, Query::Clusters);
    inventory.fail(
        &failed,
        trouble(TroubleKind::Unreachable, "eks did not answer"),
    );
    let throttled = query(5, Query::Network);
    inventory.fail(
        &throttled,
        trouble(TroubleKind::Throttled, "throttled by ec2"),
    );
    for again in [false, true] {
        if again {
            for query in [&denied, &failed, &throttled] {
                inventory.begin(query);
            }
        }
        let bench = Bench::new(inventory.clone());
        let mut home = Home::default();
        let drawn = bench.drawn(&mut home, 150, 40);
        let line = |name: &str| {
            let mut lines = drawn.lines();
            lines
                .find(|line| line.contains(name))
                .expect(name)
                .to_owned()
        };
        assert!(line(" dev-ml ").contains("⊘ denied"), "{drawn}");
        assert!(line(" dev-shared ").contains("✖ failed"), "{drawn}");
        assert!(line(" staging-ml ").contains("◐ working"), "{drawn}");
        assert!(line("▾ Dev ").contains("✖ 1 ▲ 1"), "{drawn}");
        assert!(
            drawn.contains("⊘ 1 denied  ✖ 1 failed  ◐ 1 throttled"),
            "{drawn}"
        );
        for said in [
            "dev-shared  eks did not answer",
            "backup:ListBackupJobs is denied",
        ] {
            assert!(drawn.contains(said), "{drawn}");
        }
    }
}

#[test]
fn what_of_the_organization_was_not_read_is_told() {
    let mut inventory = sample::inventory();
    let mut organization = inventory
        .organization
        .value()
        .expect("read")
        .as_ref()
        .clone();
    organization.gaps = vec!["service control policies: ListPolicies is denied".into()];
    let loaded = crate::inventory::Loaded::Organization(organization.into());
    inventory.accept(&Query::Organization, loaded, sample::now());
    let drawn = Bench::new(inventory).drawn(&mut Home::default(), 150, 40);
    assert!(drawn.contains("▲ organization in part"), "{drawn}");
    assert!(
        drawn.contains("▲ service control policies: ListPolicies is denied"),
        "{drawn}"
    );
}
