//! Regions and availability zones, neither of which comes in pages.

use serde::{Deserialize, Serialize};

use super::{CallError, Ec2, Params, Retry, Set};

/// `DescribeRegions`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DescribeRegions {
    /// Also those that the account has not opted in to.
    pub all: bool,
}

/// The answer of `DescribeRegions`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Regions {
    pub region_info: Set<Region>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Region {
    pub region_name: String,
    /// `opt-in-not-required`, `opted-in`, `not-opted-in`
    pub opt_in_status: Option<String>,
}

/// The answer of `DescribeAvailabilityZones`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Zones {
    pub availability_zone_info: Set<Zone>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Zone {
    pub zone_name: String,
    pub zone_id: Option<String>,
    pub region_name: String,
    pub zone_state: String,
    /// `availability-zone`, `local-zone`, `wavelength-zone`
    pub zone_type: Option<String>,
}

impl DescribeRegions {
    #[must_use]
    pub fn params(&self) -> Params {
        let mut params = Params::default();
        params.set("AllRegions", self.all);
        params
    }
}

impl Ec2 {
    pub async fn regions(&self, ask: &DescribeRegions) -> Result<Vec<Region>, CallError> {
        let answer: Regions = self
            .call("DescribeRegions", ask.params(), Retry::Shared)
            .await?;
        Ok(answer.region_info.item)
    }

    /// The zones of this region that the account has.
    pub async fn zones(&self) -> Result<Vec<Zone>, CallError> {
        let answer: Zones = self
            .call(
                "DescribeAvailabilityZones",
                Params::default(),
                Retry::Shared,
            )
            .await?;
        Ok(answer.availability_zone_info.item)
    }
}
