//! A run on its way: its clock, its steps with what proves them, what would undo it, what happened.

use jiff::{SignedDuration, Timestamp};
use ratatui::text::{Line, Span};

use super::book::{Entry, Said, Standing};
use crate::{
    engine::{
        Moment,
        machine::{StepView, run, step},
        plan::{Review, StepId, StepReview},
    },
    model::{State, text::clean},
    tui::{
        theme::Role,
        views::Desk,
        widgets::{Brush, bar, figures, text},
    },
};

/// Lines of the log below the steps.
const LOG: usize = 40;

/// The verdict on a run.
pub(super) const fn verdict(state: run::State) -> State {
    match state {
        run::State::Succeeded => State::Ok,
        run::State::Approved
        | run::State::Leased
        | run::State::Running
        | run::State::Verifying
        | run::State::RollingBack => State::Working,
        run::State::Paused | run::State::RolledBack => State::Warning,
        run::State::RollbackPartial => State::Failed,
        run::State::AwaitingApproval
        | run::State::Stopped
        | run::State::Rejected
        | run::State::Expired => State::Off,
    }
}

const fn of_step(state: step::State) -> State {
    match state {
        step::State::Blocked | step::State::Ready => State::Off,
        step::State::Prechecking
        | step::State::Intended
        | step::State::InFlight
        | step::State::Locating
        | step::State::Retrying
        | step::State::Acked
        | step::State::Settling
        | step::State::Checking
        | step::State::Compensating => State::Working,
        step::State::Ambiguous
        | step::State::NeedsHuman
        | step::State::Halted
        | step::State::Compensated => State::Warning,
        step::State::Done | step::State::Skipped => State::Ok,
        step::State::Failed | step::State::CompFailed | step::State::Orphaned => State::Failed,
    }
}

fn time(moment: &Moment) -> Option<Timestamp> {
    Timestamp::from_microsecond(moment.at)
        .ok()
        .filter(|_| moment.at > 0)
}

/// How long the run took, or takes so far.
pub(super) fn elapsed(standing: &Standing, now: Timestamp) -> Option<SignedDuration> {
    let start = standing.view.started.as_ref().and_then(time)?;
    let end = standing.view.ended.as_ref().and_then(time).unwrap_or(now);
    Some(end.duration_since(start))
}

/// Everything about one run, top to bottom.
pub(super) fn lines(entry: &Entry, desk: &Desk<'_>) -> Vec<Line<'static>> {
    let brush = desk.brush();
    let Some(standing) = &entry.standing else {
        let said = "an old run: `awsdeck runs show` has its journal";
        return vec![Span::styled(said, brush.style(Role::Muted)).into()];
    };
    let mut lines = head(entry, standing, desk);
    lines.push(Line::default());
    lines.push(section("Steps", brush));
    for step in &standing.review.steps {
        tell_step(step, standing, desk, &mut lines);
    }
    if !standing.view.leftovers.is_empty() {
        lines.push(Line::default());
        lines.push(section("Left behind", brush));
        for left in &standing.view.leftovers {
            lines.push(Line::from(vec![
                brush.sign(State::Failed),
                Span::styled(format!(" {}", clean(left)), brush.style(Role::Text)),
            ]));
        }
    }
    lines.push(Line::default());
    lines.push(section("What happened", brush));
    let skipped = standing.lines.len().saturating_sub(LOG);
    // The newest first: what matters now is in sight without scrolling.
    for said in standing.lines[skipped..].iter().rev() {
        lines.push(log_line(said, brush));
    }
    lines
}

fn section(title: &'static str, brush: Brush<'_>) -> Line<'static> {
    Span::styled(title, brush.style(Role::Header)).into()
}

