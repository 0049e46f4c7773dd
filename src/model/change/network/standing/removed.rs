//! Deletions: only what the plan has made is there to be removed.

use super::joined::{leads_elsewhere, route};
use crate::model::{
    RouteTableId, Tags,
    change::{Mark, NetworkObject, Ref, RouteVia, Standing, Unbound},
    network::Network,
};

/// A deletion: only what carries the mark of the step that made it is there to be deleted.
pub(super) fn deletion(
    network: &Network,
    object: &NetworkObject,
    mark: Mark<'_>,
    made_by: &str,
) -> Result<Standing, Unbound> {
    let mark = Mark {
        step: made_by,
        ..mark
    };
    let there = |found: Option<(&Tags, &str)>| match found {
        None | Some((_, "deleted")) => Standing::to(),
        Some((_, "deleting")) => Standing::Moving(format!("{} is being deleted", object.label())),
        Some((tags, _)) if mark.is_on(tags) => Standing::From,
        Some(_) => Standing::elsewhere(format!(
            "{} does not carry the mark of the step that made it",
            object.label()
        )),
    };
    macro_rules! find {
        ($list:ident, $id:expr) => {{
            let id = $id.get()?;
            let found = network.$list.iter().find(|one| one.id == *id);
            there(found.map(|found| (&found.tags, "")))
        }};
        ($list:ident, $id:expr, $state:ident) => {{
            let id = $id.get()?;
            let found = network.$list.iter().find(|one| one.id == *id);
            there(found.map(|found| (&found.tags, found.$state.as_str())))
        }};
    }
    Ok(match object {
        NetworkObject::Vpc(id) => find!(vpcs, id),
        NetworkObject::Subnet(id) => find!(subnets, id),
        NetworkObject::InternetGateway(id) => find!(internet_gateways, id),
        NetworkObject::Address(id) => find!(addresses, id),
        NetworkObject::NatGateway(id) => find!(nat_gateways, id, state),
        NetworkObject::RouteTable(id) => find!(route_tables, id),
        NetworkObject::Endpoint(id) => find!(endpoints, id, state),
        NetworkObject::FlowLog(id) => find!(flow_logs, id),
        NetworkObject::Peering(id) => find!(peerings, id, status),
        NetworkObject::Route {
            table: id,
            destination,
            via,
        } => removal(network, id, destination, via)?,
    })
}

fn removal(
    network: &Network,
    id: &Ref<RouteTableId>,
    destination: &ipnet::IpNet,
    via: &RouteVia,
) -> Result<Standing, Unbound> {
    Ok(match route(network, id.get()?, destination) {
        // A table that is gone has taken its routes with it.
        Err(_) | Ok(None) => Standing::to(),
        Ok(Some(found)) if *via == found.target => Standing::From,
        Ok(Some(found)) => Standing::elsewhere(leads_elsewhere(destination, found)),
    })
}
