//! What is told of one account, or of a unit with everything below it.

use ratatui::text::{Line, Span};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{Home, Item, Key, columns::change, summary::Summary};
use crate::{
    inventory::tables::text::{age, grouped, money_short},
    model::{Account, AccountId, Organization, Policy, State, Unit, text::clean},
    tui::{
        theme::{Ramp, Role},
        views::Desk,
        widgets::{Brush, Pairs, bar, text},
    },
};

/// Findings that are listed before the rest is only counted.
const FINDINGS: usize = 8;
/// Accounts that are listed by cost.
const COSTLY: usize = 6;

impl Home {
    pub(super) fn details(&self, desk: &Desk<'_>) -> (Line<'static>, Pairs) {
        let mut pairs = Pairs::default();
        let Some(node) = self.tree.selected() else {
            return (Line::default(), pairs);
        };
        let brush = desk.brush();
        let item = &node.value;
        let mut title = vec![
            brush.sign(item.figures.state()),
            Span::raw(" "),
            Span::styled(item.name.clone(), brush.style(Role::Title)),
        ];
        match &node.key {
            Key::Account(account) => {
                title.push(Span::styled(
                    format!("  {account}"),
                    brush.style(Role::Muted),
                ));
                if let Some(class) = item.class {
                    title.push(Span::raw("  "));
                    title.push(desk.class_badge(class));
                }
                self.tell_account(*account, item, &mut pairs, desk);
            }
            Key::Unit(_) => {
                let below = self.below();
                let count = format!("  {} accounts", grouped(&item.figures.accounts.to_string()));
                title.push(Span::styled(count, brush.style(Role::Muted)));
                self.tell_findings(&below, &mut pairs, desk);
                self.tell_figures(&item.figures, &mut pairs, brush);
                self.tell_costs(&below, &mut pairs, desk);
                self.coverage.tell_unread(&below, &mut pairs, desk);
            }
        }
        (title.into(), pairs)
    }

    /// The accounts below the unit that the cursor is on.
    fn below(&self) -> Vec<AccountId> {
        let Some(node) = self.tree.selected() else {
            return Vec::new();
        };
        let all = self.tree.nodes();
        let start = all.iter().position(|other| other.key == node.key);
        all[start.map_or(all.len(), |start| start + 1)..]
            .iter()
            .take_while(|other| other.depth > node.depth)
            .filter_map(|other| match other.key {
                Key::Account(account) => Some(account),
                Key::Unit(_) => None,
            })
            .collect()
    }

    fn tell_account(&self, id: AccountId, item: &Item, pairs: &mut Pairs, desk: &Desk<'_>) {
        let brush = desk.brush();
        let organization = desk.inventory.organization.value();
        if let Some((_, trouble)) = self
            .coverage
            .troubles
            .iter()
            .find(|(account, _)| *account == id)
        {
            pairs.line(Line::from(vec![
                brush.mark(trouble.health().state),
                Span::styled(format!("  {}", trouble.message), brush.style(Role::Text)),
            ]));
            if let Some(hint) = &trouble.hint {
                pairs.line(Span::styled(format!("  {hint}"), brush.style(Role::Muted)));
            }
            pairs.line(Line::default());
        }
        self.tell_findings(&[id], pairs, desk);
        self.tell_figures(&item.figures, pairs, brush);
        let Some((organization, account)) =
            organization.and_then(|all| Some((all, all.account(id)?)))
        else {
            return;
        };
        tell_identity(account, organization, pairs, desk);
        self.coverage.tell_gaps(Some(id), pairs, brush);
    }

    fn tell_findings(&self, accounts: &[AccountId], pairs: &mut Pairs, desk: &Desk<'_>) {
        let brush = desk.brush();
        let mut findings: Vec<_> = accounts
            .iter()
            .filter_map(|account| self.summaries.findings.get(account))
            .flatten()
            .collect();
        if findings.is_empty() {
            return;
        }
        findings.sort_by_key(|row| std::cmp::Reverse(row.health.state));
        pairs.section("Findings");
        for row in findings.iter().take(FINDINGS) {
            let mut spans = vec![
                brush.sign(row.health.state),
                Span::raw(" "),
                Span::styled(row.object.name.clone(), brush.style(Role::Strong)),
            ];
            if let Some(account) = row.object.account.filter(|_| accounts.len() > 1) {
                let name = format!("  {}", desk.account_name(account));
                spans.push(Span::styled(name, brush.style(Role::Muted)));
            }
            let reason = format!("  {}", clean(&row.health.reason));
            spans.push(Span::styled(reason, brush.style(Role::Text)));
            pairs.line(spans);
        }
        if let Some(more) = findings.len().checked_sub(FINDINGS + 1) {
            let said = format!("  {} more", more + 1);
            pairs.line(Span::styled(said, brush.style(Role::Muted)));
        }
    }

