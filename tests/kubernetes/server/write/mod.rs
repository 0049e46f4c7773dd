//! Creating, changing and deleting objects, by clients and by the cluster itself.

mod create;
mod defaults;
mod delete;
mod edit;
mod fields;
mod lists;
mod managed;
mod validate;

pub(crate) use create::create;
pub(crate) use defaults::fill;
pub(crate) use delete::{DeleteOptions, delete, drop_finalizer, finish_deletion};
pub(crate) use edit::{edit, replace};
pub(crate) use fields::FieldSet;
pub(crate) use lists::{is_atomic, list_keys, merge_key};
pub(crate) use managed::{Managers, apply_managers};
pub(crate) use validate::{check_scale, validate};

/// Who writes, and how.
#[derive(Clone, Debug, Default)]
pub(crate) struct Author {
    /// The field manager.
    pub(crate) manager: String,
    /// The subresource that is written through.
    pub(crate) part: &'static str,
    /// Whether everything is done but storing it.
    pub(crate) dry_run: bool,
}

impl Author {
    /// A part of the cluster.
    pub(crate) fn of(manager: &str) -> Self {
        Self {
            manager: manager.into(),
            ..Self::default()
        }
    }

    /// The same, writing the status.
    pub(crate) fn status(manager: &str) -> Self {
        Self {
            part: "status",
            ..Self::of(manager)
        }
    }
}
