//! The `Status` bodies of a Kubernetes API server, and the few answers that are plain text.

use serde_json::{Map, Value, json};

use super::kinds::Kind;

/// An answer other than the object that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Status {
    pub(crate) code: u16,
    pub(crate) body: Body,
    /// Seconds, for the `Retry-After` header.
    pub(crate) retry_after: Option<u32>,
    /// Whether `X-Content-Type-Options: nosniff` goes with it.
    pub(crate) nosniff: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Status(Value),
    Text(String),
}

/// One reason why an object is invalid.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) reason: &'static str,
    pub(crate) field: String,
    pub(crate) message: String,
}

impl Cause {
    /// A value that is not allowed.
    pub(crate) fn invalid(field: &str, value: &Value, why: &str) -> Self {
        Self {
            reason: "FieldValueInvalid",
            field: field.into(),
            message: format!("Invalid value: {value}: {why}"),
        }
    }

    /// A value that must be there.
    pub(crate) fn required(field: &str, why: &str) -> Self {
        Self {
            reason: "FieldValueRequired",
            field: field.into(),
            message: format!("Required value: {why}"),
        }
    }

    /// A change that may not be made.
    pub(crate) fn forbidden(field: &str, why: &str) -> Self {
        Self {
            reason: "FieldValueForbidden",
            field: field.into(),
            message: format!("Forbidden: {why}"),
        }
    }

    /// A value that is none of a list.
    pub(crate) fn unsupported(field: &str, value: &str, known: &[String]) -> Self {
        let known: Vec<String> = known.iter().map(|known| format!("{known:?}")).collect();
        Self {
            reason: "FieldValueNotSupported",
            field: field.into(),
            message: format!(
                "Unsupported value: {value:?}: supported values: {}",
                known.join(", ")
            ),
        }
    }
}

