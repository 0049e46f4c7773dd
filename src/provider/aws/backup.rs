//! AWS Backup: vaults, plans with their rules, recovery points, jobs.

use aws_sdk_backup::{
    Client, config,
    types::{BackupJob as SdkJob, BackupPlansListMember, BackupRule as SdkRule},
    types::{BackupVaultListMember, RecoveryPointByBackupVault},
};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use super::{error::Call, gaps::Gaps, session::Sessions, time::timestamp};
use crate::{
    model::{
        Place,
        protection::{BackupJob, BackupPlan, BackupRule, Protection, RecoveryPoint, Vault},
    },
    provider::Result,
};

const SERVICE: &str = "backup";

/// Vaults and plans looked into at a time.
const AT_A_TIME: usize = 3;

/// How far back jobs are read: the last run of a monthly plan is among them.
const JOBS_SINCE: SignedDuration = SignedDuration::from_hours(32 * 24);

/// Fills in what AWS Backup knows.
pub(super) async fn fill(
    sessions: &Sessions,
    protection: &mut Protection,
    gaps: &Gaps,
) -> Result<()> {
    let place = protection.place.clone();
    let sdk = sessions.sdk(&place).await?;
    let config = config::Builder::from(&sdk)
        .retry_partition(Sessions::retry_partition(SERVICE, &place))
        .build();
    let reader = Reader {
        client: Client::from_conf(config),
        place: &place,
        gaps,
    };
    let vaults = async {
        let vaults = reader.vaults().await?;
        let names: Vec<String> = vaults
            .iter()
            .map(|vault: &Vault| vault.name.clone())
            .collect();
        let points = stream::iter(names)
            .map(|vault| reader.recovery_points(vault))
            .buffered(AT_A_TIME)
            .try_concat();
        let points = points.await?;
        Ok((vaults, points))
    };
    let ((vaults, points), plans, jobs) = tokio::try_join!(vaults, reader.plans(), reader.jobs())?;
    protection.vaults = vaults;
    protection.recovery_points = points;
    protection.plans = plans;
    protection.jobs = jobs;
    Ok(())
}

struct Reader<'a> {
    client: Client,
    place: &'a Place,
    gaps: &'a Gaps,
}

impl Reader<'_> {
    const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new(SERVICE, action, self.place)
    }

    async fn vaults(&self) -> Result<Vec<Vault>> {
        let call = self.call("ListBackupVaults");
        let pages = self.client.list_backup_vaults().into_paginator();
        let found: std::result::Result<Vec<_>, _> = pages.items().send().collect().await;
        let found = found.map_err(|error| call.error(error));
        let found = self.gaps.part("backup:ListBackupVaults", found)?;
        Ok(found.into_iter().filter_map(vault).collect())
    }

    async fn recovery_points(&self, vault: String) -> Result<Vec<RecoveryPoint>> {
        let call = self.call("ListRecoveryPointsByBackupVault");
        let ask = self.client.list_recovery_points_by_backup_vault();
        let pages = ask.backup_vault_name(&vault).into_paginator().items();
        let found: std::result::Result<Vec<_>, _> = pages.send().collect().await;
        let found = found.map_err(|error| call.error(error));
        let found = self
            .gaps
            .part("backup:ListRecoveryPointsByBackupVault", found)?;
        let point = |found| recovery_point(found, &vault);
        Ok(found.into_iter().filter_map(point).collect())
    }

    async fn plans(&self) -> Result<Vec<BackupPlan>> {
        let call = self.call("ListBackupPlans");
        let pages = self.client.list_backup_plans().into_paginator();
        let found: std::result::Result<Vec<_>, _> = pages.items().send().collect().await;
        let found = found.map_err(|error| call.error(error));
        let found = self.gaps.part("backup:ListBackupPlans", found)?;
        stream::iter(found)
            .map(|plan| self.plan(plan))
            .buffered(AT_A_TIME)
            .try_collect()
            .await
    }

    async fn plan(&self, listed: BackupPlansListMember) -> Result<BackupPlan> {
        let id = listed.backup_plan_id.unwrap_or_default();
        let call = self.call("GetBackupPlan");
        let asked = self
            .client
            .get_backup_plan()
            .backup_plan_id(&id)
            .send()
            .await;
        let asked = asked.map(Some).map_err(|error| call.error(error));
        let plan = self.gaps.part("backup:GetBackupPlan", asked)?;
        let rules = plan.and_then(|answer| answer.backup_plan);
        let rules = rules.map(|plan| plan.rules).unwrap_or_default();
        Ok(BackupPlan {
            id,
            name: listed.backup_plan_name.unwrap_or_default(),
            arn: listed.backup_plan_arn.unwrap_or_default().into(),
            rules: rules.into_iter().map(rule).collect(),
            last_run: listed.last_execution_date.as_ref().and_then(timestamp),
        })
    }

    async fn jobs(&self) -> Result<Vec<BackupJob>> {
        let since = (Timestamp::now() - JOBS_SINCE).as_second();
        let since = aws_smithy_types::DateTime::from_secs(since);
        let call = self.call("ListBackupJobs");
        let ask = self.client.list_backup_jobs().by_created_after(since);
        let pages = ask.into_paginator().items().send();
        let found: std::result::Result<Vec<_>, _> = pages.collect().await;
        let found = found.map_err(|error| call.error(error));
        let found = self.gaps.part("backup:ListBackupJobs", found)?;
        Ok(found.into_iter().filter_map(job).collect())
    }
}

fn vault(found: BackupVaultListMember) -> Option<Vault> {
    Some(Vault {
        name: found.backup_vault_name?,
        arn: found.backup_vault_arn.unwrap_or_default().into(),
        recovery_points: found
            .number_of_recovery_points
            .try_into()
            .unwrap_or_default(),
        locked: found.locked.unwrap_or_default(),
    })
}

fn rule(found: SdkRule) -> BackupRule {
    let copies = found.copy_actions.unwrap_or_default().into_iter();
    BackupRule {
        name: found.rule_name,
        vault: found.target_backup_vault_name,
        schedule: found.schedule_expression,
        copies: copies
            .map(|copy| copy.destination_backup_vault_arn.into())
            .collect(),
    }
}

fn recovery_point(found: RecoveryPointByBackupVault, vault: &str) -> Option<RecoveryPoint> {
    let status = found.status.map(|status| status.as_str().to_owned());
    Some(RecoveryPoint {
        arn: found.recovery_point_arn?.into(),
        vault: found.backup_vault_name.unwrap_or_else(|| vault.into()),
        resource: found.resource_arn.unwrap_or_default().into(),
        resource_type: found.resource_type.unwrap_or_default(),
        status: status.unwrap_or_default(),
        created: timestamp(&found.creation_date?)?,
        size_bytes: found
            .backup_size_in_bytes
            .and_then(|size| size.try_into().ok()),
    })
}

fn job(found: SdkJob) -> Option<BackupJob> {
    let state = found.state.map(|state| state.as_str().to_owned());
    Some(BackupJob {
        id: found.backup_job_id?,
        resource: found.resource_arn.unwrap_or_default().into(),
        resource_type: found.resource_type.unwrap_or_default(),
        state: state.unwrap_or_default(),
        message: found.status_message.filter(|message| !message.is_empty()),
        created: timestamp(&found.creation_date?)?,
        completed: found.completion_date.as_ref().and_then(timestamp),
    })
}
