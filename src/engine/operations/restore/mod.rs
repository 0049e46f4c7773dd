//! Makes a new database from a snapshot, or from the backups of one as it was at a moment; and, where
//! that is wanted, lets it take the place of the old one.

mod cut_over;
mod draft;
mod moment;
mod observe;
mod planned;

use async_trait::async_trait;

use super::{
    Arguments, Kind, Operation, Parameter, Refusal, World,
    database::{
        ACCOUNT, BAKE, CLASS, CUT_OVER, FENCE, MULTI_AZ, OPTION_GROUP, PARAMETER_GROUP, PROTECTION,
        REASON, RECORD, REGION, RETENTION, SECURITY_GROUPS, SUBNET_GROUP, TARGET_ID, ZONE,
    },
};
use crate::engine::plan::Plan;

pub(super) struct RestoreSnapshot;
pub(super) struct RestorePointInTime;

const OF_SNAPSHOT: &str = "restore-snapshot";
const OF_MOMENT: &str = "restore-point-in-time";

const ISOLATE: Parameter = Parameter {
    name: "isolate",
    kind: Kind::Text,
    help: "a security group for the new database until its cut-over, so that nothing runs in it \
           twice and nobody connects by mistake",
    default: None,
    required: false,
};

const MEMBERS: Parameter = Parameter {
    name: "members",
    kind: Kind::Count { least: 1, most: 15 },
    help: "how many instances a cluster of Aurora gets; as many as the old one has where not given",
    default: None,
    required: false,
};

const SNAPSHOT: &[Parameter] = &[
    Parameter {
        name: "snapshot",
        kind: Kind::Text,
        help: "the snapshot, by name or ARN",
        default: None,
        required: true,
    },
    TARGET_ID,
    ACCOUNT,
    REGION,
    SUBNET_GROUP,
    SECURITY_GROUPS,
    PARAMETER_GROUP,
    OPTION_GROUP,
    CLASS,
    MEMBERS,
    MULTI_AZ,
    RETENTION,
    PROTECTION,
    CUT_OVER,
    ISOLATE,
    FENCE,
    RECORD,
    ZONE,
    BAKE,
    REASON,
];

const MOMENT: &[Parameter] = &[
    Parameter {
        name: "database",
        kind: Kind::Text,
        help: "the database whose backups are used, by name; it may be deleted",
        default: None,
        required: true,
    },
    Parameter {
        name: "time",
        kind: Kind::Text,
        help: "the moment: 2026-01-15T10:00:00Z, 2026-01-15T11:00+01:00, or 2026-01-15T11:00 with \
               --time-zone; latest for the newest there is",
        default: None,
        required: true,
    },
    Parameter {
        name: "time-zone",
        kind: Kind::Text,
        help: "where --time is told: Europe/Rome",
        default: None,
        required: false,
    },
    TARGET_ID,
    ACCOUNT,
    REGION,
    SUBNET_GROUP,
    SECURITY_GROUPS,
    PARAMETER_GROUP,
    OPTION_GROUP,
    CLASS,
    MEMBERS,
    MULTI_AZ,
    RETENTION,
    PROTECTION,
    CUT_OVER,
    ISOLATE,
    FENCE,
    RECORD,
    ZONE,
    BAKE,
    REASON,
];

/// What every restore may need; the call that makes the database comes with the operation.
macro_rules! permissions {
    ($($own:literal),*) => {
        &[
            "cloudwatch:GetMetricData",
            "rds:AddTagsToResource",
            "rds:CreateDBClusterSnapshot",
            "rds:CreateDBInstance",
            "rds:CreateDBSnapshot",
            "rds:DeleteDBCluster",
            "rds:DeleteDBInstance",
            "rds:DescribeDBClusters",
            "rds:DescribeDBInstances",
            "rds:ModifyDBCluster",
            "rds:ModifyDBInstance",
            $($own,)*
            "route53:ChangeResourceRecordSets",
            "route53:GetChange",
            "route53:GetHealthCheckStatus",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
        ]
    };
}

#[async_trait]
impl Operation for RestoreSnapshot {
    fn name(&self) -> &'static str {
        OF_SNAPSHOT
    }

    fn summary(&self) -> &'static str {
        "make a database from a snapshot, and let it take the place of the old one"
    }

    fn parameters(&self) -> &'static [Parameter] {
        SNAPSHOT
    }

    fn permissions(&self) -> &'static [&'static str] {
        permissions!(
            "rds:RestoreDBClusterFromSnapshot",
            "rds:RestoreDBInstanceFromDBSnapshot"
        )
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(SNAPSHOT)?;
        let seen = observe::of_snapshot(&wish, world).await?;
        planned::plan(OF_SNAPSHOT, &wish, &seen)
    }
}

#[async_trait]
impl Operation for RestorePointInTime {
    fn name(&self) -> &'static str {
        OF_MOMENT
    }

    fn summary(&self) -> &'static str {
        "make a database as it was at a moment, and let it take the place of the old one"
    }

    fn parameters(&self) -> &'static [Parameter] {
        MOMENT
    }

    fn permissions(&self) -> &'static [&'static str] {
        permissions!(
            "rds:RestoreDBClusterToPointInTime",
            "rds:RestoreDBInstanceToPointInTime"
        )
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(MOMENT)?;
        let seen = observe::of_moment(&wish, world).await?;
        planned::plan(OF_MOMENT, &wish, &seen)
    }
}
