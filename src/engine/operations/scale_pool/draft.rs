//! The steps of scaling a group.

use super::{super::Arguments, checks, observe::Observed};
use crate::{
    engine::plan::{
        ClusterProbe, Compensation, Draft, Expected, OnFailure, Precondition, Probe, Step, StepId,
        Work,
    },
    model::{
        Change, Ref, Tags, ZoneName,
        change::{ClusterChange, ClusterObject, Location},
        compute::Sizes,
    },
};

/// The change of the size, and what stands around it.
pub(super) struct Steps<'a> {
    pub(super) seen: &'a Observed,
    pub(super) wish: &'a Arguments,
    pub(super) to: Sizes,
    pub(super) autoscaled: bool,
}

impl Steps<'_> {
    pub(super) fn draft(&self, reserve: &[(ZoneName, u32)]) -> Draft {
        let mut draft = Draft::default();
        let reserved: Vec<StepId> = reserve
            .iter()
            .map(|(zone, count)| draft.add(self.reserve(zone, *count), &[]))
            .collect();
        let scale = draft.add(self.scale(), &reserved.iter().collect::<Vec<_>>());
        let ready = draft.add(self.ready(), &[&scale]);
        for step in &reserved {
            draft.add(self.release(step), &[&ready]);
        }
        draft
    }

    fn at(&self) -> Location {
        let place = &self.seen.place;
        Location::new(place.account, place.region.clone())
    }

    fn kind(&self) -> &str {
        let kinds = &self.seen.pool.instance_types;
        kinds.first().map_or("", String::as_str)
    }

    /// Nodes that come; 0 where some go or the number stays.
    fn more(&self) -> u32 {
        self.to.desired.saturating_sub(self.seen.pool.desired)
    }

    fn reserve(&self, zone: &ZoneName, count: u32) -> Step {
        let change = ClusterChange::CreateCapacityReservation {
            at: self.at(),
            instance_type: self.kind().into(),
            zone: zone.clone(),
            count,
            tags: Tags::new(),
        };
        let id = format!("reserve-{zone}");
        let why = "a reservation holds the capacity or is refused: nothing else tells beforehand";
        Step::change(&id, Change::Cluster(change), why)
            .settling(5, 300)
            .taking(3, 15)
    }

    fn scale(&self) -> Step {
        let from = self.seen.pool.sizes();
        let change = ClusterChange::ScaleNodeGroup {
            at: self.at(),
            cluster: self.seen.cluster.clone().into(),
            pool: self.seen.pool.name.clone(),
            from,
            to: self.to,
            autoscaled: self.autoscaled,
        };
        let why = "all three values at once: EKS refuses a minimum above the desired size, or a \
                   maximum below it";
        let mut step = Step::change("scale", Change::Cluster(change), why)
            .needing(Precondition::Unchanged {
                fact: "cluster".into(),
            })
            .settling(5, 900)
            .taking(25, 60);
        let vcpus = checks::vcpus(self.seen, self.more()).filter(|vcpus| *vcpus > 0);
        let known = matches!(self.seen.quota, Ok((_, Some(_))));
        if let Some(vcpus) = vcpus.filter(|_| known) {
            let probe = Probe::Cluster(ClusterProbe::Headroom {
                at: self.at(),
                instance_type: self.kind().into(),
                capacity: self.seen.pool.capacity,
                vcpus,
            });
            step = step.needing(Precondition::Holds { probe });
        }
        if self.to.desired < from.desired {
            step.compensation = Compensation::Irreversible {
                consequence:
                    "pods were evicted with their nodes; setting the old size again brings \
                              new nodes, not what ran on the old ones"
                        .into(),
            };
        }
        step
    }

    fn ready(&self) -> Step {
        let pool = &self.seen.pool;
        let (least, most) = match self.autoscaled {
            true => (self.to.min, self.to.max),
            false if self.to.desired < pool.desired => (self.to.desired, self.to.desired),
            false => (self.to.desired, u32::MAX),
        };
        let each = pool.accelerator.as_ref().map_or(0, |gpu| gpu.count);
        let probe = Probe::Cluster(ClusterProbe::Nodes {
            at: self.at(),
            cluster: Ref::Known(self.seen.cluster.clone()),
            pool: pool.name.clone(),
            least,
            most,
            gpus_each: each,
        });
        let limit = self.wish.number("wait").unwrap_or(1200);
        let title = probe.title();
        let work = Work::Until {
            probe,
            interval_seconds: 15,
            limit_seconds: limit,
        };
        let why = "an update that succeeded only says that the Auto Scaling group was set";
        let expected = if self.more() > 0 {
            Expected::new(240, 480)
        } else {
            Expected::new(90, 300)
        };
        let mut step = Step::read("ready", title, why, work, expected);
        // A desired size that nothing answers bursts later, with its cost.
        let back = self.more() > 0 && self.wish.text("shortage") == "back";
        if back {
            step.on_failure = OnFailure::RollBack;
        }
        step
    }

    fn release(&self, made_by: &StepId) -> Step {
        let change = ClusterChange::Delete {
            at: self.at(),
            object: ClusterObject::Reservation(Ref::output(made_by.as_str())),
            made_by: made_by.to_string(),
        };
        let id = made_by.as_str().replacen("reserve-", "release-", 1);
        let why = "the nodes run: what is held beside them is paid for and used by nobody";
        let mut step = Step::change(&id, Change::Cluster(change), why);
        step.compensation = Compensation::None {
            because: "capacity that was let go is not asked for again".into(),
        };
        step
    }
}
