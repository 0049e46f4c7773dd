//! Zonal shifts: started for a time, after which they end by themselves, or cancelled before.

use serde::{Deserialize, Serialize};

use super::{Change, ChangeKind, Class, Difference, Location, Mark, Ref, Standing, Unbound, Verb};
use crate::model::{
    AccountId, Arn, Region,
    zonal::{ManagedResource, ZonalShift},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ZonalChange {
    Start {
        at: Location,
        resource: Arn,
        name: String,
        /// The zone's id.
        away_from: String,
        minutes: u32,
    },
    Cancel {
        at: Location,
        resource: Arn,
        name: String,
        shift: Ref<String>,
    },
}

impl ZonalChange {
    #[must_use]
    pub const fn at(&self) -> &Location {
        match self {
            Self::Start { at, .. } | Self::Cancel { at, .. } => at,
        }
    }

    #[must_use]
    pub const fn resource(&self) -> &Arn {
        match self {
            Self::Start { resource, .. } | Self::Cancel { resource, .. } => resource,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Start { name, .. } | Self::Cancel { name, .. } => name,
        }
    }

    /// Where the change stands in `found`, its resource; `None` where ARC does not know it.
    pub fn standing(
        &self,
        found: Option<&ManagedResource>,
        mark: Mark<'_>,
    ) -> Result<Standing, Unbound> {
        let Some(found) = found else {
            return Ok(Standing::elsewhere(format!(
                "{} is nothing whose traffic ARC can shift",
                self.name()
            )));
        };
        let shifts = &found.shifts;
        Ok(match self {
            Self::Start { away_from, .. } => {
                let ours = |shift: &&ZonalShift| shift.comment == comment(mark);
                match (shifts.iter().find(ours), shifts.first()) {
                    (Some(ours), _) if found.away.contains(away_from) => {
                        Standing::made(ours.id.as_str())
                    }
                    (Some(ours), _) => Standing::Moving(format!("{} is not applied yet", ours.id)),
                    (None, None) => Standing::From,
                    (None, Some(other)) => Standing::elsewhere(format!(
                        "{} is shifted away from {} already, until {}: {}",
                        found.name, other.away_from, other.expires, other.comment
                    )),
                }
            }
            Self::Cancel { shift, .. } => {
                let id = shift.get()?;
                if shifts.iter().any(|shift| shift.id == *id) {
                    Standing::From
                } else {
                    Standing::to()
                }
            }
        })
    }
}

/// What a shift of a step says of itself: it carries no tags, so this tells it from others'.
#[must_use]
pub fn comment(mark: Mark<'_>) -> String {
    format!("awsdeck {}/{}", mark.plan, mark.step)
}

impl ChangeKind for ZonalChange {
    fn class(&self) -> Class {
        match self {
            Self::Start { .. } => Class::GuardedAct,
            Self::Cancel { .. } => Class::Set,
        }
    }

    fn verb(&self) -> Verb {
        Verb::Shift
    }

    fn inverse(&self, step: &str) -> Option<Change> {
        let Self::Start {
            at, resource, name, ..
        } = self.clone()
        else {
            return None;
        };
        Some(Change::Zonal(Self::Cancel {
            at,
            resource,
            name,
            shift: Ref::output(step),
        }))
    }

    fn account(&self) -> &Ref<AccountId> {
        &self.at().account
    }

    fn region(&self) -> Region {
        self.at().region.clone()
    }

    fn scope(&self) -> String {
        format!("{}/{}", self.at().scope("zonal-shift"), self.resource())
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Start { .. } => "arc-zonal-shift:StartZonalShift",
            Self::Cancel { .. } => "arc-zonal-shift:CancelZonalShift",
        }
    }

    fn reads(&self) -> &'static [&'static str] {
        &["arc-zonal-shift:ListManagedResources"]
    }

    fn title(&self) -> String {
        match self {
            Self::Start {
                name,
                away_from,
                minutes,
                ..
            } => format!("shift {name} away from {away_from} for {minutes} min"),
            Self::Cancel { name, .. } => format!("let {name} have all its zones again"),
        }
    }

    fn differences(&self) -> Vec<Difference> {
        match self {
            Self::Start {
                name, away_from, ..
            } => vec![Difference::removed(format!("{name} traffic in"), away_from)],
            Self::Cancel { name, shift, .. } => {
                vec![Difference::removed(format!("{name} shift"), shift)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const MARK: Mark<'_> = Mark {
        plan: "0123456789abcdef",
        step: "leave",
    };

    fn start() -> ZonalChange {
        let account: AccountId = "111122223333".parse().expect("twelve digits");
        ZonalChange::Start {
            at: Location::new(account, "eu-west-1"),
            resource: "arn:x:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/1".into(),
            name: "shop".into(),
            away_from: "euw1-az1".into(),
            minutes: 60,
        }
    }

    fn shop(shifts: &[(&str, &str)]) -> ManagedResource {
        let shift = |(id, comment): &(&str, &str)| ZonalShift {
            id: (*id).into(),
            away_from: "euw1-az1".into(),
            expires: jiff::Timestamp::UNIX_EPOCH,
            comment: (*comment).into(),
        };
        let shifts: Vec<ZonalShift> = shifts.iter().map(shift).collect();
        ManagedResource {
            arn: start().resource().clone(),
            name: "shop".into(),
            zones: BTreeSet::from(["euw1-az1".into(), "euw1-az2".into()]),
            away: shifts.iter().map(|one| one.away_from.clone()).collect(),
            shifts,
        }
    }

    fn standing(change: &ZonalChange, found: Option<&ManagedResource>) -> Standing {
        change.standing(found, MARK).expect("bound")
    }

    #[test]
    fn a_shift_is_told_from_others_by_what_it_says_of_itself() {
        let ours = comment(MARK);
        assert_eq!(standing(&start(), Some(&shop(&[]))), Standing::From);
        let there = shop(&[("s-1", &ours)]);
        assert_eq!(standing(&start(), Some(&there)), Standing::made("s-1"));
        let mut young = there.clone();
        young.away.clear();
        assert!(matches!(
            standing(&start(), Some(&young)),
            Standing::Moving(_)
        ));
        let Standing::Elsewhere(lines) = standing(&start(), Some(&shop(&[("s-2", "drill")])))
        else {
            panic!("somebody else's");
        };
        assert_eq!(
            lines,
            ["shop is shifted away from euw1-az1 already, until 1970-01-01T00:00:00Z: drill"]
        );
        assert!(matches!(standing(&start(), None), Standing::Elsewhere(_)));
    }

    #[test]
    fn it_is_undone_by_its_own_id_and_stands_so_once_it_has_run_out() {
        let Some(Change::Zonal(back)) = start().inverse("leave") else {
            panic!("a shift can be cancelled");
        };
        assert!(back.standing(Some(&shop(&[])), MARK).is_err(), "no id yet");
        let ZonalChange::Cancel {
            at, resource, name, ..
        } = back
        else {
            panic!("a cancellation");
        };
        let shift = Ref::Known("s-1".to_owned());
        let back = ZonalChange::Cancel {
            at,
            resource,
            name,
            shift,
        };
        assert_eq!(standing(&back, Some(&shop(&[("s-1", "")]))), Standing::From);
        assert_eq!(standing(&back, Some(&shop(&[]))), Standing::to());
    }
}
