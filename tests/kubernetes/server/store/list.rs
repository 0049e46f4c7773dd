//! Lists: which objects, at which version, page by page.

use std::{ops::Bound, sync::Arc};

use super::{
    super::{
        kinds::Kind,
        selectors::{Fields, Labels},
        status::{Cause, Status},
    },
    Object, Store, Table,
    object::key,
    token::Token,
};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    /// None for all namespaces.
    pub(crate) namespace: Option<String>,
    pub(crate) labels: Labels,
    pub(crate) fields: Fields,
    /// 0 for no limit.
    pub(crate) limit: usize,
    /// The continue token.
    pub(crate) token: Option<String>,
    /// The `resourceVersion` as it was sent.
    pub(crate) version: String,
    /// The `resourceVersionMatch` as it was sent.
    pub(crate) matching: String,
}

impl Query {
    pub(crate) fn selects(&self, object: &Object) -> bool {
        let namespace = self.namespace.as_deref();
        namespace.is_none_or(|namespace| *object.namespace == *namespace)
            && self.labels.select(&object.labels)
            && self.fields.select(object)
    }

    fn is_selective(&self) -> bool {
        !self.labels.is_empty() || !self.fields.is_empty()
    }
}

/// What is answered.
pub(crate) struct Page {
    pub(crate) items: Vec<Arc<Object>>,
    pub(crate) version: u64,
    /// The token of the next page.
    pub(crate) next: Option<String>,
    /// How many items come after this page; unknown with a selector.
    pub(crate) remaining: Option<usize>,
}

/// Where a list is read.
struct Reading {
    version: u64,
    /// The key below the list's path after which it goes on.
    after: Option<String>,
    /// Whether the limit counts: lists of any age come as a whole from the server's memory.
    limited: bool,
}

pub(crate) fn list(store: &Store, kind: &Kind, query: &Query) -> Result<Page, Status> {
    let reading = reading(store, query)?;
    let then;
    let table = if store.changed_since(kind, reading.version) {
        then = store.at(kind, reading.version);
        &then
    } else {
        store.table(kind)
    };
    let mut rest = scope(table, query, reading.after.as_deref());
    let limit = if reading.limited { query.limit } else { 0 };
    let mut page = Page {
        items: Vec::new(),
        version: reading.version,
        next: None,
        remaining: None,
    };
    let mut selected = rest.by_ref().filter(|object| query.selects(object));
    page.items = match limit {
        0 => selected.cloned().collect(),
        limit => selected.by_ref().take(limit).cloned().collect(),
    };
    let Some(last) = page.items.last().filter(|_| limit > 0) else {
        return Ok(page);
    };
    let remaining = if query.is_selective() {
        rest.filter(|object| query.selects(object)).take(1).count()
    } else {
        rest.count()
    };
    if remaining > 0 {
        let namespace = match &query.namespace {
            Some(_) => "",
            None => &last.namespace,
        };
        let from_memory = reading.version >= store.cached_since;
        let after = key(namespace, &last.name);
        page.next = Some(Token::write(Some(reading.version), &after, from_memory));
        page.remaining = (!query.is_selective()).then_some(remaining);
    }
    Ok(page)
}

/// The objects in the list's namespace, after a key.
fn scope<'a>(
    table: &'a Table,
    query: &Query,
    after: Option<&str>,
) -> Box<dyn Iterator<Item = &'a Arc<Object>> + 'a> {
    let namespace = query.namespace.clone().unwrap_or_default();
    let start = match after {
        Some(after) => Bound::Excluded(key(&namespace, after)),
        None if namespace.is_empty() => Bound::Unbounded,
        None => Bound::Included(key(&namespace, "")),
    };
    let objects = table
        .range((start, Bound::Unbounded))
        .map(|(_, object)| object);
    match &query.namespace {
        Some(_) => Box::new(objects.take_while(move |object| *object.namespace == *namespace)),
        None => Box::new(objects),
    }
}

fn reading(store: &Store, query: &Query) -> Result<Reading, Status> {
    let now = store.version();
    if let Some(token) = &query.token {
        return resumed(store, query, token);
    }
    let whole = |version| Reading {
        version,
        after: None,
        limited: true,
    };
    if query.version.is_empty() {
        if !query.matching.is_empty() {
            let why = "resourceVersionMatch is forbidden unless resourceVersion is provided";
            return Err(invalid_options(why));
        }
        return Ok(whole(now));
    }
    let version = query.version.parse::<u64>().map_err(|_| {
        let version = &query.version;
        Status::bad_request(format!("invalid resource version {version:?}"))
    })?;
    if version > now {
        return Err(Status::too_new(version, now));
    }
    let exact = match query.matching.as_str() {
        "Exact" => true,
        // A page at a version, without a word on how to match it, has always been that version.
        "" => query.limit > 0 && version > 0,
        _ => false,
    };
    if exact && version < store.compacted {
        return Err(Status::expired(
            "The resourceVersion for the provided list is too old.",
        ));
    }
    Ok(match version {
        version if exact => whole(version),
        0 => Reading {
            limited: false,
            ..whole(now)
        },
        _ => whole(now),
    })
}

/// A list that goes on where a page before ended.
fn resumed(store: &Store, query: &Query, token: &str) -> Result<Reading, Status> {
    let token = Token::read(token)?;
    if !matches!(query.version.as_str(), "" | "0") {
        return Err(Status::bad_request(
            "specifying resource version is not allowed when using continue",
        ));
    }
    let version = token.version.unwrap_or(store.version());
    if version < store.compacted {
        let inconsistent = Token::write(None, &token.after, false);
        return Err(Status::continue_expired(inconsistent));
    }
    Ok(Reading {
        version,
        after: Some(token.after),
        limited: true,
    })
}

/// Parameters that do not go together.
pub(crate) fn invalid_options(why: &str) -> Status {
    let cause = Cause::forbidden("resourceVersionMatch", why);
    Status::invalid_as("meta.k8s.io", "ListOptions", "", &[cause])
}
