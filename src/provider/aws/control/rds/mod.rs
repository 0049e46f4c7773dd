//! Changes to databases, each sent once.

mod create;

use aws_sdk_rds::{config, types::Tag};
use aws_types::request_id::RequestId;

use super::{
    super::{
        rds::{Rds, SERVICE, observe},
        session::Sessions,
    },
    agent, once, unbound,
};
use crate::{
    model::{
        Place,
        change::{DatabaseChange, Settings, Standing},
        protection::DatabaseKind::{Cluster, Instance},
    },
    provider::{Accepted, Envelope, Error, Progress, Result, Sent},
};

/// Sends one request and tells what became of it.
macro_rules! send {
    ($rds:expr, $action:literal, $request:expr) => {
        match $request.send().await {
            Ok(answer) => accepted(&answer),
            Err(error) => $rds.call($action).sent(error),
        }
    };
}
use send;

fn accepted(answer: &impl RequestId) -> Sent {
    Sent::Accepted(Accepted {
        request_id: answer.request_id().map(ToOwned::to_owned),
        ..Accepted::default()
    })
}

pub(super) async fn perform(
    sessions: &Sessions,
    change: &DatabaseChange,
    envelope: &Envelope,
) -> Sent {
    let rds = match open(sessions, change, &envelope.reference).await {
        Ok(rds) => rds,
        Err(error) => return Sent::NotSent(error),
    };
    let client = &rds.client;
    match change {
        DatabaseChange::Restore { .. }
        | DatabaseChange::CreateMember { .. }
        | DatabaseChange::CreateReplica { .. } => create::create(&rds, change, envelope).await,
        DatabaseChange::Modify { kind, id, to, .. } => match kind {
            Instance => modify_instance(&rds, id, to).await,
            Cluster => modify_cluster(&rds, id, to).await,
        },
        DatabaseChange::Rename { kind, from, to, .. } => match kind {
            Instance => {
                let ask = client.modify_db_instance().db_instance_identifier(from);
                let ask = ask.new_db_instance_identifier(to).apply_immediately(true);
                send!(rds, "ModifyDBInstance", ask)
            }
            Cluster => {
                let ask = client.modify_db_cluster().db_cluster_identifier(from);
                let ask = ask.new_db_cluster_identifier(to).apply_immediately(true);
                send!(rds, "ModifyDBCluster", ask)
            }
        },
        DatabaseChange::Promote {
            kind,
            id,
            retention_days,
            ..
        } => match kind {
            Instance => {
                let ask = client.promote_read_replica().db_instance_identifier(id);
                let ask = ask.backup_retention_period(count(*retention_days));
                send!(rds, "PromoteReadReplica", ask)
            }
            Cluster => {
                let ask = client.promote_read_replica_db_cluster();
                send!(
                    rds,
                    "PromoteReadReplicaDBCluster",
                    ask.db_cluster_identifier(id)
                )
            }
        },
        DatabaseChange::FailOverCluster { id, to, .. } => {
            let ask = client.failover_db_cluster().db_cluster_identifier(id);
            let ask = ask.set_target_db_instance_identifier(to.clone());
            send!(rds, "FailoverDBCluster", ask)
        }
        DatabaseChange::FailOverInstance { id, .. } => {
            let ask = client.reboot_db_instance().db_instance_identifier(id);
            send!(rds, "RebootDBInstance", ask.force_failover(true))
        }
        DatabaseChange::SwitchOverGlobal { global, to, .. } => {
            let ask = client.switchover_global_cluster();
            let ask = ask.global_cluster_identifier(global);
            let ask = ask.target_db_cluster_identifier(to.as_str());
            send!(rds, "SwitchoverGlobalCluster", ask)
        }
        DatabaseChange::FailOverGlobal {
            global,
            to,
            allow_data_loss,
            ..
        } => {
            let ask = client.failover_global_cluster();
            let ask = ask.global_cluster_identifier(global);
            let ask = ask.target_db_cluster_identifier(to.as_str());
            send!(
                rds,
                "FailoverGlobalCluster",
                ask.allow_data_loss(*allow_data_loss)
            )
        }
        DatabaseChange::Delete {
            kind,
            id,
            final_snapshot,
            ..
        } => {
            let last = final_snapshot.clone();
            match kind {
                Instance => {
                    let ask = client.delete_db_instance().db_instance_identifier(id);
                    let ask = ask.skip_final_snapshot(last.is_none());
                    let ask = ask.set_final_db_snapshot_identifier(last);
                    send!(rds, "DeleteDBInstance", ask)
                }
                Cluster => {
                    let ask = client.delete_db_cluster().db_cluster_identifier(id);
                    let ask = ask.skip_final_snapshot(last.is_none());
                    let ask = ask.set_final_db_snapshot_identifier(last);
                    send!(rds, "DeleteDBCluster", ask)
                }
            }
        }
    }
}

