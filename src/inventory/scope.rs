//! Which part of the organization is looked at.

use std::collections::BTreeSet;

use super::Tree;
use crate::{
    config::nearest,
    model::{Account, AccountId, Organization, Place, Region, Unit, UnitId},
};

/// Accounts, units and regions that are in view. Values of one kind unite, different kinds
/// intersect, nothing named is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub accounts: BTreeSet<AccountId>,
    /// With everything below them.
    pub units: BTreeSet<UnitId>,
    pub regions: BTreeSet<Region>,
}

/// A scope that names what is not there, or names it unclearly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    #[error("there is no {what} `{text}`")]
    Unknown {
        /// `account`, `organizational unit` or `region`.
        what: &'static str,
        text: String,
        /// The nearest that is there.
        near: Option<String>,
    },
    #[error("`{text}` could be any of {}", candidates.join(", "))]
    Ambiguous {
        text: String,
        candidates: Vec<String>,
    },
}

impl ScopeError {
    /// What to write instead.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Unknown { near, .. } => {
                near.as_ref().map(|near| format!("did you mean `{near}`?"))
            }
            Self::Ambiguous { .. } => Some("name it by its id".into()),
        }
    }
}

impl Scope {
    /// Reads what the flags `--account`, `--ou` and `--region` say: ids or unique names of
    /// accounts, ids or paths of units, codes of regions that are among `regions`.
    pub fn parse(
        accounts: &[String],
        units: &[String],
        regions: &[String],
        tree: &Tree,
        known: &[Region],
    ) -> Result<Self, ScopeError> {
        Ok(Self {
            accounts: accounts
                .iter()
                .map(|text| account(text, tree))
                .collect::<Result<_, _>>()?,
            units: units
                .iter()
                .map(|text| unit(text, tree))
                .collect::<Result<_, _>>()?,
            regions: regions
                .iter()
                .map(|text| region(text, known))
                .collect::<Result<_, _>>()?,
        })
    }

    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.accounts.is_empty() && self.units.is_empty() && self.regions.is_empty()
    }

    #[must_use]
    pub fn has_region(&self, region: &Region) -> bool {
        self.regions.is_empty() || self.regions.contains(region) || *region == Region::global()
    }

    /// Whether the account is in view; an account whose unit is unknown is out of any unit.
    /// Walks the organization: over many accounts ask [`Scope::holds`].
    #[must_use]
    pub fn has_account(&self, account: AccountId, organization: Option<&Organization>) -> bool {
        if !self.accounts.is_empty() && !self.accounts.contains(&account) {
            return false;
        }
        if self.units.is_empty() {
            return true;
        }
        let parent =
            organization.and_then(|all| Some((all, all.account(account)?.parent.as_ref()?)));
        parent.is_some_and(|(all, parent)| {
            all.ancestry(parent)
                .iter()
                .any(|unit| self.units.contains(&unit.id))
        })
    }

    #[must_use]
    pub fn has(&self, place: &Place, organization: Option<&Organization>) -> bool {
        self.has_region(&place.region) && self.has_account(place.account, organization)
    }

    /// Whether the account is in view, in constant time.
    #[must_use]
    pub fn holds(&self, account: AccountId, tree: &Tree) -> bool {
        let named = self.accounts.is_empty() || self.accounts.contains(&account);
        named && (self.units.is_empty() || self.holds_unit_of(account, tree))
    }

    /// Whether account and region are in view, in constant time.
    #[must_use]
    pub fn holds_place(&self, place: &Place, tree: &Tree) -> bool {
        self.has_region(&place.region) && self.holds(place.account, tree)
    }

    fn holds_unit_of(&self, account: AccountId, tree: &Tree) -> bool {
        tree.account(account)
            .and_then(|account| account.parent.as_ref())
            .is_some_and(|unit| {
                tree.ancestry(unit)
                    .any(|unit| self.units.contains(&unit.id))
            })
    }
}

fn account(text: &str, tree: &Tree) -> Result<AccountId, ScopeError> {
    if let Ok(id) = text.parse() {
        // An account that discovery does not list can still be looked at, alone.
        return Ok(id);
    }
    let all = &tree.organization().accounts;
    let named: Vec<&Account> = all.iter().filter(|account| account.name == text).collect();
    let named = if named.is_empty() {
        let same = |account: &&Account| account.name.eq_ignore_ascii_case(text);
        all.iter().filter(same).collect()
    } else {
        named
    };
    match named.as_slice() {
        [one] => Ok(one.id),
        [] => Err(unknown(
            "account",
            text,
            all.iter().map(|account| account.name.as_str()),
        )),
        many => Err(ambiguous(
            text,
            many.iter().map(|account| account.id.to_string()),
        )),
    }
}

