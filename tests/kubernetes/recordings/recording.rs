//! Recordings: what a real server answered.

use std::{fs, path::Path};

use serde_json::Value;

use super::ordered::Ordered;

/// One file.
pub(super) struct Recording {
    /// `lists/pods-full`.
    pub(super) name: String,
    /// One exchange, or several in the order of their times.
    pub(super) steps: Vec<Step>,
}

/// A request and its answer.
#[derive(Clone, Debug)]
pub(super) struct Step {
    value: Value,
    /// The body of the request, its members in the order in which they were sent.
    body: Option<String>,
}

impl Recording {
    /// Every recording in a folder of `tests/recordings/kubernetes`.
    pub(super) fn all(group: &str) -> Vec<Self> {
        let folder = folder().join(group);
        let files = fs::read_dir(&folder).expect("a folder of recordings");
        let mut all: Vec<Self> = files
            .map(|file| file.expect("a readable entry").path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
            .map(|path| {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                Self::load(&format!("{group}/{name}"))
            })
            .collect();
        all.sort_by(|one, two| one.name.cmp(&two.name));
        all
    }

    pub(super) fn load(name: &str) -> Self {
        let text = fs::read_to_string(folder().join(format!("{name}.json")));
        Self::parse(
            name,
            &text.unwrap_or_else(|error| panic!("{name}: {error}")),
        )
    }

    /// A recording from its text.
    pub(super) fn parse(name: &str, text: &str) -> Self {
        let value: Value = serde_json::from_str(text).expect("JSON");
        let ordered: Ordered = serde_json::from_str(text).expect("JSON");
        let steps = match value.get("steps").and_then(Value::as_array) {
            Some(steps) => steps.clone(),
            None => vec![value],
        };
        let bodies = match ordered.get("steps") {
            Some(Ordered::List(steps)) => steps.iter().map(body).collect(),
            _ => vec![body(&ordered)],
        };
        let steps = steps.into_iter().zip(bodies);
        Self {
            name: name.into(),
            steps: steps.map(|(value, body)| Step { value, body }).collect(),
        }
    }

    /// Whether it is an exchange at all: some files hold what was worked out from others.
    pub(super) fn is_exchange(&self) -> bool {
        self.steps
            .iter()
            .all(|step| step.value["request"].is_object())
    }
}

/// A file as it stands.
pub(super) fn read(name: &str) -> Value {
    let text = fs::read_to_string(folder().join(format!("{name}.json")));
    let text = text.unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).expect("JSON")
}

pub(super) fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/kubernetes")
}

impl Step {
    /// What the recorder says about it.
    pub(super) fn note(&self) -> &str {
        self.value["note"].as_str().unwrap_or_default()
    }

    pub(super) fn method(&self) -> &str {
        self.value["request"]["method"].as_str().expect("a method")
    }

    /// The path with its query; a whole URL for downloads.
    pub(super) fn path(&self) -> &str {
        self.value["request"]["path"].as_str().expect("a path")
    }

    pub(super) fn request_headers(&self) -> Vec<(String, String)> {
        headers(&self.value["request"]["headers"])
    }

    /// The body as it was sent.
    pub(super) fn body(&self) -> Option<String> {
        self.body.clone()
    }

    pub(super) fn status(&self) -> u16 {
        let status = self.value["response"]["status"].as_u64();
        status
            .and_then(|status| u16::try_from(status).ok())
            .expect("a status")
    }

    pub(super) fn answer_headers(&self) -> Vec<(String, String)> {
        headers(&self.value["response"]["headers"])
    }

    /// The body of the answer: JSON, or a text; none where it was left out.
    pub(super) fn answer(&self) -> Option<&Value> {
        self.value["response"]
            .get("body")
            .filter(|_| !self.is_watch())
    }

    /// The lines of a download that is text.
    pub(super) fn answer_lines(&self) -> Option<&Vec<Value>> {
        self.value["response"]["body_lines"].as_array()
    }

    /// Whether it fetches a file from a URL that Velero gave.
    pub(super) fn is_download(&self) -> bool {
        self.path().starts_with("http://")
    }

    pub(super) fn is_watch(&self) -> bool {
        self.value.get("closed_by").is_some() || self.value.get("events").is_some()
    }

    /// The events of a watch, with the milliseconds at which they came.
    pub(super) fn events(&self) -> Vec<(Value, i64)> {
        let lines = self.value["events"].as_array().into_iter().flatten();
        let times = self.value["event_times_ms"]
            .as_array()
            .into_iter()
            .flatten();
        lines
            .zip(times)
            .map(|(line, time)| {
                let line = line.as_str().expect("a line");
                let event = serde_json::from_str(line).expect("an event");
                (event, time.as_i64().expect("a time"))
            })
            .collect()
    }

    /// After how many milliseconds the server ended a watch; none where the client hung up.
    pub(super) fn closed_after(&self) -> Option<i64> {
        let by = self.value["closed_by"].as_str().unwrap_or_default();
        self.value["closed_after_ms"]
            .as_i64()
            .filter(|_| by.starts_with("server"))
    }

    /// Whether managedFields were taken out of what was recorded.
    pub(super) fn drops_managed_fields(&self) -> bool {
        self.value["dropped"].is_array()
    }

    /// Whether lists in the answer were shortened.
    pub(super) fn is_cut(&self) -> bool {
        self.value["cut"].is_string()
    }

    /// When the server answered, in whole seconds.
    pub(super) fn date(&self) -> Option<jiff::Timestamp> {
        let headers = self.answer_headers();
        let (_, date) = headers.iter().find(|(name, _)| name == "date")?;
        let date = jiff::fmt::rfc2822::parse(date).ok()?;
        Some(date.timestamp())
    }
}

/// The body of a step's request.
fn body(step: &Ordered) -> Option<String> {
    match step.get("request")?.get("body")? {
        Ordered::Plain(Value::Null) => None,
        Ordered::Plain(Value::String(text)) => Some(text.clone()),
        json => Some(json.to_string()),
    }
}

/// Headers by their lower-cased names; one that was sent twice comes twice.
fn headers(headers: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in headers.as_object().into_iter().flatten() {
        let values = value.as_array().cloned().unwrap_or(vec![value.clone()]);
        for value in values.iter().filter_map(Value::as_str) {
            found.push((name.to_lowercase(), value.to_owned()));
        }
    }
    found
}
