//! EC2's descriptions of networks in the words of the model.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::{
    model::{
        Place, Tags,
        network::{
            AclEntry, Address, AvailabilityZone, Destination, FlowLog, InternetGateway, NatGateway,
            NetworkAcl, Peering, PeeringEnd, Route, RouteTable, RouteTarget, SecurityGroup,
            SecurityRule, Subnet, Traffic, TransitGateway, TransitGatewayAttachment,
            TransitGatewayRoute, Vpc, VpcEndpoint,
        },
    },
    provider::aws::ec2::{self, Set, Tag},
};

pub(in super::super) fn vpc(vpc: ec2::Vpc, place: &Place) -> Vpc {
    let mut blocks: Vec<String> = vpc.cidr_block.into_iter().collect();
    let more = vpc.cidr_block_association_set.item.into_iter();
    let live = more.filter(|block| is_live(&block.cidr_block_state.state));
    blocks.extend(live.map(|block| block.cidr_block));
    blocks.extend(ipv6(vpc.ipv6_cidr_block_association_set));
    let (name, tags) = tags(vpc.tag_set);
    Vpc {
        id: vpc.vpc_id.into(),
        name,
        cidrs: cidrs(blocks),
        state: vpc.state,
        default: vpc.is_default,
        owner: account(vpc.owner_id).unwrap_or(place.account),
        dns_support: None,
        dns_hostnames: None,
        tags,
    }
}

pub(in super::super) fn subnet(subnet: ec2::Subnet) -> Subnet {
    let blocks = subnet.cidr_block.into_iter();
    let blocks = blocks.chain(ipv6(subnet.ipv6_cidr_block_association_set));
    let (name, tags) = tags(subnet.tag_set);
    Subnet {
        id: subnet.subnet_id.into(),
        vpc: subnet.vpc_id.into(),
        name,
        cidrs: cidrs(blocks),
        zone: subnet.availability_zone.into(),
        zone_id: given(subnet.availability_zone_id),
        free_addresses: subnet.available_ip_address_count,
        public_addresses: subnet.map_public_ip_on_launch,
        tags,
    }
}

pub(in super::super) fn route_table(table: ec2::RouteTable) -> RouteTable {
    let (name, tags) = tags(table.tag_set);
    let associations = table.association_set.item;
    RouteTable {
        id: table.route_table_id.into(),
        vpc: table.vpc_id.into(),
        name,
        main: associations.iter().any(|association| association.main),
        subnets: associations
            .into_iter()
            .filter_map(|association| given(association.subnet_id).map(Into::into))
            .collect(),
        routes: table.route_set.item.into_iter().filter_map(route).collect(),
        tags,
    }
}

fn route(route: ec2::Route) -> Option<Route> {
    let cidr = given(route.destination_cidr_block).or(given(route.destination_ipv6_cidr_block));
    let destination = match cidr {
        Some(cidr) => Destination::Cidr(cidr.parse().ok()?),
        None => Destination::PrefixList(given(route.destination_prefix_list_id)?),
    };
    let others = [
        route.egress_only_internet_gateway_id,
        route.instance_id,
        route.network_interface_id,
        route.local_gateway_id,
        route.carrier_gateway_id,
        route.core_network_arn,
        route.odb_network_arn,
    ];
    let target = if let Some(id) = given(route.nat_gateway_id) {
        RouteTarget::NatGateway(id.into())
    } else if let Some(id) = given(route.vpc_peering_connection_id) {
        RouteTarget::Peering(id.into())
    } else if let Some(id) = given(route.transit_gateway_id) {
        RouteTarget::TransitGateway(id.into())
    } else if let Some(id) = given(route.gateway_id) {
        match id.as_str() {
            "local" => RouteTarget::Local,
            igw if igw.starts_with("igw-") => RouteTarget::InternetGateway(igw.into()),
            _ => RouteTarget::Other(id),
        }
    } else {
        // A target that this version does not know has a route all the same.
        let other = others.into_iter().find_map(given);
        RouteTarget::Other(other.unwrap_or_else(|| "unknown target".into()))
    };
    Some(Route {
        destination,
        target,
        blackhole: route.state == "blackhole",
        propagated: route.origin == "EnableVgwRoutePropagation",
    })
}

