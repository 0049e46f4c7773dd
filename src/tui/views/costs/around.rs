//! What stands around the table: where the figures come from, what asking costs, where the month
//! is going.

use jiff::{SignedDuration, Timestamp};
use ratatui::text::{Line as Text, Span};
use rust_decimal::Decimal;

use super::{super::coverage::Vacancy, details};
use crate::{
    inventory::{
        cache::Spent,
        tables::text::{money, money_short, span},
    },
    model::{
        Remote, State, TroubleKind,
        cost::{CostMetric, Costs as Report, PRICE_PER_REQUEST},
        text::clean,
    },
    tui::{
        theme::Role,
        widgets::{Brush, text},
    },
};

/// Cells for the name of a budget.
const BUDGET: usize = 14;
/// The bill changes about three times a day; older figures are called old.
const OLD: SignedDuration = SignedDuration::from_hours(8);

pub(super) fn is_old(costs: &Report, now: Timestamp) -> bool {
    now.duration_since(costs.as_of) > OLD
}

/// Metric, range, source and age: always in sight.
pub(super) fn provenance(
    costs: &Report,
    remote: &Remote<std::sync::Arc<Report>>,
    now: Timestamp,
    brush: Brush<'_>,
) -> Text<'static> {
    let calendar = costs.calendar();
    let metric = match costs.months.query.metric {
        CostMetric::Unblended => "unblended",
        CostMetric::Amortized => "amortized",
        CostMetric::NetUnblended => "net unblended",
        CostMetric::NetAmortized => "net amortized",
    };
    let mut spans = vec![
        Span::styled(
            format!("  {} to date  {metric}", calendar.month.strftime("%b %Y")),
            brush.style(Role::Strong),
        ),
        Span::styled(
            format!("  Cost Explorer, {}", old(costs.as_of, now)),
            brush.style(if is_old(costs, now) {
                Role::Stale
            } else {
                Role::Muted
            }),
        ),
        Span::styled(
            format!("  {} incomplete", brush.pick("░", ":")),
            brush.style(Role::Muted),
        ),
    ];
    if remote.is_loading() {
        let said = format!("  {} reading", brush.symbols.state(State::Working));
        spans.push(Span::styled(said, brush.state_style(State::Working)));
    }
    spans.into()
}

/// `3 h old`, `just read`
fn old(at: Timestamp, now: Timestamp) -> String {
    match span(now.duration_since(at)).as_str() {
        "now" => "just read".into(),
        age => format!("{age} old"),
    }
}

/// What the next look costs, what looking has cost, and the caps of both.
pub(super) fn meter(
    costs: &Report,
    meter: Option<(Spent, Spent)>,
    failed: bool,
    brush: Brush<'_>,
) -> Text<'static> {
    let requests = requests(costs);
    let price = PRICE_PER_REQUEST * Decimal::from(requests);
    let muted = |said: String| Span::styled(said, brush.style(Role::Muted));
    let mut spans = vec![muted(format!(
        "refresh: {requests} requests, {}",
        money(price, "USD")
    ))];
    if let Some((spent, caps)) = meter {
        for (word, spent, cap) in [
            ("today", spent.today, caps.today),
            ("month", spent.this_month, caps.this_month),
        ] {
            let said = format!("  {word} {} of {}", money(spent, "USD"), money(cap, "USD"));
            let role = if spent + price > cap {
                Role::Warning
            } else {
                Role::Muted
            };
            spans.push(Span::styled(said, brush.style(role)));
        }
    }
    if failed {
        let said = format!(
            "  {} the last refresh failed",
            brush.symbols.state(State::Failed)
        );
        spans.push(Span::styled(said, brush.state_style(State::Failed)));
    }
    spans.into()
}

/// Requests that this look took, and so the next one; forecast and anomalies are one each.
pub(in crate::tui) fn requests(costs: &Report) -> u32 {
    let extra = u32::from(costs.forecast.is_some()) + u32::from(costs.anomalies.is_some());
    costs.months.requests + costs.days.requests + extra
}

/// Where the month is going: forecast with its interval, then budgets.
pub(super) fn outlook(costs: &Report, brush: Brush<'_>) -> Vec<Text<'static>> {
    let mut lines = vec![Text::default()];
    if let Some(forecast) = &costs.forecast {
        let short = |amount| money_short(amount, &forecast.currency);
        let spent = costs
            .months
            .rows
            .iter()
            .filter(|row| row.start == costs.calendar().month);
        let spent: Decimal = spent.map(|row| row.amount).sum();
        let spread = (forecast.high - forecast.low) / Decimal::TWO;
        lines.push(Text::from(vec![
            Span::styled("  forecast  ", brush.style(Role::Muted)),
            Span::styled(short(spent + forecast.mean), brush.style(Role::Strong)),
            Span::styled(
                format!(
                    " {}{} at month's end (80%: {} to {}), all accounts",
                    brush.pick("±", "+-"),
                    short(spread),
                    short(spent + forecast.low),
                    short(spent + forecast.high)
                ),
                brush.style(Role::Text),
            ),
        ]));
    }
    for budget in costs.budgets.iter().take(3) {
        let mut spans = vec![
            Span::styled("  budget    ", brush.style(Role::Muted)),
            Span::styled(
                text::pad(&clean(&budget.name), BUDGET, brush.symbols) + " ",
                brush.style(Role::Strong),
            ),
        ];
        spans.extend(details::budget_line(budget, 20, brush).spans);
        lines.push(spans.into());
    }
    lines
}

pub(super) fn vacancy<T>(remote: &Remote<T>) -> Vacancy {
    match remote.trouble() {
        Some(trouble) => {
            let state = match trouble.kind {
                TroubleKind::Denied | TroubleKind::SignedOut => State::Denied,
                _ => State::Failed,
            };
            let hint = trouble
                .hint
                .as_deref()
                .unwrap_or("`r` tries again and shows the price first");
            Vacancy::new(state, &trouble.message, hint)
        }
        None if remote.is_loading() => Vacancy::new(
            State::Working,
            "asking Cost Explorer once for all accounts…",
            "each request costs $0.01",
        ),
        None => Vacancy::new(
            State::Unknown,
            "nobody asked for costs yet",
            "`r` shows the price and asks",
        ),
    }
}
