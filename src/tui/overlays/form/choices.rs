//! What the world knows for a field: what the selection says, and what else there is.

use crate::{
    engine::operations::{Arguments, Kind, Parameter},
    inventory::{Inventory, QueryKind, tables::Object},
    model::{
        AccountId,
        text::clean,
        traffic::{HostedZone, Record, shares},
    },
    tui::State,
};

/// One value that could stand in a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    /// What it is, for people.
    pub(super) says: String,
}

/// What a field is about. Most kinds say it; of a plain text the name does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Account,
    Region,
    Zone,
    Name,
    RecordType,
    Side,
    Cluster,
    Pool,
    Vpc,
    Database,
    Snapshot,
    Vault,
    Nothing,
}

fn about(parameter: &Parameter) -> About {
    match parameter.kind {
        Kind::Account => About::Account,
        Kind::Region => About::Region,
        Kind::Vpc => About::Vpc,
        Kind::HostedZone => About::Zone,
        Kind::DnsName => About::Name,
        Kind::Weights => About::Side,
        Kind::Choice(_) if parameter.name == "type" => About::RecordType,
        _ => match parameter.name {
            "cluster" => About::Cluster,
            "pool" => About::Pool,
            "database" => About::Database,
            "snapshot" => About::Snapshot,
            "vault" => About::Vault,
            _ => About::Nothing,
        },
    }
}

/// What must have been read for the choices of these fields.
pub(super) fn needs(parameters: &[Parameter]) -> Vec<QueryKind> {
    let mut kinds = Vec::new();
    for parameter in parameters {
        let kind = match about(parameter) {
            About::Zone | About::Name | About::Side => QueryKind::Zones,
            About::Cluster | About::Pool => QueryKind::Clusters,
            About::Vpc => QueryKind::Network,
            About::Database | About::Snapshot | About::Vault => QueryKind::Protection,
            _ => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds
}

/// What the selected object says about a field.
pub(super) fn told(
    parameter: &Parameter,
    object: &Object,
    inventory: &Inventory,
) -> Option<String> {
    let is = |kind: &str| object.kind == kind;
    let own = |kind: &str, value: &str| is(kind).then(|| value.to_owned());
    // `zone/name/type/side` of a record, `cluster/pool` of a pool.
    let part = |at: usize| object.id.split('/').nth(at).map(str::to_owned);
    match about(parameter) {
        About::Account => object.account.map(|account| account.to_string()),
        About::Region => object.region.as_ref().map(ToString::to_string),
        About::Zone if is("record") => part(0),
        About::Zone => own("zone", &object.id),
        About::Name => own("record", object.name.trim_end_matches('.')),
        About::RecordType if is("record") => part(2),
        About::Side => {
            let (_, _, record) = record(object, inventory)?;
            let group = group(object, inventory)?;
            destination(&group, record)
        }
        About::Cluster if is("pool") => part(0),
        About::Cluster => own("cluster", &object.name),
        About::Pool => own("pool", &object.name),
        About::Vpc => own("vpc", &object.id),
        About::Database => own("database", &object.id),
        About::Snapshot => own("snapshot", &object.id),
        About::Vault => own("vault", &object.name),
        About::RecordType | About::Nothing => None,
    }
}

/// The side that everything would go to: the one under the cursor, or of two the other where the
/// cursor's has everything already.
fn destination(group: &[&Record], here: &Record) -> Option<String> {
    let weights: Vec<u8> = group.iter().filter_map(|side| side.weight()).collect();
    let at = group.iter().position(|side| *side == here)?;
    let has_all = shares(&weights)
        .get(at)
        .is_some_and(|share| *share >= 100.0);
    let side = match (has_all, group) {
        (false, _) => here,
        (true, [one, other]) => {
            if *one == here {
                other
            } else {
                one
            }
        }
        (true, _) => return None,
    };
    side.set_identifier.clone()
}

type Found<'a> = (AccountId, &'a HostedZone, &'a Record);

fn record<'a>(object: &Object, inventory: &'a Inventory) -> Option<Found<'a>> {
    let account = object.account?;
    let zones = inventory.zones.get(&account)?.value()?;
    let mut parts = object.id.split('/');
    let (zone, name, kind, side) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let zone = zones.zones.iter().find(|known| known.id.as_str() == zone)?;
    let record = zone.records.iter().find(|record| {
        record.name == name && record.kind == kind && record.set_identifier.as_deref() == side
    })?;
    Some((account, zone, record))
}

