//! Which of the records of one name and type Route 53 answers with: by health, failover and weight.

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};

use super::zones::{Policy, Set};

/// The record to answer with. Where none is healthy, all count as healthy: that is how Route 53
/// decides.
pub(super) fn among<'a>(records: &[&'a Set]) -> Option<&'a Set> {
    let healthy: Vec<&Set> = records.iter().copied().filter(|set| set.healthy).collect();
    let primary = |records: &[&'a Set]| {
        let mut primary = records.iter().filter(|set| set.policy == Policy::Primary);
        primary.next().copied()
    };
    if records.iter().any(|set| set.policy == Policy::Primary) {
        return primary(&healthy)
            .or_else(|| healthy.first().copied())
            .or_else(|| primary(records));
    }
    // Records of weight 0 answer only where nothing else can.
    let weighty = |records: &[&'a Set]| -> Vec<&'a Set> {
        let some = records.iter().copied().filter(|set| set.weight() > 0);
        some.collect()
    };
    let candidates = [
        weighty(&healthy),
        healthy,
        weighty(records),
        records.to_vec(),
    ];
    let candidates = candidates.into_iter().find(|some| !some.is_empty())?;
    Some(drawn(&candidates))
}

/// One by chance, in the proportion of the weights; alike where all weigh nothing.
fn drawn<'a>(records: &[&'a Set]) -> &'a Set {
    let weigh = |set: &Set| u64::from(set.weight().max(1));
    let total: u64 = records.iter().map(|set| weigh(set)).sum();
    let mut drawn = chance() % total;
    for set in records {
        match drawn.checked_sub(weigh(set)) {
            Some(rest) => drawn = rest,
            None => return set,
        }
    }
    unreachable!("less than the total was drawn")
}

fn chance() -> u64 {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    RandomState::new().hash_one(DRAWN.fetch_add(1, Ordering::Relaxed))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(policy: Policy, value: &str, healthy: bool) -> Set {
        Set {
            policy,
            values: vec![value.into()],
            healthy,
            ..Set::default()
        }
    }

    fn seen(records: &[Set]) -> Vec<String> {
        let records: Vec<&Set> = records.iter().collect();
        let drawn = (0..200).filter_map(|_| among(&records));
        let mut seen: Vec<String> = drawn.map(|set| set.values[0].clone()).collect();
        seen.sort();
        seen.dedup();
        seen
    }

    #[test]
    fn a_side_of_weight_0_stands_by_until_every_other_is_sick() {
        let pair = |healthy| {
            [
                set(Policy::Weight(100), "blue", healthy),
                set(Policy::Weight(0), "green", true),
            ]
        };
        assert_eq!(seen(&pair(true)), ["blue"]);
        assert_eq!(seen(&pair(false)), ["green"]);
    }

    #[test]
    fn sides_that_all_weigh_nothing_answer_alike() {
        let pair = [
            set(Policy::Weight(0), "blue", true),
            set(Policy::Weight(0), "green", true),
        ];
        assert_eq!(seen(&pair), ["blue", "green"]);
    }

    #[test]
    fn the_secondary_answers_while_the_primary_is_sick_and_not_when_both_are() {
        let pair = |one, two| {
            [
                set(Policy::Primary, "one", one),
                set(Policy::Secondary, "two", two),
            ]
        };
        assert_eq!(seen(&pair(true, true)), ["one"]);
        assert_eq!(seen(&pair(false, true)), ["two"]);
        assert_eq!(seen(&pair(false, false)), ["one"]);
    }
}
