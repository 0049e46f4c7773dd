//! How large a node group is and may be, and how a wish for another size becomes one that EKS takes.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Fewest, wanted and most nodes. EKS takes a triple only whole: `min ≤ desired ≤ max`, `max ≥ 1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Sizes {
    pub min: u32,
    pub desired: u32,
    pub max: u32,
}

/// What is asked for; a value that is not given moves only as far as the given ones need it to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub min: Option<u32>,
    pub desired: Option<u32>,
    pub max: Option<u32>,
}

/// Why a wish is no size of a node group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSizes {
    #[error("EKS wants a maximum of at least 1; a desired size of 0 empties the group")]
    NoRoom,
    #[error("{low_name} {low} is more than {high_name} {high}")]
    Crossed {
        low_name: &'static str,
        low: u32,
        high_name: &'static str,
        high: u32,
    },
}

impl Sizes {
    #[must_use]
    pub const fn new(min: u32, desired: u32, max: u32) -> Self {
        Self { min, desired, max }
    }

    /// The nearest size that has all that is wanted.
    pub fn towards(self, wanted: Wanted) -> Result<Self, NoSizes> {
        if wanted.max == Some(0) {
            return Err(NoSizes::NoRoom);
        }
        let pairs = [
            (("min", wanted.min), ("desired", wanted.desired)),
            (("desired", wanted.desired), ("max", wanted.max)),
            (("min", wanted.min), ("max", wanted.max)),
        ];
        for ((low_name, low), (high_name, high)) in pairs {
            if let (Some(low), Some(high)) = (low, high)
                && low > high
            {
                return Err(NoSizes::Crossed {
                    low_name,
                    low,
                    high_name,
                    high,
                });
            }
        }
        let (least, most) = (wanted.min.unwrap_or(0), wanted.max.unwrap_or(u32::MAX));
        let desired = wanted.desired.unwrap_or(self.desired.clamp(least, most));
        Ok(Self {
            min: wanted.min.unwrap_or(self.min.min(desired)),
            desired,
            max: wanted.max.unwrap_or(self.max.max(desired).max(1)),
        })
    }

    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.min <= self.desired && self.desired <= self.max && self.max >= 1
    }

    /// The desired size to send with these bounds where an autoscaler decides about it and `found`
    /// is what it is right before: none while it lies within, for EKS acts on a desired size at
    /// once and would take back what the autoscaler has just decided.
    #[must_use]
    pub fn desired_beside(self, found: u32) -> Option<u32> {
        let within = found.clamp(self.min, self.max);
        (within != found).then_some(within)
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "min {} desired {} max {}",
            self.min, self.desired, self.max
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten sizes that groups have, and twenty wishes: two hundred transitions.
    const FROM: [(u32, u32, u32); 10] = [
        (0, 0, 1),
        (0, 0, 2),
        (0, 1, 2),
        (1, 1, 1),
        (2, 2, 4),
        (2, 3, 4),
        (0, 4, 8),
        (3, 5, 6),
        (4, 4, 4),
        (0, 8, 8),
    ];
    const WISHES: [(Option<u32>, Option<u32>, Option<u32>); 20] = [
        (None, None, None),
        (None, Some(0), None),
        (None, Some(1), None),
        (None, Some(2), None),
        (None, Some(5), None),
        (None, Some(8), None),
        (Some(0), None, None),
        (Some(1), None, None),
        (Some(3), None, None),
        (Some(8), None, None),
        (None, None, Some(0)),
        (None, None, Some(1)),
        (None, None, Some(3)),
        (None, None, Some(8)),
        (Some(2), Some(4), None),
        (None, Some(4), Some(6)),
        (Some(2), None, Some(3)),
        (Some(1), Some(3), Some(5)),
        (Some(4), Some(2), None),
        (Some(5), None, Some(3)),
    ];

    /// Every triple that EKS takes, tried one by one: the one that has what is wanted and differs
    /// least from `from`.
    fn searched(from: Sizes, wanted: Wanted) -> Option<Sizes> {
        let range = || 0..=9_u32;
        let all = range().flat_map(|min| {
            range().flat_map(move |desired| range().map(move |max| Sizes::new(min, desired, max)))
        });
        let has = |wish: Option<u32>, value| wish.is_none_or(|wish| wish == value);
        let fits = |sizes: &Sizes| {
            sizes.is_whole()
                && has(wanted.min, sizes.min)
                && has(wanted.desired, sizes.desired)
                && has(wanted.max, sizes.max)
        };
        let far = |sizes: &Sizes| {
            sizes.min.abs_diff(from.min)
                + sizes.desired.abs_diff(from.desired)
                + sizes.max.abs_diff(from.max)
        };
        let fitting: Vec<Sizes> = all.filter(fits).collect();
        let least = fitting.iter().map(far).min()?;
        let mut nearest = fitting.into_iter().filter(|sizes| far(sizes) == least);
        let found = nearest.next();
        assert_eq!(nearest.next(), None, "{from} {wanted:?} has two answers");
        found
    }

    #[test]
    fn two_hundred_transitions_give_the_nearest_triple_that_eks_takes() {
        let mut rows = 0;
        for (min, desired, max) in FROM {
            for (least, wish, most) in WISHES {
                let from = Sizes::new(min, desired, max);
                let wanted = Wanted {
                    min: least,
                    desired: wish,
                    max: most,
                };
                let to = from.towards(wanted);
                assert_eq!(to.ok(), searched(from, wanted), "{from} {wanted:?}");
                rows += 1;
            }
        }
        assert_eq!(rows, 200);
    }

    #[test]
    fn a_desired_size_of_an_autoscaler_is_sent_only_to_bring_it_within_the_bounds() {
        let mut rows = 0;
        for (min, desired, max) in FROM {
            let from = Sizes::new(min, desired, max);
            for (least, _, most) in WISHES {
                let wanted = Wanted {
                    min: least,
                    desired: None,
                    max: most,
                };
                let Ok(to) = from.towards(wanted) else {
                    continue;
                };
                // Wherever the autoscaler has moved it by the time of the send.
                for found in 0..=9 {
                    let sent = to.desired_beside(found);
                    let then = sent.unwrap_or(found);
                    assert!(
                        Sizes {
                            desired: then,
                            ..to
                        }
                        .is_whole(),
                        "{to} {found}"
                    );
                    assert_eq!(sent.is_none(), (to.min..=to.max).contains(&found));
                    rows += 1;
                }
            }
        }
        assert!(rows > 1000, "{rows}");
    }

    #[test]
    fn what_contradicts_itself_is_told() {
        let from = Sizes::new(0, 1, 2);
        let told = |min, desired, max| {
            let wanted = Wanted { min, desired, max };
            from.towards(wanted).expect_err("no size").to_string()
        };
        assert_eq!(told(Some(4), Some(2), None), "min 4 is more than desired 2");
        assert_eq!(told(None, Some(4), Some(3)), "desired 4 is more than max 3");
        assert_eq!(told(Some(5), None, Some(3)), "min 5 is more than max 3");
        assert_eq!(
            told(None, None, Some(0)),
            "EKS wants a maximum of at least 1; a desired size of 0 empties the group"
        );
    }
}
