//! Where a run stands: the fold of everything that is in its journal.

use std::collections::{BTreeMap, BTreeSet};

use super::{Event, Pause, run, step};
use crate::engine::{
    clock::Moment,
    plan::{Plan, StepId},
};

/// An event that cannot follow what was there: a broken journal, or a mistake of the engine's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{event}` cannot happen to {what} in state `{state}`")]
pub struct Illegal {
    pub event: &'static str,
    pub what: String,
    pub state: String,
}

/// One step as it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StepView {
    pub state: step::State,
    /// How often it was intended to be sent.
    pub attempt: u32,
    /// What an accepted change is followed by.
    pub external_id: Option<String>,
    pub request_id: Option<String>,
    /// The id of what it made or found, which later steps refer to.
    pub made: Option<String>,
    /// When it entered its state; a wait counts from here.
    pub since: Moment,
    /// It has or may have changed something that was not taken back.
    pub touched: bool,
    pub samples: u32,
    /// What the newest sample or verdict said.
    pub said: Option<String>,
    pub verdict: Option<step::Verdict>,
    /// Why it stands where it stands: an error, a drift, a reason to skip.
    pub trouble: Option<String>,
    pub comp_attempt: u32,
    pub comp: Undoing,
    pub comp_external_id: Option<String>,
}

/// How far taking a step back has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undoing {
    /// Nothing was sent, or what was sent did nothing.
    #[default]
    Idle,
    /// The intent is on disk and nothing was sent yet, as far as this process knows.
    Intended,
    /// No answer came: it may have happened.
    Doubtful,
    /// The service accepted it.
    Acked,
}

/// A run as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    pub state: run::State,
    pub pause: Option<Pause>,
    pub steps: BTreeMap<StepId, StepView>,
    pub fence: u64,
    /// Who holds or last held it: host and process id.
    pub holder: Option<(String, u32)>,
    /// Whether the holder let go in good order.
    pub released: bool,
    pub rolling_back: bool,
    pub stopping: bool,
    pub gates_passed: BTreeSet<StepId>,
    /// How many people must say yes.
    pub needed: u32,
    /// Who has said yes.
    pub approvals: Vec<run::Approval>,
    /// The lease that holds was taken without the store that shares it: by whom, and why.
    pub break_glass: Option<(String, String)>,
    pub leftovers: Vec<String>,
    pub started: Option<Moment>,
    pub ended: Option<Moment>,
    /// When anything last happened.
    pub last: Moment,
    forward: run::State,
}

impl RunView {
    /// A run that nothing has happened to yet.
    #[must_use]
    pub fn new(plan: &Plan) -> Self {
        let steps = plan
            .steps
            .iter()
            .map(|step| (step.id.clone(), StepView::default()));
        Self {
            state: run::State::AwaitingApproval,
            pause: None,
            steps: steps.collect(),
            fence: 0,
            holder: None,
            released: true,
            rolling_back: false,
            stopping: false,
            gates_passed: BTreeSet::new(),
            needed: 1,
            approvals: Vec::new(),
            break_glass: None,
            leftovers: Vec::new(),
            started: None,
            ended: None,
            last: Moment::default(),
            forward: run::State::Running,
        }
    }

    /// The step's standing; a step that the plan does not have is blocked for ever.
    #[must_use]
    pub fn step(&self, id: &StepId) -> StepView {
        self.steps.get(id).cloned().unwrap_or_default()
    }

    #[must_use]
    pub fn state_of(&self, id: &StepId) -> step::State {
        self.steps
            .get(id)
            .map_or(step::State::Blocked, |view| view.state)
    }

    /// Whether the step has or may have changed something that was not taken back.
    #[must_use]
    pub fn is_touched(&self, id: &StepId) -> bool {
        self.steps.get(id).is_some_and(|view| view.touched)
    }

    /// Whether what takes the step back is promised on disk and has not left.
    #[must_use]
    pub fn intends_to_undo(&self, id: &StepId) -> bool {
        self.steps
            .get(id)
            .is_some_and(|view| view.comp == Undoing::Intended)
    }

    /// Takes over who executes the run from a view that has seen a line more about it.
    pub fn adopt(&mut self, newer: &Self) {
        self.fence = newer.fence;
        self.holder.clone_from(&newer.holder);
        self.break_glass.clone_from(&newer.break_glass);
        self.released = newer.released;
        self.last = newer.last.clone();
    }

    /// Takes in what happened at `when`. An event that cannot follow changes nothing.
    pub fn apply(&mut self, event: &Event, when: &Moment) -> Result<(), Illegal> {
        match event {
            Event::Run(event) => self.apply_to_run(event, when)?,
            Event::Step(id, event) => self.apply_to_step(id, event, when)?,
        }
        self.last = when.clone();
        Ok(())
    }

