//! Joins two VPCs by a peering, in whichever accounts they lie, with routes and names on both
//! sides; or completes a peering that lacks some of that.

mod joined;
mod observe;
mod planned;
mod sides;

use async_trait::async_trait;

use super::{Arguments, Kind, Operation, Parameter, Refusal, World, headroom};
use crate::{engine::plan::Plan, inventory::QueryKind};

pub(super) struct PeerVpcs;

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "from",
        kind: Kind::Vpc,
        help: "the VPC that asks: its id or name, or ACCOUNT/VPC, or ACCOUNT/REGION/VPC",
        default: None,
        required: true,
    },
    Parameter {
        name: "to",
        kind: Kind::Vpc,
        help: "the VPC that is asked, named in the same way",
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
        name: "tables",
        kind: Kind::Text,
        help: "route tables that get routes: private, all, or ids of both sides with commas",
        default: Some("private"),
        required: false,
    },
    Parameter {
        name: "dns",
        kind: Kind::Choice(&["on", "off"]),
        help: "whether private names of each side resolve to private addresses on the other",
        default: Some("on"),
        required: false,
    },
    Parameter {
        name: "name",
        kind: Kind::Text,
        help: "the peering's name; made of the names of both VPCs where not given",
        default: None,
        required: false,
    },
];

#[async_trait]
impl Operation for PeerVpcs {
    fn name(&self) -> &'static str {
        "peer-vpcs"
    }

    fn summary(&self) -> &'static str {
        "join two VPCs of any accounts by a peering, with routes and names on both sides"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn hints(&self) -> &'static [QueryKind] {
        &[QueryKind::Network]
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "ec2:AcceptVpcPeeringConnection",
            "ec2:CreateRoute",
            "ec2:CreateTags",
            "ec2:CreateVpcPeeringConnection",
            "ec2:DeleteRoute",
            "ec2:DeleteVpcPeeringConnection",
            "ec2:DescribeRouteTables",
            "ec2:DescribeVpcPeeringConnections",
            "ec2:DescribeVpcs",
            "ec2:ModifyVpcPeeringConnectionOptions",
            "ec2:ReplaceRoute",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let seen = observe::observe(&wish, world).await?;
        let part = joined::peering(&seen.spec, seen.existing.as_ref())?;
        if part.draft.is_empty() {
            return Err(Refusal::NothingToDo(format!(
                "{} and {} are joined by {}, with routes and names on both sides",
                seen.spec.requester.label, seen.spec.accepter.label, part.peering
            )));
        }
        let mut room = headroom::Room::default();
        for (place, needs) in seen.needs(&part) {
            room.add(headroom::read(world.provider, &place, &needs, world.now).await?);
        }
        Ok(planned::plan(&wish, world, seen, part, room))
    }
}
