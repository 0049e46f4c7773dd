//! Which side is the canary, and the weights of each stage. Pure.

use super::super::{
    Arguments, Refusal, Wrong,
    weighted::{listed, name_of, side_of},
};
use crate::model::traffic::Record;

/// What the weights of a stage add up to: whole percents are whole weights then.
pub(super) const SUM: u8 = 100;

/// The way of a canary through its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schedule {
    /// The canary's place in the group.
    pub(super) canary: usize,
    /// The stable side's.
    pub(super) stable: usize,
    /// The weights as they are.
    pub(super) from: Vec<u8>,
    /// The stages that are still to come: the canary's percent and everybody's weight.
    pub(super) stages: Vec<(u8, Vec<u8>)>,
}

/// Whole percents that rise.
pub(super) fn stages(text: &str) -> Result<Vec<u8>, Refusal> {
    let wrong = |expected: String| {
        Refusal::Wrong(Wrong::Value {
            name: "stages".into(),
            value: text.into(),
            expected,
        })
    };
    let mut stages: Vec<u8> = Vec::new();
    for part in text.split(',') {
        let part = part.trim().trim_end_matches('%').trim_end();
        let percent: u8 = part
            .parse()
            .ok()
            .filter(|percent| (1..=SUM).contains(percent))
            .ok_or_else(|| wrong(format!("`{part}` is no whole percent from 1 to 100")))?;
        if let Some(last) = stages.last().filter(|last| **last >= percent) {
            return Err(wrong(format!(
                "{percent} does not rise above {last}; dns-switch takes traffic back"
            )));
        }
        stages.push(percent);
    }
    Ok(stages)
}

/// The stages that the group has not reached yet.
pub(super) fn schedule(
    wish: &Arguments,
    group: &[&Record],
    stages: &[u8],
) -> Result<Schedule, Refusal> {
    let name = name_of(group);
    let impossible = |why: String| Err(Refusal::Impossible(format!("{name} {why}")));
    let from: Vec<u8> = group.iter().filter_map(|record| record.weight()).collect();
    let names: Vec<&str> = group.iter().map(|record| side_of(record)).collect();
    let to = wish.text("to");
    let Some(canary) = names.iter().position(|side| *side == to) else {
        return Err(Refusal::Wrong(Wrong::Value {
            name: "to".into(),
            value: to.into(),
            expected: format!("no such side; the sides are {}", names.join(", ")),
        }));
    };
    let sum: u32 = from.iter().map(|&weight| u32::from(weight)).sum();
    if sum == 0 {
        return impossible(
            "has weight 0 on every side, which is an equal share for each; set them by dns-switch \
             first"
                .into(),
        );
    }
    let last = stages.last().copied().unwrap_or(SUM);
    // Shares are compared as fractions of one sum: nothing is rounded.
    let has = u32::from(from[canary]) * u32::from(SUM);
    let reaches = |percent: u8| u32::from(percent) * sum;
    if has == reaches(last) {
        return Err(Refusal::NothingToDo(format!(
            "{to} has {last} % of the answers of {name} already: {}",
            listed(group, &from)
        )));
    }
    if has > reaches(last) {
        return impossible(format!(
            "sends {to} more than the last stage's {last} % already ({}); dns-switch takes traffic \
             back",
            listed(group, &from)
        ));
    }
    let others = from.iter().enumerate();
    let others = others.filter(|(at, weight)| *at != canary && **weight > 0);
    let stable: Vec<usize> = others.map(|(at, _)| at).collect();
    let &[stable] = stable.as_slice() else {
        let sides: Vec<&str> = stable.iter().map(|&at| names[at]).collect();
        return impossible(format!(
            "has traffic on {}: a canary is watched beside one stable side; take it from the others \
             by dns-switch first",
            sides.join(", ")
        ));
    };
    let weights = |percent: u8| {
        let mut weights = vec![0; from.len()];
        weights[canary] = percent;
        weights[stable] = SUM - percent;
        (percent, weights)
    };
    let ahead = stages.iter().filter(|percent| reaches(**percent) > has);
    Ok(Schedule {
        canary,
        stable,
        stages: ahead.map(|percent| weights(*percent)).collect(),
        from,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::plan::sample;

    fn wish() -> Arguments {
        Arguments::new().with("to", "green")
    }

    #[test]
    fn percents_are_whole_and_rise() {
        assert_eq!(stages("5, 25%,100").expect("rising"), [5, 25, 100]);
        for (text, told) in [
            (
                "0,5",
                "--stages `0,5`: `0` is no whole percent from 1 to 100",
            ),
            (
                "0.5",
                "--stages `0.5`: `0.5` is no whole percent from 1 to 100",
            ),
            (
                "101",
                "--stages `101`: `101` is no whole percent from 1 to 100",
            ),
            ("", "--stages ``: `` is no whole percent from 1 to 100"),
            (
                "50,25",
                "--stages `50,25`: 25 does not rise above 50; dns-switch takes traffic back",
            ),
        ] {
            assert_eq!(stages(text).expect_err(told).to_string(), told);
        }
    }

    proptest! {
        #[test]
        fn weights_rise_to_what_is_wanted_and_their_sum_stays(
            stable in 1_u8..=255,
            canary in 0_u8..=255,
            percents in proptest::collection::btree_set(1_u8..=100, 1..8),
        ) {
            let stages: Vec<u8> = percents.into_iter().collect();
            let last = stages[stages.len() - 1];
            let (one, other) = (sample::record("blue", stable), sample::record("green", canary));
            let sum = u32::from(stable) + u32::from(canary);
            let has = u32::from(canary) * 100;
            match schedule(&wish(), &[&one, &other], &stages) {
                Ok(way) => {
                    prop_assert!(has < u32::from(last) * sum);
                    prop_assert_eq!((way.canary, way.stable), (1, 0));
                    let mut before = has;
                    for (percent, weights) in &way.stages {
                        let all: u32 = weights.iter().map(|&weight| u32::from(weight)).sum();
                        prop_assert_eq!(all, u32::from(SUM));
                        prop_assert_eq!(weights[1], *percent);
                        prop_assert!(stages.contains(percent));
                        let share = u32::from(*percent) * sum;
                        prop_assert!(share > before, "{} after {}", share, before);
                        before = share;
                    }
                    let end = vec![SUM - last, last];
                    prop_assert_eq!(&way.stages[way.stages.len() - 1].1, &end);
                }
                Err(Refusal::NothingToDo(_)) => {
                    prop_assert_eq!(has, u32::from(last) * sum);
                }
                Err(Refusal::Impossible(_)) => prop_assert!(has > u32::from(last) * sum),
                Err(other) => prop_assert!(false, "{}", other),
            }
        }
    }
}
