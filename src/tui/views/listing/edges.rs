//! What stands around a list: the names of its forms, its hints, the title of its details.

use ratatui::text::{Line, Span};

use super::super::Desk;
use crate::{
    inventory::tables::Row,
    tui::{Action, Verb, theme::Role, widgets::Brush},
};

/// Names of forms, the one that is shown in brackets.
pub(in super::super) fn tabs<'a>(
    names: impl Iterator<Item = &'a str>,
    form: usize,
    brush: Brush<'_>,
) -> Line<'static> {
    let mut spans = Vec::new();
    for (index, name) in names.enumerate() {
        if index > 0 {
            spans.push(Span::raw(" "));
        }
        spans.push(if index == form {
            Span::styled(format!("[{name}]"), brush.style(Role::Strong))
        } else {
            Span::styled(name.to_owned(), brush.style(Role::Muted))
        });
    }
    spans.into()
}

/// Hints of every list, most useful first.
pub(in super::super) fn common_hints() -> impl Iterator<Item = (Action, &'static str)> {
    [
        (Verb::Open, "open"),
        (Verb::Filter, "filter"),
        (Verb::SortNext, "sort"),
        (Verb::Mark, "mark"),
        (Verb::Operations, "operations"),
        (Verb::Copy, "copy"),
        (Verb::Help, "help"),
    ]
    .into_iter()
    .map(|(verb, word)| (verb.into(), word))
}

/// What it is and where: `prod-ml-1  prod-ml  eu-west-1  PROD`.
pub(in super::super) fn detail_title(row: &Row, desk: &Desk<'_>) -> Line<'static> {
    let brush = desk.brush();
    let mut spans = vec![
        brush.sign(row.health.state),
        Span::raw(" "),
        Span::styled(row.object.name.clone(), brush.style(Role::Title)),
    ];
    if let Some(account) = row.object.account {
        let name = format!("  {}", desk.account_name(account));
        spans.push(Span::styled(name, brush.style(Role::Muted)));
    }
    if let Some(region) = &row.object.region {
        spans.push(Span::styled(
            format!("  {region}"),
            brush.style(Role::Muted),
        ));
    }
    spans.push(Span::raw("  "));
    spans.push(desk.class_badge(row.class));
    spans.into()
}
