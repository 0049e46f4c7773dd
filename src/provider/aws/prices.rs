//! What instances cost: on demand by the Price List, spot by what the market took last, and capacity
//! that is reserved.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use aws_sdk_pricing::types::{Filter, FilterType};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;

use super::{
    ec2::{CapacityReservation, CapacityReservations, Describe, List, SpotPrices},
    error::Call,
    network::client,
    session::Sessions,
};
use crate::{
    model::{
        Place, Region, ZoneName,
        fleet::{Block, Price, Rate},
    },
    provider::{self, Result},
};

/// Prices in any account and region. Cheap to clone; all clones share what they know.
#[derive(Clone, Debug)]
pub struct Prices {
    sessions: Sessions,
    /// By region and type: the Price List is the same for every account.
    listed: Arc<Mutex<HashMap<(Region, String), Listed>>>,
}

/// A price and its currency; `None` where the list has no such type.
type Listed = Option<(Rate, String)>;

impl Prices {
    #[must_use]
    pub fn new(sessions: Sessions) -> Self {
        let listed = Arc::default();
        Self { sessions, listed }
    }

    async fn on_demand(&self, region: &Region, instance_type: &str) -> Result<Listed> {
        let key = (region.clone(), instance_type.to_owned());
        let known = self
            .listed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let listed = self.ask(region, instance_type).await?;
        let mut all = self.listed.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(key, listed.clone());
        Ok(listed)
    }

    async fn ask(&self, region: &Region, instance_type: &str) -> Result<Listed> {
        let call = Call::unplaced("pricing", "GetProducts");
        let sdk = self.sessions.home_sdk();
        let config = aws_sdk_pricing::config::Builder::from(&sdk)
            .region(aws_sdk_pricing::config::Region::new(lists_in(region)))
            .build();
        let filter = |field: &str, value: &str| {
            Filter::builder()
                .r#type(FilterType::TermMatch)
                .field(field)
                .value(value)
                .build()
                .map_err(|error| {
                    provider::Error::new(provider::Kind::Service {
                        service: "pricing".into(),
                        code: "Request".into(),
                        message: error.to_string(),
                    })
                })
        };
        let answer = aws_sdk_pricing::Client::from_conf(config)
            .get_products()
            .service_code("AmazonEC2")
            .filters(filter("instanceType", instance_type)?)
            .filters(filter("regionCode", region.as_str())?)
            .filters(filter("operatingSystem", "Linux")?)
            .filters(filter("tenancy", "Shared")?)
            .filters(filter("preInstalledSw", "NA")?)
            .filters(filter("capacitystatus", "Used")?)
            .format_version("aws_v1")
            .max_results(10)
            .send()
            .await
            .map_err(|error| call.error(error))?;
        Ok(answer.price_list().iter().find_map(|text| hourly(text)))
    }

    async fn reserved(&self, price: &mut Price) {
        let place = price.place.clone();
        let ask = Describe::all().filter("instance-type", &[price.instance_type.as_str()]);
        let listed = async {
            let ec2 = client(&self.sessions, &place).await?;
            ec2.list::<CapacityReservations>(&ask)
                .await
                .map_err(|error| {
                    Call::new("ec2", CapacityReservations::ACTION, &place).error(error)
                })
        };
        match listed.await {
            Ok(blocks) => price.blocks = blocks.into_iter().map(block).collect(),
            Err(error) => price.gaps.push(gap("capacity reservations", &error)),
        }
    }

    async fn spot(&self, price: &mut Price) {
        let place = price.place.clone();
        // The history begins with what holds now, so asking from now on is enough.
        let ask = SpotPrices {
            instance_type: price.instance_type.clone(),
            since: Timestamp::now(),
        };
        let listed = async {
            let ec2 = client(&self.sessions, &place).await?;
            ec2.spot_prices(&ask)
                .await
                .map_err(|error| Call::new("ec2", SpotPrices::ACTION, &place).error(error))
        };
        match listed.await {
            Ok(history) => {
                for told in history {
                    let (Some(zone), Ok(hourly)) =
                        (told.availability_zone, told.spot_price.parse::<Decimal>())
                    else {
                        continue;
                    };
                    let since = told.timestamp.parse().ok();
                    let zone = ZoneName::from(zone);
                    let newer = price
                        .spot
                        .get(&zone)
                        .is_none_or(|known| known.since < since);
                    if newer {
                        price.spot.insert(zone, Rate { hourly, since });
                    }
                }
            }
            Err(error) => price.gaps.push(gap("spot prices", &error)),
        }
    }
}

