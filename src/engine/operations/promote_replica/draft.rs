//! The steps by which a replica takes over.

use super::{
    super::{
        Arguments, Refusal,
        database::{Asked, Draft, Switch, free_name, impossible, list, regrouped, step_id},
    },
    checks::{Fence, Replica},
    observe::Observed,
};
use crate::{
    engine::plan::{DatabaseQuestion, Expected, Probe, Step, Watch, Work},
    model::{
        Ref, Tags,
        change::{DatabaseChange, Location, Settings, Shape},
        protection::{Database, DatabaseKind::Instance, is_identifier},
    },
};

/// How old a measurement of the lag may be, in seconds: they come once a minute and late.
const FRESH: u32 = 180;

/// A plan in the making for one replica.
pub(super) struct Takeover<'a> {
    pub(super) wish: &'a Arguments,
    pub(super) seen: &'a Observed,
    pub(super) replica: &'a Replica<'a>,
    pub(super) at: Location,
    pub(super) draft: Draft,
    pub(super) watch: Vec<Watch>,
}

impl Takeover<'_> {
    fn id(&self) -> &str {
        &self.replica.database.id
    }

    fn asked(&self) -> Asked<'_> {
        Asked {
            at: &self.at,
            kind: Instance,
            id: self.id(),
        }
    }

    /// What must be before the point of no return: backups, a source that is written to by nobody,
    /// everything arrived. Gives the names of the last steps.
    pub(super) fn prepare(&mut self) -> Vec<String> {
        let mut ready = Vec::new();
        let id = self.id().to_owned();
        if self.replica.database.backup_retention_days == 0 {
            let change = DatabaseChange::Modify {
                at: self.at.clone(),
                kind: Instance,
                id,
                from: retention(0),
                to: retention(self.days()),
            };
            let why = "a writer without backups could lose everything from its first minute on";
            let step = Step::change("backups", change.into(), why)
                .settling(15, 3600)
                .taking(240, 900);
            ready.push(self.draft.add(step, &[], ""));
        }
        let fenced = self.fence();
        if self.replica.graceful {
            let after: Vec<&str> = fenced.iter().map(String::as_str).collect();
            ready.push(self.catch_up(&after));
        } else {
            ready.extend(fenced);
        }
        ready
    }

    /// Everything has arrived, by a measurement that is younger than the last write to the source.
    fn catch_up(&mut self, after: &[&str]) -> String {
        let work = Work::Wait { seconds: FRESH };
        let why = "what was measured while the source still took writes must not count";
        let title = format!("wait {FRESH} s");
        let wait = Step::read("quiet", title, why, work, Expected::new(FRESH, FRESH));
        self.draft.add(wait, after, "only later measurements count");
        if self.replica.fence == Fence::ByHand {
            self.draft.gate(
                "quiet",
                format!(
                    "Does {} take no more writes? Nothing checks that; what is written there from \
                     now on is lost.",
                    self.replica.of
                ),
            );
        }
        let asked = DatabaseQuestion::LagWithin {
            seconds: 0,
            age_seconds: FRESH,
        };
        let probe = self.asked().probe(asked);
        let why = "what has not arrived would be lost";
        self.draft
            .until("caught-up", probe, why, (15, 1800), &["quiet"])
    }

    /// The source gets a security group that lets nobody in, if it has not already.
    fn fence(&mut self) -> Option<String> {
        let (Fence::Group(group), Some(source)) = (&self.replica.fence, self.replica.source) else {
            return None;
        };
        let only = vec![group.clone()];
        if source.security_groups == only {
            return None;
        }
        let place = &self.seen.source.as_ref().ok()?.seen.place;
        let change = regrouped(place, source, only);
        let why = "what is written to the source from here on would be lost";
        let step = Step::change("fence", change.into(), why)
            .settling(5, 900)
            .taking(40, 120);
        let name = self.draft.add(step, &[], "");
        self.watch.push(Watch::Stands {
            step: name.as_str().into(),
        });
        Some(name)
    }

    pub(super) fn promote(&mut self, after: &[String]) {
        let id = self.id().to_owned();
        let change = DatabaseChange::Promote {
            at: self.at.clone(),
            kind: Instance,
            id: id.clone(),
            source: self.replica.of.into(),
            retention_days: self.days(),
        };
        let available = self.asked().holds(DatabaseQuestion::Available);
        let why = "it takes writes only once it follows nobody";
        let mut step = Step::change("promote", change.into(), why)
            .needing(available)
            .settling(15, 3600)
            .taking(540, 1500);
        if self.replica.graceful {
            let arrived = self.asked().holds(DatabaseQuestion::LagWithin {
                seconds: 0,
                age_seconds: FRESH,
            });
            step = step.needing(arrived);
        }
        let after: Vec<&str> = after.iter().map(String::as_str).collect();
        self.draft
            .add(step, &after, "nothing may be lost or unprotected");
        let loss = match self.replica.loss {
            0 => String::new(),
            loss => format!(" Up to {loss} s of writes are lost."),
        };
        let of = self.replica.of;
        self.draft.without_return(
            "promote",
            format!("Promote {id} now? It never follows {of} again.{loss}"),
            format!("{id} takes writes of its own and never follows {of} again"),
        );
        self.watch
            .push(self.asked().watched(DatabaseQuestion::Alone));
        self.watch
            .push(self.asked().watched(DatabaseQuestion::Available));
        if self.replica.fence == Fence::Dark {
            self.watch_for_the_return();
        }
    }

    /// The old writer may come back and take writes.
    fn watch_for_the_return(&mut self) {
        let of = self.replica.of;
        let mut parts = of.split(':').skip(3);
        let region = parts.next().filter(|_| of.starts_with("arn:"));
        let at = region.map_or_else(
            || self.at.clone(),
            |region| Location::new(self.at.account.clone(), region),
        );
        let asked = Asked {
            at: &at,
            kind: Instance,
            id: of.rsplit(':').next().unwrap_or(of),
        };
        self.watch
            .push(asked.watched(DatabaseQuestion::Fenced(Vec::new())));
        self.draft.warn(format!(
            "{of} may come back and take writes that nobody keeps: fence it as soon as it can be \
             reached"
        ));
    }

    /// Everything that follows: clients, a standby, new replicas, proof.
    pub(super) fn settle_in(&mut self) -> Result<(), Refusal> {
        let id = self.id().to_owned();
        let of = Asked {
            at: &self.at,
            kind: Instance,
            id: &id,
        };
        let why = "it can be restored from its own backups";
        let asked = DatabaseQuestion::BackedUp;
        self.draft
            .until_database("backed-up", &of, asked, why, 3600, &["promote"]);
        let mut last = "promote".to_owned();
        if self.wants_standby() {
            let change = DatabaseChange::Modify {
                at: self.at.clone(),
                kind: Instance,
                id: id.clone(),
                from: multi_az(false),
                to: multi_az(true),
            };
            let step = Step::change("standby", change.into(), "a writer has a standby")
                .settling(30, 5400)
                .taking(600, 1800);
            last = self.draft.add(step, &["promote"], "only a writer gets one");
        }
        let host = self.replica.database.endpoint.clone();
        if let (Some(switch), Some(host)) = (&self.seen.switch, &host) {
            if switch.leads_to() == host {
                self.draft
                    .warn(format!("{} leads to {id} already", switch.name()));
            } else {
                switch.steps(&mut self.draft, Ref::Known(host.clone()), &["promote"]);
                self.watch.push(Switch::watched());
            }
        } else {
            self.draft.warn(format!(
                "no --record is switched: clients come to {id} only by {}",
                host.as_deref().unwrap_or("its endpoint")
            ));
        }
        if let Some(host) = host.filter(|_| self.seen.reachable) {
            let probe = Probe::Port {
                at: self.at.clone(),
                host: Ref::Known(host),
                port: self.replica.database.listens_on(),
                what: id.clone(),
            };
            let why = "clients can connect";
            self.draft.until("port", probe, why, (5, 900), &["promote"]);
        }
        self.replicas(&id, &last)
    }

    fn replicas(&mut self, id: &str, after: &str) -> Result<(), Refusal> {
        let Some(names) = self.wish.get("replicas") else {
            return Ok(());
        };
        let taken = self.seen.seen.instances.iter().map(|one| one.id.as_str());
        let taken = taken.collect();
        let mut after = after.to_owned();
        for name in list(names) {
            is_identifier(name).map_err(Refusal::Impossible)?;
            if free_name(name, &taken) != name {
                return impossible(format!("the name {name} is taken"));
            }
            let change = DatabaseChange::CreateReplica {
                at: self.at.clone(),
                source: id.into(),
                id: name.into(),
                shape: shape(self.replica.database).into(),
                tags: Tags::new(),
            };
            let step = Step::change(&step_id("replica", name), change.into(), "readers again")
                .settling(30, 7200)
                .taking(840, 2400);
            // One after the other: the source is busy while a copy of it is made.
            after = self
                .draft
                .add(step, &[&after, "backed-up"], "a copy needs a backup");
        }
        Ok(())
    }

    fn wants_standby(&self) -> bool {
        let has = self.replica.database.multi_az;
        let before = self.replica.source.is_some_and(|source| source.multi_az);
        match self.wish.text("multi-az") {
            "yes" => !has,
            "no" => false,
            _ => !has && before,
        }
    }

    fn days(&self) -> u32 {
        self.wish.number("retention").unwrap_or(7)
    }
}

fn retention(days: u32) -> Settings {
    Settings {
        retention_days: Some(days),
        ..Settings::default()
    }
}

fn multi_az(on: bool) -> Settings {
    Settings {
        multi_az: Some(on),
        ..Settings::default()
    }
}

/// A replica is made like its source.
fn shape(of: &Database) -> Shape {
    let group = of.parameter_groups.first();
    Shape {
        engine: of.engine.clone(),
        engine_version: of.engine_version.clone(),
        class: of.class.clone(),
        subnet_group: of.subnet_group.clone().unwrap_or_default(),
        security_groups: of.security_groups.clone(),
        parameter_group: group.map(|group| group.name.clone()).unwrap_or_default(),
        option_group: of.option_groups.first().cloned(),
        port: of.listens_on(),
        public: of.public,
    }
}
