//! The steps by which each thing leaves.

use super::{
    super::database::{Asked, Draft, step_id},
    checks::{Cluster, Instance, Zone},
    observe::Observed,
};
use crate::{
    engine::plan::{DatabaseQuestion, Probe, Step, Watch},
    model::{
        Ref,
        change::{DatabaseChange, Location, ZonalChange},
        protection::{
            Database,
            DatabaseKind::{self, Cluster as OfCluster, Instance as OfInstance},
        },
        zonal::ManagedResource,
    },
};

pub(super) struct Leave<'a> {
    pub(super) seen: &'a Observed,
    pub(super) at: Location,
    pub(super) draft: Draft,
    pub(super) watch: Vec<Watch>,
}

impl Leave<'_> {
    pub(super) fn instance(&mut self, one: &Instance<'_>) {
        let id = &one.database.id;
        let change = DatabaseChange::FailOverInstance {
            at: self.at.clone(),
            id: id.clone(),
            from: one.from.clone(),
            to: one.to.clone(),
            since: self.seen.seen.last_failover(id),
        };
        let step = self.send(OfInstance, id, change, (75, 120));
        let question = format!(
            "Restart {id} on its standby in {} now?{} It takes 60 to 120 seconds, in which nothing \
             is written.",
            one.to,
            self.cut(id)
        );
        self.draft
            .without_return(&step, question, "failing back is a failover of its own");
        let asked = DatabaseQuestion::In(one.to.clone());
        self.proof(OfInstance, one.database, &step, asked);
    }

    pub(super) fn cluster(&mut self, one: &Cluster<'_>) {
        let id = &one.database.id;
        let change = DatabaseChange::FailOverCluster {
            at: self.at.clone(),
            id: id.clone(),
            from: one.writer.into(),
            to: one.reader.map(Into::into),
            since: self.seen.seen.last_failover(id),
        };
        let step = self.send(OfCluster, id, change, (25, 35));
        let next = one.reader.unwrap_or("the member that the engine chooses");
        let question = format!(
            "Make {next} the writer of {id} now?{} It takes less than a minute, in which nothing is \
             written.",
            self.cut(id)
        );
        self.draft
            .without_return(&step, question, "failing back is a failover of its own");
        let asked = match one.reader {
            Some(reader) => DatabaseQuestion::WrittenBy(reader.into()),
            None => DatabaseQuestion::Available,
        };
        self.proof(OfCluster, one.database, &step, asked);
    }

    fn send(
        &mut self,
        kind: DatabaseKind,
        id: &str,
        change: DatabaseChange,
        (typical, slow): (u32, u32),
    ) -> String {
        let of = Asked {
            at: &self.at,
            kind,
            id,
        };
        let available = of.holds(DatabaseQuestion::Available);
        let name = step_id("fail-over", id);
        let step = Step::change(&name, change.into(), "what takes over is in another zone")
            .needing(available)
            .settling(5, 900)
            .taking(typical, slow);
        self.draft.add(step, &[], "")
    }

    /// How many clients notice.
    fn cut(&self, id: &str) -> String {
        match self.seen.connections.get(id) {
            Some(count) => format!(" {count} connections are cut."),
            None => String::new(),
        }
    }

    /// What shows that it works again where it shall.
    fn proof(
        &mut self,
        kind: DatabaseKind,
        database: &Database,
        after: &str,
        asked: DatabaseQuestion,
    ) {
        let id = &database.id;
        let of = Asked {
            at: &self.at,
            kind,
            id,
        };
        self.watch.push(of.watched(asked));
        let host = database
            .endpoint
            .clone()
            .filter(|_| self.seen.reachable.contains(id));
        let Some(host) = host else {
            self.draft.warn(format!(
                "the port of {id} does not answer from here, so that it takes connections again is \
                 not tried"
            ));
            return;
        };
        let probe = Probe::Port {
            at: self.at.clone(),
            host: Ref::Known(host),
            port: database.listens_on(),
            what: id.clone(),
        };
        self.watch.push(Watch::Holds {
            probe: probe.clone(),
        });
        let why = "its endpoint leads to the new place once clients are let in";
        self.draft
            .until(&step_id("port", id), probe, why, (5, 600), &[after]);
    }

    pub(super) fn balancer(&mut self, one: &ManagedResource, zone: &Zone, minutes: u32) {
        let Some(id) = &zone.id else {
            return;
        };
        let change = ZonalChange::Start {
            at: self.at.clone(),
            resource: one.arn.clone(),
            name: one.name.clone(),
            away_from: id.clone(),
            minutes,
        };
        let name = step_id("shift", &one.name);
        let why = "its addresses in the zone are given to nobody any more";
        let step = Step::change(&name, change.into(), why)
            .settling(5, 300)
            .taking(5, 60);
        self.draft.add(step, &[], "");
        self.watch.push(Watch::Stands {
            step: name.as_str().into(),
        });
    }
}
