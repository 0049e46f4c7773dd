//! What a run does next: a pure function of the plan and of where the run stands.

use super::{
    graph::Graph,
    machine::{Outcome, Pause, PauseReason, RunView, Undoing, run::State as RunState, step::State},
    plan::{Compensation, OnFailure, Plan, Step, StepId},
};

/// Something for the edge to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Everything before the step is done.
    Ready(StepId),
    /// Read what the step rests on, and write down the intent if it holds.
    Precheck(StepId),
    Send(StepId),
    /// A passing trouble is over, perhaps: check and send again.
    Retry(StepId),
    Locate(StepId),
    /// Follow an accepted change until all of the service has it.
    Settle(StepId),
    /// See that a settled change stands.
    Confirm(StepId),
    /// Do a step that only waits or reads.
    Check(StepId),
    /// See how it stands and what taking it back needs next.
    Undo(StepId),
    /// Send what takes it back.
    SendBack(StepId),
    /// Every change is made; what follows only watches.
    Verify,
    Pause(Pause),
    RollBack {
        because: String,
    },
    Finish {
        outcome: Outcome,
        leftovers: Vec<String>,
    },
}

/// What can be done now, most urgent first; independent commands may be done side by side. Empty
/// only when the run is at its end, is paused, or waits for something that is in flight.
#[must_use]
pub(super) fn next(plan: &Plan, graph: &Graph<'_>, view: &RunView) -> Vec<Command> {
    match view.state {
        RunState::Running | RunState::Verifying if view.stopping => stop(plan, view),
        RunState::Running | RunState::Verifying => forward(plan, graph, view),
        RunState::RollingBack => back(plan, graph, view),
        RunState::Leased if view.stopping => vec![Command::Finish {
            outcome: Outcome::Stopped,
            leftovers: Vec::new(),
        }],
        _ => Vec::new(),
    }
}

/// What is promised on disk and has not left yet. It goes before everything else.
pub(super) fn promised(plan: &Plan, view: &RunView) -> Vec<Command> {
    let command = |step: &Step| {
        let known = view.steps.get(&step.id)?;
        match (known.state, known.comp) {
            (State::Intended, _) => Some(Command::Send(step.id.clone())),
            (State::Compensating, Undoing::Intended) => Some(Command::SendBack(step.id.clone())),
            _ => None,
        }
    };
    plan.steps.iter().filter_map(command).collect()
}

fn forward(plan: &Plan, graph: &Graph<'_>, view: &RunView) -> Vec<Command> {
    let steps: Vec<&Step> = graph.order().filter_map(|id| plan.step(id)).collect();
    let ordered = || steps.iter().copied();
    // What went wrong comes before anything new.
    if let Some(command) = ordered().find_map(|step| stuck(step, view)) {
        return vec![command];
    }
    let commands: Vec<Command> = ordered()
        .filter_map(|step| advance(plan, graph, view, step))
        .collect();
    if !commands.is_empty() {
        let changes_left = plan
            .steps
            .iter()
            .any(|step| step.changes().is_some() && !view.state_of(&step.id).is_passed());
        if !changes_left && view.state == RunState::Running {
            return vec![Command::Verify];
        }
        return commands;
    }
    if ordered().all(|step| view.state_of(&step.id).is_passed()) {
        let leftovers = Vec::new();
        let outcome = Outcome::Succeeded;
        return vec![Command::Finish { outcome, leftovers }];
    }
    Vec::new()
}

/// What a step that cannot go on by itself leads to.
fn stuck(step: &Step, view: &RunView) -> Option<Command> {
    let state = view.state_of(&step.id);
    let text = || view.step(&step.id).trouble.unwrap_or_default();
    let pause = |reason| {
        Some(Command::Pause(Pause {
            reason,
            step: Some(step.id.clone()),
            text: text(),
        }))
    };
    match state {
        State::Failed if step.on_failure == OnFailure::RollBack => Some(Command::RollBack {
            because: format!("{} failed: {}", step.id, text()),
        }),
        State::Failed => pause(PauseReason::FailedStep),
        State::Halted => pause(PauseReason::Drift),
        State::NeedsHuman => pause(PauseReason::Ambiguous),
        _ => None,
    }
}

