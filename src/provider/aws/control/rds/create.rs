//! What makes databases, with everything named that RDS would fill in.

use aws_smithy_types::DateTime;

use super::{super::super::rds::Rds, accepted, send, tags};
use crate::{
    model::{
        change::{DatabaseChange, Origin, Shape},
        protection::DatabaseKind::{Cluster, Instance},
    },
    provider::{Envelope, Sent},
};

pub(super) async fn create(rds: &Rds, change: &DatabaseChange, envelope: &Envelope) -> Sent {
    match change {
        DatabaseChange::Restore {
            kind,
            from,
            id,
            shape,
            tags: own,
            ..
        } => {
            let tags = tags(own, envelope);
            let what = New { id, shape, tags };
            match (kind, from) {
                (Instance, Origin::Snapshot(name)) => of_snapshot(rds, name, what).await,
                (Instance, moment) => of_moment(rds, moment, what).await,
                (Cluster, Origin::Snapshot(name)) => cluster_of_snapshot(rds, name, what).await,
                (Cluster, moment) => cluster_of_moment(rds, moment, what).await,
            }
        }
        DatabaseChange::CreateMember {
            cluster,
            id,
            class,
            engine,
            tags: own,
            ..
        } => {
            let ask = rds.client.create_db_instance().db_instance_identifier(id);
            let ask = ask
                .db_cluster_identifier(cluster)
                .db_instance_class(class)
                .engine(engine)
                .set_tags(Some(tags(own, envelope)));
            send!(rds, "CreateDBInstance", ask)
        }
        DatabaseChange::CreateReplica {
            source,
            id,
            shape,
            tags: own,
            ..
        } => {
            let ask = rds.client.create_db_instance_read_replica();
            let ask = ask
                .db_instance_identifier(id)
                .source_db_instance_identifier(source)
                .set_db_instance_class(shape.class.clone())
                .set_vpc_security_group_ids(Some(groups(shape)))
                .db_parameter_group_name(&shape.parameter_group)
                .set_option_group_name(shape.option_group.clone())
                .port(i32::from(shape.port))
                .publicly_accessible(shape.public)
                .set_tags(Some(tags(own, envelope)));
            send!(rds, "CreateDBInstanceReadReplica", ask)
        }
        _ => Sent::NotSent(crate::provider::Error::new(
            crate::provider::Kind::Unavailable {
                service: "rds".into(),
                message: "nothing is made by that".into(),
            },
        )),
    }
}

/// A database that is about to be.
struct New<'a> {
    id: &'a str,
    shape: &'a Shape,
    tags: Vec<aws_sdk_rds::types::Tag>,
}

async fn of_snapshot(rds: &Rds, name: &str, New { id, shape, tags }: New<'_>) -> Sent {
    let ask = rds.client.restore_db_instance_from_db_snapshot();
    let ask = ask
        .db_instance_identifier(id)
        .db_snapshot_identifier(name)
        .set_db_instance_class(shape.class.clone())
        .db_subnet_group_name(&shape.subnet_group)
        .set_vpc_security_group_ids(Some(groups(shape)))
        .db_parameter_group_name(&shape.parameter_group)
        .set_option_group_name(shape.option_group.clone())
        .port(i32::from(shape.port))
        .publicly_accessible(shape.public)
        .multi_az(false)
        .deletion_protection(false)
        .set_tags(Some(tags));
    send!(rds, "RestoreDBInstanceFromDBSnapshot", ask)
}

async fn of_moment(rds: &Rds, moment: &Origin, New { id, shape, tags }: New<'_>) -> Sent {
    let (database, resource, time) = source(moment);
    let ask = rds.client.restore_db_instance_to_point_in_time();
    let ask = ask
        .target_db_instance_identifier(id)
        .set_source_db_instance_identifier(database)
        .set_source_dbi_resource_id(resource)
        .set_restore_time(time)
        .set_db_instance_class(shape.class.clone())
        .db_subnet_group_name(&shape.subnet_group)
        .set_vpc_security_group_ids(Some(groups(shape)))
        .db_parameter_group_name(&shape.parameter_group)
        .set_option_group_name(shape.option_group.clone())
        .port(i32::from(shape.port))
        .publicly_accessible(shape.public)
        .multi_az(false)
        .deletion_protection(false)
        .set_tags(Some(tags));
    send!(rds, "RestoreDBInstanceToPointInTime", ask)
}

async fn cluster_of_snapshot(rds: &Rds, name: &str, New { id, shape, tags }: New<'_>) -> Sent {
    let ask = rds.client.restore_db_cluster_from_snapshot();
    let ask = ask
        .db_cluster_identifier(id)
        .snapshot_identifier(name)
        .engine(&shape.engine)
        .engine_version(&shape.engine_version)
        .set_db_cluster_instance_class(shape.class.clone())
        .db_subnet_group_name(&shape.subnet_group)
        .set_vpc_security_group_ids(Some(groups(shape)))
        .db_cluster_parameter_group_name(&shape.parameter_group)
        .port(i32::from(shape.port))
        .deletion_protection(false)
        .set_tags(Some(tags));
    send!(rds, "RestoreDBClusterFromSnapshot", ask)
}

async fn cluster_of_moment(rds: &Rds, moment: &Origin, New { id, shape, tags }: New<'_>) -> Sent {
    let (database, resource, time) = source(moment);
    let ask = rds.client.restore_db_cluster_to_point_in_time();
    let ask = ask
        .db_cluster_identifier(id)
        .set_source_db_cluster_identifier(database)
        .set_source_db_cluster_resource_id(resource)
        .set_restore_to_time(time)
        .set_db_cluster_instance_class(shape.class.clone())
        .db_subnet_group_name(&shape.subnet_group)
        .set_vpc_security_group_ids(Some(groups(shape)))
        .db_cluster_parameter_group_name(&shape.parameter_group)
        .port(i32::from(shape.port))
        .deletion_protection(false)
        .set_tags(Some(tags));
    send!(rds, "RestoreDBClusterToPointInTime", ask)
}

/// The source by its name while it is there, by its resource id after; and the moment.
fn source(moment: &Origin) -> (Option<String>, Option<String>, Option<DateTime>) {
    match moment {
        Origin::Snapshot(_) => (None, None, None),
        Origin::Moment {
            database,
            resource_id,
            gone,
            time,
        } => (
            (!gone).then(|| database.clone()),
            gone.then(|| resource_id.clone()),
            Some(DateTime::from_secs(time.as_second())),
        ),
    }
}

fn groups(shape: &Shape) -> Vec<String> {
    shape
        .security_groups
        .iter()
        .map(ToString::to_string)
        .collect()
}