    fn apply_to_run(&mut self, event: &run::Event, when: &Moment) -> Result<(), Illegal> {
        let next = self
            .state
            .after(event, self.forward)
            .ok_or_else(|| Illegal {
                event: event.into(),
                what: "the run".into(),
                state: self.state.to_string(),
            })?;
        match event {
            run::Event::LeaseTaken { host, pid, fence } => {
                self.fence = *fence;
                self.holder = Some((host.clone(), *pid));
                self.released = false;
                self.break_glass = None;
            }
            run::Event::LeaseReleased { .. } => self.released = true,
            run::Event::RunStarted => self.started = Some(when.clone()),
            run::Event::Paused(pause) => {
                // A run that was paused before its first step begins with `Running`.
                self.forward = match self.state {
                    run::State::Leased => run::State::Running,
                    other => other,
                };
                self.pause = Some(pause.clone());
            }
            run::Event::GatePassed { before, .. } => {
                self.gates_passed.insert(before.clone());
            }
            run::Event::RollbackBegan { .. } => self.rolling_back = true,
            run::Event::StopAsked { .. } => self.stopping = true,
            run::Event::RunDone { leftovers, .. } => {
                self.leftovers.clone_from(leftovers);
                self.ended = Some(when.clone());
            }
            run::Event::ApprovalDenied { .. } => self.ended = Some(when.clone()),
            run::Event::RunCreated { needed, .. } => self.needed = *needed,
            run::Event::ApprovalGiven(approval) => self.approvals.push(approval.clone()),
            run::Event::ApprovalExpired { .. } => self.approvals.clear(),
            run::Event::GlassBroken { by, reason } => {
                self.break_glass = Some((by.clone(), reason.clone()));
            }
            run::Event::ApprovalGranted { .. }
            | run::Event::VerifyBegan
            | run::Event::Resumed { .. } => {}
        }
        if next != run::State::Paused {
            self.pause = None;
        }
        self.state = next;
        Ok(())
    }

    fn apply_to_step(
        &mut self,
        id: &StepId,
        event: &step::Event,
        when: &Moment,
    ) -> Result<(), Illegal> {
        let illegal = |state: String| Illegal {
            event: event.into(),
            what: format!("step `{id}`"),
            state,
        };
        let running = matches!(
            self.state,
            run::State::Running | run::State::Verifying | run::State::RollingBack
        );
        let view = self
            .steps
            .get_mut(id)
            .ok_or_else(|| illegal("unknown".into()))?;
        let next = view
            .state
            .after(event)
            .filter(|_| running)
            .ok_or_else(|| illegal(view.state.to_string()))?;
        if next != view.state {
            view.since = when.clone();
        }
        view.state = next;
        view.note(event);
        Ok(())
    }
}

impl StepView {
    /// An id, once known, is not forgotten by an answer that leaves it out.
    fn learn(&mut self, made: Option<&String>) {
        if let Some(made) = made {
            self.made = Some(made.clone());
        }
    }

    fn note(&mut self, event: &step::Event) {
        use step::Event as E;
        match event {
            E::Intent { attempt, .. } => {
                self.attempt = *attempt;
                self.trouble = None;
            }
            E::Ack {
                external_id,
                request_id,
                made,
            } => {
                self.external_id.clone_from(external_id);
                self.request_id.clone_from(request_id);
                self.learn(made.as_ref());
                self.touched = true;
            }
            E::LocatedThere { made, .. } => {
                self.learn(made.as_ref());
                self.touched = true;
            }
            E::Settled { made } => self.learn(made.as_ref()),
            E::HumanNeeded { question } => {
                self.touched = true;
                self.trouble = Some(question.clone());
            }
            E::Ambiguous { error } => {
                self.touched = true;
                self.trouble = Some(error.clone());
            }
            // Seen to be absent for the whole window.
            E::LocatedNowhere { .. } => self.touched = false,
            E::Drift { lines } => self.trouble = Some(lines.join("; ")),
            E::StepSkipped { because, made } => {
                self.learn(made.as_ref());
                self.trouble = Some(because.clone());
            }
            E::StepTried { error } | E::StepFailed { error } => {
                self.trouble = Some(error.clone());
            }
            E::CheckSample { text, .. } => {
                self.samples += 1;
                self.said = Some(text.clone());
            }
            E::CheckVerdict { verdict, text } => {
                self.verdict = Some(*verdict);
                self.said = Some(text.clone());
            }
            E::Reopened => {
                self.trouble = None;
                self.verdict = None;
                self.samples = 0;
            }
            E::CompIntent { attempt, .. } => {
                self.comp_attempt = *attempt;
                self.comp = Undoing::Intended;
            }
            E::CompAck { external_id, .. } => {
                self.comp = Undoing::Acked;
                self.comp_external_id.clone_from(external_id);
            }
            E::CompTried { error } | E::CompFailed { error } => {
                self.comp = Undoing::Idle;
                self.trouble = Some(error.clone());
            }
            E::CompAmbiguous { error } => {
                self.comp = Undoing::Doubtful;
                self.trouble = Some(error.clone());
            }
            E::CompReopened => self.comp_attempt = 0,
            E::CompSkipped { because } => self.trouble = Some(because.clone()),
            E::CompDone => {
                self.touched = false;
                self.comp = Undoing::Idle;
            }
            E::StepReady
            | E::PrecheckBegan
            | E::PrecheckOk
            | E::Departed
            | E::LocateBegan
            | E::SettleBegan
            | E::CheckBegan
            | E::StepDone => {}
        }
    }
}