async fn modify_instance(rds: &Rds, id: &str, to: &Settings) -> Sent {
    let ask = rds.client.modify_db_instance().db_instance_identifier(id);
    let ask = ask
        .apply_immediately(true)
        .set_multi_az(to.multi_az)
        .set_vpc_security_group_ids(names(to))
        .set_deletion_protection(to.deletion_protection)
        .set_backup_retention_period(to.retention_days.map(count))
        .set_db_parameter_group_name(to.parameter_group.clone());
    send!(rds, "ModifyDBInstance", ask)
}

/// A cluster has its standbys by its members: there is nothing to set about them.
async fn modify_cluster(rds: &Rds, id: &str, to: &Settings) -> Sent {
    let ask = rds.client.modify_db_cluster().db_cluster_identifier(id);
    let ask = ask
        .apply_immediately(true)
        .set_vpc_security_group_ids(names(to))
        .set_deletion_protection(to.deletion_protection)
        .set_backup_retention_period(to.retention_days.map(count))
        .set_db_cluster_parameter_group_name(to.parameter_group.clone());
    send!(rds, "ModifyDBCluster", ask)
}

fn names(to: &Settings) -> Option<Vec<String>> {
    let groups = to.security_groups.as_ref()?;
    Some(groups.iter().map(ToString::to_string).collect())
}

fn count(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

fn tags(own: &crate::model::Tags, envelope: &Envelope) -> Vec<Tag> {
    let mut all = own.clone();
    all.extend(envelope.tags.clone());
    let tag = |(key, value)| Tag::builder().key(key).value(value).build();
    all.into_iter().map(tag).collect()
}

pub(super) async fn standing(
    sessions: &Sessions,
    change: &DatabaseChange,
    envelope: &Envelope,
) -> Result<Standing> {
    let rds = Rds::open(sessions, &place(change)?).await?;
    let seen = observe(&rds, &change.wanted()).await?;
    Ok(change.standing(&seen, envelope.mark()))
}

pub(super) async fn settled(
    sessions: &Sessions,
    change: &DatabaseChange,
    envelope: &Envelope,
) -> Result<Progress> {
    let rds = Rds::open(sessions, &place(change)?).await?;
    let seen = observe(&rds, &change.wanted()).await?;
    Ok(change.progress(&seen, envelope.mark()))
}

/// With the role that changes, in a session named after the run and step.
async fn open(sessions: &Sessions, change: &DatabaseChange, reference: &str) -> Result<Rds> {
    let place = place(change)?;
    let sdk = sessions.operating_sdk(&place, reference).await?;
    let mut builder = config::Builder::from(&sdk).retry_config(once());
    builder.set_app_name(agent(reference));
    Ok(Rds::over(builder, &place))
}

fn place(change: &DatabaseChange) -> std::result::Result<Place, Error> {
    let place = change.at().place();
    place.map_err(|gap| unbound(SERVICE, &gap))
}
