//! What was asked for, as weights.

use std::collections::BTreeMap;

use super::super::{Arguments, Refusal, Wrong, weighted::side_of};
use crate::model::traffic::Record;

/// The wanted weight of each record of the group, in its order.
pub(super) fn weights(wish: &Arguments, group: &[&Record]) -> Result<Vec<u8>, Refusal> {
    let to = wish.text("to");
    let names: Vec<&str> = group.iter().map(|record| side_of(record)).collect();
    let wrong = |expected: String| {
        Refusal::Wrong(Wrong::Value {
            name: "to".into(),
            value: to.into(),
            expected,
        })
    };
    let sides = names.join(", ");
    if !to.contains('=') {
        if !names.contains(&to) {
            return Err(wrong(format!("no such side; the sides are {sides}")));
        }
        return Ok(names
            .iter()
            .map(|&name| if name == to { 100 } else { 0 })
            .collect());
    }
    let mut given: BTreeMap<&str, u8> = BTreeMap::new();
    for part in to.split(',') {
        let (side, weight) = part
            .split_once('=')
            .ok_or_else(|| wrong(format!("`{part}` is no `side=weight`")))?;
        let (side, weight) = (side.trim(), weight.trim());
        let number: u8 = weight
            .parse()
            .map_err(|_| wrong(format!("`{weight}` is no weight from 0 to 255")))?;
        if !names.contains(&side) {
            return Err(wrong(format!("no side `{side}`; the sides are {sides}")));
        }
        if given.insert(side, number).is_some() {
            return Err(wrong(format!("`{side}` is given twice")));
        }
    }
    if let Some(missing) = names.iter().find(|&&name| !given.contains_key(name)) {
        return Err(wrong(format!(
            "`{missing}` is missing; give every side: {sides}"
        )));
    }
    let weights: Vec<u8> = names.iter().map(|name| given[name]).collect();
    if weights.iter().all(|&weight| weight == 0) {
        return Err(wrong(
            "all weights 0 would send equal shares to every side, not nothing".into(),
        ));
    }
    Ok(weights)
}