pub(in super::super) fn nat_gateway(gateway: ec2::NatGateway) -> NatGateway {
    let (name, tags) = tags(gateway.tag_set);
    let address = |text: String| text.parse::<IpAddr>().ok();
    let mut addresses = gateway.nat_gateway_address_set.item.into_iter();
    NatGateway {
        id: gateway.nat_gateway_id.into(),
        vpc: gateway.vpc_id.into(),
        subnet: given(gateway.subnet_id).map(Into::into),
        name,
        state: gateway.state,
        failure: given(gateway.failure_message),
        public_ip: addresses.find_map(|found| found.public_ip.and_then(address)),
        tags,
    }
}

/// `None` for an address of EC2-Classic.
pub(in super::super) fn address(address: ec2::Address) -> Option<Address> {
    let (_, tags) = tags(address.tag_set);
    Some(Address {
        id: given(address.allocation_id)?.into(),
        public_ip: given(address.public_ip).and_then(|text| text.parse().ok()),
        associated: given(address.association_id).is_some(),
        tags,
    })
}

pub(in super::super) fn endpoint(endpoint: ec2::Endpoint) -> VpcEndpoint {
    let tables = endpoint.route_table_id_set.item.into_iter();
    VpcEndpoint {
        id: endpoint.vpc_endpoint_id.into(),
        vpc: endpoint.vpc_id.into(),
        service: endpoint.service_name,
        kind: endpoint.vpc_endpoint_type,
        // EC2 writes the states of endpoints in two ways.
        state: endpoint.state.to_ascii_lowercase(),
        tables: tables.map(Into::into).collect(),
        tags: tags(endpoint.tag_set).1,
    }
}

pub(in super::super) fn flow_log(log: ec2::FlowLog) -> FlowLog {
    let failed = log.deliver_logs_status.as_deref() == Some("FAILED");
    let reason = given(log.deliver_logs_error_message);
    FlowLog {
        id: log.flow_log_id.into(),
        resource: log.resource_id,
        destination: given(log.log_destination).or(given(log.log_group_name)),
        delivery_error: reason.or_else(|| failed.then(|| "not delivered".into())),
        tags: tags(log.tag_set).1,
    }
}

/// `None` for what is no availability zone, or no more.
pub(in super::super) fn zone(zone: ec2::Zone) -> Option<AvailabilityZone> {
    let kind = zone.zone_type.as_deref().unwrap_or("availability-zone");
    (kind == "availability-zone" && zone.zone_state == "available").then(|| AvailabilityZone {
        name: zone.zone_name.into(),
        id: given(zone.zone_id),
    })
}

pub(in super::super) fn internet_gateway(gateway: ec2::InternetGateway) -> InternetGateway {
    let (name, tags) = tags(gateway.tag_set);
    let attachments = gateway.attachment_set.item.into_iter();
    InternetGateway {
        id: gateway.internet_gateway_id.into(),
        name,
        vpcs: attachments.map(|found| found.vpc_id.into()).collect(),
        tags,
    }
}

/// `None` where an end has no account, which no peering of EC2 lacks.
pub(in super::super) fn peering(peering: ec2::Peering, place: &Place) -> Option<Peering> {
    let (name, tags) = tags(peering.tag_set);
    Some(Peering {
        id: peering.vpc_peering_connection_id.into(),
        name,
        requester: peering_end(peering.requester_vpc_info, place)?,
        accepter: peering_end(peering.accepter_vpc_info, place)?,
        status: peering.status.code,
        message: given(peering.status.message),
        expires: given(peering.expiration_time).and_then(|time| time.parse().ok()),
        tags,
    })
}

fn peering_end(end: ec2::PeeringEnd, place: &Place) -> Option<PeeringEnd> {
    let first = given(end.cidr_block).into_iter();
    let more = end.cidr_block_set.item.into_iter();
    let six = end.ipv6_cidr_block_set.item.into_iter();
    let blocks = first
        .chain(more.map(|block| block.cidr_block))
        .chain(six.map(|block| block.ipv6_cidr_block));
    Some(PeeringEnd {
        account: account(Some(end.owner_id))?,
        region: given(end.region).map_or_else(|| place.region.clone(), Into::into),
        vpc: end.vpc_id.into(),
        cidrs: cidrs(blocks),
        dns_resolution: end
            .peering_options
            .and_then(|options| options.allow_dns_resolution_from_remote_vpc),
    })
}

pub(in super::super) fn transit_gateway(
    gateway: ec2::TransitGateway,
    place: &Place,
) -> TransitGateway {
    let (name, tags) = tags(gateway.tag_set);
    TransitGateway {
        id: gateway.transit_gateway_id.into(),
        name,
        state: gateway.state,
        owner: account(gateway.owner_id).unwrap_or(place.account),
        tags,
    }
}

