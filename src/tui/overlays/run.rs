//! A run as it goes: its steps, what stands in the way, and the questions that steer it.

use jiff::{SignedDuration, Timestamp};
use ratatui::{Frame, layout::Rect};

use super::{Entry, Overlay, Page, Picker, Question, Reply, page::PageLine, question::Answer};
use crate::{
    config::keymap::Key,
    engine::{
        Request, RunId, RunStanding, RunSummary,
        machine::{run, step},
    },
    model,
    tui::{Action, Effect, State, Theme, Verb, theme::Role, widgets::figures},
};

/// Follows one run. Closing it detaches; the run goes on.
pub struct RunPage {
    run: RunId,
    standing: RunStanding,
}

impl RunPage {
    #[must_use]
    pub const fn new(run: RunId, standing: RunStanding) -> Self {
        Self { run, standing }
    }

    fn lines(&self, state: &State) -> Vec<PageLine> {
        let (plan, view) = (self.standing.sealed.plan(), &self.standing.view);
        let signs = state.symbols;
        let whole = health(view.state);
        let mut head = vec![
            (
                Theme::state_role(whole),
                format!("{} {}", signs.state(whole), view.state),
            ),
            (Role::Muted, "   ".to_owned()),
            (
                Theme::class_role(plan.environment),
                plan.environment.to_string().to_uppercase(),
            ),
        ];
        if let Some(started) = &view.started {
            let end = view
                .ended
                .as_ref()
                .map_or(state.now.as_microsecond(), |ended| ended.at);
            let spent = SignedDuration::from_micros(end - started.at);
            head.push((Role::Muted, format!("   {}", figures::clock(spent))));
        }
        let mut lines = vec![head, Vec::new()];
        for step in &plan.steps {
            let Some(at) = view.steps.get(&step.id) else {
                continue;
            };
            let word = step_health(at.state);
            let mut line = vec![
                (
                    Theme::state_role(word),
                    format!("{} {:<13}", signs.state(word), at.state.to_string()),
                ),
                (Role::Text, step.title.clone()),
            ];
            if at.attempt > 1 {
                line.push((Role::Muted, format!("  attempt {}", at.attempt)));
            }
            lines.push(line);
            if let Some(said) = at.trouble.as_ref().or(at.said.as_ref()) {
                let role = if at.trouble.is_some() {
                    Role::Error
                } else {
                    Role::Muted
                };
                lines.push(vec![(
                    role,
                    format!("                {}", model::text::clean(said)),
                )]);
            }
        }
        if let Some(pause) = &view.pause {
            lines.push(Vec::new());
            lines.push(vec![
                (Role::Warning, format!("paused: {}", pause.reason)),
                (Role::Text, format!("  {}", model::text::clean(&pause.text))),
            ]);
        }
        for left in &view.leftovers {
            lines.push(vec![(
                Role::Error,
                format!("left changed: {}", model::text::clean(left)),
            )]);
        }
        lines.push(Vec::new());
        let mut keys: PageLine = Vec::new();
        for (verb, word) in [
            (Verb::PauseRun, "pause or resume"),
            (Verb::RollBack, "roll back"),
            (Verb::Detach, "detach"),
        ] {
            if let Some(chord) = state.keymap.chord(&["run"], &verb.to_string()) {
                keys.push((Role::Key, crate::config::keymap::spelled(chord)));
                keys.push((Role::Muted, format!(" {word}   ")));
            }
        }
        if !view.state.is_terminal() {
            lines.push(keys);
        }
        lines
    }

    fn page(&self, state: &State) -> Page {
        let title = format!("Run · {}", self.standing.sealed.plan().title);
        Page::new("run", title, self.lines(state))
    }

    fn ask(&self, request: Request) -> Effect {
        Effect::Ask {
            run: self.run,
            request,
        }
    }
}

impl Overlay for RunPage {
    fn name(&self) -> &'static str {
        "run"
    }

    fn context(&self) -> &'static str {
        "run"
    }

    fn key(&mut self, _key: Key, _state: &State) -> Option<Reply> {
        None
    }

    fn act(&mut self, action: &Action, _state: &State) -> Option<Reply> {
        let paused = self.standing.view.state == run::State::Paused;
        let question = |kind: &'static str, word: &'static str, request: Request| {
            Reply::Stay(vec![Effect::Question {
                kind,
                word,
                then: Box::new(self.ask(request)),
            }])
        };
        Some(match action.verb {
            Verb::PauseRun if paused => question("Resume the run?", "resume", Request::Resume),
            Verb::PauseRun => question(
                "Pause the run after what is under way?",
                "pause",
                Request::Pause,
            ),
            Verb::RollBack => {
                let reason = "asked for in the deck".to_owned();
                question(
                    "Take back what the run has changed?",
                    "roll back",
                    Request::RollBack { reason },
                )
            }
            Verb::Detach => Reply::Close(vec![Effect::Say(
                "detached; the run goes on, `:runs` finds it again".into(),
            )]),
            Verb::Open | Verb::Up | Verb::Down => Reply::stay(),
            _ => return None,
        })
    }

    fn run_told(&mut self, run: RunId, standing: &RunStanding) -> bool {
        if self.run == run {
            self.standing = standing.clone();
        }
        self.run == run
    }

    fn next_tick(&self, now: Timestamp) -> Option<Timestamp> {
        let ended = self.standing.view.state.is_terminal();
        (!ended).then_some(now + SignedDuration::from_secs(1))
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        self.page(state).draw(frame, screen, state);
    }
}

/// The runs of this organization, the newest first; picking one follows it.
#[must_use]
pub fn runs(all: &[RunSummary], state: &State) -> Picker {
    let entry = |run: &RunSummary| {
        let word = health(run.state);
        Entry {
            group: "run",
            label: format!("{} {}  {}", state.symbols.state(word), run.state, run.title),
            detail: format!(
                "{}  {}  {} ago  by {}",
                run.environment,
                run.operation,
                figures::span(state.now.duration_since(run.created_at)),
                model::text::clean(&run.created_by)
            ),
            effects: vec![Effect::Follow(run.id)],
            ..Entry::default()
        }
    };
    let entries = all.iter().map(entry).collect();
    Picker::new("runs", "Runs", entries)
}

/// A question whose only answer beside no is `y`.
#[must_use]
pub fn question(title: &str, word: &'static str, then: Effect, now: Timestamp) -> Question {
    let answer = Answer {
        key: Key::char('y'),
        label: word,
        effects: vec![then],
    };
    Question::new("question", title, Vec::new(), vec![answer], now)
}

const fn health(state: run::State) -> model::State {
    use run::State as Run;
    match state {
        Run::Succeeded => model::State::Ok,
        Run::Paused => model::State::Warning,
        Run::RollbackPartial => model::State::Failed,
        Run::RolledBack | Run::Stopped | Run::Rejected | Run::Expired => model::State::Off,
        _ => model::State::Working,
    }
}

const fn step_health(state: step::State) -> model::State {
    use step::State as Step;
    match state {
        Step::Done => model::State::Ok,
        Step::Blocked | Step::Ready | Step::Skipped | Step::Compensated => model::State::Off,
        Step::Ambiguous | Step::NeedsHuman | Step::Halted => model::State::Warning,
        Step::Failed | Step::CompFailed => model::State::Failed,
        _ => model::State::Working,
    }
}
