//! Where traffic goes: hosted zones, weighted and failover records, load balancers, blue-green.

use serde::{Deserialize, Serialize};

use super::{AccountId, Arn, HealthCheckId, HostedZoneId, Place, Region, VpcId};

/// The hosted zones of one account (Route 53 is global).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zones {
    pub account: AccountId,
    pub zones: Vec<HostedZone>,
    pub health_checks: Vec<HealthCheck>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostedZone {
    pub id: HostedZoneId,
    /// Fully qualified, with the final dot.
    pub name: String,
    pub private: bool,
    pub comment: Option<String>,
    /// The zone's own name servers; empty for private zones.
    pub name_servers: Vec<String>,
    pub records: Vec<Record>,
}

/// A resource record set (Route 53, ListResourceRecordSets).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Fully qualified, with the final dot; `\052` is shown as `*`.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`, …
    pub kind: String,
    /// Tells apart the records of one weighted, failover, … group.
    pub set_identifier: Option<String>,
    pub routing: Routing,
    /// Seconds; `None` for an alias.
    pub ttl: Option<u32>,
    pub values: Vec<String>,
    pub alias: Option<AliasTarget>,
    pub health_check: Option<HealthCheckId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    Simple,
    /// 0 to 255; 0 is no traffic unless every record of the group is 0.
    Weighted(u8),
    /// `true` for the primary.
    Failover {
        primary: bool,
    },
    Latency(Region),
    Multivalue,
    /// Geolocation, geoproximity, CIDR: shown as they are.
    Other(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AliasTarget {
    pub name: String,
    pub zone: HostedZoneId,
    pub evaluate_health: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HealthCheck {
    pub id: HealthCheckId,
    /// `HTTPS api.example.com/health`.
    pub what: String,
    pub inverted: bool,
    pub disabled: bool,
    /// `None` where no checker has answered.
    pub healthy: Option<bool>,
    /// Checkers that say healthy, of those that answered.
    pub observations: (u32, u32),
}

/// The load balancers of one account and region (ELBv2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balancers {
    pub place: Place,
    pub balancers: Vec<LoadBalancer>,
    pub target_groups: Vec<TargetGroup>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    pub arn: Arn,
    pub name: String,
    pub dns_name: String,
    /// `application`, `network`, `gateway`.
    pub kind: String,
    pub scheme: String,
    pub state: String,
    pub vpc: Option<VpcId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TargetGroup {
    pub arn: Arn,
    pub name: String,
    pub protocol: Option<String>,
    pub port: Option<u16>,
    pub balancers: Vec<Arn>,
    pub targets: Vec<Target>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub id: String,
    pub port: Option<u16>,
    /// `healthy`, `unhealthy`, `initial`, `draining`, `unused`, …
    pub state: String,
    pub reason: Option<String>,
}

/// A weighted group of one name and type: the two or more sides of a blue-green or canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeightedGroup<'a> {
    pub name: &'a str,
    pub kind: &'a str,
    pub sides: Vec<&'a Record>,
}

impl Zones {
    /// Whether a health check passes as Route 53 uses it: a disabled one counts as passing. `None`
    /// where there is none or nobody knows.
    #[must_use]
    pub fn passes(&self, check: &HealthCheckId) -> Option<bool> {
        let mut checks = self.health_checks.iter();
        let check = checks.find(|known| known.id == *check)?;
        if check.disabled {
            return Some(true);
        }
        check.healthy
    }
}

impl HostedZone {
    /// The weighted groups, by name and type.
    #[must_use]
    pub fn weighted_groups(&self) -> Vec<WeightedGroup<'_>> {
        let mut groups: Vec<WeightedGroup<'_>> = Vec::new();
        for record in self
            .records
            .iter()
            .filter(|record| record.weight().is_some())
        {
            let same = |group: &&mut WeightedGroup<'_>| {
                group.name == record.name && group.kind == record.kind
            };
            match groups.iter_mut().find(same) {
                Some(group) => group.sides.push(record),
                None => groups.push(WeightedGroup {
                    name: &record.name,
                    kind: &record.kind,
                    sides: vec![record],
                }),
            }
        }
        groups
    }
}

impl Record {
    #[must_use]
    pub const fn weight(&self) -> Option<u8> {
        match self.routing {
            Routing::Weighted(weight) => Some(weight),
            _ => None,
        }
    }
}

/// The share of answers that each weight gets, in percent. All zero is an equal split (Route 53,
/// "Values specific for weighted records").
#[must_use]
pub fn shares(weights: &[u8]) -> Vec<f64> {
    let sum: u32 = weights.iter().map(|&weight| u32::from(weight)).sum();
    let each = |&weight: &u8| match sum {
        0 => 100.0 / f64::from(u32::try_from(weights.len()).unwrap_or(u32::MAX)),
        sum => f64::from(weight) * 100.0 / f64::from(sum),
    };
    weights.iter().map(each).collect()
}
