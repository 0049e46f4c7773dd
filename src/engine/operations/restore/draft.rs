//! The steps that make the new database and bring it to what it shall be.

use super::{
    super::database::{Asked, Chosen, Draft, step_id},
    observe::Observed,
};
use crate::{
    engine::plan::{DatabaseQuestion, Precondition, Step},
    model::{
        SecurityGroupId, Tags,
        change::{DatabaseChange, Location, Settings},
        protection::DatabaseKind::{Cluster, Instance},
    },
};

/// The step that makes the database.
pub(super) const RESTORE: &str = "restore";

/// A database in the making.
pub(super) struct Restore<'a> {
    pub(super) seen: &'a Observed,
    pub(super) at: Location,
    pub(super) id: String,
    pub(super) chosen: &'a Chosen,
    /// Members of a cluster of Aurora, with their classes.
    pub(super) members: Vec<(String, String)>,
    /// What it has for a security group until its cut-over.
    pub(super) isolated: Option<SecurityGroupId>,
    pub(super) draft: Draft,
}

impl Restore<'_> {
    pub(super) fn asked<'b>(&'b self, id: &'b str) -> Asked<'b> {
        Asked {
            at: &self.at,
            kind: self.seen.kind,
            id,
        }
    }

    /// Makes it. Gives the names of the steps after which it is whole.
    pub(super) fn make(&mut self) -> Vec<String> {
        let mut shape = self.chosen.shape.clone();
        if let Some(isolated) = &self.isolated {
            shape.security_groups = vec![isolated.clone()];
        }
        let change = DatabaseChange::Restore {
            at: self.at.clone(),
            kind: self.seen.kind,
            from: self.seen.origin.origin(),
            id: self.id.clone(),
            shape: shape.into(),
            tags: Tags::new(),
        };
        let why = "beside the old one, so that nothing is lost by it";
        let mut step = Step::change(RESTORE, change.into(), why)
            .settling(30, 7200)
            .taking(840, 2400);
        if self.draft.facts.contains_key(&"snapshot".into()) {
            step = step.needing(Precondition::Unchanged {
                fact: "snapshot".into(),
            });
        }
        self.draft.add(step, &[], "");
        let mut whole = Vec::new();
        for (id, class) in std::mem::take(&mut self.members) {
            let change = DatabaseChange::CreateMember {
                at: self.at.clone(),
                cluster: self.id.clone(),
                class,
                engine: self.chosen.shape.engine.clone(),
                tags: Tags::new(),
                id: id.clone(),
            };
            let why = "a restored cluster comes without instances";
            // One after the other: the first one becomes the writer.
            let after = whole.last().cloned().unwrap_or_else(|| RESTORE.to_owned());
            let step = Step::change(&step_id("member", &id), change.into(), why)
                .settling(30, 5400)
                .taking(420, 1200);
            whole.push(
                self.draft
                    .add(step, &[&after], "a member needs its cluster"),
            );
        }
        let after = whole.last().cloned().unwrap_or_else(|| RESTORE.to_owned());
        self.set(&after)
    }

    /// Sets what a restore leaves out, and sees that all of it is in force.
    fn set(&mut self, after: &str) -> Vec<String> {
        let chosen = self.chosen;
        let of_instance = self.seen.kind == Instance;
        let protect = chosen.deletion_protection;
        let to = Settings {
            multi_az: (of_instance && chosen.multi_az).then_some(true),
            deletion_protection: protect.then_some(true),
            retention_days: Some(chosen.retention_days),
            ..Settings::default()
        };
        // Only what keeps it from being deleted has to be taken back before it is.
        let from = Settings {
            deletion_protection: protect.then_some(false),
            ..Settings::default()
        };
        let slow = to.multi_az == Some(true);
        let change = DatabaseChange::Modify {
            at: self.at.clone(),
            kind: self.seen.kind,
            id: self.id.clone(),
            from,
            to,
        };
        let why = "a restored database has no standby, no protection, and backups as they come";
        let takes = if slow { (600, 1800) } else { (60, 600) };
        let step = Step::change("set", change.into(), why)
            .settling(30, 5400)
            .taking(takes.0, takes.1);
        self.draft.add(step, &[after], "it is set once it is there");
        let at = self.at.clone();
        let id = self.id.clone();
        let of = Asked {
            at: &at,
            kind: self.seen.kind,
            id: &id,
        };
        let why = "what its groups say must be in force before anybody trusts it";
        let in_sync = DatabaseQuestion::InSync;
        let in_sync = self
            .draft
            .until_database("in-sync", &of, in_sync, why, 1800, &["set"]);
        let why = "from here on it can be restored itself";
        let backed_up = DatabaseQuestion::BackedUp;
        let backed_up = self
            .draft
            .until_database("backed-up", &of, backed_up, why, 7200, &["set"]);
        vec![in_sync, backed_up]
    }

    /// What the reader should know of a restored database.
    pub(super) fn warn(&mut self) {
        let size = self.seen.origin.size_gib();
        let size = size
            .map(|size| format!(" of {size} GiB"))
            .unwrap_or_default();
        let id = self.id.clone();
        self.draft.warn(format!(
            "the volume{size} is filled from S3 as it is read: {id} is slow at first, for up to hours, \
             though it is available; count that in"
        ));
        self.draft.warn(format!(
            "{id} has the master password and the users of the moment that it is made from"
        ));
        if self.isolated.is_none() {
            self.draft.warn(format!(
                "events and jobs that are in the database run in {id} too as soon as it is up; \
                 --isolate keeps others from it until its cut-over, not these"
            ));
        }
        self.draft.warn(format!(
            "rolling back deletes {id} and keeps a last snapshot of it, {id}-final"
        ));
        let key = match &self.seen.origin {
            super::observe::From::Snapshot(snapshot) => snapshot.kms_key.as_deref(),
            super::observe::From::Moment(..) => None,
        };
        if let Some(key) = key {
            self.draft.warn(format!(
                "whether {key} may still be used here, only the restore itself tells"
            ));
        }
        if self.seen.kind == Cluster && self.seen.offered.is_none() {
            self.draft
                .warn("whether the engine's version is still offered is not known");
        }
    }
}
