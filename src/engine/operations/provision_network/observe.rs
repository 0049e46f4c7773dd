//! Reads the place, what is taken everywhere, and what of the network is there already.

use ipnet::{IpNet, Ipv4Net};

use super::{
    super::{Arguments, Refusal, World, networks::Networks},
    built::Found,
    spec::{self, Nat, NetworkSpec, wrong},
};
use crate::model::{
    EnvironmentClass, Place, Region, ZoneName,
    change::Location,
    network::{AvailabilityZone, Layout, Network, Vpc, is_private, vpc_block},
};

/// Everything that the plan is made from.
pub(super) struct Observed {
    pub(super) place: Place,
    pub(super) spec: NetworkSpec,
    pub(super) found: Found,
    pub(super) zones: Vec<AvailabilityZone>,
    pub(super) warnings: Vec<String>,
}

pub(super) async fn observe(wish: &Arguments, world: &World<'_>) -> Result<Observed, Refusal> {
    let place = place(wish, world)?;
    let mut networks = Networks::read(world).await;
    let network = world.provider.networks.network(&place).await?;
    let zones = world.provider.networks.availability_zones(&place).await?;
    networks.renew(network.clone());
    let name = spec::name(wish)?;
    let vpc = same_name(&network, &name)?.cloned();
    let dns = match &vpc {
        Some(vpc) => Some(world.provider.networks.dns(&place, &vpc.id).await?),
        None => None,
    };
    let mut warnings: Vec<String> = networks.warning().into_iter().collect();
    let block = block(wish, world, &networks, vpc.as_ref())?;
    if !is_private(block) {
        warnings.push(format!(
            "{block} is not private address space: whoever has it on the internet cannot be \
             reached from here"
        ));
    }
    if let Some(vpc) = &vpc {
        warnings.extend(overlapping(vpc, &networks, world));
    }
    let class = world.class(place.account);
    let found = Found {
        network: Some(network),
        vpc,
        dns,
    };
    let spec = specified(wish, &place, class, (name, block), &zones, &found)?;
    if let Some(problem) = spec.cramped() {
        return Err(Refusal::Impossible(problem));
    }
    Ok(Observed {
        place,
        spec,
        found,
        zones,
        warnings,
    })
}

/// What cannot be peered with a network that is there already.
fn overlapping(vpc: &Vpc, networks: &Networks, world: &World<'_>) -> Option<String> {
    let space = networks.space(world.addressing);
    let touching = vpc.cidrs.iter().flat_map(|block| space.touching(block));
    let others: Vec<String> = touching
        .filter(|taken| !taken.is_of(&vpc.id))
        .map(ToString::to_string)
        .collect();
    (!others.is_empty()).then(|| {
        format!(
            "{} has addresses of {}: the two can never be peered",
            vpc.label(),
            others.join(", ")
        )
    })
}

fn place(wish: &Arguments, world: &World<'_>) -> Result<Place, Refusal> {
    let account = world.account(wish.text("account"))?;
    let home = || world.provider.regions.first().cloned();
    let region = wish.get("region").map(Region::from).or_else(home);
    let region = region.ok_or_else(|| {
        Refusal::Impossible("no region is set: give --region, such as eu-west-1".into())
    })?;
    Ok(Place::new(account, region))
}

/// The VPC of that name, if it is one.
fn same_name<'n>(network: &'n Network, name: &str) -> Result<Option<&'n Vpc>, Refusal> {
    let named: Vec<&Vpc> = network
        .vpcs
        .iter()
        .filter(|vpc| vpc.name.as_deref() == Some(name))
        .collect();
    match named.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        several => {
            let ids: Vec<&str> = several.iter().map(|vpc| vpc.id.as_str()).collect();
            Err(Refusal::Impossible(format!(
                "{} VPCs in {} are named `{name}` ({}): rename all but one first",
                several.len(),
                network.place,
                ids.join(", ")
            )))
        }
    }
}

