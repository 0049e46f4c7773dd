//! One database and its snapshots, as RDS describes them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::model::{Arn, Region, SecurityGroupId, Tags, ZoneName};

/// An RDS instance, a Multi-AZ cluster or an Aurora cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Database {
    pub id: String,
    pub arn: Arn,
    /// `db-…` or `cluster-…`: stays the same when the database is renamed.
    pub resource_id: Option<String>,
    pub kind: DatabaseKind,
    pub engine: String,
    pub engine_version: String,
    /// RDS's word: `available`, `backing-up`, `failing-over`, …
    pub status: String,
    pub class: Option<String>,
    pub multi_az: bool,
    pub zone: Option<ZoneName>,
    /// Where the standby of a Multi-AZ instance is.
    pub secondary_zone: Option<ZoneName>,
    /// The host name; `None` until the database has one.
    pub endpoint: Option<String>,
    pub port: Option<u16>,
    /// The cluster that this instance is a member of.
    pub cluster: Option<String>,
    /// Members of a cluster; the writer is marked.
    pub members: Vec<DatabaseMember>,
    /// The global database that this cluster belongs to.
    pub global_cluster: Option<String>,
    /// Set when this is a read replica: the source's id, its ARN where it is in another region.
    pub replica_of: Option<String>,
    pub replicas: Vec<String>,
    /// How far a replica is behind; `None` where nobody asked or nobody knows.
    pub lag: Option<Lag>,
    /// Days that automated backups are kept; 0 is off.
    pub backup_retention_days: u32,
    /// Oldest moment that point-in-time recovery can reach.
    pub earliest_restorable: Option<Timestamp>,
    /// Newest moment that point-in-time recovery can reach.
    pub latest_restorable: Option<Timestamp>,
    pub subnet_group: Option<String>,
    pub security_groups: Vec<SecurityGroupId>,
    pub parameter_groups: Vec<GroupStatus>,
    pub option_groups: Vec<String>,
    pub size_gib: Option<u32>,
    /// The key that it is encrypted with.
    pub kms_key: Option<String>,
    pub deletion_protection: bool,
    pub encrypted: bool,
    /// Whether its endpoint has an address outside of its network.
    pub public: bool,
    /// Changes that are accepted and not made yet: `multi_az: true`.
    pub pending: Vec<String>,
    /// Maintenance that waits, such as `system-update`; known where all of a place was read.
    pub maintenance: Vec<String>,
    pub created: Option<Timestamp>,
    pub tags: Tags,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum DatabaseKind {
    Instance,
    Cluster,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseMember {
    pub id: String,
    pub writer: bool,
    /// Who takes over first: 0 before 15.
    pub tier: Option<u8>,
}

/// How far a replica is behind its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lag {
    pub seconds: u32,
    /// The newest moment at which it was measured to be so.
    pub at: Timestamp,
}

/// A parameter group and how far its values are in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStatus {
    pub name: String,
    /// `in-sync`, `applying`, `pending-reboot`, …
    pub status: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseSnapshot {
    pub id: String,
    pub arn: Arn,
    /// Of an instance, or of a cluster.
    pub of: DatabaseKind,
    pub database: String,
    /// `manual`, `automated`, `awsbackup`, `shared`.
    pub kind: String,
    pub status: String,
    pub created: Option<Timestamp>,
    pub engine: String,
    pub engine_version: String,
    pub option_group: Option<String>,
    pub size_gib: Option<u32>,
    pub encrypted: bool,
    pub kms_key: Option<String>,
    /// The region it was copied from, for a copy.
    pub copied_from: Option<Region>,
}

/// States in which a database stays until somebody does something about it.
const FAILED: [&str; 10] = [
    "failed",
    "restore-error",
    "incompatible-create",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-restore",
    "inaccessible-encryption-credentials",
    "insufficient-capacity",
    "storage-full",
];

impl Database {
    /// One of which nothing is known but its name.
    #[must_use]
    pub fn named(kind: DatabaseKind, id: &str, arn: Arn) -> Self {
        Self {
            id: id.into(),
            arn,
            resource_id: None,
            kind,
            engine: String::new(),
            engine_version: String::new(),
            status: "available".into(),
            class: None,
            multi_az: false,
            zone: None,
            secondary_zone: None,
            endpoint: None,
            port: None,
            cluster: None,
            members: Vec::new(),
            global_cluster: None,
            replica_of: None,
            replicas: Vec::new(),
            lag: None,
            backup_retention_days: 0,
            earliest_restorable: None,
            latest_restorable: None,
            subnet_group: None,
            security_groups: Vec::new(),
            parameter_groups: Vec::new(),
            option_groups: Vec::new(),
            size_gib: None,
            kms_key: None,
            deletion_protection: false,
            encrypted: false,
            public: false,
            pending: Vec::new(),
            maintenance: Vec::new(),
            created: None,
            tags: Tags::new(),
        }
    }

