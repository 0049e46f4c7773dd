//! Watches: what one client hears of the changes of a kind.

use std::sync::Arc;

use hyper::body::Bytes;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::{
    super::{
        kinds::{Kind, empty},
        status::{Body, Status},
    },
    Change, Form, Object, Store,
    list::{Query, invalid_options},
};

/// An open watch.
pub(crate) struct Watch {
    pub(crate) kind: Arc<Kind>,
    pub(crate) query: Query,
    pub(crate) form: Form,
    /// Whether the client asked for bookmarks.
    pub(crate) bookmarks: bool,
    /// Only later changes are told.
    pub(crate) after: u64,
    pub(crate) lines: UnboundedSender<Bytes>,
    /// When each line was sent, for tests that look at the clock.
    pub(crate) sent: Vec<Timestamp>,
}

/// What a watch begins with.
pub(crate) enum Beginning {
    /// Everything that exists, and with a mark at its end when the flag is set.
    Existing(bool),
    /// The changes after a version.
    After(u64),
    /// One ERROR line, and the end.
    Expired(Status),
}

/// How a watch of `kind` starts, by its parameters. `initial` is `sendInitialEvents`.
pub(crate) fn beginning(
    store: &Store,
    kind: &Kind,
    query: &Query,
    initial: Option<bool>,
) -> Result<Beginning, Status> {
    match (initial, query.matching.as_str()) {
        (Some(true), "NotOlderThan") => return Ok(Beginning::Existing(true)),
        (Some(_), "NotOlderThan") | (None, "") => {}
        (Some(_), _) => {
            return Err(invalid_options(
                "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
            ));
        }
        (None, _) => {
            return Err(invalid_options(
                "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
            ));
        }
    }
    if matches!(query.version.as_str(), "" | "0") {
        return Ok(Beginning::Existing(false));
    }
    let Ok(version) = query.version.parse::<u64>() else {
        let version = &query.version;
        return Err(Status::internal(format!(
            "resourceVersion: Invalid value: {version:?}: strconv.ParseUint: parsing {version:?}: invalid syntax"
        )));
    };
    let (oldest, message) = if kind.cached() {
        let oldest = store.cached_since;
        (
            oldest,
            format!("too old resource version: {version} ({oldest})"),
        )
    } else {
        let message = "The resourceVersion for the provided watch is too old.";
        (store.compacted, message.into())
    };
    Ok(if version < oldest {
        Beginning::Expired(Status::expired(&message))
    } else {
        Beginning::After(version)
    })
}

impl Watch {
    /// The line that tells of `change`, if this watch hears of it.
    pub(crate) fn line(&self, change: &Change) -> Option<Bytes> {
        if change.kind != self.kind.id || change.version <= self.after {
            return None;
        }
        let was = change
            .before
            .as_ref()
            .filter(|object| self.query.selects(object));
        let is = change
            .now
            .as_ref()
            .filter(|object| self.query.selects(object));
        match (was, is) {
            (None, Some(now)) => Some(event(&self.form, "ADDED", now)),
            (Some(_), Some(now)) => Some(event(&self.form, "MODIFIED", now)),
            (Some(was), None) => Some(match &change.gone {
                Some(gone) => event(&self.form, "DELETED", gone),
                // It has left the selector: what is told is how it last matched.
                None => {
                    let left = Object::new(&self.kind, was.value(&self.kind), change.version);
                    event(&self.form, "DELETED", &left)
                }
            }),
            (None, None) => None,
        }
    }

    /// A bookmark at `version`; `end` marks the end of the initial events.
    pub(crate) fn bookmark(&self, version: u64, end: bool) -> Bytes {
        let mut object = if self.form.is_whole() {
            let mut object = empty(&self.kind);
            object["kind"] = self.kind.name.clone().into();
            object["apiVersion"] = self.kind.api_version().into();
            object
        } else {
            json!({"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"})
        };
        object["metadata"] = json!({"resourceVersion": version.to_string()});
        if end {
            object["metadata"]["annotations"] = json!({"k8s.io/initial-events-end": "true"});
        }
        line("BOOKMARK", &object)
    }
}

/// The line of an event.
pub(crate) fn event(form: &Form, what: &str, object: &Object) -> Bytes {
    let mut line = Vec::with_capacity(object.size(form) + 40);
    line.extend_from_slice(format!("{{\"type\":{what:?},\"object\":").as_bytes());
    object.write(form, &mut line);
    line.extend_from_slice(b"}\n");
    line.into()
}

/// The line that ends a watch whose version is gone.
pub(crate) fn error(status: &Status) -> Bytes {
    match &status.body {
        Body::Status(body) => line("ERROR", body),
        Body::Text(text) => line("ERROR", &json!(text)),
    }
}

fn line(what: &str, object: &Value) -> Bytes {
    format!("{{\"type\":{what:?},\"object\":{object}}}\n").into()
}
