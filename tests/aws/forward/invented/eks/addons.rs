//! Add-ons of clusters.

use serde_json::{Value, json};

use super::{Answer, Invention, Request, Update, World, absence, id, not_found, now};

pub(super) const ADDONS: Invention = Invention {
    service: "eks",
    operations: &[
        "ListAddons",
        "DescribeAddon",
        "CreateAddon",
        "UpdateAddon",
        "DeleteAddon",
        "DescribeAddonVersions",
    ],
    what: "moto has none: created ones are CREATING until they were looked at once; four add-ons \
           exist, each in one version for every version of Kubernetes",
};

/// Name, version and type of what can be installed.
const KNOWN: &[(&str, &str, &str)] = &[
    ("vpc-cni", "v1.20.4-eksbuild.1", "networking"),
    ("coredns", "v1.12.4-eksbuild.1", "networking"),
    ("kube-proxy", "v1.33.3-eksbuild.10", "networking"),
    ("aws-ebs-csi-driver", "v1.51.0-eksbuild.1", "storage"),
];

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    if request.operation == "DescribeAddonVersions" {
        return versions(request);
    }
    if let Some(absent) = absence(world, request).await {
        return absent;
    }
    let cluster = request.needed("name");
    if request.operation == "ListAddons" {
        let names: Vec<String> = world.here(request, |place| {
            let addons = place.eks.addons.keys();
            let own = addons.filter(|(owner, _)| *owner == cluster);
            own.map(|(_, name)| name.clone()).collect()
        });
        return Answer::value(request, &json!({ "addons": names }));
    }
    let name = request.needed("addonName");
    let key = (cluster, name);
    if request.operation == "CreateAddon" {
        return create(world, request, &key);
    }
    let known = world.here(request, |place| {
        let addon = place.eks.addons.get_mut(&key)?;
        let told = addon.clone();
        match request.operation.as_str() {
            "DeleteAddon" => {
                place.eks.addons.remove(&key);
            }
            "UpdateAddon" => {
                if let Some(version) = request.text("addonVersion") {
                    addon["addonVersion"] = json!(version);
                }
                addon["modifiedAt"] = json!(now());
                let update = update(request, &key);
                let told = update.told();
                place.eks.updates.push(update);
                return Some(json!({ "update": told }));
            }
            _ => addon["status"] = json!("ACTIVE"),
        }
        Some(json!({ "addon": told }))
    });
    match known {
        Some(told) => Answer::value(request, &told),
        None => not_found(
            request,
            &format!("No addon: {} found in cluster: {}", key.1, key.0),
        ),
    }
}

fn create(world: &World, request: &Request, key: &(String, String)) -> Answer {
    let (cluster, name) = key;
    let Some((_, usual, _)) = KNOWN.iter().find(|(known, ..)| known == name) else {
        let message = format!("Addon {name} specified is not supported");
        return Answer::refusal(request, 400, "InvalidParameterException", &message);
    };
    let version = request.text("addonVersion");
    let addon = json!({
        "addonName": name,
        "clusterName": cluster,
        "status": "CREATING",
        "addonVersion": version.unwrap_or_else(|| (*usual).into()),
        "health": { "issues": [] },
        "addonArn": request.arn("eks", &format!("addon/{cluster}/{name}/{}", id())),
        "createdAt": now(),
        "modifiedAt": now(),
        "serviceAccountRoleArn": request.text("serviceAccountRoleArn"),
        "tags": request.document["tags"].as_object().cloned().unwrap_or_default(),
        "configurationValues": request.text("configurationValues"),
    });
    let taken = world.here(request, |place| {
        let taken = place.eks.addons.contains_key(key);
        if !taken {
            place.eks.addons.insert(key.clone(), addon.clone());
        }
        taken
    });
    if taken {
        let message = "Addon already exists.";
        return Answer::refusal(request, 409, "ResourceInUseException", message);
    }
    Answer::value(request, &json!({ "addon": addon }))
}

fn update(request: &Request, (cluster, name): &(String, String)) -> Update {
    let version = request.text("addonVersion");
    Update {
        id: id(),
        token: request.text("clientRequestToken"),
        kind: "AddonUpdate",
        parameters: json!([{ "type": "AddonVersion", "value": version }]),
        created: now(),
        target: super::Target {
            cluster: cluster.clone(),
            pool: None,
            addon: Some(name.clone()),
        },
        version: None,
        looks: 0,
    }
}

fn versions(request: &Request) -> Answer {
    let wanted = request.text("addonName");
    let of_name =
        |(name, ..): &&(&str, &str, &str)| wanted.as_deref().is_none_or(|wanted| wanted == *name);
    let kubernetes = request.text("kubernetesVersion");
    let told = |(name, version, kind): &(&str, &str, &str)| {
        let compatible = json!([{
            "clusterVersion": kubernetes.as_deref().unwrap_or("1.33"),
            "platformVersions": ["*"],
            "defaultVersion": true,
        }]);
        let versions = json!([{
            "addonVersion": version,
            "architecture": ["amd64", "arm64"],
            "compatibilities": compatible,
        }]);
        json!({
            "addonName": name,
            "type": kind,
            "addonVersions": versions,
            "publisher": "eks",
            "owner": "aws",
        })
    };
    let addons: Vec<Value> = KNOWN.iter().filter(of_name).map(told).collect();
    Answer::value(request, &json!({ "addons": addons }))
}
