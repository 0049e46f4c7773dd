//! Instances, as far as they are counted.

use serde::{Deserialize, Serialize};

use super::{Set, describe::list};

list!(Instances InstancesPage: "DescribeInstances" by "InstanceId", 1000 a page, in "reservationSet": Launched);

/// Instances that were launched together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Launched {
    pub instances_set: Set<Instance>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Instance {
    pub instance_id: String,
    pub instance_type: String,
}
