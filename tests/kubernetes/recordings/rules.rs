//! The one table of what is not compared as it stands, with the reasons.

use super::tokens::{self, Find};

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Not at all.
    Not,
    /// A number of a server's own: the order must be the same.
    InOrder,
    /// A time: at most this many seconds apart.
    Within(i64),
    /// A list whose order means nothing.
    InAnyOrder,
    /// Up to the first line that begins with `@@`.
    BeforeDump,
    /// A log: the lines whose messages begin so must be there, in their order.
    Lines(&'static [&'static str]),
}

/// Where a rule holds: the end of a path such as `body.metadata.resourceVersion`.
pub(super) struct Rule {
    pub(super) path: &'static str,
    pub(super) how: How,
    pub(super) why: &'static str,
}

const fn rule(path: &'static str, how: How, why: &'static str) -> Rule {
    Rule { path, how, why }
}

/// Parts of texts that differ from server to server, whatever path they stand at: each must stand
/// for the same one throughout, and times for nearly the same time.
pub(super) struct Token {
    pub(super) find: Find,
    pub(super) why: &'static str,
}

const fn token(find: Find, why: &'static str) -> Token {
    Token { find, why }
}

/// Seconds by which a time may differ: recorded times are whole seconds, and the fraction is unknown.
pub(super) const TOLERANCE: i64 = 2;
const LENGTH: &str =
    "framing: it follows from the size of the body, which holds versions of a server's own";
const OWN: &str = "an identifier of the server's own";
const HASHED: &str = "the server keeps them in a hash map";

/// Paths that are not compared as they stand.
pub(super) const RULES: &[Rule] = &[
    rule("header.audit-id", How::Not, "a number of the request alone"),
    rule("header.content-length", How::Not, LENGTH),
    rule("header.transfer-encoding", How::Not, LENGTH),
    rule(
        "header.date",
        How::Within(TOLERANCE),
        "whole seconds of the server's clock",
    ),
    rule("header.x-kubernetes-pf-flowschema-uid", How::Not, OWN),
    rule("header.x-kubernetes-pf-prioritylevel-uid", How::Not, OWN),
    rule(
        "resourceVersion",
        How::InOrder,
        "a counter of all writes, of which others made some",
    ),
    rule(
        "message",
        How::BeforeDump,
        "after @@ comes a dump of the server's own Go types",
    ),
    rule("nonResourceRules", How::InAnyOrder, HASHED),
    rule("body.resources", How::InAnyOrder, HASHED),
    rule(
        "body_lines",
        How::Lines(RESTORE_LOG),
        "the others tell of Velero's own workings",
    ),
];

/// Beginnings of messages in the log of a restore.
const RESTORE_LOG: &[&str] = &[
    "starting restore",
    "Starting restore of backup",
    "Resource 'configmaps'",
    "Resource 'pods'",
    "Resource 'replicasets.apps'",
    "Resource 'secrets'",
    "Resource 'serviceaccounts'",
    "Attempting to restore",
    "Waiting for all pod volume restores",
    "Done waiting for all pod volume restores",
    "Namespace ",
    "restore completed",
];

/// Parts of texts that are not compared as they stand, tried in this order.
pub(super) const TOKENS: &[Token] = &[
    token(tokens::stamp, "the server's clock"),
    token(tokens::address, "the port of a loopback server"),
    token(tokens::uuid, "made up by the server"),
    token(
        tokens::digits,
        "the server's clock: in names of scheduled backups, in expiries",
    ),
    token(
        tokens::generated,
        "the ending of a generated name, or the hash of a template",
    ),
    token(tokens::tag, "the digest of a body that differs"),
];

/// The rule for a path; indexes of lists are left out of it.
pub(super) fn find(path: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        path.strip_suffix(rule.path)
            .is_some_and(|before| before.is_empty() || before.ends_with('.'))
    })
}