    #[must_use]
    pub fn is_available(&self) -> bool {
        self.status == "available"
    }

    /// Whether it will not become available by itself.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        FAILED.contains(&self.status.as_str())
    }

    /// The member that takes writes.
    #[must_use]
    pub fn writer(&self) -> Option<&DatabaseMember> {
        self.members.iter().find(|member| member.writer)
    }

    /// Whether it is a copy that another one fills: a read replica, or a secondary cluster of a
    /// global database, which has no writer of its own.
    #[must_use]
    pub fn is_copy(&self) -> bool {
        let secondary = self.global_cluster.is_some() && self.writer().is_none();
        self.replica_of.is_some() || secondary
    }

    /// Whether it is one of Aurora's, whose members share their storage.
    #[must_use]
    pub fn is_aurora(&self) -> bool {
        self.engine.starts_with("aurora")
    }

    /// Its port; where it tells none, the one that its engine has by default.
    #[must_use]
    pub fn listens_on(&self) -> u16 {
        let usual = match self.engine.as_str() {
            engine if engine.contains("postgres") => 5432,
            engine if engine.contains("oracle") => 1521,
            engine if engine.contains("sqlserver") => 1433,
            engine if engine.contains("db2") => 50000,
            _ => 3306,
        };
        self.port.unwrap_or(usual)
    }

    /// Whether `source`, an id or an ARN, is the database of this ARN and id.
    #[must_use]
    pub fn is(&self, source: &str) -> bool {
        source.eq_ignore_ascii_case(&self.id) || source == self.arn.as_str()
    }

    /// The parameter groups whose values wait for a restart.
    pub fn awaiting_restart(&self) -> impl Iterator<Item = &str> {
        let groups = self.parameter_groups.iter();
        groups
            .filter(|group| group.status == "pending-reboot")
            .map(|group| group.name.as_str())
    }
}

impl DatabaseSnapshot {
    /// A manual one of which nothing is known but its name and what it is of.
    #[must_use]
    pub fn named(of: DatabaseKind, id: &str, arn: Arn, database: &str) -> Self {
        Self {
            id: id.into(),
            arn,
            of,
            database: database.into(),
            kind: "manual".into(),
            status: "available".into(),
            created: None,
            engine: String::new(),
            engine_version: String::new(),
            option_group: None,
            size_gib: None,
            encrypted: false,
            kms_key: None,
            copied_from: None,
        }
    }
}

/// Whether RDS takes `text` as the identifier of an instance or a cluster as it stands; otherwise
/// what is wrong with it.
pub fn is_identifier(text: &str) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("`{text}` is no identifier of a database: {why}"));
    let fits = |char: char| char.is_ascii_alphanumeric() || char == '-';
    match text.chars().next() {
        None => return wrong("it is empty"),
        Some(first) if !first.is_ascii_alphabetic() => {
            return wrong("it begins with a letter");
        }
        Some(_) => {}
    }
    if !text.chars().all(fits) {
        return wrong("letters, digits and `-` only");
    }
    if text.chars().any(|char| char.is_ascii_uppercase()) {
        return wrong(&format!(
            "RDS keeps it in lower case, write `{}`",
            text.to_ascii_lowercase()
        ));
    }
    if text.len() > 63 {
        return wrong(&format!("at most 63 characters, it has {}", text.len()));
    }
    if text.ends_with('-') || text.contains("--") {
        return wrong("no `-` at its end and no two in a row");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_follow_the_rules_of_rds() {
        assert_eq!(is_identifier("orders-mysql-r-2601151000"), Ok(()));
        assert_eq!(is_identifier(&"a".repeat(63)), Ok(()));
        for (text, told) in [
            ("", "it is empty"),
            ("1orders", "it begins with a letter"),
            ("orders_mysql", "letters, digits and `-` only"),
            ("Orders", "RDS keeps it in lower case, write `orders`"),
            ("orders--old", "no `-` at its end and no two in a row"),
            ("orders-", "no `-` at its end and no two in a row"),
        ] {
            let error = is_identifier(text).expect_err(text);
            assert!(error.ends_with(told), "{error}");
        }
        let long = is_identifier(&"a".repeat(64)).expect_err("too long");
        assert!(long.ends_with("at most 63 characters, it has 64"), "{long}");
    }
}
