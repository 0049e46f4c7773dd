//! Moves traffic to a canary in stages, watches it beside the stable side after each, and goes back
//! by itself where it does worse.

mod measured;
mod planned;
mod stages;
mod watched;

use async_trait::async_trait;

use super::{
    Arguments, Kind, Operation, Parameter, Refusal, World,
    weighted::{self, ACCOUNT, REASON, SAMPLES, ZONE},
};
use crate::{engine::plan::Plan, inventory::QueryKind};

pub(super) struct Canary;

const NAME: &str = "canary";

const PARAMETERS: &[Parameter] = &[
    ZONE,
    Parameter {
        name: "name",
        kind: Kind::DnsName,
        help: "the name whose traffic moves, such as api.example.com",
        default: None,
        required: true,
    },
    Parameter {
        name: "to",
        kind: Kind::Weights,
        help: "the canary: the side that gets more at each stage; the one other side with traffic is \
               the stable one",
        default: None,
        required: true,
    },
    Parameter {
        name: "stages",
        kind: Kind::Text,
        help: "the canary's share of the answers at each stage, in whole percent, rising",
        default: Some("5,25,50,100"),
        required: false,
    },
    Parameter {
        name: "hold",
        kind: Kind::Duration {
            least_seconds: 120,
            most_seconds: 86_400,
        },
        help: "how long each stage is watched before the next",
        default: Some("10m"),
        required: false,
    },
    REASON,
    Parameter {
        name: "metrics",
        kind: Kind::Choice(&["require", "off"]),
        help: "compare what CloudWatch tells of the load balancers of both sides, or rely on the \
               canary's health check alone",
        default: Some("require"),
        required: false,
    },
    Parameter {
        name: "max-errors",
        kind: Kind::Count {
            least: 1,
            most: 100,
        },
        help: "of a hundred requests, how many more than on the stable side may be answered by 5xx",
        default: Some("1"),
        required: false,
    },
    Parameter {
        name: "max-latency",
        kind: Kind::Count {
            least: 100,
            most: 10_000,
        },
        help: "the response time (p95) up to which the canary is well, in percent of the stable \
               side's",
        default: Some("150"),
        required: false,
    },
    Parameter {
        name: "min-requests",
        kind: Kind::Count {
            least: 30,
            most: 10_000_000,
        },
        help: "requests on each side in a hold below which nothing is concluded",
        default: Some("200"),
        required: false,
    },
    Parameter {
        name: "promote",
        kind: Kind::Choice(&["auto", "ask"]),
        help: "whether a person is asked before the last stage",
        default: Some("auto"),
        required: false,
    },
    Parameter {
        name: "type",
        kind: Kind::Choice(&["A", "AAAA", "CNAME"]),
        help: "the type of the records; the only weighted one where not given, A among several",
        default: None,
        required: false,
    },
    ACCOUNT,
    Parameter {
        name: "balancers",
        kind: Kind::Account,
        help: "the account of the load balancers; found by itself where it can be read",
        default: None,
        required: false,
    },
    SAMPLES,
];

#[async_trait]
impl Operation for Canary {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "move traffic to a canary in stages, watched beside the stable side"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn hints(&self) -> &'static [QueryKind] {
        &[QueryKind::Zones]
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "cloudwatch:GetMetricData",
            "route53:ChangeResourceRecordSets",
            "route53:GetChange",
            "route53:GetHealthCheckStatus",
            "route53:GetHostedZone",
            "route53:ListHealthChecks",
            "route53:ListHostedZones",
            "route53:ListResourceRecordSets",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let seen = weighted::observe(&wish, world).await?;
        let metrics = if wish.text("metrics") == "require" {
            Some(measured::observe(&wish, &seen, world).await?)
        } else {
            None
        };
        planned::plan(&wish, &seen, metrics.as_ref())
    }
}
