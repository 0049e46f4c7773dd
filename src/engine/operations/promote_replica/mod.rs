//! Makes a copy the one that takes writes: a read replica that is cut off its source, or a secondary
//! cluster of a global database.

mod checks;
mod draft;
mod global;
mod observe;
mod planned;

use async_trait::async_trait;

use super::{
    Arguments, Kind, Operation, Parameter, Refusal, World,
    database::{ACCOUNT, BAKE, MULTI_AZ, REASON, RECORD, REGION, ZONE},
};
use crate::engine::plan::Plan;

pub(super) struct PromoteReplica;

const NAME: &str = "promote-replica";

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "replica",
        kind: Kind::Text,
        help: "the replica, or the secondary cluster of a global database, by name or ARN",
        default: None,
        required: true,
    },
    ACCOUNT,
    REGION,
    Parameter {
        name: "mode",
        kind: Kind::Choice(&["graceful", "forced"]),
        help: "graceful loses nothing and needs the source; forced takes what has arrived",
        default: Some("graceful"),
        required: false,
    },
    Parameter {
        name: "fence",
        kind: Kind::Text,
        help: "how the source takes no more writes: a security group that lets nobody in, by-hand, \
               or dark where it is out of reach (forced only)",
        default: None,
        required: false,
    },
    Parameter {
        name: "loss",
        kind: Kind::Choice(&["refuse", "accept"]),
        help: "what to do where more would be lost than the objective bears",
        default: Some("refuse"),
        required: false,
    },
    Parameter {
        name: "retention",
        kind: Kind::Count { least: 1, most: 35 },
        help: "days that its backups are kept afterwards",
        default: Some("7"),
        required: false,
    },
    MULTI_AZ,
    Parameter {
        name: "replicas",
        kind: Kind::Text,
        help: "names of new replicas of it: orders-r1,orders-r2",
        default: None,
        required: false,
    },
    RECORD,
    ZONE,
    BAKE,
    REASON,
];

#[async_trait]
impl Operation for PromoteReplica {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "let a replica or a secondary cluster take the writes"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "cloudwatch:GetMetricData",
            "rds:AddTagsToResource",
            "rds:CreateDBInstanceReadReplica",
            "rds:DeleteDBInstance",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "rds:DescribeGlobalClusters",
            "rds:FailoverGlobalCluster",
            "rds:ModifyDBInstance",
            "rds:PromoteReadReplica",
            "rds:SwitchoverGlobalCluster",
            "route53:ChangeResourceRecordSets",
            "route53:GetChange",
            "route53:GetHealthCheckStatus",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let seen = observe::observe(&wish, world).await?;
        planned::plan(&wish, &seen)
    }
}
