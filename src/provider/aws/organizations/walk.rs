//! What to ask next, and where each answer belongs: no I/O, so that order and failure are testable.

use std::collections::{BTreeMap, VecDeque};

use super::fetch::{Answer, Task};
use crate::{
    model::{Account, DelegatedAdministrator, Organization, PolicyId, Unit, UnitId},
    provider::{Kind, Result},
};

/// Tags take one call each. Above this many accounts that is minutes of an API that others need.
const TAGGED_ACCOUNTS: usize = 60;

#[derive(Debug)]
pub(super) struct Walk {
    organization: Organization,
    /// Accounts, then the tree: what is on screen first.
    queue: VecDeque<Task>,
    /// Asked for after everything else.
    later: VecDeque<Task>,
    /// Whether the list of accounts tells their places; unknown until its first page.
    places_told: Option<bool>,
    /// Units whose members are asked for once it is known that nobody else tells.
    unvisited: Vec<UnitId>,
    /// Attachments may be told before the unit or account is.
    attached: Vec<(PolicyId, String)>,
    gaps: BTreeMap<String, (usize, String)>,
    tagging: bool,
}

impl Default for Walk {
    fn default() -> Self {
        let first = [
            Task::Accounts(None),
            Task::Describe,
            Task::Roots(None),
            Task::Policies(None),
        ];
        Self {
            organization: Organization::default(),
            queue: first.into(),
            later: [Task::Delegated(None)].into(),
            places_told: None,
            unvisited: Vec::new(),
            attached: Vec::new(),
            gaps: BTreeMap::new(),
            tagging: false,
        }
    }
}

impl Walk {
    pub(super) fn next(&mut self) -> Option<Task> {
        self.queue.pop_front().or_else(|| self.later.pop_front())
    }

