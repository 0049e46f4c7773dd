//! The plugin that misbehaves when an annotation asks it to.

use serde_json::Value;

use super::super::json::text;

/// What an action does with an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Takes so many milliseconds.
    Sleep(i64),
    Fail(String),
    /// Goes on for so many milliseconds after the item is done, and ends well or not.
    Async {
        milliseconds: i64,
        fails: bool,
    },
}

/// What the annotation of `stage`, `backup` or `restore`, asks for.
pub(super) fn action(item: &Value, stage: &str) -> Option<Action> {
    let annotation = text(item, &format!("/metadata/annotations/example.io~1{stage}"));
    let (what, argument) = annotation.split_once(' ')?;
    let milliseconds = || {
        let seconds: f64 = argument.parse().unwrap_or_default();
        #[expect(clippy::cast_possible_truncation, reason = "some seconds")]
        let milliseconds = (seconds * 1_000.0) as i64;
        milliseconds
    };
    Some(match what {
        "sleep" => Action::Sleep(milliseconds()),
        "async" | "async-fail" => Action::Async {
            milliseconds: milliseconds(),
            fails: what == "async-fail",
        },
        _ => Action::Fail(argument.into()),
    })
}
