//! What clusters and nodes cost, as far as it is known without asking.

use rust_decimal::Decimal;

use crate::{
    engine::plan::CostDelta,
    model::{Region, cluster::Capacity},
};

/// Where the prices are from, and from when.
const SOURCE: &str = "AWS's On-Demand list for Linux, as of March 2026";
/// Hours of a month, as AWS counts them.
const HOURS: u32 = 730;
/// A control plane in standard support, everywhere; in ten-thousandths of a US dollar an hour.
const CLUSTER: i64 = 1_000;
/// The same in extended support.
const CLUSTER_EXTENDED: i64 = 6_000;

/// Instance types by region, in ten-thousandths of a US dollar an hour.
const INSTANCES: &[(&str, &[(&str, i64)])] = &[
    (
        "us-east-1",
        &[
            ("t3.medium", 416),
            ("t3.large", 832),
            ("t3.xlarge", 1_664),
            ("m5.large", 960),
            ("m5.xlarge", 1_920),
            ("g4dn.xlarge", 5_260),
            ("g4dn.2xlarge", 7_520),
            ("g4dn.4xlarge", 12_040),
            ("g4dn.8xlarge", 21_760),
            ("g4dn.12xlarge", 39_120),
            ("g5.xlarge", 10_060),
            ("g5.2xlarge", 12_120),
            ("g5.4xlarge", 16_240),
            ("g5.8xlarge", 24_480),
            ("g5.12xlarge", 56_720),
            ("g5.48xlarge", 162_880),
            ("p5.48xlarge", 550_400),
            ("p5en.48xlarge", 632_960),
        ],
    ),
    (
        "eu-west-1",
        &[
            ("t3.medium", 456),
            ("t3.large", 912),
            ("t3.xlarge", 1_824),
            ("m5.large", 1_070),
            ("m5.xlarge", 2_140),
            ("m5.2xlarge", 4_280),
            ("g4dn.xlarge", 5_870),
        ],
    ),
];

/// The price of an instance, in USD an hour; `None` where it is not in the list.
fn instance(region: &Region, instance_type: &str) -> Option<Decimal> {
    let (_, listed) = INSTANCES
        .iter()
        .find(|(name, _)| *name == region.as_str())?;
    let (_, price) = listed.iter().find(|(name, _)| *name == instance_type)?;
    Some(Decimal::new(*price, 4))
}

/// What a plan adds to the bill, put together line by line.
#[derive(Default)]
pub(super) struct Bill {
    monthly: Decimal,
    basis: Vec<String>,
    /// Something in it has no price, so the sum is not known.
    open: bool,
}

impl Bill {
    /// Nodes that come, or go where `count` is negative.
    pub(super) fn nodes(
        &mut self,
        region: &Region,
        instance_type: &str,
        capacity: Capacity,
        count: i64,
    ) {
        if count == 0 {
            return;
        }
        let what = format!("{count} × {instance_type} in {region}");
        if capacity == Capacity::Spot {
            return self.unknown(&format!("{what}: spot, whose price changes by the hour"));
        }
        if capacity == Capacity::CapacityBlock {
            self.basis
                .push(format!("{what}: paid in advance with the capacity block"));
            return;
        }
        match instance(region, instance_type) {
            Some(hourly) => self.add(&what, hourly, count),
            None => self.unknown(&format!("{what}: not in the list of prices")),
        }
    }

    /// A control plane.
    pub(super) fn cluster(&mut self, standard_support: bool) {
        let (what, price) = if standard_support {
            ("control plane", CLUSTER)
        } else {
            ("control plane in extended support", CLUSTER_EXTENDED)
        };
        self.add(what, Decimal::new(price, 4), 1);
    }

    /// Something that costs and has no price here.
    pub(super) fn unknown(&mut self, line: &str) {
        self.open = true;
        self.basis.push(format!("{line}, so the sum is not known"));
    }

    /// Something that the reader should know beside the sum.
    pub(super) fn note(&mut self, line: String) {
        self.basis.push(line);
    }

    pub(super) fn delta(self) -> CostDelta {
        CostDelta {
            currency: "USD".into(),
            monthly: (!self.open).then(|| self.monthly.normalize()),
            once: None,
            basis: self.basis,
        }
    }

    fn add(&mut self, what: &str, hourly: Decimal, count: i64) {
        let monthly = hourly * Decimal::from(count) * Decimal::from(HOURS);
        self.monthly += monthly;
        let (hourly, monthly) = (hourly.normalize(), monthly.normalize());
        self.basis.push(format!(
            "{what}: {hourly} USD an hour each, {monthly} a month ({SOURCE})"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_is_summed_and_what_is_not_leaves_the_sum_open() {
        let region = Region::from("eu-west-1");
        let mut bill = Bill::default();
        bill.cluster(true);
        bill.nodes(&region, "t3.medium", Capacity::OnDemand, 2);
        bill.nodes(&region, "g4dn.xlarge", Capacity::OnDemand, 0);
        let delta = bill.delta();
        // (0.10 + 2 × 0.0456) × 730
        assert_eq!(delta.monthly, Some("139.576".parse().expect("a number")));
        assert_eq!(delta.basis.len(), 2);
        assert!(delta.basis[1].contains("March 2026"), "{:?}", delta.basis);

        for (kind, capacity) in [
            ("t3.medium", Capacity::Spot),
            ("x9.huge", Capacity::OnDemand),
        ] {
            let mut bill = Bill::default();
            bill.cluster(true);
            bill.nodes(&region, kind, capacity, 1);
            assert_eq!(bill.delta().monthly, None, "{kind}");
        }
        let mut less = Bill::default();
        less.nodes(&region, "g4dn.xlarge", Capacity::OnDemand, -1);
        let saved = less.delta().monthly;
        assert_eq!(saved, Some("-428.51".parse().expect("a number")));
    }
}
