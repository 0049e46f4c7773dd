//! Writing: plans, runs, and batches of lines in one durable transaction.

use rusqlite::{OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::{
    Asked, Entry, Error, Journal, Record, Result, RunId, Standing, int, lease, read, requests,
    unsigned,
};
use crate::engine::{
    clock::Moment,
    machine::{Event, run},
    plan::{Digest, Sealed, canon},
};

/// Under whose name, in whose run and when lines are written.
#[derive(Clone, Debug)]
pub struct Stamp<'a> {
    pub run: RunId,
    pub actor: &'a str,
    /// The fence that the writer holds; lines of whoever lost the run are refused.
    pub fence: u64,
    pub when: Moment,
}

impl Journal {
    /// Keeps a plan. Keeping it again changes nothing.
    pub fn keep_plan(&mut self, sealed: &Sealed) -> Result<()> {
        let plan = sealed.plan();
        self.connection.execute(
            "INSERT INTO plan(digest, effect_digest, operation, title, environment, sealed_at, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING",
            params![
                sealed.digest().as_bytes(),
                sealed.effect().as_bytes(),
                plan.operation,
                plan.title,
                plan.environment.to_string(),
                plan.sealed_at.as_microsecond(),
                sealed.bytes(),
            ],
        )?;
        Ok(())
    }

    /// Opens a run of a kept plan with its first lines: created, and approved by its author. Where
    /// more people are needed it waits for them.
    pub fn open_run(
        &mut self,
        sealed: &Sealed,
        yes: run::Approval,
        needed: u32,
        when: Moment,
    ) -> Result<RunId> {
        self.keep_plan(sealed)?;
        if let Some((run, state)) = self.run_of(sealed.digest())? {
            return Err(Error::AlreadyApplied { run, state });
        }
        let run = RunId::fresh();
        let plan = sealed.plan();
        let by = yes.by.clone();
        let mut events = vec![
            Event::Run(run::Event::RunCreated {
                plan: sealed.digest(),
                effect: sealed.effect(),
                operation: plan.operation.clone(),
                title: plan.title.clone(),
                environment: plan.environment,
                reason: plan.reason.clone(),
                by: by.clone(),
                needed,
            }),
            Event::Run(run::Event::ApprovalGiven(yes)),
        ];
        if needed <= 1 {
            let plan = sealed.digest();
            events.push(Event::Run(run::Event::ApprovalGranted { plan }));
        }
        let stamp = Stamp {
            run,
            actor: &by,
            fence: 0,
            when,
        };
        self.append(&stamp, &events)?;
        Ok(run)
    }

    /// The run that applied a plan, with its state.
    pub fn run_of(&self, plan: Digest) -> Result<Option<(RunId, String)>> {
        let mut query = self
            .connection
            .prepare_cached("SELECT id, state FROM run WHERE plan = ?1 AND state <> 'rejected'")?;
        let row = |row: &rusqlite::Row<'_>| Ok((read::run_id(row, 0)?, row.get(1)?));
        Ok(query.query_row([plan.as_bytes()], row).optional()?)
    }

    /// Takes the run over, with everything that it changes: every line under an older fence is
    /// refused from now on, and so is every other run that changes any of it.
    pub fn take_lease(&mut self, run: RunId, host: &str, pid: u32, when: Moment) -> Result<u64> {
        let fence = self.standing(run)?.view.fence + 1;
        let event = run::Event::LeaseTaken {
            host: host.into(),
            pid,
            fence,
        };
        let actor = format!("runner {pid} on {host}");
        let stamp = Stamp {
            run,
            actor: &actor,
            fence,
            when,
        };
        self.append(&stamp, &[event.into()])?;
        Ok(fence)
    }

    /// Writes all `events` or none, durably, and moves the projections with them.
    pub fn append(&mut self, stamp: &Stamp<'_>, events: &[Event]) -> Result<Vec<Record>> {
        self.append_for(stamp, events, None)
    }

    /// [`Journal::append`] of what a request led to: with the lines it counts as acted on, and not
    /// before.
    pub fn append_for(
        &mut self,
        stamp: &Stamp<'_>,
        events: &[Event],
        asked: Option<&Asked>,
    ) -> Result<Vec<Record>> {
        #[cfg(test)]
        let ends = self.ends_now();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut standing = match self.standings.remove(&stamp.run) {
            Some(known) => read::catch_up(&transaction, stamp.run, known)?,
            None => begin(&transaction, stamp.run, events)?,
        };
        if standing.view.fence > stamp.fence {
            return Err(Error::Fenced {
                ours: stamp.fence,
                theirs: standing.view.fence,
            });
        }
        let mut records = Vec::with_capacity(events.len());
        for event in events {
            standing.view.apply(event, &stamp.when)?;
            let record = chain(&transaction, stamp, standing.end(), event)?;
            standing.take_in(&record);
            records.push(record);
        }
        project(&transaction, stamp.run, &standing, events)?;
        if let Some(asked) = asked {
            requests::acted_on(&transaction, asked)?;
        }
        #[cfg(test)]
        if ends == Some(false) {
            return Err(Error::Crash);
        }
        transaction.commit()?;
        #[cfg(test)]
        if ends == Some(true) {
            return Err(Error::Crash);
        }
        self.standings.insert(stamp.run, standing);
        Ok(records)
    }

