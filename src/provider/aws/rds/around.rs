//! What databases lie in and belong to, one call for each kind of thing.

use aws_sdk_rds::types::{DbInstanceAutomatedBackup, SourceType};

use super::{
    super::{gaps::Gaps, time::timestamp},
    Rds, shape,
};
use crate::{
    model::protection::{
        DatabaseEvent, DatabaseKind, DatabaseSnapshot, GlobalCluster, GlobalMember, RetainedBackup,
        SubnetGroup,
    },
    provider::Result,
};

/// How far back the log is read: as far as RDS keeps it, 14 days.
const LOG_MINUTES: i32 = 14 * 24 * 60;

/// Reads a list to its last page.
macro_rules! pages {
    ($rds:expr, $action:literal, $ask:expr) => {{
        let call = $rds.call($action);
        let pages = $ask.into_paginator().items().send();
        let found: std::result::Result<Vec<_>, _> = pages.collect().await;
        found.map_err(|error| call.error(error))
    }};
}

impl Rds {
    pub(super) async fn automated_backups(&self) -> Result<Vec<DbInstanceAutomatedBackup>> {
        let ask = self.client.describe_db_instance_automated_backups();
        pages!(self, "DescribeDBInstanceAutomatedBackups", ask)
    }

    /// Those of this account and those that other accounts share with it.
    pub(super) async fn all_snapshots(&self, gaps: &Gaps) -> Result<Vec<DatabaseSnapshot>> {
        let ask = self.client.describe_db_snapshots().include_shared(true);
        let of_instances = pages!(self, "DescribeDBSnapshots", ask);
        let of_instances = gaps.part("rds:DescribeDBSnapshots", of_instances)?;
        let ask = self.client.describe_db_cluster_snapshots();
        let of_clusters = pages!(self, "DescribeDBClusterSnapshots", ask.include_shared(true));
        let of_clusters = gaps.part("rds:DescribeDBClusterSnapshots", of_clusters)?;
        let mut found: Vec<DatabaseSnapshot> = of_instances
            .into_iter()
            .filter_map(shape::snapshot)
            .collect();
        found.extend(of_clusters.into_iter().filter_map(shape::cluster_snapshot));
        Ok(found)
    }

    pub(super) async fn retained(&self) -> Result<Vec<RetainedBackup>> {
        let found = self.automated_backups().await?;
        Ok(found.into_iter().filter_map(retained).collect())
    }

    pub(super) async fn retained_clusters(&self) -> Result<Vec<RetainedBackup>> {
        let ask = self.client.describe_db_cluster_automated_backups();
        let found = pages!(self, "DescribeDBClusterAutomatedBackups", ask)?;
        let one = |found: aws_sdk_rds::types::DbClusterAutomatedBackup| {
            let window = found.restore_window;
            let earliest = window.as_ref().and_then(|window| window.earliest_time);
            let latest = window.as_ref().and_then(|window| window.latest_time);
            Some(RetainedBackup {
                database: found.db_cluster_identifier?,
                resource_id: found.db_cluster_resource_id?,
                kind: DatabaseKind::Cluster,
                status: found.status.unwrap_or_default(),
                engine: found.engine.unwrap_or_default(),
                engine_version: found.engine_version.unwrap_or_default(),
                earliest: earliest.as_ref().and_then(timestamp),
                latest: latest.as_ref().and_then(timestamp),
                option_group: None,
                encrypted: found.storage_encrypted.unwrap_or_default(),
                size_gib: shape::number(found.allocated_storage),
            })
        };
        Ok(found.into_iter().filter_map(one).collect())
    }

    pub(super) async fn subnet_groups(&self) -> Result<Vec<SubnetGroup>> {
        let ask = self.client.describe_db_subnet_groups();
        let found = pages!(self, "DescribeDBSubnetGroups", ask)?;
        let one = |found: aws_sdk_rds::types::DbSubnetGroup| {
            let subnets = found.subnets.unwrap_or_default().into_iter();
            let zone = |subnet: aws_sdk_rds::types::Subnet| subnet.subnet_availability_zone?.name;
            Some(SubnetGroup {
                name: found.db_subnet_group_name?,
                vpc: found.vpc_id.map(Into::into),
                zones: subnets.filter_map(zone).map(Into::into).collect(),
                status: found.subnet_group_status.unwrap_or_default(),
            })
        };
        Ok(found.into_iter().filter_map(one).collect())
    }

    pub(super) async fn parameter_groups(&self) -> Result<Vec<String>> {
        let ask = self.client.describe_db_parameter_groups();
        let found = pages!(self, "DescribeDBParameterGroups", ask)?;
        let names = found.into_iter();
        Ok(names
            .filter_map(|one| one.db_parameter_group_name)
            .collect())
    }

