//! Parameters that several operations on databases ask for.

use super::super::{Kind, Parameter};

const fn optional(name: &'static str, kind: Kind, help: &'static str) -> Parameter {
    Parameter {
        name,
        kind,
        help,
        default: None,
        required: false,
    }
}

pub(in super::super) const ACCOUNT: Parameter = optional(
    "account",
    Kind::Account,
    "the account that it is in; found by itself where only one has it",
);

pub(in super::super) const REGION: Parameter = optional(
    "region",
    Kind::Text,
    "the region that it is in; found by itself where only one has it",
);

pub(in super::super) const REASON: Parameter = Parameter {
    required: true,
    ..optional(
        "reason",
        Kind::Text,
        "why, for those who read the run later",
    )
};

pub(in super::super) const BAKE: Parameter = Parameter {
    default: Some("1m"),
    ..optional(
        "bake",
        Kind::Duration {
            least_seconds: 0,
            most_seconds: 86_400,
        },
        "how long to watch afterwards",
    )
};

pub(in super::super) const TARGET_ID: Parameter = optional(
    "to",
    Kind::Text,
    "the name of the new database; made from that of the old one where not given",
);

pub(in super::super) const SUBNET_GROUP: Parameter = optional(
    "subnet-group",
    Kind::Text,
    "its subnet group; that of the old database where not given",
);

pub(in super::super) const SECURITY_GROUPS: Parameter = optional(
    "security-groups",
    Kind::Text,
    "its security groups, sg-1,sg-2; those of the old database where not given",
);

pub(in super::super) const PARAMETER_GROUP: Parameter = optional(
    "parameter-group",
    Kind::Text,
    "its parameter group; that of the old database where not given",
);

pub(in super::super) const OPTION_GROUP: Parameter = optional(
    "option-group",
    Kind::Text,
    "its option group; that of the old database where not given",
);

pub(in super::super) const CLASS: Parameter = optional(
    "class",
    Kind::Text,
    "its instance class, such as db.r6g.xlarge; that of the old database where not given",
);

pub(in super::super) const MULTI_AZ: Parameter = Parameter {
    default: Some("as-before"),
    ..optional(
        "multi-az",
        Kind::Choice(&["as-before", "yes", "no"]),
        "whether it gets a standby in another zone",
    )
};

pub(in super::super) const RETENTION: Parameter = optional(
    "retention",
    Kind::Count { least: 1, most: 35 },
    "days that its automated backups are kept; as before where not given, 7 where that was none",
);

pub(in super::super) const PROTECTION: Parameter = Parameter {
    default: Some("yes"),
    ..optional(
        "deletion-protection",
        Kind::Choice(&["yes", "no"]),
        "whether nobody can delete it by mistake",
    )
};

pub(in super::super) const FENCE: Parameter = optional(
    "fence",
    Kind::Text,
    "a security group that lets nobody in: the old database gets it, so that nothing is written \
     there any more",
);

pub(in super::super) const CUT_OVER: Parameter = Parameter {
    default: Some("none"),
    ..optional(
        "cut-over",
        Kind::Choice(&["none", "rename", "record", "by-hand"]),
        "how clients come to the new database: not at all, by its taking the old one's name, by a \
         DNS record, or by hand (a secret, a configuration)",
    )
};

pub(in super::super) const RECORD: Parameter = optional(
    "record",
    Kind::DnsName,
    "the DNS name by which clients find it, a CNAME of one value",
);

pub(in super::super) const ZONE: Parameter = optional(
    "hosted-zone",
    Kind::HostedZone,
    "the hosted zone of the record; found by itself where only one has the name",
);
