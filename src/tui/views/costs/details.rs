//! What is told of one account's costs: services, anomalies, budgets.

use ratatui::text::{Line as Text, Span};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{
    super::{Desk, home::change},
    heat::{Heat, Line, short},
};
use crate::{
    inventory::tables::text::{money, money_short},
    model::{
        State,
        cost::{Anomaly, Budget, Costs},
        text::clean,
    },
    tui::{
        theme::{Ramp, Role},
        widgets::{Brush, Pairs, bar, text},
    },
};

/// Services that are listed as bars.
const SERVICES: usize = 10;

pub(super) fn details(
    line: &Line,
    heat: &Heat,
    costs: &Costs,
    desk: &Desk<'_>,
) -> (Text<'static>, Pairs) {
    let brush = desk.brush();
    let currency = &costs.months.currency;
    let mut pairs = Pairs::default();
    let text = |said: String| Span::styled(said, brush.style(Role::Text));
    pairs.pair(
        "this month",
        Text::from(vec![
            Span::styled(money(line.total, currency), brush.style(Role::Strong)),
            change(line.change(), 8, brush),
            Span::styled(
                "  against the same days of last month",
                brush.style(Role::Muted),
            ),
        ]),
    );
    pairs.pair("last month", text(money(line.last_month, currency)));
    let days: Vec<Option<f64>> = line.trend.iter().map(ToPrimitive::to_f64).collect();
    pairs.pair("by day", bar::trend(&days, heat.open, 60, brush));

    let anomalies = costs.anomalies.iter().flatten();
    let mine: Vec<&Anomaly> = anomalies
        .filter(|anomaly| anomaly.account.is_none() || anomaly.account == line.account)
        .collect();
    if !mine.is_empty() {
        pairs.section("Anomalies");
    }
    for anomaly in mine {
        pairs.line(anomaly_line(anomaly, brush));
    }
    tell_services(line, heat, currency, &mut pairs, brush);
    let budgets: Vec<&Budget> = costs
        .budgets
        .iter()
        .filter(|budget| Some(budget.account) == line.account)
        .collect();
    if !budgets.is_empty() {
        pairs.section("Budgets");
    }
    for budget in budgets {
        pairs.pair(
            clean(&budget.name).into_owned(),
            budget_line(budget, 16, brush),
        );
    }
    let mut title = vec![Span::styled(line.name.clone(), brush.style(Role::Title))];
    if let Some(account) = line.account {
        title.push(Span::styled(
            format!("  {account}"),
            brush.style(Role::Muted),
        ));
    }
    title.push(Span::raw("  "));
    title.push(desk.class_badge(line.class));
    (title.into(), pairs)
}

fn tell_services(line: &Line, heat: &Heat, currency: &str, pairs: &mut Pairs, brush: Brush<'_>) {
    let mut services: Vec<(&str, Decimal)> = heat
        .services
        .iter()
        .zip(&line.services)
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(service, amount)| (service.as_str(), *amount))
        .collect();
    services.sort_by_key(|(_, amount)| std::cmp::Reverse(*amount));
    let Some(&(_, most)) = services.first() else {
        return;
    };
    pairs.section("Services");
    for (service, amount) in services.iter().take(SERVICES) {
        let share = (amount / most).to_f64().unwrap_or_default();
        let colour = brush.theme.ramp(Ramp::Cost, share);
        let drawn = text::pad(&bar::bar(share, 16, brush.symbols), 16, brush.symbols);
        pairs.pair(
            clean(short(service)).into_owned(),
            Text::from(vec![
                Span::styled(drawn, brush.style(Role::Bar).fg(colour)),
                Span::styled(
                    text::pad_left(&money_short(*amount, currency), 9, brush.symbols),
                    brush.style(Role::Text),
                ),
            ]),
        );
    }
    let rest: Decimal = services
        .iter()
        .skip(SERVICES)
        .map(|(_, amount)| *amount)
        .sum();
    if !rest.is_zero() {
        let said = text::pad_left(&money_short(rest, currency), 25, brush.symbols);
        pairs.pair("others", Span::styled(said, brush.style(Role::Text)));
    }
}

/// `▲ $3,100.00 more than expected  EC2  since 2026-01-12  BoxUsage:p5.48xlarge`
fn anomaly_line(anomaly: &Anomaly, brush: Brush<'_>) -> Text<'static> {
    let service = anomaly.service.as_deref().map_or("all services", short);
    let until = anomaly
        .end
        .map(|end| format!(" until {end}"))
        .unwrap_or_default();
    let usage = clean(anomaly.usage_type.as_deref().unwrap_or_default());
    let said = format!(
        "  {}  since {}{until}  {usage}",
        clean(service),
        anomaly.start
    );
    Text::from(vec![
        brush.sign(State::Warning),
        Span::styled(
            format!(
                " {} more than expected",
                money(anomaly.impact, &anomaly.currency)
            ),
            brush.style(Role::Strong),
        ),
        Span::styled(said, brush.style(Role::Text)),
    ])
}

/// `█████▌░░░  57% of $60.0k, forecast 108%`
pub(super) fn budget_line(budget: &Budget, cells: u16, brush: Brush<'_>) -> Text<'static> {
    let share = |amount: Decimal| {
        (amount / budget.limit.max(Decimal::ONE))
            .to_f64()
            .unwrap_or_default()
    };
    let (now, later) = (share(budget.actual), budget.forecast.map(share));
    let role = match (now, later) {
        (1.0.., _) => Role::Error,
        (_, Some(1.0..)) => Role::Warning,
        _ => Role::Ok,
    };
    let mut line = bar::gauge(now, cells, role, brush);
    let limit = money_short(budget.limit, &budget.currency);
    let said = format!(" {:.0}% of {limit}", now * 100.0);
    line.push_span(Span::styled(said, brush.style(Role::Text)));
    if let Some(later) = later {
        let said = format!(", forecast {:.0}%", later * 100.0);
        line.push_span(Span::styled(
            said,
            brush.style(if later >= 1.0 { role } else { Role::Muted }),
        ));
    }
    line
}
