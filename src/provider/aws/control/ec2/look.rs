//! Narrow reads: only what one change is about, as a network that the model can judge.

use super::{
    super::super::{
        ec2::{
            Addresses, Describe, Ec2, Endpoints, FlowLogs, InternetGateways, List, NatGateways,
            Peerings, RouteTables, SecurityGroups, Subnets, VpcSwitch, Vpcs,
        },
        error::Call,
        network::{self, shape},
        session::Sessions,
    },
    SERVICE, gap,
};
use crate::{
    model::{
        Place, VpcId,
        change::{DnsAttribute, Mark, NetworkChange, NetworkObject, Ref},
        network::{Network, SecurityGroup},
    },
    provider::{Envelope, Kind, Result},
};

/// Eyes on one place, by the role that reads.
pub(super) struct Look<'a> {
    pub(super) ec2: Ec2,
    pub(super) place: &'a Place,
}

impl<'a> Look<'a> {
    pub(super) async fn over(sessions: &Sessions, place: &'a Place) -> Result<Self> {
        let ec2 = network::client(sessions, place).await?;
        Ok(Self { ec2, place })
    }

    /// A list in which what is not there is simply missing: EC2 refuses ids that it does not know.
    pub(super) async fn list<L: List>(&self, ask: Describe) -> Result<Vec<L::Item>> {
        let listed = self.ec2.list::<L>(&ask).await;
        match listed.map_err(|error| Call::new(SERVICE, L::ACTION, self.place).error(error)) {
            Err(error) if matches!(error.kind, Kind::NotFound { .. }) => Ok(Vec::new()),
            listed => listed,
        }
    }

    /// What `change` is about, as it is now.
    pub(super) async fn around(
        &self,
        envelope: &Envelope,
        change: &NetworkChange,
    ) -> Result<Network> {
        let mut network = Network::empty(self.place.clone());
        let mine = || marked(envelope.mark());
        match change {
            NetworkChange::CreateVpc { .. } => self.vpcs(mine(), &mut network).await?,
            NetworkChange::SetVpcDns { vpc, attribute, .. } => {
                let vpc = vpc.get().map_err(gap)?;
                self.vpcs(only(vpc.as_str()), &mut network).await?;
                self.dns(vpc, *attribute, &mut network).await?;
            }
            NetworkChange::CreateSubnet { vpc, cidr, .. } => {
                let ask = within(vpc)?.filter("cidr-block", &[&cidr.to_string()]);
                self.subnets(ask, &mut network).await?;
            }
            NetworkChange::SetPublicAddresses { subnet, .. } => {
                self.subnets(the(subnet)?, &mut network).await?;
            }
            NetworkChange::CreateInternetGateway { .. } => {
                self.internet_gateways(mine(), &mut network).await?;
            }
            NetworkChange::AttachInternetGateway { gateway, .. }
            | NetworkChange::DetachInternetGateway { gateway, .. } => {
                self.internet_gateways(the(gateway)?, &mut network).await?;
            }
            NetworkChange::AllocateAddress { .. } => self.addresses(mine(), &mut network).await?,
            NetworkChange::CreateNatGateway { .. } => {
                self.nat_gateways(mine(), &mut network).await?;
            }
            NetworkChange::CreateRouteTable { .. } => self.tables(mine(), &mut network).await?,
            NetworkChange::AssociateRouteTable { table, subnet, .. }
            | NetworkChange::DisassociateRouteTable { table, subnet, .. } => {
                self.tables(the(table)?, &mut network).await?;
                let subnet = subnet.get().map_err(gap)?.as_str();
                let holder = Describe::all().filter("association.subnet-id", &[subnet]);
                self.tables(holder, &mut network).await?;
            }
            NetworkChange::CreateRoute { table, .. }
            | NetworkChange::ReplaceRoute { table, .. } => {
                self.tables(the(table)?, &mut network).await?;
            }
            NetworkChange::CreateEndpoint { .. } => self.endpoints(mine(), &mut network).await?,
            NetworkChange::AddEndpointTable { endpoint, .. }
            | NetworkChange::RemoveEndpointTable { endpoint, .. } => {
                self.endpoints(the(endpoint)?, &mut network).await?;
            }
            NetworkChange::CreateFlowLog { .. } => self.flow_logs(mine(), &mut network).await?,
            NetworkChange::SetDefaultGroup { vpc, .. } => {
                let listed = self.list::<SecurityGroups>(default_group(vpc)?).await?;
                let groups = listed.into_iter().filter_map(shape::security_group);
                network.security_groups = groups.collect();
            }
            NetworkChange::CreatePeering { .. } => self.peerings(mine(), &mut network).await?,
            NetworkChange::AcceptPeering { peering, .. }
            | NetworkChange::SetPeeringDns { peering, .. } => {
                self.peerings(the(peering)?, &mut network).await?;
            }
            NetworkChange::Delete { object, .. } => self.object(object, &mut network).await?,
        }
        Ok(network)
    }

