//! Why a pod fits nowhere, as a sentence.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{super::super::json::list, Refusal};

pub(super) fn unschedulable(pod: &Value, refusals: &[Refusal]) -> String {
    let nodes = refusals.len();
    if nodes == 0 {
        return "no nodes available to schedule pods".into();
    }
    let reasons = refusals.iter().flat_map(|refusal| refusal.reasons.iter());
    let claims = if list(pod, "/spec/resourceClaims").is_empty() {
        "no new claims to deallocate"
    } else {
        "still not schedulable"
    };
    let preemption = refusals.iter().map(|refusal| {
        if refusal.resolvable {
            "No preemption victims found for incoming pod"
        } else {
            "Preemption is not helpful for scheduling"
        }
    });
    format!(
        "0/{nodes} nodes are available: {}. {claims}, preemption: 0/{nodes} nodes are available: {}.",
        counted(reasons.map(String::as_str)),
        counted(preemption),
    )
}

/// `2 this, 1 that`, in the order of the texts with their counts.
fn counted<'a>(reasons: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for reason in reasons {
        *counts.entry(reason).or_default() += 1;
    }
    let mut texts: Vec<String> = counts
        .into_iter()
        .map(|(reason, count)| format!("{count} {reason}"))
        .collect();
    texts.sort();
    texts.join(", ")
}
