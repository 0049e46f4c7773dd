//! What must be so before there is a plan, and what the reader must be told.

use std::collections::BTreeSet;

use super::{
    super::{Arguments, Refusal},
    Observed, side_of,
};
use crate::model::{HealthCheckId, traffic::Record};

/// The records of the name and type, if they are a weighted group that can be switched.
pub(in super::super) fn group<'a>(
    wish: &Arguments,
    seen: &'a Observed,
) -> Result<Vec<&'a Record>, Refusal> {
    let name = wish.text("name").trim_end_matches('.').to_ascii_lowercase();
    let zone = &seen.zone;
    let named = |record: &&Record| {
        record
            .name
            .trim_end_matches('.')
            .eq_ignore_ascii_case(&name)
    };
    let kind = wish.get("type").unwrap_or_else(|| {
        let weighted = zone.records.iter().filter(named);
        let kinds: BTreeSet<&str> = weighted
            .filter(|record| record.weight().is_some())
            .map(|record| record.kind.as_str())
            .collect();
        match kinds.first() {
            Some(only) if kinds.len() == 1 => only,
            _ => "A",
        }
    });
    let group: Vec<&Record> = zone
        .records
        .iter()
        .filter(named)
        .filter(|record| record.kind == kind)
        .collect();
    let impossible = |why: String| Err(Refusal::Impossible(format!("{name} {kind} {why}")));
    let Some(first) = group.first() else {
        return impossible(format!("is not in the zone {} ({})", zone.name, zone.id));
    };
    if let Some(other) = group.iter().find(|record| record.weight().is_none()) {
        let routing = format!("{:?}", other.routing).to_lowercase();
        return impossible(format!("is routed by {routing}, not by weights"));
    }
    if group.len() < 2 {
        return impossible("has one record; a switch needs two sides".into());
    }
    if group.iter().any(|record| record.set_identifier.is_none()) {
        return impossible("has a record without a set identifier".into());
    }
    if group
        .iter()
        .any(|record| record.alias.is_some() != first.alias.is_some())
    {
        return impossible(
            "mixes aliases with plain records: their TTLs differ, so the shares would not be what \
             the weights say; make them alike first"
                .into(),
        );
    }
    if group.iter().any(|record| record.ttl != first.ttl) {
        return impossible(
            "has records with different TTLs; Route 53 wants one for the group: set it first"
                .into(),
        );
    }
    if group
        .iter()
        .any(|record| record.health_check.is_some() != first.health_check.is_some())
    {
        return impossible(
            "has a health check on some sides only; attach one to all or to none first".into(),
        );
    }
    Ok(group)
}

/// A side that gets traffic and how its health is checked.
pub(in super::super) struct Receiver {
    pub(in super::super) check: HealthCheckId,
    pub(in super::super) what: String,
}

/// The health checks of the sides that will answer. A side that gets more than before must be
/// healthy now: a switch to a sick side would be answered by everyone or by nobody.
pub(in super::super) fn receivers(
    group: &[&Record],
    from: &[u8],
    to: &[u8],
    seen: &Observed,
    warnings: &mut Vec<String>,
) -> Result<Vec<Receiver>, Refusal> {
    let mut receivers = Vec::new();
    for ((record, &before), &after) in group.iter().zip(from).zip(to) {
        if after == 0 {
            continue;
        }
        let side = side_of(record);
        let Some(check) = &record.health_check else {
            let by_alias = record
                .alias
                .as_ref()
                .is_some_and(|alias| alias.evaluate_health);
            if after > before && !by_alias {
                warnings.push(format!("nothing checks the health of {side}"));
            }
            continue;
        };
        match seen.zones.passes(check) {
            Some(true) => {}
            state if after > before => {
                let is = match state {
                    Some(_) => "not healthy",
                    None => "of unknown health",
                };
                return Err(Refusal::Impossible(format!(
                    "{side} is {is} (health check {check}); traffic is not sent there"
                )));
            }
            _ => {
                warnings.push(format!("{side} keeps traffic and is not healthy"));
                continue;
            }
        }
        if seen
            .zones
            .health_checks
            .iter()
            .any(|known| known.id == *check && known.disabled)
        {
            warnings.push(format!(
                "the health check of {side} is disabled: it always passes"
            ));
        }
        receivers.push(Receiver {
            check: check.clone(),
            what: side.into(),
        });
    }
    Ok(receivers)
}

pub(in super::super) fn warnings(group: &[&Record], to: &[u8], seen: &Observed) -> Vec<String> {
    let mut warnings = Vec::new();
    for (record, &weight) in group.iter().zip(to) {
        if weight == 0 && record.health_check.is_some() {
            warnings.push(format!(
                "weight 0 with a health check is standby, not off: {} answers when every other side is unhealthy",
                side_of(record)
            ));
        }
    }
    if group.iter().any(|record| record.alias.is_some()) {
        warnings.push("aliases have the TTL of their target: 60 s for load balancers".into());
    }
    warnings.push(
        "clients that keep an answer longer than its TTL, and open connections, stay where they are"
            .into(),
    );
    if seen.zone.private {
        warnings.push(
            "the zone is private: its answers cannot be sampled from here, so the shares are not proven"
                .into(),
        );
    }
    warnings
}
