//! ARC's zonal shift as it behaves: one at a time for a resource, for a time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    content,
    scene::{Done, Scene, refusal, unbound},
};
use crate::{
    model::{
        Arn, Place,
        change::{Standing, ZonalChange, shift_comment},
        zonal::{ManagedResource, ZonalShift},
    },
    provider::{Envelope, Error, Result},
};

/// Shifts that were started, by the ARN of their resource, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Zonal(BTreeMap<Arn, Vec<Begun>>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Begun {
    shift: ZonalShift,
    at: Timestamp,
    cancelled: Option<Timestamp>,
}

impl Zonal {
    /// Everything in a place whose traffic can be shifted: its load balancers.
    pub(super) fn resources(
        &self,
        scene: &Scene<'_>,
        place: &Place,
    ) -> Result<Vec<ManagedResource>> {
        let site = scene.site(place.account)?;
        let network = content::network::network(scene.estate, site, place, scene.at);
        let zones = network.subnets.into_iter().filter_map(|one| one.zone_id);
        let zones: BTreeSet<String> = zones.collect();
        let balancers = content::balancers::balancers(scene.estate, site, place).balancers;
        let managed = balancers.into_iter().map(|balancer| {
            let shifts = self.in_force(&balancer.arn, scene.at);
            ManagedResource {
                name: balancer.name,
                zones: zones.clone(),
                away: shifts.iter().map(|one| one.away_from.clone()).collect(),
                shifts,
                arn: balancer.arn,
            }
        });
        Ok(managed.collect())
    }

    fn in_force(&self, arn: &Arn, at: Timestamp) -> Vec<ZonalShift> {
        let begun = self.0.get(arn).into_iter().flatten();
        begun
            .filter(|one| one.at <= at && at < one.shift.expires)
            .filter(|one| one.cancelled.is_none_or(|end| at < end))
            .map(|one| one.shift.clone())
            .collect()
    }

    fn resource(&self, scene: &Scene<'_>, change: &ZonalChange) -> Result<Option<ManagedResource>> {
        let place = change.at().place().map_err(unbound("arc-zonal-shift"))?;
        let mut all = self.resources(scene, &place)?.into_iter();
        Ok(all.find(|one| one.arn == *change.resource()))
    }

    pub(super) fn apply(
        &mut self,
        scene: &Scene<'_>,
        envelope: &Envelope,
        change: &ZonalChange,
    ) -> Result<Done> {
        let found = self.resource(scene, change)?;
        let found = found
            .ok_or_else(|| refused("ResourceNotFoundException", "the resource is not managed"))?;
        match change {
            ZonalChange::Start {
                away_from, minutes, ..
            } => {
                if !found.zones.contains(away_from) {
                    return Err(refused(
                        "ValidationException",
                        format!("{away_from} is not a zone of the resource"),
                    ));
                }
                if let Some(other) = found.shifts.first() {
                    return Err(refused(
                        "ConflictException",
                        format!("ZonalShiftAlreadyExists: {}", other.id),
                    ));
                }
                let time = SignedDuration::from_mins(i64::from(*minutes));
                let id = scene.estate.seed.uuid(&format!("made/{}", scene.number));
                let shift = ZonalShift {
                    id: id.clone(),
                    away_from: away_from.clone(),
                    expires: scene.at.saturating_add(time).unwrap_or(Timestamp::MAX),
                    comment: shift_comment(envelope.mark()),
                };
                self.0.entry(found.arn).or_default().push(Begun {
                    shift,
                    at: scene.at,
                    cancelled: None,
                });
                Ok(Done::made(id))
            }
            ZonalChange::Cancel { shift, .. } => {
                let id = super::scene::known("arc-zonal-shift", shift)?;
                let mut begun = self.0.get_mut(&found.arn).into_iter().flatten();
                let one = begun.find(|one| one.shift.id == *id && one.cancelled.is_none());
                let one = one.ok_or_else(|| {
                    refused("ResourceNotFoundException", "there is no such shift")
                })?;
                one.cancelled = Some(scene.at);
                Ok(Done::default())
            }
        }
    }

    pub(super) fn standing(
        &self,
        scene: &Scene<'_>,
        envelope: &Envelope,
        change: &ZonalChange,
    ) -> Result<Standing> {
        let found = self.resource(scene, change)?;
        change
            .standing(found.as_ref(), envelope.mark())
            .map_err(unbound("arc-zonal-shift"))
    }
}

fn refused(code: &str, message: impl Into<String>) -> Error {
    refusal("arc-zonal-shift", code, message)
}
