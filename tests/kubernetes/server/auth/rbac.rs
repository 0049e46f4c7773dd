//! Role-based access control, by the roles and bindings among the objects.

use serde_json::{Value, json};

use super::{
    super::{
        json::{list, text, texts},
        world::World,
    },
    User,
};

/// What somebody wants to do.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attributes {
    pub(crate) verb: String,
    pub(crate) group: String,
    pub(crate) resource: String,
    pub(crate) subresource: String,
    pub(crate) namespace: String,
    pub(crate) name: String,
    /// A path outside of the API, in place of a resource.
    pub(crate) path: String,
}

/// A rule, and what gave it to the user.
struct Grant {
    rule: Value,
    /// `RoleBinding "dev/ml" of Role "dev" to Group "developers"`.
    by: String,
}

/// Whether RBAC allows it, and the reason that a review gives.
pub(crate) fn allowed(world: &World, user: &User, wanted: &Attributes) -> (bool, Option<String>) {
    if user.groups.iter().any(|group| group == "system:masters") {
        return (true, None);
    }
    let grants = grants(world, user, &wanted.namespace);
    let grant = grants.iter().find(|grant| covers(&grant.rule, wanted));
    let reason = grant.map(|grant| format!("RBAC: allowed by {}", grant.by));
    (reason.is_some(), reason)
}

/// The rules for resources that a user has in a namespace, as a `SelfSubjectRulesReview` shows them.
pub(crate) fn resource_rules(world: &World, user: &User, namespace: &str) -> Vec<Value> {
    rules(world, user, namespace, "resources")
}

/// The rules for paths.
pub(crate) fn non_resource_rules(world: &World, user: &User, namespace: &str) -> Vec<Value> {
    rules(world, user, namespace, "nonResourceURLs")
}

fn rules(world: &World, user: &User, namespace: &str, about: &str) -> Vec<Value> {
    let grants = grants(world, user, namespace).into_iter();
    grants
        .map(|grant| grant.rule)
        .filter(|rule| rule[about].is_array())
        .collect()
}

/// Refuses what is not allowed, in the words of the server.
pub(crate) fn authorize(world: &World, user: &User, wanted: &Attributes) -> Result<(), String> {
    if allowed(world, user, wanted).0 {
        return Ok(());
    }
    let resource = match wanted.subresource.as_str() {
        "" => wanted.resource.clone(),
        part => format!("{}/{part}", wanted.resource),
    };
    let place = match wanted.namespace.as_str() {
        "" => "at the cluster scope".to_owned(),
        namespace => format!("in the namespace {namespace:?}"),
    };
    Err(format!(
        "User {:?} cannot {} resource {resource:?} in API group {:?} {place}",
        user.name, wanted.verb, wanted.group
    ))
}

/// Everything that is granted to a user, in a namespace and in the whole cluster: first what every
/// cluster grants to everybody.
fn grants(world: &World, user: &User, namespace: &str) -> Vec<Grant> {
    let mut grants = Vec::new();
    for (role, groups, rules) in everybody() {
        let mut groups = groups.iter();
        let Some(group) = groups.find(|group| user.groups.iter().any(|own| own == *group)) else {
            continue;
        };
        let by = format!("ClusterRoleBinding {role:?} of ClusterRole {role:?} to Group {group:?}");
        grants.extend(rules.into_iter().map(|rule| Grant {
            rule,
            by: by.clone(),
        }));
    }
    if user.groups.iter().any(|group| group == "system:masters") {
        for rule in [
            json!({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}),
            json!({"verbs": ["*"], "nonResourceURLs": ["*"]}),
        ] {
            let by = "ClusterRoleBinding \"cluster-admin\"".into();
            grants.push(Grant { rule, by });
        }
    }
    let rbac = |plural| world.kind("rbac.authorization.k8s.io", plural);
    let mut bindings = world.all(&rbac("clusterrolebindings"));
    if !namespace.is_empty() {
        bindings.extend(world.all_in(&rbac("rolebindings"), namespace));
    }
    for binding in &bindings {
        let subjects = list(binding, "/subjects").iter();
        let Some(subject) = subjects.into_iter().find(|subject| is(user, subject)) else {
            continue;
        };
        let (kind, role) = (
            text(binding, "/roleRef/kind"),
            text(binding, "/roleRef/name"),
        );
        let found = match kind {
            "ClusterRole" => world.get(&rbac("clusterroles"), "", role),
            _ => world.get(&rbac("roles"), namespace, role),
        };
        let own = text(binding, "/metadata/namespace");
        let name = text(binding, "/metadata/name");
        let name = if own.is_empty() {
            name.to_owned()
        } else {
            format!("{name}/{own}")
        };
        let by = format!(
            "{} {name:?} of {kind} {role:?} to {} {:?}",
            text(binding, "/kind"),
            text(subject, "/kind"),
            text(subject, "/name")
        );
        for rule in found.iter().flat_map(|role| list(role, "/rules")) {
            grants.push(Grant {
                rule: rule.clone(),
                by: by.clone(),
            });
        }
    }
    grants
}

