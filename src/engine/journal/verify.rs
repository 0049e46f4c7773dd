//! Proof that the journal is what was written: the chain, the plans, and the projections.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;

use super::{Journal, Record, Result, RunId, Standing, lease, read};
use crate::engine::{machine::RunView, plan::Digest};

/// What a verification saw.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    pub lines: u64,
    pub runs: usize,
    pub plans: u64,
    /// The hash of the last line.
    pub head: Digest,
    /// Empty when everything is as it was written.
    pub faults: Vec<String>,
}

impl Journal {
    /// Walks the whole journal: every hash, every plan's digest, and the projections rebuilt from
    /// the lines and compared.
    pub fn verify(&self) -> Result<Verified> {
        let mut faults = Vec::new();
        let plans = self.verify_plans(&mut faults)?;
        let mut lines = 0;
        let mut prev = Record::genesis();
        let mut runs: BTreeMap<RunId, Option<Standing>> = BTreeMap::new();
        let mut query = self.connection.prepare(&format!(
            "SELECT {} FROM journal ORDER BY seq",
            read::COLUMNS
        ))?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            lines += 1;
            let record = match read::record(row) {
                Ok(record) => record,
                Err(error) => {
                    faults.push(error.to_string());
                    prev = Digest::from_bytes(row.get(14)?);
                    continue;
                }
            };
            if record.seq != lines {
                faults.push(format!("line {lines} is missing before {}", record.seq));
                lines = record.seq;
            }
            if record.prev != prev || !record.is_intact() {
                faults.push(format!("line {} does not fit the chain", record.seq));
            }
            prev = record.hash;
            let entry = &record.entry;
            let standing = runs
                .entry(entry.run)
                .or_insert_with(|| self.unborn(entry.run));
            let Some(known) = standing else { continue };
            if known.end() != (entry.n.saturating_sub(1), entry.before) {
                faults.push(format!("line {} does not fit its run", record.seq));
            }
            known.take_in(&record);
            if let Err(illegal) = known.view.apply(&entry.event, &entry.when) {
                faults.push(format!("line {}: {illegal}", record.seq));
            }
        }
        for (run, standing) in &runs {
            match standing {
                None => faults.push(format!("run {run} has no plan that can be read")),
                Some(standing) => self.compare(*run, standing, &mut faults)?,
            }
        }
        self.compare_leases(&runs, &mut faults)?;
        Ok(Verified {
            lines,
            runs: runs.len(),
            plans,
            head: prev,
            faults,
        })
    }

    fn verify_plans(&self, faults: &mut Vec<String>) -> Result<u64> {
        let mut query = self.connection.prepare("SELECT digest FROM plan")?;
        let mut rows = query.query([])?;
        let mut count = 0;
        while let Some(row) = rows.next()? {
            count += 1;
            let digest = Digest::from_bytes(row.get(0)?);
            if let Err(error) = read::plan(&self.connection, digest) {
                faults.push(format!("plan {}: {error}", digest.short()));
            }
        }
        Ok(count)
    }

    /// The run before its first line.
    fn unborn(&self, run: RunId) -> Option<Standing> {
        let digest = self.connection.query_row(
            "SELECT plan FROM run WHERE id = ?1",
            [run.as_bytes()],
            |row| row.get(0),
        );
        let sealed = read::plan(&self.connection, Digest::from_bytes(digest.ok()?)).ok()?;
        let view = RunView::new(sealed.plan());
        Some(Standing::before(run, std::sync::Arc::new(sealed), view))
    }

    fn compare_leases(
        &self,
        runs: &BTreeMap<RunId, Option<Standing>>,
        faults: &mut Vec<String>,
    ) -> Result<()> {
        let holders = runs.iter().filter_map(|(run, standing)| {
            let standing = standing.as_ref().filter(|standing| standing.holds())?;
            Some((*run, standing.sealed.scopes()))
        });
        let wanted: BTreeSet<(String, RunId)> = holders
            .flat_map(|(run, scopes)| scopes.into_iter().map(move |scope| (scope, run)))
            .collect();
        if lease::listed(&self.connection)? != wanted {
            faults.push("what is leased is not what the lines say".into());
        }
        Ok(())
    }

    fn compare(&self, run: RunId, rebuilt: &Standing, faults: &mut Vec<String>) -> Result<()> {
        let (row, steps) = read::projection(&self.connection, run)?;
        let Standing {
            sealed, view, seq, ..
        } = rebuilt;
        let wanted = [
            view.state.to_string(),
            view.fence.to_string(),
            seq.to_string(),
        ];
        if row != wanted {
            faults.push(format!(
                "run {run} is listed as {row:?}, its lines say {wanted:?}"
            ));
        }
        let mut wanted: HashMap<String, Vec<String>> = HashMap::new();
        for step in &sealed.plan().steps {
            let Some(stands) = view.steps.get(&step.id) else {
                continue;
            };
            if stands.since == crate::engine::clock::Moment::default() {
                continue; // nothing has happened to it yet, so it has no row
            }
            let values = vec![
                stands.state.to_string(),
                step.class().to_string(),
                sealed.key(step),
                step.scope(),
                stands.attempt.to_string(),
                stands.external_id.clone().unwrap_or_default(),
                stands.made.clone().unwrap_or_default(),
                stands.touched.to_string(),
            ];
            wanted.insert(step.id.to_string(), values);
        }
        if steps != wanted {
            faults.push(format!("the steps of run {run} are not what its lines say"));
        }
        Ok(())
    }
}
