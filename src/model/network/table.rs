//! Which route table decides for a subnet, and what it says.

use ipnet::IpNet;

use super::{Destination, Network, Route, RouteTable, RouteTarget, Subnet, Vpc};
use crate::model::{SubnetId, VpcId};

/// Of the tables of one VPC the subnet's own, else the main one.
pub(super) fn deciding<'t>(
    tables: impl Iterator<Item = &'t RouteTable> + Clone,
    subnet: Option<&SubnetId>,
) -> Option<&'t RouteTable> {
    let own = subnet.and_then(|subnet| {
        let mut tables = tables.clone();
        tables.find(|table| table.subnets.contains(subnet))
    });
    own.or_else(|| {
        let mut tables = tables;
        tables.find(|table| table.main)
    })
}

impl Network {
    #[must_use]
    pub fn vpc(&self, id: &VpcId) -> Option<&Vpc> {
        self.vpcs.iter().find(|vpc| vpc.id == *id)
    }

    pub fn tables_of<'n>(&'n self, vpc: &'n VpcId) -> impl Iterator<Item = &'n RouteTable> + Clone {
        self.route_tables
            .iter()
            .filter(move |table| table.vpc == *vpc)
    }

    /// The table that decides for a subnet.
    #[must_use]
    pub fn table_of(&self, subnet: &Subnet) -> Option<&RouteTable> {
        let own = self.route_tables.iter();
        let own = own.filter(|table| table.vpc == subnet.vpc);
        deciding(own, Some(&subnet.id))
    }
}

impl RouteTable {
    /// The route to exactly this destination.
    #[must_use]
    pub fn route_to(&self, destination: &IpNet) -> Option<&Route> {
        let wanted = Destination::Cidr(*destination);
        self.routes.iter().find(|route| route.destination == wanted)
    }
}

impl RouteTarget {
    /// The id of what it leads to; `local` within the VPC.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::InternetGateway(id) => id.as_str(),
            Self::NatGateway(id) => id.as_str(),
            Self::Peering(id) => id.as_str(),
            Self::TransitGateway(id) => id.as_str(),
            Self::Other(id) => id,
        }
    }
}
