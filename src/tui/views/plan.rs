//! A plan before it is confirmed: everything that will change, what proves it, what undoes it.

use crossterm::event::{MouseEvent, MouseEventKind};
use jiff::SignedDuration;
use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Desk, View,
    coverage::Vacancy,
    detail::Detail,
    runs::{ascii, glyph_role},
};
use crate::{
    engine::Review,
    inventory::{Query, tables::Object},
    model::{State, change::Difference, text::clean},
    tui::{
        Action, Effect, Verb,
        theme::Role,
        widgets::{Brush, Pairs, Pane, figures},
    },
};

#[derive(Default)]
pub(super) struct Plan {
    detail: Detail,
    /// Digest and title of what is shown.
    shown: Option<(String, String)>,
}

/// The whole plan, top to bottom.
fn lines(review: &Review, desk: &Desk<'_>) -> Pairs {
    let brush = desk.brush();
    let mut pairs = Pairs::default();
    let text = |said: String| Line::from(Span::styled(said, brush.style(Role::Text)));
    let left = review.expires_at.duration_since(desk.now);
    let expires = if left.is_positive() {
        Span::styled(
            format!("in {}", figures::span(left)),
            brush.style(Role::Text),
        )
    } else {
        Span::styled("expired: plan again", brush.style(Role::Error))
    };
    pairs.pair("reason", text(clean(&review.reason).into_owned()));
    pairs.pair("by", text(clean(&review.author).into_owned()));
    pairs.pair(
        "reaches",
        text(clean(&review.reach.targets.join(", ")).into_owned()),
    );
    pairs.pair("expires", Line::from(expires));
    let usual = SignedDuration::from_secs(review.expected.typical_seconds.into());
    let slow = SignedDuration::from_secs(review.expected.slow_seconds.into());
    let said = format!(
        "usually {}, at worst {}",
        figures::clock(usual),
        figures::clock(slow)
    );
    pairs.pair("takes", text(said));

    pairs.section("Changes");
    for line in &review.changes {
        let Difference { what, from, to } = &line.difference;
        let glyph = line.verb.glyph();
        let mut spans = vec![
            Span::styled(
                format!("{} ", ascii(glyph, brush)),
                brush.style(glyph_role(glyph)),
            ),
            Span::styled(what.clone(), brush.style(Role::Strong)),
        ];
        if let Some(from) = from {
            spans.push(Span::styled(format!("  {from}"), brush.style(Role::Muted)));
        }
        if let Some(to) = to {
            spans.push(Span::styled(
                format!(" {} ", brush.pick("→", "->")),
                brush.style(Role::PlanShift),
            ));
            spans.push(Span::styled(to.clone(), brush.style(Role::Strong)));
        }
        pairs.line(Line::from(spans));
    }
    let steps = review.steps.len();
    let changes = review.changes.len();
    pairs.line(Span::styled(
        format!(
            "{changes} to change in {steps} steps; {} to undo it",
            review.rollback.len()
        ),
        brush.style(Role::Muted),
    ));
    tell_warnings(review, &mut pairs, brush);
    tell_steps(review, &mut pairs, brush);
    pairs.section("Rollback");
    if review.rollback.is_empty() {
        pairs.line(Span::styled(
            "nothing to take back",
            brush.style(Role::Muted),
        ));
    }
    for (index, undo) in review.rollback.iter().enumerate() {
        pairs.line(text(format!("{}. {}", index + 1, clean(undo))));
    }
    pairs.section("Permissions");
    for permission in &review.permissions {
        pairs.line(text(clean(permission).into_owned()));
    }
    pairs.section("Sealed as");
    pairs.pair("digest", text(review.digest.clone()));
    pairs.pair(
        "phrase",
        Span::styled(review.phrase.join(" "), brush.style(Role::Strong)),
    );
    pairs
}

fn tell_warnings(review: &Review, pairs: &mut Pairs, brush: Brush<'_>) {
    pairs.section("Checks");
    for id in &review.points_of_no_return {
        pairs.line(Line::from(vec![
            brush.sign(State::Failed),
            Span::styled(format!(" {id} cannot be undone"), brush.style(Role::Strong)),
        ]));
    }
    for warning in &review.warnings {
        pairs.line(Line::from(vec![
            brush.sign(State::Warning),
            Span::styled(format!(" {}", clean(warning)), brush.style(Role::Text)),
        ]));
    }
    if review.warnings.is_empty() && review.points_of_no_return.is_empty() {
        pairs.line(Line::from(vec![
            brush.sign(State::Ok),
            Span::styled(
                " every step can be taken back, no warning",
                brush.style(Role::Text),
            ),
        ]));
    }
}

fn tell_steps(review: &Review, pairs: &mut Pairs, brush: Brush<'_>) {
    pairs.section("Steps");
    for (index, step) in review.steps.iter().enumerate() {
        let usual = SignedDuration::from_secs(step.expected.typical_seconds.into());
        pairs.line(Line::from(vec![
            Span::styled(format!("{:>2} ", index + 1), brush.style(Role::Muted)),
            Span::styled(
                format!("{} ", ascii(step.glyph(), brush)),
                brush.style(glyph_role(step.glyph())),
            ),
            Span::styled(clean(&step.title).into_owned(), brush.style(Role::Strong)),
            Span::styled(
                format!("  about {}", figures::clock(usual)),
                brush.style(Role::Muted),
            ),
        ]));
        pairs.line(Span::styled(
            format!("     {}", clean(&step.why)),
            brush.style(Role::Text),
        ));
        pairs.line(Span::styled(
            format!("     undo: {}", clean(&step.undo)),
            brush.style(Role::Muted),
        ));
    }
}

