//! The network of one account and region, out of many EC2 calls at once.

pub(super) mod shape;

use async_trait::async_trait;
use aws_types::SdkConfig;
use futures::future::try_join_all;
use tokio::{sync::Semaphore, try_join};

use super::{
    ec2::{
        Addresses, Describe, Ec2, Endpoints, FlowLogs, InternetGateways, List, NatGateways,
        NetworkAcls, Peerings, RouteTables, SearchRoutes, SecurityGroups, Subnets,
        TransitAttachments, TransitGateways, TransitRouteTable, TransitRouteTables, VpcSwitch,
        Vpcs,
    },
    error::Call,
    gaps::Gaps,
    session::Sessions,
};
use crate::{
    model::{
        Place, VpcId,
        network::{AvailabilityZone, Network, TransitGatewayRouteTable, VpcDns},
    },
    provider::{self, Error, Kind, Result},
};

/// Calls in flight for one network. More would draw on the account's retry budget all at once,
/// and EC2 throttles an account's describe calls together.
const CALLS: usize = 4;

/// EC2 networking of any account.
#[derive(Clone, Debug)]
pub struct Networks {
    sessions: Sessions,
}

impl Networks {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }
}

#[async_trait]
impl provider::Networks for Networks {
    async fn network(&self, place: &Place) -> Result<Network> {
        let ec2 = client(&self.sessions, place).await?;
        // Many calls at once make a future too large to be moved about.
        Box::pin(network(&ec2, place)).await
    }

    async fn dns(&self, place: &Place, vpc: &VpcId) -> Result<VpcDns> {
        let ec2 = client(&self.sessions, place).await?;
        let call = Call::new("ec2", VpcSwitch::ACTION, place);
        let (support, host_names) = try_join!(
            ec2.vpc_switch(vpc.as_str(), VpcSwitch::DnsSupport),
            ec2.vpc_switch(vpc.as_str(), VpcSwitch::DnsHostnames),
        )
        .map_err(|error| call.error(error))?;
        // What is not told stands as EC2 makes it.
        Ok(VpcDns {
            support: support.unwrap_or(true),
            host_names: host_names.unwrap_or(false),
        })
    }

    async fn availability_zones(&self, place: &Place) -> Result<Vec<AvailabilityZone>> {
        let ec2 = client(&self.sessions, place).await?;
        let call = Call::new("ec2", "DescribeAvailabilityZones", place);
        let listed = ec2.zones().await.map_err(|error| call.error(error))?;
        let mut zones = some(listed, shape::zone);
        zones.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(zones)
    }
}

/// An EC2 client for `place`.
pub(super) async fn client(sessions: &Sessions, place: &Place) -> Result<Ec2> {
    over(&sessions.sdk(place).await?, place)
}

/// The same with the credentials of `sdk`.
pub(super) fn over(sdk: &SdkConfig, place: &Place) -> Result<Ec2> {
    Ec2::new(sdk, Sessions::partition_name("ec2", place)).map_err(|error| {
        let kind = Kind::Unavailable {
            service: "ec2".into(),
            message: error.to_string(),
        };
        Error::new(kind).at(place.account, Some(&place.region))
    })
}

/// Reads everything. Without VPCs there is no network to show; any other part that the endpoint
/// does not offer or the role may not read is left out and told in `gaps`.
async fn network(ec2: &Ec2, place: &Place) -> Result<Network> {
    let reader = Reader {
        ec2,
        place,
        slots: Semaphore::new(CALLS),
        gaps: Gaps::default(),
    };
    let (vpcs, subnets, route_tables, nat_gateways, internet_gateways, security_groups) = try_join!(
        reader.list::<Vpcs>(),
        reader.part::<Subnets>(),
        reader.part::<RouteTables>(),
        reader.part::<NatGateways>(),
        reader.part::<InternetGateways>(),
        reader.part::<SecurityGroups>(),
    )?;
    let (acls, addresses, endpoints, flow_logs) = try_join!(
        reader.part::<NetworkAcls>(),
        reader.part::<Addresses>(),
        reader.part::<Endpoints>(),
        reader.part::<FlowLogs>(),
    )?;
    let (peerings, transit_gateways, attachments, transit_route_tables) = try_join!(
        reader.part::<Peerings>(),
        reader.part::<TransitGateways>(),
        reader.part::<TransitAttachments>(),
        reader.transit_route_tables(),
    )?;
    let mut network = Network::empty(place.clone());
    network.vpcs = each(vpcs, |vpc| shape::vpc(vpc, place));
    network.subnets = each(subnets, shape::subnet);
    network.route_tables = each(route_tables, shape::route_table);
    network.nat_gateways = each(nat_gateways, shape::nat_gateway);
    network.internet_gateways = each(internet_gateways, shape::internet_gateway);
    network.peerings = some(peerings, |peering| shape::peering(peering, place));
    network.transit_gateways = each(transit_gateways, |gateway| {
        shape::transit_gateway(gateway, place)
    });
    network.attachments = each(attachments, shape::attachment);
    network.transit_route_tables = transit_route_tables;
    network.security_groups = some(security_groups, shape::security_group);
    network.acls = each(acls, shape::acl);
    network.addresses = some(addresses, shape::address);
    network.endpoints = each(endpoints, shape::endpoint);
    network.flow_logs = each(flow_logs, shape::flow_log);
    network.gaps = reader.gaps.found();
    Ok(network)
}

fn each<A, B>(items: Vec<A>, turn: impl FnMut(A) -> B) -> Vec<B> {
    items.into_iter().map(turn).collect()
}

fn some<A, B>(items: Vec<A>, turn: impl FnMut(A) -> Option<B>) -> Vec<B> {
    items.into_iter().filter_map(turn).collect()
}

struct Reader<'a> {
    ec2: &'a Ec2,
    place: &'a Place,
    slots: Semaphore,
    gaps: Gaps,
}

impl Reader<'_> {
    async fn list<L: List>(&self) -> Result<Vec<L::Item>> {
        let _slot = self.slots.acquire().await;
        let listed = self.ec2.list::<L>(&Describe::all()).await;
        listed.map_err(|error| Call::new("ec2", L::ACTION, self.place).error(error))
    }

    /// A part that the rest can do without.
    async fn part<L: List>(&self) -> Result<Vec<L::Item>> {
        self.part_of(L::ACTION, self.list::<L>().await)
    }

    fn part_of<T: Default>(&self, action: &str, outcome: Result<T>) -> Result<T> {
        self.gaps.part(&format!("ec2:{action}"), outcome)
    }

    async fn transit_route_tables(&self) -> Result<Vec<TransitGatewayRouteTable>> {
        let tables = self.part::<TransitRouteTables>().await?;
        try_join_all(tables.into_iter().map(|table| self.routes(table))).await
    }

    async fn routes(&self, table: TransitRouteTable) -> Result<TransitGatewayRouteTable> {
        let _slot = self.slots.acquire().await;
        let ask = SearchRoutes::all(&table.transit_gateway_route_table_id);
        let call = Call::new("ec2", SearchRoutes::ACTION, self.place);
        let found = self.ec2.search_routes(&ask).await;
        let found = found.map_err(|error| call.error(error));
        let routes = self.part_of(SearchRoutes::ACTION, found)?;
        Ok(TransitGatewayRouteTable {
            id: table.transit_gateway_route_table_id.into(),
            gateway: table.transit_gateway_id.into(),
            routes: some(routes, shape::transit_route),
        })
    }
}
