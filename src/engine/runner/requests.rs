//! What people ask while a run goes on, and what it leads to.

use std::collections::VecDeque;

use super::{Result, Runner, Wish};
use crate::engine::{
    journal::{Asked, Request},
    machine::{Event, Pause, PauseReason, run, step},
    plan::StepId,
};

impl Runner<'_> {
    /// Whether somebody may have asked for something.
    pub(super) fn is_called(&mut self) -> bool {
        // A journal that cannot be read is told by the next write.
        !self.messages.is_empty() || self.book.journal().may_have_news()
    }

    /// Acts on the requests that wait, one after the other: one that has to wait for what is in
    /// flight keeps those after it waiting too.
    pub(super) async fn listen(&mut self) -> Result<()> {
        while let Ok(asked) = self.messages.try_recv() {
            self.heard.push_back(asked);
        }
        let run = self.run;
        let mut waiting: VecDeque<Asked> = self.book.journal().asked(run)?.into();
        let of_this_process = std::mem::take(&mut self.heard);
        waiting.extend(of_this_process);
        while !self.has_wish_of_a_person() {
            let Some(asked) = waiting.pop_front() else {
                self.news = false;
                return Ok(());
            };
            let events = self.answer(&asked)?;
            if !events.is_empty() {
                self.record_for(&events, Some(&asked)).await?;
            } else if !self.has_wish_of_a_person() {
                self.book.journal().acted_on(&asked)?;
            }
        }
        self.heard = waiting
            .into_iter()
            .filter(|asked| asked.id.is_none())
            .collect();
        Ok(())
    }

    fn has_wish_of_a_person(&self) -> bool {
        let wanted = self.wanted.as_ref();
        wanted.is_some_and(|wanted| wanted.asked.is_some())
    }

    /// What a request leads to at once; what has to wait for what is in flight goes into `wanted`.
    /// Nothing where it makes no sense any more.
    fn answer(&mut self, asked: &Asked) -> Result<Vec<Event>> {
        let by = asked.by.clone();
        let state = self.view.state;
        let moving = matches!(
            state,
            run::State::Running | run::State::Verifying | run::State::RollingBack
        );
        match &asked.request {
            Request::Pause if moving => {
                let pause = Pause {
                    reason: PauseReason::Operator,
                    step: None,
                    text: format!("asked by {by}"),
                };
                self.want(Wish::Event(run::Event::Paused(pause)), Some(asked));
            }
            Request::Resume if state == run::State::Paused => return Ok(self.resume(by)),
            Request::RollBack { reason }
                if self.can_go_back()
                    && matches!(
                        state,
                        run::State::Running | run::State::Verifying | run::State::Paused
                    )
                    && !self.view.rolling_back =>
            {
                let because = reason.clone();
                self.want(
                    Wish::Event(run::Event::RollbackBegan { because, by }),
                    Some(asked),
                );
            }
            Request::Stop { reason } if !self.view.stopping => {
                let reason = reason.clone();
                self.want(
                    Wish::Event(run::Event::StopAsked { by, reason }),
                    Some(asked),
                );
            }
            Request::Detach if moving || state == run::State::Leased => {
                self.want(Wish::Detach, Some(asked));
            }
            Request::BreakGlass { reason } => {
                let reason = reason.clone();
                let broken = self.book.break_glass()?;
                let event = broken.then_some(run::Event::GlassBroken { by, reason });
                return Ok(event.map(Event::from).into_iter().collect());
            }
            Request::PassGate { before, typed } if state == run::State::Paused => {
                let mut events = vec![
                    run::Event::GatePassed {
                        before: before.clone(),
                        by: by.clone(),
                        typed: typed.clone(),
                    }
                    .into(),
                ];
                events.extend(self.resume(by));
                return Ok(events);
            }
            Request::Skip { step, reason } if state == run::State::Paused => {
                return Ok(self.skip(step, reason, by));
            }
            Request::Answer {
                step,
                happened,
                made,
                reason,
            } if state == run::State::Paused => {
                return Ok(self.told(step, *happened, made.as_ref(), reason, by));
            }
            _ => {}
        }
        Ok(Vec::new())
    }

    /// Going on means: the step that failed or drifted starts over from its preconditions, patience
    /// begins anew.
    fn resume(&mut self, by: String) -> Vec<Event> {
        let pause = self.view.pause.clone();
        let mut events = vec![run::Event::Resumed { by }.into()];
        self.begin_anew();
        let Some(step) = pause.and_then(|pause| pause.step) else {
            return events;
        };
        let again = match self.view.state_of(&step) {
            step::State::Halted | step::State::Failed if !self.view.rolling_back => {
                step::Event::Reopened
            }
            step::State::CompFailed => step::Event::CompReopened,
            _ => return events,
        };
        events.push(Event::Step(step, again));
        events
    }

    fn skip(&mut self, step: &StepId, reason: &str, by: String) -> Vec<Event> {
        let because = format!("{by} decided: {reason}");
        let event = match self.view.state_of(step) {
            step::State::CompFailed => step::Event::CompSkipped { because },
            step::State::Halted | step::State::Failed | step::State::NeedsHuman
                if !self.view.rolling_back =>
            {
                let made = None;
                step::Event::StepSkipped { because, made }
            }
            _ => return Vec::new(),
        };
        self.begin_anew();
        vec![
            run::Event::Resumed { by }.into(),
            Event::Step(step.clone(), event),
        ]
    }

    /// A person says whether an uncertain change happened. If not, it is sent again.
    fn told(
        &mut self,
        id: &StepId,
        happened: bool,
        made: Option<&String>,
        reason: &str,
        by: String,
    ) -> Vec<Event> {
        if self.view.state_of(id) != step::State::NeedsHuman {
            return Vec::new();
        }
        let found = format!("{by} says: {reason}");
        let event = if happened {
            let made = made.cloned();
            Some(step::Event::LocatedThere { found, made })
        } else {
            let job = self.job(id);
            let envelope = job.envelope();
            envelope.and_then(|envelope| job.intent(&envelope)).ok()
        };
        self.begin_anew();
        let mut events = vec![run::Event::Resumed { by }.into()];
        events.extend(event.map(|event| Event::Step(id.clone(), event)));
        events
    }

    fn begin_anew(&mut self) {
        self.resumed = self.outside.clock.moment();
        self.troubles.clear();
        self.reads.clear();
        self.asleep.clear();
    }

    /// Rolling back ends where a point of no return is passed.
    fn can_go_back(&self) -> bool {
        let passed = |step| self.view.step(step).touched;
        !self.sealed.plan().points_of_no_return.iter().any(passed)
    }
}
