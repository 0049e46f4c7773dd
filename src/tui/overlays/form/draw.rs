//! How a form looks: its fields, the choices for the one under the cursor, what is wrong.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use super::{Choice, Field, Form};
use crate::tui::{
    State,
    overlays::{brush, centered, wipe},
    theme::Role,
    widgets::{
        Brush, Pane, put, row,
        text::{fit, pad},
    },
};

const LABEL: usize = 16;
/// Choices that are shown at once.
const CHOICES: usize = 6;

impl Form {
    pub(super) fn draw_on(&self, frame: &mut Frame<'_>, screen: Rect, state: &State) {
        let brush = brush(state);
        let choices = self.choices(state);
        // The form does not change its size while it is filled in.
        let wanted = self.fields.len() + CHOICES + 7;
        let area = centered(screen, 92, u16::try_from(wanted).unwrap_or(u16::MAX));
        wipe(frame.buffer_mut(), area, brush);
        let pane = Pane {
            title: format!("Plan · {}", self.operation.name()).into(),
            foot: "tab next · down up choose · enter takes, at the end plans · esc cancel".into(),
            focused: true,
            ..Pane::default()
        };
        let inner = pane.draw(frame.buffer_mut(), area, brush);
        if let Some(area) = row(inner, 0) {
            let summary = fit(self.operation.summary(), area.width.into(), state.symbols);
            let line = Line::styled(summary, brush.style(Role::Muted));
            put(frame.buffer_mut(), area, &line);
        }
        // Where there is no height for all, the choices give way before the fields do.
        let height = usize::from(inner.height);
        let room = height.saturating_sub(3);
        let fields = self.fields.len().min(room);
        let first = (self.cursor + 1).saturating_sub(fields);
        for (line, at) in (first..self.fields.len()).take(fields).enumerate() {
            if let (Some(area), Some(field)) = (row(inner, line + 2), self.fields.get(at)) {
                self.draw_field(frame, area, field, at == self.cursor, brush);
            }
        }
        let begin = fields + 3;
        let left = height.saturating_sub(begin + 2).min(CHOICES);
        self.draw_choices(frame, inner, begin, left, &choices, brush);
        let below = inner
            .height
            .checked_sub(1)
            .and_then(|last| row(inner, last.into()));
        if let Some(area) = below {
            let help = self
                .fields
                .get(self.cursor)
                .map_or("", |field| field.parameter.help);
            let (role, text) = match &self.wrong {
                Some(wrong) => (Role::Error, wrong.as_str()),
                None => (Role::Muted, help),
            };
            let text = fit(text, area.width.into(), state.symbols).into_owned();
            put(
                frame.buffer_mut(),
                area,
                &Line::styled(text, brush.style(role)),
            );
        }
    }

    fn draw_field(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        field: &Field,
        here: bool,
        brush: Brush<'_>,
    ) {
        let Field {
            parameter, input, ..
        } = field;
        let star = if parameter.required { "*" } else { " " };
        let label = pad(&format!("{star}{}", parameter.name), LABEL, brush.symbols);
        let role = if here { Role::Key } else { Role::Muted };
        let label = Line::styled(label, brush.style(role));
        put(frame.buffer_mut(), area, &label);
        let lead = u16::try_from(LABEL).unwrap_or(0).min(area.width);
        let value = Rect {
            x: area.x + lead,
            width: area.width - lead,
            ..area
        };
        if here {
            let style = brush.style(Role::Selection);
            let at = input.draw(frame.buffer_mut(), value, style);
            if self.pick.is_none() {
                frame.set_cursor_position(at);
            }
        } else {
            let shown = if input.is_empty() {
                let help = fit(parameter.help, value.width.into(), brush.symbols);
                Span::styled(help, brush.style(Role::Muted))
            } else {
                Span::styled(input.text(), brush.style(Role::Text))
            };
            put(frame.buffer_mut(), value, &Line::from(shown));
        }
    }

    fn draw_choices(
        &self,
        frame: &mut Frame<'_>,
        inner: Rect,
        begin: usize,
        visible: usize,
        choices: &[Choice],
        brush: Brush<'_>,
    ) {
        let pick = self.pick.unwrap_or(0);
        let top = self
            .top
            .get()
            .min(pick)
            .max((pick + 1).saturating_sub(visible));
        self.top.set(top);
        let widest = choices.iter().map(|choice| choice.value.chars().count());
        let column = widest.max().unwrap_or(0).min(36) + 2;
        for (line, at) in (top..choices.len()).take(visible).enumerate() {
            let Some(area) = row(inner, begin + line) else {
                break;
            };
            let choice = &choices[at];
            let room = usize::from(area.width).saturating_sub(column + 2);
            let said = Line::from(vec![
                Span::raw("  "),
                Span::styled(
                    pad(&choice.value, column, brush.symbols),
                    brush.style(Role::Text),
                ),
                Span::styled(
                    fit(&choice.says, room, brush.symbols).into_owned(),
                    brush.style(Role::Muted),
                ),
            ]);
            put(frame.buffer_mut(), area, &said);
            if self.pick == Some(at) {
                frame
                    .buffer_mut()
                    .set_style(area, brush.style(Role::Selection));
                frame.set_cursor_position((area.x, area.y));
            }
        }
        let more = choices.len().saturating_sub(top + visible);
        if let Some(area) = row(inner, begin + visible).filter(|_| more > 0 && visible > 0) {
            let said = Span::styled(
                format!("  {more} more; type to narrow"),
                brush.style(Role::Muted),
            );
            put(frame.buffer_mut(), area, &said.into());
        }
    }
}
