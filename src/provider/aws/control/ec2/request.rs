//! What is sent for each change.

use super::{
    super::super::ec2::{
        IpRange, PeerOptions, Permission, RouteTables, RouteTo, SecurityGroups, Set, UserGroup,
        Write,
    },
    gap,
    look::{Look, default_group},
};
use crate::{
    model::{
        Ref, RouteTableId, SubnetId, Tags, VpcId,
        change::{
            DefaultRules, DnsAttribute, Flow, NetworkChange, NetworkObject, PeeringSide, RouteVia,
        },
    },
    provider::{Envelope, Error, Kind, Result},
};

/// What is to be done.
pub(super) enum Request {
    Send(Write),
    /// Nothing: it stands as wanted.
    Idle,
}

impl Look<'_> {
    /// The request for `change`, with what has to be read for it.
    pub(super) async fn prepare(
        &self,
        envelope: &Envelope,
        change: &NetworkChange,
    ) -> Result<Request> {
        match change {
            NetworkChange::DisassociateRouteTable { table, subnet, .. } => {
                let found = self.association(table, subnet).await?;
                Ok(found.map_or(Request::Idle, |id| {
                    Request::Send(Write::disassociate_route_table(&id))
                }))
            }
            NetworkChange::SetDefaultGroup { vpc, flow, to, .. } => {
                self.default_rules(vpc, *flow, *to).await
            }
            NetworkChange::Delete { object, .. } => Ok(Request::Send(deletion(object)?)),
            change => Ok(Request::Send(write(envelope, change)?)),
        }
    }

    /// What joins a table to a subnet, where something does.
    async fn association(
        &self,
        table: &Ref<RouteTableId>,
        subnet: &Ref<SubnetId>,
    ) -> Result<Option<String>> {
        let (table, subnet) = (id(table)?, id(subnet)?);
        let ask = super::super::super::ec2::Describe::ids([table]);
        let tables = self.list::<RouteTables>(ask).await?;
        let mut joins = tables.into_iter().flat_map(|one| one.association_set.item);
        let found = joins.find(|join| join.subnet_id.as_deref() == Some(subnet.as_str()));
        Ok(found.map(|join| join.id))
    }

    /// Takes all rules of one direction away, or puts those back that EC2 makes.
    async fn default_rules(
        &self,
        vpc: &Ref<VpcId>,
        flow: Flow,
        to: DefaultRules,
    ) -> Result<Request> {
        let found = self.list::<SecurityGroups>(default_group(vpc)?).await?;
        let group = found.into_iter().next().ok_or_else(|| {
            Error::new(Kind::NotFound {
                kind: "default security group".into(),
                name: vpc.to_string(),
            })
            .at(self.place.account, Some(&self.place.region))
        })?;
        let there = match flow {
            Flow::Ingress => group.ip_permissions.item,
            Flow::Egress => group.ip_permissions_egress.item,
        };
        let name = group.group_id.as_str();
        Ok(match (to, there.is_empty()) {
            (DefaultRules::Closed, true) | (DefaultRules::Open, false) => Request::Idle,
            (DefaultRules::Closed, false) => Request::Send(match flow {
                Flow::Ingress => Write::revoke_ingress(name, &there),
                Flow::Egress => Write::revoke_egress(name, &there),
            }),
            (DefaultRules::Open, true) => Request::Send(match flow {
                Flow::Ingress => Write::authorize_ingress(name, &[members(name)]),
                Flow::Egress => Write::authorize_egress(name, &[everybody()]),
            }),
        })
    }
}

