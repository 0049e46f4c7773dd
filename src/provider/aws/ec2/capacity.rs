//! Capacity that is held for us.

use serde::{Deserialize, Serialize};

use super::{Params, Set, Tag, describe::list, shapes::tagged};
use crate::model::Tags;

list!(CapacityReservations CapacityReservationsPage: "DescribeCapacityReservations" by "CapacityReservationId", 1000 a page, in "capacityReservationSet": CapacityReservation);

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CapacityReservation {
    pub capacity_reservation_id: String,
    pub instance_type: Option<String>,
    pub availability_zone: Option<String>,
    pub total_instance_count: u32,
    pub available_instance_count: u32,
    /// `active`, `expired`, `cancelled`, `scheduled`, …
    pub state: Option<String>,
    /// `default`, `capacity-block`
    pub reservation_type: Option<String>,
    pub start_date: Option<String>,
    pub end_date: Option<String>,
    pub tag_set: Set<Tag>,
}

/// `CreateCapacityReservation` for Linux, open to whatever matches, until it is cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserve<'a> {
    pub token: &'a str,
    pub instance_type: &'a str,
    pub zone: &'a str,
    pub count: u32,
    pub tags: &'a Tags,
}

/// The answer to [`Reserve`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct NewReservation {
    pub capacity_reservation: CapacityReservation,
}

/// `CancelCapacityReservation`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CancelReservation<'a> {
    pub id: &'a str,
}

impl Reserve<'_> {
    pub const ACTION: &'static str = "CreateCapacityReservation";

    #[must_use]
    pub fn params(&self) -> Params {
        let mut params = Params::default();
        params
            .set("ClientToken", self.token)
            .set("InstanceType", self.instance_type)
            .set("InstancePlatform", "Linux/UNIX")
            .set("AvailabilityZone", self.zone)
            .set("InstanceCount", self.count)
            .set("EndDateType", "unlimited")
            .set("InstanceMatchCriteria", "open");
        tagged(
            &mut params,
            "TagSpecifications",
            &["capacity-reservation"],
            self.tags,
        );
        params
    }
}

impl CancelReservation<'_> {
    pub const ACTION: &'static str = "CancelCapacityReservation";

    #[must_use]
    pub fn params(&self) -> Params {
        let mut params = Params::default();
        params.set("CapacityReservationId", self.id);
        params
    }
}