    /// Whether the process ends with this write, and if so whether after it is durable.
    #[cfg(test)]
    fn ends_now(&mut self) -> Option<bool> {
        let crash = self.crash.as_mut()?;
        match crash.writes_left.checked_sub(1) {
            Some(left) => {
                crash.writes_left = left;
                None
            }
            None => Some(crash.durable),
        }
    }
}

/// The standing before the first of these lines, which for a new run are the first at all.
fn begin(transaction: &Transaction<'_>, run: RunId, events: &[Event]) -> Result<Standing> {
    if let [Event::Run(run::Event::RunCreated { plan, .. }), ..] = events {
        let sealed = read::plan(transaction, *plan)?;
        let view = crate::engine::machine::RunView::new(sealed.plan());
        let sealed = std::sync::Arc::new(sealed);
        return Ok(Standing::before(run, sealed, view));
    }
    read::standing(transaction, run)
}

/// Appends one line to the end of both chains.
fn chain(
    transaction: &Transaction<'_>,
    stamp: &Stamp<'_>,
    (n, before): (u64, Digest),
    event: &Event,
) -> Result<Record> {
    let mut entry = Entry {
        run: stamp.run,
        n: n + 1,
        when: stamp.when.clone(),
        actor: stamp.actor.into(),
        fence: stamp.fence,
        event: event.clone(),
        before,
        link: before,
    };
    entry.link = entry.expected_link()?;
    place(transaction, entry)
}

/// Gives a line of a run its place in the file.
fn place(transaction: &Transaction<'_>, entry: Entry) -> Result<Record> {
    let (seq, prev) = read::head(transaction)?;
    let mut record = Record {
        seq: seq + 1,
        entry,
        prev,
        hash: prev,
    };
    record.hash = record.expected_hash();
    let entry = &record.entry;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO journal(seq, run, n, step, kind, at, mono, boot, actor, fence, body, before,
                             link, prev, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
    )?;
    insert.execute(params![
        int(record.seq),
        entry.run.as_bytes(),
        int(entry.n),
        entry.event.step().map(ToString::to_string),
        entry.event.kind(),
        entry.when.at,
        int(entry.when.mono),
        entry.when.boot,
        entry.actor,
        int(entry.fence),
        canon::bytes(&entry.event)?,
        entry.before.as_bytes(),
        entry.link.as_bytes(),
        record.prev.as_bytes(),
        record.hash.as_bytes(),
    ])?;
    Ok(record)
}

/// Brings the rows of `run` and of the steps that `events` touched up to the standing.
fn project(
    transaction: &Transaction<'_>,
    run: RunId,
    standing: &Standing,
    events: &[Event],
) -> Result<()> {
    let Standing {
        sealed, view, seq, ..
    } = standing;
    let pause = view.pause.as_ref().map(canon::bytes).transpose()?;
    let pause = pause.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if let [Event::Run(run::Event::RunCreated { by, .. }), ..] = events {
        let plan = sealed.plan();
        transaction.execute(
            "INSERT INTO run(id, plan, operation, title, environment, reason, created_by,
                             created_at, state, pause, fence, updated_seq)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, '', NULL, 0, 0)",
            params![
                run.as_bytes(),
                sealed.digest().as_bytes(),
                plan.operation,
                plan.title,
                plan.environment.to_string(),
                plan.reason,
                by,
                view.last.at,
            ],
        )?;
    }
    transaction.execute(
        "UPDATE run SET state = ?2, pause = ?3, fence = ?4, updated_seq = ?5 WHERE id = ?1",
        params![
            run.as_bytes(),
            view.state.to_string(),
            pause,
            int(view.fence),
            int(*seq)
        ],
    )?;
    let takes = |event: &Event| matches!(event, Event::Run(run::Event::LeaseTaken { .. }));
    if events.iter().any(takes) {
        lease::take(transaction, run, &sealed.scopes())?;
    }
    if view.state.is_terminal() {
        transaction.execute("DELETE FROM lease WHERE run = ?1", [run.as_bytes()])?;
    }
    for id in events.iter().filter_map(Event::step) {
        let (Some(step), Some(stands)) = (sealed.plan().step(id), view.steps.get(id)) else {
            continue;
        };
        let mut upsert = transaction.prepare_cached(
            "INSERT INTO step(run, id, state, class, key, scope, attempt, external_id, made, touched)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT(run, id) DO UPDATE SET state = excluded.state,
               attempt = excluded.attempt, external_id = excluded.external_id,
               made = excluded.made, touched = excluded.touched",
        )?;
        upsert.execute(params![
            run.as_bytes(),
            id.as_str(),
            stands.state.to_string(),
            step.class().to_string(),
            sealed.key(step),
            step.scope(),
            stands.attempt,
            stands.external_id,
            stands.made,
            stands.touched,
        ])?;
    }
    Ok(())
}

/// A line's sequence number as it is in the database.
pub(super) fn seq(row: &rusqlite::Row<'_>, at: usize) -> rusqlite::Result<u64> {
    row.get(at).map(unsigned)
}