/// The block: that of the VPC which is there, the one that was asked for, or a free one.
fn block(
    wish: &Arguments,
    world: &World<'_>,
    networks: &Networks,
    vpc: Option<&Vpc>,
) -> Result<Ipv4Net, Refusal> {
    let asked = wish.get("cidr").map(vpc_block).transpose();
    let asked = asked.map_err(|error| wrong("cidr", wish.text("cidr"), &error.to_string()))?;
    if let Some(vpc) = vpc {
        return existing_block(vpc, asked);
    }
    let space = networks.space(world.addressing);
    match asked {
        Some(block) => {
            let whole: IpNet = block.into();
            let taken: Vec<String> = space.touching(&whole).map(ToString::to_string).collect();
            if taken.is_empty() {
                return Ok(block);
            }
            Err(Refusal::Impossible(format!(
                "{block} overlaps {}; leave --cidr out to get a free block",
                taken.join(", ")
            )))
        }
        None => {
            let length = wish.number("size").and_then(|size| u8::try_from(size).ok());
            let length = length.unwrap_or(16);
            let pools = &world.addressing.pools;
            space.free(pools, length).ok_or_else(|| {
                let pools: Vec<String> = pools.iter().map(ToString::to_string).collect();
                Refusal::Impossible(format!(
                    "no block of /{length} is free in {}: take a smaller one with --size, or add \
                     to `pools` in [network] of the settings",
                    pools.join(", ")
                ))
            })
        }
    }
}

fn existing_block(vpc: &Vpc, asked: Option<Ipv4Net>) -> Result<Ipv4Net, Refusal> {
    let blocks: Vec<Ipv4Net> = vpc
        .cidrs
        .iter()
        .filter_map(|block| match block {
            IpNet::V4(block) => Some(*block),
            IpNet::V6(_) => None,
        })
        .collect();
    let other = |asked| {
        Refusal::Impossible(format!(
            "{} ({}) is there with {}, not with {asked}: give it another name, or leave --cidr out",
            vpc.label(),
            vpc.id,
            blocks
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ")
        ))
    };
    match (asked, blocks.first()) {
        (Some(asked), _) if blocks.contains(&asked) => Ok(asked),
        (Some(asked), _) => Err(other(asked.to_string())),
        (None, Some(first)) => Ok(*first),
        (None, None) => Err(other("an IPv4 block".into())),
    }
}

fn specified(
    wish: &Arguments,
    place: &Place,
    class: EnvironmentClass,
    (name, block): (String, Ipv4Net),
    zones: &[AvailabilityZone],
    found: &Found,
) -> Result<NetworkSpec, Refusal> {
    let wanted = wish
        .number("zones")
        .and_then(|count| usize::try_from(count).ok());
    let count = wanted.unwrap_or_else(|| zones.len().min(3));
    if zones.len() < count || count == 0 {
        return Err(Refusal::Impossible(format!(
            "account {} has {} availability zones in {}, not {count}",
            place.account,
            zones.len(),
            place.region
        )));
    }
    let length = wish
        .number("subnet-size")
        .and_then(|size| u8::try_from(size).ok());
    let layout = Layout::cut(block, count, length);
    let layout = layout.map_err(|error| Refusal::Impossible(error.to_string()))?;
    let usual = if class == EnvironmentClass::Dev {
        Nat::One
    } else {
        Nat::PerZone
    };
    let environment = (class != EnvironmentClass::Other).then(|| class.to_string());
    let mut spec = NetworkSpec {
        prefix: String::new(),
        at: Location::new(place.account, place.region.clone()),
        zones: Vec::new(),
        name,
        block,
        layout,
        nat: wish
            .get("nat")
            .and_then(|nat| nat.parse().ok())
            .unwrap_or(usual),
        endpoints: spec::endpoints(wish)?,
        flow_logs: spec::flow_logs(wish)?,
        public_addresses: wish.text("public-addresses") == "on",
        for_clusters: spec::for_clusters(wish),
        tags: spec::tags(wish, environment)?,
    };
    spec.zones = chosen(&spec, zones, found);
    Ok(spec)
}

/// The zones in the order of the layout: where a subnet is there already, its zone stays; then
/// come zones in which the network has subnets, then the others.
fn chosen(spec: &NetworkSpec, zones: &[AvailabilityZone], found: &Found) -> Vec<ZoneName> {
    let sides = spec.layout.public.iter().zip(&spec.layout.private);
    let fixed: Vec<Option<ZoneName>> = sides
        .map(|(public, private)| {
            let there = found.by_block(spec, *public);
            let there = there.or_else(|| found.by_block(spec, *private));
            there.map(|subnet| subnet.zone.clone())
        })
        .collect();
    let inhabited = |zone: &&ZoneName| {
        found
            .own()
            .any(|subnet| subnet.zone == **zone && spec.names(subnet))
    };
    let names = || zones.iter().map(|zone| &zone.name);
    let others = names().filter(|zone| !inhabited(zone));
    let mut left = names()
        .filter(inhabited)
        .chain(others)
        .filter(|zone| !fixed.iter().flatten().any(|fixed| fixed == *zone));
    fixed
        .iter()
        .filter_map(|zone| zone.clone().or_else(|| left.next().cloned()))
        .collect()
}
