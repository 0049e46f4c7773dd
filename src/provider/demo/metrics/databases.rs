//! `AWS/RDS`: lag, connections, load.

use jiff::Timestamp;

use super::Gauge;
use crate::{
    model::{
        Place,
        change::Mark,
        protection::{
            Database,
            DatabaseKind::{self, Cluster, Instance},
            Wanted,
        },
    },
    provider::{
        MetricQuery,
        demo::{content::protection::Ground, content::protection::databases as content, rds::Rds},
    },
};

impl Gauge<'_> {
    pub(super) fn of_database(
        &self,
        place: &Place,
        query: &MetricQuery,
        at: Timestamp,
    ) -> Option<f64> {
        let dimension = |name: &str| query.dimensions.get(name);
        let (kind, id) = match dimension("DBInstanceIdentifier") {
            Some(id) => (Instance, id),
            None => (Cluster, dimension("DBClusterIdentifier")?),
        };
        let all = self.rds.databases(&self.scene, place, &Wanted::Everything);
        let all = all.ok()?;
        let database = all.find(kind, id)?;
        match query.metric.as_str() {
            "ReplicaLag" => {
                database.replica_of.as_ref()?;
                let lag = self.rds.measured(&self.scene, place, database, at);
                // What does not follow is told as -1.
                Some(lag.map_or(-1.0, f64::from))
            }
            "DatabaseConnections" => Some(self.connections(place, database, at)),
            // In milliseconds, of readers.
            "AuroraReplicaLag" if database.cluster.is_some() => {
                Some((14.0 + 12.0 * self.unrest(place, id, at)).round())
            }
            "CPUUtilization" => Some(12.0 + 30.0 * Self::tide(at) * self.unrest(place, id, at)),
            _ => None,
        }
    }

    /// Clients hold connections to what can be reached and is what their name leads to.
    fn connections(&self, place: &Place, database: &Database, at: Timestamp) -> f64 {
        let reachable = database.is_available() && !Rds::is_fenced(&self.scene, place, database);
        if !reachable || !self.has_clients(place, database) {
            return 0.0;
        }
        (40.0 * Self::tide(at) + 8.0 * self.unrest(place, &database.id, at)).round()
    }

    /// Whether the name by which clients know a database leads to this one: a DNS name where there
    /// is one, else its own name as it was from the beginning.
    fn has_clients(&self, place: &Place, database: &Database) -> bool {
        let Some(host) = database.endpoint.as_deref() else {
            return false;
        };
        let led_to = |host: &str, at: Timestamp| self.route53.leads_to(self.scene.estate, host, at);
        if led_to(host, self.scene.at) {
            return true;
        }
        let once = led_to(host, Timestamp::UNIX_EPOCH);
        let ours = database.tags.contains_key(Mark::PLAN);
        !once && (!ours || self.was_there(place, database.kind, &database.id))
    }

    /// Whether clients have known that name from the beginning.
    fn was_there(&self, place: &Place, kind: DatabaseKind, id: &str) -> bool {
        let Ok(site) = self.scene.site(place.account) else {
            return false;
        };
        let ground = Ground::new(self.scene.estate, site, place, self.scene.at);
        let made = match kind {
            Instance => content::instances(&ground),
            Cluster => content::clusters(&ground),
        };
        made.iter().any(|one| one.id == id)
    }
}
