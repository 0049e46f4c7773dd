//! Which addresses belong to whom.

use std::net::{IpAddr, Ipv4Addr};

use ipnet::{IpNet, Ipv4Net};

use super::super::super::estate::{HOME, Role, Site};

/// Blocks of /20 that generated accounts take turns in: so many that few overlap.
const POOLS: [(Ipv4Addr, usize); 3] = [
    (Ipv4Addr::new(10, 64, 0, 0), 192 * 16),
    (Ipv4Addr::new(172, 16, 0, 0), 15 * 16),
    (Ipv4Addr::new(100, 64, 0, 0), 64 * 16),
];

/// The block of an account's VPC in a region: the reference document's, the next tens for the
/// second region, a /20 for generated accounts.
pub(in super::super) fn vpc_cidr(site: &Site, region: &str) -> Option<IpNet> {
    let Role::Workload(environment, purpose) = site.role else {
        return None;
    };
    let Some(number) = site.generated() else {
        let leg = if region == HOME { 0 } else { 10 };
        // The document counts shared, app, ml.
        let third = (purpose as u8 + 1) % 3;
        let second = environment as u8 * 10 + third + leg;
        return net(Ipv4Addr::new(10, second, 0, 0), 16);
    };
    let mut left = number % POOLS.iter().map(|(_, count)| count).sum::<usize>();
    for (start, count) in POOLS {
        if left < count {
            let offset = u32::try_from(left).ok()? << 12;
            return net(Ipv4Addr::from(u32::from(start) + offset), 20);
        }
        left -= count;
    }
    None
}

/// A /24 of the VPC: public ones from its start, private ones from the eighth.
pub(in super::super) fn subnet_cidr(
    site: &Site,
    region: &str,
    public: bool,
    at: u8,
) -> Option<IpNet> {
    let IpNet::V4(vpc) = vpc_cidr(site, region)? else {
        return None;
    };
    let offset = u32::from(at) + if public { 0 } else { 8 };
    net(Ipv4Addr::from(u32::from(vpc.network()) + (offset << 8)), 24)
}

/// A host in a private subnet.
pub(in super::super) fn address(site: &Site, region: &str, at: u8, host: u8) -> Option<IpAddr> {
    let IpNet::V4(subnet) = subnet_cidr(site, region, false, at)? else {
        return None;
    };
    let address = u32::from(subnet.network()) + u32::from(host);
    Some(IpAddr::V4(Ipv4Addr::from(address)))
}

fn net(start: Ipv4Addr, length: u8) -> Option<IpNet> {
    Ipv4Net::new(start, length).ok().map(IpNet::V4)
}
