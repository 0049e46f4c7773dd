//! The private language between a client and the world: one call for each thing that can be asked.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{faults::Faults, ledger::Entry, rds::Hand};
use crate::{
    model::{
        AccountId, ClusterId, ClusterName, HealthCheckId, HostedZoneId, Organization, Place,
        PoolName, Region, RoleName, Standing, VpcId,
        cluster::Cluster,
        compute::{Compute, Machine, Nodes, Offer},
        cost::{Anomaly, Budget, CostMetric, CostQuery, CostReport, Forecast},
        fleet::{Fleet, Price},
        identity::Role,
        network::{AvailabilityZone, Network, VpcDns},
        protection::{Databases, Protection, Wanted},
        traffic::{Balancers, Record, Zones},
        velero::{Results, Velero},
        workload::Contents,
        zonal::ManagedResource,
    },
    provider::{
        Accepted, Answers, Caller, Envelope, Error, LogOf, MetricQuery, Object, Outcome as Ended,
        Port, Progress, Put, Sent, Series, When,
    },
};

/// A question or a wish. Those of the second block speak to the simulation itself, not to AWS.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Call {
    Caller(Option<AccountId>),
    /// One page of the organization, counted from 0.
    Organization(usize),
    Network(Place),
    VpcDns(Place, VpcId),
    AvailabilityZones(Place),
    Clusters(Place),
    Compute(Place),
    Nodes(Place, ClusterName, PoolName),
    Machines(Place, Vec<String>),
    Offers(Place),
    Role(AccountId, RoleName),
    /// A quota by its code, and how much of it is in use.
    Quota(Place, String),
    Cost(CostQuery),
    Forecast(CostMetric),
    Anomalies,
    Budgets(AccountId),
    Protection(Place),
    Databases(Place, Wanted),
    /// Whether RDS makes such databases.
    DatabaseOffers {
        place: Place,
        engine: String,
        version: String,
        class: Option<String>,
    },
    Metrics(Vec<MetricQuery>),
    /// What ARC can shift the traffic of.
    Resources(Place),
    /// Whether a host takes connections, as seen from here.
    Port {
        host: String,
        port: u16,
    },
    Zones(AccountId),
    Balancers(Place),
    Answers {
        account: AccountId,
        zone: HostedZoneId,
        sides: Vec<Record>,
        samples: u32,
    },
    Fleet(ClusterId),
    Contents(ClusterId),
    Velero(ClusterId),
    Results(ClusterId, Ended),
    /// Lines of a log, after a moment where one is named.
    Log {
        cluster: ClusterId,
        of: LogOf,
        since: Option<Timestamp>,
    },
    Price(Place, String),
    Perform(Box<Envelope>),
    Standing(Box<Envelope>),
    Settled(Box<Envelope>, Accepted),
    GetObject(String),
    PutObject {
        key: String,
        body: Vec<u8>,
        when: When,
    },
    DeleteObject {
        key: String,
        version: String,
    },
    ListObjects {
        prefix: String,
        after: String,
    },

    Now,
    Advance {
        millis: u64,
    },
    SetFaults(Faults),
    Ledger,
    /// Puts or, with `delete`, removes one record behind everybody's back.
    Edit {
        account: AccountId,
        zone: HostedZoneId,
        record: Box<Record>,
        delete: bool,
    },
    SetHealth {
        check: HealthCheckId,
        healthy: bool,
    },
    /// Puts a whole network in place of the one that is there, behind everybody's back.
    PutNetwork(Box<Network>),
    Grant {
        place: Place,
        code: String,
        value: u64,
    },
    /// Something happens to a database that no change of ours does.
    ByHand(Place, Box<Hand>),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    Caller(Caller),
    /// A part of the organization to add to what is known, and whether more follow.
    Organization(Box<Organization>, bool),
    Network(Box<Network>),
    VpcDns(VpcDns),
    AvailabilityZones(Vec<AvailabilityZone>),
    Clusters(Vec<Cluster>),
    Compute(Box<Compute>),
    Nodes(Nodes),
    Machines(Vec<Machine>),
    Offers(Vec<Offer>),
    Role(Option<Role>),
    Quota(u64, Option<u64>),
    Cost(Box<CostReport>),
    Forecast(Option<Forecast>),
    Anomalies(Vec<Anomaly>),
    Budgets(Vec<Budget>),
    Protection(Box<Protection>),
    Databases(Box<Databases>),
    DatabaseOffered(bool),
    Metrics(Vec<Series>),
    Resources(Vec<ManagedResource>),
    Port(Port),
    Zones(Zones),
    Balancers(Balancers),
    Answers(Answers),
    Fleet(Box<Fleet>),
    Contents(Box<Contents>),
    Velero(Box<Velero>),
    Results(Box<Results>),
    /// Lines, and the moment up to which they are.
    Log(Vec<String>, Timestamp),
    Price(Box<Price>),
    Performed(Outcome),
    Standing(Standing),
    Settled(Progress),
    Object(Option<Object>),
    Put(Put),
    Keys(Vec<String>),
    Now(Timestamp),
    Ledger(Vec<Entry>),
    Done,
}

