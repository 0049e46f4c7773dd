//! Devices that are given out by claims: slices and claims.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{super::loose, Head, head::head};
use crate::model::{
    fleet::{Claim, Device, Slice},
    workload::quantity,
};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct ResourceSlice {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    spec: Spec,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Spec {
    #[serde(deserialize_with = "loose::word")]
    driver: String,
    #[serde(deserialize_with = "loose::object")]
    pool: PoolOf,
    #[serde(deserialize_with = "loose::text")]
    node_name: Option<String>,
    #[serde(deserialize_with = "loose::list")]
    devices: Vec<RawDevice>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PoolOf {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::number")]
    generation: Option<i64>,
    #[serde(deserialize_with = "loose::count")]
    resource_slice_count: u64,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct RawDevice {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "attributes")]
    attributes: BTreeMap<String, String>,
    #[serde(deserialize_with = "attributes")]
    capacity: BTreeMap<String, String>,
}

/// `{"type": {"string": "gpu"}}` and `{"memory": {"value": "46068Mi"}}` as plain texts.
fn attributes<'de, D>(from: D) -> Result<BTreeMap<String, String>, D::Error>
where
    D: serde::Deserializer<'de>,
{
    let raw: BTreeMap<String, Attribute> = loose::object(from)?;
    let plain = raw.into_iter().filter_map(|(key, attribute)| {
        let value = attribute.string.or(attribute.value)?;
        // A driver's own attributes may carry its domain.
        let key = key.rsplit('/').next().unwrap_or_default().to_owned();
        Some((key, value))
    });
    Ok(plain.collect())
}

#[derive(Clone, Debug, Default)]
struct Attribute {
    string: Option<String>,
    value: Option<String>,
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut pairs = loose::pairs(from)?;
        Ok(Self {
            string: pairs.remove("string"),
            value: pairs.remove("value"),
        })
    }
}

impl ResourceSlice {
    pub(in super::super) fn slice(self) -> Slice {
        let device = |mut raw: RawDevice| Device {
            name: raw.name,
            product: raw.attributes.remove("productName"),
            kind: raw.attributes.remove("type"),
            profile: raw.attributes.remove("profile"),
            parent: raw.attributes.remove("parentUUID"),
            memory_bytes: raw
                .capacity
                .get("memory")
                .and_then(|text| quantity::whole(text)),
        };
        Slice {
            driver: self.spec.driver,
            pool: self.spec.pool.name,
            generation: self.spec.pool.generation.unwrap_or_default(),
            slices: self.spec.pool.resource_slice_count,
            node: self.spec.node_name,
            devices: self.spec.devices.into_iter().map(device).collect(),
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(in super::super) struct ResourceClaim {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    spec: ClaimSpec,
    #[serde(deserialize_with = "loose::object")]
    status: ClaimStatus,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct ClaimSpec {
    #[serde(deserialize_with = "loose::object")]
    devices: Requests,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Requests {
    #[serde(deserialize_with = "loose::list")]
    requests: Vec<Request>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Request {
    #[serde(deserialize_with = "loose::maybe")]
    exactly: Option<Exactly>,
    /// Alternatives; the scheduler takes the first that it can.
    #[serde(deserialize_with = "loose::list")]
    first_available: Vec<Exactly>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Exactly {
    #[serde(deserialize_with = "loose::word")]
    device_class_name: String,
    #[serde(deserialize_with = "loose::word")]
    allocation_mode: String,
    #[serde(deserialize_with = "loose::number")]
    count: Option<i64>,
}

impl Exactly {
    fn wants(&self) -> (String, Option<u64>) {
        let all = self.allocation_mode == "All";
        let count = self.count.and_then(|count| u64::try_from(count).ok());
        // Unset is one.
        let count = (!all).then(|| count.unwrap_or(1));
        (self.device_class_name.clone(), count)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ClaimStatus {
    #[serde(deserialize_with = "loose::object")]
    allocation: Allocation,
    #[serde(deserialize_with = "loose::list")]
    reserved_for: Vec<Consumer>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Allocation {
    #[serde(deserialize_with = "loose::object")]
    devices: Results,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Results {
    #[serde(deserialize_with = "loose::list")]
    results: Vec<Allocated>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Allocated {
    #[serde(deserialize_with = "loose::word")]
    driver: String,
    #[serde(deserialize_with = "loose::word")]
    pool: String,
    #[serde(deserialize_with = "loose::word")]
    device: String,
    /// Looks at a device without taking it.
    #[serde(deserialize_with = "loose::flag")]
    admin_access: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Consumer {
    #[serde(deserialize_with = "loose::word")]
    resource: String,
    #[serde(deserialize_with = "loose::word")]
    name: String,
}

impl ResourceClaim {
    pub(in super::super) fn claim(self) -> Claim {
        let wants = self.spec.devices.requests.iter().filter_map(|request| {
            let one = request.exactly.as_ref();
            one.or_else(|| request.first_available.first())
                .map(Exactly::wants)
        });
        let allocated = self.status.allocation.devices.results.into_iter();
        let allocated = allocated
            .filter(|result| !result.admin_access)
            .map(|result| (result.driver, result.pool, result.device));
        let pods = self.status.reserved_for.into_iter();
        let pods = pods.filter(|consumer| consumer.resource == "pods");
        Claim {
            wants: wants.collect(),
            allocated: allocated.collect(),
            reserved_for: pods.map(|consumer| consumer.name).collect(),
            namespace: self.metadata.namespace,
            name: self.metadata.name,
        }
    }
}
