//! RDS's answers in our words.

use aws_sdk_rds::types::{
    DbCluster, DbClusterSnapshot, DbInstance, DbParameterGroupStatus, DbSnapshot,
    PendingModifiedValues, Tag, VpcSecurityGroupMembership,
};

use super::super::time::timestamp;
use crate::model::{
    SecurityGroupId, Tags,
    protection::{Database, DatabaseKind, DatabaseMember, DatabaseSnapshot, GroupStatus},
};

pub(super) fn instance(found: DbInstance) -> Option<Database> {
    let id = found.db_instance_identifier?;
    let mut replicas = found
        .read_replica_db_instance_identifiers
        .unwrap_or_default();
    replicas.extend(
        found
            .read_replica_db_cluster_identifiers
            .unwrap_or_default(),
    );
    let endpoint = found.endpoint;
    let listens = endpoint.as_ref().and_then(|endpoint| endpoint.port);
    let options = found.option_group_memberships.unwrap_or_default();
    let arn = found.db_instance_arn.unwrap_or_default().into();
    Some(Database {
        resource_id: found.dbi_resource_id,
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        status: found.db_instance_status.unwrap_or_default(),
        class: found.db_instance_class,
        multi_az: found.multi_az.unwrap_or_default(),
        zone: found.availability_zone.map(Into::into),
        secondary_zone: found.secondary_availability_zone.map(Into::into),
        endpoint: endpoint.and_then(|endpoint| endpoint.address),
        port: number(listens.or(found.db_instance_port)).filter(|port| *port > 0),
        cluster: found.db_cluster_identifier,
        replica_of: found
            .read_replica_source_db_instance_identifier
            .or(found.read_replica_source_db_cluster_identifier)
            .filter(|of| !of.is_empty()),
        replicas,
        backup_retention_days: number(found.backup_retention_period).unwrap_or_default(),
        latest_restorable: found.latest_restorable_time.as_ref().and_then(timestamp),
        subnet_group: found
            .db_subnet_group
            .and_then(|group| group.db_subnet_group_name),
        security_groups: security_groups(found.vpc_security_groups),
        parameter_groups: parameter_groups(found.db_parameter_groups),
        option_groups: options
            .into_iter()
            .filter_map(|group| group.option_group_name)
            .collect(),
        size_gib: number(found.allocated_storage),
        kms_key: found.kms_key_id,
        deletion_protection: found.deletion_protection.unwrap_or_default(),
        encrypted: found.storage_encrypted.unwrap_or_default(),
        public: found.publicly_accessible.unwrap_or_default(),
        pending: found
            .pending_modified_values
            .map(pending)
            .unwrap_or_default(),
        created: found.instance_create_time.as_ref().and_then(timestamp),
        tags: tags(found.tag_list),
        ..Database::named(DatabaseKind::Instance, &id, arn)
    })
}

pub(super) fn cluster(found: DbCluster) -> Option<Database> {
    let members = found.db_cluster_members.unwrap_or_default();
    let member = |member: aws_sdk_rds::types::DbClusterMember| {
        Some(DatabaseMember {
            id: member.db_instance_identifier?,
            writer: member.is_cluster_writer.unwrap_or_default(),
            tier: number(member.promotion_tier),
        })
    };
    let id = found.db_cluster_identifier?;
    let arn = found.db_cluster_arn.unwrap_or_default().into();
    // A cluster tells only the name of its group; how far it is in force, its members tell.
    let group = found.db_cluster_parameter_group.map(|name| GroupStatus {
        name,
        status: "in-sync".into(),
    });
    Some(Database {
        resource_id: found.db_cluster_resource_id,
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        status: found.status.unwrap_or_default(),
        class: found.db_cluster_instance_class,
        multi_az: found.multi_az.unwrap_or_default(),
        endpoint: found.endpoint,
        port: number(found.port),
        members: members.into_iter().filter_map(member).collect(),
        global_cluster: found.global_cluster_identifier.filter(|id| !id.is_empty()),
        replica_of: found
            .replication_source_identifier
            .filter(|of| !of.is_empty()),
        replicas: found.read_replica_identifiers.unwrap_or_default(),
        backup_retention_days: number(found.backup_retention_period).unwrap_or_default(),
        earliest_restorable: found.earliest_restorable_time.as_ref().and_then(timestamp),
        latest_restorable: found.latest_restorable_time.as_ref().and_then(timestamp),
        subnet_group: found.db_subnet_group,
        security_groups: security_groups(found.vpc_security_groups),
        parameter_groups: group.into_iter().collect(),
        size_gib: number(found.allocated_storage),
        kms_key: found.kms_key_id,
        deletion_protection: found.deletion_protection.unwrap_or_default(),
        encrypted: found.storage_encrypted.unwrap_or_default(),
        public: found.publicly_accessible.unwrap_or_default(),
        created: found.cluster_create_time.as_ref().and_then(timestamp),
        tags: tags(found.tag_list),
        ..Database::named(DatabaseKind::Cluster, &id, arn)
    })
}

