//! Subresources: what each of them is and what can be done with it.

use super::Kind;

/// A subresource, as discovery describes it.
pub(crate) struct Part {
    /// Group and version, where they differ from those of its kind.
    pub(crate) group_version: Option<(&'static str, &'static str)>,
    pub(crate) kind: String,
    pub(crate) verbs: &'static [&'static str],
}

const EDIT: &[&str] = &["get", "patch", "update"];
const CONNECT: &[&str] = &["create", "get"];
const PROXY: &[&str] = &["create", "delete", "get", "patch", "update"];

/// The subresource `name` of `kind`.
pub(crate) fn part(kind: &Kind, name: &str) -> Part {
    let own = |verbs| Part {
        group_version: None,
        kind: kind.name.clone(),
        verbs,
    };
    let other = |group_version, kind: &str, verbs| Part {
        group_version,
        kind: kind.into(),
        verbs,
    };
    match name {
        "attach" => other(None, "PodAttachOptions", CONNECT),
        "binding" => other(None, "Binding", &["create"]),
        "eviction" => other(Some(("policy", "v1")), "Eviction", &["create"]),
        "exec" => other(None, "PodExecOptions", CONNECT),
        "finalize" => own(&["update"]),
        "log" => own(&["get"]),
        "portforward" => other(None, "PodPortForwardOptions", CONNECT),
        "proxy" => other(None, &format!("{}ProxyOptions", kind.name), PROXY),
        "scale" => other(Some(("autoscaling", "v1")), "Scale", EDIT),
        "token" => other(
            Some(("authentication.k8s.io", "v1")),
            "TokenRequest",
            &["create"],
        ),
        _ => own(EDIT),
    }
}
