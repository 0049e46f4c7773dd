//! What a world answers for that which it does not have.

use async_trait::async_trait;
use tokio::sync::mpsc::UnboundedSender;

use super::{
    Answers, Caller, Computing, Costs, Databases, Error, Found, Handoff, Identity, Kind, LogOf,
    MetricQuery, Metrics, Networks, Outcome, Port, Ports, Prices, Protections, Quotas, Result,
    Roles, Series, Token, Traffic, Watched, Workloads, ZonalShifts,
};
use crate::model::{
    AccountId, Arn, ClusterId, ClusterName, HostedZoneId, Place, PoolName, QuotaCode, RoleName,
    VpcId,
    compute::{Compute, Machine, Nodes, Offer},
    cost::{Anomaly, Budget, CostMetric, CostQuery, CostReport, Forecast},
    fleet::{Fleet, Price},
    identity::Role,
    network::{AvailabilityZone, Network, VpcDns},
    protection::{self, Protection, Wanted},
    traffic::{Balancers, Record, Zones},
    velero::{Results, Velero},
    workload::Contents,
    zonal::ManagedResource,
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
impl Computing for Closed {
    async fn cluster(&self, _: &Place, _: &ClusterName) -> Result<Compute> {
        self.refuse("eks")
    }

    async fn nodes(&self, _: &Place, _: &ClusterName, _: &PoolName) -> Result<Nodes> {
        self.refuse("eks")
    }

    async fn machines(&self, _: &Place, _: &[String]) -> Result<Vec<Machine>> {
        self.refuse("ec2")
    }

    async fn offers(&self, _: &Place) -> Result<Vec<Offer>> {
        self.refuse("eks")
    }
}

#[async_trait]
impl Roles for Closed {
    async fn role(&self, _: AccountId, _: &RoleName) -> Result<Option<Role>> {
        self.refuse("iam")
    }
}

#[async_trait]
impl Quotas for Closed {
    async fn quota(&self, _: &Place, _: QuotaCode) -> Result<u64> {
        self.refuse("servicequotas")
    }

    async fn used(&self, _: &Place, _: QuotaCode) -> Result<Option<u64>> {
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
impl Databases for Closed {
    async fn databases(&self, _: &Place, _: &Wanted) -> Result<protection::Databases> {
        self.refuse("rds")
    }

    async fn offers(&self, _: &Place, _: &str, _: &str, _: Option<&str>) -> Result<bool> {
        self.refuse("rds")
    }
}

#[async_trait]
impl Metrics for Closed {
    async fn series(&self, _: &[MetricQuery]) -> Result<Vec<Series>> {
        self.refuse("cloudwatch")
    }
}

#[async_trait]
impl ZonalShifts for Closed {
    async fn resources(&self, _: &Place) -> Result<Vec<ManagedResource>> {
        self.refuse("arc-zonal-shift")
    }
}

#[async_trait]
impl Ports for Closed {
    async fn port(&self, _: &str, _: u16) -> Port {
        Port::Silent
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
