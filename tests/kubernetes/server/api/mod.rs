//! The API: from a request to an answer, with the world at hand.

mod body;
mod change;
mod delete;
mod discovery;
mod path;
mod pods;
mod read;
mod reviews;
mod scale;
mod watch;

use std::sync::Arc;

use hyper::{HeaderMap, Method, body::Bytes};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedReceiver;

use super::{
    auth::{Attributes, User, allowed, authorize},
    kinds::Kind,
    query::Parameters,
    status::Status,
    store::{Form, Object},
    world::World,
};
use path::{Resource, Target};

/// A request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Parameters,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    fn is_dry_run(&self) -> bool {
        self.query.get("dryRun") == "All"
    }

    /// Who changes fields, as the call or its `User-Agent` says.
    fn manager(&self) -> String {
        let named = self.query.get("fieldManager");
        let agent = self
            .header("user-agent")
            .split('/')
            .next()
            .unwrap_or_default();
        if named.is_empty() { agent } else { named }.to_owned()
    }
}

/// What is sent back.
pub(crate) struct Answer {
    pub(crate) code: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) content: Content,
}

/// The body of an answer.
pub(crate) enum Content {
    Json(Value),
    Text(Bytes),
    List(List),
    Watch(Stream),
}

/// A list: its items are written as they are sent.
pub(crate) struct List {
    pub(crate) head: String,
    pub(crate) items: Vec<Arc<Object>>,
    pub(crate) form: Form,
    pub(crate) tail: String,
}

/// A watch, or a log that is followed: what there is, then what comes.
pub(crate) struct Stream {
    pub(crate) existing: Vec<Arc<Object>>,
    pub(crate) form: Form,
    pub(crate) lines: UnboundedReceiver<Bytes>,
}

impl Answer {
    fn new(code: u16, content: Content) -> Self {
        Self {
            code,
            headers: Vec::new(),
            content,
        }
    }

    fn json(code: u16, value: Value) -> Self {
        Self::new(code, Content::Json(value))
    }

    /// Plain text, as health checks and some refusals are.
    fn text(code: u16, text: impl Into<Bytes>) -> Self {
        let mut answer = Self::new(code, Content::Text(text.into()));
        answer.header("Content-Type", "text/plain; charset=utf-8");
        answer.header("X-Content-Type-Options", "nosniff");
        answer
    }

    fn header(&mut self, name: &'static str, value: impl Into<String>) {
        self.headers.push((name, value.into()));
    }
}

impl From<Status> for Answer {
    fn from(status: Status) -> Self {
        use super::status::Body;
        let mut answer = match status.body {
            Body::Status(body) => Self::json(status.code, body),
            Body::Text(text) => Self::text(status.code, text),
        };
        let has = answer
            .headers
            .iter()
            .any(|(name, _)| *name == "X-Content-Type-Options");
        if status.nosniff && !has {
            answer.header("X-Content-Type-Options", "nosniff");
        }
        if let Some(seconds) = status.retry_after {
            answer.header("Retry-After", seconds.to_string());
        }
        answer
    }
}

/// Answers a call of `user`.
pub(crate) fn answer(world: &mut World, user: &User, call: &Call) -> Answer {
    route(world, user, call).unwrap_or_else(Answer::from)
}

fn route(world: &mut World, user: &User, call: &Call) -> Result<Answer, Status> {
    match path::parse(&call.path) {
        Target::Path => path_outside(world, user, call),
        Target::Object(resource) => {
            let kind = world
                .kinds
                .at(&resource.group, &resource.version, &resource.plural);
            may(world, user, call, &resource, kind.as_deref())?;
            let kind = kind.ok_or_else(Status::no_such_path)?;
            object(world, user, call, &resource, &kind)
        }
    }
}