    pub(super) async fn cluster_parameter_groups(&self) -> Result<Vec<String>> {
        let ask = self.client.describe_db_cluster_parameter_groups();
        let found = pages!(self, "DescribeDBClusterParameterGroups", ask)?;
        let names = found.into_iter();
        let name =
            |one: aws_sdk_rds::types::DbClusterParameterGroup| one.db_cluster_parameter_group_name;
        Ok(names.filter_map(name).collect())
    }

    pub(super) async fn option_groups(&self) -> Result<Vec<String>> {
        let ask = self.client.describe_option_groups();
        let found = pages!(self, "DescribeOptionGroups", ask)?;
        Ok(found
            .into_iter()
            .filter_map(|one| one.option_group_name)
            .collect())
    }

    pub(super) async fn global_clusters(&self) -> Result<Vec<GlobalCluster>> {
        let ask = self.client.describe_global_clusters();
        let found = pages!(self, "DescribeGlobalClusters", ask)?;
        Ok(found.into_iter().filter_map(global).collect())
    }

    /// What the log tells of failovers: of `source`, or of everything.
    pub(super) async fn failovers(
        &self,
        source: Option<(DatabaseKind, &str)>,
    ) -> Result<Vec<DatabaseEvent>> {
        let mut ask = self
            .client
            .describe_events()
            .duration(LOG_MINUTES)
            .event_categories("failover");
        if let Some((kind, id)) = source {
            let kind = match kind {
                DatabaseKind::Instance => SourceType::DbInstance,
                DatabaseKind::Cluster => SourceType::DbCluster,
            };
            ask = ask.source_identifier(id).source_type(kind);
        }
        let found = pages!(self, "DescribeEvents", ask)?;
        let one = |found: aws_sdk_rds::types::Event| {
            Some(DatabaseEvent {
                at: timestamp(&found.date?)?,
                source: found.source_identifier?,
                categories: found.event_categories.unwrap_or_default(),
                message: found.message.unwrap_or_default(),
            })
        };
        let mut events: Vec<DatabaseEvent> = found.into_iter().filter_map(one).collect();
        events.sort();
        Ok(events)
    }

    /// Maintenance that waits, by the ARN of what it waits for.
    pub(super) async fn maintenance(&self) -> Result<Vec<(String, Vec<String>)>> {
        let ask = self.client.describe_pending_maintenance_actions();
        let found = pages!(self, "DescribePendingMaintenanceActions", ask)?;
        let one = |found: aws_sdk_rds::types::ResourcePendingMaintenanceActions| {
            let waiting = found.pending_maintenance_action_details.unwrap_or_default();
            let names = waiting.into_iter().filter_map(|one| one.action);
            Some((found.resource_identifier?, names.collect()))
        };
        Ok(found.into_iter().filter_map(one).collect())
    }
}

fn retained(found: DbInstanceAutomatedBackup) -> Option<RetainedBackup> {
    let window = found.restore_window;
    let earliest = window.as_ref().and_then(|window| window.earliest_time);
    let latest = window.as_ref().and_then(|window| window.latest_time);
    Some(RetainedBackup {
        database: found.db_instance_identifier?,
        resource_id: found.dbi_resource_id?,
        kind: DatabaseKind::Instance,
        status: found.status.unwrap_or_default(),
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        earliest: earliest.as_ref().and_then(timestamp),
        latest: latest.as_ref().and_then(timestamp),
        option_group: found.option_group_name,
        encrypted: found.encrypted.unwrap_or_default(),
        size_gib: shape::number(found.allocated_storage),
    })
}

fn global(found: aws_sdk_rds::types::GlobalCluster) -> Option<GlobalCluster> {
    let members = found.global_cluster_members.unwrap_or_default();
    let member = |member: aws_sdk_rds::types::GlobalClusterMember| {
        let state = member.synchronization_status;
        Some(GlobalMember {
            cluster: member.db_cluster_arn?.into(),
            writer: member.is_writer.unwrap_or_default(),
            synchronized: state.map(|state| state.as_str() == "connected"),
        })
    };
    let moving = found
        .failover_state
        .and_then(|state| state.to_db_cluster_arn);
    Some(GlobalCluster {
        id: found.global_cluster_identifier?,
        status: found.status.unwrap_or_default(),
        engine: found.engine.unwrap_or_default(),
        members: members.into_iter().filter_map(member).collect(),
        moving_to: moving.filter(|arn| !arn.is_empty()).map(Into::into),
    })
}
