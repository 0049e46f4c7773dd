//! `awsdeck apply`: confirms a plan, opens its run, and executes or follows it.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    time::Duration,
};

use tokio::sync::mpsc;

use super::{Bench, plan, refused};
use crate::{
    cli::{
        Exit,
        args::{Apply, Output},
    },
    engine::{
        Arming, Challenge, Confirmation, Error, Request, RunId, Sealed, machine::run::State, runner,
    },
};

/// How often a run in another process is looked at.
const LOOK: Duration = Duration::from_millis(250);
/// So many looks what was asked may stand before a process that has just been started takes it up.
const UNHEARD: u32 = 60;
/// After how many looks the store is asked that machines share.
const AFAR: u32 = 8;

pub(super) async fn apply(
    wanted: &Apply,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let sealed = match bench.engine.load(&wanted.plan) {
        Ok(sealed) => sealed,
        Err(error) => return Ok(refused(&error)),
    };
    let arming = armed(bench.arming, wanted.write);
    if let Err(error) = arming.permit(bench.clock.now()) {
        return Ok(refused(&error.into()));
    }
    let confirmation = match confirmation(&sealed, wanted.confirm.as_deref(), bench.output, out)? {
        Ok(confirmation) => confirmation
            .in_spite_of(wanted.acknowledge.clone())
            .breaking_glass(wanted.break_glass.clone()),
        Err(error) => return Ok(refused(&error.into())),
    };
    let started = bench
        .engine
        .start(
            &sealed,
            &confirmation,
            &arming,
            bench.provider,
            bench.author,
            &*bench.clock,
        )
        .await;
    let run = match started {
        Ok(run) => run,
        Err(error) => return Ok(refused(&error)),
    };
    let name = run.to_string();
    if let Err(error) = take_up(run, bench).await? {
        return Ok(refused(&error));
    }
    if wanted.detach {
        if bench.output == Output::Json {
            writeln!(
                out,
                "{}",
                serde_json::json!({ "schema": "awsdeck/run/v1", "run": name })
            )?;
        } else {
            writeln!(out, "run {name}; `awsdeck runs attach {name}` follows it")?;
        }
        return Ok(Exit::Done);
    }
    writeln!(out, "run {name}")?;
    follow(run, Until::Ended, bench, out).await
}

/// Starts a process that executes the run, where one is needed.
pub(super) async fn take_up(run: RunId, bench: &Bench<'_>) -> io::Result<Result<(), Error>> {
    match bench.engine.needs_runner(run).await {
        Ok(true) => (bench.spawn)(&run.to_string()).map(Ok),
        Ok(false) => Ok(Ok(())),
        Err(error) => Ok(Err(error)),
    }
}

/// `--write` arms for the one plan at hand, unless the session is read-only.
pub(super) const fn armed(arming: Arming, write: bool) -> Arming {
    match arming {
        Arming::Disarmed if write => Arming::Always,
        other => other,
    }
}

/// The yes to a plan: what `--confirm` says, else what a person types after reading the review.
pub(super) fn confirmation(
    sealed: &Sealed,
    given: Option<&str>,
    output: Output,
    out: &mut impl Write,
) -> io::Result<Result<Confirmation, crate::engine::confirm::NotConfirmed>> {
    if let Some(typed) = given {
        return Ok(Challenge::answer(sealed, typed));
    }
    if !io::stdin().is_terminal() {
        return Ok(Challenge::answer(sealed, ""));
    }
    plan::show(sealed, output, out)?;
    write!(
        out,
        "\ntype `{}` to apply: ",
        Challenge::of(sealed).wanted()
    )?;
    out.flush()?;
    let mut typed = String::new();
    io::stdin().lock().read_line(&mut typed)?;
    Ok(Challenge::answer(
        sealed,
        typed.trim_end_matches(['\r', '\n']),
    ))
}

/// Executes a run in this process to its end: what `awsdeck runner` does.
pub(super) async fn execute(run: RunId, bench: &Bench<'_>) -> io::Result<Exit> {
    let (_keep, requests) = mpsc::channel(1);
    let ground = runner::Ground {
        provider: bench.provider,
        clock: &*bench.clock,
        policy: bench.engine.policy(),
        shared: bench.engine.shared(),
    };
    match runner::execute(bench.engine.journal_path(), run, ground, requests).await {
        Ok(ended) => Ok(exit(ended.state)),
        Err(error) => {
            // Whoever started this process follows the run and hears nothing else from it.
            let text = format!("the runner ended: {error}");
            if let Err(error) = bench.engine.say(run, &text, &*bench.clock) {
                eprintln!("error: {error}");
            }
            Ok(refused(&error.into()))
        }
    }
}

/// How long a run is followed, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// Nothing is done about it but to look.
    Still,
    /// Where the machine that executed it is gone, this one goes on with it.
    Ended,
}

