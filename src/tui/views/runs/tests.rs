use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::{
    engine::{
        Moment, RunSummary, Sealed,
        machine::{RunView, run, step},
        plan::sample,
    },
    inventory::Inventory,
    tui::testing::Bench,
};

fn now() -> Timestamp {
    "2026-01-15T10:00:00Z".parse().expect("a valid time")
}

fn moment(seconds_ago: i64) -> Moment {
    Moment {
        at: (now() - SignedDuration::from_secs(seconds_ago)).as_microsecond(),
        ..Moment::default()
    }
}

/// A run whose first step is done and whose second is being checked.
fn entry() -> Entry {
    let sealed = Sealed::seal(sample::switch()).expect("a sound plan");
    let mut view = RunView::new(sealed.plan());
    view.state = run::State::Running;
    view.started = Some(moment(192));
    view.holder = Some(("bastion".into(), 4_242));
    let review = sealed.review();
    for (index, reviewed) in review.steps.iter().enumerate() {
        let step = view
            .steps
            .get_mut(&reviewed.id)
            .expect("a step of the plan");
        match index {
            0 => {
                step.state = step::State::Done;
                step.said = Some("96 of 96 answers say green".into());
            }
            1 => {
                step.state = step::State::Checking;
                step.since = moment(20);
            }
            _ => {}
        }
    }
    let said = |ago, step: Option<&str>, text: &str| Said {
        at: now() - SignedDuration::from_secs(ago),
        actor: "alice".into(),
        step: step.map(str::to_owned),
        text: text.into(),
    };
    Entry {
        summary: RunSummary {
            id: RunId::fresh(),
            plan: sealed.digest(),
            operation: "dns-switch".into(),
            title: review.title.clone(),
            environment: review.environment,
            reason: "release 7".into(),
            created_by: "alice".into(),
            created_at: now() - SignedDuration::from_secs(200),
            updated_at: now() - SignedDuration::from_secs(20),
            state: run::State::Running,
            pause: None,
            seq: 9,
        },
        standing: Some(Standing {
            review: Arc::new(review),
            view,
            lines: vec![
                said(192, None, "started"),
                said(180, Some("shift"), "about to send, attempt 1"),
            ],
        }),
    }
}

fn bench() -> Bench {
    let mut bench = Bench::new(Inventory::default());
    bench.now = now();
    bench.book.runs = vec![entry()];
    bench
}

fn drawn(bench: &Bench, runs: &mut Runs, width: u16, height: u16) -> String {
    let id = bench.book.runs[0].summary.id.short();
    bench.drawn(runs, width, height).replace(&id, "RUN-ID")
}

#[test]
fn a_run_in_progress_shows_its_clock_its_steps_and_what_proves_them() {
    let bench = bench();
    let mut runs = Runs::default();
    runs.derive(&bench.desk());
    runs.act(&Verb::Open.into(), &bench.desk());
    insta::assert_snapshot!(drawn(&bench, &mut runs, 80, 21), @"
    ╭ switch shop.example.com to green  PROD  plan b386fc9d ───────────────────────╮
    │ ◐ running  3:12 elapsed  usually 1:30  runner 4242 on bastion                │
    │ ━━━━━━━━━━━━──────────── 1 of 2 steps   release 7  by alice                  │
    │                                                                              │
    │ Steps                                                                        │
    │ ● → shop.example.com: blue 100→0, green 0→100  done                          │
    │     96 of 96 answers say green                                               │
    │   └ ◐ … wait 60 s  checking  0:20 of about 1:00                              │
    │                                                                              │
    │ What happened                                                                │
    │ 09:57:00  shift: about to send, attempt 1  alice                             │
    │ 09:56:48  started  alice                                                     │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_wide_screen_has_the_list_beside_the_run() {
    let bench = bench();
    insta::assert_snapshot!(drawn(&bench, &mut Runs::default(), 160, 16), @"
    ╭ runs(1) ───────────────────────────────────────────────────────────────────────────╮╭ switch shop.example.com to green  PROD  plan b386fc9d ─────────────────╮
    │▌ ◐ running            PROD     switch shop.example.com …    3:12     20 s  RUN-ID││ ◐ running  3:12 elapsed  usually 1:30  runner 4242 on bastion          │
    │                                                                                    ││ ━━━━━━━━━━━━──────────── 1 of 2 steps   release 7  by alice            │
    │                                                                                    ││                                                                        │
    │                                                                                    ││ Steps                                                                  │
    │                                                                                    ││ ● → shop.example.com: blue 100→0, green 0→100  done                    │
    │                                                                                    ││     96 of 96 answers say green                                         │
    │                                                                                    ││   └ ◐ … wait 60 s  checking  0:20 of about 1:00                        │
    │                                                                                    ││                                                                        │
    │                                                                                    ││ What happened                                                          │
    │                                                                                    ││ 09:57:00  shift: about to send, attempt 1  alice                       │
    │                                                                                    ││ 09:56:48  started  alice                                               │
    │                                                                                    ││                                                                        │
    │                                                                                    ││                                                                        │
    │                                                                                    ││                                                                        │
    ╰────────────────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_new_run_above_does_not_move_the_cursor_to_another() {
    let mut bench = bench();
    let mut runs = Runs::default();
    runs.derive(&bench.desk());
    let before = runs.selected();
    bench.book.runs.insert(0, entry());
    runs.derive(&bench.desk());
    assert_eq!(runs.selected(), before);
    runs.act(&Verb::Up.into(), &bench.desk());
    assert_ne!(runs.selected(), before);
}

#[test]
fn without_runs_it_says_where_plans_come_from() {
    let bench = Bench::new(Inventory::default());
    insta::assert_snapshot!(bench.drawn(&mut Runs::default(), 80, 10), @r"
    ╭ runs(0) ─────────────────────────────────────────────────────────────────────╮
    │                                                                              │
    │                                                                              │
    │                            ○ no plan was run yet                             │
    │                `o` on any row shows what can be done with it                 │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}