fn is(user: &User, subject: &Value) -> bool {
    let name = text(subject, "/name");
    match text(subject, "/kind") {
        "Group" => user.groups.iter().any(|group| group == name),
        "User" => user.name == name,
        _ => {
            let namespace = text(subject, "/namespace");
            user.name == format!("system:serviceaccount:{namespace}:{name}")
        }
    }
}

fn covers(rule: &Value, wanted: &Attributes) -> bool {
    let among = |field: &str, value: &str| {
        texts(rule, field)
            .iter()
            .any(|known| known == "*" || known == value)
    };
    if !among("/verbs", &wanted.verb) {
        return false;
    }
    if !wanted.path.is_empty() {
        return texts(rule, "/nonResourceURLs").iter().any(|path| {
            let begins = path
                .strip_suffix('*')
                .map(|start| wanted.path.starts_with(start));
            begins.unwrap_or(*path == wanted.path)
        });
    }
    let resource = match wanted.subresource.as_str() {
        "" => wanted.resource.clone(),
        part => format!("{}/{part}", wanted.resource),
    };
    let any_with_part = format!("*/{}", wanted.subresource);
    let names = texts(rule, "/resourceNames");
    among("/apiGroups", &wanted.group)
        && (among("/resources", &resource)
            || !wanted.subresource.is_empty() && among("/resources", &any_with_part))
        && (names.is_empty() || names.contains(&wanted.name))
}

/// The roles that every cluster gives to everybody, and the groups that have them.
fn everybody() -> Vec<(&'static str, &'static [&'static str], Vec<Value>)> {
    let paths = |paths: &[&str]| json!({"verbs": ["get"], "nonResourceURLs": paths});
    vec![
        (
            "system:basic-user",
            &["system:authenticated"],
            vec![
                json!({
                    "verbs": ["create"],
                    "apiGroups": ["authorization.k8s.io"],
                    "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"],
                }),
                json!({
                    "verbs": ["create"],
                    "apiGroups": ["authentication.k8s.io"],
                    "resources": ["selfsubjectreviews"],
                }),
            ],
        ),
        (
            "system:public-info-viewer",
            &["system:authenticated", "system:unauthenticated"],
            vec![paths(&[
                "/healthz",
                "/livez",
                "/readyz",
                "/version",
                "/version/",
            ])],
        ),
        (
            "system:service-account-issuer-discovery",
            &["system:authenticated"],
            vec![paths(&["/.well-known", "/.well-known/*"])],
        ),
        (
            "system:discovery",
            &["system:authenticated"],
            vec![paths(&[
                "/api",
                "/api/*",
                "/apis",
                "/apis/*",
                "/healthz",
                "/livez",
                "/openapi",
                "/openapi/*",
                "/readyz",
                "/version",
                "/version/",
            ])],
        ),
    ]
}
