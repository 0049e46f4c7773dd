//! What databases lie in and belong to: groups of subnets, parameters and options, automated
//! backups, a global database.

use super::{GLOBAL, Ground, HOME, SECOND, backup, database_arn, databases, subnet_group};
use crate::{
    model::protection::{GlobalCluster, GlobalMember, RetainedBackup, SubnetGroup},
    provider::demo::{
        content::network,
        estate::{Environment, Purpose, Role},
    },
};

/// Engines with the versions that databases of the world run.
const ENGINES: [(&str, &str); 3] = [
    ("mysql", "8.4.6"),
    ("postgres", "17.5"),
    ("aurora-postgresql", "17.5"),
];

/// The company's own parameter group of an engine.
pub(super) fn parameter_group(engine: &str, version: &str) -> String {
    format!("acme-{engine}{}", major(engine, version))
}

/// The option group that RDS keeps for an engine.
pub(super) fn option_group(engine: &str, version: &str) -> String {
    format!(
        "default:{engine}-{}",
        major(engine, version).replace('.', "-")
    )
}

/// `8.4` of MySQL, `17` of PostgreSQL.
fn major(engine: &str, version: &str) -> String {
    let parts = if engine == "mysql" { 2 } else { 1 };
    version.split('.').take(parts).collect::<Vec<_>>().join(".")
}

/// The company's own and those of RDS, in every account that has databases.
pub(in super::super::super::super) fn parameter_groups(ground: &Ground<'_>) -> Vec<String> {
    let lives = ground.site.lives_in(&ground.place.region);
    let each = |(engine, version): (&str, &str)| {
        [
            parameter_group(engine, version),
            format!("default.{engine}{}", major(engine, version)),
        ]
    };
    let groups = ENGINES.into_iter().filter(|_| lives).flat_map(each);
    groups.collect()
}

pub(in super::super::super::super) fn cluster_parameter_groups(ground: &Ground<'_>) -> Vec<String> {
    let mut groups = parameter_groups(ground);
    groups.retain(|group| group.contains("aurora"));
    groups
}

pub(in super::super::super::super) fn option_groups(ground: &Ground<'_>) -> Vec<String> {
    let lives = ground.site.lives_in(&ground.place.region);
    let engines = ENGINES.into_iter().filter(|_| lives);
    engines
        .map(|(engine, version)| option_group(engine, version))
        .collect()
}

/// One over the private subnets of all zones, and one that was made in a hurry, in one zone.
pub(in super::super::super::super) fn subnet_groups(ground: &Ground<'_>) -> Vec<SubnetGroup> {
    let (site, region) = (ground.site, ground.region());
    if !site.lives_in(&ground.place.region) || !matches!(site.role, Role::Workload(..)) {
        return Vec::new();
    }
    let zone = |letter: &char| format!("{region}{letter}").into();
    let group = |name: String, letters: &[char]| SubnetGroup {
        name,
        vpc: Some(network::vpc_id(ground.estate, site, region)),
        zones: letters.iter().map(zone).collect(),
        status: "Complete".into(),
    };
    vec![
        group(subnet_group(site), &network::ZONES),
        group(format!("{}-single", site.name), &network::ZONES[..1]),
    ]
}

/// Automated backups: of every database that keeps some, and of one that was deleted last week.
pub(in super::super::super::super) fn retained(ground: &Ground<'_>) -> Vec<RetainedBackup> {
    let kept = databases(ground);
    let kept = kept
        .iter()
        .filter(|database| database.backup_retention_days > 0);
    let mut found: Vec<RetainedBackup> = kept.filter_map(RetainedBackup::beside).collect();
    if ground.site.is(Environment::Prod, Purpose::App) && ground.region() == HOME {
        let gone = super::instance(ground, "invoices-mysql", "mysql", "8.4.6");
        let week = gone.latest_restorable;
        let week = week.map(|last| super::before(last, super::DAY, 7));
        found.extend(RetainedBackup::beside(&gone).map(|backup| RetainedBackup {
            status: "retained".into(),
            latest: week,
            ..backup
        }));
    }
    found
}

pub(in super::super::super::super) fn global_clusters(ground: &Ground<'_>) -> Vec<GlobalCluster> {
    if !ground.site.is(Environment::Prod, Purpose::App) {
        return Vec::new();
    }
    let member = |region: &str, id: &str, writer| GlobalMember {
        cluster: database_arn(ground, region, &format!("cluster:{id}")),
        writer,
        synchronized: (!writer).then_some(true),
    };
    vec![GlobalCluster {
        id: GLOBAL.into(),
        status: "available".into(),
        engine: "aurora-postgresql".into(),
        members: vec![
            member(HOME, backup::FAILING, true),
            member(SECOND, "checkout-aurora-dr", false),
        ],
        moving_to: None,
    }]
}
