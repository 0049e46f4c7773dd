//! The sample many times over, for what must not depend on how much there is.

use std::sync::Arc;

use super::{HOME, balancers, clusters, costs, network, now, organization, protection, zones};
use crate::{
    inventory::{Inventory, Loaded, Query},
    model::{AccountId, Place, Region},
};

/// `copies` of the nine accounts, each with all that the original has, under numbers of its own.
pub(in crate::tui::views) fn large(copies: u64) -> Inventory {
    let mut all = Inventory::new(vec![Region::from(HOME)]);
    let mut whole = organization();
    let originals = std::mem::take(&mut whole.accounts);
    let mut bill = costs();
    let (months, days) = (bill.months.rows.clone(), bill.days.rows.clone());
    for copy in 0..copies {
        for (index, original) in originals.iter().enumerate() {
            let number = u64::try_from(index + 1).expect("small");
            let id = numbered(copy * 9 + number);
            let mut account = original.clone();
            account.id = id;
            account.name = format!("{}-{copy:04}", original.name);
            whole.accounts.push(account);
            for (rows, to) in [
                (&months, &mut bill.months.rows),
                (&days, &mut bill.days.rows),
            ] {
                let own = rows.iter().filter(|row| row.account == original.id);
                to.extend(own.cloned().map(|mut row| {
                    row.account = id;
                    row
                }));
            }
            fill(&mut all, number, copy, id);
        }
    }
    all.accept(
        &Query::Organization,
        Loaded::Organization(Arc::new(whole)),
        now(),
    );
    all.accept(&Query::Costs, Loaded::Costs(Arc::new(bill)), now());
    all
}

fn numbered(number: u64) -> AccountId {
    format!("{number:012}").parse().expect("twelve digits")
}

fn fill(all: &mut Inventory, number: u64, copy: u64, id: AccountId) {
    let place = Place::new(id, HOME);
    let mut network = network(number);
    network.place = place.clone();
    network.peerings.clear();
    for vpc in &mut network.vpcs {
        vpc.id = format!("{}{copy:04}", vpc.id).into();
        vpc.owner = id;
    }
    for table in &mut network.route_tables {
        table.vpc = network.vpcs[0].id.clone();
    }
    let mut clusters = clusters(number);
    for cluster in &mut clusters {
        cluster.place = place.clone();
    }
    let mut protection = protection(number);
    protection.place = place.clone();
    let mut balancers = balancers(number);
    balancers.place = place.clone();
    let mut zones = zones(number);
    zones.account = id;
    let mut take = |query: Query, loaded| all.accept(&query, loaded, now());
    take(
        Query::Network(place.clone()),
        Loaded::Network(Arc::new(network)),
    );
    take(
        Query::Clusters(place.clone()),
        Loaded::Clusters(Arc::new(clusters)),
    );
    take(
        Query::Protection(place.clone()),
        Loaded::Protection(Arc::new(protection)),
    );
    take(
        Query::Balancers(place),
        Loaded::Balancers(Arc::new(balancers)),
    );
    take(Query::Zones(id), Loaded::Zones(Arc::new(zones)));
}