impl Status {
    fn new(code: u16, reason: &str, message: impl Into<String>, details: Option<Value>) -> Self {
        let mut body = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": message.into(),
            "code": code,
        });
        if !reason.is_empty() {
            body["reason"] = reason.into();
        }
        if let Some(details) = details {
            body["details"] = details;
        }
        Self {
            code,
            body: Body::Status(body),
            retry_after: None,
            nosniff: false,
        }
    }

    fn plain(code: u16, text: &str) -> Self {
        Self {
            code,
            body: Body::Text(text.into()),
            retry_after: None,
            nosniff: true,
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message, None)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized", None)
    }

    /// Refused by RBAC: `what` is a resource, with its name when there is one.
    pub(crate) fn forbidden(kind: &Kind, name: &str, why: &str) -> Self {
        let subject = subject(&kind.resource(), name);
        let message = format!("{subject} is forbidden: {why}");
        let mut status = Self::new(403, "Forbidden", message, Some(details(kind, name)));
        status.nosniff = true;
        status
    }

    /// As [`Status::forbidden`], for a resource that is not even served.
    pub(crate) fn forbidden_unserved(group: &str, plural: &str, name: &str, why: &str) -> Self {
        let resource = [plural, group].join(".");
        let resource = resource.trim_end_matches('.');
        let mut details = json!({"group": group, "kind": plural});
        if !name.is_empty() {
            details["name"] = name.into();
        }
        let message = format!("{} is forbidden: {why}", subject(resource, name));
        let mut status = Self::new(403, "Forbidden", message, Some(details));
        status.nosniff = true;
        status
    }

    /// A path outside of the API that the user may not get.
    pub(crate) fn forbidden_path(user: &str, verb: &str, path: &str) -> Self {
        let why = format!("forbidden: User {user:?} cannot {verb} path {path:?}");
        let mut status = Self::new(403, "Forbidden", why, Some(json!({})));
        status.nosniff = true;
        status
    }

    /// A create in a namespace that is on its way out.
    pub(crate) fn terminating(kind: &Kind, name: &str, namespace: &str) -> Self {
        let mut details = details(kind, name);
        details["causes"] = json!([{
            "reason": "NamespaceTerminating",
            "message": format!("namespace {namespace} is being terminated"),
            "field": "metadata.namespace",
        }]);
        let message = format!(
            "{} is forbidden: unable to create new content in namespace {namespace} because it is being terminated",
            subject(&kind.resource(), name)
        );
        Self::new(403, "Forbidden", message, Some(details))
    }

    /// What an admission policy that a test set says no to.
    pub(crate) fn denied(kind: &Kind, name: &str, why: &str) -> Self {
        let message = format!("{} is forbidden: {why}", subject(&kind.resource(), name));
        Self::new(403, "Forbidden", message, Some(details(kind, name)))
    }

    pub(crate) fn not_found(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} not found", kind.resource());
        Self::new(404, "NotFound", message, Some(details(kind, name)))
    }

    pub(crate) fn no_namespace(name: &str) -> Self {
        let details = json!({"name": name, "kind": "namespaces"});
        let message = format!("namespaces {name:?} not found");
        Self::new(404, "NotFound", message, Some(details))
    }

    /// A path that nothing is served under: plain text, not a `Status`.
    pub(crate) fn no_such_path() -> Self {
        Self::plain(404, "404 page not found\n")
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "the server does not allow this method on the requested resource";
        Self::new(405, "MethodNotAllowed", message, Some(json!({})))
    }

    pub(crate) fn not_acceptable() -> Self {
        let message = "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf";
        Self::new(406, "NotAcceptable", message, Some(json!({})))
    }

    pub(crate) fn already_exists(kind: &Kind, name: &str) -> Self {
        let message = format!("{} {name:?} already exists", kind.resource());
        Self::new(409, "AlreadyExists", message, Some(details(kind, name)))
    }

    /// The object has another resourceVersion by now.
    pub(crate) fn modified(kind: &Kind, name: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: the object has been modified; please apply your changes to the latest version and try again",
            kind.resource()
        );
        Self::new(409, "Conflict", message, Some(details(kind, name)))
    }

    /// The object has another uid than the caller thinks.
    pub(crate) fn other_uid(kind: &Kind, name: &str, wanted: &str, found: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {} {name:?}: the UID in the precondition ({wanted}) does not match the UID in record ({found}). The object might have been deleted and then recreated",
            kind.qualified()
        );
        let mut details = details(kind, name);
        details["kind"] = kind.name.clone().into();
        Self::new(409, "Conflict", message, Some(details))
    }

    /// Server-side apply met fields of other managers: each with the manager and the path.
    pub(crate) fn apply_conflict(conflicts: &[(String, String)]) -> Self {
        let causes: Vec<Value> = conflicts
            .iter()
            .map(|(manager, field)| {
                json!({
                    "reason": "FieldManagerConflict",
                    "message": format!("conflict with {manager}"),
                    "field": field,
                })
            })
            .collect();
        let message = match conflicts {
            [(manager, field)] => {
                format!("Apply failed with 1 conflict: conflict with {manager}: {field}")
            }
            several => {
                let mut lines: Vec<String> = Vec::new();
                for (manager, field) in several {
                    let heading = format!("conflicts with {manager}:");
                    if !lines.contains(&heading) {
                        lines.push(heading);
                    }
                    lines.push(format!("- {field}"));
                }
                let count = several.len();
                format!("Apply failed with {count} conflicts: {}", lines.join("\n"))
            }
        };
        Self::new(409, "Conflict", message, Some(json!({"causes": causes})))
    }

    pub(crate) fn expired(message: &str) -> Self {
        Self::new(410, "Expired", message, None)
    }

    /// A continue token whose snapshot is gone, and the token with which to go on regardless.
    pub(crate) fn continue_expired(token: String) -> Self {
        let message = "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";
        let mut status = Self::expired(message);
        if let Body::Status(body) = &mut status.body {
            body["metadata"]["continue"] = token.into();
        }
        status
    }

    pub(crate) fn unsupported_media(message: &str, details: Option<Value>) -> Self {
        Self::new(415, "UnsupportedMediaType", message, details)
    }

    pub(crate) fn invalid(kind: &Kind, name: &str, causes: &[Cause]) -> Self {
        Self::invalid_as(&kind.group, &kind.name, name, causes)
    }

    /// As [`Status::invalid`], for what is no stored kind: options, a `Scale`.
    pub(crate) fn invalid_as(group: &str, kind: &str, name: &str, causes: &[Cause]) -> Self {
        let mut lines: Vec<String> = Vec::new();
        for cause in causes {
            let line = format!("{}: {}", cause.field, cause.message);
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let why = match lines.as_slice() {
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let qualified = [kind, group].join(".");
        let qualified = qualified.trim_end_matches('.');
        let message = format!("{qualified} {name:?} is invalid: {why}");
        let mut details = Map::new();
        if !name.is_empty() {
            details.insert("name".into(), name.into());
        }
        if !group.is_empty() {
            details.insert("group".into(), group.into());
        }
        details.insert("kind".into(), kind.into());
        let causes = causes.iter().map(
            |cause| json!({"reason": cause.reason, "message": cause.message, "field": cause.field}),
        );
        details.insert("causes".into(), causes.collect());
        Self::new(422, "Invalid", message, Some(Value::Object(details)))
    }

    /// A patch that does not fit the object.
    pub(crate) fn unprocessable() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self::new(422, "Invalid", message, Some(json!({})))
    }

    /// Priority and fairness has no seat: plain text.
    pub(crate) fn too_many_requests(retry_after: u32) -> Self {
        let mut status = Self::plain(429, "Too many requests, please try again later.\n");
        status.retry_after = Some(retry_after);
        status
    }

    /// An eviction that a disruption budget refuses: a `Status`, without Retry-After.
    pub(crate) fn disruption(budget: &str, needed: i64, healthy: i64) -> Self {
        let cause = format!(
            "The disruption budget {budget} needs {needed} healthy pods and has {healthy} currently"
        );
        let details = json!({"causes": [{"reason": "DisruptionBudget", "message": cause}]});
        let message = "Cannot evict pod as it would violate the pod's disruption budget.";
        Self::new(429, "TooManyRequests", message, Some(details))
    }

    /// An error of the server, with no reason of its own.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self::new(500, "", message, None)
    }

    /// A list at a version that is yet to come.
    pub(crate) fn too_new(wanted: u64, current: u64) -> Self {
        let message = format!("Timeout: Too large resource version: {wanted}, current: {current}");
        let details = json!({
            "causes": [{
                "reason": "ResourceVersionTooLarge",
                "message": "Too large resource version",
            }],
            "retryAfterSeconds": 1,
        });
        let mut status = Self::new(504, "Timeout", message, Some(details));
        status.retry_after = Some(1);
        status
    }

    /// Any failure that a test injects.
    pub(crate) fn injected(code: u16, reason: &str, message: &str) -> Self {
        Self::new(code, reason, message, None)
    }

    /// What is said when something went well and there is no object to show.
    pub(crate) fn success(details: Option<Value>) -> Value {
        let mut body = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Success",
        });
        if let Some(details) = details {
            body["details"] = details;
        }
        body
    }

    /// The text that says what is wrong.
    pub(crate) fn message(&self) -> &str {
        match &self.body {
            Body::Status(body) => body["message"].as_str().unwrap_or_default(),
            Body::Text(text) => text,
        }
    }
}

/// `details` that name an object by its resource.
pub(crate) fn details(kind: &Kind, name: &str) -> Value {
    let mut details = Map::new();
    if !name.is_empty() {
        details.insert("name".into(), name.into());
    }
    if !kind.group.is_empty() {
        details.insert("group".into(), kind.group.clone().into());
    }
    details.insert("kind".into(), kind.plural.clone().into());
    Value::Object(details)
}

fn subject(resource: &str, name: &str) -> String {
    if name.is_empty() {
        resource.into()
    } else {
        format!("{resource} {name:?}")
    }
}