/// [`Sent`] as it travels.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Accepted(Accepted),
    Refused(Error),
    Unknown(Error),
}

impl From<Outcome> for Sent {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Accepted(accepted) => Self::Accepted(accepted),
            Outcome::Refused(error) => Self::Refused(error),
            Outcome::Unknown(error) => Self::Unknown(error),
        }
    }
}

impl Call {
    /// The account that it is about.
    pub(super) fn account(&self) -> Option<AccountId> {
        match self {
            Self::Caller(account) => *account,
            Self::Network(place)
            | Self::VpcDns(place, _)
            | Self::AvailabilityZones(place)
            | Self::Clusters(place)
            | Self::Compute(place)
            | Self::Nodes(place, ..)
            | Self::Machines(place, _)
            | Self::Offers(place)
            | Self::Quota(place, _)
            | Self::Protection(place)
            | Self::Databases(place, _)
            | Self::DatabaseOffers { place, .. }
            | Self::Resources(place)
            | Self::Balancers(place)
            | Self::Price(place, _) => Some(place.account),
            Self::Fleet(cluster)
            | Self::Contents(cluster)
            | Self::Velero(cluster)
            | Self::Results(cluster, _)
            | Self::Log { cluster, .. } => Some(cluster.place.account),
            Self::Metrics(queries) => queries.first().map(|query| query.place.account),
            Self::Role(account, _)
            | Self::Budgets(account)
            | Self::Zones(account)
            | Self::Answers { account, .. } => Some(*account),
            Self::Perform(envelope) | Self::Standing(envelope) | Self::Settled(envelope, _) => {
                envelope.change.account().known().copied()
            }
            _ => None,
        }
    }

    /// The region that it is about; `None` for services of the whole partition.
    pub(super) fn region(&self) -> Option<Region> {
        match self {
            Self::Network(place)
            | Self::VpcDns(place, _)
            | Self::AvailabilityZones(place)
            | Self::Clusters(place)
            | Self::Compute(place)
            | Self::Nodes(place, ..)
            | Self::Machines(place, _)
            | Self::Offers(place)
            | Self::Quota(place, _)
            | Self::Protection(place)
            | Self::Databases(place, _)
            | Self::DatabaseOffers { place, .. }
            | Self::Resources(place)
            | Self::Balancers(place)
            | Self::Price(place, _) => Some(place.region.clone()),
            Self::Fleet(cluster)
            | Self::Contents(cluster)
            | Self::Velero(cluster)
            | Self::Results(cluster, _)
            | Self::Log { cluster, .. } => Some(cluster.place.region.clone()),
            Self::Metrics(queries) => queries.first().map(|query| query.place.region.clone()),
            Self::Perform(envelope) | Self::Standing(envelope) | Self::Settled(envelope, _) => {
                Some(envelope.change.region()).filter(|region| *region != Region::global())
            }
            _ => None,
        }
    }

