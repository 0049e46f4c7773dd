//! RDS: instances, clusters, their replicas, snapshots and how far back they can be restored.

use std::collections::HashMap;

use aws_sdk_rds::{
    Client, config,
    types::{DbCluster, DbClusterSnapshot, DbInstance, DbSnapshot, Tag},
};
use jiff::Timestamp;

use super::{error::Call, gaps::Gaps, session::Sessions, time::timestamp};
use crate::{
    model::{
        Place, Tags,
        protection::{Database, DatabaseKind, DatabaseMember, DatabaseSnapshot},
    },
    provider::Result,
};

const SERVICE: &str = "rds";

/// The newest restorable moment by the id of the instance.
type Restorable = HashMap<String, Timestamp>;

pub(super) async fn databases(
    sessions: &Sessions,
    place: &Place,
    gaps: &Gaps,
) -> Result<(Vec<Database>, Vec<DatabaseSnapshot>)> {
    let sdk = sessions.sdk(place).await?;
    let config = config::Builder::from(&sdk)
        .retry_partition(Sessions::retry_partition(SERVICE, place))
        .build();
    let reader = Reader {
        client: Client::from_conf(config),
        place,
        gaps,
    };
    let (instances, clusters, restorable, mut snapshots, of_clusters) = tokio::try_join!(
        reader.instances(),
        reader.clusters(),
        reader.restorable(),
        reader.snapshots(),
        reader.cluster_snapshots(),
    )?;
    snapshots.extend(of_clusters);
    let classes: HashMap<String, String> = instances
        .iter()
        .filter_map(|found| {
            Some((
                found.db_instance_identifier.clone()?,
                found.db_instance_class.clone()?,
            ))
        })
        .collect();
    let clustered: Vec<Database> = clusters
        .into_iter()
        .filter_map(|found| cluster(found, &classes))
        .collect();
    // Members are told with their cluster, unless the cluster itself could not be read.
    let is_member = |found: &DbInstance| {
        let of = found.db_cluster_identifier.as_deref();
        of.is_some_and(|of| clustered.iter().any(|cluster| cluster.id == of))
    };
    let mut databases: Vec<Database> = instances
        .into_iter()
        .filter(|found| !is_member(found))
        .filter_map(|found| instance(found, &restorable))
        .collect();
    databases.extend(clustered);
    Ok((databases, snapshots))
}

struct Reader<'a> {
    client: Client,
    place: &'a Place,
    gaps: &'a Gaps,
}

impl Reader<'_> {
    const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new(SERVICE, action, self.place)
    }

    async fn instances(&self) -> Result<Vec<DbInstance>> {
        let call = self.call("DescribeDBInstances");
        let pages = self.client.describe_db_instances().into_paginator();
        let found: std::result::Result<_, _> = pages.items().send().collect().await;
        let found = found.map_err(|error| call.error(error));
        self.gaps.part("rds:DescribeDBInstances", found)
    }

    async fn clusters(&self) -> Result<Vec<DbCluster>> {
        let call = self.call("DescribeDBClusters");
        let pages = self.client.describe_db_clusters().into_paginator();
        let found: std::result::Result<_, _> = pages.items().send().collect().await;
        let found = found.map_err(|error| call.error(error));
        self.gaps.part("rds:DescribeDBClusters", found)
    }

    async fn restorable(&self) -> Result<Restorable> {
        let call = self.call("DescribeDBInstanceAutomatedBackups");
        let ask = self.client.describe_db_instance_automated_backups();
        let pages = ask.into_paginator().items().send();
        let found: std::result::Result<Vec<_>, _> = pages.collect().await;
        let found = found.map_err(|error| call.error(error));
        let found = self
            .gaps
            .part("rds:DescribeDBInstanceAutomatedBackups", found)?;
        let latest = found.into_iter().filter_map(|backup| {
            let latest = backup.restore_window?.latest_time?;
            Some((backup.db_instance_identifier?, timestamp(&latest)?))
        });
        Ok(latest.collect())
    }

    async fn snapshots(&self) -> Result<Vec<DatabaseSnapshot>> {
        let call = self.call("DescribeDBSnapshots");
        let pages = self.client.describe_db_snapshots().into_paginator();
        let found: std::result::Result<Vec<_>, _> = pages.items().send().collect().await;
        let found = found.map_err(|error| call.error(error));
        let found = self.gaps.part("rds:DescribeDBSnapshots", found)?;
        Ok(found.into_iter().filter_map(snapshot).collect())
    }

    async fn cluster_snapshots(&self) -> Result<Vec<DatabaseSnapshot>> {
        let call = self.call("DescribeDBClusterSnapshots");
        let pages = self.client.describe_db_cluster_snapshots().into_paginator();
        let found: std::result::Result<Vec<_>, _> = pages.items().send().collect().await;
        let found = found.map_err(|error| call.error(error));
        let found = self.gaps.part("rds:DescribeDBClusterSnapshots", found)?;
        Ok(found.into_iter().filter_map(cluster_snapshot).collect())
    }
}

