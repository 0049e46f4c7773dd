//! Finds what a person means by `prod-app`, `subnet-1a2b` or `10.1.0.7`.

use std::{collections::BTreeSet, net::IpAddr};

use ipnet::IpNet;

use super::Endpoint;
use crate::model::{
    VpcId,
    network::{Network, Subnet, Vpc},
};

/// The first four addresses of a subnet are AWS's own.
const FIRST_FREE: u32 = 4;

/// Why a text names no endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoEndpoint {
    #[error("no VPC, subnet or address `{text}` in view; VPCs are: {}", vpcs.join(", "))]
    Unknown { text: String, vpcs: Vec<String> },
    #[error("`{text}` could be any of {}: name it by its id", candidates.join(", "))]
    Ambiguous {
        text: String,
        candidates: Vec<String>,
    },
    #[error("{vpc} has no address to speak of: no subnet and no CIDR was read")]
    Empty { vpc: String },
}

impl Endpoint {
    /// Finds an endpoint: a VPC or subnet by id or name, or an address. An address in no VPC is
    /// outside. The names are compared as they are, then without regard to case.
    pub fn find(networks: &[&Network], text: &str) -> Result<Self, NoEndpoint> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return at_address(networks, address);
        }
        let equal: [fn(&str, &str) -> bool; 2] = [|a, b| a == b, str::eq_ignore_ascii_case];
        for same in equal {
            let mut found: Vec<(String, Self)> = Vec::new();
            let mut seen = BTreeSet::new();
            for network in networks {
                for vpc in &network.vpcs {
                    let named = vpc.name.as_deref().is_some_and(|name| same(name, text));
                    if (named || same(vpc.id.as_str(), text)) && seen.insert(vpc.id.to_string()) {
                        let label = format!("{} ({}, {})", vpc.id, vpc.label(), network.place);
                        found.push((label, of_vpc(network, vpc)?));
                    }
                }
                for subnet in &network.subnets {
                    let named = subnet.name.as_deref().is_some_and(|name| same(name, text));
                    if (named || same(subnet.id.as_str(), text))
                        && seen.insert(subnet.id.to_string())
                    {
                        let label = format!("{} ({})", subnet.id, network.place);
                        found.push((label, of_subnet(network, subnet, None)?));
                    }
                }
            }
            match found.len() {
                0 => {}
                1 => return Ok(found.remove(0).1),
                _ => {
                    let candidates = found.into_iter().map(|(label, _)| label).collect();
                    return Err(NoEndpoint::Ambiguous {
                        text: text.into(),
                        candidates,
                    });
                }
            }
        }
        let labels = networks.iter().flat_map(|network| &network.vpcs);
        let vpcs: BTreeSet<String> = labels.map(|vpc| vpc.label().into()).collect();
        Err(NoEndpoint::Unknown {
            text: text.into(),
            vpcs: vpcs.into_iter().take(12).collect(),
        })
    }
}

fn at_address(networks: &[&Network], address: IpAddr) -> Result<Endpoint, NoEndpoint> {
    let holds = |cidrs: &[IpNet]| cidrs.iter().any(|cidr| cidr.contains(&address));
    let mut found: Vec<(&Network, &Vpc)> = Vec::new();
    for network in networks {
        for vpc in network.vpcs.iter().filter(|vpc| holds(&vpc.cidrs)) {
            // Every default VPC has the same CIDR; a shared one is seen more than once.
            if !found.iter().any(|(_, other)| other.id == vpc.id) {
                found.push((network, vpc));
            }
        }
    }
    if found.len() > 1 {
        found.retain(|(_, vpc)| !vpc.default);
    }
    match found.as_slice() {
        [] => Ok(Endpoint {
            vpc: None,
            subnet: None,
            address,
            groups: Vec::new(),
            place: None,
            label: format!("{address}, outside of all VPCs in view"),
        }),
        [(network, vpc)] => {
            let subnets = network.subnets.iter();
            let subnet = subnets
                .filter(|subnet| subnet.vpc == vpc.id)
                .find(|subnet| holds(&subnet.cidrs));
            match subnet {
                Some(subnet) => of_subnet(network, subnet, Some(address)),
                None => Ok(Endpoint {
                    vpc: Some(vpc.id.clone()),
                    subnet: None,
                    address,
                    groups: Vec::new(),
                    place: Some(network.place.clone()),
                    label: format!("{address} in {}, in no subnet", vpc.label()),
                }),
            }
        }
        many => Err(NoEndpoint::Ambiguous {
            text: address.to_string(),
            candidates: many
                .iter()
                .map(|(network, vpc)| format!("{} ({})", vpc.label(), network.place))
                .collect(),
        }),
    }
}

/// A subnet without public addresses stands for its VPC: workloads are there.
fn of_vpc(network: &Network, vpc: &Vpc) -> Result<Endpoint, NoEndpoint> {
    let mut subnets: Vec<&Subnet> = network
        .subnets
        .iter()
        .filter(|subnet| subnet.vpc == vpc.id)
        .collect();
    subnets.sort_by_key(|subnet| (subnet.public_addresses, &subnet.name, &subnet.id));
    if let Some(subnet) = subnets.first() {
        return of_subnet(network, subnet, None);
    }
    let address = vpc.cidrs.first().map(first_free);
    let address = address.ok_or_else(|| NoEndpoint::Empty {
        vpc: vpc.label().into(),
    })?;
    Ok(Endpoint {
        vpc: Some(vpc.id.clone()),
        subnet: None,
        address,
        groups: Vec::new(),
        place: Some(network.place.clone()),
        label: format!("{} (no subnet was read)", vpc.label()),
    })
}

fn of_subnet(
    network: &Network,
    subnet: &Subnet,
    address: Option<IpAddr>,
) -> Result<Endpoint, NoEndpoint> {
    let name = subnet.name.as_deref().unwrap_or(subnet.id.as_str());
    let address = address.or_else(|| subnet.cidrs.first().map(first_free));
    let address = address.ok_or_else(|| NoEndpoint::Empty { vpc: name.into() })?;
    let vpc = network.vpcs.iter().find(|vpc| vpc.id == subnet.vpc);
    let vpc_label = vpc.map_or(subnet.vpc.as_str(), |vpc| vpc.label());
    let vpc: &VpcId = &subnet.vpc;
    Ok(Endpoint {
        vpc: Some(vpc.clone()),
        subnet: Some(subnet.id.clone()),
        address,
        groups: Vec::new(),
        place: Some(network.place.clone()),
        label: format!("{address} in {vpc_label}, subnet {name}"),
    })
}

fn first_free(cidr: &IpNet) -> IpAddr {
    let first = match cidr.network() {
        IpAddr::V4(address) => IpAddr::V4(u32::from(address).saturating_add(FIRST_FREE).into()),
        IpAddr::V6(address) => {
            IpAddr::V6(u128::from(address).saturating_add(FIRST_FREE.into()).into())
        }
    };
    if cidr.contains(&first) {
        first
    } else {
        cidr.network()
    }
}