/// Prints what happens to a run until it ends or stands still. Ctrl-C asks it to drain, then
/// explains, then detaches.
pub(super) async fn follow(
    run: RunId,
    until: Until,
    bench: &Bench<'_>,
    out: &mut impl Write,
) -> io::Result<Exit> {
    let mut seen = 0;
    // Where nobody else has it, it was started here.
    let mut inherited = match (bench.engine.holder(run).await, bench.engine.standing(run)) {
        (Ok(None), Ok(standing)) => Some(standing.view.fence),
        _ => None,
    };
    let mut interrupts = 0;
    let mut waited = None;
    let mut approved_meanwhile = false;
    let mut unheard = 0;
    let mut looks = 0_u32;
    loop {
        if looks.is_multiple_of(AFAR)
            && let Err(error) = bench.engine.refresh(run).await
            && waited.is_none()
        {
            eprintln!("warning: {error}");
        }
        looks = looks.wrapping_add(1);
        // Before the lines are read: what was taken up by then stands in them.
        unheard = match bench.engine.is_asked(run) {
            Ok(true) => unheard + 1,
            Ok(false) => 0,
            Err(error) => return Ok(refused(&error)),
        };
        let records = match bench.engine.records(run, seen, 1000) {
            Ok(records) => records,
            Err(error) => return Ok(refused(&error)),
        };
        for record in &records {
            seen = record.seq;
            let step = record
                .entry
                .event
                .step()
                .map_or("run", |step| step.as_str());
            let at = record.entry.when.timestamp().strftime("%H:%M:%SZ");
            if bench.output == Output::Json {
                writeln!(out, "{}", serde_json::to_string(record)?)?;
            } else {
                writeln!(out, "{at}  {step:<12} {}", record.entry.event.kind())?;
            }
        }
        out.flush()?;
        let view = match bench.engine.standing(run) {
            Ok(standing) => standing.view,
            Err(error) => return Ok(refused(&error)),
        };
        let waits_for = match bench.engine.waits_for(run) {
            Ok(waits_for) => waits_for,
            Err(error) => return Ok(refused(&error)),
        };
        if waits_for != waited {
            waited = waits_for;
            if let Some(text) = &waited {
                eprintln!("{text}");
            }
        }
        // With other machines a yes may come from there, and then it goes on here.
        let waits = match view.state {
            State::Paused => unheard == 0 || unheard > UNHEARD,
            State::AwaitingApproval => bench.engine.shared().is_none(),
            _ => false,
        };
        // Once for each that has held it: a runner that cannot take it over is not started for ever.
        let moves = !waits && !view.state.is_terminal();
        if until == Until::Ended
            && moves
            && looks % AFAR == 1
            && bench.engine.shared().is_some()
            && inherited != Some(view.fence)
            && let Ok(None) = bench.engine.holder(run).await
        {
            inherited = Some(view.fence);
            if let Err(error) = take_up(run, bench).await? {
                return Ok(refused(&error));
            }
        }
        if view.state == State::Approved
            && approved_meanwhile
            && let Err(error) = take_up(run, bench).await?
        {
            return Ok(refused(&error));
        }
        approved_meanwhile = view.state == State::AwaitingApproval;
        if records.is_empty() && (view.state.is_terminal() || waits) {
            if view.state == State::AwaitingApproval {
                eprintln!(
                    "{} of {} people have said yes; another one: `awsdeck runs approve {run}`",
                    view.approvals.len(),
                    view.needed
                );
            }
            if let Some(pause) = &view.pause {
                eprintln!("paused ({}): {}", pause.reason, pause.text);
            }
            for line in &view.leftovers {
                eprintln!("left changed: {line}");
            }
            if bench.output != Output::Json {
                writeln!(out, "{}", view.state)?;
            }
            return Ok(exit(view.state));
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = tokio::signal::ctrl_c() => {
                interrupts += 1;
                match interrupts {
                    1 => {
                        eprintln!("draining: nothing new is begun; once more to hear what can be done, a third time to detach");
                        let (author, clock) = (bench.author, &*bench.clock);
                        if let Err(error) = bench.engine.ask(run, &Request::Pause, author, clock).await {
                            eprintln!("{error}");
                        }
                    }
                    2 => eprintln!("`awsdeck runs resume {run}` goes on, `awsdeck runs rollback {run}` puts back; Ctrl-C detaches"),
                    _ => return Ok(Exit::Done),
                }
            }
        }
    }
}

/// How a run's state ends a command.
const fn exit(state: State) -> Exit {
    match state {
        State::Succeeded | State::RolledBack | State::Stopped => Exit::Done,
        State::Paused | State::Rejected | State::Expired | State::AwaitingApproval => Exit::Refused,
        _ => Exit::Failed,
    }
}
