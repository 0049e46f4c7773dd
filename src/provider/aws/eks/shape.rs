//! What EKS tells, in the words of the model.

use std::collections::HashMap;

use aws_sdk_eks::types::{self, CapacityTypes};

use super::super::time::timestamp;
use crate::model::{
    Arn, ClusterName, Place, Tags,
    cluster::{Capacity, Cluster, NodePool},
    compute::{AccessEntry, Addon, Update},
};

pub(in super::super) fn cluster(place: &Place, told: &types::Cluster) -> Cluster {
    let network = told.resources_vpc_config();
    let issues = told.health().map(types::ClusterHealth::issues);
    let issues = issues.unwrap_or_default().iter();
    Cluster {
        place: place.clone(),
        name: told.name().unwrap_or_default().into(),
        arn: told.arn().unwrap_or_default().into(),
        version: told.version().unwrap_or_default().into(),
        status: told
            .status()
            .map_or_else(String::new, |status| status.as_str().into()),
        endpoint: told.endpoint().map(str::to_owned),
        public_endpoint: network.is_some_and(types::VpcConfigResponse::endpoint_public_access),
        vpc: network.and_then(|network| network.vpc_id().map(Into::into)),
        created: told.created_at().and_then(timestamp),
        issues: issues
            .map(|issue| {
                let code = issue.code().map(types::ClusterIssueCode::as_str);
                said(code, issue.message())
            })
            .collect(),
        pools: Vec::new(),
        tags: tags(told.tags()),
    }
}

pub(in super::super) fn pool(told: &types::Nodegroup) -> NodePool {
    let scaling = told.scaling_config();
    let size = |size: Option<i32>| size.and_then(|size| u32::try_from(size).ok());
    let issues = told.health().map(types::NodegroupHealth::issues);
    let issues = issues.unwrap_or_default().iter();
    NodePool {
        name: told.nodegroup_name().unwrap_or_default().into(),
        arn: told.nodegroup_arn().unwrap_or_default().into(),
        status: told
            .status()
            .map_or_else(String::new, |status| status.as_str().into()),
        instance_types: told.instance_types().to_vec(),
        capacity: capacity(told.capacity_type()),
        min: size(scaling.and_then(types::NodegroupScalingConfig::min_size)).unwrap_or(0),
        desired: size(scaling.and_then(types::NodegroupScalingConfig::desired_size)).unwrap_or(0),
        max: size(scaling.and_then(types::NodegroupScalingConfig::max_size)).unwrap_or(0),
        running: None,
        subnets: told.subnets().iter().map(|id| id.as_str().into()).collect(),
        zones: Vec::new(),
        accelerator: None,
        issues: issues
            .map(|issue| {
                let code = issue.code().map(types::NodegroupIssueCode::as_str);
                said(code, issue.message())
            })
            .collect(),
        tags: tags(told.tags()),
    }
}

/// On demand is what EKS means when it says nothing.
fn capacity(told: Option<&CapacityTypes>) -> Capacity {
    match told {
        Some(CapacityTypes::OnDemand) | None => Capacity::OnDemand,
        Some(CapacityTypes::Spot) => Capacity::Spot,
        Some(CapacityTypes::CapacityBlock) => Capacity::CapacityBlock,
        Some(_) => Capacity::Other,
    }
}

fn said(code: Option<&str>, message: Option<&str>) -> String {
    match (code, message) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (code, message) => code.or(message).unwrap_or_default().into(),
    }
}

pub(in super::super) fn tags(told: Option<&HashMap<String, String>>) -> Tags {
    told.into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

pub(in super::super) fn addon(cluster: &ClusterName, told: &types::Addon) -> Addon {
    let issues = told.health().map(types::AddonHealth::issues);
    let issues = issues.unwrap_or_default().iter();
    Addon {
        cluster: cluster.clone(),
        name: told.addon_name().unwrap_or_default().into(),
        version: told.addon_version().map(str::to_owned),
        status: told
            .status()
            .map_or_else(String::new, |status| status.as_str().into()),
        issues: issues
            .map(|issue| {
                let code = issue.code().map(types::AddonIssueCode::as_str);
                said(code, issue.message())
            })
            .collect(),
        tags: tags(told.tags()),
    }
}

/// An entry, with the policies that it has for the whole cluster.
pub(in super::super) fn entry(
    cluster: &ClusterName,
    told: &types::AccessEntry,
    policies: &[types::AssociatedAccessPolicy],
) -> AccessEntry {
    let whole = |policy: &&types::AssociatedAccessPolicy| {
        let scope = policy.access_scope().and_then(|scope| scope.r#type());
        scope == Some(&types::AccessScopeType::Cluster)
    };
    let arn = |policy: &types::AssociatedAccessPolicy| policy.policy_arn().map(Arn::from);
    AccessEntry {
        cluster: cluster.clone(),
        principal: told.principal_arn().unwrap_or_default().into(),
        kind: told.r#type().unwrap_or_default().into(),
        policies: policies.iter().filter(whole).filter_map(arn).collect(),
        tags: tags(told.tags()),
    }
}

pub(in super::super) fn update(cluster: &ClusterName, pool: &str, told: &types::Update) -> Update {
    let error = |error: &types::ErrorDetail| {
        let code = error.error_code().map(types::ErrorCode::as_str);
        said(code, error.error_message())
    };
    Update {
        id: told.id().unwrap_or_default().into(),
        cluster: cluster.clone(),
        pool: Some(pool.into()),
        status: told
            .status()
            .map_or_else(String::new, |status| status.as_str().into()),
        errors: told.errors().iter().map(error).collect(),
    }
}
