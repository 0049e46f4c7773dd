//! List prices of what operations make, as far as they are known.
//!
//! AWS changes prices rarely and per region; what is not in a table here is unknown, never free.

use rust_decimal::Decimal;

use super::Region;

/// Hours that AWS counts for a month.
pub const HOURS_PER_MONTH: u32 = 730;

/// When the tables were made, and from what.
pub const SOURCE: &str = "Amazon VPC list prices as published in March 2026";

/// A NAT gateway by the hour, in USD cents of a hundredth (`450` is 0.0450 USD); traffic is billed
/// besides.
const NAT_GATEWAY: &[(&str, i64)] = &[
    ("us-east-1", 450),
    ("us-east-2", 450),
    ("us-west-2", 450),
    ("eu-west-1", 480),
    ("eu-central-1", 520),
    ("ap-south-1", 560),
    ("ap-southeast-1", 590),
    ("ap-northeast-1", 620),
    ("sa-east-1", 930),
];

/// The price of a NAT gateway per hour in USD; `None` where it is not known.
#[must_use]
pub fn nat_gateway_hour(region: &Region) -> Option<Decimal> {
    let mut known = NAT_GATEWAY.iter();
    let found = known.find(|(name, _)| *name == region.as_str());
    found.map(|(_, price)| Decimal::new(*price, 4))
}

/// The price of a public IPv4 address per hour in USD, used or not: one for all commercial regions
/// since February 2024. `None` in the partitions that have prices of their own.
#[must_use]
pub fn public_address_hour(region: &Region) -> Option<Decimal> {
    let name = region.as_str();
    let own = ["cn-", "us-gov-", "us-iso", "eu-isoe", "eusc-"];
    let commercial = !own.iter().any(|prefix| name.starts_with(prefix));
    commercial.then(|| Decimal::new(5, 3))
}

/// A price by the hour as one by the month.
#[must_use]
pub fn monthly(hour: Decimal) -> Decimal {
    hour * Decimal::from(HOURS_PER_MONTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_known_or_unknown_and_never_nothing() {
        let ireland = nat_gateway_hour(&"eu-west-1".into()).expect("known");
        assert_eq!(monthly(ireland), Decimal::new(3504, 2));
        assert_eq!(nat_gateway_hour(&"mx-central-1".into()), None);
        let address = public_address_hour(&"mx-central-1".into()).expect("known");
        assert_eq!(monthly(address), Decimal::new(365, 2));
        assert_eq!(public_address_hour(&"cn-north-1".into()), None);
    }
}
