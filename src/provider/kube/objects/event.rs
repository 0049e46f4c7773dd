//! Events.

use jiff::Timestamp;
use serde::Deserialize;

use super::{super::loose, Head, head::head};
use crate::model::workload::{self, Owner};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(in super::super) struct Event {
    #[serde(deserialize_with = "head")]
    pub(super) metadata: Head,
    #[serde(deserialize_with = "loose::object")]
    involved_object: About,
    #[serde(deserialize_with = "loose::word")]
    reason: String,
    #[serde(deserialize_with = "loose::word")]
    message: String,
    #[serde(rename = "type", deserialize_with = "loose::word")]
    kind: String,
    #[serde(deserialize_with = "loose::count")]
    count: u64,
    #[serde(deserialize_with = "loose::moment")]
    last_timestamp: Option<Timestamp>,
    #[serde(rename = "eventTime", deserialize_with = "loose::moment")]
    happened: Option<Timestamp>,
    #[serde(deserialize_with = "loose::object")]
    series: Series,
    #[serde(deserialize_with = "loose::object")]
    source: Source,
    #[serde(deserialize_with = "loose::word")]
    reporting_component: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct About {
    #[serde(deserialize_with = "loose::word")]
    kind: String,
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::word")]
    namespace: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Series {
    #[serde(deserialize_with = "loose::count")]
    count: u64,
    #[serde(deserialize_with = "loose::moment")]
    last_observed_time: Option<Timestamp>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Source {
    #[serde(deserialize_with = "loose::word")]
    component: String,
}

impl Event {
    pub(in super::super) fn event(self) -> workload::Event {
        let last = self.series.last_observed_time;
        let last = last.or(self.last_timestamp).or(self.happened);
        let source = if self.source.component.is_empty() {
            self.reporting_component
        } else {
            self.source.component
        };
        workload::Event {
            namespace: self.involved_object.namespace,
            about: Owner::new(self.involved_object.kind, self.involved_object.name),
            reason: self.reason,
            message: self.message,
            warning: self.kind == "Warning",
            count: u32::try_from(self.count.max(self.series.count).max(1)).unwrap_or(u32::MAX),
            last: last.or(self.metadata.created),
            source,
        }
    }
}
