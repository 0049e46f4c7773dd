//! Where a cluster can lie: its VPC and its subnets.

use std::collections::BTreeSet;

use super::{
    super::{Arguments, Refusal},
    checks::{impossible, words, wrong},
    observe::Observed,
};
use crate::model::{
    VpcId,
    network::{Destination, RouteTarget, Subnet, Vpc},
};

/// Addresses that EKS wants in each subnet for its own interfaces, at least and better.
const LEAST: u32 = 6;
const BETTER: u32 = 16;

/// Where the cluster lies: at least two zones, with addresses, names and a way out.
pub(super) fn subnets(
    wish: &Arguments,
    seen: &Observed,
    warnings: &mut Vec<String>,
) -> Result<Vec<Subnet>, Refusal> {
    let vpc = vpc(wish, seen)?;
    let chosen: Vec<&Subnet> = match wish.get("subnets") {
        Some(text) => named(text, seen)?,
        None => {
            let all = seen.network.subnets.iter();
            all.filter(|one| one.vpc == vpc.id && !is_public(seen, one))
                .collect()
        }
    };
    if let Some(other) = chosen.iter().find(|one| one.vpc != vpc.id) {
        return impossible(format!("{} is not in {}", other.id, vpc.label()));
    }
    let zones: BTreeSet<_> = chosen.iter().map(|one| &one.zone).collect();
    if zones.len() < 2 {
        return impossible(format!(
            "EKS wants subnets in at least two zones; {} has {} of use, in {}: give --subnets, or \
             make them first",
            vpc.label(),
            chosen.len(),
            zones.len()
        ));
    }
    let no_names = [vpc.dns_support, vpc.dns_hostnames].contains(&Some(false));
    if no_names && wish.text("endpoint") == "private" {
        return impossible(format!(
            "a private endpoint needs DNS resolution and DNS host names in {}; one of them is off",
            vpc.label()
        ));
    }
    for subnet in &chosen {
        let label = subnet.name.as_deref().unwrap_or(subnet.id.as_str());
        match subnet.free_addresses {
            Some(free) if free < LEAST => {
                return impossible(format!(
                    "{label} has {free} free addresses; EKS wants {LEAST} in each subnet at least"
                ));
            }
            Some(free) if free < BETTER => warnings.push(format!(
                "{label} has {free} free addresses; EKS advises {BETTER} for its own interfaces"
            )),
            Some(_) => {}
            None => warnings.push(format!("how many addresses {label} has free is not known")),
        }
        if is_public(seen, subnet) {
            warnings.push(format!(
                "{label} is public: its nodes can be reached from outside"
            ));
        } else if !leads_out(seen, subnet) {
            warnings.push(format!(
                "{label} has no route out: nodes there find no image registry without endpoints"
            ));
        }
    }
    Ok(chosen.into_iter().cloned().collect())
}

fn vpc<'a>(wish: &Arguments, seen: &'a Observed) -> Result<&'a Vpc, Refusal> {
    let own = |vpc: &&Vpc| !vpc.default;
    let is = |vpc: &&Vpc, text: &str| vpc.id.as_str() == text || vpc.name.as_deref() == Some(text);
    let all = seen.network.vpcs.iter();
    let by_subnets = || -> Option<VpcId> {
        let subnets = named(wish.get("subnets")?, seen).ok()?;
        subnets.first().map(|subnet| subnet.vpc.clone())
    };
    let found: Vec<&Vpc> = match (wish.get("vpc"), by_subnets()) {
        (Some(text), _) => all.filter(|vpc| is(vpc, text)).collect(),
        (None, Some(id)) => all.filter(|vpc| vpc.id == id).collect(),
        (None, None) => all.filter(own).collect(),
    };
    match found.as_slice() {
        [vpc] => Ok(vpc),
        [] => impossible(format!(
            "account {} has no such VPC in {}; make one first, or give --vpc",
            seen.place.account, seen.place.region
        )),
        several => {
            let names: Vec<String> = several
                .iter()
                .map(|vpc| format!("{} ({})", vpc.label(), vpc.id))
                .collect();
            impossible(format!(
                "there are several VPCs: give --vpc, one of {}",
                names.join(", ")
            ))
        }
    }
}

fn named<'a>(text: &str, seen: &'a Observed) -> Result<Vec<&'a Subnet>, Refusal> {
    let find = |word: &String| {
        let is =
            |one: &&Subnet| one.id.as_str() == word || one.name.as_deref() == Some(word.as_str());
        let found: Vec<&Subnet> = seen.network.subnets.iter().filter(is).collect();
        match found.as_slice() {
            [one] => Ok(*one),
            [] => Err(wrong(
                "subnets",
                word,
                "a subnet of the account, by id or name",
            )),
            _ => Err(wrong(
                "subnets",
                word,
                "an id: several subnets have this name",
            )),
        }
    };
    words(text).iter().map(find).collect()
}

/// Where packets of a subnet go that go nowhere else.
fn default_route<'a>(seen: &'a Observed, subnet: &Subnet) -> Option<&'a RouteTarget> {
    let tables = || {
        let tables = seen.network.route_tables.iter();
        tables.filter(|table| table.vpc == subnet.vpc)
    };
    let own = tables().find(|table| table.subnets.contains(&subnet.id));
    let table = own.or(tables().find(|table| table.main))?;
    let everywhere = |destination: &Destination| match destination {
        Destination::Cidr(block) => block.prefix_len() == 0,
        Destination::PrefixList(_) => false,
    };
    let mut routes = table.routes.iter();
    routes
        .find(|route| everywhere(&route.destination) && !route.blackhole)
        .map(|route| &route.target)
}

fn is_public(seen: &Observed, subnet: &Subnet) -> bool {
    matches!(
        default_route(seen, subnet),
        Some(RouteTarget::InternetGateway(_))
    )
}

fn leads_out(seen: &Observed, subnet: &Subnet) -> bool {
    default_route(seen, subnet).is_some()
}
