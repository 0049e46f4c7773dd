//! What security groups and network ACLs say about a packet.

use std::net::IpAddr;

use super::{Hop, HopKind, Judgement, ports::Undecided};
use crate::model::{
    SecurityGroupId,
    network::{NetworkAcl, SecurityGroup, SecurityRule, Traffic},
};

/// Holds a packet that enters or leaves a subnet against its ACL. Entries are asked by number; the
/// first that speaks of a port decides on it.
pub(super) fn acl(acl: &NetworkAcl, egress: bool, far: IpAddr, traffic: Traffic) -> Hop {
    let way = if egress { "out to" } else { "in from" };
    let mut entries: Vec<_> = acl
        .entries
        .iter()
        .filter(|entry| entry.egress == egress && entry.cidr.contains(&far))
        .filter(|entry| same_protocol(entry.traffic, traffic))
        .collect();
    entries.sort_by_key(|entry| entry.number);
    let mut undecided = Undecided::new(traffic);
    let (mut allowed, mut denied, mut denying) = (0, 0, None);
    for entry in entries {
        let taken = undecided.take(entry.traffic.ports);
        if entry.allow {
            allowed += taken;
        } else if taken > 0 {
            denied += taken;
            denying = denying.or(Some(entry.number));
        }
    }
    // The rule without a number at the end of every ACL.
    let nothing = !undecided.is_empty();
    let rule = denying
        .filter(|number| *number < u16::MAX / 2)
        .map_or("no rule allows it".into(), |number| {
            format!("rule {number} denies it")
        });
    let fix = || {
        let side = if egress { "outbound" } else { "inbound" };
        Some(format!(
            "allow {traffic} {way} {far} in an {side} rule of {}",
            acl.id
        ))
    };
    let (judgement, reason, fix) = match (allowed, denied > 0 || nothing) {
        (_, false) => (
            Judgement::Pass,
            format!("allows {traffic} {way} {far}"),
            None,
        ),
        (0, true) => (
            Judgement::Block,
            format!("{rule}: {traffic} {way} {far}"),
            fix(),
        ),
        (_, true) => (
            Judgement::Unsure,
            format!("allows only some of the ports of {traffic} {way} {far}"),
            fix(),
        ),
    };
    Hop {
        kind: HopKind::Acl,
        back: false,
        what: acl.id.to_string(),
        judgement,
        reason,
        fix,
    }
}

/// Holds a packet against all groups of one endpoint: what one allows is allowed.
pub(super) fn groups(
    ids: &[SecurityGroupId],
    known: &[&SecurityGroup],
    egress: bool,
    far: (IpAddr, &[SecurityGroupId]),
    traffic: Traffic,
) -> Hop {
    let names: Vec<&str> = ids.iter().map(SecurityGroupId::as_str).collect();
    let names = names.join(", ");
    let way = if egress { "out to" } else { "in from" };
    let rules = |group: &&SecurityGroup| -> Vec<SecurityRule> {
        let rules = if egress {
            &group.egress
        } else {
            &group.ingress
        };
        rules.clone()
    };
    let speaking: Vec<(SecurityGroupId, SecurityRule)> = known
        .iter()
        .flat_map(|group| {
            rules(group)
                .into_iter()
                .map(|rule| (group.id.clone(), rule))
        })
        .filter(|(_, rule)| rule.traffic.covers(&traffic))
        .collect();
    let (address, members) = far;
    let by_rule = speaking.iter().find(|(_, rule)| {
        rule.cidrs.iter().any(|cidr| cidr.contains(&address))
            || rule.groups.iter().any(|group| members.contains(group))
    });
    let through_list = speaking
        .iter()
        .find(|(_, rule)| !rule.prefix_lists.is_empty());
    // Rules that name a group hold for its members; who the far end is was not said.
    let through_group = speaking
        .iter()
        .find(|(_, rule)| !rule.groups.is_empty() && members.is_empty());
    let (judgement, reason, fix) = if let Some((group, _)) = by_rule {
        let reason = format!("{group} allows {traffic} {way} {address}");
        (Judgement::Pass, reason, None)
    } else if known.len() < ids.len() {
        (
            Judgement::Unsure,
            format!("not every group of {names} was read"),
            None,
        )
    } else if let Some((group, rule)) = through_list {
        let list = rule.prefix_lists.join(", ");
        let reason =
            format!("{group} allows {traffic} {way} {list}, whose addresses were not read");
        (Judgement::Unsure, reason, None)
    } else if let Some((group, rule)) = through_group {
        let members: Vec<&str> = rule.groups.iter().map(SecurityGroupId::as_str).collect();
        let reason = format!(
            "{group} allows {traffic} {way} members of {}; whether {address} is one was not said",
            members.join(", ")
        );
        (Judgement::Unsure, reason, None)
    } else {
        let reason = format!("no rule allows {traffic} {way} {address}");
        let fix = format!("allow {traffic} {way} {address} in {names}");
        (Judgement::Block, reason, Some(fix))
    };
    Hop {
        kind: HopKind::SecurityGroup,
        back: false,
        what: names,
        judgement,
        reason,
        fix,
    }
}

fn same_protocol(rule: Traffic, asked: Traffic) -> bool {
    rule.protocol.is_none() || rule.protocol == asked.protocol || asked.protocol.is_none()
}
