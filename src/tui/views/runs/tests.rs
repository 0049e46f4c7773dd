use super::*;
use crate::{inventory::Inventory, tui::testing::Bench};

#[test]
fn without_runs_it_says_where_plans_come_from() {
    let bench = Bench::new(Inventory::default());
    insta::assert_snapshot!(bench.drawn(&mut Runs::default(), 80, 10), @"");
}