    fn tell_figures(&self, figures: &Summary, pairs: &mut Pairs, brush: Brush<'_>) {
        pairs.section("Figures");
        let currency = &self.summaries.currency;
        if !figures.spent.is_zero() || !figures.last_month.is_zero() {
            pairs.pair(
                "this month",
                Line::from(vec![
                    Span::styled(
                        money_short(figures.spent, currency),
                        brush.style(Role::Strong),
                    ),
                    change(figures.change(), 8, brush),
                    Span::styled(
                        format!(
                            "   last month {}",
                            money_short(figures.last_month, currency)
                        ),
                        brush.style(Role::Muted),
                    ),
                ]),
            );
            let days: Vec<Option<f64>> = figures.trend.iter().map(ToPrimitive::to_f64).collect();
            pairs.pair("by day", bar::trend(&days, 1, 45, brush));
        }
        if figures.clusters > 0 {
            let said = format!(
                "{}   nodes {}",
                grouped(&figures.clusters.to_string()),
                grouped(&figures.nodes.to_string())
            );
            pairs.pair("clusters", Span::styled(said, brush.style(Role::Text)));
        }
        if figures.devices > 0 {
            let requested = figures.devices.saturating_sub(figures.idle / 100);
            let share = requested as f64 / figures.devices as f64;
            let mut line = bar::gauge(share, 12, Role::Bar, brush);
            let said = format!(" {requested} of {} GPUs requested", figures.devices);
            line.push_span(Span::styled(said, brush.style(Role::Text)));
            pairs.pair("GPUs", line);
        } else if figures.gpus > 0 {
            let said = grouped(&figures.gpus.to_string());
            pairs.pair("GPUs", Span::styled(said, brush.style(Role::Text)));
        }
        if figures.protected > 0 {
            let fine = figures.protected - figures.unprotected;
            let (state, said) = if figures.unprotected == 0 {
                (State::Ok, format!("all {} as promised", figures.protected))
            } else {
                (
                    State::Warning,
                    format!("{fine} of {} as promised", figures.protected),
                )
            };
            pairs.pair(
                "backups",
                Line::from(vec![
                    brush.sign(state),
                    Span::styled(format!(" {said}"), brush.style(Role::Text)),
                ]),
            );
        }
        if figures.vpcs > 0 {
            let said = format!(
                "{}   {}",
                counted(figures.vpcs, "VPC"),
                counted(figures.peerings, "peering")
            );
            pairs.pair("network", Span::styled(said, brush.style(Role::Text)));
        }
    }

    /// The costly accounts of a unit as bars.
    fn tell_costs(&self, accounts: &[AccountId], pairs: &mut Pairs, desk: &Desk<'_>) {
        let brush = desk.brush();
        let mut costly: Vec<(AccountId, Decimal)> = accounts
            .iter()
            .filter_map(|account| Some((*account, self.summaries.figures.get(account)?.spent)))
            .filter(|(_, spent)| !spent.is_zero())
            .collect();
        costly.sort_by_key(|(_, spent)| std::cmp::Reverse(*spent));
        let Some(&(_, most)) = costly.first() else {
            return;
        };
        pairs.section("Where it goes");
        for (account, spent) in costly.into_iter().take(COSTLY) {
            let share = (spent / most).to_f64().unwrap_or_default();
            let drawn = text::pad(&bar::bar(share, 20, brush.symbols), 20, brush.symbols);
            let colour = brush.theme.ramp(Ramp::Cost, share);
            pairs.pair(
                desk.account_name(account),
                Line::from(vec![
                    Span::styled(drawn, brush.style(Role::Bar).fg(colour)),
                    Span::styled(
                        text::pad_left(
                            &money_short(spent, &self.summaries.currency),
                            8,
                            brush.symbols,
                        ),
                        brush.style(Role::Text),
                    ),
                ]),
            );
        }
    }
}

/// `1 VPC`, `1,048 VPCs`
fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(&count.to_string()))
}

fn tell_identity(
    account: &Account,
    organization: &Organization,
    pairs: &mut Pairs,
    desk: &Desk<'_>,
) {
    let brush = desk.brush();
    let plain = |text: String| Line::from(Span::styled(text, brush.style(Role::Text)));
    pairs.section("Account");
    if let Some(parent) = &account.parent {
        pairs.pair("unit", plain(organization.path(parent)));
    }
    pairs.pair("status", plain(account.status.to_string()));
    pairs.pair("email", plain(clean(&account.email).into_owned()));
    pairs.maybe(
        "joined",
        account
            .joined
            .map(|at| plain(format!("{} ago", age(at, desk.now)))),
    );
    let policies: Vec<String> = organization
        .effective_policies(account)
        .into_iter()
        .map(|(policy, from)| policy_line(policy, from))
        .collect();
    if !policies.is_empty() {
        pairs.pair("policies", plain(policies.join(", ")));
    }
    for (key, value) in &account.tags {
        pairs.pair(
            format!("tag {}", clean(key)),
            plain(clean(value).into_owned()),
        );
    }
}

fn policy_line(policy: &Policy, from: Option<&Unit>) -> String {
    match from {
        Some(unit) => format!("{} (from {})", policy.name, unit.name),
        None => policy.name.clone(),
    }
}
