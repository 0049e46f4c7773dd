//! Field selectors: `status.phase=Running,spec.nodeName!=`.

use super::super::{
    kinds::{Kind, selectable_names},
    status::Status,
    store::Object,
};

/// What fields must be like; empty selects everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields {
    terms: Vec<Term>,
}

#[derive(Clone, Debug)]
struct Term {
    field: Field,
    equal: bool,
    value: String,
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Name,
    Namespace,
    /// By its place among the fields of the kind.
    Kept(usize),
}

impl Fields {
    pub(crate) fn parse(kind: &Kind, text: &str) -> Result<Self, Status> {
        let terms = text.split(',').filter(|term| !term.is_empty());
        let terms = terms.map(|term| {
            let (name, value, equal) = if let Some((name, value)) = term.split_once("!=") {
                (name, value, false)
            } else if let Some((name, value)) = term.split_once("==") {
                (name, value, true)
            } else if let Some((name, value)) = term.split_once('=') {
                (name, value, true)
            } else {
                let why = format!("invalid selector: '{text}'; can't understand '{term}'");
                return Err(Status::bad_request(why));
            };
            Ok(Term {
                field: field(kind, name)?,
                equal,
                value: value.into(),
            })
        });
        Ok(Self {
            terms: terms.collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    pub(crate) fn select(&self, object: &Object) -> bool {
        self.terms.iter().all(|term| {
            let found = match term.field {
                Field::Name => &object.name,
                Field::Namespace => &object.namespace,
                Field::Kept(index) => &object.fields[index],
            };
            (**found == *term.value) == term.equal
        })
    }
}

fn field(kind: &Kind, name: &str) -> Result<Field, Status> {
    match name {
        "metadata.name" => return Ok(Field::Name),
        "metadata.namespace" if kind.namespaced => return Ok(Field::Namespace),
        _ => {}
    }
    let names = selectable_names(kind);
    let kept = names.iter().position(|known| *known == name);
    kept.map(Field::Kept).ok_or_else(|| {
        Status::bad_request(if names.is_empty() {
            format!(
                "{name:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
            )
        } else {
            format!("field label not supported: {name}")
        })
    })
}