fn unit(text: &str, tree: &Tree) -> Result<UnitId, ScopeError> {
    let all = &tree.organization().units;
    if let Some(unit) = tree.unit(&UnitId::from(text)) {
        return Ok(unit.id.clone());
    }
    let wanted = text.trim_matches('/');
    let at_path = |unit: &&Unit| tree.path(&unit.id).eq_ignore_ascii_case(wanted);
    // A root has no path; a name alone will do where only one unit has it.
    let by_name = |unit: &&Unit| unit.name.eq_ignore_ascii_case(wanted);
    let mut found: Vec<&Unit> = all.iter().filter(at_path).collect();
    if found.is_empty() {
        found = all.iter().filter(by_name).collect();
    }
    match found.as_slice() {
        [one] => Ok(one.id.clone()),
        [] => {
            let paths = all.iter().map(|unit| tree.path(&unit.id));
            Err(unknown("organizational unit", text, paths))
        }
        many => {
            let paths = many
                .iter()
                .map(|unit| format!("{} ({})", tree.path(&unit.id), unit.id));
            Err(ambiguous(text, paths))
        }
    }
}

fn region(text: &str, known: &[Region]) -> Result<Region, ScopeError> {
    known
        .iter()
        .find(|region| region.as_str() == text)
        .cloned()
        .ok_or_else(|| unknown("region", text, known.iter().map(Region::as_str)))
}

fn unknown<'a>(
    what: &'static str,
    text: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> ScopeError {
    ScopeError::Unknown {
        what,
        text: text.into(),
        near: nearest(text, known).map(Into::into),
    }
}

/// Names at most five.
fn ambiguous(text: &str, candidates: impl IntoIterator<Item = String>) -> ScopeError {
    ScopeError::Ambiguous {
        text: text.into(),
        candidates: candidates.into_iter().take(5).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::inventory::fixture::{self, id};

    fn tree() -> Tree {
        Tree::new(Arc::new(fixture::organization(4)))
    }

    fn parse(accounts: &[&str], units: &[&str], regions: &[&str]) -> Result<Scope, ScopeError> {
        let owned = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let known = [Region::from("eu-west-1"), Region::from("us-east-1")];
        Scope::parse(
            &owned(accounts),
            &owned(units),
            &owned(regions),
            &tree(),
            &known,
        )
    }

    #[test]
    fn values_of_one_flag_unite_and_flags_intersect() {
        let scope =
            parse(&["acme-00001", "000000000002"], &["Environments/Prod"], &[]).expect("fine");
        let tree = tree();
        let held: Vec<AccountId> = (1..=4)
            .map(id)
            .filter(|&account| scope.holds(account, &tree))
            .collect();
        assert_eq!(held, [id(1)]);
        let below = parse(&[], &["environments"], &["eu-west-1"]).expect("fine");
        assert!(below.holds(id(3), &tree));
        assert!(!below.has_region(&Region::from("us-east-1")));
        assert!(below.has_region(&Region::global()));
    }

    #[test]
    fn both_ways_of_asking_agree() {
        let tree = tree();
        for units in [&[][..], &["ou-prod"], &["Dev", "Prod"]] {
            let scope = parse(&[], units, &[]).expect("fine");
            for account in (1..=5).map(id) {
                assert_eq!(
                    scope.holds(account, &tree),
                    scope.has_account(account, Some(tree.organization()))
                );
            }
        }
    }

    #[test]
    fn what_is_not_there_is_answered_with_the_nearest_that_is() {
        let complaint =
            |error: ScopeError| format!("{error}; {}", error.hint().unwrap_or_default());
        let error = parse(&["acme-0000l"], &[], &[]).expect_err("no such account");
        assert_eq!(
            complaint(error),
            "there is no account `acme-0000l`; did you mean `acme-00001`?"
        );
        let error = parse(&[], &["Environments/Prd"], &[]).expect_err("no such unit");
        assert_eq!(
            complaint(error),
            "there is no organizational unit `Environments/Prd`; did you mean `Environments/Prod`?"
        );
        let error = parse(&[], &[], &["eu-west-2"]).expect_err("not looked in");
        assert_eq!(
            complaint(error),
            "there is no region `eu-west-2`; did you mean `eu-west-1`?"
        );
    }

    #[test]
    fn a_name_that_two_accounts_have_names_both() {
        let mut organization = fixture::organization(2);
        organization.accounts[1].name = "acme-00001".into();
        let tree = Tree::new(Arc::new(organization));
        let error = account("acme-00001", &tree).expect_err("two of them");
        assert_eq!(
            error.to_string(),
            "`acme-00001` could be any of 000000000001, 000000000002"
        );
    }
}
