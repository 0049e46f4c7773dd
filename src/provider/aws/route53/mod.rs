//! Route 53: hosted zones with all their records, health checks, and what the name servers answer.

mod answers;
mod dns;
mod health;
mod records;

use std::net::SocketAddr;

use aws_sdk_route53::{Client, config};
use aws_types::SdkConfig;
use futures::{StreamExt, TryStreamExt, stream};

pub(super) use self::records::{group, write};
use super::{error::Call, session::Sessions};
use crate::{
    model::{
        AccountId, HostedZoneId, Place, Region,
        traffic::{HostedZone, Record, Zones},
    },
    provider::{Answers, Result},
};

const SERVICE: &str = "route53";

/// Zones read at a time: Route 53 counts an account's calls in all its zones together, five a second.
const ZONES_AT_A_TIME: usize = 2;

/// Route 53 of one account.
#[derive(Clone, Debug)]
pub(super) struct Route53 {
    pub(super) client: Client,
    pub(super) place: Place,
}

impl Route53 {
    pub(super) async fn open(sessions: &Sessions, account: AccountId) -> Result<Self> {
        let place = Place::new(account, Region::global());
        let sdk = sessions.sdk(&place).await?;
        Ok(Self::over(&sdk, place))
    }

    /// The same with the role that changes, in a session named after the run and step.
    pub(super) async fn operate(
        sessions: &Sessions,
        account: AccountId,
        reference: &str,
    ) -> Result<Self> {
        let place = Place::new(account, Region::global());
        let sdk = sessions.operating_sdk(&place, reference).await?;
        Ok(Self::over(&sdk, place))
    }

    fn over(sdk: &SdkConfig, place: Place) -> Self {
        let config = config::Builder::from(sdk)
            .retry_partition(Sessions::retry_partition(SERVICE, &place))
            .build();
        let client = Client::from_conf(config);
        Self { client, place }
    }

    pub(super) const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new(SERVICE, action, &self.place)
    }

    pub(super) async fn zones(&self) -> Result<Zones> {
        let call = self.call("ListHostedZones");
        let mut pages = self.client.list_hosted_zones().into_paginator().send();
        let mut listed = Vec::new();
        while let Some(page) = pages.next().await {
            listed.extend(page.map_err(|error| call.error(error))?.hosted_zones);
        }
        let zones = stream::iter(listed)
            .map(|zone| async move {
                let id = zone_id(&zone.id);
                let records = self.records(&id).await?;
                Ok(records::zone(id, zone, records))
            })
            .buffered(ZONES_AT_A_TIME)
            .try_collect();
        let (zones, health_checks) = tokio::try_join!(zones, health::checks(self))?;
        Ok(Zones {
            account: self.place.account,
            zones,
            health_checks,
        })
    }

    async fn records(&self, zone: &HostedZoneId) -> Result<Vec<Record>> {
        records::list(self, zone, None).await
    }

    /// The records of one name and type as they are now, in a zone of nothing else.
    pub(super) async fn group(
        &self,
        zone: &HostedZoneId,
        name: &str,
        kind: &str,
    ) -> Result<HostedZone> {
        Ok(HostedZone {
            id: zone.clone(),
            name: String::new(),
            private: false,
            comment: None,
            name_servers: Vec::new(),
            records: records::list(self, zone, Some((name, kind))).await?,
        })
    }

    /// Asks the zone's own name servers, or `servers` where any are given, and counts by side.
    pub(super) async fn answers(
        &self,
        zone: &HostedZoneId,
        sides: &[Record],
        samples: u32,
        servers: &[SocketAddr],
    ) -> Result<Answers> {
        let asked = if servers.is_empty() {
            let names = self.name_servers(zone).await?;
            dns::addresses(&names).await
        } else {
            servers.to_vec()
        };
        let Some(resolver) = answers::Poll::new(asked, !servers.is_empty(), zone) else {
            return Err(self.unreachable(zone));
        };
        Ok(resolver.count(sides, samples).await)
    }

    /// Those that Route 53 itself assigned; the zone's NS record may be edited by hand.
    async fn name_servers(&self, zone: &HostedZoneId) -> Result<Vec<String>> {
        let call = self.call("GetHostedZone");
        let found = self.client.get_hosted_zone().id(zone.as_str()).send().await;
        let found = found.map_err(|error| call.error(error))?;
        let set = found.delegation_set;
        Ok(set.map(|set| set.name_servers).unwrap_or_default())
    }

    fn unreachable(&self, zone: &HostedZoneId) -> crate::provider::Error {
        let kind = crate::provider::Kind::Unavailable {
            service: "dns".into(),
            message: format!(
                "no name server of zone {zone} has an address here; a private zone answers only inside its VPCs"
            ),
        };
        crate::provider::Error::new(kind).at(self.place.account, None)
    }
}

/// The id alone; answers have `/hostedzone/` before it.
fn zone_id(id: &str) -> HostedZoneId {
    id.rsplit('/').next().unwrap_or(id).into()
}