/// The weighted sides beside a record, itself included.
fn group<'a>(object: &Object, inventory: &'a Inventory) -> Option<Vec<&'a Record>> {
    let (_, zone, record) = record(object, inventory)?;
    let groups = zone.weighted_groups();
    let own = groups
        .into_iter()
        .find(|group| group.name == record.name && group.kind == record.kind)?;
    Some(own.sides)
}

/// All that could stand in a field, given what stands in the others.
pub(super) fn known(parameter: &Parameter, given: &Arguments, state: &State) -> Vec<Choice> {
    if let Kind::Choice(choices) = parameter.kind {
        let choice = |value: &&str| Choice {
            value: (*value).to_owned(),
            says: String::new(),
        };
        return choices.iter().map(choice).collect();
    }
    match about(parameter) {
        About::Account => accounts(state),
        About::Region => {
            let regions = state.inventory.regions.iter();
            regions.map(|region| choice(region.as_str(), "")).collect()
        }
        About::Zone => zones(state),
        About::Name => names(given, state),
        About::Side => sides(given, state),
        About::Cluster => clusters(state),
        About::Pool => pools(given, state),
        About::Vpc => vpcs(state),
        About::Database | About::Snapshot | About::Vault => protected(about(parameter), state),
        About::RecordType | About::Nothing => Vec::new(),
    }
}

fn choice(value: &str, says: &str) -> Choice {
    Choice {
        value: clean(value).into_owned(),
        says: clean(says).into_owned(),
    }
}

fn accounts(state: &State) -> Vec<Choice> {
    let organization = state.inventory.organization.value();
    let accounts = organization.iter().flat_map(|all| &all.accounts);
    let says = |account: &crate::model::Account| {
        let class = organization.map(|all| state.environments.class(account, all));
        let class = class.map(|class| class.to_string()).unwrap_or_default();
        format!("{}  {class}", account.name)
    };
    accounts
        .map(|account| choice(&account.id.to_string(), &says(account)))
        .collect()
}

fn all_zones(state: &State) -> impl Iterator<Item = (AccountId, &HostedZone)> {
    let zones = state.inventory.zones.iter();
    zones.flat_map(|(account, read)| {
        let zones = read.value().map(|all| all.zones.as_slice());
        zones
            .unwrap_or_default()
            .iter()
            .map(move |zone| (*account, zone))
    })
}

fn zones(state: &State) -> Vec<Choice> {
    let tree = state.inventory.tree();
    all_zones(state)
        .map(|(account, zone)| {
            let says = format!("{}  {}", zone.name, tree.name_of(account));
            choice(zone.id.as_str(), &says)
        })
        .collect()
}

/// The zones that the form names, by id or by name; all where it names none.
fn zones_given<'a>(given: &Arguments, state: &'a State) -> impl Iterator<Item = &'a HostedZone> {
    let wanted = given
        .get("zone")
        .map(|zone| zone.trim_end_matches('.').to_owned());
    all_zones(state).map(|(_, zone)| zone).filter(move |zone| {
        wanted.as_deref().is_none_or(|wanted| {
            zone.id.as_str() == wanted || zone.name.trim_end_matches('.') == wanted
        })
    })
}

