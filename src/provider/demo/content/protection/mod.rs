//! What protects data: databases and their copies, AWS Backup, buckets; and one backup that failed.

mod backup;
mod buckets;
pub(in super::super) mod databases;

use jiff::{SignedDuration, Timestamp};

use super::super::estate::{Estate, Site};
use crate::model::{Place, protection::Protection};

pub(in super::super) fn protection(
    estate: &Estate,
    site: &Site,
    place: &Place,
    now: Timestamp,
) -> Protection {
    let ground = Ground::new(estate, site, place, now);
    let mut found = Protection {
        place: place.clone(),
        databases: databases::databases(&ground),
        snapshots: databases::snapshots(&ground),
        vaults: Vec::new(),
        plans: Vec::new(),
        recovery_points: Vec::new(),
        jobs: Vec::new(),
        buckets: buckets::buckets(&ground),
        gaps: Vec::new(),
    };
    backup::add(&ground, &mut found);
    found
}

/// One account in one region at one moment.
pub(in super::super) struct Ground<'a> {
    estate: &'a Estate,
    site: &'a Site,
    place: &'a Place,
    now: Timestamp,
}

impl<'a> Ground<'a> {
    pub(in super::super) const fn new(
        estate: &'a Estate,
        site: &'a Site,
        place: &'a Place,
        now: Timestamp,
    ) -> Self {
        Self {
            estate,
            site,
            place,
            now,
        }
    }

    fn region(&self) -> &str {
        self.place.region.as_str()
    }

    /// The last moment that is a whole number of `every` plus `offset` and has passed.
    fn last(&self, every: SignedDuration, offset: SignedDuration) -> Timestamp {
        let (every, offset) = (every.as_secs().max(1), offset.as_secs());
        let now = self.now.as_second();
        let past = (now - offset).rem_euclid(every);
        Timestamp::from_second(now - past).unwrap_or(self.now)
    }
}

/// `steps` times `every` before `moment`.
fn before(moment: Timestamp, every: SignedDuration, steps: i32) -> Timestamp {
    moment
        .saturating_sub(every * steps)
        .unwrap_or(Timestamp::MIN)
}
