//! What the operations on databases share: finding one, naming the groups of a new one, the steps
//! that prove it, and moving its clients to another one.

mod clients;
mod draft;
mod find;
mod ground;
mod name;
mod parameters;
mod shape;

pub(super) use clients::{Move, Switch};
pub(super) use draft::{Asked, Draft};
pub(super) use find::{backups, database, everywhere, snapshot};
pub(super) use ground::{Ground, Whole};
pub(super) use name::{default_name, free_name, step_id};
pub(super) use parameters::{
    ACCOUNT, BAKE, CLASS, CUT_OVER, FENCE, MULTI_AZ, OPTION_GROUP, PARAMETER_GROUP, PROTECTION,
    REASON, RECORD, REGION, RETENTION, SECURITY_GROUPS, SUBNET_GROUP, TARGET_ID, ZONE,
};
pub(super) use shape::{Chosen, Made, choose, fence_group, regrouped};

use super::{Refusal, Wrong};

/// A value that a parameter cannot have.
pub(super) fn wrong(name: &str, value: &str, expected: impl Into<String>) -> Refusal {
    Refusal::Wrong(Wrong::Value {
        name: name.into(),
        value: value.into(),
        expected: expected.into(),
    })
}

pub(super) fn impossible<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Impossible(why.into()))
}

/// A list as people write it: with commas, spaces or both.
pub(super) fn list(text: &str) -> Vec<&str> {
    let parts = text.split([',', ' ']).map(str::trim);
    parts.filter(|part| !part.is_empty()).collect()
}
