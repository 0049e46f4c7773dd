//! Sets of ports, for rules that are asked one after the other.

use super::Traffic;

/// Clients take their port from here: Linux from 32768, others and NAT gateways from 1024 on.
const EPHEMERAL: (u16, u16) = (1024, u16::MAX);

/// The traffic of the answer: to the port that the client took.
pub(super) const fn answers(traffic: Traffic) -> Traffic {
    let ports = match traffic.protocol {
        Some(6 | 17) => Some(EPHEMERAL),
        _ => None,
    };
    Traffic {
        protocol: traffic.protocol,
        ports,
    }
}

/// Ports that no rule has decided yet: inclusive ranges, apart from each other.
pub(super) struct Undecided(Vec<(u16, u16)>);

impl Undecided {
    pub(super) fn new(traffic: Traffic) -> Self {
        Self(vec![traffic.ports.unwrap_or((0, u16::MAX))])
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out the ports of a rule; how many those were.
    pub(super) fn take(&mut self, ports: Option<(u16, u16)>) -> u32 {
        let (first, last) = ports.unwrap_or((0, u16::MAX));
        let mut left = Vec::new();
        let mut taken = 0;
        for (from, to) in std::mem::take(&mut self.0) {
            if to < first || last < from {
                left.push((from, to));
                continue;
            }
            taken += u32::from(to.min(last)) - u32::from(from.max(first)) + 1;
            if from < first {
                left.push((from, first - 1));
            }
            if last < to {
                left.push((last + 1, to));
            }
        }
        self.0 = left;
        taken
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn taking_ranges_leaves_what_a_set_of_ports_would(
            rules in proptest::collection::vec((0u16..40, 0u16..40), 0..6),
        ) {
            let asked = Traffic { protocol: Some(6), ports: Some((5, 35)) };
            let mut undecided = Undecided::new(asked);
            let mut left: std::collections::BTreeSet<u16> = (5..=35).collect();
            for (a, b) in rules {
                let (first, last) = (a.min(b), a.max(b));
                let before = left.len();
                left.retain(|port| *port < first || *port > last);
                let taken = undecided.take(Some((first, last)));
                prop_assert_eq!(taken as usize, before - left.len());
            }
            prop_assert_eq!(undecided.is_empty(), left.is_empty());
        }
    }
}
