//! One look at the costs: a handful of paid requests for the whole organization, each counted
//! before it is sent.

use jiff::{ToSpan, civil::Date, tz::TimeZone};

use super::{
    Loaded, Source,
    read::{Failure, Outcome},
};
use crate::{
    model::cost::{
        Anomaly, Budget, CostMetric, CostQuery, CostReport, Costs, Forecast, Granularity,
    },
    provider::{Kind, Provider},
};

pub(super) async fn read(provider: &Provider, source: &Source) -> Outcome {
    let now = (source.clock)();
    let look = Look {
        provider,
        source,
        today: now.to_zoned(TimeZone::UTC).date(),
    };
    // Refused as a whole before the first request, not after half of them were paid for.
    let wanted = 2 + u32::from(source.limits.forecast) + u32::from(source.limits.anomalies);
    source.meter.allows(wanted, look.today)?;
    let months = look.months().await?;
    // What the months were answered in: the net metrics are not there for everybody.
    let metric = months.query.metric;
    let days = look.days(metric).await?;
    let costs = Costs {
        forecast: look.forecast(metric).await?,
        anomalies: look.anomalies().await?,
        budgets: look.budgets().await,
        months,
        days,
        as_of: now,
    };
    Ok((Loaded::Costs(costs.into()), now))
}

/// What is asked for where a net metric is not there.
pub(super) const fn gross(metric: CostMetric) -> Option<CostMetric> {
    match metric {
        CostMetric::NetAmortized => Some(CostMetric::Amortized),
        CostMetric::NetUnblended => Some(CostMetric::Unblended),
        CostMetric::Amortized | CostMetric::Unblended => None,
    }
}

struct Look<'a> {
    provider: &'a Provider,
    source: &'a Source,
    /// In UTC, as Cost Explorer counts.
    today: Date,
}

impl Look<'_> {
    /// Thirteen months, the current one included.
    async fn months(&self) -> Result<CostReport, Failure> {
        let query = CostQuery {
            metric: self.source.limits.cost_metric,
            granularity: Granularity::Monthly,
            from: self.today.first_of_month().saturating_sub(12.months()),
            until: self.tomorrow(),
        };
        let Some(gross) = gross(query.metric) else {
            return self.report(&query).await;
        };
        match self.report(&query).await {
            Err(Failure::Provider(error)) if matches!(error.kind, Kind::Service { .. }) => {
                self.report(&CostQuery {
                    metric: gross,
                    ..query
                })
                .await
            }
            outcome => outcome,
        }
    }

    /// The days of the current and the last month.
    async fn days(&self, metric: CostMetric) -> Result<CostReport, Failure> {
        self.report(&CostQuery {
            metric,
            granularity: Granularity::Daily,
            from: self.today.first_of_month().saturating_sub(1.month()),
            until: self.tomorrow(),
        })
        .await
    }

    async fn report(&self, query: &CostQuery) -> Result<CostReport, Failure> {
        self.source.meter.spend(1, self.today)?;
        let report = self.provider.costs.cost(query).await?;
        // Every page after the first is a request too; how many there are is known only now.
        self.source
            .meter
            .add(report.requests.saturating_sub(1), self.today);
        Ok(report)
    }

    /// A forecast that cannot be had is left out; one that would cost too much refuses the look.
    async fn forecast(&self, metric: CostMetric) -> Result<Option<Forecast>, Failure> {
        if !self.source.limits.forecast {
            return Ok(None);
        }
        self.source.meter.spend(1, self.today)?;
        Ok(self.provider.costs.forecast(metric).await.ok().flatten())
    }

    async fn anomalies(&self) -> Result<Option<Vec<Anomaly>>, Failure> {
        if !self.source.limits.anomalies {
            return Ok(None);
        }
        self.source.meter.spend(1, self.today)?;
        Ok(self.provider.costs.anomalies().await.ok())
    }

    /// Budgets are free; they belong to the account that pays.
    async fn budgets(&self) -> Vec<Budget> {
        let known = self.source.organization.as_ref();
        let payer = match known.and_then(|all| all.management_account) {
            Some(payer) => payer,
            None => match self.provider.identity.caller(None).await {
                Ok(caller) => caller.account,
                Err(_) => return Vec::new(),
            },
        };
        self.provider.costs.budgets(payer).await.unwrap_or_default()
    }

    fn tomorrow(&self) -> Date {
        self.today.saturating_add(1.day())
    }
}
