//! Reviews: who am I, what may I do.

use serde_json::{Value, json};

use super::{
    super::{
        auth::{Attributes, User, allowed, non_resource_rules, resource_rules},
        json::text,
        kinds::Kind,
        status::Status,
        world::World,
    },
    Answer, Call,
    body::value,
};

pub(super) fn is_review(kind: &Kind) -> bool {
    matches!(
        kind.group.as_str(),
        "authentication.k8s.io" | "authorization.k8s.io"
    )
}

pub(super) fn answer(
    world: &World,
    user: &User,
    call: &Call,
    kind: &Kind,
) -> Result<Answer, Status> {
    let sent = value(call)?;
    let mut review = json!({
        "kind": kind.name,
        "apiVersion": kind.api_version(),
        "metadata": {},
    });
    match kind.name.as_str() {
        "SelfSubjectReview" => {
            review["metadata"]["creationTimestamp"] = world.stamp().into();
            review["status"] = json!({"userInfo": user.info()});
        }
        "SelfSubjectAccessReview" => {
            review["spec"] = sent["spec"].clone();
            let (allowed, reason) = allowed(world, user, &attributes(&sent["spec"]));
            review["status"] = json!({"allowed": allowed});
            if let Some(reason) = reason {
                review["status"]["reason"] = reason.into();
            }
        }
        "SelfSubjectRulesReview" => {
            let namespace = text(&sent, "/spec/namespace");
            if namespace.is_empty() {
                return Err(Status::bad_request("no namespace on request"));
            }
            review["spec"] = json!({});
            review["status"] = json!({
                "resourceRules": resource_rules(world, user, namespace),
                "nonResourceRules": non_resource_rules(world, user, namespace),
                "incomplete": false,
            });
        }
        _ => return Err(Status::method_not_allowed()),
    }
    Ok(Answer::json(201, review))
}

fn attributes(spec: &Value) -> Attributes {
    let resource = &spec["resourceAttributes"];
    let path = &spec["nonResourceAttributes"];
    let either = |name: &str| {
        let pointer = format!("/{name}");
        let found = text(resource, &pointer);
        let found = if found.is_empty() {
            text(path, &pointer)
        } else {
            found
        };
        found.to_owned()
    };
    Attributes {
        verb: either("verb"),
        group: either("group"),
        resource: either("resource"),
        subresource: either("subresource"),
        namespace: either("namespace"),
        name: either("name"),
        path: either("path"),
    }
}
