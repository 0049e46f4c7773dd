//! `awsdeck runs`: list, show, attach, pause, resume, roll back, verify, export.

use std::{
    io::{self, Write},
    path::Path,
};

use serde_json::json;

use super::{
    Bench,
    apply::{self, Until},
    refused,
};
use crate::{
    cli::{
        Exit,
        args::{Output, RunsCommand},
    },
    engine::{Confirmation, Error, Request, RunId, RunStanding, export},
};

pub(super) async fn runs(
    what: Option<&RunsCommand>,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Exit> {
    match bench.engine.sync().await {
        Ok(clashes) => clashes
            .iter()
            .for_each(|clash| eprintln!("warning: {clash}")),
        Err(error) => eprintln!("warning: {error}; what is shown is what this machine knows"),
    }
    match what {
        None | Some(RunsCommand::List) => list(bench, out),
        Some(RunsCommand::Show { run }) => with(run, bench, |run| show(run, bench, out)),
        Some(RunsCommand::Attach { run }) => match bench.engine.find_run(run) {
            Ok(run) => apply::follow(run, Until::Still, bench, out).await,
            Err(error) => Ok(refused(&error)),
        },
        Some(RunsCommand::Pause { run }) => match bench.engine.find_run(run) {
            Ok(run) => ask(run, &Request::Pause, bench, out).await,
            Err(error) => Ok(refused(&error)),
        },
        Some(RunsCommand::BreakGlass { run, reason, write }) => {
            let reason = reason.clone();
            let request = Request::BreakGlass { reason };
            steer(run, Some(request), *write, bench, out).await
        }
        Some(RunsCommand::Resume { run, write }) => {
            steer(run, Some(Request::Resume), *write, bench, out).await
        }
        Some(RunsCommand::Approve {
            run,
            write,
            confirm,
        }) => approve(run, *write, confirm.as_deref(), bench, out).await,
        Some(RunsCommand::Reject { run, reason }) => reject(run, reason, bench, out).await,
        Some(RunsCommand::Pass {
            run,
            write,
            confirm,
        }) => match confirmed(run, confirm.as_deref(), bench, out)? {
            Ok((standing, yes)) => {
                let stands = standing.view.pause.and_then(|pause| pause.step);
                let before = stands.unwrap_or_else(|| "".into());
                let typed = yes.typed().to_owned();
                let request = Request::PassGate { before, typed };
                steer(run, Some(request), *write, bench, out).await
            }
            Err(exit) => Ok(exit),
        },
        Some(RunsCommand::Skip {
            run,
            step,
            reason,
            write,
        }) => {
            let (step, reason) = (step.as_str().into(), reason.clone());
            let request = Request::Skip { step, reason };
            steer(run, Some(request), *write, bench, out).await
        }
        Some(RunsCommand::Answer {
            run,
            step,
            what,
            made,
            reason,
            write,
        }) => {
            let request = Request::Answer {
                step: step.as_str().into(),
                happened: what == "happened",
                made: made.clone(),
                reason: reason.clone(),
            };
            steer(run, Some(request), *write, bench, out).await
        }
        Some(RunsCommand::Rollback {
            run,
            write,
            confirm,
        }) => match confirmed(run, confirm.as_deref(), bench, out)? {
            Ok(_) => {
                let reason = "asked for on the command line".into();
                steer(run, Some(Request::RollBack { reason }), *write, bench, out).await
            }
            Err(exit) => Ok(exit),
        },
        Some(RunsCommand::Verify { run: Some(folder) }) if Path::new(folder).is_dir() => faults(
            export::verify(Path::new(folder)),
            "the exported run is what was written",
            out,
        ),
        Some(RunsCommand::Verify { .. }) => match bench.engine.verify() {
            Ok(verified) => {
                let whole = format!(
                    "{} lines and {} plans are what was written; head {}",
                    verified.lines, verified.plans, verified.head
                );
                faults(Ok(verified.faults), &whole, out)
            }
            Err(error) => Ok(refused(&error)),
        },
        Some(RunsCommand::Export { run, folder }) => with(run, bench, |run| {
            match export::export(bench.engine, run, folder) {
                Ok(()) => {
                    writeln!(out, "wrote {}", folder.display())?;
                    Ok(Exit::Done)
                }
                Err(error) => Ok(refused(&error)),
            }
        }),
    }
}

/// The run of that name with a person's yes to its plan, or how the command ends.
fn confirmed(
    name: &str,
    given: Option<&str>,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Result<(RunStanding, Confirmation), Exit>> {
    let standing = bench
        .engine
        .find_run(name)
        .and_then(|run| bench.engine.standing(run));
    let standing = match standing {
        Ok(standing) => standing,
        Err(error) => return Ok(Err(refused(&error))),
    };
    let yes = apply::confirmation(&standing.sealed, given, bench.output, out)?;
    Ok(match yes {
        Ok(yes) => Ok((standing, yes)),
        Err(error) => Err(refused(&error.into())),
    })
}

/// Adds this person's yes, and has the run taken up once nobody is missing.
async fn approve(
    name: &str,
    write: bool,
    given: Option<&str>,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Exit> {
    if let Err(error) = apply::armed(bench.arming, write).permit(bench.clock.now()) {
        return Ok(refused(&error.into()));
    }
    let yes = match confirmed(name, given, bench, out)? {
        Ok((_, yes)) => yes,
        Err(exit) => return Ok(exit),
    };
    let run = match bench.engine.find_run(name) {
        Ok(run) => run,
        Err(error) => return Ok(refused(&error)),
    };
    let (author, clock) = (bench.author, &*bench.clock);
    match bench.engine.approve(run, &yes, author, clock).await {
        // Whoever opened it carries it out, with their own rights.
        Ok(()) if bench.engine.shared().is_some() => {
            writeln!(out, "approved run {run}")?;
            Ok(Exit::Done)
        }
        Ok(()) => steer(name, None, write, bench, out).await,
        Err(error) => Ok(refused(&error)),
    }
}

async fn reject(
    name: &str,
    reason: &str,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let run = match bench.engine.find_run(name) {
        Ok(run) => run,
        Err(error) => return Ok(refused(&error)),
    };
    let (author, clock) = (bench.author, &*bench.clock);
    match bench.engine.reject(run, author, reason, clock).await {
        Ok(()) => {
            writeln!(out, "rejected run {run}")?;
            Ok(Exit::Done)
        }
        Err(error) => Ok(refused(&error)),
    }
}

fn with(
    name: &str,
    bench: &Bench<'_>,
    act: impl FnOnce(RunId) -> io::Result<Exit>,
) -> io::Result<Exit> {
    match bench.engine.find_run(name) {
        Ok(run) => act(run),
        Err(error) => Ok(refused(&error)),
    }
}

fn list(bench: &Bench<'_>, out: &mut impl Write) -> io::Result<Exit> {
    let runs = match bench.engine.runs() {
        Ok(runs) => runs,
        Err(error) => return Ok(refused(&error)),
    };
    if bench.output == Output::Json {
        let document = json!({ "schema": "awsdeck/runs/v1", "as_of": bench.clock.now().to_string(), "items": runs });
        writeln!(out, "{document:#}")?;
        return Ok(Exit::Done);
    }
    if runs.is_empty() {
        writeln!(
            out,
            "no runs yet; `awsdeck plan` makes a plan, `awsdeck apply` runs it"
        )?;
    }
    for run in &runs {
        writeln!(
            out,
            "{}  {:<16} {:<10} {}  {}",
            run.id,
            run.state.to_string(),
            run.environment,
            run.created_at.strftime("%F %TZ"),
            run.title
        )?;
    }
    Ok(Exit::Done)
}

fn show(run: RunId, bench: &Bench<'_>, out: &mut impl Write) -> io::Result<Exit> {
    let (standing, records) = match (
        bench.engine.standing(run),
        bench.engine.records(run, 0, u32::MAX),
    ) {
        (Ok(standing), Ok(records)) => (standing, records),
        (Err(error), _) | (_, Err(error)) => return Ok(refused(&error)),
    };
    let review = standing.sealed.review();
    if bench.output == Output::Json {
        let document = json!({
            "schema": "awsdeck/run/v1", "run": run.to_string(), "state": standing.view.state, "pause": standing.view.pause,
            "plan": review, "leftovers": standing.view.leftovers, "items": records,
        });
        writeln!(out, "{document:#}")?;
        return Ok(Exit::Done);
    }
    writeln!(out, "run {run}  {}  {}", standing.view.state, review.title)?;
    if let Some(pause) = &standing.view.pause {
        writeln!(out, "paused ({}): {}", pause.reason, pause.text)?;
    }
    match bench.engine.waits_for(run) {
        Ok(Some(text)) => writeln!(out, "waits: {text}")?,
        Ok(None) => {}
        Err(error) => return Ok(refused(&error)),
    }
    for step in &review.steps {
        let view = standing.view.step(&step.id);
        let said = view.trouble.or(view.said).unwrap_or_default();
        writeln!(
            out,
            "  {:<12} {} {}  {said}",
            view.state.to_string(),
            step.glyph(),
            step.title
        )?;
    }
    for line in &standing.view.leftovers {
        writeln!(out, "  left changed: {line}")?;
    }
    Ok(Exit::Done)
}

async fn ask(
    run: RunId,
    request: &Request,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let (author, clock) = (bench.author, &*bench.clock);
    match bench.engine.ask(run, request, author, clock).await {
        Ok(()) => {
            writeln!(out, "asked run {run}")?;
            Ok(Exit::Done)
        }
        Err(error) => Ok(refused(&error)),
    }
}

/// Leaves a request, makes sure that somebody executes the run, and follows it.
async fn steer(
    name: &str,
    request: Option<Request>,
    write: bool,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Exit> {
    if let Err(error) = apply::armed(bench.arming, write).permit(bench.clock.now()) {
        return Ok(refused(&error.into()));
    }
    let run = match bench.engine.find_run(name) {
        Ok(run) => run,
        Err(error) => return Ok(refused(&error)),
    };
    if let Some(request) = request {
        let (author, clock) = (bench.author, &*bench.clock);
        match bench.engine.ask(run, &request, author, clock).await {
            Ok(()) => {}
            // A run whose process died is not paused: it goes on as soon as somebody takes it up.
            Err(Error::NotNow { .. }) if request == Request::Resume => {}
            Err(error) => return Ok(refused(&error)),
        }
    }
    if let Err(error) = apply::take_up(run, bench).await? {
        return Ok(refused(&error));
    }
    match bench.engine.holder(run).await {
        Ok(Some(holder)) => eprintln!(
            "{} executes it on {} since {}; where that machine is gone, this one goes on when its lease runs out",
            holder.by, holder.host, holder.since
        ),
        Ok(None) => {}
        Err(error) => return Ok(refused(&error)),
    }
    apply::follow(run, Until::Ended, bench, out).await
}

/// Says what is wrong, or that nothing is.
fn faults(
    found: Result<Vec<String>, Error>,
    whole: &str,
    out: &mut impl Write,
) -> io::Result<Exit> {
    match found {
        Ok(faults) if faults.is_empty() => {
            writeln!(out, "{whole}")?;
            Ok(Exit::Done)
        }
        Ok(faults) => {
            for fault in &faults {
                eprintln!("error: {fault}");
            }
            Ok(Exit::Failed)
        }
        Err(error) => Ok(refused(&error)),
    }
}
