//! A run as a folder that anybody can check: no AWS, no database, no awsdeck of the same version.

use std::{fmt::Write as _, fs, path::Path};

use super::{
    Engine, Error, Record, Result, RunId, RunStanding,
    journal::Entry,
    machine::{Event, RunView, run, step},
    plan::{Digest, Sealed, canon},
};

const PLAN: &str = "plan.json";
const LINES: &str = "journal.jsonl";
const REPORT: &str = "report.md";
const SUMS: &str = "SHA256SUMS";

/// Writes plan, journal lines, report and check sums of a run into `folder`, which must be empty or
/// not there yet.
pub fn export(engine: &Engine, run: RunId, folder: &Path) -> Result<()> {
    let standing = engine.standing(run)?;
    let records = engine.records(run, 0, u32::MAX)?;
    let failed = |cause| Error::Io {
        path: folder.display().to_string(),
        cause,
    };
    fs::create_dir_all(folder).map_err(failed)?;
    if fs::read_dir(folder).map_err(failed)?.next().is_some() {
        return Err(failed(std::io::Error::other("the folder is not empty")));
    }
    let mut lines = Vec::new();
    for record in &records {
        lines.extend(canon::bytes(&record.entry).map_err(super::journal::Error::from)?);
        lines.push(b'\n');
    }
    let mut plan = standing.sealed.to_file();
    plan.push(b'\n');
    let report = report(run, &standing, &records).into_bytes();
    let mut sums = String::new();
    for (name, bytes) in [(PLAN, plan), (LINES, lines), (REPORT, report)] {
        let _ = writeln!(sums, "{}  {name}", Digest::of(&bytes));
        fs::write(folder.join(name), bytes).map_err(failed)?;
    }
    fs::write(folder.join(SUMS), sums).map_err(failed)
}

/// Checks an exported folder: the sums, the plan's digest, every line's hash, and that the lines
/// are a possible course of that very plan. Empty when all of it holds.
pub fn verify(folder: &Path) -> Result<Vec<String>> {
    let read = |name: &str| {
        fs::read(folder.join(name)).map_err(|cause| Error::Io {
            path: folder.join(name).display().to_string(),
            cause,
        })
    };
    let (plan, lines) = (read(PLAN)?, read(LINES)?);
    let mut faults = Vec::new();
    let sums = String::from_utf8_lossy(&read(SUMS)?).into_owned();
    for name in [PLAN, LINES, REPORT] {
        let line = format!("{}  {name}", Digest::of(&read(name)?));
        if !sums.lines().any(|known| known == line) {
            faults.push(format!("{name} does not have the sum in {SUMS}"));
        }
    }
    match Sealed::from_file(&plan) {
        Err(error) => faults.push(format!("{PLAN}: {error}")),
        Ok(sealed) => verify_lines(&sealed, &lines, &mut faults),
    }
    Ok(faults)
}

fn verify_lines(sealed: &Sealed, lines: &[u8], faults: &mut Vec<String>) {
    let mut view = RunView::new(sealed.plan());
    let mut last: Option<Entry> = None;
    for (at, line) in lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .enumerate()
    {
        let mut fault = |what: String| faults.push(format!("{LINES} line {}: {what}", at + 1));
        let entry: Entry = match canon::parse(line) {
            Ok(entry) => entry,
            Err(error) => {
                fault(error.to_string());
                continue;
            }
        };
        if !entry.is_intact() {
            fault("its link is not that of its content".into());
        }
        if !entry.follows(last.as_ref()) {
            fault("it does not follow the line before".into());
        }
        let plan = match &entry.event {
            Event::Run(
                run::Event::RunCreated { plan, .. }
                | run::Event::ApprovalGranted { plan }
                | run::Event::ApprovalGiven(run::Approval { plan, .. }),
            ) => *plan,
            _ => sealed.digest(),
        };
        if plan != sealed.digest() {
            fault(format!("it is about the plan {}", plan.short()));
        }
        if let Event::Step(id, step::Event::Intent { key, .. }) = &entry.event {
            let wanted = sealed.plan().step(id).map(|step| sealed.key(step));
            if wanted.as_ref() != Some(key) {
                fault("the key is not the one that the plan gives the step".into());
            }
        }
        if let Err(illegal) = view.apply(&entry.event, &entry.when) {
            fault(illegal.to_string());
        }
        last = Some(entry);
    }
    if last.is_none() {
        faults.push(format!("{LINES} is empty"));
    }
}

/// One page for people.
fn report(run: RunId, standing: &RunStanding, records: &[Record]) -> String {
    let RunStanding { sealed, view, .. } = standing;
    let review = sealed.review();
    let mut text = String::new();
    let mut line = |what: String| {
        text.push_str(&what);
        text.push('\n');
    };
    line(format!("# {}\n", review.title));
    line(format!("- run `{run}`: **{}**", view.state));
    line(format!(
        "- plan `{}` ({}), {} in {}",
        review.short,
        review.phrase.join(" "),
        review.operation,
        review.environment
    ));
    line(format!("- reason: {}", review.reason));
    line(format!("- author: {}", review.author));
    let times = [("started", &view.started), ("ended", &view.ended)];
    for (what, moment) in times {
        if let Some(moment) = moment {
            line(format!("- {what} {}", moment.timestamp()));
        }
    }
    for left in &view.leftovers {
        line(format!("- left changed: {left}"));
    }
    line("\n| step | state | attempts | AWS request | said |".into());
    line("|---|---|---|---|---|".into());
    for step in &sealed.plan().steps {
        let known = view.step(&step.id);
        let said = known.said.or(known.trouble).unwrap_or_default();
        line(format!(
            "| {} | {} | {} | {} | {} |",
            step.id,
            known.state,
            known.attempt,
            known.request_id.unwrap_or_default(),
            said.replace('|', "/")
        ));
    }
    line("\n| time | line | what | by |".into());
    line("|---|---|---|---|".into());
    for record in records {
        let entry = &record.entry;
        let step = entry.event.step().map_or("run", |step| step.as_str());
        line(format!(
            "| {} | {} | {step}: {} | {} |",
            entry.when.timestamp(),
            entry.n,
            entry.event.kind(),
            entry.actor
        ));
    }
    text
}
