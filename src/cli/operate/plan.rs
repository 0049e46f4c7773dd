//! `awsdeck plan OP`: makes a plan, keeps it, and shows what it would do.

use std::io::{self, Write};

use serde_json::json;

use super::{Bench, Wish, refused};
use crate::{
    cli::{Exit, args::Output},
    engine::{
        Challenge, Engine, Review, Sealed,
        operations::World,
        plan::{Ruling, Verdict},
    },
    model::change::Difference,
};

/// Plans and prints the review. A plan with changes ends as [`Exit::Changes`].
pub(super) async fn plan(wish: &Wish, bench: &Bench<'_>, out: &mut impl Write) -> io::Result<Exit> {
    let world = World {
        provider: bench.provider,
        inventory: bench.inventory,
        environments: bench.environments,
        addressing: bench.addressing,
        author: bench.author,
        now: bench.clock.now(),
    };
    let sealed = match bench
        .engine
        .plan(wish.operation, &wish.arguments, &world)
        .await
    {
        Ok(sealed) => sealed,
        Err(error) => return Ok(refused(&error)),
    };
    if let Some(path) = &wish.out
        && let Err(error) = Engine::save(&sealed, path)
    {
        return Ok(refused(&error));
    }
    show(&sealed, bench.output, out)?;
    Ok(match sealed.plan().verdict() {
        Verdict::Deny => Exit::Refused,
        _ => Exit::Changes,
    })
}

/// Writes the review of a plan.
pub(super) fn show(sealed: &Sealed, output: Output, out: &mut impl Write) -> io::Result<()> {
    let review = sealed.review();
    if output == Output::Json {
        let document = json!({
            "schema": "awsdeck/plan/v1",
            "plan": review,
            "confirm": Challenge::of(sealed).wanted(),
        });
        return writeln!(out, "{document:#}");
    }
    lines(&review, &Challenge::of(sealed).wanted(), out)
}

fn lines(review: &Review, wanted: &str, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Plan {}  {}  {}",
        review.short, review.title, review.environment
    )?;
    writeln!(out, "  {}", review.phrase.join(" "))?;
    if !review.reason.is_empty() {
        writeln!(out, "  reason: {}", review.reason)?;
    }
    for target in &review.reach.targets {
        writeln!(out, "  reaches {target}")?;
    }
    writeln!(out)?;
    for line in &review.changes {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".into());
        let Difference { what, from, to } = &line.difference;
        let glyph = line.verb.glyph();
        writeln!(out, "  {glyph} {what}: {} -> {}", value(from), value(to))?;
    }
    writeln!(out)?;
    for (at, step) in review.steps.iter().enumerate() {
        writeln!(out, "  {:>2}. {} {}", at + 1, step.glyph(), step.title)?;
    }
    writeln!(out, "\nRollback")?;
    for line in &review.rollback {
        writeln!(out, "  {line}")?;
    }
    if review.points_of_no_return.is_empty() {
        writeln!(out, "  every step can be put back")?;
    }
    for id in &review.points_of_no_return {
        writeln!(out, "  no way back after {id}")?;
    }
    for warning in &review.warnings {
        writeln!(out, "\nwarning: {warning}")?;
    }
    for ruling in &review.policy {
        let Ruling {
            rule,
            verdict,
            message,
        } = ruling;
        writeln!(out, "\n{verdict}: {message} ({rule})")?;
    }
    writeln!(out, "\nneeds {}", review.permissions.join(", "))?;
    writeln!(out, "expires {}", review.expires_at)?;
    writeln!(
        out,
        "apply: awsdeck apply {} --write --confirm '{wanted}'",
        review.short
    )
}