fn write(envelope: &Envelope, change: &NetworkChange) -> Result<Write> {
    let token = envelope.key.as_str();
    let tags = |name: &str, own: &Tags| {
        let mut tags = own.clone();
        tags.insert("Name".into(), name.into());
        tags.extend(envelope.tags.clone());
        tags
    };
    Ok(match change {
        NetworkChange::CreateVpc {
            name,
            cidr,
            tags: own,
            ..
        } => Write::create_vpc(&cidr.to_string(), &tags(name, own)),
        NetworkChange::SetVpcDns {
            vpc, attribute, to, ..
        } => match attribute {
            DnsAttribute::Support => Write::set_dns_support(&id(vpc)?, *to),
            DnsAttribute::Hostnames => Write::set_dns_hostnames(&id(vpc)?, *to),
        },
        NetworkChange::CreateSubnet {
            vpc,
            name,
            cidr,
            zone,
            tags: own,
            ..
        } => {
            let (vpc, cidr) = (id(vpc)?, cidr.to_string());
            Write::create_subnet(&vpc, &cidr, zone.as_str(), &tags(name, own))
        }
        NetworkChange::SetPublicAddresses { subnet, to, .. } => {
            Write::set_public_addresses(&id(subnet)?, *to)
        }
        NetworkChange::CreateInternetGateway {
            name, tags: own, ..
        } => Write::create_internet_gateway(&tags(name, own)),
        NetworkChange::AttachInternetGateway { gateway, vpc, .. } => {
            Write::attach_internet_gateway(&id(gateway)?, &id(vpc)?)
        }
        NetworkChange::DetachInternetGateway { gateway, vpc, .. } => {
            Write::detach_internet_gateway(&id(gateway)?, &id(vpc)?)
        }
        NetworkChange::AllocateAddress {
            name, tags: own, ..
        } => Write::allocate_address(&tags(name, own)),
        NetworkChange::CreateNatGateway {
            name,
            subnet,
            address,
            tags: own,
            ..
        } => Write::create_nat_gateway(&id(subnet)?, &id(address)?, token, &tags(name, own)),
        NetworkChange::CreateRouteTable {
            vpc,
            name,
            tags: own,
            ..
        } => Write::create_route_table(&id(vpc)?, token, &tags(name, own)),
        NetworkChange::AssociateRouteTable { table, subnet, .. } => {
            Write::associate_route_table(&id(table)?, &id(subnet)?)
        }
        NetworkChange::CreateRoute {
            table,
            destination,
            via,
            ..
        } => Write::create_route(&id(table)?, destination, target(via)?),
        NetworkChange::ReplaceRoute {
            table,
            destination,
            to,
            ..
        } => Write::replace_route(&id(table)?, destination, target(to)?),
        NetworkChange::CreateEndpoint {
            vpc,
            name,
            service_name,
            tables,
            tags: own,
            ..
        } => {
            let tables = tables.iter().map(id).collect::<Result<Vec<String>>>()?;
            let tables: Vec<&str> = tables.iter().map(String::as_str).collect();
            Write::create_endpoint(&id(vpc)?, service_name, &tables, token, &tags(name, own))
        }
        NetworkChange::AddEndpointTable {
            endpoint, table, ..
        } => Write::add_table_to_endpoint(&id(endpoint)?, &id(table)?),
        NetworkChange::RemoveEndpointTable {
            endpoint, table, ..
        } => Write::remove_table_from_endpoint(&id(endpoint)?, &id(table)?),
        NetworkChange::CreateFlowLog {
            vpc,
            name,
            destination,
            tags: own,
            ..
        } => Write::create_flow_log(&id(vpc)?, destination, token, &tags(name, own)),
        NetworkChange::CreatePeering {
            vpc,
            peer,
            peer_vpc,
            name,
            tags: own,
            ..
        } => {
            let (account, peer_vpc) = (id(&peer.account)?, id(peer_vpc)?);
            let peer = (account.as_str(), peer.region.as_str(), peer_vpc.as_str());
            Write::create_peering(&id(vpc)?, peer, &tags(name, own))
        }
        NetworkChange::AcceptPeering { peering, .. } => Write::accept_peering(&id(peering)?),
        NetworkChange::SetPeeringDns {
            peering, side, to, ..
        } => {
            let side = match side {
                PeeringSide::Requester => PeerOptions::Requester,
                PeeringSide::Accepter => PeerOptions::Accepter,
            };
            Write::set_peering_dns(&id(peering)?, side, *to)
        }
        NetworkChange::DisassociateRouteTable { .. }
        | NetworkChange::SetDefaultGroup { .. }
        | NetworkChange::Delete { .. } => {
            return Err(Error::new(Kind::Service {
                service: super::SERVICE.into(),
                code: "NotSendable".into(),
                message: "it needs a look first".into(),
            }));
        }
    })
}

fn deletion(object: &NetworkObject) -> Result<Write> {
    Ok(match object {
        NetworkObject::Vpc(vpc) => Write::delete_vpc(&id(vpc)?),
        NetworkObject::Subnet(subnet) => Write::delete_subnet(&id(subnet)?),
        NetworkObject::InternetGateway(gateway) => Write::delete_internet_gateway(&id(gateway)?),
        NetworkObject::Address(address) => Write::release_address(&id(address)?),
        NetworkObject::NatGateway(gateway) => Write::delete_nat_gateway(&id(gateway)?),
        NetworkObject::RouteTable(table) => Write::delete_route_table(&id(table)?),
        NetworkObject::Route {
            table, destination, ..
        } => Write::delete_route(&id(table)?, destination),
        NetworkObject::Endpoint(endpoint) => Write::delete_endpoint(&id(endpoint)?),
        NetworkObject::FlowLog(log) => Write::delete_flow_log(&id(log)?),
        NetworkObject::Peering(peering) => Write::delete_peering(&id(peering)?),
    })
}

fn id<T: std::fmt::Display>(id: &Ref<T>) -> Result<String> {
    id.get().map(ToString::to_string).map_err(gap)
}

fn target(via: &RouteVia) -> Result<RouteTo<'_>> {
    Ok(match via {
        RouteVia::InternetGateway(id) => RouteTo::InternetGateway(id.get().map_err(gap)?.as_str()),
        RouteVia::NatGateway(id) => RouteTo::NatGateway(id.get().map_err(gap)?.as_str()),
        RouteVia::Peering(id) => RouteTo::Peering(id.get().map_err(gap)?.as_str()),
        RouteVia::TransitGateway(id) => RouteTo::TransitGateway(id.get().map_err(gap)?.as_str()),
    })
}

/// Everything from the members of a group, as EC2 makes it.
fn members(group: &str) -> Permission {
    Permission {
        ip_protocol: "-1".into(),
        groups: Set {
            item: vec![UserGroup {
                group_id: Some(group.into()),
            }],
        },
        ..Permission::default()
    }
}

/// Everything to everywhere, as EC2 makes it.
fn everybody() -> Permission {
    Permission {
        ip_protocol: "-1".into(),
        ip_ranges: Set {
            item: vec![IpRange {
                cidr_ip: "0.0.0.0/0".into(),
            }],
        },
        ..Permission::default()
    }
}
