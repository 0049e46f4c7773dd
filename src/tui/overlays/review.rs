//! A sealed plan laid out for reading, and the way to its confirmation.

use std::sync::Arc;

use ratatui::{Frame, layout::Rect};

use super::{Overlay, Page, Reply, page::PageLine};
use crate::{
    config::keymap::Key,
    engine::{Review, Sealed},
    tui::{Action, Effect, State, Theme, Verb, theme::Role, widgets::figures},
};

pub struct PlanReview {
    sealed: Arc<Sealed>,
    page: Page,
}

impl PlanReview {
    #[must_use]
    pub fn new(sealed: Arc<Sealed>, state: &State) -> Self {
        let review = sealed.review();
        let title = format!("Plan {} · {}", review.short, review.title);
        let page = Page::new("review", title, lines(&review, state));
        Self { sealed, page }
    }
}

fn lines(review: &Review, state: &State) -> Vec<PageLine> {
    let fact = |name: &str, role: Role, value: String| -> PageLine {
        vec![(Role::Muted, format!("{name:<13}")), (role, value)]
    };
    let head = |text: &str| -> PageLine { vec![(Role::Title, text.to_owned())] };
    let class = review.environment;
    let left = review.expires_at.duration_since(state.now);
    let mut lines = vec![
        fact(
            "environment",
            Theme::class_role(class),
            class.to_string().to_uppercase(),
        ),
        fact("author", Role::Text, review.author.clone()),
        fact("reason", Role::Text, review.reason.clone()),
        fact("targets", Role::Text, review.reach.targets.join(", ")),
        fact("expires", Role::Text, format!("in {}", figures::span(left))),
        fact("phrase", Role::Strong, review.phrase.join(" ")),
        Vec::new(),
        head("Changes"),
    ];
    for change in &review.changes {
        lines.push(vec![
            (Role::PlanChange, "  ~ ".to_owned()),
            (Role::Text, format!("{}  ", change.what)),
            (Role::Muted, change.from.clone()),
            (
                Role::PlanShift,
                format!(" {} ", super::brush(state).pick("→", "->")),
            ),
            (Role::Strong, change.to.clone()),
        ]);
    }
    lines.push(Vec::new());
    lines.push(head("Steps"));
    for step in &review.steps {
        let role = match step.glyph {
            '+' => Role::PlanAdd,
            '-' => Role::PlanDestroy,
            '~' => Role::PlanChange,
            '→' => Role::PlanShift,
            _ => Role::PlanNoop,
        };
        let typical = i64::from(step.expected.typical_seconds);
        let time = figures::span(jiff::SignedDuration::from_secs(typical));
        lines.push(vec![
            (role, format!("  {} ", step.glyph)),
            (Role::Text, step.title.clone()),
            (Role::Muted, format!("  about {time}")),
        ]);
        if !step.undo.is_empty() {
            lines.push(vec![(Role::Muted, format!("      undo: {}", step.undo))]);
        }
    }
    lines.push(Vec::new());
    lines.push(head("Rollback"));
    for undo in &review.rollback {
        lines.push(vec![(Role::Text, format!("  {undo}"))]);
    }
    for step in &review.points_of_no_return {
        lines.push(vec![(
            Role::Error,
            format!("  no way back after {}", step.as_str()),
        )]);
    }
    if !review.warnings.is_empty() {
        lines.push(Vec::new());
        lines.push(head("Warnings"));
        for warning in &review.warnings {
            lines.push(vec![(Role::Warning, format!("  ! {warning}"))]);
        }
    }
    lines.push(Vec::new());
    lines.push(vec![
        (Role::Key, "a".to_owned()),
        (Role::Text, " confirm   ".to_owned()),
        (Role::Key, "e".to_owned()),
        (Role::Text, " export   ".to_owned()),
        (Role::Key, "esc".to_owned()),
        (Role::Text, " leave; the plan is kept".to_owned()),
    ]);
    lines
}

impl Overlay for PlanReview {
    fn name(&self) -> &'static str {
        "review"
    }

    fn context(&self) -> &'static str {
        "plan"
    }

    fn key(&mut self, key: Key, state: &State) -> Option<Reply> {
        self.page.key(key, state)
    }

    fn act(&mut self, action: &Action, state: &State) -> Option<Reply> {
        Some(Reply::Stay(match action.verb {
            Verb::ConfirmPlan => vec![Effect::Confirm(self.sealed.clone())],
            Verb::Export => vec![Effect::Export {
                path: format!("plan-{}.json", self.sealed.digest().short()).into(),
                text: String::from_utf8_lossy(&self.sealed.to_file()).into_owned(),
            }],
            // Enter reads on; it never leads towards a change.
            Verb::Open => Vec::new(),
            _ => return self.page.act(action, state),
        }))
    }

    fn draw(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        self.page.draw(frame, screen, state);
    }
}
