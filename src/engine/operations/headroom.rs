//! Whether the quotas have room for what is planned, as far as they can be read.

use std::collections::BTreeMap;

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use serde_json::json;

use super::{Refusal, outline::observed};
use crate::{
    engine::plan::{Fact, FactId, NetworkSource},
    model::{Headroom, Place, QuotaCode},
    provider::Provider,
};

/// Service Quotas lets five through in a second.
const AT_ONCE: usize = 3;

/// A quota, how much of it is used, and how much a plan adds.
pub(super) type Need = (QuotaCode, u64, u64);

/// What was read, and what could not be.
#[derive(Debug, Default)]
pub(super) struct Room {
    pub(super) facts: BTreeMap<FactId, Fact>,
    pub(super) warnings: Vec<String>,
}

impl Room {
    /// Takes in what another look has found.
    pub(super) fn add(&mut self, other: Self) {
        self.facts.extend(other.facts);
        for warning in other.warnings {
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }
}

/// Reads the quotas that the plan uses and refuses what would run into one. One that cannot be
/// read is told, and met, if at all, by the step that needs it.
pub(super) async fn read(
    provider: &Provider,
    place: &Place,
    needs: &[Need],
    now: Timestamp,
) -> Result<Room, Refusal> {
    // Of several zones the fullest decides.
    let mut wanted: BTreeMap<QuotaCode, (u64, u64)> = BTreeMap::new();
    for (quota, used, needed) in needs {
        let entry = wanted.entry(*quota).or_default();
        *entry = (*entry).max((*used, *needed));
    }
    let asked = stream::iter(wanted).map(|(quota, (used, needed))| async move {
        (
            quota,
            used,
            needed,
            provider.quotas.quota(place, quota).await,
        )
    });
    let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    let mut room = Room::default();
    let mut short = Vec::new();
    let mut unread = Vec::new();
    for (quota, used, needed, answer) in answers {
        match answer {
            Ok(limit) => {
                let headroom = Headroom {
                    name: quota.name.into(),
                    code: quota.code.into(),
                    limit,
                    used,
                    needed,
                };
                if !headroom.suffices() {
                    short.push(ask_for(quota, &headroom, place));
                }
                let source = NetworkSource::Quota {
                    place: place.clone(),
                    code: quota.code.into(),
                };
                let id = format!("{} in {place}", quota.name);
                let fact = observed(source, json!(limit), now);
                room.facts.insert(id.as_str().into(), fact);
            }
            Err(_) => unread.push(quota.name),
        }
    }
    if !short.is_empty() {
        return Err(Refusal::Impossible(short.join("; ")));
    }
    if !unread.is_empty() {
        room.warnings.push(format!(
            "quotas that could not be read: {}; a step that meets one of them pauses the run",
            unread.join(", ")
        ));
    }
    Ok(room)
}

fn ask_for(quota: QuotaCode, headroom: &Headroom, place: &Place) -> String {
    let QuotaCode { service, code, .. } = quota;
    let wanted = headroom.used + headroom.needed;
    let region = &place.region;
    format!(
        "{headroom} in {place}: ask for more with `aws service-quotas \
         request-service-quota-increase --service-code {service} --quota-code {code} \
         --desired-value {wanted} --region {region}`"
    )
}
