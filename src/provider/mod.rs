//! The outside world behind small traits, one per capability.
//!
//! Readers and [`Control`] are apart on purpose: views are given readers only, so nothing on
//! screen can change an account except through the engine.

#[cfg(feature = "aws")]
pub mod aws;
mod closed;
mod control;
pub mod demo;
mod error;
#[cfg(feature = "kubernetes")]
pub mod kube;
mod metrics;
mod objects;
pub mod permissions;
mod sign_in;
mod workloads;

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use closed::Closed;
pub use control::{Accepted, Control, Envelope, Sent};
pub use error::{CLUSTER_SIGN_IN, Error, IN_CLUSTER, Kind, Result};
pub use metrics::{MetricQuery, Metrics, Series, Statistic};
pub use objects::{Object, Objects, Put, When};
pub use sign_in::{Profile, Prompt, SignIn, is_admin};
pub use workloads::{
    ClusterAccess, Endpoint, Found, Handoff, LogOf, Outcome, Prices, Token, Watched, Workloads,
};

pub use crate::model::change::Progress;

use crate::model::{
    AccountId, Arn, ClusterName, HostedZoneId, Organization, Place, Policy, PolicyId, PoolName,
    QuotaCode, Region, RoleName, TargetId, VpcId,
    cluster::Cluster,
    compute::{Compute, Machine, Nodes, Offer},
    cost::{Anomaly, Budget, CostMetric, CostQuery, CostReport, Forecast},
    identity::Role,
    network::{AvailabilityZone, Network, VpcDns},
    protection::{self, Protection, Wanted},
    traffic::{Balancers, Record, Zones},
    zonal::ManagedResource,
};

/// AWS Organizations: units, accounts, policies, delegated administrators.
#[async_trait]
pub trait Organizations: Send + Sync {
    /// Reads the whole tree. `found` is called with what is known so far after every page, from
    /// the first one on, so that accounts can be shown and read while the tree is still walked.
    async fn organization(
        &self,
        found: &mut (dyn for<'o> FnMut(&'o Organization) + Send),
    ) -> Result<Organization>;

    /// One policy with its document; `None` where there is none of that id.
    async fn policy(&self, id: &PolicyId) -> Result<Option<Policy>> {
        let whole = self.organization(&mut |_| ()).await?;
        Ok(whole.policy(id).cloned())
    }

    /// The accounts that a policy attached to the target reaches, in order; see
    /// [`Organization::reached_from`].
    async fn reached(&self, target: &TargetId) -> Result<Vec<AccountId>> {
        let whole = self.organization(&mut |_| ()).await?;
        let mut found: Vec<AccountId> = whole.reached_from(target).map(|one| one.id).collect();
        found.sort_unstable();
        Ok(found)
    }
}

/// EC2 networking.
#[async_trait]
pub trait Networks: Send + Sync {
    /// Everything, but for the DNS attributes of VPCs, which cost two calls each.
    async fn network(&self, place: &Place) -> Result<Network>;
    async fn dns(&self, place: &Place, vpc: &VpcId) -> Result<VpcDns>;
    /// The zones in which the account can have subnets, by name. Local and Wavelength zones are
    /// left out.
    async fn availability_zones(&self, place: &Place) -> Result<Vec<AvailabilityZone>>;
}

/// EKS clusters with their node groups.
#[async_trait]
pub trait Clusters: Send + Sync {
    async fn clusters(&self, place: &Place) -> Result<Vec<Cluster>>;
}

/// What runs clusters, as operations look at it.
#[async_trait]
pub trait Computing: Send + Sync {
    /// One cluster with everything in it, the launch templates named after it, and the place's
    /// capacity reservations. Where there is no such cluster, the rest.
    async fn cluster(&self, place: &Place, name: &ClusterName) -> Result<Compute>;
    /// The nodes of a pool, by whoever can tell.
    async fn nodes(&self, place: &Place, cluster: &ClusterName, pool: &PoolName) -> Result<Nodes>;
    /// Those of the instance types that the region offers.
    async fn machines(&self, place: &Place, types: &[String]) -> Result<Vec<Machine>>;
    /// The versions of Kubernetes that a cluster can be made of, newest first.
    async fn offers(&self, place: &Place) -> Result<Vec<Offer>>;
}

/// IAM roles.
#[async_trait]
pub trait Roles: Send + Sync {
    /// The role of that name, with its attached policies; `None` where there is none.
    async fn role(&self, account: AccountId, name: &RoleName) -> Result<Option<Role>>;
}

/// Service Quotas.
#[async_trait]
pub trait Quotas: Send + Sync {
    /// What applies to the account there.
    async fn quota(&self, place: &Place, quota: QuotaCode) -> Result<u64>;
    /// How much of it is in use, by the metric that Service Quotas names; `None` where there is
    /// none, which is not zero.
    async fn used(&self, place: &Place, quota: QuotaCode) -> Result<Option<u64>>;
}

