//! What the spot market took.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CallError, Ec2, Params, Retry, Set, shapes::token};

/// `DescribeSpotPriceHistory` of one instance type running Linux.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpotPrices {
    pub instance_type: String,
    /// The history from then on; it begins with what held at that moment.
    pub since: Timestamp,
}

/// One page of `DescribeSpotPriceHistory`.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SpotHistory {
    pub spot_price_history_set: Set<SpotPrice>,
    next_token: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SpotPrice {
    pub availability_zone: Option<String>,
    pub instance_type: Option<String>,
    pub product_description: Option<String>,
    /// USD an hour.
    pub spot_price: String,
    pub timestamp: String,
}

impl SpotPrices {
    pub const ACTION: &'static str = "DescribeSpotPriceHistory";

    #[must_use]
    pub fn params(&self, next: Option<&str>) -> Params {
        let mut params = Params::default();
        params.set("InstanceType.1", &self.instance_type);
        params.set("ProductDescription.1", "Linux/UNIX");
        // Whole seconds, as botocore writes moments.
        let since = self.since.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        params.set("StartTime", since);
        if let Some(next) = next {
            params.set("NextToken", next);
        }
        params
    }
}

impl Ec2 {
    pub async fn spot_prices(&self, ask: &SpotPrices) -> Result<Vec<SpotPrice>, CallError> {
        let mut prices = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let params = ask.params(next.as_deref());
            let page: SpotHistory = self.call(SpotPrices::ACTION, params, Retry::Shared).await?;
            prices.extend(page.spot_price_history_set.item);
            let following = token(page.next_token);
            // A server that answers with the token it was asked with would be asked for ever.
            if following.is_none() || following == next {
                return Ok(prices);
            }
            next = following;
        }
    }
}