    async fn object(&self, object: &NetworkObject, network: &mut Network) -> Result<()> {
        match object {
            NetworkObject::Vpc(id) => self.vpcs(the(id)?, network).await,
            NetworkObject::Subnet(id) => self.subnets(the(id)?, network).await,
            NetworkObject::InternetGateway(id) => self.internet_gateways(the(id)?, network).await,
            NetworkObject::Address(id) => self.addresses(the(id)?, network).await,
            NetworkObject::NatGateway(id) => self.nat_gateways(the(id)?, network).await,
            NetworkObject::RouteTable(id) | NetworkObject::Route { table: id, .. } => {
                self.tables(the(id)?, network).await
            }
            NetworkObject::Endpoint(id) => self.endpoints(the(id)?, network).await,
            NetworkObject::FlowLog(id) => self.flow_logs(the(id)?, network).await,
            NetworkObject::Peering(id) => self.peerings(the(id)?, network).await,
        }
    }

    async fn vpcs(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<Vpcs>(ask).await?.into_iter();
        let shaped = listed.map(|vpc| shape::vpc(vpc, self.place));
        network.vpcs = shaped.collect();
        Ok(())
    }

    /// Adds the one attribute that a change sets, where the VPC is there at all.
    async fn dns(&self, vpc: &VpcId, which: DnsAttribute, network: &mut Network) -> Result<()> {
        let Some(found) = network.vpcs.iter_mut().find(|one| one.id == *vpc) else {
            return Ok(());
        };
        let (switch, value) = match which {
            DnsAttribute::Support => (VpcSwitch::DnsSupport, &mut found.dns_support),
            DnsAttribute::Hostnames => (VpcSwitch::DnsHostnames, &mut found.dns_hostnames),
        };
        let told = self.ec2.vpc_switch(vpc.as_str(), switch).await;
        let call = Call::new(SERVICE, VpcSwitch::ACTION, self.place);
        *value = told.map_err(|error| call.error(error))?;
        Ok(())
    }

    async fn subnets(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<Subnets>(ask).await?.into_iter();
        network.subnets = listed.map(shape::subnet).collect();
        Ok(())
    }

    async fn internet_gateways(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<InternetGateways>(ask).await?.into_iter();
        network.internet_gateways = listed.map(shape::internet_gateway).collect();
        Ok(())
    }

    async fn addresses(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<Addresses>(ask).await?.into_iter();
        network.addresses = listed.filter_map(shape::address).collect();
        Ok(())
    }

    async fn nat_gateways(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<NatGateways>(ask).await?.into_iter();
        network.nat_gateways = listed.map(shape::nat_gateway).collect();
        Ok(())
    }

    /// Adds tables to those that were read before.
    async fn tables(&self, ask: Describe, network: &mut Network) -> Result<()> {
        for table in self.list::<RouteTables>(ask).await? {
            let table = shape::route_table(table);
            if !network.route_tables.iter().any(|one| one.id == table.id) {
                network.route_tables.push(table);
            }
        }
        Ok(())
    }

    async fn endpoints(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<Endpoints>(ask).await?.into_iter();
        network.endpoints = listed.map(shape::endpoint).collect();
        Ok(())
    }

    async fn flow_logs(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<FlowLogs>(ask).await?.into_iter();
        network.flow_logs = listed.map(shape::flow_log).collect();
        Ok(())
    }

    async fn peerings(&self, ask: Describe, network: &mut Network) -> Result<()> {
        let listed = self.list::<Peerings>(ask).await?.into_iter();
        let shaped = listed.filter_map(|peering| shape::peering(peering, self.place));
        network.peerings = shaped.collect();
        Ok(())
    }
}

/// Everything that carries the mark of a step.
fn marked(mark: Mark<'_>) -> Describe {
    Describe::all()
        .filter(&format!("tag:{}", Mark::PLAN), &[mark.plan])
        .filter(&format!("tag:{}", Mark::STEP), &[mark.step])
}

fn only(id: &str) -> Describe {
    Describe::ids([id])
}

/// The one thing of that id.
fn the<T: std::fmt::Display>(id: &Ref<T>) -> Result<Describe> {
    Ok(only(&id.get().map_err(gap)?.to_string()))
}

fn within(vpc: &Ref<VpcId>) -> Result<Describe> {
    let vpc = vpc.get().map_err(gap)?;
    Ok(Describe::all().filter("vpc-id", &[vpc.as_str()]))
}

/// The security group that EC2 made with a VPC.
pub(super) fn default_group(vpc: &Ref<VpcId>) -> Result<Describe> {
    Ok(within(vpc)?.filter("group-name", &[SecurityGroup::DEFAULT]))
}
