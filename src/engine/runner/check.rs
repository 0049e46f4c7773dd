//! Steps that wait, sample and watch.

use std::collections::BTreeMap;

use super::{Result, Runner, answer, send::seconds};
use crate::{
    engine::{
        facts,
        machine::{Event, Pause, PauseReason, run, step},
        plan::{Step, Watch, Work},
        share,
    },
    model::Standing,
    provider,
};
use step::Verdict;

/// Looks in a row that must be bad before a bake fails: one late answer is no outage.
const FAILURES: u32 = 3;

impl Runner<'_> {
    pub(super) async fn check(&mut self, step: &Step) -> Result<()> {
        if self.view.state_of(&step.id) != step::State::Checking {
            self.happened(&step.id, step::Event::CheckBegan)?;
        }
        match &step.work {
            Work::Change { .. } => Ok(()),
            Work::Wait { seconds: wait } => match seconds(*wait).checked_sub(self.age(step)) {
                Some(left) if !left.is_zero() => {
                    self.nap(left).await;
                    Ok(())
                }
                _ => self.happened(&step.id, step::Event::StepDone),
            },
            Work::Answers { .. } => self.sample(step).await,
            Work::Bake { .. } => self.bake(step).await,
        }
    }

    /// Asks the name servers once and judges.
    async fn sample(&mut self, step: &Step) -> Result<()> {
        let Work::Answers {
            account,
            zone,
            sides,
            samples,
            interval_seconds,
            limit_seconds,
        } = &step.work
        else {
            return Ok(());
        };
        let asked = self
            .provider
            .traffic
            .answers(*account, zone, sides, *samples);
        let answers = match answer(self.clock, asked).await {
            Ok(answers) => answers,
            Err(error) => return self.trouble(Some(&step.id), &error).await,
        };
        self.troubles = 0;
        let (verdict, text) = share::judge(sides, &answers);
        let id = || step.id.clone();
        let mut events = vec![Event::Step(
            id(),
            step::Event::CheckSample {
                by_side: answers.by_side,
                strange: answers.strange,
                lost: answers.lost,
                text: text.clone(),
            },
        )];
        if verdict == Verdict::Pass {
            events.push(Event::Step(
                id(),
                step::Event::CheckVerdict { verdict, text },
            ));
            events.push(Event::Step(id(), step::Event::StepDone));
            return self.record(&events);
        }
        // Until everything has converged, other shares are no failure: it is waited for.
        if self.patience_used(step) >= seconds(*limit_seconds) {
            let verdict = Verdict::Inconclusive;
            let said = text.clone();
            events.push(Event::Step(
                id(),
                step::Event::CheckVerdict { verdict, text },
            ));
            events.push(Event::Run(run::Event::Paused(Pause {
                reason: PauseReason::Inconclusive,
                step: Some(id()),
                text: format!("the answers have not the planned shares: {said}"),
            })));
            return self.record(&events);
        }
        self.record(&events)?;
        self.nap(seconds(*interval_seconds)).await;
        Ok(())
    }

    /// Looks once at what must stay true.
    async fn bake(&mut self, step: &Step) -> Result<()> {
        let Work::Bake {
            seconds: whole,
            interval_seconds,
            watch,
        } = &step.work
        else {
            return Ok(());
        };
        let (bad, drift) = match self.watch(watch).await {
            Ok(seen) => seen,
            Err(error) => return self.trouble(Some(&step.id), &error).await,
        };
        self.troubles = 0;
        if !drift.is_empty() {
            return self.happened(&step.id, step::Event::Drift { lines: drift });
        }
        let id = || step.id.clone();
        let text = if bad.is_empty() {
            "everything that is watched is well".to_owned()
        } else {
            bad.join(", ")
        };
        let sample = step::Event::CheckSample {
            by_side: BTreeMap::new(),
            strange: 0,
            lost: 0,
            text: text.clone(),
        };
        let mut events = vec![Event::Step(id(), sample)];
        let failures = if bad.is_empty() {
            self.reads.remove(&step.id);
            0
        } else {
            self.count(&step.id)
        };
        if failures >= FAILURES {
            let verdict = Verdict::Fail;
            let error = text.clone();
            events.push(Event::Step(
                id(),
                step::Event::CheckVerdict { verdict, text },
            ));
            events.push(Event::Step(id(), step::Event::StepFailed { error }));
            return self.record(&events);
        }
        let left = seconds(*whole).checked_sub(self.age(step));
        match left.filter(|left| !left.is_zero()) {
            None if failures == 0 => {
                let verdict = Verdict::Pass;
                events.push(Event::Step(
                    id(),
                    step::Event::CheckVerdict { verdict, text },
                ));
                events.push(Event::Step(id(), step::Event::StepDone));
                self.record(&events)
            }
            left => {
                self.record(&events)?;
                let interval = seconds(*interval_seconds);
                self.nap(left.map_or(interval, |left| left.min(interval)))
                    .await;
                Ok(())
            }
        }
    }

    /// What is not well, and what somebody else changed.
    async fn watch(&self, watch: &[Watch]) -> provider::Result<(Vec<String>, Vec<String>)> {
        let (mut bad, mut drift) = (Vec::new(), Vec::new());
        for watch in watch {
            match watch {
                Watch::Healthy {
                    account,
                    check,
                    what,
                } => {
                    if answer(self.clock, facts::health(self.provider, *account, check)).await?
                        != Some(true)
                    {
                        bad.push(format!("{what} is not healthy (health check {check})"));
                    }
                }
                Watch::Stands { step } => {
                    let plan = self.sealed.plan();
                    let Some(change) = plan.step(step).and_then(Step::change) else {
                        continue;
                    };
                    match answer(self.clock, self.control.standing(change)).await? {
                        Standing::To => {}
                        Standing::From => drift.push(format!("`{step}` was taken back")),
                        Standing::Elsewhere(lines) => drift.extend(lines),
                    }
                }
            }
        }
        Ok((bad, drift))
    }
}
