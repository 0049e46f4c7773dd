//! Databases with what lies around them, for those who are about to change one.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use super::{
    super::{cloudwatch::Metrics, gaps::Gaps, session::Sessions},
    Rds, shape,
};
use crate::{
    model::{
        Place,
        protection::{
            self, Database,
            DatabaseKind::{Cluster, Instance},
            RetainedBackup, Wanted,
        },
    },
    provider::{self, Error, Kind, MetricQuery, Metrics as _, Result, Statistic},
};

/// How far back the lag of a replica is looked for, so that one which stopped tells when.
const LAG_SINCE: SignedDuration = SignedDuration::from_hours(3);

#[derive(Clone, Debug)]
pub struct Databases {
    sessions: Sessions,
    metrics: Metrics,
}

impl Databases {
    #[must_use]
    pub fn new(sessions: Sessions) -> Self {
        let metrics = Metrics::new(sessions.clone());
        Self { sessions, metrics }
    }
}

#[async_trait]
impl provider::Databases for Databases {
    async fn databases(&self, place: &Place, wanted: &Wanted) -> Result<protection::Databases> {
        let rds = Rds::open(&self.sessions, place).await?;
        let mut found = observe(&rds, wanted).await?;
        let lag = !matches!(wanted, Wanted::These { lag: false, .. });
        if lag {
            self.measure(place, &mut found).await?;
        }
        Ok(found)
    }

    async fn offers(
        &self,
        place: &Place,
        engine: &str,
        version: &str,
        class: Option<&str>,
    ) -> Result<bool> {
        let rds = Rds::open(&self.sessions, place).await?;
        let ask = rds.client.describe_orderable_db_instance_options();
        let ask = ask.engine(engine).engine_version(version);
        // One of them is enough to know.
        let answer = ask
            .set_db_instance_class(class.map(Into::into))
            .max_records(20)
            .send()
            .await;
        let call = rds.call("DescribeOrderableDBInstanceOptions");
        let answer = answer.map_err(|error| call.error(error))?;
        let offered = answer.orderable_db_instance_options.unwrap_or_default();
        Ok(!offered.is_empty())
    }
}

/// What is wanted, without the lag of replicas, which RDS itself does not tell.
pub(in super::super) async fn observe(rds: &Rds, wanted: &Wanted) -> Result<protection::Databases> {
    let mut found = protection::Databases::empty(rds.place.clone(), Timestamp::now());
    match wanted {
        Wanted::Everything => everything(rds, &mut found).await?,
        Wanted::These {
            instances,
            clusters,
            global_clusters,
            log,
            ..
        } => {
            for id in instances {
                found.instances.extend(rds.instance(id).await?);
                if *log {
                    found
                        .events
                        .extend(rds.failovers(Some((Instance, id))).await?);
                }
            }
            for id in clusters {
                found.clusters.extend(rds.cluster(id).await?);
                if *log {
                    found
                        .events
                        .extend(rds.failovers(Some((Cluster, id))).await?);
                }
            }
            if !global_clusters.is_empty() {
                found.global_clusters = rds.global_clusters().await?;
            }
            found.events.sort();
        }
    }
    Ok(found)
}

