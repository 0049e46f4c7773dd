//! What the index holds, kind by kind. To add a kind: a function here and a line in [`feed`].

use super::Builder;
use crate::{inventory::Inventory, model::Remote};

/// Feeds everything, what is looked for most first: of equals the first is shown first.
pub(super) fn feed(inventory: &Inventory, builder: &mut Builder) {
    organization(inventory, builder);
    clusters(inventory, builder);
    networks(inventory, builder);
    protections(inventory, builder);
    zones(inventory, builder);
    balancers(inventory, builder);
}

fn organization(inventory: &Inventory, builder: &mut Builder) {
    let tree = inventory.tree();
    let organization = tree.organization();
    for account in &organization.accounts {
        builder
            .labels
            .insert(account.id, account.name.as_str().into());
    }
    for account in &organization.accounts {
        let id = account.id.to_string();
        // Its label is its name, which would be said twice.
        builder.labels.remove(&account.id);
        builder.add("account", Some(account.id), None, (&account.name, &id));
        builder
            .labels
            .insert(account.id, account.name.as_str().into());
    }
    for unit in &organization.units {
        builder.add("unit", None, None, (&unit.name, unit.id.as_str()));
    }
}

fn clusters(inventory: &Inventory, builder: &mut Builder) {
    for (place, remote) in &inventory.clusters {
        let (account, region) = (Some(place.account), Some(&place.region));
        for cluster in remote.value().into_iter().flat_map(|all| all.iter()) {
            let name = cluster.name.as_str();
            builder.add("cluster", account, region, (name, name));
            for pool in &cluster.pools {
                let id = format!("{name}/{}", pool.name);
                builder.add("pool", account, region, (pool.name.as_str(), &id));
            }
        }
    }
}

fn networks(inventory: &Inventory, builder: &mut Builder) {
    for (place, network) in values(&inventory.networks) {
        let (account, region) = (Some(place.account), Some(&place.region));
        for vpc in &network.vpcs {
            builder.add("vpc", account, region, (vpc.label(), vpc.id.as_str()));
        }
        for subnet in &network.subnets {
            let id = subnet.id.as_str();
            let name = subnet.name.as_deref().unwrap_or(id);
            builder.add("subnet", account, region, (name, id));
        }
        // A peering is seen from both ends; it is listed where it was asked for.
        let own = network.peerings.iter().filter(|peering| {
            peering.requester.account == place.account && peering.requester.region == place.region
        });
        for peering in own {
            let id = peering.id.as_str();
            let name = peering.name.as_deref().unwrap_or(id);
            builder.add("peering", account, region, (name, id));
        }
    }
}

fn protections(inventory: &Inventory, builder: &mut Builder) {
    for (place, protection) in values(&inventory.protections) {
        let (account, region) = (Some(place.account), Some(&place.region));
        for database in &protection.databases {
            builder.add("database", account, region, (&database.id, &database.id));
        }
        for bucket in &protection.buckets {
            builder.add("bucket", account, region, (&bucket.name, &bucket.name));
        }
    }
}

fn zones(inventory: &Inventory, builder: &mut Builder) {
    for (account, all) in values(&inventory.zones) {
        for zone in &all.zones {
            builder.add("zone", Some(*account), None, (&zone.name, zone.id.as_str()));
            for record in &zone.records {
                let side = record.set_identifier.as_deref();
                let side = side.map(|side| format!("/{side}")).unwrap_or_default();
                let id = format!("{}/{}/{}{side}", zone.id, record.name, record.kind);
                builder.add("record", Some(*account), None, (&record.name, &id));
            }
        }
    }
}

fn balancers(inventory: &Inventory, builder: &mut Builder) {
    for (place, all) in values(&inventory.balancers) {
        let (account, region) = (Some(place.account), Some(&place.region));
        for balancer in &all.balancers {
            builder.add(
                "balancer",
                account,
                region,
                (&balancer.name, &balancer.name),
            );
        }
    }
}

fn values<K, T>(
    all: &std::collections::BTreeMap<K, Remote<std::sync::Arc<T>>>,
) -> impl Iterator<Item = (&K, &T)> {
    all.iter()
        .filter_map(|(key, remote)| Some((key, &**remote.value()?)))
}
