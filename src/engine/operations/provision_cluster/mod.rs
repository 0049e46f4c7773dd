//! Makes an EKS cluster with a main node group and one with GPUs, or what is missing of it.

mod checks;
mod compose;
mod ground;
mod observe;
mod parameters;
mod pieces;
mod planned;

use async_trait::async_trait;

use super::{Arguments, Kind, Operation, Parameter, Refusal, World};
use crate::engine::plan::Plan;

pub(super) struct ProvisionCluster;

#[async_trait]
impl Operation for ProvisionCluster {
    fn name(&self) -> &'static str {
        "provision-cluster"
    }

    fn summary(&self) -> &'static str {
        "make an EKS cluster with its roles, add-ons and node groups, or what is missing of it"
    }

    fn parameters(&self) -> &'static [Parameter] {
        parameters::PARAMETERS
    }

    fn permissions(&self) -> &'static [&'static str] {
        &[
            "ec2:CreateLaunchTemplate",
            "ec2:CreateTags",
            "ec2:DeleteLaunchTemplate",
            "ec2:DescribeCapacityReservations",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeInstances",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:DescribeLaunchTemplates",
            "ec2:DescribeSubnets",
            "ec2:RunInstances",
            "eks:AssociateAccessPolicy",
            "eks:CreateAccessEntry",
            "eks:CreateAddon",
            "eks:CreateCluster",
            "eks:CreateNodegroup",
            "eks:DeleteAccessEntry",
            "eks:DeleteAddon",
            "eks:DeleteCluster",
            "eks:DeleteNodegroup",
            "eks:DescribeAccessEntry",
            "eks:DescribeAddon",
            "eks:DescribeCluster",
            "eks:DescribeNodegroup",
            "eks:DisassociateAccessPolicy",
            "eks:ListAccessEntries",
            "eks:ListAddons",
            "eks:ListAssociatedAccessPolicies",
            "eks:ListNodegroups",
            "eks:TagResource",
            "iam:AttachRolePolicy",
            "iam:CreateRole",
            "iam:CreateServiceLinkedRole",
            "iam:DeleteRole",
            "iam:DetachRolePolicy",
            "iam:GetRole",
            "iam:ListAttachedRolePolicies",
            "iam:PassRole",
            "iam:TagRole",
        ]
    }

    async fn plan(&self, wish: &Arguments, world: &World<'_>) -> Result<Plan, Refusal> {
        let wish = wish.complete(parameters::PARAMETERS)?;
        let seen = observe::observe(&wish, world).await?;
        planned::plan(&wish, &seen, world)
    }
}