async fn everything(rds: &Rds, found: &mut protection::Databases) -> Result<()> {
    let gaps = Gaps::default();
    let part = |action: &'static str| {
        let gaps = &gaps;
        move |answer| gaps.part(action, answer)
    };
    found.instances = rds
        .instances()
        .await?
        .into_iter()
        .filter_map(shape::instance)
        .collect();
    found.clusters = gaps
        .part("rds:DescribeDBClusters", rds.clusters().await)?
        .into_iter()
        .filter_map(shape::cluster)
        .collect();
    found.snapshots = rds.all_snapshots(&gaps).await?;
    let retained = "rds:DescribeDBInstanceAutomatedBackups";
    found.retained = gaps.part(retained, rds.retained().await)?;
    let retained = "rds:DescribeDBClusterAutomatedBackups";
    let of_clusters: Vec<RetainedBackup> = gaps.part(retained, rds.retained_clusters().await)?;
    found.retained.extend(of_clusters);
    found.subnet_groups = gaps.part("rds:DescribeDBSubnetGroups", rds.subnet_groups().await)?;
    let names = part("rds:DescribeDBParameterGroups");
    found.parameter_groups = names(rds.parameter_groups().await)?;
    let names = part("rds:DescribeDBClusterParameterGroups");
    found.cluster_parameter_groups = names(rds.cluster_parameter_groups().await)?;
    let names = part("rds:DescribeOptionGroups");
    found.option_groups = names(rds.option_groups().await)?;
    let globals = "rds:DescribeGlobalClusters";
    found.global_clusters = gaps.part(globals, rds.global_clusters().await)?;
    found.events = gaps.part("rds:DescribeEvents", rds.failovers(None).await)?;
    let waiting = "rds:DescribePendingMaintenanceActions";
    for (arn, actions) in gaps.part(waiting, rds.maintenance().await)? {
        let databases = found.instances.iter_mut().chain(&mut found.clusters);
        for database in databases.filter(|one| one.arn.as_str() == arn) {
            database.maintenance.clone_from(&actions);
        }
    }
    windows(found);
    found.gaps = gaps.found();
    Ok(())
}

/// Takes over from automated backups what instances do not tell of themselves.
fn windows(found: &mut protection::Databases) {
    for database in &mut found.instances {
        let mut kept = found.retained.iter();
        let own = kept.find(|one| Some(&one.resource_id) == database.resource_id.as_ref());
        if let Some(own) = own {
            database.earliest_restorable = database.earliest_restorable.or(own.earliest);
            database.latest_restorable = database.latest_restorable.or(own.latest);
        }
    }
}

impl Rds {
    /// One instance; none where it is not there.
    async fn instance(&self, id: &str) -> Result<Option<Database>> {
        let ask = self.client.describe_db_instances();
        let answer = ask.db_instance_identifier(id).send().await;
        let answer = answer.map_err(|error| self.call("DescribeDBInstances").error(error));
        let found = absent_is_none(answer)?.and_then(|answer| answer.db_instances);
        Ok(found.into_iter().flatten().find_map(shape::instance))
    }

    async fn cluster(&self, id: &str) -> Result<Option<Database>> {
        let ask = self.client.describe_db_clusters();
        let answer = ask.db_cluster_identifier(id).send().await;
        let answer = answer.map_err(|error| self.call("DescribeDBClusters").error(error));
        let found = absent_is_none(answer)?.and_then(|answer| answer.db_clusters);
        Ok(found.into_iter().flatten().find_map(shape::cluster))
    }
}

fn absent_is_none<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error {
            kind: Kind::NotFound { .. },
            ..
        }) => Ok(None),
        Err(error) => Err(error),
    }
}

impl Databases {
    /// Asks CloudWatch, in the replicas' own region, how far each is behind.
    async fn measure(&self, place: &Place, found: &mut protection::Databases) -> Result<()> {
        let replicas = found.instances.iter_mut();
        let replicas: Vec<&mut Database> =
            replicas.filter(|one| one.replica_of.is_some()).collect();
        if replicas.is_empty() {
            return Ok(());
        }
        let (to, from) = (found.as_of, found.as_of - LAG_SINCE);
        let queries: Vec<MetricQuery> = replicas
            .iter()
            .map(|replica| MetricQuery {
                place: place.clone(),
                namespace: "AWS/RDS".into(),
                metric: "ReplicaLag".into(),
                dimensions: BTreeMap::from([("DBInstanceIdentifier".into(), replica.id.clone())]),
                statistic: Statistic::Maximum,
                period_seconds: 60,
                from,
                to,
            })
            .collect();
        let gaps = Gaps::default();
        let series = self.metrics.series(&queries).await;
        let series = gaps.part("cloudwatch:GetMetricData", series)?;
        for (replica, series) in replicas.into_iter().zip(series) {
            replica.lag = series.lag();
        }
        found.gaps.extend(gaps.found());
        Ok(())
    }
}
