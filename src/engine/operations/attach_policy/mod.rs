//! Attaches a service control policy to the root, to an organizational unit or to an account, or
//! detaches it.

mod asked;
mod checks;
mod planned;
#[cfg(test)]
mod tests;

use async_trait::async_trait;

use super::{Arguments, Kind, Operation, Parameter, Refusal, World};
use crate::engine::plan::Plan;

pub(super) struct AttachPolicy;

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "policy",
        kind: Kind::Text,
        help: "the service control policy, by id or name",
        default: None,
        required: true,
    },
    Parameter {
        name: "target",
        kind: Kind::Text,
        help: "where: `root`, a unit by path such as Environments/Prod, an account by name; or an id",
        default: None,
        required: true,
    },
    Parameter {
        name: "reason",
        kind: Kind::Text,
        help: "why, for those who read the run later",
        default: None,
        required: true,
    },
    Parameter {
        name: "action",
        kind: Kind::Choice(&["attach", "detach"]),
        help: "attach the policy, or detach it",
        default: Some("attach"),
        required: false,
    },
];

#[async_trait]
impl Operation for AttachPolicy {
    fn name(&self) -> &'static str {
        "attach-policy"
    }

    fn summary(&self) -> &'static str {
        "attach a service control policy, or detach it, knowing every account that it reaches"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "organizations:AttachPolicy",
            "organizations:DetachPolicy",
            "organizations:ListPoliciesForTarget",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let organizations = &world.provider.organizations;
        let seen = organizations.organization(&mut |_| ()).await?;
        planned::plan(&wish, &seen, world)
    }
}