    pub(super) const fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Takes an answer in; true when there is more to show. Only what makes the rest pointless is
    /// an error: no list of accounts at all, or nobody signed in.
    pub(super) fn absorb(&mut self, task: Task, answer: Result<Answer>) -> Result<bool> {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let hopeless =
                    matches!(error.kind, Kind::SignedOut { .. } | Kind::MfaNeeded { .. });
                if hopeless
                    || (task == Task::Accounts(None) && self.organization.accounts.is_empty())
                {
                    return Err(error);
                }
                self.miss(&task, &error.kind);
                if matches!(task, Task::Accounts(_)) {
                    self.visit_if_needed(&[]);
                }
                return Ok(false);
            }
        };
        Ok(self.take(task, answer))
    }

    fn take(&mut self, task: Task, answer: Answer) -> bool {
        match (task, answer) {
            (Task::Describe, Answer::Described(id, management)) => {
                self.organization.id = (!id.as_str().is_empty()).then_some(id);
                self.organization.management_account = management;
            }
            (Task::Accounts(_), Answer::Accounts(page, token)) => {
                self.visit_if_needed(&page);
                self.tell(page);
                match token {
                    // Its pages come one after the other: nothing else may stand before them.
                    Some(token) => self.queue.push_front(Task::Accounts(Some(token))),
                    None => self.tag_accounts(),
                }
            }
            (Task::Members(unit, _), Answer::Accounts(page, token)) => {
                self.tell(page);
                self.go_on(token, |token| Task::Members(unit, token));
            }
            (Task::Roots(_), Answer::Units(page, token)) => {
                self.enter(page);
                self.go_on(token, Task::Roots);
            }
            (Task::Units(parent, _), Answer::Units(page, token)) => {
                self.enter(page);
                self.go_on(token, |token| Task::Units(parent, token));
            }
            (Task::Policies(_), Answer::Policies(page, token)) => {
                for policy in &page {
                    self.later.push_back(Task::Document(policy.id.clone()));
                    self.later.push_back(Task::Targets(policy.id.clone(), None));
                }
                self.organization.policies.extend(page);
                self.go_on(token, Task::Policies);
            }
            (Task::Document(id), Answer::Document(document)) => {
                let policies = &mut self.organization.policies;
                if let Some(policy) = policies.iter_mut().find(|policy| policy.id == id) {
                    policy.document = document;
                }
            }
            (Task::Targets(id, _), Answer::Targets(targets, token)) => {
                let pairs = targets.into_iter().map(|target| (id.clone(), target));
                self.attached.extend(pairs);
                self.go_on(token, |token| Task::Targets(id, token));
            }
            (Task::Delegated(_), Answer::Delegated(page, token)) => {
                for account in page {
                    self.later.push_back(Task::Services(account, None));
                    let services = Vec::new();
                    let administrator = DelegatedAdministrator { account, services };
                    self.organization.delegated.push(administrator);
                }
                self.go_on(token, Task::Delegated);
            }
            (Task::Services(account, _), Answer::Services(page, token)) => {
                let delegated = self.organization.delegated.iter_mut();
                for administrator in delegated.filter(|found| found.account == account) {
                    administrator.services.extend(page.iter().cloned());
                }
                self.go_on(token, |token| Task::Services(account, token));
            }
            (Task::UnitTags(id, _), Answer::Tags(tags, token)) => {
                let units = self.organization.units.iter_mut();
                for unit in units.filter(|unit| unit.id == id) {
                    unit.tags.extend(tags.clone());
                }
                self.go_on(token, |token| Task::UnitTags(id, token));
            }
            (Task::AccountTags(id, _), Answer::Tags(tags, token)) => {
                let accounts = self.organization.accounts.iter_mut();
                for account in accounts.filter(|account| account.id == id) {
                    account.tags.extend(tags.clone());
                }
                self.go_on(token, |token| Task::AccountTags(id, token));
            }
            _ => return false,
        }
        true
    }

    fn go_on(&mut self, token: Option<String>, task: impl FnOnce(Option<String>) -> Task) {
        if token.is_some() {
            self.queue.push_back(task(token));
        }
    }

    /// Enters units into the tree and asks for what is below them.
    fn enter(&mut self, units: Vec<Unit>) {
        for unit in units {
            self.queue.push_back(Task::Units(unit.id.clone(), None));
            if self.tagging && unit.parent.is_some() {
                self.later.push_back(Task::UnitTags(unit.id.clone(), None));
            }
            match self.places_told {
                Some(true) => {}
                Some(false) => self.queue.push_back(Task::Members(unit.id.clone(), None)),
                None => self.unvisited.push(unit.id.clone()),
            }
            self.organization.units.push(unit);
        }
    }

    /// Decides, on the first page of accounts, whether every unit must be asked for its members.
    fn visit_if_needed(&mut self, page: &[Account]) {
        if self.places_told.is_some() {
            return;
        }
        let told = !page.is_empty() && page.iter().all(|account| account.parent.is_some());
        self.places_told = Some(told);
        let unvisited = std::mem::take(&mut self.unvisited);
        if !told {
            let members = unvisited.into_iter().map(|unit| Task::Members(unit, None));
            self.queue.extend(members);
        }
    }

    /// Adds accounts, or the place of those that are there already.
    fn tell(&mut self, page: Vec<Account>) {
        for told in page {
            let accounts = &mut self.organization.accounts;
            match accounts.iter_mut().find(|account| account.id == told.id) {
                Some(known) => known.parent = told.parent.or(known.parent.take()),
                None => accounts.push(told),
            }
        }
    }

    fn tag_accounts(&mut self) {
        let accounts = &self.organization.accounts;
        if accounts.len() > TAGGED_ACCOUNTS {
            let gap = format!("tags of {} accounts were not read", accounts.len());
            self.organization.gaps.push(gap);
            return;
        }
        self.tagging = true;
        let accounts = accounts.iter().map(|account| account.id);
        let tags = accounts.map(|account| Task::AccountTags(account, None));
        self.later.extend(tags);
        let units = self.organization.units.iter();
        let units = units.filter(|unit| unit.parent.is_some());
        let tags = units.map(|unit| Task::UnitTags(unit.id.clone(), None));
        self.later.extend(tags);
    }

    fn miss(&mut self, task: &Task, kind: &Kind) {
        let what = match task {
            Task::Describe => "the organization's id",
            Task::Accounts(_) => "the rest of the accounts",
            Task::Roots(_) => "the tree",
            Task::Units(..) => "units below a unit",
            Task::Members(..) => "accounts of a unit",
            Task::Policies(_) => "service control policies",
            Task::Document(_) => "the text of a policy",
            Task::Targets(..) => "where a policy is attached",
            Task::Delegated(_) | Task::Services(..) => "delegated administrators",
            Task::UnitTags(..) | Task::AccountTags(..) => "tags",
        };
        let first = || (0, kind.to_string());
        self.gaps.entry(what.into()).or_insert_with(first).0 += 1;
    }

    /// Everything that was found, in an order that does not depend on who answered first.
    pub(super) fn finish(mut self) -> Organization {
        let attached = std::mem::take(&mut self.attached);
        for (policy, target) in attached {
            let units = self.organization.units.iter_mut();
            for unit in units.filter(|unit| unit.id.as_str() == target) {
                unit.policies.push(policy.clone());
            }
            let accounts = self.organization.accounts.iter_mut();
            for account in accounts.filter(|account| account.id.to_string() == target) {
                account.policies.push(policy.clone());
            }
        }
        let found = &mut self.organization;
        for unit in &mut found.units {
            unit.policies.sort();
        }
        for account in &mut found.accounts {
            account.policies.sort();
        }
        found.units = parents_first(std::mem::take(&mut found.units));
        found
            .accounts
            .sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        found
            .policies
            .sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        found
            .delegated
            .sort_by_key(|administrator| administrator.account);
        let gaps = self
            .gaps
            .into_iter()
            .map(|(what, (times, why))| match times {
                1 => format!("{what} could not be read: {why}"),
                times => format!("{what} could not be read, {times} times: {why}"),
            });
        found.gaps.extend(gaps);
        self.organization
    }
}

