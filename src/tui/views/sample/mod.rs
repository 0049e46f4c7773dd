//! The reference organization in little, for the tests of the views: nine accounts, one fault of
//! each kind.

mod clusters;
mod costs;
mod inside;
mod large;
mod network;
mod protection;
mod traffic;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::{
    inventory::{Inventory, Loaded, Query},
    model::{
        Account, AccountId, AccountStatus, Arn, Organization, Place, Region, Tags, Trouble,
        TroubleKind, Unit, UnitId, traffic::Routing,
    },
    tui::{Start, State},
};
use clusters::clusters;
pub(super) use costs::costs;
pub(super) use inside::cluster;
pub(super) use large::large;
use network::{network, vpc_id};
use protection::protection;
use traffic::{balancers, zones};

pub(super) const NOW: &str = "2026-01-15T10:00:00Z";
pub(super) const HOME: &str = "eu-west-1";

pub(super) fn now() -> Timestamp {
    NOW.parse().expect("a valid time")
}

fn ago(hours: i64) -> Timestamp {
    now() - SignedDuration::from_hours(hours)
}

/// The accounts of `dev`, `staging` and `prod`, in the order app, ml, shared: 1 to 9.
pub(super) fn account(number: u64) -> AccountId {
    format!("{:012}", 111_111_111_111 * number)
        .parse()
        .expect("twelve digits")
}

fn place(number: u64) -> Place {
    Place::new(account(number), HOME)
}

fn arn(number: u64, service: &str, rest: &str) -> Arn {
    format!("arn:aws:{service}:{HOME}:{}:{rest}", account(number)).into()
}

const ENVIRONMENTS: [(&str, &str, u8); 3] = [
    ("Dev", "dev", 0),
    ("Staging", "staging", 10),
    ("Prod", "prod", 20),
];
const PURPOSES: [&str; 3] = ["app", "ml", "shared"];

/// Everything read, a moment ago.
pub(super) fn inventory() -> Inventory {
    let mut all = Inventory {
        regions: vec![Region::from(HOME)],
        ..Inventory::default()
    };
    all.accept(
        &Query::Organization,
        Loaded::Organization(Arc::new(organization())),
        now(),
    );
    all.accept(&Query::Costs, Loaded::Costs(Arc::new(costs())), ago(3));
    for number in 1..=9 {
        let here = place(number);
        all.accept(
            &Query::Network(here.clone()),
            Loaded::Network(Arc::new(network(number))),
            now(),
        );
        all.accept(
            &Query::Clusters(here.clone()),
            Loaded::Clusters(Arc::new(clusters(number))),
            now(),
        );
        all.accept(
            &Query::Protection(here.clone()),
            Loaded::Protection(Arc::new(protection(number))),
            now(),
        );
        all.accept(
            &Query::Balancers(here),
            Loaded::Balancers(Arc::new(balancers(number))),
            now(),
        );
        all.accept(
            &Query::Zones(account(number)),
            Loaded::Zones(Arc::new(zones(number))),
            now(),
        );
    }
    inside::add(&mut all);
    all
}

/// A deck on it, at its time.
pub(crate) fn deck(start: Start) -> State {
    let mut state = State::new(Start {
        now: now(),
        ..start
    });
    state.inventory = inventory();
    state.prepare();
    state
}

/// All traffic of the weighted name goes to blue.
pub(crate) fn all_to_blue(state: &mut State) {
    let mut zones = zones(7);
    for record in &mut zones.zones[0].records {
        match record.set_identifier.as_deref() {
            Some("blue") => record.routing = Routing::Weighted(100),
            Some("green") => record.routing = Routing::Weighted(0),
            _ => {}
        }
    }
    let query = Query::Zones(account(7));
    let loaded = Loaded::Zones(Arc::new(zones));
    state.inventory.accept(&query, loaded, now());
}

/// The same with one account denied, one still on its way and old figures elsewhere.
pub(super) fn partial() -> Inventory {
    let mut all = inventory();
    for number in [1, 8] {
        all.clusters.remove(&place(number));
        all.networks.remove(&place(number));
        all.protections.remove(&place(number));
        all.balancers.remove(&place(number));
        all.zones.remove(&account(number));
    }
    let cluster = inside::cluster();
    let unreachable = Arc::new(unreachable());
    for query in [
        Query::Fleet(cluster.clone()),
        Query::Contents(cluster.clone()),
        Query::Velero(cluster),
    ] {
        all.fail(&query, Arc::clone(&unreachable));
    }
    let queries = |number| {
        [
            Query::Clusters(place(number)),
            Query::Network(place(number)),
            Query::Protection(place(number)),
            Query::Balancers(place(number)),
            Query::Zones(account(number)),
        ]
    };
    for query in queries(1) {
        all.begin(&query);
    }
    let denied = Arc::new(denied());
    for query in queries(8) {
        all.fail(&query, Arc::clone(&denied));
    }
    all
}

pub(super) fn unreachable() -> Trouble {
    Trouble {
        kind: TroubleKind::Unreachable,
        message: "no route to prod-ml: no connection within 3 s".into(),
        hint: Some("the endpoint is private: open a tunnel".into()),
    }
}

pub(super) fn denied() -> Trouble {
    Trouble {
        kind: TroubleKind::Denied,
        message: "`sts:AssumeRole` is denied: not authorized".into(),
        hint: Some("pick another role with `A`".into()),
    }
}

pub(super) fn organization() -> Organization {
    let unit = |id: &str, name: &str, parent: Option<&str>| Unit {
        id: id.into(),
        arn: format!("arn:aws:organizations::999999999999:ou/{id}").into(),
        name: name.into(),
        parent: parent.map(UnitId::from),
        policies: Vec::new(),
        tags: Tags::new(),
    };
    let mut units = vec![
        unit("r-root", "Root", None),
        unit("ou-env", "Environments", Some("r-root")),
    ];
    let mut accounts = Vec::new();
    for (index, (name, short, _)) in ENVIRONMENTS.iter().enumerate() {
        let id = format!("ou-{short}");
        units.push(unit(&id, name, Some("ou-env")));
        for (offset, purpose) in PURPOSES.iter().enumerate() {
            let number = u64::try_from(index * 3 + offset + 1).expect("small");
            accounts.push(Account {
                id: account(number),
                arn: format!(
                    "arn:aws:organizations::999999999999:account/{}",
                    account(number)
                )
                .into(),
                name: format!("{short}-{purpose}"),
                email: format!("aws+{short}-{purpose}@example.com"),
                status: AccountStatus::Active,
                joined: Some(ago(9_000)),
                parent: Some(id.as_str().into()),
                policies: Vec::new(),
                tags: Tags::from([("owner".into(), format!("{purpose}-team"))]),
            });
        }
    }
    Organization {
        id: Some("o-example".into()),
        management_account: None,
        units,
        accounts,
        policies: Vec::new(),
        delegated: Vec::new(),
        gaps: Vec::new(),
    }
}

/// `(environment, purpose)` of an account, as indices.
fn role(number: u64) -> (usize, usize) {
    let index = usize::try_from(number - 1).expect("small");
    (index / 3, index % 3)
}
