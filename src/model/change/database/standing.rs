//! Where the things that database changes are about stand, in databases as they were just read.

use std::collections::BTreeSet;

use super::{
    super::{Mark, Progress, Standing},
    DatabaseChange, Settings, Whose, acts,
};
use crate::model::protection::{
    Database,
    DatabaseKind::{self, Cluster, Instance},
    Databases, Wanted,
};

impl DatabaseChange {
    /// What must be read to judge it.
    #[must_use]
    pub fn wanted(&self) -> Wanted {
        let one = |name: &str| BTreeSet::from([name.to_owned()]);
        let (mut instances, mut clusters) = (BTreeSet::new(), BTreeSet::new());
        let mut global_clusters = BTreeSet::new();
        match self.of() {
            Some(Instance) => instances = one(self.subject()),
            Some(Cluster) => clusters = one(self.subject()),
            None => global_clusters = one(self.subject()),
        }
        if let Self::Rename { kind, to, .. } = self {
            match kind {
                Instance => instances.insert(to.clone()),
                Cluster => clusters.insert(to.clone()),
            };
        }
        Wanted::These {
            instances,
            clusters,
            global_clusters,
            log: matches!(
                self,
                Self::FailOverCluster { .. } | Self::FailOverInstance { .. }
            ),
            lag: false,
        }
    }

    /// Where the change stands in `seen`, what was read of [`DatabaseChange::at`].
    #[must_use]
    pub fn standing(&self, seen: &Databases, mark: Mark<'_>) -> Standing {
        match self {
            Self::Restore { kind, id, .. } => made(seen.find(*kind, id), mark),
            Self::CreateMember { id, .. } | Self::CreateReplica { id, .. } => {
                made(seen.instance(id), mark)
            }
            Self::Modify {
                kind, id, from, to, ..
            } => match seen.find(*kind, id) {
                None => missing(id),
                Some(found) => set(found, from, to),
            },
            Self::Rename {
                kind,
                from,
                to,
                whose,
                ..
            } => renamed(seen, *kind, from, to, whose, mark),
            Self::Promote {
                kind, id, source, ..
            } => match seen.find(*kind, id) {
                None => missing(id),
                Some(found) => acts::promoted(found, source),
            },
            Self::FailOverCluster {
                id,
                from,
                to,
                since,
                ..
            } => match seen.cluster(id) {
                None => missing(id),
                Some(found) => acts::writer_moved(seen, found, from, to.as_deref(), *since),
            },
            Self::FailOverInstance {
                id,
                from,
                to,
                since,
                ..
            } => match seen.instance(id) {
                None => missing(id),
                Some(found) => acts::zone_left(seen, found, from, to, *since),
            },
            Self::SwitchOverGlobal {
                global, from, to, ..
            }
            | Self::FailOverGlobal {
                global, from, to, ..
            } => acts::primary_moved(seen, global, from, to),
            Self::Delete {
                kind, id, made_by, ..
            } => deleted(
                seen.find(*kind, id),
                Mark {
                    step: made_by,
                    ..mark
                },
            ),
        }
    }

    /// How far an accepted change has got.
    #[must_use]
    pub fn progress(&self, seen: &Databases, mark: Mark<'_>) -> Progress {
        if matches!(
            self,
            Self::SwitchOverGlobal { .. } | Self::FailOverGlobal { .. }
        ) {
            return match self.standing(seen, mark) {
                Standing::To { .. } => Progress::settled(),
                Standing::Elsewhere(lines) => Progress::Failed(lines.join("; ")),
                other => working(&other),
            };
        }
        if let Some(failed) = acts::failed_since(self, seen) {
            return Progress::Failed(failed);
        }
        let name = match self {
            Self::Rename { to, .. } => to,
            other => other.subject(),
        };
        let found = self.of().and_then(|kind| seen.find(kind, name));
        match (self.standing(seen, mark), found) {
            (Standing::To { made }, None) => Progress::Settled { made },
            (_, Some(found)) if found.has_failed() => {
                Progress::Failed(format!("{} is {}", found.id, found.status))
            }
            (Standing::To { made }, Some(found)) if at_rest(found) => Progress::Settled { made },
            (Standing::To { .. }, Some(found)) => {
                Progress::Working(format!("{} is {}", found.id, found.status))
            }
            (other, _) => working(&other),
        }
    }
}

fn working(standing: &Standing) -> Progress {
    Progress::Working(match standing {
        Standing::Moving(text) => text.clone(),
        Standing::Elsewhere(lines) => lines.join("; "),
        _ => "it is not to be seen yet".into(),
    })
}

/// Whether nothing goes on with a database and it has where to connect to.
fn at_rest(found: &Database) -> bool {
    found.is_available() && found.endpoint.is_some()
}

pub(super) fn missing(id: &str) -> Standing {
    Standing::elsewhere(format!("{id} is not there"))
}

/// A name in use is ours only with the mark of the step.
fn made(found: Option<&Database>, mark: Mark<'_>) -> Standing {
    match found {
        None => Standing::From,
        Some(found) if mark.is_on(&found.tags) => Standing::To {
            made: found.endpoint.clone(),
        },
        Some(found) => Standing::elsewhere(format!(
            "the name {} is taken by a database that is not ours",
            found.id
        )),
    }
}

fn set(found: &Database, from: &Settings, to: &Settings) -> Standing {
    let to = to.clone().sorted();
    let now = Settings::of(found, &to);
    if now == to {
        return Standing::to();
    }
    let strange = now.strange(&from.clone().sorted(), &to);
    if !strange.is_empty() {
        return Standing::Elsewhere(strange);
    }
    if !found.is_available() {
        return Standing::Moving(format!("{} is {}", found.id, found.status));
    }
    match to.pending_in(found) {
        None => Standing::From,
        // It is accepted and not made yet.
        Some(pending) => Standing::Moving(format!("{}: {pending}", found.id)),
    }
}

fn renamed(
    seen: &Databases,
    kind: DatabaseKind,
    from: &str,
    to: &str,
    whose: &Whose,
    mark: Mark<'_>,
) -> Standing {
    let ours = |found: &Database| match whose {
        Whose::Resource(id) => found.resource_id.as_deref() == Some(id),
        Whose::MadeBy(step) => Mark { step, ..mark }.is_on(&found.tags),
    };
    let (old, new) = (seen.find(kind, from), seen.find(kind, to));
    match (old, new) {
        (_, Some(new)) if ours(new) => Standing::To {
            made: new.endpoint.clone(),
        },
        (_, Some(new)) => {
            Standing::elsewhere(format!("the name {} is taken by another database", new.id))
        }
        (Some(old), None) if !ours(old) => {
            Standing::elsewhere(format!("{from} is another database than was planned for"))
        }
        (Some(old), None) if old.is_available() => Standing::From,
        (Some(old), None) => Standing::Moving(format!("{} is {}", old.id, old.status)),
        (None, None) => Standing::elsewhere(format!("neither {from} nor {to} is there")),
    }
}

fn deleted(found: Option<&Database>, mark: Mark<'_>) -> Standing {
    match found {
        None => Standing::to(),
        Some(found) if !mark.is_on(&found.tags) => Standing::elsewhere(format!(
            "{} does not carry the mark of the step that made it",
            found.id
        )),
        Some(found) if found.status == "deleting" => {
            Standing::Moving(format!("{} is being deleted", found.id))
        }
        // RDS deletes nothing that is still being made.
        Some(found) if !found.is_available() && !found.has_failed() => {
            Standing::Moving(format!("{} is {}", found.id, found.status))
        }
        Some(_) => Standing::From,
    }
}
