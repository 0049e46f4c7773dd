//! From a sealed plan to a run: everything that is checked before it may begin, and who says yes.

use std::collections::{BTreeMap, btree_map};

use super::{
    Arming, Challenge, Clock, Confirmation, Engine, Error, Result, RunId, Sealed, approval,
    confirm, journal,
    machine::{self, Action, run},
    plan, policy, runner,
    steer::expects,
};
use crate::{
    model::Standing,
    provider::{Control, Envelope, Provider},
};

/// How long a yes holds for effects that have not begun.
const APPROVED: jiff::SignedDuration = jiff::SignedDuration::from_hours(1);

impl Engine {
    /// Opens a run of a confirmed plan. Refused when it was applied before, has expired, is not
    /// confirmed, the session may not write, or what it was made from has changed. Sends nothing:
    /// a runner does that.
    pub async fn start(
        &self,
        sealed: &Sealed,
        confirmation: &Confirmation,
        arming: &Arming,
        provider: &Provider,
        by: &str,
        clock: &dyn Clock,
    ) -> Result<RunId> {
        self.sync_for(confirmation).await?;
        if let Some((run, state)) = self.journal().run_of(sealed.digest())? {
            return Err(journal::Error::AlreadyApplied { run, state }.into());
        }
        let now = clock.now();
        arming.permit(now)?;
        let control = provider.control.as_deref().ok_or(runner::Error::ReadOnly)?;
        if confirmation.plan() != sealed.digest() {
            let wanted = Challenge::of(sealed).wanted();
            let typed = confirmation.typed().to_owned();
            return Err(confirm::NotConfirmed { typed, wanted }.into());
        }
        if now > sealed.plan().expires_at {
            return Err(Error::Expired(sealed.plan().expires_at));
        }
        if let Some((by, scope)) = self.journal().holder(&sealed.scopes())? {
            return Err(journal::Error::ScopeHeld { scope, by }.into());
        }
        let rulings = self.permit(sealed, now, None)?;
        let warned = policy::warnings(&rulings).filter(|rule| !confirmation.knows(rule));
        let warned: Vec<String> = warned.map(str::to_owned).collect();
        if !warned.is_empty() {
            return Err(Error::Unacknowledged(warned));
        }
        still_holds(sealed, control).await?;
        let needed = match confirmation.breaks_glass() {
            // Whoever else could say yes cannot be reached either.
            Some(_) => 1,
            None => self.policy.people(sealed.plan(), &rulings),
        };
        let yes = approval_of(sealed, by, confirmation, now);
        let opening = run::Event::opening(sealed, yes, needed);
        self.open_run(sealed, opening, confirmation, clock).await
    }

    /// Adds another person's yes to a run that waits for it.
    pub async fn approve(
        &self,
        run: RunId,
        confirmation: &Confirmation,
        by: &str,
        clock: &dyn Clock,
    ) -> Result<()> {
        self.refresh(run).await?;
        let standing = self.standing(run)?;
        let (sealed, view) = (&standing.sealed, &standing.view);
        expects(run, view.state, Action::Approve)?;
        if confirmation.plan() != sealed.digest() {
            let wanted = Challenge::of(sealed).wanted();
            let typed = confirmation.typed().to_owned();
            return Err(confirm::NotConfirmed { typed, wanted }.into());
        }
        let same =
            |known: &machine::Approval| approval::principal(&known.by) == approval::principal(by);
        if view.approvals.iter().any(same) {
            return Err(Error::SamePerson { by: by.into() });
        }
        self.permit(sealed, clock.now(), Some(run))?;
        let yes = approval_of(sealed, by, confirmation, clock.now());
        let mut events = vec![run::Event::ApprovalGiven(yes).into()];
        if view.approvals.len() + 1 >= view.needed as usize {
            let plan = sealed.digest();
            events.push(run::Event::ApprovalGranted { plan }.into());
        }
        self.write(run, by, &events, clock).await
    }

    /// Says no to a run that waits for a yes.
    pub async fn reject(
        &self,
        run: RunId,
        by: &str,
        reason: &str,
        clock: &dyn Clock,
    ) -> Result<()> {
        self.refresh(run).await?;
        let view = self.standing(run)?.view;
        expects(run, view.state, Action::Reject)?;
        let event = run::Event::ApprovalDenied {
            by: by.into(),
            reason: reason.into(),
        };
        self.write(run, by, &[event.into()], clock).await
    }

    /// What the rules in force say now of a plan, unless they forbid it.
    fn permit(
        &self,
        sealed: &Sealed,
        now: jiff::Timestamp,
        own: Option<RunId>,
    ) -> Result<Vec<plan::Ruling>> {
        let rulings = self.policy.judge(sealed.plan(), now, &self.history(own)?);
        let denied = policy::denials(&rulings);
        let denied = denied.map(|ruling| format!("{} ({})", ruling.message, ruling.rule));
        let denied: Vec<String> = denied.collect();
        if denied.is_empty() {
            Ok(rulings)
        } else {
            Err(Error::Forbidden(denied))
        }
    }

    /// What ran before, `own` not counted.
    pub(super) fn history(&self, own: Option<RunId>) -> Result<policy::History> {
        Ok(self.journal().history(own)?)
    }
}

fn approval_of(
    sealed: &Sealed,
    by: &str,
    confirmation: &Confirmation,
    now: jiff::Timestamp,
) -> machine::Approval {
    let hour = now.checked_add(APPROVED).unwrap_or(now);
    machine::Approval {
        plan: sealed.digest(),
        by: by.into(),
        typed: confirmation.typed().into(),
        proof: if by.starts_with("arn:") {
            "sts"
        } else {
            "user"
        }
        .into(),
        expires: hour.min(sealed.plan().expires_at).as_microsecond(),
    }
}

/// Whether the plan's changes can still be made from what is there, and are not made already. What
/// refers to something that the run has yet to make is looked at when its turn comes.
async fn still_holds(sealed: &Sealed, control: &dyn Control) -> Result<()> {
    // Of several changes to one thing, the first tells whether it stands as planned from, and the
    // last whether it stands as wanted.
    let mut ends: BTreeMap<String, (Envelope, Envelope)> = BTreeMap::new();
    let mut later = false;
    for step in &sealed.plan().steps {
        let Some(change) = step.changes() else {
            continue;
        };
        if !plan::symbols(&serde_json::json!(change)).is_empty() {
            later = true;
            continue;
        }
        let envelope = Envelope {
            change: change.clone(),
            key: sealed.key(step),
            tags: sealed.tags(&step.id),
            reference: format!("plan {}/{}", sealed.digest().short(), step.id),
        };
        match ends.entry(change.scope()) {
            btree_map::Entry::Vacant(entry) => {
                entry.insert((envelope.clone(), envelope));
            }
            btree_map::Entry::Occupied(mut entry) => entry.get_mut().1 = envelope,
        }
    }
    let mut drift = Vec::new();
    let mut done = true;
    for (first, last) in ends.values() {
        let now = control.standing(last).await.map_err(Error::Unseen)?;
        if matches!(now, Standing::To { .. }) {
            continue;
        }
        done = false;
        let now = control.standing(first).await.map_err(Error::Unseen)?;
        if let Standing::Elsewhere(lines) | Standing::Several(lines) = now {
            drift.extend(lines);
        }
    }
    if !drift.is_empty() {
        return Err(Error::Drift(drift));
    }
    if done && !later && !ends.is_empty() {
        return Err(Error::NothingToDo);
    }
    Ok(())
}
