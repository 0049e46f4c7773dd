//! Node selectors and required node affinity.

use serde_json::Value;

use super::super::super::json::{list, pairs, text, texts};

pub(super) fn matches(pod: &Value, node: &Value) -> bool {
    let labels = pairs(node, "/metadata/labels");
    let label = |key: &str| {
        let mut labels = labels.iter();
        let found = labels.find(|(name, _)| name == key);
        found.map(|(_, value)| value.as_str())
    };
    let selected = pairs(pod, "/spec/nodeSelector")
        .iter()
        .all(|(key, value)| label(key) == Some(value));
    let terms = list(
        pod,
        "/spec/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms",
    );
    let name = text(node, "/metadata/name");
    let term = |term: &Value| {
        let by_label = list(term, "/matchExpressions").iter();
        let by_field = list(term, "/matchFields").iter();
        by_label
            .map(|rule| holds(rule, label(text(rule, "/key"))))
            .chain(by_field.map(|rule| holds(rule, Some(name))))
            .all(|holds| holds)
    };
    selected && (terms.is_empty() || terms.iter().any(term))
}

fn holds(rule: &Value, found: Option<&str>) -> bool {
    let values = texts(rule, "/values");
    let among = found.is_some_and(|found| values.iter().any(|value| value == found));
    let number = |text: &str| text.parse::<i64>().ok();
    let bound = values.first().and_then(|value| number(value));
    match text(rule, "/operator") {
        "In" => among,
        "NotIn" => !among,
        "Exists" => found.is_some(),
        "DoesNotExist" => found.is_none(),
        "Gt" => found.and_then(number) > bound,
        "Lt" => found
            .and_then(number)
            .is_some_and(|found| Some(found) < bound),
        _ => false,
    }
}
