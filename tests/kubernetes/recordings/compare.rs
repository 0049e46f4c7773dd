//! Comparing an answer with the recorded one, field by field.

use serde_json::Value;

use super::{
    rules::{How, find},
    tokens::Renames,
};

/// What differs, one line for each field.
pub(super) struct Comparison<'a> {
    pub(super) renames: &'a mut Renames,
    /// Whether lists of theirs were shortened.
    pub(super) cut: bool,
    pub(super) differences: Vec<String>,
}

impl Comparison<'_> {
    fn differs(&mut self, path: &str, theirs: &Value, ours: &Value) {
        self.differences.push(format!(
            "{path}: recorded {}, here {}",
            short(theirs),
            short(ours)
        ));
    }

    /// Compares headers: each name of either side.
    pub(super) fn headers(&mut self, theirs: &[(String, String)], ours: &[(String, String)]) {
        let mut names: Vec<&String> = theirs.iter().chain(ours).map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        for name in names {
            let values = |headers: &[(String, String)]| -> Vec<Value> {
                let values = headers.iter().filter(|(known, _)| known == name);
                values.map(|(_, value)| value.clone().into()).collect()
            };
            let path = format!("header.{name}");
            if find(&path).is_some_and(|rule| rule.how == How::Not) {
                continue;
            }
            self.value(&path, &values(theirs).into(), &values(ours).into());
        }
    }

    pub(super) fn value(&mut self, path: &str, theirs: &Value, ours: &Value) {
        let rule = find(path).map(|rule| rule.how);
        match (theirs, ours) {
            (Value::Object(one), Value::Object(two)) => {
                for (name, value) in one {
                    let below = format!("{path}.{name}");
                    match two.get(name) {
                        Some(other) => self.value(&below, value, other),
                        None => self.differs(&below, value, &"nothing".into()),
                    }
                }
                for (name, value) in two.iter().filter(|(name, _)| !one.contains_key(*name)) {
                    self.differs(&format!("{path}.{name}"), &"nothing".into(), value);
                }
            }
            (Value::Array(one), Value::Array(two))
                if self.cut && path.starts_with("body") || rule == Some(How::InAnyOrder) =>
            {
                self.any_order(path, one, two);
            }
            (Value::Array(one), Value::Array(two)) => {
                if one.len() != two.len() {
                    self.differs(
                        &format!("{path}.length"),
                        &one.len().into(),
                        &two.len().into(),
                    );
                }
                for (value, other) in one.iter().zip(two) {
                    self.value(path, value, other);
                }
            }
            (Value::String(one), Value::String(two)) => {
                if !self.text(rule, one, two) {
                    self.differs(path, theirs, ours);
                }
            }
            _ if theirs == ours => {}
            _ => self.differs(path, theirs, ours),
        }
    }

    fn text(&mut self, rule: Option<How>, theirs: &str, ours: &str) -> bool {
        match rule {
            Some(How::Not) => true,
            Some(How::InOrder) => match (theirs.parse(), ours.parse()) {
                (Ok(theirs), Ok(ours)) => self.renames.in_order(theirs, ours),
                _ => theirs == ours,
            },
            Some(How::Within(seconds)) => {
                let time = |text: &str| {
                    let time = jiff::fmt::rfc2822::parse(text);
                    time.map(|time| time.timestamp().as_second())
                        .unwrap_or_default()
                };
                (time(theirs) - time(ours)).abs() <= seconds
            }
            Some(How::BeforeDump) => {
                let before = |text: &str| {
                    let end = text.find("\n@@").unwrap_or(text.len());
                    text[..end].to_owned()
                };
                self.renames.same(&before(theirs), &before(ours))
            }
            Some(How::InAnyOrder | How::Lines(_)) | None => self.renames.same(theirs, ours),
        }
    }

    /// Each of theirs must be among ours; and as many, unless theirs were cut.
    fn any_order(&mut self, path: &str, theirs: &[Value], ours: &[Value]) {
        let mut left: Vec<&Value> = ours.iter().collect();
        for value in theirs {
            let named = |other: &&Value| {
                let name = |value: &Value| {
                    let mut names = ["/metadata/name", "/name", "/resource"].iter();
                    names.find_map(|name| value.pointer(name)).cloned()
                };
                name(value).is_some() && name(value) == name(other)
            };
            let at = left
                .iter()
                .position(|other| *other == value)
                .or_else(|| left.iter().position(named));
            match at {
                Some(at) => {
                    let other = left.remove(at).clone();
                    let cut = std::mem::replace(&mut self.cut, false);
                    self.value(path, value, &other);
                    self.cut = cut;
                }
                None => self.differs(path, value, &"nothing".into()),
            }
        }
        if !self.cut && !left.is_empty() {
            self.differs(path, &"nothing".into(), left[0]);
        }
    }
}

fn short(value: &Value) -> String {
    let mut text = value.to_string();
    if text.len() > 400 {
        let cut = (0..=400).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(cut.unwrap_or_default());
        text.push('…');
    }
    text
}

/// Takes managedFields out of every object in a value.
pub(super) fn without_managers(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if let Some(Value::Object(metadata)) = object.get_mut("metadata") {
                metadata.remove("managedFields");
            }
            object.values_mut().for_each(without_managers);
        }
        Value::Array(items) => items.iter_mut().for_each(without_managers),
        _ => {}
    }
}