fn gap(what: &str, error: &provider::Error) -> String {
    format!("{what}: {}", error.trouble().message)
}

#[async_trait]
impl provider::Prices for Prices {
    async fn price(&self, place: &Place, instance_type: &str) -> Result<Price> {
        let mut price = Price {
            place: place.clone(),
            instance_type: instance_type.to_owned(),
            currency: "USD".into(),
            on_demand: None,
            spot: BTreeMap::new(),
            blocks: Vec::new(),
            gaps: Vec::new(),
        };
        match self.on_demand(&place.region, instance_type).await {
            Ok(Some((rate, currency))) => {
                price.on_demand = Some(rate);
                price.currency = currency;
            }
            Ok(None) => price
                .gaps
                .push("the Price List has no such type in this region".into()),
            Err(error) => price.gaps.push(gap("on demand", &error)),
        }
        self.spot(&mut price).await;
        self.reserved(&mut price).await;
        Ok(price)
    }
}

/// The Price List is served in a few regions only; China has its own.
fn lists_in(region: &Region) -> &'static str {
    if region.as_str().starts_with("cn-") {
        "cn-northwest-1"
    } else {
        "us-east-1"
    }
}

fn block(told: CapacityReservation) -> Block {
    let moment = |text: Option<String>| text.and_then(|text| text.parse().ok());
    Block {
        prepaid: told.reservation_type.as_deref() == Some("capacity-block"),
        zone: told.availability_zone.map(ZoneName::from),
        state: told.state.unwrap_or_default(),
        instances: told.total_instance_count,
        unused: told.available_instance_count,
        starts: moment(told.start_date),
        ends: moment(told.end_date),
        id: told.capacity_reservation_id,
    }
}

/// The parts of a product that are looked at.
#[derive(Deserialize)]
struct Product {
    terms: Terms,
}

#[derive(Deserialize)]
struct Terms {
    #[serde(rename = "OnDemand", default)]
    on_demand: HashMap<String, Offer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Offer {
    effective_date: Option<String>,
    #[serde(default)]
    price_dimensions: HashMap<String, Dimension>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dimension {
    unit: String,
    price_per_unit: HashMap<String, String>,
}

/// The hourly price in a product of the Price List; those at nothing are of other terms.
fn hourly(text: &str) -> Option<(Rate, String)> {
    let product: Product = serde_json::from_str(text).ok()?;
    product.terms.on_demand.values().find_map(|offer| {
        let since = offer
            .effective_date
            .as_deref()
            .and_then(|text| text.parse().ok());
        let dimensions = offer.price_dimensions.values();
        let mut hourly = dimensions.filter(|dimension| dimension.unit == "Hrs");
        hourly.find_map(|dimension| {
            let (currency, amount) = dimension.price_per_unit.iter().next()?;
            let hourly: Decimal = amount.parse().ok()?;
            let rate = Rate {
                hourly: hourly.normalize(),
                since,
            };
            (hourly > Decimal::ZERO).then(|| (rate, currency.clone()))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_of_the_price_list_gives_its_hourly_price_and_since_when() {
        let text = r#"{"product":{"attributes":{"instanceType":"p5.48xlarge"}},"terms":{"OnDemand":{
            "A.JRTCKXETXF":{"effectiveDate":"2026-01-01T00:00:00Z","priceDimensions":{
            "A.JRTCKXETXF.6YS6EN2CT7":{"unit":"Hrs","pricePerUnit":{"USD":"55.0400000000"}}}}}}}"#;
        let (rate, currency) = hourly(text).expect("a price");
        assert_eq!(rate.hourly.to_string(), "55.04");
        assert_eq!(currency, "USD");
        assert_eq!(rate.since, "2026-01-01T00:00:00Z".parse().ok());
        assert_eq!(hourly("{}"), None);
        assert_eq!(hourly(r#"{"terms":{}}"#), None);
        let free = text.replace("55.0400000000", "0.0000000000");
        assert_eq!(hourly(&free), None);
    }
}