/// Names with weighted sides: what traffic can be moved for.
fn names(given: &Arguments, state: &State) -> Vec<Choice> {
    let groups = zones_given(given, state).flat_map(HostedZone::weighted_groups);
    groups
        .map(|group| {
            let sides = group.sides.iter().map(|side| side_says(side));
            let says = format!("{}  {}", group.kind, sides.collect::<Vec<_>>().join(", "));
            choice(group.name.trim_end_matches('.'), &says)
        })
        .collect()
}

fn side_says(side: &Record) -> String {
    let name = side.set_identifier.as_deref().unwrap_or_default();
    format!("{name} {}", side.weight().unwrap_or(0))
}

fn sides(given: &Arguments, state: &State) -> Vec<Choice> {
    let name = given.get("name").map(|name| name.trim_end_matches('.'));
    let mut sides: Vec<Choice> = zones_given(given, state)
        .flat_map(HostedZone::weighted_groups)
        .filter(|group| name.is_none_or(|name| group.name.trim_end_matches('.') == name))
        .flat_map(|group| group.sides)
        .map(|side| {
            let weight = side.weight().unwrap_or(0);
            let says = format!("weight {weight} now");
            choice(side.set_identifier.as_deref().unwrap_or_default(), &says)
        })
        .collect();
    sides.sort_by(|one, other| one.value.cmp(&other.value));
    sides.dedup_by(|one, other| one.value == other.value);
    sides
}

fn clusters(state: &State) -> Vec<Choice> {
    let tree = state.inventory.tree();
    let read = state
        .inventory
        .clusters
        .values()
        .filter_map(|read| read.value());
    read.flat_map(|all| all.iter())
        .map(|cluster| {
            let place = &cluster.place;
            let says = format!("{}  {}", tree.name_of(place.account), place.region);
            choice(cluster.name.as_str(), &says)
        })
        .collect()
}

fn pools(given: &Arguments, state: &State) -> Vec<Choice> {
    let wanted = given.get("cluster");
    let read = state
        .inventory
        .clusters
        .values()
        .filter_map(|read| read.value());
    read.flat_map(|all| all.iter())
        .filter(|cluster| wanted.is_none_or(|wanted| cluster.name.as_str() == wanted))
        .flat_map(|cluster| {
            cluster.pools.iter().map(move |pool| {
                let says = format!(
                    "{}  {} to {}, wants {}",
                    cluster.name, pool.min, pool.max, pool.desired
                );
                choice(pool.name.as_str(), &says)
            })
        })
        .collect()
}

fn vpcs(state: &State) -> Vec<Choice> {
    let tree = state.inventory.tree();
    let networks = state.inventory.networks.iter();
    networks
        .filter_map(|(place, read)| Some((place, read.value()?)))
        .flat_map(|(place, network)| {
            let tree = &tree;
            network.vpcs.iter().map(move |vpc| {
                let blocks: Vec<String> = vpc.cidrs.iter().map(ToString::to_string).collect();
                let says = format!(
                    "{}  {}  {}  {}",
                    vpc.label(),
                    blocks.join(" "),
                    tree.name_of(place.account),
                    place.region
                );
                choice(vpc.id.as_str(), &says)
            })
        })
        .collect()
}

fn protected(wanted: About, state: &State) -> Vec<Choice> {
    let tree = state.inventory.tree();
    let read = state.inventory.protections.iter();
    read.filter_map(|(place, read)| Some((place, read.value()?)))
        .flat_map(|(place, all)| {
            let says = format!("{}  {}", tree.name_of(place.account), place.region);
            let names: Vec<&str> = match wanted {
                About::Database => all.databases.iter().map(|one| one.id.as_str()).collect(),
                About::Snapshot => all.snapshots.iter().map(|one| one.id.as_str()).collect(),
                _ => all.vaults.iter().map(|one| one.name.as_str()).collect(),
            };
            let choices = names.into_iter().map(|name| choice(name, &says));
            choices.collect::<Vec<_>>()
        })
        .collect()
}
