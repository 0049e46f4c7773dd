//! The comparison held to its word: recordings in which something was altered must be told apart.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    compare::Comparison,
    differences,
    history::{GROUPS, History},
    logs,
    recording::{Recording, read},
    rules::{How, find},
    tokens::Renames,
};

/// At most so many alterations of one answer are tried, spread evenly.
const TRIES: usize = 25;

/// What a comparison says of two answers.
fn compared(cut: bool, compare: impl FnOnce(&mut Comparison<'_>)) -> Vec<String> {
    let mut comparison = Comparison {
        renames: &mut Renames::default(),
        cut,
        differences: Vec::new(),
    };
    compare(&mut comparison);
    comparison.differences
}

/// Where every value stands: as a pointer, and as the path that rules know.
fn places(value: &Value, pointer: &str, path: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let escaped = name.replace('~', "~0").replace('/', "~1");
                let (pointer, path) = (format!("{pointer}/{escaped}"), format!("{path}.{name}"));
                found.push((pointer.clone(), path.clone()));
                places(value, &pointer, &path, found);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                places(value, &format!("{pointer}/{at}"), path, found);
            }
        }
        _ => found.push((pointer.into(), path.into())),
    }
}

/// A value that is another.
fn alter(value: &mut Value) {
    match value {
        Value::Null => *value = "altered".into(),
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(number) => *value = json!(number.as_f64().unwrap_or_default() + 1.0),
        Value::String(text) => text.insert_str(0, "altered "),
        Value::Array(items) => match items.pop() {
            Some(_) => {}
            None => items.push("altered".into()),
        },
        Value::Object(members) => {
            members.insert("altered".into(), true.into());
        }
    }
}

#[test]
fn a_field_that_is_altered_is_noticed_in_every_recording() {
    let mut tried = 0;
    for recording in GROUPS.iter().flat_map(|group| Recording::all(group)) {
        for step in recording.steps.iter().filter(|_| recording.is_exchange()) {
            let Some(answer) = step.answer() else {
                continue;
            };
            let same = compared(step.is_cut(), |them| them.value("body", answer, answer));
            assert!(same.is_empty(), "{}: {same:?}", recording.name);
            let mut all = Vec::new();
            places(answer, "", "body", &mut all);
            all.retain(|(_, path)| find(path).is_none_or(|rule| rule.how != How::Not));
            for (pointer, path) in all.iter().step_by(all.len() / TRIES + 1) {
                let mut other = answer.clone();
                alter(other.pointer_mut(pointer).expect("a value"));
                let noticed = compared(step.is_cut(), |them| them.value("body", answer, &other));
                assert!(!noticed.is_empty(), "{}: {path}", recording.name);
                tried += 1;
            }
        }
    }
    assert!(tried > 1_000, "{tried} alterations");
}

#[test]
fn a_header_that_is_altered_or_missing_is_noticed_in_every_recording() {
    for recording in GROUPS.iter().flat_map(|group| Recording::all(group)) {
        for step in recording.steps.iter().filter(|_| recording.is_exchange()) {
            let recorded = step.answer_headers();
            for (at, (name, _)) in recorded.iter().enumerate() {
                if find(&format!("header.{name}")).is_some_and(|rule| rule.how == How::Not) {
                    continue;
                }
                let (mut missing, mut altered) = (recorded.clone(), recorded.clone());
                missing.remove(at);
                altered[at].1.insert_str(0, "altered ");
                for ours in [missing, altered] {
                    let noticed = compared(false, |them| them.headers(&recorded, &ours));
                    assert!(!noticed.is_empty(), "{}: {name}", recording.name);
                }
            }
        }
    }
}

#[test]
fn a_line_that_is_missing_in_a_log_is_noticed() {
    let recording = Recording::load("velero/download-restore-log");
    let lines = recording
        .steps
        .iter()
        .find_map(|step| step.answer_lines())
        .expect("lines");
    let texts: Vec<&str> = lines.iter().filter_map(Value::as_str).collect();
    let same = compared(false, |them| {
        logs::compare(lines, texts.join("\n").as_bytes(), them);
    });
    assert!(same.is_empty(), "{same:?}");
    let left: Vec<&str> = texts
        .iter()
        .copied()
        .filter(|line| !line.contains("msg=\"restore completed"))
        .collect();
    let noticed = compared(false, |them| {
        logs::compare(lines, left.join("\n").as_bytes(), them);
    });
    assert_eq!(noticed.len(), 1, "{noticed:?}");
}

#[tokio::test]
async fn a_server_that_answers_otherwise_than_recorded_is_noticed() {
    let history = History::read();
    let altered: BTreeMap<&str, (&str, Value)> = BTreeMap::from([
        (
            "auth/forbidden-403-list-nodes",
            ("/response/status", json!(404)),
        ),
        (
            "lists/pods-labelselector-none",
            (
                "/response/body/items",
                json!([{"metadata": {"name": "one"}}]),
            ),
        ),
        (
            "lists/pods-rv-future",
            ("/response/body/details/retryAfterSeconds", json!(7)),
        ),
        (
            "watches/timeout-no-events",
            ("/closed_after_ms", json!(1_000)),
        ),
        (
            "watches/pods-leave-and-enter-selector",
            ("/events", json!([])),
        ),
        (
            "watches/bookmark-before-timeout",
            ("/event_times_ms", json!([0, 0, 0, 0, 0])),
        ),
    ]);
    for (name, (pointer, value)) in altered {
        let mut text = read(name);
        let place = text.pointer_mut(pointer).expect("a value");
        assert_ne!(*place, value, "{name}: nothing is altered");
        let faithful = differences(&history, &Recording::load(name)).await;
        assert!(faithful.is_empty(), "{}", faithful.join("\n"));
        *place = value;
        let other = Recording::parse(name, &text.to_string());
        let noticed = differences(&history, &other).await;
        assert!(!noticed.is_empty(), "{name}: {pointer}");
    }
}
