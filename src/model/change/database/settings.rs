//! What a new database is made with and what can be set on one: values, and how they compare.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::Difference;
use crate::model::{SecurityGroupId, protection::Database};

/// What a database is restored from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Its id, or its ARN where another account shares it.
    Snapshot(String),
    /// The state of a database at a moment, by its resource id, which outlives the database.
    Moment {
        database: String,
        resource_id: String,
        /// Whether the database itself is deleted, so that only its backups are there.
        gone: bool,
        time: Timestamp,
    },
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Snapshot(id) => write!(f, "snapshot {id}"),
            Self::Moment { database, time, .. } => write!(f, "{database} at {time}"),
        }
    }
}

/// What a new database is made with. RDS would fill most of it in with defaults of the account,
/// which fit nobody; so all of it is named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub engine: String,
    pub engine_version: String,
    /// Clusters have none of their own.
    pub class: Option<String>,
    pub subnet_group: String,
    pub security_groups: Vec<SecurityGroupId>,
    pub parameter_group: String,
    pub option_group: Option<String>,
    pub port: u16,
    pub public: bool,
}

impl Shape {
    /// Whether it says in which networks the database is and what governs it.
    #[must_use]
    pub fn names_its_groups(&self) -> bool {
        let named = [&self.subnet_group, &self.parameter_group];
        !self.security_groups.is_empty() && named.iter().all(|name| !name.is_empty())
    }
}

/// Values that are set together; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub multi_az: Option<bool>,
    pub security_groups: Option<Vec<SecurityGroupId>>,
    pub deletion_protection: Option<bool>,
    pub retention_days: Option<u32>,
    pub parameter_group: Option<String>,
}

/// One setting in words.
struct Value {
    what: &'static str,
    value: Option<String>,
}

impl Settings {
    /// The values that `database` has, of those that `like` speaks of.
    #[must_use]
    pub fn of(database: &Database, like: &Self) -> Self {
        let group = database.parameter_groups.first();
        Self {
            multi_az: like.multi_az.map(|_| database.multi_az),
            security_groups: like.security_groups.as_ref().map(|_| {
                let mut groups = database.security_groups.clone();
                groups.sort();
                groups
            }),
            deletion_protection: like
                .deletion_protection
                .map(|_| database.deletion_protection),
            retention_days: like.retention_days.map(|_| database.backup_retention_days),
            parameter_group: like
                .parameter_group
                .as_ref()
                .map(|_| group.map(|group| group.name.clone()).unwrap_or_default()),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// These values with the security groups in the order that comparing wants.
    #[must_use]
    pub fn sorted(mut self) -> Self {
        if let Some(groups) = &mut self.security_groups {
            groups.sort();
        }
        self
    }

    /// What of these values `found` has accepted and not made yet, as RDS names it.
    pub(super) fn pending_in<'d>(&self, found: &'d Database) -> Option<&'d str> {
        let ours = [
            (self.multi_az.is_some(), "multi_az"),
            (self.retention_days.is_some(), "backup_retention_period"),
        ];
        let is_ours = |line: &&str| {
            let mut names = ours.iter();
            names.any(|(wanted, name)| *wanted && line.starts_with(name))
        };
        found.pending.iter().map(String::as_str).find(is_ours)
    }

    fn values(&self) -> [Value; 5] {
        let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
        let groups = |groups: &Vec<SecurityGroupId>| {
            let names: Vec<&str> = groups.iter().map(SecurityGroupId::as_str).collect();
            names.join(" ")
        };
        let value = |what, value| Value { what, value };
        [
            value("Multi-AZ", self.multi_az.map(switch)),
            value("security groups", self.security_groups.as_ref().map(groups)),
            value("deletion protection", self.deletion_protection.map(switch)),
            value(
                "backup retention",
                self.retention_days.map(|days| format!("{days} days")),
            ),
            value("parameter group", self.parameter_group.clone()),
        ]
    }

    /// In words: `Multi-AZ on, backup retention 7 days`.
    #[must_use]
    pub fn listed(&self) -> String {
        let each = |Value { what, value }| value.map(|value| format!("{what} {value}"));
        let each: Vec<String> = self.values().into_iter().filter_map(each).collect();
        each.join(", ")
    }

    /// What differs after `self` was set to `to`; a value that nobody has read is left out before.
    pub(super) fn differences(&self, whose: &str, to: &Self) -> Vec<Difference> {
        let pairs = self.values().into_iter().zip(to.values());
        let line = |(before, after): (Value, Value)| {
            Some(Difference {
                what: format!("{whose} {}", after.what),
                to: Some(after.value?),
                from: before.value,
            })
        };
        pairs.filter_map(line).collect()
    }

    /// Which values are neither as `from` nor as `to`; what `from` leaves out may be anything.
    pub(super) fn strange(&self, from: &Self, to: &Self) -> Vec<String> {
        let before = from.values();
        let after = to.values();
        let found = self.values().into_iter();
        let strange = found.zip(before.into_iter().zip(after));
        strange
            .filter_map(|(found, (before, after))| {
                let (now, wanted, planned) = (found.value?, after.value?, before.value?);
                (now != wanted && now != planned)
                    .then(|| format!("{}: planned from {planned}, found {now}", found.what))
            })
            .collect()
    }
}
