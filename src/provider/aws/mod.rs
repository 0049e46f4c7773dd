//! The live world, by the official SDK.

pub mod accelerators;
pub mod access;
mod backup;
pub mod cloudwatch;
mod cluster_token;
pub mod control;
pub mod costs;
pub mod ec2;
pub mod eks;
mod elb;
pub mod error;
mod gaps;
pub mod iam;
pub mod identity;
pub mod network;
pub mod objects;
pub mod organizations;
pub mod ports;
pub mod prices;
pub mod protection;
pub mod quotas;
pub mod rds;
mod route53;
mod s3;
pub mod session;
mod time;
pub mod traffic;
pub mod zonal;

use std::sync::Arc;

use self::{
    access::Access,
    cloudwatch::Metrics,
    control::Control,
    costs::Costs,
    eks::Clusters,
    iam::Roles,
    identity::Identity,
    network::Networks,
    objects::Objects,
    organizations::Directory,
    ports::Ports,
    prices::Prices,
    protection::Protections,
    quotas::Quotas,
    rds::Databases,
    session::{Options, Sessions},
    traffic::Traffic,
    zonal::ZonalShifts,
};
use super::{Closed, Provider, Result};
use crate::config::settings::Shared;

/// Opens the live world. Makes no network call, so that the first frame need not wait: who signed
/// in is asked by the first read, and a sign-in that has run out is that read's failure.
pub async fn connect(options: Options) -> Result<Provider> {
    let read_only = options.read_only;
    let dns_servers = options.dns_servers.clone();
    let shared = options.shared.clone();
    let sessions = Sessions::open(options).await?;
    Ok(provider(sessions, read_only, dns_servers, &shared))
}

/// All capabilities over `sessions`, for callers that keep the sessions to sign in again.
#[must_use]
pub fn provider(
    sessions: Sessions,
    read_only: bool,
    dns_servers: Vec<std::net::SocketAddr>,
    shared: &Shared,
) -> Provider {
    let clusters = Arc::new(Clusters::new(sessions.clone()));
    Provider {
        world: sessions.world(),
        regions: sessions.regions().to_vec(),
        identity: Arc::new(Identity::new(sessions.clone())),
        organizations: Arc::new(Directory::new(sessions.clone())),
        networks: Arc::new(Networks::new(sessions.clone())),
        clusters: clusters.clone(),
        compute: clusters,
        roles: Arc::new(Roles::new(sessions.clone())),
        quotas: Arc::new(Quotas::new(sessions.clone())),
        costs: Arc::new(Costs::new(sessions.clone())),
        protections: Arc::new(Protections::new(sessions.clone())),
        databases: Arc::new(Databases::new(sessions.clone())),
        metrics: Arc::new(Metrics::new(sessions.clone())),
        zonal_shifts: Arc::new(ZonalShifts::new(sessions.clone())),
        ports: Arc::new(Ports),
        traffic: Arc::new(Traffic::new(sessions.clone(), dns_servers)),
        objects: Objects::new(&sessions, shared).map(|objects| Arc::new(objects) as _),
        workloads: Arc::new(Closed(
            "this build looks into no clusters; build with the feature `kubernetes`",
        )),
        prices: Arc::new(Prices::new(sessions.clone())),
        access: Some(Arc::new(Access::new(sessions.clone()))),
        control: (!read_only).then(|| Arc::new(Control::new(sessions)) as _),
    }
}