/// Cost Explorer and Budgets. Every call of the first three is paid for (`CostReport::requests`).
#[async_trait]
pub trait Costs: Send + Sync {
    async fn cost(&self, query: &CostQuery) -> Result<CostReport>;
    /// The rest of the current month; `None` where there is too little history.
    async fn forecast(&self, metric: CostMetric) -> Result<Option<Forecast>>;
    async fn anomalies(&self) -> Result<Vec<Anomaly>>;
    async fn budgets(&self, account: AccountId) -> Result<Vec<Budget>>;
}

/// RDS, AWS Backup and S3, as far as they protect data.
#[async_trait]
pub trait Protections: Send + Sync {
    async fn protection(&self, place: &Place) -> Result<Protection>;
}

/// RDS, as far as changing databases needs it.
#[async_trait]
pub trait Databases: Send + Sync {
    /// What is wanted of one place, read now. What is not there is not in it.
    async fn databases(&self, place: &Place, wanted: &Wanted) -> Result<protection::Databases>;
    /// Whether RDS makes databases of that engine and version, and of that class where one is given.
    async fn offers(
        &self,
        place: &Place,
        engine: &str,
        version: &str,
        class: Option<&str>,
    ) -> Result<bool>;
}

/// ARC's zonal shift.
#[async_trait]
pub trait ZonalShifts: Send + Sync {
    /// Everything in the place whose traffic can be shifted, with the shifts in force.
    async fn resources(&self, place: &Place) -> Result<Vec<ManagedResource>>;
}

/// TCP, from this machine.
#[async_trait]
pub trait Ports: Send + Sync {
    /// Tries to connect, and hangs up at once.
    async fn port(&self, host: &str, port: u16) -> Port;
}

/// What a port makes of somebody who connects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Port {
    Accepts,
    Refuses,
    /// No answer, or no such name: unknown from here, which is not the same as closed.
    Silent,
}

/// Route 53 and load balancers.
#[async_trait]
pub trait Traffic: Send + Sync {
    async fn zones(&self, account: AccountId) -> Result<Zones>;
    async fn balancers(&self, place: &Place) -> Result<Balancers>;
    /// Asks the zone's own name servers `samples` times for the name and type of `sides` (the
    /// records of one group) and counts which side answered.
    async fn answers(
        &self,
        account: AccountId,
        zone: &HostedZoneId,
        sides: &[Record],
        samples: u32,
    ) -> Result<Answers>;
}

/// Who we are.
#[async_trait]
pub trait Identity: Send + Sync {
    /// The caller as `account` sees it; `None` is the account that we signed in to.
    async fn caller(&self, account: Option<AccountId>) -> Result<Caller>;

    /// How we are signed in, as far as it is known without a call.
    fn sign_in(&self) -> SignIn {
        SignIn::default()
    }
}

/// Counted answers of a zone's name servers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// By set identifier.
    pub by_side: BTreeMap<String, u32>,
    /// Answers that belong to no side.
    pub strange: u32,
    /// Queries without an answer.
    pub lost: u32,
    /// How many servers were asked.
    pub servers: u32,
}

/// An identity (STS, GetCallerIdentity).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    pub account: AccountId,
    pub arn: Arn,
    /// When the session ends, where it does.
    pub expires: Option<Timestamp>,
}

/// Which world this is: decides badges, file locations and what may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum World {
    /// The embedded simulated organization.
    Demo,
    /// The clusters of a kubeconfig, without AWS.
    Kubeconfig,
    Aws {
        profile: Option<String>,
        /// The general endpoint override, as users of emulators set it.
        endpoint: Option<String>,
    },
}

/// All capabilities of one world. `aws::connect` builds the live one, `demo` the simulated one.
#[derive(Clone)]
pub struct Provider {
    pub world: World,
    /// The regions to look in, the home region first.
    pub regions: Vec<Region>,
    pub identity: Arc<dyn Identity>,
    pub organizations: Arc<dyn Organizations>,
    pub networks: Arc<dyn Networks>,
    pub clusters: Arc<dyn Clusters>,
    pub compute: Arc<dyn Computing>,
    pub roles: Arc<dyn Roles>,
    pub quotas: Arc<dyn Quotas>,
    pub costs: Arc<dyn Costs>,
    pub protections: Arc<dyn Protections>,
    pub databases: Arc<dyn Databases>,
    pub metrics: Arc<dyn Metrics>,
    pub zonal_shifts: Arc<dyn ZonalShifts>,
    pub ports: Arc<dyn Ports>,
    pub traffic: Arc<dyn Traffic>,
    /// Where journal, leases and approvals are shared with other machines, if anywhere.
    pub objects: Option<Arc<dyn Objects>>,
    pub workloads: Arc<dyn Workloads>,
    pub prices: Arc<dyn Prices>,
    /// How clusters are signed in to, for what looks into them; `None` where this world does that
    /// by itself.
    pub access: Option<Arc<dyn ClusterAccess>>,
    /// Absent under `--read-only`.
    pub control: Option<Arc<dyn Control>>,
}
