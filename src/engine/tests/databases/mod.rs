//! Databases that fail over, are promoted and restored, in the simulated organization.

use super::*;
use crate::{
    model::{
        AccountId, Place,
        protection::{
            Database,
            DatabaseKind::{self, Cluster, Instance},
            Databases, Wanted,
        },
    },
    provider::demo::ReplicaLag,
};
use machine::{PauseReason, run::State};

mod crash;
mod failover;
mod promote;
mod restore;
mod rights;
mod witness;

const ORDERS: &str = "orders-mysql";
const CHECKOUT: &str = "checkout-aurora";

fn prod_app() -> AccountId {
    "777777777777".parse().expect("an account")
}

fn home() -> Place {
    Place::new(prod_app(), "eu-west-1")
}

fn second() -> Place {
    Place::new(prod_app(), "eu-central-1")
}

fn wish(pairs: &[(&str, &str)]) -> Arguments {
    let given = Arguments::new().with("reason", "a drill");
    pairs
        .iter()
        .fold(given, |given, (name, value)| given.with(name, *value))
}

/// The wish of an operation on the orders of production.
fn of_orders(name: &str, pairs: &[(&str, &str)]) -> Arguments {
    let base = [(name, ORDERS), ("account", "prod-app")];
    wish(&[&base[..], pairs].concat())
}

impl Bench {
    async fn databases(&self, place: &Place) -> Databases {
        let seen = self
            .provider
            .databases
            .databases(place, &Wanted::Everything)
            .await;
        seen.expect("readable")
    }

    async fn database(&self, place: &Place, kind: DatabaseKind, id: &str) -> Database {
        let seen = self.databases(place).await;
        let found = seen.find(kind, id);
        found.unwrap_or_else(|| panic!("{id} is not there")).clone()
    }

    async fn orders(&self) -> Database {
        self.database(&home(), Instance, ORDERS).await
    }

    /// The zones of the instance, first the one that it is in.
    async fn zones_of_orders(&self) -> [String; 2] {
        let orders = self.orders().await;
        [orders.zone, orders.secondary_zone].map(|zone| zone.expect("a zone").to_string())
    }

    async fn writer(&self) -> String {
        let checkout = self.database(&home(), Cluster, CHECKOUT).await;
        checkout.writer().expect("a writer").id.clone()
    }

    /// The id of a security group of a place by its name.
    async fn group(&self, place: &Place, name: &str) -> String {
        let network = self
            .provider
            .networks
            .network(place)
            .await
            .expect("readable");
        let mut groups = network.security_groups.iter();
        let group = groups.find(|group| group.name == name);
        group.expect("in the world").id.to_string()
    }

    /// Executes and says yes at every gate. Gives how it ended and before which steps it asked.
    async fn through(&self, run: RunId) -> (Ended, Vec<String>) {
        let mut asked = Vec::new();
        let mut ended = self.execute(run).await;
        while let Some(before) = gate(&ended) {
            asked.push(before.to_string());
            self.pass(run, &before).await;
            ended = self.execute(run).await;
        }
        (ended, asked)
    }

    async fn pass(&self, run: RunId, before: &plan::StepId) {
        let standing = self.engine.standing(run).expect("readable");
        let request = Request::PassGate {
            before: before.clone(),
            typed: Challenge::of(&standing.sealed).wanted(),
        };
        self.ask(run, &request).await;
    }

    /// A run that has come to its end, whatever was asked on the way.
    async fn succeeds(&self, operation: &str, wish: &Arguments) -> RunId {
        let (_, run) = self.begun(operation, wish).await;
        let (ended, _) = self.through(run).await;
        let story = self.story(run);
        assert_eq!(ended.state, State::Succeeded, "{:?}\n{story}", ended.pause);
        self.check_invariants(run);
        run
    }
}

/// Before which step somebody is asked.
fn gate(ended: &Ended) -> Option<plan::StepId> {
    let pause = ended.pause.as_ref()?;
    (pause.reason == PauseReason::Gate).then(|| pause.step.clone())?
}

/// The actions that were done, in order.
fn actions(bench: &Bench) -> Vec<&'static str> {
    let done = bench.done();
    done.iter()
        .map(|entry| entry.change.kind().action())
        .collect()
}