fn head(entry: &Entry, standing: &Standing, desk: &Desk<'_>) -> Vec<Line<'static>> {
    let brush = desk.brush();
    let state = standing.view.state;
    let verdict = verdict(state);
    let sign = brush.symbols.state(verdict);
    let mut first = vec![Span::styled(
        format!("{sign} {state}"),
        brush.state_style(verdict),
    )];
    if let Some(elapsed) = elapsed(standing, desk.now) {
        let said = format!("  {} elapsed", figures::clock(elapsed));
        first.push(Span::styled(said, brush.style(Role::Strong)));
    }
    let expected = standing.review.expected;
    let usual = SignedDuration::from_secs(expected.typical_seconds.into());
    first.push(Span::styled(
        format!("  usually {}", figures::clock(usual)),
        brush.style(Role::Muted),
    ));
    if let Some((host, pid)) = standing
        .view
        .holder
        .as_ref()
        .filter(|_| !state.is_terminal())
    {
        let said = format!("  runner {pid} on {}", clean(host));
        first.push(Span::styled(said, brush.style(Role::Muted)));
    }
    let mut lines = vec![Line::from(first)];
    let done = standing
        .view
        .steps
        .values()
        .filter(|step| step.state.is_passed())
        .count();
    let all = standing.review.steps.len();
    let mut progress = bar::gauge(done as f64 / all.max(1) as f64, 24, Role::Bar, brush);
    progress.push_span(Span::styled(
        format!(" {done} of {all} steps"),
        brush.style(Role::Text),
    ));
    progress.push_span(Span::styled(
        format!(
            "   {}  by {}",
            clean(&entry.summary.reason),
            clean(&entry.summary.created_by)
        ),
        brush.style(Role::Muted),
    ));
    lines.push(progress);
    if let Some(pause) = standing
        .view
        .pause
        .as_ref()
        .filter(|_| state == run::State::Paused)
    {
        lines.push(Line::from(vec![
            brush.sign(State::Warning),
            Span::styled(
                format!(" {}  {}", pause.reason, clean(&pause.text)),
                brush.style(Role::Strong),
            ),
        ]));
    }
    lines
}

/// How deep in the graph a step stands: after so many others at least.
fn depth(review: &Review, id: &StepId) -> usize {
    let step = review.steps.iter().find(|step| step.id == *id);
    step.map_or(0, |step| {
        step.after
            .iter()
            .map(|before| depth(review, before) + 1)
            .max()
            .unwrap_or(0)
    })
}

fn tell_step(
    step: &StepReview,
    standing: &Standing,
    desk: &Desk<'_>,
    lines: &mut Vec<Line<'static>>,
) {
    let brush = desk.brush();
    let view = standing.view.step(&step.id);
    let state = of_step(view.state);
    // Steps that do not wait for each other stand at the same depth.
    let indent = "  ".repeat(depth(&standing.review, &step.id).min(8));
    let link = if step.after.is_empty() {
        ""
    } else {
        brush.pick("└ ", "' ")
    };
    let mut spans = vec![
        Span::styled(format!("{indent}{link}"), brush.style(Role::Border)),
        brush.sign(state),
        Span::styled(
            format!(" {} ", ascii(step.glyph(), brush)),
            brush.style(glyph_role(step.glyph())),
        ),
        Span::styled(
            clean(&step.title).into_owned(),
            brush.style(if state == State::Off {
                Role::Muted
            } else {
                Role::Strong
            }),
        ),
        Span::styled(format!("  {}", view.state), brush.state_style(state)),
    ];
    if let Some(since) = time(&view.since).filter(|_| state == State::Working) {
        let running = desk.now.duration_since(since);
        let usual = SignedDuration::from_secs(step.expected.typical_seconds.into());
        let said = format!(
            "  {} of about {}",
            figures::clock(running),
            figures::clock(usual)
        );
        spans.push(Span::styled(said, brush.style(Role::Text)));
    }
    if view.attempt > 1 {
        spans.push(Span::styled(
            format!("  attempt {}", view.attempt),
            brush.style(Role::Warning),
        ));
    }
    lines.push(spans.into());
    let below = format!("{indent}{}    ", if link.is_empty() { "" } else { "  " });
    for (role, said) in evidence(&view) {
        lines.push(Span::styled(format!("{below}{}", clean(&said)), brush.style(role)).into());
    }
}

/// What proves that a step stands where it stands.
fn evidence(view: &StepView) -> Vec<(Role, String)> {
    let mut said = Vec::new();
    if let Some(trouble) = &view.trouble {
        said.push((Role::Warning, trouble.clone()));
    }
    if let Some(newest) = &view.said {
        said.push((Role::Text, newest.clone()));
    }
    if let Some(id) = &view.external_id {
        said.push((Role::Muted, format!("change {id}")));
    }
    said
}

pub(in crate::tui::views) const fn glyph_role(glyph: char) -> Role {
    match glyph {
        '+' => Role::PlanAdd,
        '~' => Role::PlanChange,
        '-' => Role::PlanDestroy,
        '±' => Role::PlanReplace,
        '→' => Role::PlanShift,
        _ => Role::PlanNoop,
    }
}

/// The plan's sign for a terminal without Unicode.
pub(in crate::tui::views) fn ascii(glyph: char, brush: Brush<'_>) -> String {
    let sign = match (brush.symbols, glyph) {
        (crate::tui::Symbols::Ascii | crate::tui::Symbols::Plain, '→') => '>',
        (crate::tui::Symbols::Ascii | crate::tui::Symbols::Plain, '…') => '.',
        (crate::tui::Symbols::Ascii | crate::tui::Symbols::Plain, '±') => '%',
        (_, glyph) => glyph,
    };
    sign.to_string()
}

fn log_line(said: &Said, brush: Brush<'_>) -> Line<'static> {
    let step = said
        .step
        .as_deref()
        .map(|step| format!("{step}: "))
        .unwrap_or_default();
    Line::from(vec![
        Span::styled(
            said.at.strftime("%H:%M:%S").to_string(),
            brush.style(Role::Muted),
        ),
        Span::styled(format!("  {step}{}", said.text), brush.style(Role::Text)),
        Span::styled(format!("  {}", said.actor), brush.style(Role::Muted)),
    ])
}

/// One run in the list.
pub(super) fn list_line(entry: &Entry, width: usize, desk: &Desk<'_>) -> Line<'static> {
    let brush = desk.brush();
    let summary = &entry.summary;
    let state = verdict(summary.state);
    let pad = |said: &str, cells| text::pad(said, cells, brush.symbols);
    let word = format!("{} {}", brush.symbols.state(state), summary.state);
    let when = crate::inventory::tables::text::age(summary.updated_at, desk.now);
    let elapsed = entry
        .standing
        .as_ref()
        .and_then(|standing| elapsed(standing, desk.now))
        .map(figures::clock)
        .unwrap_or_default();
    let fixed = 21 + 9 + 8 + 9 + 10;
    let title = width.saturating_sub(fixed).max(8);
    let badge = desk.class_badge(summary.environment);
    let gap = " ".repeat(9_usize.saturating_sub(badge.width()));
    Line::from(vec![
        Span::styled(pad(&word, 21), brush.state_style(state)),
        badge,
        Span::raw(gap),
        Span::styled(pad(&clean(&summary.title), title), brush.style(Role::Text)),
        Span::styled(
            text::pad_left(&elapsed, 8, brush.symbols),
            brush.style(Role::Text),
        ),
        Span::styled(
            text::pad_left(&when, 9, brush.symbols),
            brush.style(Role::Muted),
        ),
        Span::styled(
            format!("  {}", summary.id.short()),
            brush.style(Role::Muted),
        ),
    ])
}