impl View for Plan {
    fn name(&self) -> &'static str {
        "plan"
    }

    fn context(&self) -> &'static str {
        "plan"
    }

    fn title(&self) -> String {
        match &self.shown {
            Some((digest, title)) => format!("plan {digest}  {title}"),
            None => "plan".into(),
        }
    }

    fn needs(&self, _: &Desk<'_>) -> Vec<Query> {
        Vec::new()
    }

    fn derive(&mut self, desk: &Desk<'_>) {
        let shown = desk
            .book
            .plan
            .as_ref()
            .map(|plan| (plan.short.clone(), plan.title.clone()));
        if shown != self.shown {
            self.detail = Detail::default();
            self.shown = shown;
        }
    }

    fn filter(&mut self, _: &str, _: &Desk<'_>) {}

    fn act(&mut self, action: &Action, _: &Desk<'_>) -> Option<Vec<Effect>> {
        self.detail.act(action.verb).then(Vec::new)
    }

    fn mouse(&mut self, event: MouseEvent, _: Rect, _: &Desk<'_>) -> Vec<Effect> {
        match event.kind {
            MouseEventKind::ScrollDown => _ = self.detail.act(Verb::Down),
            MouseEventKind::ScrollUp => _ = self.detail.act(Verb::Up),
            _ => {}
        }
        Vec::new()
    }

    fn selected(&self) -> Option<Object> {
        let (digest, title) = self.shown.clone()?;
        Some(Object {
            kind: "plan",
            account: None,
            region: None,
            id: digest,
            name: title,
            arn: None,
        })
    }

    fn marked(&self) -> Vec<Object> {
        Vec::new()
    }

    fn hints(&self) -> Vec<(Action, &'static str)> {
        [
            (Verb::ConfirmPlan, "confirm"),
            (Verb::Export, "export"),
            (Verb::Copy, "copy"),
            (Verb::Back, "back"),
            (Verb::Help, "help"),
        ]
        .into_iter()
        .map(|(verb, word)| (verb.into(), word))
        .collect()
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, desk: &Desk<'_>) {
        let brush = desk.brush();
        let Some(review) = &desk.book.plan else {
            let pane = Pane {
                title: "plan".into(),
                focused: true,
                ..Pane::default()
            };
            let buffer = frame.buffer_mut();
            let inner = pane.draw(buffer, area, brush);
            return Vacancy::new(
                State::Off,
                "no plan is under review",
                "`o` on any row shows what can be planned",
            )
            .draw(buffer, inner, brush);
        };
        let title = Line::from(vec![
            Span::styled(
                format!("plan {}  {}", review.short, clean(&review.title)),
                brush.style(Role::Title),
            ),
            Span::raw("  "),
            desk.class_badge(review.environment),
        ]);
        self.detail
            .draw_focused(frame, area, title, &lines(review, desk), brush);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        engine::{Sealed, plan::sample},
        inventory::Inventory,
        tui::testing::Bench,
    };

    #[test]
    fn a_plan_shows_what_changes_what_undoes_it_and_its_phrase() {
        let mut bench = Bench::new(Inventory::default());
        let sealed = Sealed::seal(sample::switch()).expect("a sound plan");
        bench.book.plan = Some(Arc::new(sealed.review()));
        bench.now = sealed.review().sealed_at;
        insta::assert_snapshot!(bench.drawn(&mut Plan::default(), 80, 48), @"
        ╭ plan b386fc9d  switch shop.example.com to green  PROD ───────────────────────╮
        │ reason   release 7                                                           │
        │ by       tests                                                               │
        │ reaches  shop.example.com A                                                  │
        │ expires  in 1 h                                                              │
        │ takes    usually 1:30, at worst 2:00                                         │
        │                                                                              │
        │ Changes                                                                      │
        │ → blue weight  100 → 0                                                       │
        │ → green weight  0 → 100                                                      │
        │ 2 to change in 2 steps; 1 to undo it                                         │
        │                                                                              │
        │ Checks                                                                       │
        │ ● every step can be taken back, no warning                                   │
        │                                                                              │
        │ Steps                                                                        │
        │  1 → shop.example.com: blue 100→0, green 0→100  about 0:30                   │
        │      traffic goes to green                                                   │
        │      undo: shop.example.com: blue 0→100, green 100→0                         │
        │  2 … wait 60 s  about 1:00                                                   │
        │      resolvers keep the old answer for the TTL                               │
        │      undo: it changes nothing                                                │
        │                                                                              │
        │ Rollback                                                                     │
        │ 1. shop.example.com: blue 0→100, green 100→0                                 │
        │                                                                              │
        │ Permissions                                                                  │
        │ route53:ChangeResourceRecordSets                                             │
        │ route53:GetChange                                                            │
        │ route53:GetHealthCheckStatus                                                 │
        │ route53:ListHostedZones                                                      │
        │ route53:ListResourceRecordSets                                               │
        │                                                                              │
        │ Sealed as                                                                    │
        │ digest   b386fc9d24320c55829ac1c35c99892653752f9a2541a6c6b9b47e1425549435    │
        │ phrase   blossom bugle apple cricket                                         │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        │                                                                              │
        ╰──────────────────────────────────────────────────────────────────────────────╯
        ");
    }
}