fn advance(plan: &Plan, graph: &Graph<'_>, view: &RunView, step: &Step) -> Option<Command> {
    let id = step.id.clone();
    let changes = step.changes().is_some();
    match view.state_of(&id) {
        State::Blocked => graph
            .before(&id)
            .all(|need| view.state_of(need).is_passed())
            .then_some(Command::Ready(id)),
        State::Ready | State::Prechecking => match closed_gate(plan, view, &id) {
            Some(pause) => Some(Command::Pause(pause)),
            None if changes => Some(Command::Precheck(id)),
            None => Some(Command::Check(id)),
        },
        State::Retrying => Some(Command::Retry(id)),
        State::Ambiguous | State::Locating => Some(Command::Locate(id)),
        State::Acked | State::Settling => Some(Command::Settle(id)),
        State::Checking if changes => Some(Command::Confirm(id)),
        State::Checking => Some(Command::Check(id)),
        State::Intended
        | State::InFlight
        | State::NeedsHuman
        | State::Done
        | State::Skipped
        | State::Halted
        | State::Failed
        | State::Compensating
        | State::Compensated
        | State::CompFailed
        | State::Orphaned => None,
    }
}

fn closed_gate(plan: &Plan, view: &RunView, step: &StepId) -> Option<Pause> {
    let gate = plan.gates.iter().find(|gate| gate.before == *step)?;
    (!view.gates_passed.contains(step)).then(|| Pause {
        reason: PauseReason::Gate,
        step: Some(step.clone()),
        text: gate.question.clone(),
    })
}

/// Looks for what is open; then takes back, from the last step to the first, what was done.
fn back(plan: &Plan, graph: &Graph<'_>, view: &RunView) -> Vec<Command> {
    let open = locate_open(plan, view);
    if !open.is_empty() {
        return open;
    }
    let touched = |step: &&Step| view.is_touched(&step.id);
    let given_up = |step: &&Step| view.state_of(&step.id) == State::Orphaned;
    let undoable = |step: &&Step| step.inverse().is_some() && !given_up(step);
    let left: Vec<&Step> = plan.steps.iter().filter(touched).filter(undoable).collect();
    if view.stopping || left.is_empty() {
        let leftovers = leftovers(plan, view);
        let outcome = if leftovers.is_empty() {
            Outcome::RolledBack
        } else {
            Outcome::RollbackPartial
        };
        return vec![Command::Finish { outcome, leftovers }];
    }
    // A step is taken back only after everything that was built on it.
    let ids = left.iter().map(|step| &step.id).collect();
    let free = graph.last_of(&ids);
    let mut commands: Vec<Command> = left
        .iter()
        .filter(|step| free.contains(&step.id))
        .filter(|step| !view.intends_to_undo(&step.id))
        .map(|step| match view.state_of(&step.id) {
            State::CompFailed => Command::Pause(Pause {
                reason: PauseReason::FailedStep,
                step: Some(step.id.clone()),
                text: view.step(&step.id).trouble.unwrap_or_default(),
            }),
            _ => Command::Undo(step.id.clone()),
        })
        .collect();
    // One thing that cannot be taken back does not keep the others from it.
    let pauses = |command: &Command| matches!(command, Command::Pause(_));
    if !commands.iter().all(pauses) {
        commands.retain(|command| !pauses(command));
    }
    commands
}

/// Ends the run as it stands, once it is known how it stands.
fn stop(plan: &Plan, view: &RunView) -> Vec<Command> {
    let open = locate_open(plan, view);
    if !open.is_empty() {
        return open;
    }
    vec![Command::Finish {
        outcome: Outcome::Stopped,
        leftovers: leftovers(plan, view),
    }]
}

fn locate_open(plan: &Plan, view: &RunView) -> Vec<Command> {
    let locate = |step: &Step| match view.state_of(&step.id) {
        State::Ambiguous | State::Locating => Some(Command::Locate(step.id.clone())),
        _ => None,
    };
    plan.steps.iter().filter_map(locate).collect()
}

/// What stands changed, each line naming one thing with its id.
fn leftovers(plan: &Plan, view: &RunView) -> Vec<String> {
    let line = |step: &Step| {
        let known = view.step(&step.id);
        let made = known.made.map(|id| format!(" ({id})")).unwrap_or_default();
        let why = match &step.compensation {
            // What goes with another thing is told by that one.
            Compensation::None { .. } => return None,
            Compensation::Irreversible { consequence } => format!(": {consequence}"),
            Compensation::Inverse { .. } => match known.trouble {
                Some(trouble) => format!(": {trouble}"),
                None => String::new(),
            },
        };
        Some(format!("{}{made} stands{why}", step.title))
    };
    let touched = plan.steps.iter().filter(|step| view.is_touched(&step.id));
    touched.filter_map(line).collect()
}