fn instance(found: DbInstance, restorable: &Restorable) -> Option<Database> {
    let id = found.db_instance_identifier?;
    let mut replicas = found
        .read_replica_db_instance_identifiers
        .unwrap_or_default();
    replicas.extend(
        found
            .read_replica_db_cluster_identifiers
            .unwrap_or_default(),
    );
    let latest = found.latest_restorable_time.as_ref().and_then(timestamp);
    Some(Database {
        arn: found.db_instance_arn.unwrap_or_default().into(),
        kind: DatabaseKind::Instance,
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        status: found.db_instance_status.unwrap_or_default(),
        class: found.db_instance_class,
        multi_az: found.multi_az.unwrap_or_default(),
        zone: found.availability_zone.map(Into::into),
        secondary_zone: found.secondary_availability_zone.map(Into::into),
        endpoint: found.endpoint.and_then(|endpoint| endpoint.address),
        members: Vec::new(),
        replica_of: found
            .read_replica_source_db_instance_identifier
            .or(found.read_replica_source_db_cluster_identifier),
        replicas,
        backup_retention_days: days(found.backup_retention_period),
        latest_restorable: latest.or(restorable.get(&id).copied()),
        deletion_protection: found.deletion_protection.unwrap_or_default(),
        encrypted: found.storage_encrypted.unwrap_or_default(),
        tags: tags(found.tag_list),
        id,
    })
}

fn cluster(found: DbCluster, classes: &HashMap<String, String>) -> Option<Database> {
    let members: Vec<DatabaseMember> = found
        .db_cluster_members
        .unwrap_or_default()
        .into_iter()
        .filter_map(|member| {
            Some(DatabaseMember {
                id: member.db_instance_identifier?,
                writer: member.is_cluster_writer.unwrap_or_default(),
            })
        })
        .collect();
    let writer = members.iter().find(|member| member.writer);
    let class = writer.and_then(|writer| classes.get(&writer.id)).cloned();
    Some(Database {
        id: found.db_cluster_identifier?,
        arn: found.db_cluster_arn.unwrap_or_default().into(),
        kind: DatabaseKind::Cluster,
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        status: found.status.unwrap_or_default(),
        class: found.db_cluster_instance_class.or(class),
        multi_az: found.multi_az.unwrap_or_default(),
        zone: None,
        secondary_zone: None,
        endpoint: found.endpoint,
        members,
        replica_of: found
            .replication_source_identifier
            .filter(|of| !of.is_empty()),
        replicas: found.read_replica_identifiers.unwrap_or_default(),
        backup_retention_days: days(found.backup_retention_period),
        latest_restorable: found.latest_restorable_time.as_ref().and_then(timestamp),
        deletion_protection: found.deletion_protection.unwrap_or_default(),
        encrypted: found.storage_encrypted.unwrap_or_default(),
        tags: tags(found.tag_list),
    })
}

fn snapshot(found: DbSnapshot) -> Option<DatabaseSnapshot> {
    Some(DatabaseSnapshot {
        id: found.db_snapshot_identifier?,
        arn: found.db_snapshot_arn.unwrap_or_default().into(),
        database: found.db_instance_identifier.unwrap_or_default(),
        kind: found.snapshot_type.unwrap_or_default(),
        status: found.status.unwrap_or_default(),
        created: found.snapshot_create_time.as_ref().and_then(timestamp),
        size_gib: found
            .allocated_storage
            .and_then(|size| size.try_into().ok()),
        encrypted: found.encrypted.unwrap_or_default(),
        copied_from: found
            .source_region
            .filter(|region| !region.is_empty())
            .map(Into::into),
    })
}

fn cluster_snapshot(found: DbClusterSnapshot) -> Option<DatabaseSnapshot> {
    // `arn:<partition>:rds:<region>:…`, set for a copy.
    let source = found.source_db_cluster_snapshot_arn.unwrap_or_default();
    let region = source.split(':').nth(3).filter(|region| !region.is_empty());
    Some(DatabaseSnapshot {
        id: found.db_cluster_snapshot_identifier?,
        arn: found.db_cluster_snapshot_arn.unwrap_or_default().into(),
        database: found.db_cluster_identifier.unwrap_or_default(),
        kind: found.snapshot_type.unwrap_or_default(),
        status: found.status.unwrap_or_default(),
        created: found.snapshot_create_time.as_ref().and_then(timestamp),
        size_gib: found
            .allocated_storage
            .and_then(|size| size.try_into().ok()),
        encrypted: found.storage_encrypted.unwrap_or_default(),
        copied_from: region.map(Into::into),
    })
}

fn days(period: Option<i32>) -> u32 {
    period
        .and_then(|days| days.try_into().ok())
        .unwrap_or_default()
}

fn tags(list: Option<Vec<Tag>>) -> Tags {
    let pairs = list.unwrap_or_default().into_iter();
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    pairs.filter_map(pair).collect()
}
