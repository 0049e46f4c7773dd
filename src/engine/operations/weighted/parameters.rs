//! What is asked for wherever a weighted group moves.

use super::super::{Kind, Parameter};

/// Where the name is.
pub(in super::super) const ZONE: Parameter = Parameter {
    name: "zone",
    kind: Kind::HostedZone,
    help: "the hosted zone, by id or name",
    default: None,
    required: true,
};

/// Whose zone it is.
pub(in super::super) const ACCOUNT: Parameter = Parameter {
    name: "account",
    kind: Kind::Account,
    help: "the account of the zone; found by itself where only one has it",
    default: None,
    required: false,
};

/// How many queries a look at the answers is.
pub(in super::super) const SAMPLES: Parameter = Parameter {
    name: "samples",
    kind: Kind::Count {
        least: 400,
        most: 10_000,
    },
    help: "DNS queries per look at the answers",
    default: Some("400"),
    required: false,
};

/// Why.
pub(in super::super) const REASON: Parameter = Parameter {
    name: "reason",
    kind: Kind::Text,
    help: "why, for those who read the run later",
    default: None,
    required: true,
};
