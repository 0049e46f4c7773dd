//! Makes a VPC with subnets over several zones, ways out, endpoints and logs, or completes one that
//! lacks some of it.

mod bill;
mod built;
mod observe;
mod planned;
mod spec;

use async_trait::async_trait;

use super::{Arguments, Kind, Operation, Parameter, Refusal, World, headroom};
use crate::{engine::plan::Plan, inventory::QueryKind};

pub(super) struct ProvisionNetwork;

/// Where the way out of private subnets leads.
const NAT: &[&str] = &["per-zone", "one", "none"];

const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "name",
        kind: Kind::Text,
        help: "the network's name; one of that name in the account is completed, not made again",
        default: None,
        required: true,
    },
    Parameter {
        name: "account",
        kind: Kind::Account,
        help: "the account that gets it",
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
        name: "region",
        kind: Kind::Region,
        help: "where; the home region where not given",
        default: None,
        required: false,
    },
    Parameter {
        name: "cidr",
        kind: Kind::Block,
        help: "its block, such as 10.30.0.0/16; the first free one of --size where not given",
        default: None,
        required: false,
    },
    Parameter {
        name: "size",
        kind: Kind::Count {
            least: 16,
            most: 28,
        },
        help: "the length of the block's prefix, where no block is given",
        default: Some("16"),
        required: false,
    },
    Parameter {
        name: "zones",
        kind: Kind::Count { least: 1, most: 6 },
        help: "over how many availability zones; three, or all where there are fewer",
        default: None,
        required: false,
    },
    Parameter {
        name: "nat",
        kind: Kind::Choice(NAT),
        help: "NAT gateways: one in development, one per zone elsewhere, where not given",
        default: None,
        required: false,
    },
    Parameter {
        name: "purpose",
        kind: Kind::Text,
        help: "what it is for, as a tag; app and ml are made fit for clusters",
        default: None,
        required: false,
    },
    Parameter {
        name: "endpoints",
        kind: Kind::Text,
        help: "gateway endpoints, comma-separated; none for none",
        default: Some("s3,dynamodb"),
        required: false,
    },
    Parameter {
        name: "flow-logs",
        kind: Kind::Text,
        help: "the ARN of the bucket that gets the flow logs, with a prefix where one is wanted",
        default: None,
        required: false,
    },
    Parameter {
        name: "subnet-size",
        kind: Kind::Count {
            least: 16,
            most: 28,
        },
        help: "the length of the subnets' prefix; 24 where there is room",
        default: None,
        required: false,
    },
    Parameter {
        name: "public-addresses",
        kind: Kind::Choice(&["on", "off"]),
        help: "whether what starts in a public subnet gets a public address by itself",
        default: Some("off"),
        required: false,
    },
    Parameter {
        name: "tags",
        kind: Kind::Text,
        help: "tags for everything that is made, as key=value,key=value",
        default: None,
        required: false,
    },
];

#[async_trait]
impl Operation for ProvisionNetwork {
    fn name(&self) -> &'static str {
        "provision-network"
    }

    fn summary(&self) -> &'static str {
        "make a VPC with subnets, ways out, endpoints and logs, or complete one"
    }

    fn parameters(&self) -> &'static [Parameter] {
        PARAMETERS
    }

    fn hints(&self) -> &'static [QueryKind] {
        &[QueryKind::Network]
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "ec2:AllocateAddress",
            "ec2:AssociateRouteTable",
            "ec2:AttachInternetGateway",
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateFlowLogs",
            "ec2:CreateInternetGateway",
            "ec2:CreateNatGateway",
            "ec2:CreateRoute",
            "ec2:CreateRouteTable",
            "ec2:CreateSubnet",
            "ec2:CreateTags",
            "ec2:CreateVpc",
            "ec2:CreateVpcEndpoint",
            "ec2:DeleteFlowLogs",
            "ec2:DeleteInternetGateway",
            "ec2:DeleteNatGateway",
            "ec2:DeleteRoute",
            "ec2:DeleteRouteTable",
            "ec2:DeleteSubnet",
            "ec2:DeleteVpc",
            "ec2:DeleteVpcEndpoints",
            "ec2:DescribeAddresses",
            "ec2:DescribeFlowLogs",
            "ec2:DescribeInternetGateways",
            "ec2:DescribeNatGateways",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeVpcs",
            "ec2:DetachInternetGateway",
            "ec2:DisassociateRouteTable",
            "ec2:ModifySubnetAttribute",
            "ec2:ModifyVpcAttribute",
            "ec2:ModifyVpcEndpoint",
            "ec2:ReleaseAddress",
            "ec2:ReplaceRoute",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(PARAMETERS)?;
        let seen = observe::observe(&wish, world).await?;
        let part = built::network(&seen.spec, &seen.found)?;
        if part.draft.is_empty() {
            return Err(Refusal::NothingToDo(format!(
                "{} stands in account {} as it is wanted",
                seen.spec.name, seen.place.account
            )));
        }
        let room =
            headroom::read(world.provider, &seen.place, &part.needs.quotas, world.now).await?;
        Ok(planned::plan(&wish, world, seen, part, room))
    }
}
