//! What happens to databases without anybody of ours: people in the console, AWS itself, bad luck.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Desk, Rds, ReplicaLag, Scene};
use crate::{
    model::{
        Place,
        protection::{Database, DatabaseKind},
    },
    provider::Result,
};

/// Something that is done behind everybody's back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in super::super) enum Hand {
    /// A database is like this from now on.
    Put(Box<Database>),
    /// A database is gone.
    Remove { kind: DatabaseKind, id: String },
    /// AWS fails a database over by itself.
    FailOver { kind: DatabaseKind, id: String },
    /// A replica is behind in another way.
    Lag { id: String, lag: ReplicaLag },
}

impl Rds {
    pub(in super::super) fn by_hand(
        &mut self,
        scene: &Scene<'_>,
        place: &Place,
        hand: Hand,
    ) -> Result<()> {
        let mut desk = Desk {
            rds: self,
            scene,
            place,
        };
        match hand {
            Hand::Put(database) => {
                // What was on its way is overtaken.
                let key = super::key(place, database.kind, &database.id);
                if let Some(versions) = desk.rds.databases.get_mut(&key) {
                    versions.retain(|version| version.at <= scene.at);
                }
                desk.rds.put(scene, place, scene.at, *database);
            }
            Hand::Remove { kind, id } => desk.vanish(kind, &id, Duration::ZERO),
            Hand::FailOver {
                kind: DatabaseKind::Cluster,
                id,
            } => desk.fail_over_cluster(&id, None)?,
            Hand::FailOver { id, .. } => desk.fail_over_instance(&id)?,
            Hand::Lag { id, lag } => {
                let replica = desk.there(DatabaseKind::Instance, &id)?;
                desk.rds.lags.insert(replica.arn.to_string(), lag);
            }
        }
        Ok(())
    }
}
