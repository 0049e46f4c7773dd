//! What a network adds to the bill.

use rust_decimal::Decimal;

use super::built::Needs;
use crate::{
    engine::plan::CostDelta,
    model::{
        Region,
        price::{self, monthly},
    },
};

/// NAT gateways and addresses are billed by the hour; all else that is made here is not. Without a
/// known price there is no sum, which is not a sum of nothing.
pub(in crate::engine::operations) fn bill(needs: &Needs, region: &Region) -> Option<CostDelta> {
    let lines = [
        (
            needs.nat_gateways,
            "NAT gateway",
            price::nat_gateway_hour(region),
        ),
        (
            needs.addresses,
            "public IPv4 address",
            price::public_address_hour(region),
        ),
    ];
    let billed = lines.into_iter().filter(|(count, ..)| *count > 0);
    let mut sum = Some(Decimal::ZERO);
    let mut basis = Vec::new();
    for (count, what, hour) in billed {
        let whole = hour.map(|hour| monthly(hour) * Decimal::from(count));
        sum = sum.zip(whole).map(|(sum, whole)| sum + whole);
        basis.push(match hour {
            Some(hour) => format!("{count} × {what} at {hour} USD an hour ({})", price::SOURCE),
            None => format!("{count} × {what}: the price in {region} is not known here"),
        });
    }
    if basis.is_empty() {
        return None;
    }
    basis.push("traffic through NAT gateways is billed by volume besides".into());
    Some(CostDelta {
        currency: "USD".into(),
        monthly: sum.map(|sum| sum.round_dp(2)),
        once: None,
        basis,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(nat_gateways: u32, addresses: u32) -> Needs {
        Needs {
            nat_gateways,
            addresses,
            ..Needs::default()
        }
    }

    #[test]
    fn known_prices_are_summed_and_an_unknown_one_leaves_no_sum() {
        let known = bill(&needs(3, 3), &"eu-west-1".into()).expect("billed");
        // 3 × 730 h × (0.048 + 0.005) USD
        assert_eq!(known.monthly, Some(Decimal::new(11_607, 2)));
        let unknown = bill(&needs(1, 1), &"mx-central-1".into()).expect("billed");
        assert_eq!(unknown.monthly, None);
        assert!(
            unknown.basis[0].ends_with("is not known here"),
            "{:?}",
            unknown.basis
        );
        assert_eq!(bill(&needs(0, 0), &"eu-west-1".into()), None);
    }
}
