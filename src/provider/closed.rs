//! What a world answers for that which it does not have.

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    Answers, Caller, Costs, Error, Found, Handoff, Identity, Kind, LogOf, Networks, Outcome,
    Prices, Protections, Quotas, Result, Token, Traffic, Watched, Workloads,
};
use crate::model::{
    AccountId, Arn, ClusterId, HostedZoneId, Place, QuotaCode, VpcId,
    cost::{Anomaly, Budget, CostMetric, CostQuery, CostReport, Forecast},
    fleet::{Fleet, Price},
    network::{AvailabilityZone, Network, VpcDns},
    protection::Protection,
    traffic::{Balancers, Record, Zones},
    velero::{Results, Velero},
    workload::Contents,
};

/// Answers everything with this reason.
pub struct Closed(pub &'static str);

impl Closed {
    fn refuse<T>(&self, service: &str) -> Result<T> {
        Err(Error::new(Kind::Unavailable {
            service: service.into(),
            message: self.0.into(),
        }))
    }
}

#[async_trait]
impl Identity for Closed {
    async fn caller(&self, account: Option<AccountId>) -> Result<Caller> {
        match account {
            // Nobody is asked who we are where there is nobody to ask.
            Some(account) => Ok(Caller {
                account,
                arn: Arn::from("kubeconfig"),
                expires: None,
            }),
            None => self.refuse("sts"),
        }
    }
}

#[async_trait]
impl Networks for Closed {
    async fn network(&self, _: &Place) -> Result<Network> {
        self.refuse("ec2")
    }

    async fn dns(&self, _: &Place, _: &VpcId) -> Result<VpcDns> {
        self.refuse("ec2")
    }

    async fn availability_zones(&self, _: &Place) -> Result<Vec<AvailabilityZone>> {
        self.refuse("ec2")
    }
}

#[async_trait]
impl Quotas for Closed {
    async fn quota(&self, _: &Place, _: QuotaCode) -> Result<u64> {
        self.refuse("servicequotas")
    }
}

#[async_trait]
impl Costs for Closed {
    async fn cost(&self, _: &CostQuery) -> Result<CostReport> {
        self.refuse("ce")
    }

    async fn forecast(&self, _: CostMetric) -> Result<Option<Forecast>> {
        self.refuse("ce")
    }

    async fn anomalies(&self) -> Result<Vec<Anomaly>> {
        self.refuse("ce")
    }

    async fn budgets(&self, _: AccountId) -> Result<Vec<Budget>> {
        self.refuse("budgets")
    }
}

#[async_trait]
impl Protections for Closed {
    async fn protection(&self, _: &Place) -> Result<Protection> {
        self.refuse("backup")
    }
}

#[async_trait]
impl Traffic for Closed {
    async fn zones(&self, _: AccountId) -> Result<Zones> {
        self.refuse("route53")
    }

    async fn balancers(&self, _: &Place) -> Result<Balancers> {
        self.refuse("elbv2")
    }

    async fn answers(
        &self,
        _: AccountId,
        _: &HostedZoneId,
        _: &[Record],
        _: u32,
    ) -> Result<Answers> {
        self.refuse("route53")
    }
}

#[async_trait]
impl Prices for Closed {
    async fn price(&self, _: &Place, _: &str) -> Result<Price> {
        self.refuse("prices")
    }
}

#[async_trait]
impl Workloads for Closed {
    async fn fleet(&self, _: &ClusterId, _: Found<'_, Fleet>) -> Result<Fleet> {
        self.refuse("kubernetes")
    }

    async fn contents(&self, _: &ClusterId, _: Found<'_, Contents>) -> Result<Contents> {
        self.refuse("kubernetes")
    }

    async fn velero(&self, _: &ClusterId) -> Result<Velero> {
        self.refuse("kubernetes")
    }

    async fn results(&self, _: &ClusterId, _: &Outcome) -> Result<Results> {
        self.refuse("kubernetes")
    }

    async fn watch(&self, _: &ClusterId, _: UnboundedSender<Watched>) -> Result<()> {
        self.refuse("kubernetes")
    }

    async fn log(&self, _: &ClusterId, _: &LogOf, _: UnboundedSender<String>) -> Result<()> {
        self.refuse("kubernetes")
    }

    async fn handoff(&self, _: &ClusterId) -> Result<Handoff> {
        self.refuse("kubernetes")
    }

    async fn token(&self, _: &ClusterId) -> Result<Token> {
        self.refuse("kubernetes")
    }
}
