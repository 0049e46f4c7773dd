//! One object at one version, serialized once.

use std::ops::Range;

use hyper::body::Bytes;
use serde_json::{Map, Value};

use super::super::{
    json::{pairs, text},
    kinds::{Kind, selectable},
};

/// An object as it is served. Its JSON is written once, when it is stored; lists and watches of any
/// number of clients send the same bytes.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) namespace: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) uid: Box<str>,
    /// Its resourceVersion.
    pub(crate) version: u64,
    pub(crate) labels: Box<[(Box<str>, Box<str>)]>,
    /// What field selectors see, in the order of [`super::super::kinds::selectable_names`].
    pub(crate) fields: Box<[Box<str>]>,
    /// The members of the object after `kind` and `apiVersion`: `"metadata":{…},"spec":{…}`.
    members: Bytes,
    /// Where in `members` the metadata is.
    metadata: Range<usize>,
}

impl Object {
    /// Takes `value` in at `version`.
    pub(crate) fn new(kind: &Kind, mut value: Value, version: u64) -> Self {
        if version > 0 {
            value["metadata"]["resourceVersion"] = version.to_string().into();
        }
        let labels = pairs(&value, "/metadata/labels").into_iter();
        let mut members = String::from("\"metadata\":");
        let start = members.len();
        members.push_str(&value["metadata"].to_string());
        let end = members.len();
        for (name, member) in value.as_object().into_iter().flatten() {
            if !matches!(name.as_str(), "metadata" | "apiVersion" | "kind") {
                members.extend([
                    ",",
                    &Value::from(name.as_str()).to_string(),
                    ":",
                    &member.to_string(),
                ]);
            }
        }
        Self {
            namespace: text(&value, "/metadata/namespace").into(),
            name: text(&value, "/metadata/name").into(),
            uid: text(&value, "/metadata/uid").into(),
            version,
            labels: labels
                .map(|(key, value)| (key.into_boxed_str(), value.into_boxed_str()))
                .collect(),
            fields: selectable(kind, &value),
            members: members.into(),
            metadata: start..end,
        }
    }

    /// The object as JSON, with `kind` and `apiVersion`.
    pub(crate) fn value(&self, kind: &Kind) -> Value {
        let text = [b"{", &self.members[..], b"}"].concat();
        let mut object: Map<String, Value> =
            serde_json::from_slice(&text).expect("JSON that was written here");
        object.insert("apiVersion".into(), kind.api_version().into());
        object.insert("kind".into(), kind.name.clone().into());
        Value::Object(object)
    }

    /// Whether `text` stands anywhere in it.
    pub(crate) fn mentions(&self, text: &str) -> bool {
        let mut windows = self.members.windows(text.len());
        windows.any(|window| window == text.as_bytes())
    }

    /// Its place among the objects of its kind.
    pub(crate) fn key(&self) -> String {
        key(&self.namespace, &self.name)
    }

    /// The bytes of the whole object, in `form`.
    pub(crate) fn write(&self, form: &Form, into: &mut Vec<u8>) {
        into.extend_from_slice(form.head.as_bytes());
        into.extend_from_slice(self.shown(form));
        into.push(b'}');
    }

    /// How many bytes [`Object::write`] writes.
    pub(crate) fn size(&self, form: &Form) -> usize {
        form.head.len() + self.shown(form).len() + 1
    }

    /// What of its members a form shows.
    fn shown(&self, form: &Form) -> &[u8] {
        let end = if form.whole {
            self.members.len()
        } else {
            self.metadata.end
        };
        &self.members[..end]
    }
}

/// `namespace/name`, or the name alone in cluster scope: the order of lists.
pub(crate) fn key(namespace: &str, name: &str) -> String {
    if namespace.is_empty() {
        name.into()
    } else {
        format!("{namespace}/{name}")
    }
}

/// How objects are written for one client.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// What comes before the metadata.
    head: String,
    /// Whether spec, status and the rest follow the metadata.
    whole: bool,
}

impl Form {
    /// As a whole, saying what it is.
    pub(crate) fn whole(kind: &Kind) -> Self {
        Self {
            head: format!(
                "{{\"kind\":{:?},\"apiVersion\":{:?},",
                kind.name,
                kind.api_version()
            ),
            whole: true,
        }
    }

    /// As an item of a list of its kind: built-in kinds leave out what the list says already.
    pub(crate) fn item(kind: &Kind) -> Self {
        if kind.is_custom() {
            Self::whole(kind)
        } else {
            Self {
                head: "{".into(),
                whole: true,
            }
        }
    }

    /// The metadata alone.
    pub(crate) fn metadata() -> Self {
        Self {
            head: "{\"kind\":\"PartialObjectMetadata\",\"apiVersion\":\"meta.k8s.io/v1\",".into(),
            whole: false,
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }
}
