//! Accounts against services: what each cost this month, the dearest first. Whatever is not in a
//! column of its own is in `other`, so every row adds up.

use std::collections::HashMap;

use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::super::Desk;
use crate::model::{
    AccountId, EnvironmentClass,
    cost::{Costs, change},
};

/// One account's month.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) account: Option<AccountId>,
    pub(super) name: String,
    pub(super) class: EnvironmentClass,
    pub(super) total: Decimal,
    pub(super) last_month: Decimal,
    /// The complete days of this month and the same days of the last.
    pub(super) compared: (Decimal, Decimal),
    /// In the order of [`Heat::services`].
    pub(super) services: Vec<Decimal>,
    /// Day by day, both months.
    pub(super) trend: Vec<Decimal>,
}

impl Line {
    pub(super) fn change(&self) -> Option<f64> {
        change(self.compared)
    }

    /// What the services after the first `shown` cost together.
    pub(super) fn other(&self, shown: usize) -> Decimal {
        self.services.iter().skip(shown).sum()
    }

    fn add(&mut self, other: &Self) {
        self.total += other.total;
        self.last_month += other.last_month;
        self.compared.0 += other.compared.0;
        self.compared.1 += other.compared.1;
        add(&mut self.services, &other.services);
        add(&mut self.trend, &other.trend);
    }
}

fn add(sum: &mut Vec<Decimal>, more: &[Decimal]) {
    if sum.len() < more.len() {
        sum.resize(more.len(), Decimal::ZERO);
    }
    for (sum, value) in sum.iter_mut().zip(more) {
        *sum += value;
    }
}

/// All accounts in view.
#[derive(Clone, Debug, Default)]
pub(super) struct Heat {
    /// As the bill names them, the dearest first.
    pub(super) services: Vec<String>,
    pub(super) lines: Vec<Line>,
    pub(super) total: Line,
    /// The most that any account pays for one service: the top of the scale.
    pub(super) top: f64,
    /// Days at the end of the trend that are not complete.
    pub(super) open: usize,
}

/// What lines are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Order {
    #[default]
    Total,
    Change,
    Name,
}

impl Heat {
    pub(super) fn new(costs: &Costs, desk: &Desk<'_>, keep: impl Fn(&Line) -> bool) -> Self {
        let organization = desk.inventory.organization.value();
        let spend = costs.spend();
        let mut services: HashMap<&str, Decimal> = HashMap::new();
        let mut lines: HashMap<AccountId, Line> = HashMap::new();
        for part in &spend {
            let known = organization.and_then(|all| Some((all, all.account(part.account)?)));
            let organization = organization.map(AsRef::as_ref);
            if !desk.scope.has_account(part.account, organization) {
                continue;
            }
            *services.entry(&part.service).or_default() += part.amount;
            let line = lines.entry(part.account).or_insert_with(|| Line {
                account: Some(part.account),
                name: desk.account_name(part.account),
                class: known.map_or(EnvironmentClass::Other, |(all, account)| {
                    desk.environments.class(account, all)
                }),
                ..Line::default()
            });
            line.total += part.amount;
            line.last_month += part.last_month;
            line.compared.0 += part.compared.0;
            line.compared.1 += part.compared.1;
            add(&mut line.trend, &part.trend);
        }
        let mut services: Vec<(&str, Decimal)> = services.into_iter().collect();
        services.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let place: HashMap<&str, usize> = services
            .iter()
            .enumerate()
            .map(|(index, (service, _))| (*service, index))
            .collect();
        for line in lines.values_mut() {
            line.services = vec![Decimal::ZERO; services.len()];
        }
        for part in &spend {
            if let (Some(line), Some(&index)) = (
                lines.get_mut(&part.account),
                place.get(part.service.as_str()),
            ) {
                line.services[index] += part.amount;
            }
        }
        let mut lines: Vec<Line> = lines.into_values().filter(keep).collect();
        lines.sort_by(|a, b| b.total.cmp(&a.total).then_with(|| a.name.cmp(&b.name)));
        let mut total = Line {
            name: "TOTAL".into(),
            ..Line::default()
        };
        for line in &lines {
            total.add(line);
        }
        let most = lines.iter().flat_map(|line| &line.services).max();
        let calendar = costs.calendar();
        let days = calendar.incomplete.until(costs.days.query.until);
        let open = days.map_or(0, |span| usize::try_from(span.get_days()).unwrap_or(0));
        Self {
            top: most.and_then(ToPrimitive::to_f64).unwrap_or(0.0),
            services: services
                .into_iter()
                .map(|(service, _)| service.into())
                .collect(),
            lines,
            total,
            open,
        }
    }

    pub(super) fn sort(&mut self, order: Order) {
        self.lines.sort_by(|a, b| {
            let by_total = b.total.cmp(&a.total);
            match order {
                Order::Total => by_total,
                Order::Change => {
                    let change = |line: &Line| line.change().unwrap_or(f64::NEG_INFINITY);
                    change(b).total_cmp(&change(a)).then(by_total)
                }
                Order::Name => a.name.cmp(&b.name),
            }
        });
    }
}

/// A service in few letters: what people call it.
pub(super) fn short(service: &str) -> &str {
    match service {
        "Amazon Elastic Compute Cloud - Compute" => "EC2",
        "EC2 - Other" => "EC2 other",
        "Amazon Relational Database Service" => "RDS",
        "Amazon Elastic Kubernetes Service" | "Amazon Elastic Container Service for Kubernetes" => {
            "EKS"
        }
        "Amazon Simple Storage Service" => "S3",
        "Amazon Elastic Load Balancing" | "Elastic Load Balancing" => "ELB",
        "Amazon Elastic File System" => "EFS",
        "Amazon Virtual Private Cloud" => "VPC",
        "AWS Key Management Service" => "KMS",
        "AWS Data Transfer" => "Transfer",
        other => other
            .strip_prefix("Amazon ")
            .or_else(|| other.strip_prefix("AWS "))
            .or_else(|| other.strip_prefix("Amazon"))
            .unwrap_or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{testing::Bench, views::sample};

    #[test]
    fn columns_and_other_add_up_to_the_row_and_rows_to_the_total() {
        let bench = Bench::new(sample::inventory());
        let costs = sample::costs();
        let heat = Heat::new(&costs, &bench.desk(), |_| true);
        for shown in 0..=heat.services.len() {
            for line in heat.lines.iter().chain([&heat.total]) {
                let columns: Decimal = line.services.iter().take(shown).sum();
                assert_eq!(columns + line.other(shown), line.total);
            }
        }
        let sum: Decimal = heat.lines.iter().map(|line| line.total).sum();
        assert_eq!(sum, heat.total.total);
        let month = costs.calendar().month;
        let bill: Decimal = costs
            .months
            .rows
            .iter()
            .filter(|row| row.start == month)
            .map(|row| row.amount)
            .sum();
        assert_eq!(sum, bill);
    }

    #[test]
    fn services_have_the_names_that_people_use() {
        assert_eq!(short("Amazon Elastic Compute Cloud - Compute"), "EC2");
        assert_eq!(short("AmazonCloudWatch"), "CloudWatch");
        assert_eq!(short("Tax"), "Tax");
    }
}