pub(in super::super) fn attachment(attachment: ec2::TransitAttachment) -> TransitGatewayAttachment {
    // An association that is on its way in or out carries no traffic yet, or any more.
    let association = attachment
        .association
        .filter(|association| association.state == "associated");
    TransitGatewayAttachment {
        id: attachment.transit_gateway_attachment_id.into(),
        gateway: attachment.transit_gateway_id.into(),
        kind: attachment.resource_type,
        resource: given(attachment.resource_id),
        resource_owner: account(attachment.resource_owner_id),
        state: attachment.state,
        route_table: association
            .and_then(|association| given(association.transit_gateway_route_table_id))
            .map(Into::into),
        tags: tags(attachment.tag_set).1,
    }
}

/// `None` for a route to a prefix list, whose blocks only the prefix list knows.
pub(in super::super) fn transit_route(route: ec2::TransitRoute) -> Option<TransitGatewayRoute> {
    let attachments = route.transit_gateway_attachments.item.into_iter();
    Some(TransitGatewayRoute {
        destination: route.destination_cidr_block?.parse().ok()?,
        attachments: attachments
            .map(|found| found.transit_gateway_attachment_id.into())
            .collect(),
        blackhole: route.state == "blackhole",
    })
}

/// `None` for a group of EC2-Classic, which has no VPC.
pub(in super::super) fn security_group(group: ec2::SecurityGroup) -> Option<SecurityGroup> {
    let rules = |set: Set<ec2::Permission>| set.item.into_iter().map(rule).collect();
    Some(SecurityGroup {
        id: group.group_id.into(),
        vpc: given(group.vpc_id)?.into(),
        name: group.group_name,
        description: group.group_description,
        ingress: rules(group.ip_permissions),
        egress: rules(group.ip_permissions_egress),
        tags: tags(group.tag_set).1,
    })
}

fn rule(rule: ec2::Permission) -> SecurityRule {
    let four = rule.ip_ranges.item.into_iter().map(|range| range.cidr_ip);
    let six = rule.ipv6_ranges.item.into_iter();
    let groups = rule.groups.item.into_iter();
    let lists = rule.prefix_list_ids.item.into_iter();
    SecurityRule {
        traffic: traffic(&rule.ip_protocol, rule.from_port, rule.to_port),
        cidrs: cidrs(four.chain(six.map(|range| range.cidr_ipv6))),
        groups: groups
            .filter_map(|member| given(member.group_id).map(Into::into))
            .collect(),
        prefix_lists: lists.map(|list| list.prefix_list_id).collect(),
    }
}

pub(in super::super) fn acl(acl: ec2::NetworkAcl) -> NetworkAcl {
    let associations = acl.association_set.item.into_iter();
    let entries = acl.entry_set.item.into_iter();
    NetworkAcl {
        id: acl.network_acl_id.into(),
        vpc: acl.vpc_id.into(),
        default: acl.is_default,
        subnets: associations.map(|found| found.subnet_id.into()).collect(),
        entries: entries.filter_map(acl_entry).collect(),
        tags: tags(acl.tag_set).1,
    }
}

fn acl_entry(entry: ec2::AclEntry) -> Option<AclEntry> {
    let cidr = given(entry.cidr_block).or(given(entry.ipv6_cidr_block))?;
    let ports = entry.port_range.unwrap_or_default();
    let icmp = entry.icmp_type_code.and_then(|code| code.kind);
    Some(AclEntry {
        number: entry.rule_number,
        egress: entry.egress,
        allow: entry.rule_action == "allow",
        cidr: cidr.parse().ok()?,
        traffic: traffic(&entry.protocol, ports.from.or(icmp), ports.to.or(icmp)),
    })
}

const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;
/// IANA's reserved number, which no packet has: a protocol that cannot be read matches nothing.
const RESERVED: u8 = 255;

fn traffic(protocol: &str, from: Option<i32>, to: Option<i32>) -> Traffic {
    let protocol = match protocol {
        "-1" | "all" => return Traffic::ALL,
        "tcp" => 6,
        "udp" => 17,
        "icmp" => ICMP,
        "icmpv6" => ICMP_V6,
        number => number.parse().unwrap_or(RESERVED),
    };
    let number = |value: i32| u16::try_from(value).ok();
    // ICMP has a type and a code where the others have two ends of a range.
    let to = if matches!(protocol, ICMP | ICMP_V6) {
        from
    } else {
        to
    };
    let ports = from.and_then(number).zip(to.and_then(number));
    Traffic {
        protocol: Some(protocol),
        ports,
    }
}

