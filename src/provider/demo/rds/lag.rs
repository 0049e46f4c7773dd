//! How far replicas are behind, minute by minute.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Rds, Scene, alter::located, content};
use crate::{
    model::{
        Place,
        protection::{Database, DatabaseKind::Instance, Lag},
    },
    provider::demo::content::protection::Ground,
};

/// How a replica is behind when somebody has decided it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplicaLag {
    Seconds(u32),
    /// A second more with every second since then.
    Grows {
        since: Timestamp,
    },
    /// It has not followed since then: nothing is measured any more.
    Stopped {
        since: Timestamp,
    },
    /// Nobody has ever measured it.
    Unknown,
}

impl Rds {
    /// The newest measurement by the scene's moment; they come once a minute, a minute late.
    pub(super) fn lag(&self, scene: &Scene<'_>, place: &Place, replica: &Database) -> Option<Lag> {
        let last = scene.at.checked_sub(SignedDuration::from_mins(1)).ok()?;
        let minute = last.as_second() - last.as_second().rem_euclid(60);
        let at = Timestamp::from_second(minute).ok()?;
        match self.lags.get(replica.arn.as_str()) {
            Some(ReplicaLag::Unknown) => None,
            Some(ReplicaLag::Stopped { since }) if *since <= at => Some(Lag {
                seconds: self.measured(scene, place, replica, *since)?,
                at: *since,
            }),
            _ => Some(Lag {
                seconds: self.measured(scene, place, replica, at)?,
                at,
            }),
        }
    }

    /// What is measured at a moment; nothing where the replica does not follow.
    pub(in super::super) fn measured(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        replica: &Database,
        at: Timestamp,
    ) -> Option<u32> {
        let decided = match self.lags.get(replica.arn.as_str()) {
            Some(ReplicaLag::Unknown) => return None,
            Some(ReplicaLag::Stopped { since }) if *since < at => return None,
            Some(ReplicaLag::Seconds(seconds)) => Some(*seconds),
            Some(ReplicaLag::Grows { since }) => {
                let more = at.duration_since(*since).as_secs().max(0);
                Some(u32::try_from(more).unwrap_or(u32::MAX))
            }
            _ => None,
        };
        if self.is_quiet(scene, place, replica, at) {
            return Some(0);
        }
        let what = format!("lag/{}/{at}", replica.arn);
        Some(decided.unwrap_or_else(|| 1 + scene.estate.seed.below(&what, 3)))
    }

    /// Whether nobody writes to the source of a replica any more: its clients were shut out.
    fn is_quiet(
        &self,
        scene: &Scene<'_>,
        place: &Place,
        replica: &Database,
        at: Timestamp,
    ) -> bool {
        let Some(source) = &replica.replica_of else {
            return true;
        };
        let (home, id) = located(place, source);
        let then = Scene { at, ..*scene };
        let now = self.find(&then, &home, Instance, &id).ok().flatten();
        now.is_some_and(|now| Self::is_fenced(&then, &home, &now))
    }

    /// Whether the security groups of a database are not those through which its clients came.
    pub(in super::super) fn is_fenced(
        scene: &Scene<'_>,
        place: &Place,
        database: &Database,
    ) -> bool {
        let Ok(site) = scene.site(place.account) else {
            return false;
        };
        let ground = Ground::new(scene.estate, site, place, scene.at);
        let same = |one: &Database| one.resource_id == database.resource_id;
        let made = content::instances(&ground);
        let usual = match made
            .iter()
            .chain(&content::clusters(&ground))
            .find(|one| same(one))
        {
            Some(own) => own.security_groups.clone(),
            // What was made since lets in who comes through the group of the others.
            None => made
                .first()
                .map(|one| one.security_groups.clone())
                .unwrap_or_default(),
        };
        !usual
            .iter()
            .any(|group| database.security_groups.contains(group))
    }
}
