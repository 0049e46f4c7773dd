//! All networks by what is looked up in them, so that no question walks every list again.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::model::{
    AttachmentId, PeeringId, Place, RouteTableId, SubnetId, TransitGatewayId,
    TransitGatewayRouteTableId, VpcId,
    network::{
        NatGateway, Network, NetworkAcl, Peering, Route, RouteTable, RouteTarget, SecurityGroup,
        Subnet, TransitGateway, TransitGatewayAttachment, TransitGatewayRouteTable, Vpc,
    },
};

/// Things that several accounts see (peerings, transit gateways, shared subnets) are kept once.
#[derive(Default)]
pub(super) struct Index<'a> {
    pub(super) vpcs: BTreeMap<&'a VpcId, (&'a Vpc, &'a Place)>,
    pub(super) subnets: BTreeMap<&'a SubnetId, &'a Subnet>,
    pub(super) tables: BTreeMap<&'a VpcId, Vec<&'a RouteTable>>,
    pub(super) acls: HashMap<&'a VpcId, Vec<&'a NetworkAcl>>,
    pub(super) nats: HashMap<&'a str, &'a NatGateway>,
    pub(super) groups: HashMap<&'a str, &'a SecurityGroup>,
    pub(super) peerings: BTreeMap<&'a PeeringId, &'a Peering>,
    pub(super) gateways: HashMap<&'a TransitGatewayId, &'a TransitGateway>,
    pub(super) attachments: BTreeMap<&'a AttachmentId, &'a TransitGatewayAttachment>,
    pub(super) transit_tables:
        HashMap<&'a TransitGatewayRouteTableId, &'a TransitGatewayRouteTable>,
    /// Routes by the peering that they lead over.
    pub(super) over: HashMap<&'a PeeringId, Vec<(&'a RouteTable, &'a Route)>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(networks: impl IntoIterator<Item = &'a Network>) -> Self {
        let mut index = Self::default();
        let mut seen: HashSet<&RouteTableId> = HashSet::new();
        for network in networks {
            let place = &network.place;
            for vpc in &network.vpcs {
                let entry = index.vpcs.entry(&vpc.id).or_insert((vpc, place));
                // A shared VPC is described by its participants too; its owner's word counts.
                if vpc.owner == place.account {
                    *entry = (vpc, place);
                }
            }
            for subnet in &network.subnets {
                index.subnets.entry(&subnet.id).or_insert(subnet);
            }
            for table in &network.route_tables {
                if seen.insert(&table.id) {
                    index.add_table(table);
                }
            }
            for acl in &network.acls {
                index.acls.entry(&acl.vpc).or_default().push(acl);
            }
            for peering in &network.peerings {
                let entry = index.peerings.entry(&peering.id).or_insert(peering);
                // The two sides can be read at different moments: the one that knows the CIDRs of
                // both ends has seen more of the hand-over.
                if known_ends(peering) > known_ends(entry) {
                    *entry = peering;
                }
            }
            for attachment in &network.attachments {
                let entry = index.attachments.entry(&attachment.id);
                let entry = entry.or_insert(attachment);
                // Only the gateway's owner is told the association.
                if attachment.route_table.is_some() {
                    *entry = attachment;
                }
            }
            index
                .nats
                .extend(by(&network.nat_gateways, |nat| nat.id.as_str()));
            index
                .groups
                .extend(by(&network.security_groups, |group| group.id.as_str()));
            index
                .gateways
                .extend(by(&network.transit_gateways, |gateway| &gateway.id));
            index
                .transit_tables
                .extend(by(&network.transit_route_tables, |table| &table.id));
        }
        index
    }

    fn add_table(&mut self, table: &'a RouteTable) {
        self.tables.entry(&table.vpc).or_default().push(table);
        for route in &table.routes {
            if let RouteTarget::Peering(peering) = &route.target {
                self.over.entry(peering).or_default().push((table, route));
            }
        }
    }

    pub(super) fn tables(&self, vpc: &VpcId) -> &[&'a RouteTable] {
        self.tables.get(vpc).map_or(&[], Vec::as_slice)
    }

    /// What to call a VPC, where it was read.
    pub(super) fn label<'b>(&'b self, vpc: &'b VpcId) -> &'b str {
        self.vpcs
            .get(vpc)
            .map_or(vpc.as_str(), |(vpc, _)| vpc.label())
    }
}

fn by<'a, T, K>(things: &'a [T], key: impl Fn(&'a T) -> K) -> impl Iterator<Item = (K, &'a T)> {
    things.iter().map(move |thing| (key(thing), thing))
}

fn known_ends(peering: &Peering) -> usize {
    [&peering.requester, &peering.accepter]
        .iter()
        .filter(|end| !end.cidrs.is_empty())
        .count()
}
