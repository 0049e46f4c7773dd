//! Where traffic goes: Route 53 and load balancers of any account.

use std::net::SocketAddr;

use async_trait::async_trait;

use super::{elb, route53::Route53, session::Sessions};
use crate::{
    model::{
        AccountId, HostedZoneId, Place,
        traffic::{Balancers, Record, Zones},
    },
    provider::{self, Answers, Result},
};

#[derive(Clone, Debug)]
pub struct Traffic {
    sessions: Sessions,
    /// Asked instead of a zone's own name servers: an emulator has none in the public DNS.
    dns_servers: Vec<SocketAddr>,
}

impl Traffic {
    #[must_use]
    pub const fn new(sessions: Sessions, dns_servers: Vec<SocketAddr>) -> Self {
        Self {
            sessions,
            dns_servers,
        }
    }
}

#[async_trait]
impl provider::Traffic for Traffic {
    async fn zones(&self, account: AccountId) -> Result<Zones> {
        Route53::open(&self.sessions, account).await?.zones().await
    }

    async fn balancers(&self, place: &Place) -> Result<Balancers> {
        elb::balancers(&self.sessions, place).await
    }

    async fn answers(
        &self,
        account: AccountId,
        zone: &HostedZoneId,
        sides: &[Record],
        samples: u32,
    ) -> Result<Answers> {
        let route53 = Route53::open(&self.sessions, account).await?;
        let servers = &self.dns_servers;
        route53.answers(zone, sides, samples, servers).await
    }
}
