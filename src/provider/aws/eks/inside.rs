//! What operations look at in one cluster, beside what views show of it.

use aws_sdk_eks::{Client, types};
use futures::{StreamExt, TryStreamExt, stream};

use super::{CALLS, Reader, shape, still_there};
use crate::{
    model::{
        Arn, ClusterName, PoolName, ReservationId, ZoneName,
        compute::{AccessEntry, Addon, Compute, LaunchTemplate, Nodes, Offer, Reservation, Update},
    },
    provider::{
        Result,
        aws::{
            ec2::{self, CapacityReservations, Describe, Ec2, Instances, LaunchTemplates, List},
            error::Call,
            gaps::Gaps,
            network::client,
            session::Sessions,
        },
    },
};

/// One cluster whole, the launch templates named after it, and what is reserved.
pub(super) async fn compute(
    sessions: &Sessions,
    reader: &Reader<'_>,
    name: &ClusterName,
) -> Result<Compute> {
    let gaps = Gaps::default();
    let ec2 = client(sessions, reader.place).await?;
    let cluster = reader.cluster(name.to_string()).await?;
    let mut found = Compute {
        templates: gaps.part(
            "ec2:DescribeLaunchTemplates",
            templates(&ec2, reader, &[&format!("{name}-*")]).await,
        )?,
        reservations: gaps.part(
            "ec2:DescribeCapacityReservations",
            reservations(&ec2, reader, &Describe::all()).await,
        )?,
        ..Compute::default()
    };
    if let Some(cluster) = cluster {
        found.addons = gaps.part("eks:ListAddons", addons(reader, name).await)?;
        found.access = gaps.part("eks:ListAccessEntries", entries(reader, name).await)?;
        found.clusters.push(cluster);
    }
    found.gaps = gaps.found();
    Ok(found)
}

async fn addons(reader: &Reader<'_>, cluster: &ClusterName) -> Result<Vec<Addon>> {
    let request = reader.client.list_addons().cluster_name(cluster.as_str());
    let names: Vec<String> = request
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .map_err(|error| reader.call("ListAddons").error(error))?;
    let described = stream::iter(names)
        .map(|name| async move {
            addon(
                &reader.client,
                &reader.call("DescribeAddon"),
                cluster,
                &name,
            )
            .await
        })
        .buffered(CALLS);
    described
        .try_filter_map(|found| async { Ok(found) })
        .try_collect()
        .await
}

/// One add-on; nothing where it is not there.
pub(in super::super) async fn addon(
    client: &Client,
    call: &Call<'_>,
    cluster: &ClusterName,
    name: &str,
) -> Result<Option<Addon>> {
    let request = client.describe_addon().cluster_name(cluster.as_str());
    let told = request.addon_name(name).send().await;
    let told = still_there(told.map_err(|error| call.error(error)))?;
    let told = told.and_then(|told| told.addon);
    Ok(told.map(|told| shape::addon(cluster, &told)))
}

async fn entries(reader: &Reader<'_>, cluster: &ClusterName) -> Result<Vec<AccessEntry>> {
    let request = reader.client.list_access_entries();
    let principals: Vec<String> = request
        .cluster_name(cluster.as_str())
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .map_err(|error| reader.call("ListAccessEntries").error(error))?;
    let described = stream::iter(principals)
        .map(|principal| async move {
            let principal = Arn::from(principal);
            entry(&reader.client, reader.place, cluster, &principal).await
        })
        .buffered(CALLS);
    described
        .try_filter_map(|found| async { Ok(found) })
        .try_collect()
        .await
}

/// One access entry with its policies; nothing where it is not there.
pub(in super::super) async fn entry(
    client: &Client,
    place: &crate::model::Place,
    cluster: &ClusterName,
    principal: &Arn,
) -> Result<Option<AccessEntry>> {
    let call = |action| Call::new("eks", action, place);
    let request = client.describe_access_entry();
    let request = request.cluster_name(cluster.as_str());
    let told = request.principal_arn(principal.as_str()).send().await;
    let told = still_there(told.map_err(|error| call("DescribeAccessEntry").error(error)))?;
    let Some(told) = told.and_then(|told| told.access_entry) else {
        return Ok(None);
    };
    let policies: Vec<types::AssociatedAccessPolicy> = client
        .list_associated_access_policies()
        .cluster_name(cluster.as_str())
        .principal_arn(principal.as_str())
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .map_err(|error| call("ListAssociatedAccessPolicies").error(error))?;
    Ok(Some(shape::entry(cluster, &told, &policies)))
}

