//! Leaves an Availability Zone: databases fail over to their standbys and readers, load balancers
//! send no more traffic there.

mod checks;
mod draft;
mod observe;
mod planned;
#[cfg(test)]
mod tests;

use async_trait::async_trait;

use super::{
    Arguments, Kind, Operation, Parameter, Refusal, World,
    database::{ACCOUNT, BAKE, REASON, REGION},
};
use crate::engine::plan::Plan;

pub(super) struct FailoverZone;

const NAME: &str = "failover-zone";

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "zone",
        kind: Kind::Text,
        help: "the zone to leave, by name (eu-west-1a) or id (euw1-az1); that of the one target \
               where not given",
        default: None,
        required: false,
    },
    Parameter {
        name: "targets",
        kind: Kind::Text,
        help: "databases and load balancers that leave it, by name: orders,checkout; everything \
               there that can where not given",
        default: None,
        required: false,
    },
    Parameter {
        name: "to",
        kind: Kind::Text,
        help: "the member that writes afterwards, where one cluster is failed over; the reader that \
               is next in line elsewhere where not given",
        default: None,
        required: false,
    },
    ACCOUNT,
    REGION,
    Parameter {
        name: "for",
        kind: Kind::Duration {
            least_seconds: 600,
            most_seconds: 259_200,
        },
        help: "how long load balancers stay away; they come back by themselves then",
        default: Some("1h"),
        required: false,
    },
    Parameter {
        name: "maintenance",
        kind: Kind::Choice(&["refuse", "accept"]),
        help: "what to do about a database for which maintenance waits, which a failover may start",
        default: Some("refuse"),
        required: false,
    },
    BAKE,
    REASON,
];

#[async_trait]
impl Operation for FailoverZone {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "leave an Availability Zone with databases and load balancers"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "arc-zonal-shift:CancelZonalShift",
            "arc-zonal-shift:ListManagedResources",
            "arc-zonal-shift:StartZonalShift",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "rds:DescribeEvents",
            "rds:FailoverDBCluster",
            "rds:RebootDBInstance",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let seen = observe::observe(&wish, world).await?;
        planned::plan(&wish, &seen)
    }
}
