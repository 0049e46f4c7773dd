//! The steps of a switch, one after the other.

use super::{super::Arguments, Observed, Receiver};
use crate::{
    engine::plan::{Compensation, Expected, OnFailure, Precondition, Probe, Step, Watch, Work},
    model::{
        Change,
        change::{Side, TrafficChange},
        traffic::Record,
    },
};

/// The TTL up to which a switch is quick enough to take back (Route 53 recommends 60 s beside
/// aliases); the one that aliases of load balancers have.
pub(in super::super) const QUICK: u32 = 60;
/// What Route 53 names as the normal time to reach all servers.
const INSYNC: u32 = 60;

/// The steps so far; each waits for the one before.
pub(in super::super) struct Draft<'a> {
    pub(in super::super) seen: &'a Observed,
    pub(in super::super) steps: Vec<Step>,
}

impl Draft<'_> {
    /// Phase 0: lowers the TTL and waits until the old one has run out everywhere. Gives the group
    /// as it is then.
    pub(in super::super) fn lower_ttl(&mut self, before: Vec<Record>, ttl: u32) -> Vec<Record> {
        let side = |record: Record| Side {
            record,
            from: ttl,
            to: QUICK,
        };
        let change = TrafficChange::SetTtl {
            account: self.seen.account.into(),
            zone: self.seen.zone.id.clone(),
            sides: before.into_iter().map(side).collect(),
        };
        let after = change.after();
        self.change(
            "ttl",
            change,
            "a switch can only be as quick as the TTL",
            Vec::new(),
        );
        // Some resolvers keep an answer a little longer than they should.
        let wait = ttl.saturating_add(ttl / 5);
        self.wait(
            "ttl-aged",
            wait,
            "resolvers keep answers with the old TTL that long",
        );
        after
    }

    /// Moves the weights, once everything that gets traffic is healthy. Gives the group as it is
    /// then.
    pub(in super::super) fn shift(
        &mut self,
        id: &str,
        before: Vec<Record>,
        from: &[u8],
        to: &[u8],
        healthy: &[Receiver],
    ) -> Vec<Record> {
        let sides = before.into_iter().zip(from.iter().zip(to));
        let change = TrafficChange::ShiftWeights {
            account: self.seen.account.into(),
            zone: self.seen.zone.id.clone(),
            sides: sides
                .map(|(record, (&from, &to))| Side { record, from, to })
                .collect(),
        };
        let after = change.after();
        let health = healthy.iter().map(|side| Precondition::Holds {
            probe: self.health_of(side),
        });
        let why = "one batch: every side moves at once or none does";
        self.change(id, change, why, health.collect());
        after
    }

    /// Taking the newest change back leads straight to these weights, past all stages between: the
    /// first of several that are taken back moves everything, the others find it done.
    pub(in super::super) fn undone_to(&mut self, records: &[Record], weights: &[u8]) {
        let sides = records.iter().zip(weights).filter_map(|(record, &to)| {
            let from = record.weight()?;
            let record = record.clone();
            Some(Side { record, from, to })
        });
        let change = TrafficChange::ShiftWeights {
            account: self.seen.account.into(),
            zone: self.seen.zone.id.clone(),
            sides: sides.collect(),
        };
        if let Some(step) = self.steps.last_mut() {
            step.compensation = Compensation::Inverse {
                change: Box::new(Change::Traffic(change)),
            };
        }
    }

    /// What proves the switch: answers aged, counted, and watched.
    pub(in super::super) fn watch(
        &mut self,
        wish: &Arguments,
        after: Vec<Record>,
        ttl: u32,
        bake: u32,
        healthy: &[Receiver],
        warnings: &mut Vec<String>,
    ) {
        self.converge("", wish, after, ttl);
        if bake == 0 {
            warnings.push("no bake: nobody watches after the answers have moved".into());
            return;
        }
        let mut watch = vec![Watch::Stands {
            step: "shift".into(),
        }];
        watch.extend(healthy.iter().map(|side| Watch::Holds {
            probe: self.health_of(side),
        }));
        let why = "what answers must stay healthy, and the records as they were set";
        self.bake("bake", bake, watch, why);
    }

    /// Old answers run out, then the servers are asked; private zones cannot be. `stage` ends the
    /// names of the steps.
    pub(in super::super) fn converge(
        &mut self,
        stage: &str,
        wish: &Arguments,
        after: Vec<Record>,
        ttl: u32,
    ) {
        let why = "resolvers keep the old answer for the TTL";
        self.wait(&format!("aged{stage}"), ttl, why);
        if !self.seen.zone.private {
            let samples = wish.number("samples").unwrap_or(400);
            self.answers(&format!("answers{stage}"), after, samples);
        }
    }

    /// Watches for so many seconds; a watch that fails takes everything back.
    pub(in super::super) fn bake(&mut self, id: &str, seconds: u32, watch: Vec<Watch>, why: &str) {
        let work = Work::Bake {
            seconds,
            interval_seconds: (seconds / 12).clamp(5, 60),
            watch,
        };
        let title = format!("watch for {seconds} s");
        self.read(id, title, why, work, Expected::new(seconds, seconds));
    }

    /// Whether a side's health check passes.
    pub(in super::super) fn health_of(&self, side: &Receiver) -> Probe {
        Probe::Healthy {
            account: self.seen.account.into(),
            check: side.check.clone(),
            what: side.what.clone(),
        }
    }

    fn answers(&mut self, id: &str, sides: Vec<Record>, samples: u32) {
        let work = Work::Answers {
            account: self.seen.account,
            zone: self.seen.zone.id.clone(),
            sides,
            samples,
            interval_seconds: 15,
            limit_seconds: 1800,
        };
        let title = format!("ask the zone's own servers {samples} times");
        let why = "the shares of the answers must be those of the weights, with 99.9 % confidence";
        self.read(id, title, why, work, Expected::new(5, 60));
    }

    fn wait(&mut self, id: &str, seconds: u32, why: &str) {
        let work = Work::Wait { seconds };
        let title = format!("wait {seconds} s");
        self.read(id, title, why, work, Expected::new(seconds, seconds));
    }

    fn read(&mut self, id: &str, title: String, why: &str, work: Work, expected: Expected) {
        let mut step = Step::read(id, title, why, work, expected);
        step.on_failure = OnFailure::RollBack;
        self.steps.push(step);
    }

    fn change(&mut self, id: &str, change: TrafficChange, why: &str, more: Vec<Precondition>) {
        let mut step = Step::change(id, Change::Traffic(change), why)
            .needing(Precondition::Unchanged {
                fact: "zone".into(),
            })
            .settling(2, 900)
            .taking(INSYNC / 2, INSYNC);
        step.preconditions.extend(more);
        self.steps.push(step);
    }
}
