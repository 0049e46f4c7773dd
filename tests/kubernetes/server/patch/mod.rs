//! The four forms of a patch.

mod apply;
mod json;
mod merge;
mod strategic;

pub(crate) use apply::apply;
pub(crate) use json::json_patch;
pub(crate) use merge::merge;
pub(crate) use strategic::strategic_merge;
