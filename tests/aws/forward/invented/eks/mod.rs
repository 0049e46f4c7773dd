//! EKS: updates that take a while, add-ons, access entries, insights.

mod access;
mod addons;
mod insights;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Invention, Request, World, id, now};

pub(super) const UPDATES: Invention = Invention {
    service: "eks",
    operations: &[
        "UpdateNodegroupConfig",
        "UpdateClusterConfig",
        "ListUpdates",
        "DescribeUpdate",
        "DescribeNodegroup",
    ],
    what: "moto carries the change out at once and keeps no update: here it is in progress until it \
           was looked at once, the node group is UPDATING meanwhile, and a second update is refused",
};

pub(super) const VERSIONS: Invention = Invention {
    service: "eks",
    operations: &[
        "UpdateNodegroupVersion",
        "UpdateClusterVersion",
        "DescribeCluster",
        "DescribeClusterVersions",
    ],
    what: "moto has no version updates: the new version is told by DescribeCluster and \
           DescribeNodegroup as soon as the update is over; skipping a minor version is not refused; \
           three versions are offered, the oldest in extended support",
};

pub(super) const ADDONS: Invention = addons::ADDONS;
pub(super) const ACCESS: Invention = access::ACCESS;
pub(super) const INSIGHTS: Invention = insights::INSIGHTS;

/// What there is besides moto's clusters and node groups.
#[derive(Default)]
pub(super) struct Made {
    updates: Vec<Update>,
    /// By cluster, or cluster and node group.
    versions: BTreeMap<String, String>,
    addons: BTreeMap<(String, String), Value>,
    access: BTreeMap<(String, String), access::Entry>,
}

struct Update {
    id: String,
    token: Option<String>,
    kind: &'static str,
    parameters: Value,
    created: i64,
    target: Target,
    /// Takes effect when it is over.
    version: Option<String>,
    looks: u32,
}

/// What an update is of.
#[derive(Clone, PartialEq)]
struct Target {
    cluster: String,
    pool: Option<String>,
    addon: Option<String>,
}

impl Target {
    fn of(request: &Request) -> Self {
        Self {
            cluster: request.needed("name"),
            pool: request.text("nodegroupName"),
            addon: request.text("addonName"),
        }
    }

    fn key(&self) -> String {
        match &self.pool {
            Some(pool) => format!("{}/{pool}", self.cluster),
            None => self.cluster.clone(),
        }
    }
}

impl Update {
    const fn is_over(&self) -> bool {
        self.looks > 0
    }

    fn told(&self) -> Value {
        let status = if self.is_over() {
            "Successful"
        } else {
            "InProgress"
        };
        json!({
            "id": self.id,
            "status": status,
            "type": self.kind,
            "params": self.parameters,
            "createdAt": self.created,
            "errors": [],
        })
    }
}

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    match request.operation.as_str() {
        "DescribeClusterVersions" => Answer::value(request, &offers()),
        "ListUpdates" => list(world, request),
        "DescribeUpdate" => describe(world, request),
        "DescribeNodegroup" | "DescribeCluster" => overlaid(world, request).await,
        "ListInsights" | "DescribeInsight" => insights::answer(world, request).await,
        operation if operation.contains("Access") => access::answer(world, request).await,
        operation if operation.contains("Addon") => addons::answer(world, request).await,
        _ => update(world, request).await,
    }
}

/// Refuses what concerns a cluster that moto does not have.
async fn absence(world: &World, request: &Request) -> Option<Answer> {
    let cluster = request.text("name")?;
    let path = format!("/clusters/{cluster}");
    let found = world.get(request, "eks", &path).await;
    let message = format!("No cluster found for name: {cluster}.");
    (!found.is_good()).then(|| not_found(request, &message))
}

fn not_found(request: &Request, message: &str) -> Answer {
    Answer::refusal(request, 404, "ResourceNotFoundException", message)
}

/// Starts an update, unless the same was asked before or another is on its way.
async fn update(world: &World, request: &Request) -> Answer {
    let target = Target::of(request);
    let (kind, version, parameters) = meaning(request);
    let token = request.text("clientRequestToken");
    let before = world.here(request, |place| {
        before(&place.eks, &target, token.as_deref())
    });
    match before {
        Before::Asked(told) => return Answer::value(request, &json!({ "update": told })),
        Before::Busy => {
            let message = format!("{} has an update in progress", target.key());
            return Answer::refusal(request, 409, "ResourceInUseException", &message);
        }
        Before::Nothing => {}
    }
    if version.is_some() {
        if let Some(absent) = absence(world, request).await {
            return absent;
        }
    } else {
        let done = world.really(request).await;
        if !done.is_good() {
            return done;
        }
    }
    let update = Update {
        id: id(),
        token,
        kind,
        parameters,
        created: now(),
        target,
        version,
        looks: 0,
    };
    let told = update.told();
    world.here(request, |place| place.eks.updates.push(update));
    Answer::value(request, &json!({ "update": told }))
}

