//! Reads what is in the zone, and what it would mean to leave it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::super::{
    Arguments, Refusal, World,
    database::{self, Ground, impossible, list},
};
use crate::{
    model::{
        Place, Region,
        network::Network,
        protection::{Database, DatabaseKind, Databases},
        traffic::Balancers,
        zonal::ManagedResource,
    },
    provider::{MetricQuery, Port, Statistic},
};

/// Everything that the plan is made from.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    pub(super) ground: Ground,
    pub(super) seen: Databases,
    pub(super) network: Network,
    pub(super) resources: Vec<ManagedResource>,
    pub(super) balancers: Balancers,
    /// How many clients are connected, by database, where that is measured.
    pub(super) connections: BTreeMap<String, u32>,
    /// How far readers of a cluster are behind, in seconds, by member, where that is measured.
    pub(super) lags: BTreeMap<String, u32>,
    /// Databases whose port answers to this machine.
    pub(super) reachable: BTreeSet<String>,
    /// What could not be read, in words.
    pub(super) unread: Vec<String>,
}

pub(super) async fn observe(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let place = place(wish, world).await?;
    let provider = world.provider;
    let mut unread = Vec::new();
    let seen = database::everywhere(&place, world).await?;
    let network = provider.networks.network(&place).await?;
    let resources = provider.zonal_shifts.resources(&place).await;
    let resources = resources.unwrap_or_else(|error| {
        unread.push(format!("load balancers that can be shifted: {error}"));
        Vec::new()
    });
    let balancers = provider.traffic.balancers(&place).await;
    let balancers = balancers.unwrap_or_else(|error| {
        unread.push(format!("the targets of load balancers: {error}"));
        Balancers {
            place: place.clone(),
            balancers: Vec::new(),
            target_groups: Vec::new(),
        }
    });
    let alone = seen.instances.iter().filter(|one| one.cluster.is_none());
    let databases: Vec<&Database> = alone.chain(&seen.clusters).collect();
    let mut reachable = BTreeSet::new();
    for database in &databases {
        let Some(host) = &database.endpoint else {
            continue;
        };
        let port = provider.ports.port(host, database.listens_on()).await;
        if port == Port::Accepts {
            reachable.insert(database.id.clone());
        }
    }
    let mut measured = Measured {
        world,
        place: &place,
        unread: &mut unread,
    };
    let connections = measured.connections(&databases).await;
    let lags = measured.lags(&seen).await;
    unread.extend(seen.gaps.iter().map(ToString::to_string));
    Ok(Observed {
        ground: Ground::new(world, &[place.account]),
        seen,
        network,
        resources,
        balancers,
        connections,
        lags,
        reachable,
        unread,
    })
}

/// The account and the region: given, or where the first target is.
async fn place(wish: &Arguments, world: &World<'_>) -> Result<Place, Refusal> {
    let account = wish.get("account").map(|text| world.account(text));
    let account = account.transpose()?;
    // A zone's name begins with its region's.
    let of_zone = wish.get("zone").and_then(|zone| {
        let mut regions = world.provider.regions.iter();
        regions
            .find(|region| zone.starts_with(region.as_str()))
            .cloned()
    });
    let region = wish.get("region").map(Region::from).or(of_zone);
    if let (Some(account), Some(region)) = (account, &region) {
        return Ok(Place::new(account, region.clone()));
    }
    let targets = wish.get("targets").map(list).unwrap_or_default();
    let Some(first) = targets.first() else {
        return impossible(
            "give --account and --zone to leave a zone with everything, or --targets to leave it \
             with these",
        );
    };
    let (found, _) = database::database(first, wish, world).await?;
    Ok(found.place)
}

struct Measured<'a> {
    world: &'a World<'a>,
    place: &'a Place,
    unread: &'a mut Vec<String>,
}

impl Measured<'_> {
    async fn connections(&mut self, databases: &[&Database]) -> BTreeMap<String, u32> {
        let dimension = |database: &Database| match database.kind {
            DatabaseKind::Instance => "DBInstanceIdentifier",
            DatabaseKind::Cluster => "DBClusterIdentifier",
        };
        let asked = databases
            .iter()
            .map(|one| ("DatabaseConnections", dimension(one), one.id.clone()));
        self.newest(asked.collect(), 1.0).await
    }

    /// Aurora tells milliseconds, RDS seconds.
    async fn lags(&mut self, seen: &Databases) -> BTreeMap<String, u32> {
        let members = |aurora: bool| {
            let clusters = seen
                .clusters
                .iter()
                .filter(move |one| one.is_aurora() == aurora);
            let readers = clusters.flat_map(|one| one.members.iter().filter(|one| !one.writer));
            let metric = if aurora {
                "AuroraReplicaLag"
            } else {
                "ReplicaLag"
            };
            let asked = readers.map(move |one| (metric, "DBInstanceIdentifier", one.id.clone()));
            asked.collect::<Vec<_>>()
        };
        let mut lags = self.newest(members(true), 1000.0).await;
        lags.extend(self.newest(members(false), 1.0).await);
        lags
    }

    /// The newest value of each, divided and rounded up, by the name of what it is of.
    async fn newest(
        &mut self,
        asked: Vec<(&str, &str, String)>,
        divisor: f64,
    ) -> BTreeMap<String, u32> {
        let now = self.world.now;
        let query = |(metric, dimension, id): &(&str, &str, String)| MetricQuery {
            place: self.place.clone(),
            namespace: "AWS/RDS".into(),
            metric: (*metric).into(),
            dimensions: BTreeMap::from([((*dimension).into(), id.clone())]),
            statistic: Statistic::Maximum,
            period_seconds: 60,
            from: now - SignedDuration::from_mins(10),
            to: now,
        };
        let queries: Vec<MetricQuery> = asked.iter().map(query).collect();
        if queries.is_empty() {
            return BTreeMap::new();
        }
        match self.world.provider.metrics.series(&queries).await {
            Ok(series) => asked
                .into_iter()
                .zip(series)
                .filter_map(|((_, _, id), series)| {
                    let (_, value) = series.last()?;
                    let whole = (value / divisor).ceil().clamp(0.0, f64::from(u32::MAX));
                    Some((id, format!("{whole:.0}").parse().ok()?))
                })
                .collect(),
            Err(error) => {
                let text = format!("measurements of databases: {error}");
                if !self.unread.contains(&text) {
                    self.unread.push(text);
                }
                BTreeMap::new()
            }
        }
    }
}