/// The name and all tags, the name included.
fn tags(set: Set<Tag>) -> (Option<String>, Tags) {
    let pairs = set.item.into_iter().map(|tag| (tag.key, tag.value));
    let tags: Tags = pairs.collect();
    let name = tags.get("Name").filter(|name| !name.is_empty()).cloned();
    (name, tags)
}

fn ipv6(set: Set<ec2::Ipv6Association>) -> impl Iterator<Item = String> {
    let live = |block: &ec2::Ipv6Association| is_live(&block.ipv6_cidr_block_state.state);
    let blocks = set.item.into_iter().filter(live);
    blocks.filter_map(|block| block.ipv6_cidr_block)
}

/// A block on its way out, or one that failed, is no address space. No state is a live one.
fn is_live(state: &str) -> bool {
    matches!(state, "" | "associated" | "associating")
}

/// In the given order, each once.
fn cidrs(blocks: impl IntoIterator<Item = String>) -> Vec<IpNet> {
    let mut found: Vec<IpNet> = Vec::new();
    for block in blocks.into_iter().filter_map(|block| block.parse().ok()) {
        if !found.contains(&block) {
            found.push(block);
        }
    }
    found
}

fn account(text: Option<String>) -> Option<crate::model::AccountId> {
    text.and_then(|text| text.parse().ok())
}

/// An empty element is a missing one.
fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Place {
        Place::new("111122223333".parse().expect("twelve digits"), "eu-west-1")
    }

    fn read<T: serde::de::DeserializeOwned>(xml: &str) -> T {
        quick_xml::de::from_str(xml).expect("readable")
    }

    #[test]
    fn a_vpc_has_its_primary_block_first_and_none_that_is_gone() {
        let found = vpc(
            read(
                "<item><vpcId>vpc-1</vpcId><cidrBlock>10.1.0.0/16</cidrBlock><cidrBlockAssociationSet>
                <item><cidrBlock>10.9.0.0/16</cidrBlock><cidrBlockState><state>associated</state></cidrBlockState></item>
                <item><cidrBlock>10.1.0.0/16</cidrBlock><cidrBlockState><state>associated</state></cidrBlockState></item>
                <item><cidrBlock>10.8.0.0/16</cidrBlock><cidrBlockState><state>disassociated</state></cidrBlockState></item>
                </cidrBlockAssociationSet><ipv6CidrBlockAssociationSet><item><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock>
                <ipv6CidrBlockState><state>associated</state></ipv6CidrBlockState></item></ipv6CidrBlockAssociationSet></item>",
            ),
            &place(),
        );
        let cidrs: Vec<String> = found.cidrs.iter().map(ToString::to_string).collect();
        assert_eq!(cidrs, ["10.1.0.0/16", "10.9.0.0/16", "2001:db8::/56"]);
        assert_eq!(found.owner, place().account);
    }

    #[test]
    fn a_route_is_led_to_the_one_target_that_is_set() {
        let target = |xml: &str| {
            let head = "<item><destinationCidrBlock>10.0.0.0/8</destinationCidrBlock>";
            route(read(&format!("{head}{xml}</item>"))).map(|route| route.target)
        };
        assert_eq!(
            target("<gatewayId>local</gatewayId>"),
            Some(RouteTarget::Local)
        );
        assert_eq!(
            target("<gatewayId/><vpcPeeringConnectionId>pcx-1</vpcPeeringConnectionId>"),
            Some(RouteTarget::Peering("pcx-1".into()))
        );
        assert_eq!(
            target("<gatewayId>vgw-1</gatewayId>"),
            Some(RouteTarget::Other("vgw-1".into()))
        );
        assert_eq!(
            target("<invented>x-1</invented>"),
            Some(RouteTarget::Other("unknown target".into()))
        );
    }

    #[test]
    fn protocols_are_numbers_and_all_of_them_is_none() {
        assert_eq!(traffic("-1", None, None), Traffic::ALL);
        assert_eq!(traffic("tcp", Some(443), Some(443)), Traffic::tcp(443));
        assert_eq!(traffic("6", Some(443), Some(443)), Traffic::tcp(443));
        let ping = traffic("icmp", Some(8), Some(-1));
        assert_eq!((ping.protocol, ping.ports), (Some(1), Some((8, 8))));
        let every_ping = traffic("icmp", Some(-1), Some(-1));
        assert_eq!(every_ping.ports, None);
    }
}
