//! Endpoints: who answers under a host name.

use super::{Rds, Scene, content};
use crate::{
    model::{
        Place,
        protection::DatabaseKind::{Cluster, Instance},
    },
    provider::{
        Port,
        demo::estate::{HOME, SECOND},
    },
};

impl Rds {
    /// What somebody finds who connects to `host`.
    pub(in super::super) fn answers(&self, scene: &Scene<'_>, host: &str, port: u16) -> Port {
        let Some(place) = home_of(scene, host) else {
            return Port::Silent;
        };
        let databases = [Instance, Cluster].map(|kind| self.list(scene, &place, kind));
        let mut databases = databases.into_iter().flatten().flatten();
        let Some(found) = databases.find(|one| one.endpoint.as_deref() == Some(host)) else {
            return Port::Silent;
        };
        if Self::is_fenced(scene, &place, &found) {
            return Port::Silent;
        }
        // A cluster is reached where it has somebody who writes.
        let writes = found.kind == Instance || found.writer().is_some();
        let busy = ["rebooting", "failing-over", "creating", "renaming"];
        if found.listens_on() != port || !writes || busy.contains(&found.status.as_str()) {
            return Port::Refuses;
        }
        Port::Accepts
    }
}

/// The place whose host names end like this one.
fn home_of(scene: &Scene<'_>, host: &str) -> Option<Place> {
    let (_, end) = host.split_once('.')?;
    let end = end.strip_prefix("cluster-").unwrap_or(end);
    let sites = scene.estate.sites.iter();
    let mut places =
        sites.flat_map(|site| [HOME, SECOND].map(|region| Place::new(site.id, region)));
    places.find(|place| {
        let own = content::endpoint(scene.estate, place, "x");
        own.strip_prefix("x.") == Some(end)
    })
}
