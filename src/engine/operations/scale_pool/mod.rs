//! Sets how many nodes a node group has and may have, and proves that they came.

mod checks;
mod draft;
mod observe;
mod planned;

use async_trait::async_trait;

use super::{Arguments, Kind, Operation, Parameter, Refusal, World};
use crate::engine::plan::Plan;

pub(super) struct ScalePool;

/// EKS's default quota of nodes in a managed node group.
const MOST: u32 = 450;

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "cluster",
        kind: Kind::Text,
        help: "the cluster, by name",
        default: None,
        required: true,
    },
    Parameter {
        name: "pool",
        kind: Kind::Text,
        help: "the node group, by name",
        default: None,
        required: true,
    },
    Parameter {
        name: "desired",
        kind: Kind::Count {
            least: 0,
            most: MOST,
        },
        help: "how many nodes there shall be; the bounds give way where they must",
        default: None,
        required: false,
    },
    Parameter {
        name: "min",
        kind: Kind::Count {
            least: 0,
            most: MOST,
        },
        help: "the fewest that an autoscaler may leave; as it is where not given",
        default: None,
        required: false,
    },
    Parameter {
        name: "max",
        kind: Kind::Count {
            least: 0,
            most: MOST,
        },
        help: "the most that there may be, at least 1; as it is where not given",
        default: None,
        required: false,
    },
    Parameter {
        name: "reason",
        kind: Kind::Text,
        help: "why, for those who read the run later",
        default: None,
        required: true,
    },
    Parameter {
        name: "account",
        kind: Kind::Account,
        help: "the account of the cluster; found by itself where only one has it",
        default: None,
        required: false,
    },
    Parameter {
        name: "region",
        kind: Kind::Text,
        help: "the region of the cluster; found by itself where only one has it",
        default: None,
        required: false,
    },
    Parameter {
        name: "owner",
        kind: Kind::Choice(&["auto", "operator", "autoscaler"]),
        help: "who decides about the desired size: told by the group's tags, or given",
        default: Some("auto"),
        required: false,
    },
    Parameter {
        name: "reserve",
        kind: Kind::Text,
        help: "ask for the capacity first, by reserving it: no, spread (over the group's zones), or a zone",
        default: Some("no"),
        required: false,
    },
    Parameter {
        name: "wait",
        kind: Kind::Duration {
            least_seconds: 60,
            most_seconds: 14_400,
        },
        help: "how long to wait for the nodes",
        default: Some("20m"),
        required: false,
    },
    Parameter {
        name: "shortage",
        kind: Kind::Choice(&["back", "pause"]),
        help: "when they do not come in time: set the size back, or pause with what came",
        default: Some("back"),
        required: false,
    },
];

#[async_trait]
impl Operation for ScalePool {
    fn name(&self) -> &'static str {
        "scale-pool"
    }

    fn summary(&self) -> &'static str {
        "set the size of a node group and see that the nodes and their GPUs come"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "cloudwatch:GetMetricStatistics",
            "ec2:CancelCapacityReservation",
            "ec2:CreateCapacityReservation",
            "ec2:CreateTags",
            "ec2:DescribeCapacityReservations",
            "ec2:DescribeInstances",
            "eks:DescribeNodegroup",
            "eks:DescribeUpdate",
            "eks:UpdateNodegroupConfig",
            "servicequotas:GetAWSDefaultServiceQuota",
            "servicequotas:GetServiceQuota",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let seen = observe::observe(&wish, world).await?;
        planned::plan(&wish, &seen, world)
    }
}
