//! What a new database is made with: everything named, nothing left to the defaults of the account.

use std::collections::BTreeSet;

use super::{
    super::{Arguments, Refusal},
    impossible, list, wrong,
};
use crate::model::{
    Place, SecurityGroupId,
    change::{DatabaseChange, Location, Settings, Shape},
    network::Network,
    protection::{
        Database,
        DatabaseKind::{self, Cluster},
        Databases, SubnetGroup,
    },
};

/// The shape of a new database, and what the reader should know of it.
#[derive(Clone, Debug)]
pub(in super::super) struct Chosen {
    pub(in super::super) shape: Shape,
    pub(in super::super) multi_az: bool,
    pub(in super::super) retention_days: u32,
    pub(in super::super) deletion_protection: bool,
}

/// What is known of the data that the database is made from.
pub(in super::super) struct Made<'a> {
    pub(in super::super) kind: DatabaseKind,
    pub(in super::super) engine: &'a str,
    pub(in super::super) engine_version: &'a str,
    /// The database that it replaces, where that is still there.
    pub(in super::super) old: Option<&'a Database>,
    /// The class of its instance or of the members of its cluster.
    pub(in super::super) class: Option<&'a str>,
}

/// Chooses each value: as given, else as the old database has it. A default of the account is no
/// choice that somebody has made, so it is refused unless it is given by its name.
pub(in super::super) fn choose(
    wish: &Arguments,
    made: &Made<'_>,
    seen: &Databases,
    network: &Network,
) -> Result<Chosen, Refusal> {
    let old = made.old;
    let multi_az = match wish.text("multi-az") {
        "yes" => true,
        "no" => false,
        _ => old.is_some_and(|old| old.multi_az),
    };
    let subnet_group = subnet_group(wish, old, seen, multi_az)?;
    let security_groups = security_groups(wish, old, subnet_group, network)?;
    let parameter_group = parameter_group(wish, made, seen)?;
    let option_group = option_group(wish, made, seen)?;
    let class = wish.get("class").or(made.class);
    let class = match class {
        Some(class) if class.starts_with("db.") => class.to_owned(),
        Some(class) => return Err(wrong("class", class, "a class such as db.r6g.xlarge")),
        None => return Err(needed("class", made)),
    };
    let retention = wish.number("retention");
    let before = old.map_or(0, |old| old.backup_retention_days);
    let retention_days = retention.unwrap_or(if before > 0 { before } else { 7 });
    let base = Database {
        engine: made.engine.into(),
        ..Database::named(made.kind, "", "".into())
    };
    Ok(Chosen {
        shape: Shape {
            engine: made.engine.into(),
            engine_version: made.engine_version.into(),
            // A cluster of Aurora has no class: its members have.
            class: (made.kind != Cluster || !base.is_aurora()).then_some(class),
            subnet_group: subnet_group.name.clone(),
            security_groups,
            parameter_group,
            option_group,
            port: old.map_or_else(|| base.listens_on(), Database::listens_on),
            public: old.is_some_and(|old| old.public),
        },
        multi_az,
        retention_days,
        deletion_protection: wish.text("deletion-protection") != "no",
    })
}

fn needed(name: &'static str, made: &Made<'_>) -> Refusal {
    let why = match made.old {
        None => "the database that it replaces is gone",
        Some(_) => "the database that it replaces tells none",
    };
    Refusal::Impossible(format!("--{name} is needed: {why}"))
}

fn subnet_group<'s>(
    wish: &Arguments,
    old: Option<&Database>,
    seen: &'s Databases,
    multi_az: bool,
) -> Result<&'s SubnetGroup, Refusal> {
    let inherited = old.and_then(|old| old.subnet_group.as_deref());
    let name = match (wish.get("subnet-group"), inherited) {
        (None, Some("default")) => {
            return impossible(
                "the old database is in the default subnet group; name the one for the new database \
                 with --subnet-group",
            );
        }
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            return impossible(
                "--subnet-group is needed: there is no old database to take it from",
            );
        }
    };
    let mut groups = seen.subnet_groups.iter();
    let Some(group) = groups.find(|group| group.name.eq_ignore_ascii_case(name)) else {
        return impossible(format!(
            "there is no subnet group `{name}` in {}; there is: {}",
            seen.place,
            names(seen.subnet_groups.iter().map(|group| group.name.as_str()))
        ));
    };
    if group.status != "Complete" {
        return impossible(format!("the subnet group {name} is {}", group.status));
    }
    if multi_az && group.zones.len() < 2 {
        let zones = names(group.zones.iter().map(crate::model::ZoneName::as_str));
        return impossible(format!(
            "the subnet group {name} is in {zones} only; a standby needs a second zone: give another \
             --subnet-group, or --multi-az no"
        ));
    }
    Ok(group)
}

