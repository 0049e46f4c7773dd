use std::sync::Arc;

use super::*;
use crate::{
    inventory::Loaded,
    tui::{
        Effect,
        testing::Bench,
        views::{View, sample},
    },
};

fn restores(bench: &Bench) -> Listing {
    let mut view = view();
    view.derive(&bench.desk());
    view.act(&Verb::NextForm.into(), &bench.desk());
    view
}

fn of() -> Outcome {
    Outcome {
        restore: true,
        namespace: "velero".into(),
        name: "again-1".into(),
    }
}

#[test]
fn backups_say_how_old_they_are_and_what_location_cannot_be_reached() {
    let bench = Bench::new(sample::inventory());
    insta::assert_snapshot!(bench.drawn(&mut view(), 80, 24), @"
    ╭ backups(1) ───────────── [backups] restores schedules locations repositories ╮
    │  ✖ prod-ml/default  AccessDenied: not authorized to perform s3:ListBucket    │
    │                                                                              │
    │  BACKUP     STATE   CLUSTER   PHASE       STARTED  PROGRESS    ERRORS       ›│
    │▌ nightly-1  ● ok    prod-ml   Completed       9 h  40 of 40         0        │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ ● nightly-1  prod-ml  eu-west-1  PROD ───────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │ items         ━━━━━━━━━━━━━━━━ 40 of 40                                      │
    │                                                                              │
    │ Results                                                                      │
    │ enter reads errors and warnings in full                                      │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
    insta::assert_snapshot!(bench.drawn(&mut view(), 160, 45), @"
    ╭ backups(1) ─────────────────────────────────── [backups] restores schedules locations repositories ╮╭ ● nightly-1  prod-ml  eu-west-1  PROD ─────────────────╮
    │  ✖ prod-ml/default  AccessDenied: not authorized to perform s3:ListBucket                          ││ ● ok                                                   │
    │                                                                                                    ││ items         ━━━━━━━━━━━━━━━━ 40 of 40                │
    │  BACKUP     STATE   CLUSTER   PHASE       STARTED  PROGRESS    ERRORS   WARNINGS  WHY              ││                                                        │
    │▌ nightly-1  ● ok    prod-ml   Completed       9 h  40 of 40         0          0                   ││ Results                                                │
    │                                                                                                    ││ enter reads errors and warnings in full                │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││ Facts                                                  │
    │                                                                                                    ││ env           prod                                     │
    │                                                                                                    ││ cluster       prod-ml                                  │
    │                                                                                                    ││ phase         Completed                                │
    │                                                                                                    ││ schedule      nightly                                  │
    │                                                                                                    ││ started       9 h                                      │
    │                                                                                                    ││ progress      40 of 40                                 │
    │                                                                                                    ││ errors        0                                        │
    │                                                                                                    ││ warnings      0                                        │
    │                                                                                                    ││ ended         8 h                                      │
    │                                                                                                    ││ namespaces    train                                    │
    │                                                                                                    ││ location      default                                  │
    │                                                                                                    ││ hooks failed  0                                        │
    │                                                                                                    ││ velero in     velero                                   │
    │                                                                                                    ││ account       prod-ml                                  │
    │                                                                                                    ││ region        eu-west-1                                │
    │                                                                                                    ││ id            velero/nightly-1                         │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    │                                                                                                    ││                                                        │
    ╰ 9 accounts ────────────────────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_restore_that_changed_nothing_says_so_aloud_once_its_results_are_read() {
    let mut bench = Bench::new(sample::inventory());
    let query = Query::Results(sample::cluster(), of());
    let mut view = restores(&bench);
    let effects = view.act(&Verb::Open.into(), &bench.desk());
    assert_eq!(effects, Some(vec![Effect::Load(vec![query.clone()])]));
    let left = r#"could not restore, ConfigMap "settings" already exists. Warning: the in-cluster version is different than the backed-up version"#;
    let noise = r#"could not restore, ConfigMap "kube-root-ca.crt" already exists. Warning: the in-cluster version is different than the backed-up version"#;
    let results = Results {
        warnings: Messages {
            namespaces: [("train".to_owned(), vec![left.to_owned(), noise.to_owned()])].into(),
            ..Messages::default()
        },
        effects: Some(crate::model::velero::Effects::default()),
        from: "s3://acme-velero/ml".into(),
        ..Results::default()
    };
    bench
        .inventory
        .accept(&query, Loaded::Results(Arc::new(results)), sample::now());
    insta::assert_snapshot!(bench.drawn(&mut view, 80, 30), @r#"
    ╭ restores(1) ──────────── backups [restores] schedules locations repositories ╮
    │  ✖ prod-ml/default  AccessDenied: not authorized to perform s3:ListBucket    │
    │                                                                              │
    │  RESTORE   STATE     CLUSTER   PHASE      BACKUP      CREATED  PROGRESS     ›│
    │▌ again-1   ✖ failed  prod-ml   Completed  nightly-1       3 h  40 of 40      │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 9 accounts ──────────────────────────────────────────────────────────────────╯
    ╭ ✖ again-1  prod-ml  eu-west-1  PROD ─────────────────────────────────────────╮
    │ ✖ failed  NOTHING WAS CHANGED: 1 object exists, differs and was left as it … ┃
    │ items         ━━━━━━━━━━━━━━━━ 40 of 40                                      ┃
    │                                                                              │
    │ What it did                                                                  │
    │ ✖   NOTHING WAS CHANGED: 1 object exists, differs and was left as it is      │
    │ 0 created, 0 updated, 0 the same, 0 failed; 0 errors, 0 warnings; 1 left as… │
    │ ▲ train  could not restore, ConfigMap "settings" already exists. Warning: t… │
    │ read from     s3://acme-velero/ml                                            │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    "#);
}

#[test]
fn a_cluster_out_of_reach_is_a_row_and_an_unread_result_says_how_to_read_it() {
    let bench = Bench::new(sample::partial());
    insta::assert_snapshot!(bench.drawn(&mut view(), 80, 24), @"
    ╭ backups(2) ───────────── [backups] restores schedules locations repositories ╮
    │  ✖ prod-ml/default  AccessDenied: not authorized to perform s3:ListBucket    │
    │                                                                              │
    │  BACKUP     STATE     CLUSTER   PHASE       STARTED  PROGRESS    ERRORS     ›│
    │▌ nightly-1  ● ok      prod-ml   Completed       9 h  40 of 40         0      │
    │  prod-ml    ✖ failed  no route to prod-ml: no connection within 3 s          │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰ 7 of 9 accounts  ◐ 1 reading  ⊘ 1 denied ────────────────────────────────────╯
    ╭ ● nightly-1  prod-ml  eu-west-1  PROD ───────────────────────────────────────╮
    │ ● ok                                                                         ┃
    │                                                                              │
    │ Facts                                                                        │
    │ env           prod                                                           │
    │ cluster       prod-ml                                                        │
    │ phase         Completed                                                      │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
    let known = Bench::new(sample::inventory());
    let mut view = restores(&known);
    let drawn = known.drawn(&mut view, 80, 30);
    assert!(
        drawn.contains("enter reads errors and warnings in full"),
        "{drawn}"
    );
}

#[test]
fn a_schedule_opens_to_its_backups_and_a_restore_leads_up_to_its_backup() {
    let bench = Bench::new(sample::inventory());
    let mut view = restores(&bench);
    view.act(&Verb::Ascend.into(), &bench.desk());
    let on = |view: &Listing| view.selected().map(|object| object.name);
    assert_eq!(on(&view).as_deref(), Some("nightly-1"));
    view.act(&Verb::Ascend.into(), &bench.desk());
    assert_eq!(on(&view).as_deref(), Some("nightly"));
    view.act(&Verb::Open.into(), &bench.desk());
    assert_eq!(
        view.title(),
        "backups(1/1) /cluster=prod-ml schedule=nightly"
    );
}