    /// The AWS call that stands for it, with its IAM prefix; `None` where it is no AWS call.
    pub(super) fn action(&self) -> Option<&'static str> {
        Some(match self {
            Self::Caller(_) => "sts:GetCallerIdentity",
            Self::Organization(_) => "organizations:ListAccounts",
            Self::Network(_) => "ec2:DescribeVpcs",
            Self::VpcDns(..) => "ec2:DescribeVpcAttribute",
            Self::AvailabilityZones(_) => "ec2:DescribeAvailabilityZones",
            Self::Clusters(_) => "eks:ListClusters",
            Self::Compute(_) => "eks:DescribeCluster",
            Self::Nodes(..) => "eks:DescribeNodegroup",
            Self::Machines(..) => "ec2:DescribeInstanceTypes",
            Self::Offers(_) => "eks:DescribeClusterVersions",
            Self::Role(..) => "iam:GetRole",
            Self::Quota(..) => "servicequotas:GetServiceQuota",
            Self::Cost(_) => "ce:GetCostAndUsage",
            Self::Forecast(_) => "ce:GetCostForecast",
            Self::Anomalies => "ce:GetAnomalies",
            Self::Budgets(_) => "budgets:ViewBudget",
            Self::Protection(_) | Self::Databases(..) => "rds:DescribeDBInstances",
            Self::DatabaseOffers { .. } => "rds:DescribeOrderableDBInstanceOptions",
            Self::Metrics(_) => "cloudwatch:GetMetricData",
            Self::Resources(_) => "arc-zonal-shift:ListManagedResources",
            Self::Zones(_) => "route53:ListHostedZones",
            Self::Balancers(_) => "elasticloadbalancing:DescribeLoadBalancers",
            Self::Perform(envelope) => envelope.change.kind().action(),
            Self::Standing(envelope) | Self::Settled(envelope, _) => {
                let kind = envelope.change.kind();
                kind.reads().last().copied().unwrap_or(kind.action())
            }
            Self::GetObject(_) => "s3:GetObject",
            Self::PutObject { .. } => "s3:PutObject",
            Self::DeleteObject { .. } => "s3:DeleteObject",
            Self::ListObjects { .. } => "s3:ListBucket",
            Self::Fleet(_) => "kubernetes:list nodes",
            Self::Contents(_) => "kubernetes:list pods",
            Self::Velero(_) => "kubernetes:list backups",
            Self::Results(..) => "kubernetes:create downloadrequests",
            Self::Log { .. } => "kubernetes:get pods/log",
            Self::Price(..) => "pricing:GetProducts",
            Self::Answers { .. }
            | Self::Port { .. }
            | Self::Now
            | Self::Advance { .. }
            | Self::SetFaults(_)
            | Self::Ledger
            | Self::Edit { .. }
            | Self::SetHealth { .. }
            | Self::PutNetwork(_)
            | Self::Grant { .. }
            | Self::ByHand(..) => return None,
        })
    }

    /// The service as faults name it.
    pub(super) fn service(&self) -> Option<&'static str> {
        let prefix = self.action()?.split(':').next()?;
        Some(if prefix == "elasticloadbalancing" {
            "elb"
        } else {
            prefix
        })
    }

    /// Whether the world is another one afterwards.
    pub(super) const fn writes(&self) -> bool {
        matches!(
            self,
            Self::Perform(_)
                | Self::PutObject { .. }
                | Self::DeleteObject { .. }
                | Self::Advance { .. }
                | Self::SetFaults(_)
                | Self::Edit { .. }
                | Self::SetHealth { .. }
                | Self::PutNetwork(_)
                | Self::Grant { .. }
                | Self::ByHand(..)
        )
    }
}
