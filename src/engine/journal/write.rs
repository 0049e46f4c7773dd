//! Writing: plans, runs, and batches of lines in one durable transaction.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};

use super::{
    Asked, Entry, Error, Journal, Record, Result, RunId, Standing, int, lease, mortal, read,
    requests, unsigned,
};
use crate::engine::{
    clock::Moment,
    machine::{Event, RunView, run},
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

    /// The run that applied a plan, with its state.
    pub fn run_of(&self, plan: Digest) -> Result<Option<(RunId, String)>> {
        run_of(&self.connection, plan)
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
        self.write(stamp.run, events.first(), asked, |standing| {
            chained(standing, stamp, events)
        })
    }

    /// The lines that `events` would be, as they are written elsewhere first. Nothing is written.
    pub fn draft(&mut self, stamp: &Stamp<'_>, events: &[Event]) -> Result<Vec<Entry>> {
        let mut standing = match self.standings.get(&stamp.run) {
            Some(_) => self.standing(stamp.run)?.clone(),
            None => begin(&self.connection, stamp.run, events.first())?,
        };
        let lines = chained(&standing, stamp, events)?;
        for line in &lines {
            standing.view.apply(&line.event, &line.when)?;
        }
        Ok(lines)
    }

    /// Takes in lines of a run as they were written elsewhere; those that are here already are left
    /// out.
    pub fn import(&mut self, lines: &[Entry], asked: Option<&Asked>) -> Result<()> {
        let Some(first) = lines.first() else {
            return Ok(());
        };
        self.write(first.run, Some(&first.event), asked, |standing| {
            let (n, mut link) = standing.end();
            let rest = lines.iter().skip_while(|line| line.n < n);
            let mut rest: Vec<Entry> = rest.cloned().collect();
            if rest
                .first()
                .is_some_and(|line| line.n == n && line.link == link)
            {
                rest.remove(0);
            }
            for (next, line) in (n + 1..).zip(&rest) {
                if line.n != next || line.before != link || !line.is_intact() {
                    return Err(Error::Diverged(line.run));
                }
                link = line.link;
            }
            Ok(rest)
        })?;
        Ok(())
    }

    /// Writes lines that continue the run, all of them or none, and moves the projections with them.
    fn write(
        &mut self,
        run: RunId,
        first: Option<&Event>,
        asked: Option<&Asked>,
        lines: impl FnOnce(&Standing) -> Result<Vec<Entry>>,
    ) -> Result<Vec<Record>> {
        #[cfg(test)]
        let ends = self.ends_now();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut standing = match self.standings.remove(&run) {
            Some(known) => read::catch_up(&transaction, run, known)?,
            None => begin(&transaction, run, first)?,
        };
        if let Some(Event::Run(run::Event::RunCreated { plan, .. })) = first
            && let Some((other, state)) = run_of(&transaction, *plan)?
            && other != run
        {
            return Err(Error::AlreadyApplied { run: other, state });
        }
        let lines = lines(&standing)?;
        let mut records = Vec::with_capacity(lines.len());
        for line in lines {
            standing.view.apply(&line.event, &line.when)?;
            let record = place(&transaction, line)?;
            standing.take_in(&record);
            records.push(record);
        }
        project(&transaction, &standing, &records)?;
        if let Some(asked) = asked {
            requests::acted_on(&transaction, asked)?;
        }
        #[cfg(test)]
        if ends == Some(false) {
            return Err(Error::Crash);
        }
        mortal::moment();
        transaction.commit()?;
        mortal::moment();
        #[cfg(test)]
        if ends == Some(true) {
            return Err(Error::Crash);
        }
        self.standings.insert(run, standing);
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

fn run_of(connection: &Connection, plan: Digest) -> Result<Option<(RunId, String)>> {
    let mut query = connection
        .prepare_cached("SELECT id, state FROM run WHERE plan = ?1 AND state <> 'rejected'")?;
    let row = |row: &rusqlite::Row<'_>| Ok((read::run_id(row, 0)?, row.get(1)?));
    Ok(query.query_row([plan.as_bytes()], row).optional()?)
}

/// The standing before `first`, which for a new run is its first line at all.
fn begin(connection: &Connection, run: RunId, first: Option<&Event>) -> Result<Standing> {
    match read::standing(connection, run) {
        Err(Error::NoRun(_))
            if let Some(Event::Run(run::Event::RunCreated { plan, .. })) = first =>
        {
            let sealed = read::plan(connection, *plan)?;
            let view = RunView::new(sealed.plan());
            Ok(Standing::before(run, Arc::new(sealed), view))
        }
        other => other,
    }
}

/// `events` as the lines that continue the run.
fn chained(standing: &Standing, stamp: &Stamp<'_>, events: &[Event]) -> Result<Vec<Entry>> {
    if standing.view.fence > stamp.fence {
        return Err(Error::Fenced {
            ours: stamp.fence,
            theirs: standing.view.fence,
        });
    }
    let (mut n, mut before) = standing.end();
    let mut lines = Vec::with_capacity(events.len());
    for event in events {
        n += 1;
        let mut line = Entry {
            run: stamp.run,
            n,
            when: stamp.when.clone(),
            actor: stamp.actor.into(),
            fence: stamp.fence,
            event: event.clone(),
            before,
            link: before,
        };
        line.link = line.expected_link()?;
        before = line.link;
        lines.push(line);
    }
    Ok(lines)
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

/// Brings the rows of the run and of the steps that `records` are about up to the standing.
fn project(transaction: &Transaction<'_>, standing: &Standing, records: &[Record]) -> Result<()> {
    let Some(Record { entry: first, .. }) = records.first() else {
        return Ok(());
    };
    let run = first.run;
    let events = records.iter().map(|record| &record.entry.event);
    let Standing {
        sealed, view, seq, ..
    } = standing;
    let pause = view.pause.as_ref().map(canon::bytes).transpose()?;
    let pause = pause.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if let Event::Run(run::Event::RunCreated { by, .. }) = &first.event {
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
                first.when.at,
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
    if view.state.is_terminal() {
        transaction.execute("DELETE FROM lease WHERE run = ?1", [run.as_bytes()])?;
    } else if events.clone().any(takes) {
        lease::take(transaction, run, &sealed.scopes())?;
    }
    for id in events.filter_map(Event::step) {
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
