//! The operations of services that name them by method and path, from botocore's own models.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use flate2::read::GzDecoder;
use serde_json::Value;

use super::{super::moto, Request};

struct Route {
    method: String,
    segments: Vec<Segment>,
    /// What must stand in the query: `versioning`, `list-type=2`.
    query: Vec<(String, Option<String>)>,
    operation: String,
}

enum Segment {
    Is(String),
    Label(String),
    /// Everything that is left: `{Key+}`.
    Rest(String),
}

type Labels = BTreeMap<String, String>;

/// The operation that `request` is of `service`, and the labels of its path.
pub(super) fn operation(service: &str, request: &Request) -> Option<(String, Labels)> {
    let routes = routes(service);
    let path = request.path.trim_matches('/');
    let segments: Vec<&str> = if path.is_empty() {
        Vec::new()
    } else {
        path.split('/').collect()
    };
    let of_method = routes
        .iter()
        .filter(|route| route.method == request.method.as_str());
    let fitting = of_method.filter_map(|route| {
        let asks = |(key, value): &(String, Option<String>)| {
            let found = request.query.get(key);
            found.is_some_and(|found| value.as_ref().is_none_or(|value| value == found))
        };
        let labels = labels(&route.segments, &segments)?;
        route.query.iter().all(asks).then_some((route, labels))
    });
    // The narrowest: most of it literal. Of two alike the first: the other is of a host of its own.
    let best = fitting.rev().max_by_key(|(route, _)| {
        let literal = route
            .segments
            .iter()
            .filter(|it| matches!(it, Segment::Is(_)));
        (route.query.len(), literal.count())
    });
    best.map(|(route, labels)| (route.operation.clone(), labels))
}

fn labels(route: &[Segment], path: &[&str]) -> Option<Labels> {
    let mut labels = Labels::new();
    let text = |raw: &str| percent_decoded(raw);
    let mut path = path.iter();
    for segment in route {
        match segment {
            Segment::Is(wanted) => {
                path.next().filter(|found| *found == wanted)?;
            }
            Segment::Label(name) => {
                labels.insert(name.clone(), text(path.next()?));
            }
            Segment::Rest(name) => {
                let rest: Vec<&str> = path.by_ref().copied().collect();
                (!rest.is_empty()).then_some(())?;
                labels.insert(name.clone(), text(&rest.join("/")));
            }
        }
    }
    path.next().is_none().then_some(labels)
}

pub(super) fn percent_decoded(text: &str) -> String {
    // A form has `+` for the space, a path has it for itself.
    let form = text.replace('+', "%2B");
    let mut decoded = form_urlencoded::parse(form.as_bytes());
    decoded
        .next()
        .map(|(text, _)| text.into())
        .unwrap_or_default()
}

fn routes(service: &str) -> Arc<[Route]> {
    static READ: OnceLock<Mutex<HashMap<String, Arc<[Route]>>>> = OnceLock::new();
    let read = READ.get_or_init(Mutex::default);
    let mut read = read.lock().unwrap_or_else(PoisonError::into_inner);
    let routes = read.entry(service.into()).or_insert_with(|| {
        model(service)
            .as_ref()
            .map(parsed)
            .unwrap_or_default()
            .into()
    });
    Arc::clone(routes)
}

/// botocore's model of a service, by the name that it signs with.
pub(super) fn model(service: &str) -> Option<Value> {
    let folder = match service {
        "awsssoportal" => "sso",
        "sso-oauth" => "sso-oidc",
        "servicequotas" => "service-quotas",
        "elasticloadbalancing" => "elbv2",
        "monitoring" => "cloudwatch",
        other => other,
    };
    let folder = moto::packages().join("botocore/data").join(folder);
    let newest = newest(&folder)?.join("service-2.json.gz");
    let mut text = String::new();
    let file = fs::File::open(newest).expect("a model");
    GzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("a packed model");
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// The versions of a model are dates.
fn newest(folder: &Path) -> Option<PathBuf> {
    let versions = fs::read_dir(folder).ok()?;
    let versions = versions.filter_map(|entry| Some(entry.ok()?.path()));
    versions.filter(|path| path.is_dir()).max()
}

fn parsed(model: &Value) -> Vec<Route> {
    let operations = model["operations"].as_object().expect("operations");
    let route = |(operation, told): (&String, &Value)| {
        let http = &told["http"];
        let uri = http["requestUri"].as_str()?;
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let segments = path.trim_matches('/').split('/');
        let segments = segments.filter(|segment| !segment.is_empty());
        Some(Route {
            method: http["method"].as_str()?.into(),
            segments: segments.map(segment).collect(),
            query: query
                .split('&')
                .filter(|part| !part.is_empty())
                .map(|part| match part.split_once('=') {
                    Some((key, value)) => (key.into(), Some(value.into())),
                    None => (part.into(), None),
                })
                .collect(),
            operation: operation.clone(),
        })
    };
    operations.iter().filter_map(route).collect()
}

fn segment(text: &str) -> Segment {
    let label = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'));
    match label.map(|label| label.strip_suffix('+').ok_or(label)) {
        Some(Ok(rest)) => Segment::Rest(rest.into()),
        Some(Err(label)) => Segment::Label(label.into()),
        None => Segment::Is(text.into()),
    }
}
