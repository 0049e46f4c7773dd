//! What pods and services have beside their objects: eviction, binding, logs, a proxy.

use std::sync::Arc;

use serde_json::json;

use super::{
    super::{
        cluster,
        json::{list, text},
        kinds::Kind,
        status::Status,
        store::Form,
        world::World,
    },
    Answer, Call, Content, Stream,
    body::value,
    delete::options,
    path::Resource,
};

pub(super) fn evict(world: &mut World, call: &Call, resource: &Resource) -> Result<Answer, Status> {
    let body = value(call)?;
    let mut options = options(call, &body["deleteOptions"]);
    options.dry_run |= call.is_dry_run();
    let shown = cluster::evict(world, &resource.namespace, &resource.name, &options)?;
    Ok(Answer::json(201, shown))
}

pub(super) fn bind(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let pod = world.get(kind, &resource.namespace, &resource.name);
    let pod = pod.ok_or_else(|| Status::not_found(kind, &resource.name))?;
    cluster::bind(world, &pod, text(&value(call)?, "/target/name"));
    let mut shown = Status::success(None);
    shown["code"] = json!(201);
    Ok(Answer::json(201, shown))
}

/// The lines of a container's log. Not recorded: written from the API reference.
pub(super) fn log(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let (namespace, pod) = (&resource.namespace, &resource.name);
    let object = world.get(kind, namespace, pod);
    let object = object.ok_or_else(|| Status::not_found(kind, pod))?;
    let names: Vec<&str> = list(&object, "/spec/containers")
        .iter()
        .map(|container| text(container, "/name"))
        .collect();
    let container = match (call.query.get("container"), names.as_slice()) {
        ("", [one]) => (*one).to_owned(),
        ("", several) => {
            return Err(Status::bad_request(format!(
                "a container name must be specified for pod {pod}, choose one of: [{}]",
                several.join(" ")
            )));
        }
        (name, names) if names.contains(&name) => name.to_owned(),
        (name, _) => {
            return Err(Status::bad_request(format!(
                "container {name} is not valid for pod {pod}"
            )));
        }
    };
    let waiting = list(&object, "/status/containerStatuses")
        .iter()
        .find(|status| status["name"] == container)
        .map(|status| text(status, "/state/waiting/reason"))
        .filter(|reason| *reason == "ImagePullBackOff");
    if let Some(reason) = waiting {
        return Err(Status::bad_request(format!(
            "container {container:?} in pod {pod:?} is waiting to start: {reason}"
        )));
    }
    let log = world.cluster.logs.of(namespace, pod, &container);
    let tail = call.query.get("tailLines").parse().unwrap_or(usize::MAX);
    let text = log.tail(tail, call.query.is_set("timestamps"));
    let mut answer = if call.query.is_set("follow") {
        let stream = Stream {
            existing: Vec::new(),
            form: Form::metadata(),
            lines: log.follow(text.into()),
        };
        Answer::new(200, Content::Watch(stream))
    } else {
        Answer::new(200, Content::Text(text.into()))
    };
    answer.header("Content-Type", "text/plain");
    Ok(answer)
}

/// What a test has put behind a service. Not recorded: written from the API reference.
pub(super) fn proxy(
    world: &World,
    call: &Call,
    resource: &Resource,
    kind: &Kind,
) -> Result<Answer, Status> {
    let path = resource.part.strip_prefix("proxy").unwrap_or_default();
    let behind = world.cluster.behind(&resource.namespace, &resource.name);
    let behind = behind.ok_or_else(|| Status::not_found(kind, &resource.name))?;
    let (code, body) = behind(path, &call.query);
    let mut answer = Answer::new(code, Content::Text(body.into()));
    answer.header("Content-Type", "application/json");
    Ok(answer)
}