fn security_groups(
    wish: &Arguments,
    old: Option<&Database>,
    within: &SubnetGroup,
    network: &Network,
) -> Result<Vec<SecurityGroupId>, Refusal> {
    let given: Vec<SecurityGroupId> = match wish.get("security-groups") {
        Some(text) => list(text).into_iter().map(Into::into).collect(),
        None => Vec::new(),
    };
    let inherited = given.is_empty();
    let groups = if inherited {
        old.map(|old| old.security_groups.clone())
            .unwrap_or_default()
    } else {
        given
    };
    if groups.is_empty() {
        return impossible(
            "--security-groups is needed: there is no old database to take them from",
        );
    }
    for id in &groups {
        let mut known = network.security_groups.iter();
        let Some(group) = known.find(|group| group.id == *id) else {
            // What EC2 did not tell cannot be judged.
            if !network.gaps.is_empty() {
                continue;
            }
            return impossible(format!(
                "there is no security group {id} in {}",
                network.place
            ));
        };
        if within.vpc.as_ref().is_some_and(|vpc| *vpc != group.vpc) {
            return impossible(format!(
                "the security group {id} is in {}, the subnet group {} is not",
                group.vpc, within.name
            ));
        }
        if inherited && group.name == "default" {
            return impossible(format!(
                "the old database has the default security group {id}, which lets in whoever else \
                 has it; name those of the new database with --security-groups"
            ));
        }
    }
    Ok(groups)
}

/// A security group that lets nobody in, in the network of the database that gets it.
pub(in super::super) fn fence_group(
    id: &str,
    of: Option<&Database>,
    network: &Network,
) -> Result<SecurityGroupId, Refusal> {
    let mut known = network.security_groups.iter();
    let Some(group) = known.find(|group| group.id.as_str() == id) else {
        return Err(wrong(
            "fence",
            id,
            format!("a security group of {}", network.place),
        ));
    };
    if !group.ingress.is_empty() {
        return impossible(format!(
            "{id} is no fence: it has {} rules that let somebody in",
            group.ingress.len()
        ));
    }
    let vpc_of = |id: &SecurityGroupId| {
        let mut known = network.security_groups.iter();
        known.find(|one| one.id == *id).map(|one| &one.vpc)
    };
    let home = of
        .and_then(|of| of.security_groups.first())
        .and_then(vpc_of);
    if home.is_some_and(|home| *home != group.vpc) {
        return impossible(format!(
            "{id} is in {}, not where the database is",
            group.vpc
        ));
    }
    Ok(group.id.clone())
}

/// A database gets these security groups and no others.
pub(in super::super) fn regrouped(
    place: &Place,
    database: &Database,
    groups: Vec<SecurityGroupId>,
) -> DatabaseChange {
    let only = |groups| Settings {
        security_groups: Some(groups),
        ..Settings::default()
    };
    DatabaseChange::Modify {
        at: Location::new(place.account, place.region.clone()),
        kind: database.kind,
        id: database.id.clone(),
        from: only(database.security_groups.clone()),
        to: only(groups),
    }
}

fn parameter_group(wish: &Arguments, made: &Made<'_>, seen: &Databases) -> Result<String, Refusal> {
    let (known, action) = match made.kind {
        Cluster => (
            &seen.cluster_parameter_groups,
            "rds:DescribeDBClusterParameterGroups",
        ),
        DatabaseKind::Instance => (&seen.parameter_groups, "rds:DescribeDBParameterGroups"),
    };
    let groups = made.old.map(|old| old.parameter_groups.as_slice());
    let inherited = groups.and_then(|groups| groups.first());
    let name = match (wish.get("parameter-group"), inherited) {
        (Some(name), _) => name,
        (None, Some(group)) if group.name.starts_with("default.") => {
            return impossible(format!(
                "the old database has the parameter group {}, which nobody chose; name that of the \
                 new database with --parameter-group, this one if it is meant",
                group.name
            ));
        }
        (None, Some(group)) => &group.name,
        (None, None) => return Err(needed("parameter-group", made)),
    };
    there("parameter group", name, known, action, seen)?;
    Ok(name.to_owned())
}

fn option_group(
    wish: &Arguments,
    made: &Made<'_>,
    seen: &Databases,
) -> Result<Option<String>, Refusal> {
    let inherited = made.old.and_then(|old| old.option_groups.first());
    let Some(name) = wish.get("option-group").or(inherited.map(String::as_str)) else {
        return Ok(None);
    };
    let action = "rds:DescribeOptionGroups";
    there("option group", name, &seen.option_groups, action, seen)?;
    Ok(Some(name.to_owned()))
}

/// Whether a group is among those that were read; of what could not be read nobody knows.
fn there(
    what: &str,
    name: &str,
    known: &[String],
    action: &str,
    seen: &Databases,
) -> Result<(), Refusal> {
    let unread = seen.gaps.iter().any(|gap| gap.action == action);
    if unread || known.iter().any(|one| one.eq_ignore_ascii_case(name)) {
        return Ok(());
    }
    impossible(format!(
        "there is no {what} `{name}` in {}; there is: {}",
        seen.place,
        names(known.iter().map(String::as_str))
    ))
}

fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: BTreeSet<&str> = all.collect();
    if all.is_empty() {
        return "none".into();
    }
    all.into_iter().collect::<Vec<_>>().join(", ")
}
