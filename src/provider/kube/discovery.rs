//! Which kinds an API server has beyond its own.

use serde::Deserialize;

use super::{client::Cluster, loose};
use crate::provider::Result;

/// A kind that can be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Served {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
    pub(super) plural: String,
    pub(super) namespaced: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Groups {
    #[serde(deserialize_with = "loose::list")]
    items: Vec<Group>,
    /// The older, plain form.
    #[serde(deserialize_with = "loose::list")]
    groups: Vec<PlainGroup>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Group {
    #[serde(deserialize_with = "loose::object")]
    metadata: Named,
    #[serde(deserialize_with = "loose::list")]
    versions: Vec<Version>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Named {
    #[serde(deserialize_with = "loose::word")]
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Version {
    #[serde(deserialize_with = "loose::word")]
    version: String,
    #[serde(deserialize_with = "loose::list")]
    resources: Vec<Offer>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Offer {
    #[serde(deserialize_with = "loose::word")]
    resource: String,
    #[serde(deserialize_with = "loose::object")]
    response_kind: KindOf,
    #[serde(deserialize_with = "loose::word")]
    scope: String,
    #[serde(deserialize_with = "loose::texts")]
    verbs: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct KindOf {
    #[serde(deserialize_with = "loose::word")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct PlainGroup {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::object")]
    preferred_version: Preferred,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Preferred {
    #[serde(deserialize_with = "loose::word")]
    version: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Plain {
    #[serde(deserialize_with = "loose::list")]
    resources: Vec<PlainResource>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PlainResource {
    #[serde(deserialize_with = "loose::word")]
    name: String,
    #[serde(deserialize_with = "loose::word")]
    kind: String,
    #[serde(deserialize_with = "loose::flag")]
    namespaced: bool,
    #[serde(deserialize_with = "loose::texts")]
    verbs: Vec<String>,
}

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                          application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,\
                          application/json";

/// The kinds of the groups that `wanted` names, each in its preferred version: with one question
/// where the server answers for all groups together, else with one for each group.
pub(super) async fn kinds(cluster: &Cluster, wanted: impl Fn(&str) -> bool) -> Result<Vec<Served>> {
    let request = http::Request::get("/apis")
        .header(http::header::ACCEPT, AGGREGATED)
        .body(Vec::new())
        .unwrap_or_default();
    let groups: Groups = cluster.ask(request, "get apis").await?;
    let mut served = Vec::new();
    for group in groups
        .items
        .into_iter()
        .filter(|group| wanted(&group.metadata.name))
    {
        // The first is the preferred one.
        let Some(version) = group.versions.into_iter().next() else {
            continue;
        };
        let listable = version
            .resources
            .into_iter()
            .filter(|resource| resource.verbs.iter().any(|verb| verb == "list"));
        served.extend(listable.map(|resource| Served {
            group: group.metadata.name.clone(),
            version: version.version.clone(),
            kind: resource.response_kind.kind,
            plural: resource.resource,
            namespaced: resource.scope == "Namespaced",
        }));
    }
    for group in groups
        .groups
        .into_iter()
        .filter(|group| wanted(&group.name))
    {
        let version = group.preferred_version.version;
        let path = format!("/apis/{}/{version}", group.name);
        let plain: Plain = cluster.get(&path, "get apis").await?;
        let listable = plain.resources.into_iter().filter(|resource| {
            // Subresources have a slash in their name.
            !resource.name.contains('/') && resource.verbs.iter().any(|verb| verb == "list")
        });
        served.extend(listable.map(|resource| Served {
            group: group.name.clone(),
            version: version.clone(),
            kind: resource.kind,
            plural: resource.name,
            namespaced: resource.namespaced,
        }));
    }
    Ok(served)
}

impl Served {
    /// Where its objects are listed.
    pub(super) fn path(&self, namespace: Option<&str>) -> String {
        let Self {
            group,
            version,
            plural,
            ..
        } = self;
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("/apis/{group}/{version}/namespaces/{namespace}/{plural}"),
            None => format!("/apis/{group}/{version}/{plural}"),
        }
    }
}