enum Before {
    Nothing,
    /// By the same token: it is the same update.
    Asked(Value),
    Busy,
}

fn before(made: &Made, target: &Target, token: Option<&str>) -> Before {
    let same = |update: &&Update| token.is_some() && update.token.as_deref() == token;
    if let Some(update) = made.updates.iter().find(same) {
        return Before::Asked(update.told());
    }
    let busy = |update: &Update| update.target == *target && !update.is_over();
    if made.updates.iter().any(busy) {
        Before::Busy
    } else {
        Before::Nothing
    }
}

/// Type, wanted version and parameters of an update.
fn meaning(request: &Request) -> (&'static str, Option<String>, Value) {
    if request.operation.ends_with("Version") {
        let version = request.text("version");
        let parameters = json!([{ "type": "Version", "value": version }]);
        return (
            "VersionUpdate",
            Some(version.unwrap_or_default()),
            parameters,
        );
    }
    let sizes = [
        ("minSize", "MinSize"),
        ("maxSize", "MaxSize"),
        ("desiredSize", "DesiredSize"),
    ];
    let scaling = &request.document["scalingConfig"];
    let sizes = sizes.iter().filter_map(|(name, kind)| {
        let value = scaling[name].as_i64()?;
        Some(json!({ "type": kind, "value": value.to_string() }))
    });
    ("ConfigUpdate", None, sizes.collect())
}

fn list(world: &World, request: &Request) -> Answer {
    let target = Target::of(request);
    let ids: Vec<String> = world.here(request, |place| {
        let updates = place.eks.updates.iter();
        let of_target = updates.filter(|update| update.target == target);
        of_target.map(|update| update.id.clone()).collect()
    });
    Answer::value(request, &json!({ "updateIds": ids }))
}

fn describe(world: &World, request: &Request) -> Answer {
    let wanted = request.needed("updateId");
    let told = world.here(request, |place| {
        let mut updates = place.eks.updates.iter();
        let at = updates.position(|update| update.id == wanted)?;
        let told = place.eks.updates[at].told();
        look(&mut place.eks, at);
        Some(told)
    });
    match told {
        Some(told) => Answer::value(request, &json!({ "update": told })),
        None => not_found(request, &format!("No update found for ID: {wanted}.")),
    }
}

/// An update gets on by being looked at.
fn look(made: &mut Made, at: usize) {
    let update = &mut made.updates[at];
    update.looks += 1;
    if let Some(version) = update.version.clone() {
        made.versions.insert(update.target.key(), version);
    }
}

/// The versions of Kubernetes that a cluster can be made of.
fn offers() -> Value {
    let offer = |(version, status, default): (&str, &str, bool)| {
        json!({
            "clusterVersion": version,
            "clusterType": "eks",
            "defaultVersion": default,
            "status": status.to_ascii_lowercase().replace('_', "-"),
            "versionStatus": status,
        })
    };
    let offers = [
        ("1.34", "STANDARD_SUPPORT", true),
        ("1.33", "STANDARD_SUPPORT", false),
        ("1.32", "EXTENDED_SUPPORT", false),
    ];
    json!({ "clusterVersions": offers.map(offer) })
}

/// What moto has, with the version and the status that it does not know.
async fn overlaid(world: &World, request: &Request) -> Answer {
    let answer = world.really(request).await;
    if !answer.is_good() {
        return answer;
    }
    let target = Target::of(request);
    let mut told = answer.read();
    let member = if target.pool.is_some() {
        "nodegroup"
    } else {
        "cluster"
    };
    world.here(request, |place| {
        if let Some(version) = place.eks.versions.get(&target.key()) {
            told[member]["version"] = json!(version);
        }
        let mut updates = place.eks.updates.iter();
        let open = updates.position(|update| update.target == target && !update.is_over());
        if let Some(at) = open {
            told[member]["status"] = json!("UPDATING");
            look(&mut place.eks, at);
        }
    });
    Answer::value(request, &told)
}