/// The root first, each unit after its parent, siblings by name. Units whose parent is missing
/// come last.
fn parents_first(mut units: Vec<Unit>) -> Vec<Unit> {
    units.sort_by(|a, b| b.name.cmp(&a.name));
    let mut sorted: Vec<Unit> = Vec::with_capacity(units.len());
    let mut level: Vec<Option<UnitId>> = vec![None];
    while let Some(parent) = level.pop() {
        let (mine, rest): (Vec<_>, Vec<_>) =
            units.into_iter().partition(|unit| unit.parent == parent);
        units = rest;
        level.extend(mine.iter().map(|unit| Some(unit.id.clone())));
        sorted.extend(mine.into_iter().rev());
    }
    sorted.extend(units);
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{AccountStatus, Tags},
        provider::Error,
    };

    fn account(id: &str, parent: Option<&str>) -> Account {
        Account {
            id: id.parse().expect("an account"),
            arn: "".into(),
            name: id.into(),
            email: String::new(),
            status: AccountStatus::Active,
            joined: None,
            parent: parent.map(Into::into),
            policies: Vec::new(),
            tags: Tags::new(),
        }
    }

    fn unit(id: &str, parent: Option<&str>) -> Unit {
        Unit {
            id: id.into(),
            arn: "".into(),
            name: id.into(),
            parent: parent.map(Into::into),
            policies: Vec::new(),
            tags: Tags::new(),
        }
    }

    fn denied() -> Error {
        Error::new(Kind::Denied {
            action: "organizations:ListRoots".into(),
            message: "no".into(),
        })
    }

    fn asked(walk: &mut Walk) -> Vec<Task> {
        std::iter::from_fn(|| walk.next()).collect()
    }

    #[test]
    fn units_are_asked_for_members_only_where_the_list_does_not_tell_places() {
        for (place, asks) in [(Some("r-1"), false), (None, true)] {
            let mut walk = Walk::default();
            asked(&mut walk);
            let roots = Answer::Units(vec![unit("r-1", None)], None);
            walk.absorb(Task::Roots(None), Ok(roots)).expect("fine");
            let page = Answer::Accounts(vec![account("111122223333", place)], None);
            walk.absorb(Task::Accounts(None), Ok(page)).expect("fine");
            let members = Task::Members("r-1".into(), None);
            assert_eq!(asked(&mut walk).contains(&members), asks);
        }
    }

    #[test]
    fn the_next_page_of_accounts_stands_before_all_else() {
        let mut walk = Walk::default();
        asked(&mut walk);
        let roots = Answer::Units(vec![unit("r-1", None)], None);
        walk.absorb(Task::Roots(None), Ok(roots)).expect("fine");
        let page = vec![account("111122223333", Some("r-1"))];
        let page = Answer::Accounts(page, Some("more".into()));
        walk.absorb(Task::Accounts(None), Ok(page)).expect("fine");
        assert_eq!(walk.next(), Some(Task::Accounts(Some("more".into()))));
    }

    #[test]
    fn what_is_denied_becomes_a_gap_and_the_rest_is_kept() {
        let mut walk = Walk::default();
        let page = Answer::Accounts(vec![account("111122223333", None)], None);
        walk.absorb(Task::Accounts(None), Ok(page)).expect("fine");
        walk.absorb(Task::Roots(None), Err(denied()))
            .expect("a gap");
        walk.absorb(Task::Policies(None), Err(denied()))
            .expect("a gap");
        let organization = walk.finish();
        assert_eq!(organization.accounts.len(), 1);
        let gaps = organization.gaps;
        assert_eq!(gaps.len(), 2, "{gaps:?}");
        assert!(
            gaps[1].starts_with("the tree could not be read"),
            "{gaps:?}"
        );
    }

    #[test]
    fn without_any_account_the_reason_is_the_error() {
        let mut walk = Walk::default();
        let error = walk.absorb(Task::Accounts(None), Err(denied()));
        assert!(error.is_err());
    }

    #[test]
    fn units_come_after_their_parents_whatever_order_they_were_found_in() {
        let found = vec![
            unit("ou-c", Some("ou-b")),
            unit("ou-b", Some("r")),
            unit("ou-a", Some("r")),
            unit("r", None),
        ];
        let order: Vec<String> = parents_first(found)
            .iter()
            .map(|u| u.name.clone())
            .collect();
        assert_eq!(order, ["r", "ou-a", "ou-b", "ou-c"]);
    }
}