/// Health, version, discovery: what is no object.
fn path_outside(world: &mut World, user: &User, call: &Call) -> Result<Answer, Status> {
    let verb = call.method.as_str().to_lowercase();
    let wanted = Attributes {
        verb: verb.clone(),
        path: call.path.clone(),
        ..Attributes::default()
    };
    if !allowed(world, user, &wanted).0 {
        return Err(Status::forbidden_path(&user.name, &verb, &call.path));
    }
    if call.method != Method::GET {
        return Err(Status::method_not_allowed());
    }
    match call.path.trim_end_matches('/') {
        "/healthz" | "/livez" | "/readyz" => Ok(Answer::text(200, "ok")),
        "/version" => Ok(Answer::json(200, discovery::version())),
        path => discovery::answer(world, call, path),
    }
}

/// Whether the user may do that; refusals do not tell whether anything is there.
fn may(
    world: &World,
    user: &User,
    call: &Call,
    resource: &Resource,
    kind: Option<&Kind>,
) -> Result<(), Status> {
    let wanted = Attributes {
        verb: verb(call, resource).into(),
        group: resource.group.clone(),
        resource: resource.plural.clone(),
        subresource: resource.part.clone(),
        namespace: resource.namespace.clone(),
        name: resource.name.clone(),
        path: String::new(),
    };
    authorize(world, user, &wanted).map_err(|why| match kind {
        Some(kind) => Status::forbidden(kind, &resource.name, &why),
        None => Status::forbidden_unserved(&resource.group, &resource.plural, &resource.name, &why),
    })
}

/// The verb of RBAC for a call.
fn verb(call: &Call, resource: &Resource) -> &'static str {
    let one = !resource.name.is_empty();
    match call.method {
        Method::GET | Method::HEAD if call.query.is_set("watch") => "watch",
        Method::GET | Method::HEAD if one => "get",
        Method::GET | Method::HEAD => "list",
        Method::POST => "create",
        Method::PUT => "update",
        Method::PATCH => "patch",
        Method::DELETE if one => "delete",
        _ => "deletecollection",
    }
}

fn object(
    world: &mut World,
    user: &User,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    if !resource.part.is_empty() {
        return part(world, call, resource, kind);
    }
    let verb = verb(call, resource);
    if !kind.allows(verb) || verb == "create" && !resource.name.is_empty() {
        return Err(Status::method_not_allowed());
    }
    match verb {
        "watch" => watch::open(world, call, resource, kind),
        "get" => read::one(world, call, resource, kind),
        "list" => read::list(world, call, resource, kind),
        "create" if reviews::is_review(kind) => reviews::answer(world, user, call, kind),
        "create" => change::create(world, call, resource, kind),
        "update" => change::update(world, call, resource, kind),
        "patch" => change::patch(world, call, resource, kind),
        "delete" => delete::one(world, call, resource, kind),
        _ => delete::all(world, call, resource, kind),
    }
}

/// A subresource. Where a kind has none of that name, it looks as if the object were missing.
fn part(
    world: &mut World,
    call: &Call,
    resource: &Resource,
    kind: &Arc<Kind>,
) -> Result<Answer, Status> {
    let name = resource.part.split('/').next().unwrap_or_default();
    if !kind.has(name) {
        return Err(Status::not_found(kind, &resource.name));
    }
    match (name, &call.method) {
        ("status", &Method::GET) => read::one(world, call, resource, kind),
        ("status", &Method::PUT) => change::update(world, call, resource, kind),
        ("status", &Method::PATCH) => change::patch(world, call, resource, kind),
        ("scale", _) => scale::answer(world, call, resource, kind),
        ("finalize", &Method::PUT) => change::finalize(world, call, resource, kind),
        ("eviction", &Method::POST) => pods::evict(world, call, resource),
        ("binding", &Method::POST) => pods::bind(world, call, resource, kind),
        ("log", &Method::GET) => pods::log(world, call, resource, kind),
        ("proxy", _) => pods::proxy(world, call, resource, kind),
        _ => Err(Status::method_not_allowed()),
    }
}
