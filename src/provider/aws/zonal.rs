//! ARC's zonal shift: what it can shift, and what is shifted now.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_arczonalshift::{
    Client, config,
    types::{ManagedResourceSummary, ZonalShiftInResource},
};

use super::{error::Call, session::Sessions, time::timestamp};
use crate::{
    model::{
        Place,
        zonal::{ManagedResource, ZonalShift},
    },
    provider::{self, Result},
};

pub(super) const SERVICE: &str = "arc-zonal-shift";

#[derive(Clone, Debug)]
pub struct ZonalShifts {
    sessions: Sessions,
}

impl ZonalShifts {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl provider::ZonalShifts for ZonalShifts {
    async fn resources(&self, place: &Place) -> Result<Vec<ManagedResource>> {
        let sdk = self.sessions.sdk(place).await?;
        resources(&over(config::Builder::from(&sdk), place), place).await
    }
}

pub(super) fn over(builder: config::Builder, place: &Place) -> Client {
    let config = builder
        .retry_partition(Sessions::retry_partition(SERVICE, place))
        .build();
    Client::from_conf(config)
}

pub(super) async fn resources(client: &Client, place: &Place) -> Result<Vec<ManagedResource>> {
    let call = Call::new(SERVICE, "ListManagedResources", place);
    let pages = client.list_managed_resources().into_paginator();
    let found: std::result::Result<Vec<_>, _> = pages.items().send().collect().await;
    let found = found.map_err(|error| call.error(error))?;
    Ok(found.into_iter().filter_map(managed).collect())
}

fn managed(found: ManagedResourceSummary) -> Option<ManagedResource> {
    let weights = found.applied_weights.unwrap_or_default();
    let away = weights.into_iter().filter(|(_, weight)| *weight == 0.0);
    let shifts: Vec<ZonalShift> = found
        .zonal_shifts
        .unwrap_or_default()
        .into_iter()
        .filter_map(shift)
        .collect();
    let zones: BTreeSet<String> = found.availability_zones.into_iter().collect();
    Some(ManagedResource {
        arn: found.arn?.into(),
        name: found.name.unwrap_or_default(),
        zones,
        away: away.map(|(zone, _)| zone).collect(),
        shifts,
    })
}

fn shift(found: ZonalShiftInResource) -> Option<ZonalShift> {
    Some(ZonalShift {
        id: found.zonal_shift_id,
        away_from: found.away_from,
        expires: timestamp(&found.expiry_time)?,
        comment: found.comment,
    })
}