/// An update of a node group; nothing where EKS does not know it any more.
pub(in super::super) async fn update(
    client: &Client,
    call: &Call<'_>,
    cluster: &ClusterName,
    pool: &PoolName,
    id: &str,
) -> Result<Option<Update>> {
    let request = client.describe_update().name(cluster.as_str());
    let request = request.nodegroup_name(pool.as_str()).update_id(id);
    let told = request.send().await;
    let told = still_there(told.map_err(|error| call.error(error)))?;
    let told = told.and_then(|told| told.update);
    Ok(told.map(|told| shape::update(cluster, pool.as_str(), &told)))
}

/// Launch templates by name, where `*` stands for anything.
pub(in super::super) async fn templates(
    ec2: &Ec2,
    reader: &Reader<'_>,
    names: &[&str],
) -> Result<Vec<LaunchTemplate>> {
    let ask = Describe::all().filter("launch-template-name", names);
    let listed = ec2.list::<LaunchTemplates>(&ask).await;
    let listed = listed
        .map_err(|error| Call::new("ec2", LaunchTemplates::ACTION, reader.place).error(error))?;
    Ok(listed.into_iter().map(template).collect())
}

pub(in super::super) fn template(told: ec2::LaunchTemplate) -> LaunchTemplate {
    LaunchTemplate {
        id: told.launch_template_id.into(),
        name: told.launch_template_name,
        version: told.latest_version_number,
        tags: told.tag_set.into_tags(),
    }
}

async fn reservations(ec2: &Ec2, reader: &Reader<'_>, ask: &Describe) -> Result<Vec<Reservation>> {
    let listed = ec2.list::<CapacityReservations>(ask).await;
    let listed = listed.map_err(|error| {
        Call::new("ec2", CapacityReservations::ACTION, reader.place).error(error)
    })?;
    Ok(listed.into_iter().map(reservation).collect())
}

pub(in super::super) fn reservation(told: ec2::CapacityReservation) -> Reservation {
    Reservation {
        id: ReservationId::from(told.capacity_reservation_id),
        instance_type: told.instance_type.unwrap_or_default(),
        zone: told.availability_zone.map(ZoneName::from),
        state: told.state.unwrap_or_default(),
        total: told.total_instance_count,
        free: told.available_instance_count,
        block: told.reservation_type.as_deref() == Some("capacity-block"),
        ends: told.end_date.and_then(|text| text.parse().ok()),
        tags: told.tag_set.into_tags(),
    }
}

/// Instances that EC2 says run, and the issues that EKS has with the group. Whether they are Ready
/// and what pods can be given is only known inside the cluster.
pub(super) async fn nodes(
    sessions: &Sessions,
    reader: &Reader<'_>,
    cluster: &ClusterName,
    pool: &PoolName,
) -> Result<Nodes> {
    let found = reader.pool(cluster.as_str(), pool.to_string()).await?;
    let mut issues = found.map_or_else(Vec::new, |found| found.issues);
    let ec2 = client(sessions, reader.place).await?;
    let ask = Describe::all()
        .filter("tag:eks:cluster-name", &[cluster.as_str()])
        .filter("tag:eks:nodegroup-name", &[pool.as_str()])
        .filter("instance-state-name", &["running"]);
    let listed = ec2.list::<Instances>(&ask).await;
    let listed =
        listed.map_err(|error| Call::new("ec2", Instances::ACTION, reader.place).error(error));
    let gaps = Gaps::default();
    let listed = gaps.part("ec2:DescribeInstances", listed.map(Some))?;
    issues.extend(gaps.found().iter().map(ToString::to_string));
    let running = listed.map(|launched| {
        let count: usize = launched
            .iter()
            .map(|one| one.instances_set.item.len())
            .sum();
        u32::try_from(count).unwrap_or(u32::MAX)
    });
    Ok(Nodes {
        running,
        ready: None,
        gpus: None,
        issues,
    })
}

pub(super) async fn offers(reader: &Reader<'_>) -> Result<Vec<Offer>> {
    let request = reader.client.describe_cluster_versions();
    let told: Vec<types::ClusterVersionInformation> = request
        .into_paginator()
        .items()
        .send()
        .try_collect()
        .await
        .map_err(|error| reader.call("DescribeClusterVersions").error(error))?;
    let offer = |told: &types::ClusterVersionInformation| {
        Some(Offer {
            version: told.cluster_version()?.to_owned(),
            default: told.default_version(),
            standard: told.version_status() == Some(&types::VersionStatus::StandardSupport),
        })
    };
    Ok(told.iter().filter_map(offer).collect())
}
