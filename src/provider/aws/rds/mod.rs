//! RDS: instances, clusters, their replicas, snapshots and how far back they can be restored.

mod around;
mod observe;
mod shape;

use std::collections::HashMap;

use aws_sdk_rds::{
    Client, config,
    types::{DbCluster, DbInstance},
};
use jiff::Timestamp;

pub use observe::Databases;
pub(super) use observe::observe;

use super::{error::Call, gaps::Gaps, session::Sessions, time::timestamp};
use crate::{
    model::{
        Place,
        protection::{Database, DatabaseSnapshot},
    },
    provider::Result,
};

pub(super) const SERVICE: &str = "rds";

/// The newest restorable moment by the id of the instance.
type Restorable = HashMap<String, Timestamp>;

/// RDS in one place.
#[derive(Clone, Debug)]
pub(super) struct Rds {
    pub(super) client: Client,
    pub(super) place: Place,
}

impl Rds {
    pub(super) async fn open(sessions: &Sessions, place: &Place) -> Result<Self> {
        let sdk = sessions.sdk(place).await?;
        Ok(Self::over(config::Builder::from(&sdk), place))
    }

    pub(super) fn over(builder: config::Builder, place: &Place) -> Self {
        let config = builder
            .retry_partition(Sessions::retry_partition(SERVICE, place))
            .build();
        Self {
            client: Client::from_conf(config),
            place: place.clone(),
        }
    }

    pub(super) const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new(SERVICE, action, &self.place)
    }

    async fn instances(&self) -> Result<Vec<DbInstance>> {
        let call = self.call("DescribeDBInstances");
        let pages = self.client.describe_db_instances().into_paginator();
        let found: std::result::Result<_, _> = pages.items().send().collect().await;
        found.map_err(|error| call.error(error))
    }

    async fn clusters(&self) -> Result<Vec<DbCluster>> {
        let call = self.call("DescribeDBClusters");
        let pages = self.client.describe_db_clusters().into_paginator();
        let found: std::result::Result<_, _> = pages.items().send().collect().await;
        found.map_err(|error| call.error(error))
    }

    async fn restorable(&self) -> Result<Restorable> {
        let found = self.automated_backups().await?;
        let latest = found.into_iter().filter_map(|backup| {
            let latest = backup.restore_window?.latest_time?;
            Some((backup.db_instance_identifier?, timestamp(&latest)?))
        });
        Ok(latest.collect())
    }
}

/// What overviews list: instances that stand alone, clusters, and the snapshots of both.
pub(super) async fn databases(
    sessions: &Sessions,
    place: &Place,
    gaps: &Gaps,
) -> Result<(Vec<Database>, Vec<DatabaseSnapshot>)> {
    let rds = Rds::open(sessions, place).await?;
    let instances = async { gaps.part("rds:DescribeDBInstances", rds.instances().await) };
    let clusters = async { gaps.part("rds:DescribeDBClusters", rds.clusters().await) };
    let restorable = async {
        let action = "rds:DescribeDBInstanceAutomatedBackups";
        gaps.part(action, rds.restorable().await)
    };
    let (instances, clusters, restorable, snapshots) =
        tokio::try_join!(instances, clusters, restorable, rds.all_snapshots(gaps))?;
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
        .filter_map(shape::cluster)
        .map(|mut found| {
            let class = found.writer().and_then(|writer| classes.get(&writer.id));
            found.class = found.class.or(class.cloned());
            found
        })
        .collect();
    // Members are told with their cluster, unless the cluster itself could not be read.
    let is_member = |found: &DbInstance| {
        let of = found.db_cluster_identifier.as_deref();
        of.is_some_and(|of| clustered.iter().any(|cluster| cluster.id == of))
    };
    let mut databases: Vec<Database> = instances
        .into_iter()
        .filter(|found| !is_member(found))
        .filter_map(shape::instance)
        .map(|mut found| {
            let latest = restorable.get(&found.id).copied();
            found.latest_restorable = found.latest_restorable.or(latest);
            found
        })
        .collect();
    databases.extend(clustered);
    Ok((databases, snapshots))
}
