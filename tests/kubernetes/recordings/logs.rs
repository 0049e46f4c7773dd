//! Comparing the log of a restore, of which not every line is compared.

use serde_json::Value;

use super::{
    compare::Comparison,
    rules::{How, find},
};

pub(super) fn compare(recorded: &[Value], ours: &[u8], comparison: &mut Comparison<'_>) {
    let Some(How::Lines(compared)) = find("body_lines").map(|rule| rule.how) else {
        return;
    };
    let ours = String::from_utf8_lossy(ours);
    let mut rest = ours.lines();
    for line in recorded.iter().filter_map(Value::as_str) {
        let message = line.split("msg=\"").nth(1).unwrap_or_default();
        if !compared
            .iter()
            .any(|beginning| message.starts_with(beginning))
        {
            continue;
        }
        if !rest.any(|ours| comparison.renames.same(line, ours)) {
            comparison.differences.push(format!("no line {line}"));
            rest = ours.lines();
        }
    }
}
