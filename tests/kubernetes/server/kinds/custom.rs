//! Custom kinds: what a `CustomResourceDefinition` makes the server serve.

use serde_json::Value;

use super::super::json::{list, text, texts};
use super::{Kind, Schema};

const VERBS: &[&str] = &[
    "delete",
    "deletecollection",
    "get",
    "list",
    "patch",
    "create",
    "update",
    "watch",
];

/// A custom kind, before the server knows it.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    pub(crate) group: String,
    pub(crate) version: String,
    pub(crate) name: String,
    pub(crate) plural: String,
    singular: String,
    namespaced: bool,
    short: Vec<String>,
    parts: Vec<String>,
    schema: Schema,
}

impl Custom {
    /// A namespaced kind without subresources whose objects may contain anything.
    pub(crate) fn new(api_version: &str, name: &str, plural: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self {
            group: group.into(),
            version: version.into(),
            name: name.into(),
            plural: plural.into(),
            singular: name.to_lowercase(),
            namespaced: true,
            short: Vec::new(),
            parts: Vec::new(),
            schema: Schema::open(),
        }
    }

    pub(crate) fn short(mut self, short: &str) -> Self {
        self.short = vec![short.into()];
        self
    }

    /// What its objects may contain, in the form of [`Schema::parse`].
    pub(crate) fn schema(mut self, text: &str) -> Self {
        self.schema = Schema::parse(text);
        self
    }

    /// Every version that a `CustomResourceDefinition` serves.
    pub(crate) fn from_definition(definition: &Value) -> Vec<Self> {
        let spec = &definition["spec"];
        let names = &spec["names"];
        let served = list(spec, "/versions").iter();
        served
            .filter(|version| version["served"] == true)
            .map(|version| {
                let parts = version["subresources"].as_object().into_iter().flatten();
                Self {
                    group: text(spec, "/group").into(),
                    version: text(version, "/name").into(),
                    name: text(names, "/kind").into(),
                    plural: text(names, "/plural").into(),
                    singular: text(names, "/singular").into(),
                    namespaced: text(spec, "/scope") != "Cluster",
                    short: texts(names, "/shortNames"),
                    parts: parts.map(|(name, _)| name.clone()).collect(),
                    schema: Schema::from_open_api(&version["schema"]["openAPIV3Schema"]),
                }
            })
            .collect()
    }

    /// The `CustomResourceDefinition` that says the same.
    pub(crate) fn definition(&self) -> Value {
        serde_json::json!({
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {
                "name": format!("{}.{}", self.plural, self.group),
                "annotations": {"controller-gen.kubebuilder.io/version": "v0.14.0"},
            },
            "spec": {
                "group": self.group,
                "names": {
                    "kind": self.name,
                    "listKind": format!("{}List", self.name),
                    "plural": self.plural,
                    "shortNames": self.short,
                    "singular": self.singular,
                },
                "scope": if self.namespaced { "Namespaced" } else { "Cluster" },
                "versions": [{
                    "name": self.version,
                    "served": true,
                    "storage": true,
                    "schema": {"openAPIV3Schema": self.schema.to_open_api()},
                }],
            },
        })
    }

    pub(super) fn kind(&self, id: usize) -> Kind {
        Kind {
            id,
            group: self.group.clone(),
            version: self.version.clone(),
            name: self.name.clone(),
            plural: self.plural.clone(),
            singular: self.singular.clone(),
            namespaced: self.namespaced,
            short: self.short.clone(),
            categories: Vec::new(),
            verbs: VERBS.iter().map(|verb| (*verb).into()).collect(),
            parts: self.parts.clone(),
            custom: Some(self.schema.clone()),
        }
    }
}