pub(super) fn snapshot(found: DbSnapshot) -> Option<DatabaseSnapshot> {
    let id = found.db_snapshot_identifier?;
    let arn = found.db_snapshot_arn.unwrap_or_default().into();
    let database = found.db_instance_identifier.unwrap_or_default();
    Some(DatabaseSnapshot {
        kind: found.snapshot_type.unwrap_or_default(),
        status: found.status.unwrap_or_default(),
        created: found.snapshot_create_time.as_ref().and_then(timestamp),
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        option_group: found.option_group_name.filter(|name| !name.is_empty()),
        size_gib: number(found.allocated_storage),
        encrypted: found.encrypted.unwrap_or_default(),
        kms_key: found.kms_key_id,
        copied_from: found
            .source_region
            .filter(|region| !region.is_empty())
            .map(Into::into),
        ..DatabaseSnapshot::named(DatabaseKind::Instance, &id, arn, &database)
    })
}

pub(super) fn cluster_snapshot(found: DbClusterSnapshot) -> Option<DatabaseSnapshot> {
    // `arn:<partition>:rds:<region>:…`, set for a copy.
    let source = found.source_db_cluster_snapshot_arn.unwrap_or_default();
    let region = source.split(':').nth(3).filter(|region| !region.is_empty());
    let id = found.db_cluster_snapshot_identifier?;
    let arn = found.db_cluster_snapshot_arn.unwrap_or_default().into();
    let database = found.db_cluster_identifier.unwrap_or_default();
    Some(DatabaseSnapshot {
        kind: found.snapshot_type.unwrap_or_default(),
        status: found.status.unwrap_or_default(),
        created: found.snapshot_create_time.as_ref().and_then(timestamp),
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        size_gib: number(found.allocated_storage),
        encrypted: found.storage_encrypted.unwrap_or_default(),
        kms_key: found.kms_key_id,
        copied_from: region.map(Into::into),
        ..DatabaseSnapshot::named(DatabaseKind::Cluster, &id, arn, &database)
    })
}

/// What is accepted and not made yet, of the values that we set.
fn pending(values: PendingModifiedValues) -> Vec<String> {
    let multi_az = values.multi_az.map(|on| format!("multi_az: {on}"));
    let retention = values.backup_retention_period;
    let retention = retention.map(|days| format!("backup_retention_period: {days}"));
    let name = values.db_instance_identifier;
    let name = name.map(|name| format!("db_instance_identifier: {name}"));
    [multi_az, retention, name].into_iter().flatten().collect()
}

fn security_groups(groups: Option<Vec<VpcSecurityGroupMembership>>) -> Vec<SecurityGroupId> {
    let groups = groups.unwrap_or_default().into_iter();
    // A group that is being left is listed until it is left.
    groups
        .filter(|group| group.status.as_deref() != Some("removing"))
        .filter_map(|group| group.vpc_security_group_id)
        .map(Into::into)
        .collect()
}

fn parameter_groups(groups: Option<Vec<DbParameterGroupStatus>>) -> Vec<GroupStatus> {
    let group = |group: DbParameterGroupStatus| {
        Some(GroupStatus {
            name: group.db_parameter_group_name?,
            status: group.parameter_apply_status.unwrap_or_default(),
        })
    };
    let groups = groups.unwrap_or_default().into_iter();
    groups.filter_map(group).collect()
}

/// A count of the SDK's, which may be negative only by mistake.
pub(super) fn number<T: TryFrom<i32>>(count: Option<i32>) -> Option<T> {
    count.and_then(|count| count.try_into().ok())
}

fn tags(list: Option<Vec<Tag>>) -> Tags {
    let pairs = list.unwrap_or_default().into_iter();
    let pair = |tag: Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    pairs.filter_map(pair).collect()
}
