use jiff::SignedDuration;
use rust_decimal::Decimal;

use super::*;
use crate::{
    inventory::{Inventory, cache::Spent},
    tui::{testing::Bench, views::sample},
};

#[test]
fn accounts_stand_against_services_and_add_up() {
    let bench = Bench::new(sample::inventory());
    insta::assert_snapshot!(bench.drawn(&mut Costs::default(), 80, 24), @"
    ╭ costs(9) ──────────────────────────────────── [heat] costs budgets anomalies ╮
    │  Jan 2026 to date  net amortized  Cost Explorer, 3 h old  ░ incomplete       │
    │  ACCOUNT           TOTAL▼  CHANGE      EC2      RDS    other BY DAY          │
    │▌ prod-ml           $12.5k   ▲ +6%   $8.7k    $2.0k    $1.8k  ▅▅▅▅▅▅▅▅▅▅▅▅▇▇░ │
    │  prod-app           $4.1k    = 0%   $2.9k     $667     $578  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇░ │
    │  staging-ml         $1.1k    = 0%    $794     $185     $161  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇░ │
    │  prod-shared         $912    = 0%    $635     $148     $128  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇░ │
    │  staging-app         $684    = 0%    $476     $111      $96  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇░ │
    │  dev-ml              $456    = 0%    $318      $74      $64  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇░ │
    │  staging-shared      $456    = 0%    $318      $74      $64  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇░ │
    │  dev-app             $228    = 0%    $159      $37      $32  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇░ │
    │  TOTAL             $20.7k   ▲ +3%  $14.4k    $3.4k    $2.9k  ▆▆▆▆▆▆▆▆▆▆▆▆▇▇░ │
    │                                                                              │
    │  forecast  $61.7k ±$3.0k at month's end (80%: $58.7k to $64.7k), all accounts│
    │  budget    organization   ━━━━━━━━━━━╸──────── 57% of $60.0k, forecast 108%  │
    ╰ refresh: 5 requests, $0.05 ──────────────────────────────────────────────────╯
    ╭ prod-ml  888888888888  PROD ─────────────────────────────────────────────────╮
    │ this month    $12,534.98   ▲ +6%  against the same days of last month        ┃
    │ last month    $26,221.14                                                     ┃
    │ by day        ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▇▇░                  │
    │                                                                              │
    │ Anomalies                                                                    │
    │ ▲ $3,100.00 more than expected  EC2  since 2026-01-12  EU-BoxUsage:p5.48xla… │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn a_wide_screen_has_more_services_longer_trends_and_the_account_beside() {
    let bench = Bench::new(sample::inventory());
    insta::assert_snapshot!(bench.drawn(&mut Costs::default(), 170, 24), @"
    ╭ costs(9) ──────────────────────────────────────────────────────────────────── [heat] costs budgets anomalies ╮╭ prod-ml  888888888888  PROD ───────────────────────────╮
    │  Jan 2026 to date  net amortized  Cost Explorer, 3 h old  ░ incomplete                                       ││ this month    $12,534.98   ▲ +6%  against the same da… │
    │  ACCOUNT           TOTAL▼  CHANGE      EC2      RDS      EKS       S3 EC2 oth… CloudWa…    other BY DAY      ││ last month    $26,221.14                               │
    │▌ prod-ml           $12.5k   ▲ +6%   $8.7k    $2.0k     $708     $534     $388     $116      $19  ▅▅▅▅▅▅▅▅▇▇░ ││ by day        ▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅▅… │
    │  prod-app           $4.1k    = 0%   $2.9k     $667     $232     $175     $127      $38       $6  ▇▇▇▇▇▇▇▇▇▇░ ││                                                        │
    │  staging-ml         $1.1k    = 0%    $794     $185      $64      $49      $35      $11       $2  ▇▇▇▇▇▇▇▇▇▇░ ││ Anomalies                                              │
    │  prod-shared         $912    = 0%    $635     $148      $52      $39      $28       $8       $1  ▇▇▇▇▇▇▇▇▇▇░ ││ ▲ $3,100.00 more than expected  EC2  since 2026-01-12… │
    │  staging-app         $684    = 0%    $476     $111      $39      $29      $21       $6       $1  ▇▇▇▇▇▇▇▇▇▇░ ││                                                        │
    │  dev-ml              $456    = 0%    $318      $74      $26      $19      $14       $4       $1  ▇▇▇▇▇▇▇▇▇▇░ ││ Services                                               │
    │  staging-shared      $456    = 0%    $318      $74      $26      $19      $14       $4       $1  ▇▇▇▇▇▇▇▇▇▇░ ││ EC2           ████████████████    $8.7k                │
    │  dev-app             $228    = 0%    $159      $37      $13      $10       $7       $2       $0  ▇▇▇▇▇▇▇▇▇▇░ ││ RDS           ███▊                $2.0k                │
    │  dev-shared          $228    = 0%    $159      $37      $13      $10       $7       $2       $0  ▇▇▇▇▇▇▇▇▇▇░ ││ EKS           █▎                   $708                │
    │  TOTAL             $20.7k   ▲ +3%  $14.4k    $3.4k    $1.2k     $883     $642     $193      $32  ▆▆▆▆▆▆▆▆▇▇░ ││ S3            █                    $534                │
    │                                                                                                              ││ EC2 other     ▊                    $388                │
    │  forecast  $61.7k ±$3.0k at month's end (80%: $58.7k to $64.7k), all accounts                                ││ CloudWatch    ▎                    $116                │
    │  budget    organization   ━━━━━━━━━━━╸──────── 57% of $60.0k, forecast 108%                                  ││ KMS           ▏                     $19                │
    │                                                                                                              ││                                                        │
    │                                                                                                              ││ Budgets                                                │
    │                                                                                                              ││ organization  ━━━━━━━━━╸────── 57% of $60.0k, forecas… │
    │                                                                                                              ││                                                        │
    │                                                                                                              ││                                                        │
    │                                                                                                              ││                                                        │
    │                                                                                                              ││                                                        │
    ╰ refresh: 5 requests, $0.05 ──────────────────────────────────────────────────────────────────────────────────╯╰────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn without_costs_it_says_what_asking_would_cost() {
    let bench = Bench::new(Inventory::default());
    insta::assert_snapshot!(bench.drawn(&mut Costs::default(), 80, 12), @r"
    ╭ costs(0) ──────────────────────────────────── [heat] costs budgets anomalies ╮
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                         ? nobody asked for costs yet                         │
    │                         `r` shows the price and asks                         │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    │                                                                              │
    ╰──────────────────────────────────────────────────────────────────────────────╯
    ");
}

#[test]
fn old_figures_are_dimmed_and_say_so() {
    let mut bench = Bench::new(sample::inventory());
    bench.now = sample::now() + SignedDuration::from_hours(20);
    let drawn = bench.buffer(&mut Costs::default(), 80, 24);
    assert!(crate::tui::testing::text(&drawn).contains("Cost Explorer, 23 h old"));
    assert!(drawn[(6, 3)].modifier.contains(Modifier::DIM));
}

#[test]
fn costs_are_asked_for_once_and_never_again_by_themselves() {
    let bench = Bench::new(Inventory::default());
    assert!(needs(&bench.desk()).contains(&Query::Costs));
    let bench = Bench::new(sample::inventory());
    assert!(!needs(&bench.desk()).contains(&Query::Costs));
}

#[test]
fn sorting_keeps_the_cursor_on_its_account() {
    let bench = Bench::new(sample::inventory());
    let desk = bench.desk();
    let mut costs = Costs::default();
    costs.derive(&desk);
    let first = costs.selected();
    assert_eq!(
        first.as_ref().map(|object| object.name.as_str()),
        Some("prod-ml")
    );
    for _ in 0..3 {
        costs.act(&Verb::SortNext.into(), &desk);
        assert_eq!(costs.selected(), first);
    }
}

#[test]
fn what_looking_costs_and_how_much_is_left_of_the_caps_is_always_in_sight() {
    let mut bench = Bench::new(sample::inventory());
    let usd = |cents| Decimal::new(cents, 2);
    let caps = Spent {
        today: usd(50),
        this_month: usd(500),
    };
    let foot = |bench: &Bench| {
        let drawn = bench.drawn(&mut Costs::default(), 80, 16);
        drawn.lines().last().unwrap_or_default().to_owned()
    };
    let spent = Spent {
        today: usd(4),
        this_month: usd(120),
    };
    bench.meter = Some((spent, caps));
    insta::assert_snapshot!(foot(&bench), @"╰ refresh: 5 requests, $0.05  today $0.04 of $0.50  month $1.20 of $5.00 ──────╯");
    let drawn = bench.buffer(&mut Costs::default(), 80, 16);
    let warns = |drawn: &ratatui::buffer::Buffer| {
        let role = bench.theme.style(crate::tui::theme::Role::Warning);
        (0..80).any(|x| Some(drawn[(x, 15)].fg) == role.fg)
    };
    assert!(!warns(&drawn));
    bench.meter = Some((
        Spent {
            today: usd(47),
            ..spent
        },
        caps,
    ));
    let drawn = bench.buffer(&mut Costs::default(), 80, 16);
    assert!(warns(&drawn), "the next look would be beyond the cap");
}
