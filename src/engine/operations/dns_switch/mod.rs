//! Moves the traffic of one name between the sides of its weighted group: blue-green by Route 53.

mod checks;
mod planned;

use async_trait::async_trait;

use super::{
    Arguments, Kind, Operation, Parameter, Refusal, World,
    weighted::{self, ACCOUNT, REASON, SAMPLES, ZONE},
};
use crate::{engine::plan::Plan, inventory::QueryKind};

pub(super) struct DnsSwitch;

const NAME: &str = "dns-switch";

const PARAMETERS: &[Parameter] = &[
    ZONE,
    Parameter {
        name: "name",
        kind: Kind::DnsName,
        help: "the name whose traffic moves, such as shop.example.com",
        default: None,
        required: true,
    },
    Parameter {
        name: "to",
        kind: Kind::Weights,
        help: "the side that gets everything, or every side's weight: blue=0,green=100",
        default: None,
        required: true,
    },
    REASON,
    Parameter {
        name: "type",
        kind: Kind::Choice(&["A", "AAAA", "CNAME", "TXT"]),
        help: "the type of the records; the only weighted one where not given, A among several",
        default: None,
        required: false,
    },
    ACCOUNT,
    Parameter {
        name: "bake",
        kind: Kind::Duration {
            least_seconds: 0,
            most_seconds: 86_400,
        },
        help: "how long to watch afterwards; twice the TTL where not given",
        default: None,
        required: false,
    },
    SAMPLES,
];

#[async_trait]
impl Operation for DnsSwitch {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "move traffic between the weighted records of one name (blue-green)"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn hints(&self) -> &'static [QueryKind] {
        &[QueryKind::Zones]
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "route53:ChangeResourceRecordSets",
            "route53:GetChange",
            "route53:GetHealthCheckStatus",
            "route53:GetHostedZone",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let seen = weighted::observe(&wish, world).await?;
        planned::plan(&wish, &seen)
    }
}
