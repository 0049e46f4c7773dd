//! Deleting: grace periods, finalizers, propagation, preconditions.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    super::{
        json::{inside, number, text, texts},
        kinds::Kind,
        status::{Status, details},
        world::{World, seconds},
    },
    edit::is_deleting,
};

/// How to delete.
#[derive(Clone, Debug, Default)]
pub(crate) struct DeleteOptions {
    pub(crate) grace: Option<i64>,
    /// `Background`, `Foreground` or `Orphan`.
    pub(crate) propagation: String,
    /// The uid that the object must have.
    pub(crate) uid: Option<String>,
    /// The resourceVersion that the object must have.
    pub(crate) version: Option<String>,
    pub(crate) dry_run: bool,
}

impl DeleteOptions {
    /// Deletes what depends on the object, before it or after it.
    pub(crate) fn propagating(propagation: &str) -> Self {
        Self {
            propagation: propagation.into(),
            ..Self::default()
        }
    }
}

/// Deletes an object, or begins to. The answer is what the server shows: the object where it stays
/// for a while, else a `Status`.
pub(crate) fn delete(
    world: &mut World,
    kind: &Arc<Kind>,
    namespace: &str,
    name: &str,
    options: &DeleteOptions,
) -> Result<Value, Status> {
    let Some(object) = world.get(kind, namespace, name) else {
        return Err(Status::not_found(kind, name));
    };
    let uid = text(&object, "/metadata/uid");
    if let Some(wanted) = options.uid.as_deref().filter(|wanted| *wanted != uid) {
        return Err(Status::other_uid(kind, name, wanted, uid));
    }
    let version = text(&object, "/metadata/resourceVersion");
    if options
        .version
        .as_deref()
        .is_some_and(|wanted| wanted != version)
    {
        return Err(Status::modified(kind, name));
    }
    if kind.is("", "pods") {
        return Ok(delete_pod(world, kind, object, options));
    }
    let mut finalizers = texts(&object, "/metadata/finalizers");
    let propagates = !is_deleting(&object);
    match options.propagation.as_str() {
        "Foreground" if propagates => finalizers.push("foregroundDeletion".into()),
        "Orphan" if propagates => finalizers.push("orphan".into()),
        _ => {}
    }
    let is_namespace = kind.is("", "namespaces");
    if finalizers.is_empty() && !is_namespace {
        let mut shown = details(kind, name);
        shown["uid"] = uid.into();
        if !options.dry_run {
            world.erase(kind, namespace, name);
        }
        return Ok(Status::success(Some(shown)));
    }
    if is_deleting(&object) {
        return Ok(object);
    }
    let mut ending = object.clone();
    if !finalizers.is_empty() {
        ending["metadata"]["finalizers"] = finalizers.into();
    }
    ending["metadata"]["deletionTimestamp"] = world.stamp().into();
    if is_namespace {
        ending["status"]["phase"] = "Terminating".into();
    } else {
        ending["metadata"]["deletionGracePeriodSeconds"] = 0.into();
    }
    raise_generation(&mut ending);
    Ok(store(world, kind, ending, options.dry_run))
}

/// A pod gets time to end, unless it runs nowhere or has ended.
fn delete_pod(
    world: &mut World,
    kind: &Arc<Kind>,
    mut pod: Value,
    options: &DeleteOptions,
) -> Value {
    let ended = matches!(text(&pod, "/status/phase"), "Succeeded" | "Failed");
    let grace = if ended || text(&pod, "/spec/nodeName").is_empty() {
        0
    } else {
        let usual = number(&pod, "/spec/terminationGracePeriodSeconds");
        options.grace.unwrap_or(usual).max(0)
    };
    let deleting = is_deleting(&pod);
    if deleting && grace >= number(&pod, "/metadata/deletionGracePeriodSeconds") && grace > 0 {
        return pod;
    }
    let at = world.now() + SignedDuration::from_secs(grace);
    pod["metadata"]["deletionTimestamp"] = seconds(at).into();
    pod["metadata"]["deletionGracePeriodSeconds"] = grace.into();
    if !deleting {
        raise_generation(&mut pod);
    }
    let pod = store(world, kind, pod, options.dry_run);
    let waits = !texts(&pod, "/metadata/finalizers").is_empty();
    if grace > 0 || waits || options.dry_run {
        return pod;
    }
    let (namespace, name) = (
        text(&pod, "/metadata/namespace"),
        text(&pod, "/metadata/name"),
    );
    let gone = world.erase(kind, namespace, name);
    gone.map_or(pod.clone(), |gone| gone.value(kind))
}

fn raise_generation(object: &mut Value) {
    let generation = number(object, "/metadata/generation");
    if generation > 0 {
        object["metadata"]["generation"] = json!(generation + 1);
    }
}

fn store(world: &mut World, kind: &Arc<Kind>, object: Value, dry_run: bool) -> Value {
    if dry_run {
        object
    } else {
        world.save(kind, object).value(kind)
    }
}

/// Removes an object from which `after` has taken the last reason to stay. Whether it did.
pub(crate) fn finish_deletion(
    world: &mut World,
    kind: &Arc<Kind>,
    before: &Value,
    after: &Value,
) -> bool {
    let stays = !is_deleting(before)
        || !texts(after, "/metadata/finalizers").is_empty()
        || kind.is("", "namespaces") && !texts(after, "/spec/finalizers").is_empty()
        || kind.is("", "pods") && number(after, "/metadata/deletionGracePeriodSeconds") > 0;
    if stays || texts(before, "/metadata/finalizers").is_empty() && !kind.is("", "namespaces") {
        return false;
    }
    let (namespace, name) = (
        text(before, "/metadata/namespace"),
        text(before, "/metadata/name"),
    );
    world.erase(kind, namespace, name).is_some()
}

/// Removes the finalizer `name`, which may end the object.
pub(crate) fn drop_finalizer(object: &mut Value, name: &str) {
    let mut finalizers = texts(object, "/metadata/finalizers");
    finalizers.retain(|finalizer| finalizer != name);
    inside(object, "metadata").insert("finalizers".into(), finalizers.into());
}
