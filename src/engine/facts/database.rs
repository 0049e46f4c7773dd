//! What plans rest on about databases.

use serde_json::{Value, json};

use crate::{
    engine::plan::Source,
    model::protection::{Database, Databases, RetainedBackup},
    provider::{Error, Kind, Result},
};

/// The value of `source` in what was read of its place.
pub(in crate::engine) fn value(seen: &Databases, source: &Source) -> Result<Value> {
    match source {
        Source::Database { kind, id, .. } => {
            let found = seen.find(*kind, id);
            let found = found.ok_or_else(|| absent("database", id))?;
            Ok(lasting(found))
        }
        Source::Snapshot { id, .. } => {
            let mut all = seen.snapshots.iter();
            let found = all.find(|one| one.id == *id || one.arn.as_str() == id);
            let found = found.ok_or_else(|| absent("snapshot", id))?;
            Ok(json!({
                "arn": found.arn,
                "database": found.database,
                "engine": found.engine,
                "engine_version": found.engine_version,
                "status": found.status,
                "created": found.created,
                "kms_key": found.kms_key,
            }))
        }
        Source::RestoreWindow { resource_id, .. } => Ok(match window(seen, resource_id) {
            Some(kept) => json!({ "earliest": kept.earliest, "latest": kept.latest }),
            None => Value::Null,
        }),
        Source::ReplicaLag { id, .. } => {
            let found = seen.instance(id);
            let found = found.ok_or_else(|| absent("database", id))?;
            Ok(json!(found.lag))
        }
        _ => Err(absent("fact", &format!("{source:?}"))),
    }
}

/// The backups of a database by its resource id.
fn window<'s>(seen: &'s Databases, resource_id: &str) -> Option<&'s RetainedBackup> {
    let mut kept = seen.retained.iter();
    kept.find(|one| one.resource_id == resource_id)
}

/// What does not change by itself.
fn lasting(found: &Database) -> Value {
    let mut groups = found.security_groups.clone();
    groups.sort();
    json!({
        "resource_id": found.resource_id,
        "engine": found.engine,
        "engine_version": found.engine_version,
        "class": found.class,
        "multi_az": found.multi_az,
        "replica_of": found.replica_of,
        "members": found.members,
        "subnet_group": found.subnet_group,
        "security_groups": groups,
        "parameter_groups": found.parameter_groups,
        "deletion_protection": found.deletion_protection,
        "backup_retention_days": found.backup_retention_days,
    })
}

fn absent(kind: &str, name: &str) -> Error {
    Error::new(Kind::NotFound {
        kind: kind.into(),
        name: name.into(),
    })
}
