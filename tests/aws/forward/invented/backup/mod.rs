//! AWS Backup: jobs, recovery points, restores, copies.

mod jobs;
mod points;
mod restores;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Invention, Place, Request, World, id, now};

pub(super) const JOBS: Invention = Invention {
    service: "backup",
    operations: &[
        "StartBackupJob",
        "DescribeBackupJob",
        "ListBackupJobs",
        "StopBackupJob",
    ],
    what: "moto has no jobs: one runs until it was looked at once, then it is completed; the role \
           is not asked for, and whether the resource exists is not either",
};

pub(super) const POINTS: Invention = Invention {
    service: "backup",
    operations: &[
        "ListRecoveryPointsByBackupVault",
        "ListRecoveryPointsByResource",
        "DescribeRecoveryPoint",
        "GetRecoveryPointRestoreMetadata",
        "DeleteRecoveryPoint",
        "ListProtectedResources",
    ],
    what: "moto has no recovery points: each completed job makes one, of 1 GiB; they never expire",
};

pub(super) const VAULTS: Invention = Invention {
    service: "backup",
    operations: &["ListBackupVaults", "DescribeBackupVault"],
    what: "moto's vaults, with the number of the recovery points that are kept here",
};

pub(super) const RESTORES: Invention = Invention {
    service: "backup",
    operations: &["StartRestoreJob", "DescribeRestoreJob", "ListRestoreJobs"],
    what: "moto has no restores: that of a database makes one in moto, as it is now and not as it \
           was; of anything else only the ARN is made up",
};

pub(super) const COPIES: Invention = Invention {
    service: "backup",
    operations: &["StartCopyJob", "DescribeCopyJob", "ListCopyJobs"],
    what: "moto has no copies: one runs until it was looked at once, then the recovery point is in \
           the other vault too, of whichever account and region",
};

/// What there is besides moto's vaults and plans.
#[derive(Default)]
pub(in super::super) struct Made {
    /// Oldest first, as AWS tells them.
    jobs: Vec<Value>,
    points: BTreeMap<String, Value>,
    restores: Vec<Value>,
    copies: Vec<Value>,
    /// By what and by token, the id of what was made then.
    tokens: BTreeMap<(String, String), String>,
}

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    match request.operation.as_str() {
        "StartBackupJob" => jobs::start(world, request).await,
        "StartRestoreJob" => restores::start(world, request).await,
        "StartCopyJob" => points::copy(world, request),
        "ListBackupVaults" | "DescribeBackupVault" => points::vaults(world, request).await,
        "DescribeBackupJob" | "ListBackupJobs" | "StopBackupJob" => jobs::answer(world, request),
        "DescribeRestoreJob" | "ListRestoreJobs" => restores::answer(world, request),
        "DescribeCopyJob" | "ListCopyJobs" => points::copies(world, request),
        _ => points::answer(world, request),
    }
}

fn not_found(request: &Request, what: &str) -> Answer {
    let message = format!("Cannot find {what}.");
    Answer::refusal(request, 400, "ResourceNotFoundException", &message)
}

/// The id that the same request with the same token was given before.
fn given_before(made: &Made, request: &Request) -> Option<String> {
    let token = request.text("IdempotencyToken")?;
    let key = (request.operation.clone(), token);
    made.tokens.get(&key).cloned()
}

fn remember(made: &mut Made, request: &Request, id: &str) {
    if let Some(token) = request.text("IdempotencyToken") {
        let key = (request.operation.clone(), token);
        made.tokens.insert(key, id.into());
    }
}

/// Lists what `filters` (a name in the query and the member that it means) do not leave out.
fn filtered(request: &Request, all: &[Value], filters: &[(&str, &str)]) -> Vec<Value> {
    let fits = |one: &&Value| {
        let same = |(name, member): &(&str, &str)| {
            let wanted = request.query.get(*name);
            wanted.is_none_or(|wanted| one[*member] == json!(wanted))
        };
        filters.iter().all(same)
    };
    all.iter().filter(fits).cloned().collect()
}

/// What AWS Backup calls the kind of a resource, by its ARN.
fn kind(arn: &str) -> &'static str {
    match arn.split(':').nth(2) {
        Some("rds") if arn.contains(":cluster:") => "Aurora",
        Some("rds") => "RDS",
        Some("s3") => "S3",
        Some("dynamodb") => "DynamoDB",
        Some("elasticfilesystem") => "EFS",
        Some("eks") => "EKS",
        _ => "EBS",
    }
}
