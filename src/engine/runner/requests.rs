//! What people ask while a run goes on, and what it leads to.

use std::sync::PoisonError;

use super::{Result, Runner};
use crate::engine::{
    journal::{Asked, Request},
    machine::{Event, Pause, PauseReason, run, step},
};

impl Runner<'_> {
    /// Whether a request waits.
    pub(super) fn is_called(&self) -> bool {
        // A journal that cannot be read is told by the next write.
        let journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        !self.messages.is_empty()
            || journal
                .asked(self.run)
                .is_ok_and(|waiting| !waiting.is_empty())
    }

    /// Acts on every request that waits.
    pub(super) fn listen(&mut self) -> Result<()> {
        let mut waiting = {
            let run = self.run;
            self.journal().asked(run)?
        };
        while let Ok(asked) = self.messages.try_recv() {
            waiting.push(asked);
        }
        for asked in waiting {
            let events = self.answer(&asked);
            self.record(&events)?;
            self.journal().acted_on(&asked)?;
        }
        Ok(())
    }

    /// What a request leads to; nothing where it makes no sense any more.
    fn answer(&mut self, asked: &Asked) -> Vec<Event> {
        let by = asked.by.clone();
        let state = self.view.state;
        let moving = matches!(
            state,
            run::State::Running | run::State::Verifying | run::State::RollingBack
        );
        match &asked.request {
            Request::Pause if moving => vec![
                run::Event::Paused(Pause {
                    reason: PauseReason::Operator,
                    step: None,
                    text: format!("asked by {by}"),
                })
                .into(),
            ],
            Request::Resume if state == run::State::Paused => self.resume(by),
            Request::RollBack { reason }
                if self.can_go_back()
                    && matches!(
                        state,
                        run::State::Running | run::State::Verifying | run::State::Paused
                    )
                    && !self.view.rolling_back =>
            {
                let because = reason.clone();
                vec![run::Event::RollbackBegan { because, by }.into()]
            }
            Request::Stop { reason } if !self.view.stopping => {
                let reason = reason.clone();
                vec![run::Event::StopAsked { by, reason }.into()]
            }
            Request::Detach if moving || state == run::State::Leased => {
                self.detached = true;
                vec![
                    run::Event::LeaseReleased {
                        because: format!("detached by {by}"),
                    }
                    .into(),
                ]
            }
            _ => Vec::new(),
        }
    }

    /// Going on means: the gate is passed, the step that failed or drifted starts over from its
    /// preconditions, patience begins anew.
    fn resume(&mut self, by: String) -> Vec<Event> {
        let pause = self.view.pause.clone();
        let mut events = vec![run::Event::Resumed { by: by.clone() }.into()];
        self.resumed = self.clock.moment();
        self.troubles = 0;
        self.reads.clear();
        let Some(Pause {
            reason,
            step: Some(step),
            ..
        }) = pause
        else {
            return events;
        };
        match self.view.state_of(&step) {
            _ if reason == PauseReason::Gate => {
                events.push(run::Event::GatePassed { before: step, by }.into());
            }
            step::State::Halted | step::State::Failed if !self.view.rolling_back => {
                events.push(Event::Step(step, step::Event::Reopened));
            }
            step::State::NeedsHuman | step::State::CompFailed => {
                events.extend(self.once_more(&step));
            }
            _ => {}
        }
        events
    }

    /// Rolling back ends where a point of no return is passed.
    fn can_go_back(&self) -> bool {
        let passed = |step| self.view.step(step).touched;
        !self.sealed.plan().points_of_no_return.iter().any(passed)
    }
}
