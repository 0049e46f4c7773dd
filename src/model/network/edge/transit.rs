//! Judges what attaches VPCs to transit gateways.

use super::{EdgeState, Join};
use crate::model::{
    VpcId,
    network::{RouteTarget, TransitGatewayAttachment, index::Index},
};

pub(super) fn joins(index: &Index<'_>) -> Vec<Join> {
    let mut joins: Vec<Join> = index
        .attachments
        .values()
        .filter(|attachment| attachment.kind == "vpc")
        .filter(|attachment| !matches!(attachment.state.as_str(), "deleted" | "deleting"))
        .filter_map(|attachment| join(index, attachment))
        .collect();
    joins.sort_by(|a, b| {
        (&a.gateway, &a.vpc, &a.attachment).cmp(&(&b.gateway, &b.vpc, &b.attachment))
    });
    joins
}

fn join(index: &Index<'_>, attachment: &TransitGatewayAttachment) -> Option<Join> {
    let vpc = VpcId::from(attachment.resource.as_deref()?);
    let (state, reason) = verdict(index, attachment, &vpc);
    Some(Join {
        gateway: attachment.gateway.clone(),
        gateway_name: index
            .gateways
            .get(&attachment.gateway)
            .and_then(|gateway| gateway.name.clone()),
        attachment: attachment.id.clone(),
        vpc,
        state,
        reason,
    })
}

fn verdict(
    index: &Index<'_>,
    attachment: &TransitGatewayAttachment,
    vpc: &VpcId,
) -> (EdgeState, String) {
    match attachment.state.as_str() {
        "available" | "modifying" => {}
        "pendingAcceptance" | "pending" | "initiating" | "initiatingRequest" => {
            let reason = format!("{} is {}", attachment.id, attachment.state);
            return (EdgeState::Pending, reason);
        }
        state => return (EdgeState::Failed, format!("{} is {state}", attachment.id)),
    }
    if !index.vpcs.contains_key(vpc) {
        let reason = "the VPC's account was not read, so its routes are unknown";
        return (EdgeState::Unknown, reason.into());
    }
    if index.tables(vpc).is_empty() {
        let reason = format!("the route tables of {} were not read", index.label(vpc));
        return (EdgeState::Unknown, reason);
    }
    let gateway = RouteTarget::TransitGateway(attachment.gateway.clone());
    let mut routes = index
        .tables(vpc)
        .iter()
        .flat_map(|table| table.routes.iter().map(move |route| (table, route)))
        .filter(|(_, route)| route.target == gateway)
        .peekable();
    let Some((table, _)) = routes.peek().copied() else {
        let reason = format!(
            "no route table of {} leads to {}",
            index.label(vpc),
            attachment.gateway
        );
        return (EdgeState::Unrouted, reason);
    };
    if routes.all(|(_, route)| route.blackhole) {
        let reason = format!(
            "the route to {} in {} drops packets",
            attachment.gateway, table.id
        );
        return (EdgeState::BlackHole, reason);
    }
    // The association is told to the gateway's owner only: its absence is a finding where that
    // account was read.
    if attachment.route_table.is_none() && index.gateways.contains_key(&attachment.gateway) {
        let reason = format!(
            "{} is associated with no route table of the gateway",
            attachment.id
        );
        return (EdgeState::Unrouted, reason);
    }
    (EdgeState::Ok, String::new())
}
