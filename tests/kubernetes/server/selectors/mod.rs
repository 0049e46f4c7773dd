//! Label and field selectors.

mod fields;
mod labels;

pub(crate) use fields::Fields;
pub(crate) use labels::Labels;
