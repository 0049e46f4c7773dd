//! Getting and listing.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    super::{
        accept::{Shape, negotiate},
        kinds::Kind,
        selectors::{Fields, Labels},
        status::Status,
        store::{
            Form,
            list::{Page, Query, list as read},
        },
        world::World,
    },
    Answer, Call, Content, List,
    path::Resource,
};

pub(super) fn one(
    world: &World,
    call: &Call,
    resource: &Resource,
    kind: &Kind,
) -> Result<Answer, Status> {
    let shape = negotiate(call.header("accept"))?;
    let object = world.store.get(kind, &resource.namespace, &resource.name);
    let object = object.ok_or_else(|| Status::not_found(kind, &resource.name))?;
    let mut bytes = Vec::new();
    object.write(&form(kind, shape), &mut bytes);
    let mut answer = Answer::new(200, Content::Text(bytes.into()));
    answer.header("Content-Type", "application/json");
    Ok(answer)
}

/// How single objects are written in a shape.
pub(super) fn form(kind: &Kind, shape: Shape) -> Form {
    match shape {
        Shape::Whole => Form::whole(kind),
        Shape::Metadata => Form::metadata(),
    }
}

pub(super) fn list(
    world: &World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let shape = negotiate(call.header("accept"))?;
    let query = query(call, resource, kind)?;
    let page = read(&world.store, kind, &query)?;
    let (name, version, form) = match shape {
        Shape::Whole => (
            format!("{}List", kind.name),
            kind.api_version(),
            Form::item(kind),
        ),
        Shape::Metadata => (
            "PartialObjectMetadataList".into(),
            "meta.k8s.io/v1".into(),
            Form::metadata(),
        ),
    };
    let metadata = metadata(&page, kind.is_custom());
    Ok(Answer::new(
        200,
        Content::List(List {
            head: format!(
                "{{\"kind\":{name:?},\"apiVersion\":{version:?},\"metadata\":{metadata},\"items\":["
            ),
            items: page.items,
            form,
            tail: "]}\n".into(),
        }),
    ))
}

/// The metadata of a list. Custom kinds always say whether there is more.
fn metadata(page: &Page, custom: bool) -> Value {
    let mut metadata = Map::new();
    metadata.insert("resourceVersion".into(), page.version.to_string().into());
    match &page.next {
        Some(token) => {
            metadata.insert("continue".into(), token.clone().into());
        }
        None if custom => {
            metadata.insert("continue".into(), "".into());
        }
        None => {}
    }
    if let Some(remaining) = page.remaining {
        metadata.insert("remainingItemCount".into(), remaining.into());
    }
    Value::Object(metadata)
}

/// Which objects a list or a watch is about.
pub(super) fn query(call: &Call, resource: &Resource, kind: &Kind) -> Result<Query, Status> {
    let parameters = &call.query;
    let limit = match parameters.get("limit") {
        "" => 0,
        limit => limit
            .parse()
            .map_err(|_| Status::bad_request(format!("limit {limit:?} is no number")))?,
    };
    Ok(Query {
        namespace: (!resource.namespace.is_empty()).then(|| resource.namespace.clone()),
        labels: Labels::parse(parameters.get("labelSelector"))?,
        fields: Fields::parse(kind, parameters.get("fieldSelector"))?,
        limit,
        token: parameters
            .find("continue")
            .filter(|token| !token.is_empty())
            .map(str::to_owned),
        version: parameters.get("resourceVersion").into(),
        matching: parameters.get("resourceVersionMatch").into(),
    })
}
