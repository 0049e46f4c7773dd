//! What an object must be like, in the words of the API server.

use serde_json::{Value, json};

use super::{
    super::{
        json::{list, pairs, texts},
        kinds::Kind,
        selectors::Labels,
        status::Cause,
    },
    edit::is_deleting,
};

const DNS_NAME: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const AT_LEAST_0: &str = "must be greater than or equal to 0";
const POD_FIELDS: &str = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/// Everything that is wrong with `after`, which is to take the place of `before`.
pub(crate) fn validate(kind: &Kind, before: Option<&Value>, after: &Value) -> Vec<Cause> {
    let mut causes = Vec::new();
    match before {
        None => name(kind, after, &mut causes),
        Some(before) => {
            finalizers(before, after, &mut causes);
            if kind.is("", "pods") {
                unchanged(before, after, &mut causes);
            }
        }
    }
    if matches!(
        kind.plural.as_str(),
        "deployments" | "replicasets" | "statefulsets"
    ) && kind.group == "apps"
    {
        workload(before, after, &mut causes);
    }
    if let Some(schema) = &kind.custom {
        let unsupported = schema.unsupported(after).into_iter();
        causes.extend(
            unsupported.map(|(path, value, known)| Cause::unsupported(&path, &value, &known)),
        );
    }
    causes
}

/// What is wrong with the replicas of a `Scale`.
pub(crate) fn check_scale(replicas: i64) -> Vec<Cause> {
    let mut causes = Vec::new();
    if replicas < 0 {
        causes.push(Cause::invalid(
            "spec.replicas",
            &json!(replicas),
            AT_LEAST_0,
        ));
    }
    causes
}

fn name(kind: &Kind, object: &Value, causes: &mut Vec<Cause>) {
    // Names of roles and their bindings may be almost anything.
    let free = kind.group == "rbac.authorization.k8s.io";
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    let fine = name.split('.').all(|part| {
        let inner = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
        part.starts_with(inner)
            && part.ends_with(inner)
            && part.chars().all(|char| inner(char) || char == '-')
    });
    if !free && !fine {
        causes.push(Cause::invalid("metadata.name", &json!(name), DNS_NAME));
    }
}

fn finalizers(before: &Value, after: &Value, causes: &mut Vec<Cause>) {
    if !is_deleting(before) {
        return;
    }
    let old = texts(before, "/metadata/finalizers");
    let mut new = texts(after, "/metadata/finalizers");
    new.retain(|finalizer| !old.contains(finalizer));
    if !new.is_empty() {
        let names: Vec<String> = new.iter().map(|name| format!("{name:?}")).collect();
        let why = format!(
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
            names.join(", ")
        );
        // The server checks it in two places and tells of both.
        causes.extend([(); 2].map(|()| Cause::forbidden("metadata.finalizers", &why)));
    }
}

/// A pod stays what it is, but for its images and a few more fields.
fn unchanged(before: &Value, after: &Value, causes: &mut Vec<Cause>) {
    let fixed = |pod: &Value| {
        let mut spec = pod["spec"].clone();
        for field in ["containers", "initContainers"] {
            for container in spec[field].as_array_mut().into_iter().flatten() {
                container["image"].take();
            }
        }
        spec["activeDeadlineSeconds"].take();
        spec["tolerations"].take();
        spec
    };
    let (old, new) = (fixed(before), fixed(after));
    if old == new {
        return;
    }
    let fields = new.as_object().into_iter().flatten();
    let changed = fields.filter(|(field, value)| old.get(field.as_str()) != Some(value));
    let lines = changed.map(|(field, value)| {
        let was = old.get(field).unwrap_or(&Value::Null);
        format!("- {field:?}: {was},\n+ {field:?}: {value},\n")
    });
    let differences: Vec<String> = lines.collect();
    let differences = differences.concat();
    let why = format!("{POD_FIELDS}\n@@ spec @@\n{differences}");
    causes.push(Cause::forbidden("spec", &why));
}

fn workload(before: Option<&Value>, object: &Value, causes: &mut Vec<Cause>) {
    let spec = &object["spec"];
    if let Some(replicas) = spec["replicas"].as_i64() {
        causes.extend(check_scale(replicas));
    }
    let labels = pairs(spec, "/template/metadata/labels");
    if !Labels::of(&spec["selector"]).select(&labels) {
        causes.push(Cause::invalid(
            "spec.template.metadata.labels",
            &spec["template"]["metadata"]["labels"],
            "`selector` does not match template `labels`",
        ));
    }
    if list(spec, "/template/spec/containers").is_empty() {
        causes.push(Cause {
            reason: "FieldValueRequired",
            field: "spec.template.spec.containers".into(),
            message: "Required value".into(),
        });
    }
    let old = before.map(|before| &before["spec"]["selector"]);
    if old.is_some_and(|old| *old != spec["selector"]) {
        let why = "field is immutable";
        causes.push(Cause::invalid("spec.selector", &spec["selector"], why));
    }
}
