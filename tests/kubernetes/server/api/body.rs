//! Reading the bodies of requests.

use serde_json::Value;

use super::{
    super::{
        json::{inside, text},
        kinds::{Kind, unknown_fields},
        status::Status,
    },
    Answer, Call,
};

/// An object of `kind` as it was sent, with what the server has to say about it.
pub(super) struct Sent {
    pub(super) object: Value,
    pub(super) warnings: Vec<String>,
}

impl Sent {
    /// The object of a body; unknown fields are refused, dropped with a warning, or just dropped.
    pub(super) fn read(call: &Call, kind: &Kind) -> Result<Self, Status> {
        let object = parse(call, kind)?;
        Self::checked(call, kind, object)
    }

    /// What a patch has made, as if it had been sent as a whole.
    pub(super) fn checked(call: &Call, kind: &Kind, mut object: Value) -> Result<Self, Status> {
        let body = String::from_utf8_lossy(&call.body);
        let unknown = unknown_fields(kind, &mut object, &body);
        let named: Vec<String> = unknown
            .iter()
            .map(|path| format!("unknown field {path:?}"))
            .collect();
        match call.query.get("fieldValidation") {
            "Strict" if !named.is_empty() => Err(Status::bad_request(format!(
                "{} in version {:?} cannot be handled as a {}: strict decoding error: {}",
                kind.name,
                kind.version,
                kind.name,
                named.join(", ")
            ))),
            "Ignore" => Ok(Self {
                object,
                warnings: Vec::new(),
            }),
            _ => Ok(Self {
                object,
                warnings: named,
            }),
        }
    }

    /// Adds the warnings to an answer.
    pub(super) fn warn(warnings: &[String], answer: &mut Answer) {
        for warning in warnings {
            answer.header("Warning", format!("299 - {warning:?}"));
        }
    }
}

/// The body as an object of `kind`.
fn parse(call: &Call, kind: &Kind) -> Result<Value, Status> {
    let body = &call.body;
    let mut object: Value = serde_json::from_slice(body).map_err(|error| {
        Status::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): couldn't get version/kind; json parse error: {} ({})",
            kind.name,
            in_words(body, &error),
            String::from_utf8_lossy(body)
        ))
    })?;
    let (version, name) = (text(&object, "/apiVersion"), text(&object, "/kind"));
    if !name.is_empty() && name != kind.name {
        return Err(Status::bad_request(format!(
            "{name} in version {:?} cannot be handled as a {}: converting (v1.{name}) to ({}.{}): unknown conversion",
            version.rsplit('/').next().unwrap_or_default(),
            kind.name,
            if kind.group.is_empty() {
                "core"
            } else {
                &kind.group
            },
            kind.name
        )));
    }
    if !version.is_empty() && version != kind.api_version() {
        return Err(Status::bad_request(format!(
            "the API version in the data ({version}) does not match the expected API version ({})",
            kind.api_version()
        )));
    }
    if !object.is_object() {
        return Err(Status::bad_request("the object provided is no object"));
    }
    inside(&mut object, "metadata").remove("managedFields");
    Ok(object)
}

/// Any JSON body, such as options; empty is nothing.
pub(super) fn value(call: &Call) -> Result<Value, Status> {
    if call.body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&call.body)
        .map_err(|error| Status::bad_request(in_words(&call.body, &error)))
}

/// What is wrong with a JSON text, as Go says it.
fn in_words(body: &[u8], error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "unexpected end of JSON input".into();
    }
    let lines = body.split(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line() - 1)
        .map(|line| line.len() + 1)
        .sum();
    let at = before + error.column().saturating_sub(1);
    let found = body.get(at).copied().map_or(' ', char::from);
    let previous = body[..at.min(body.len())]
        .iter()
        .rev()
        .find(|byte| !byte.is_ascii_whitespace());
    let looking = match previous {
        Some(b'{' | b',') => "looking for beginning of object key string",
        None | Some(b':' | b'[') => "looking for beginning of value",
        _ => "after object key:value pair",
    };
    format!("invalid character '{found}' {looking}")
}
