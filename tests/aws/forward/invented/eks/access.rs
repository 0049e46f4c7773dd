//! Access entries of clusters and the policies associated with them.

use serde_json::{Map, Value, json};

use super::{Answer, Invention, Request, World, absence, id, not_found, now};

pub(super) const ACCESS: Invention = Invention {
    service: "eks",
    operations: &[
        "ListAccessEntries",
        "DescribeAccessEntry",
        "CreateAccessEntry",
        "UpdateAccessEntry",
        "DeleteAccessEntry",
        "AssociateAccessPolicy",
        "DisassociateAccessPolicy",
        "ListAssociatedAccessPolicies",
        "ListAccessPolicies",
    ],
    what: "moto has none: whether the principal exists is not asked, and the cluster's \
           authentication mode is taken for one with access entries",
};

const POLICIES: &[&str] = &[
    "AmazonEKSAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
];

/// An entry and its policies by their ARNs.
pub(super) struct Entry {
    told: Value,
    policies: Map<String, Value>,
}

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    if request.operation == "ListAccessPolicies" {
        let told = |name: &&str| json!({ "name": name, "arn": policy(request, name) });
        let policies: Vec<Value> = POLICIES.iter().map(told).collect();
        return Answer::value(request, &json!({ "accessPolicies": policies }));
    }
    if let Some(absent) = absence(world, request).await {
        return absent;
    }
    let cluster = request.needed("name");
    if request.operation == "ListAccessEntries" {
        let wanted = request.text("associatedPolicyArn");
        let principals: Vec<String> = world.here(request, |place| {
            let entries = place.eks.access.iter();
            let own = entries.filter(|((owner, _), entry)| {
                let has = |arn: &String| entry.policies.contains_key(arn);
                *owner == cluster && wanted.as_ref().is_none_or(has)
            });
            own.map(|((_, principal), _)| principal.clone()).collect()
        });
        return Answer::value(request, &json!({ "accessEntries": principals }));
    }
    let principal = request.needed("principalArn");
    let key = (cluster, principal);
    if request.operation == "CreateAccessEntry" {
        return create(world, request, &key);
    }
    let known = world.here(request, |place| {
        let entry = place.eks.access.get_mut(&key)?;
        let told = on(request, entry);
        if request.operation == "DeleteAccessEntry" {
            place.eks.access.remove(&key);
        }
        Some(told)
    });
    match known {
        Some(told) => Answer::value(request, &told),
        None => {
            let message = "The specified principalArn could not be found. You can view your \
                           available access entries with 'list-access-entries'.";
            not_found(request, message)
        }
    }
}

/// Carries out what concerns one entry.
fn on(request: &Request, entry: &mut Entry) -> Value {
    let Entry { told, policies } = entry;
    let (cluster, principal) = (told["clusterName"].clone(), told["principalArn"].clone());
    match request.operation.as_str() {
        "DescribeAccessEntry" => json!({ "accessEntry": told }),
        "UpdateAccessEntry" => {
            for member in ["kubernetesGroups", "username"] {
                if !request.document[member].is_null() {
                    told[member] = request.document[member].clone();
                }
            }
            told["modifiedAt"] = json!(now());
            json!({ "accessEntry": told })
        }
        "AssociateAccessPolicy" => {
            let policy = json!({
                "policyArn": request.needed("policyArn"),
                "accessScope": request.document["accessScope"],
                "associatedAt": now(),
                "modifiedAt": now(),
            });
            policies.insert(request.needed("policyArn"), policy.clone());
            json!({
                "clusterName": cluster,
                "principalArn": principal,
                "associatedAccessPolicy": policy,
            })
        }
        "DisassociateAccessPolicy" => {
            policies.remove(&request.needed("policyArn"));
            json!({})
        }
        "ListAssociatedAccessPolicies" => json!({
            "clusterName": cluster,
            "principalArn": principal,
            "associatedAccessPolicies": policies.values().collect::<Vec<_>>(),
        }),
        _ => json!({}),
    }
}

fn create(world: &World, request: &Request, key: &(String, String)) -> Answer {
    let (cluster, principal) = key;
    let kind = request.text("type");
    let groups = &request.document["kubernetesGroups"];
    let told = json!({
        "clusterName": cluster,
        "principalArn": principal,
        "kubernetesGroups": groups.as_array().cloned().unwrap_or_default(),
        "accessEntryArn": request.arn("eks", &format!("access-entry/{cluster}/{}", id())),
        "createdAt": now(),
        "modifiedAt": now(),
        "tags": request.document["tags"].as_object().cloned().unwrap_or_default(),
        "username": request.text("username").unwrap_or_else(|| principal.clone()),
        "type": kind.unwrap_or_else(|| "STANDARD".into()),
    });
    let taken = world.here(request, |place| {
        let taken = place.eks.access.contains_key(key);
        if !taken {
            let entry = Entry {
                told: told.clone(),
                policies: Map::new(),
            };
            place.eks.access.insert(key.clone(), entry);
        }
        taken
    });
    if taken {
        let message = "The specified access entry resource is already in use on this cluster.";
        return Answer::refusal(request, 409, "ResourceInUseException", message);
    }
    Answer::value(request, &json!({ "accessEntry": told }))
}

fn policy(request: &Request, name: &str) -> String {
    format!(
        "arn:{}:eks::aws:cluster-access-policy/{name}",
        request.partition()
    )
}
