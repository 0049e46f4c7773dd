//! The one table of recordings that are not played, with the reasons.

/// Each with why.
pub(super) const UNMATCHED: &[(&str, &str)] = &[
    (
        "gpu/truth",
        "no exchange: numbers that were worked out by hand, to which `derived` holds the server",
    ),
    (
        "velero/crd-facts",
        "no exchange: what was found in definitions, to which `derived` holds the server",
    ),
];

/// Why a recording is not played, if it is not.
pub(super) fn reason(name: &str) -> Option<&'static str> {
    let found = UNMATCHED.iter().find(|(known, _)| *known == name);
    found.map(|(_, reason)| *reason)
}
