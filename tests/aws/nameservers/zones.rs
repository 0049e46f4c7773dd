//! The zones that the servers answer for, read from moto as any client of Route 53 would.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use aws_config::{BehaviorVersion, SdkConfig, sts::AssumeRoleProvider};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_route53::{
    Client, Error,
    types::{HealthCheckConfig, ResourceRecordSet, ResourceRecordSetFailover},
};
use aws_types::region::Region;
use awsdeck::model::AccountId;
use tokio::sync::Mutex;

/// How long what was read is answered from: Route 53's own servers are behind by seconds.
const STANDS: Duration = Duration::from_millis(250);

/// One record set, as far as answers depend on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) policy: Policy,
    pub(super) ttl: u32,
    pub(super) values: Vec<String>,
    /// The name that it is another name for.
    pub(super) alias: Option<String>,
    pub(super) healthy: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Policy {
    #[default]
    Simple,
    Weight(u8),
    Primary,
    Secondary,
}

impl Set {
    pub(super) const fn weight(&self) -> u8 {
        match self.policy {
            Policy::Weight(weight) => weight,
            _ => 1,
        }
    }
}

/// The name of a zone and its records.
type Zone = (String, Arc<[Set]>);

/// All zones of one account.
pub(super) struct Zones {
    client: Client,
    read: Mutex<Option<(Instant, Vec<Zone>)>>,
}

impl Zones {
    pub(super) async fn of(endpoint: &str, account: Option<AccountId>) -> Self {
        let sdk = aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .endpoint_url(endpoint)
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "seed"))
            .load()
            .await;
        let sdk = match account {
            Some(account) => entered(&sdk, account).await,
            None => sdk,
        };
        let client = Client::new(&sdk);
        let read = Mutex::default();
        Self { client, read }
    }

    /// The records of the zone that `name` belongs to.
    pub(super) async fn holding(&self, name: &str) -> Result<Option<Arc<[Set]>>, Error> {
        let mut read = self.read.lock().await;
        let zones = match read.as_ref() {
            Some((at, zones)) if at.elapsed() < STANDS => zones,
            _ => &read.insert((Instant::now(), self.all().await?)).1,
        };
        let above = |zone: &&Zone| name == zone.0 || name.ends_with(&format!(".{}", zone.0));
        let nearest = zones.iter().filter(above).max_by_key(|zone| zone.0.len());
        Ok(nearest.map(|(_, records)| Arc::clone(records)))
    }

    async fn all(&self) -> Result<Vec<Zone>, Error> {
        let listed = self.client.list_hosted_zones().send().await?;
        let mut zones = Vec::new();
        for zone in listed.hosted_zones {
            let records = self.client.list_resource_record_sets();
            let records = records.hosted_zone_id(&zone.id).send().await?;
            let mut sets = Vec::new();
            for set in records.resource_record_sets {
                let healthy = match set.health_check_id() {
                    Some(check) => self.healthy(check).await?,
                    None => true,
                };
                sets.push(read(&set, healthy));
            }
            zones.push((zone.name, sets.into()));
        }
        Ok(zones)
    }

    /// Whether a check passes, by what most of its checkers say.
    async fn healthy(&self, check: &str) -> Result<bool, Error> {
        let asked = self.client.get_health_check().health_check_id(check);
        let asked = asked.send().await?.health_check;
        let config = asked.and_then(|check| check.health_check_config);
        let is = |flag: fn(&HealthCheckConfig) -> Option<bool>| {
            config.as_ref().and_then(flag).unwrap_or_default()
        };
        let inverted = is(HealthCheckConfig::inverted);
        if is(HealthCheckConfig::disabled) {
            return Ok(!inverted);
        }
        let status = self.client.get_health_check_status().health_check_id(check);
        let seen = status.send().await?;
        let reports = seen.health_check_observations.iter();
        let reports = reports.filter_map(|seen| seen.status_report()?.status());
        let good: Vec<bool> = reports.map(|said| said.starts_with("Success")).collect();
        Ok((good.iter().filter(|good| **good).count() * 2 > good.len()) != inverted)
    }
}

async fn entered(sdk: &SdkConfig, account: AccountId) -> SdkConfig {
    let role = format!("arn:aws:iam::{account}:role/Nameservers");
    let role = AssumeRoleProvider::builder(role).configure(sdk);
    let credentials = role.session_name("nameservers").build().await;
    let builder = sdk.to_builder();
    builder
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

fn read(set: &ResourceRecordSet, healthy: bool) -> Set {
    let policy = match (set.weight(), set.failover()) {
        (Some(weight), _) => Policy::Weight(u8::try_from(weight).expect("a weight")),
        (_, Some(ResourceRecordSetFailover::Primary)) => Policy::Primary,
        (_, Some(_)) => Policy::Secondary,
        _ => Policy::Simple,
    };
    let values = set.resource_records().iter();
    Set {
        name: set.name().replace("\\052", "*").to_ascii_lowercase(),
        kind: set.r#type().as_str().into(),
        policy,
        ttl: set
            .ttl()
            .and_then(|ttl| u32::try_from(ttl).ok())
            .unwrap_or(0),
        values: values.map(|record| record.value().into()).collect(),
        alias: set.alias_target().map(|alias| {
            let name = alias.dns_name().trim_end_matches('.');
            format!("{}.", name.to_ascii_lowercase())
        }),
        healthy,
    }
}

/// The records of `name`, or of the wildcard that stands for it.
pub(super) fn named<'a>(records: &'a [Set], name: &str) -> Vec<&'a Set> {
    let of = |name: &str| -> Vec<&'a Set> {
        let records = records.iter();
        records.filter(|set| set.name == name).collect()
    };
    let exact = of(name);
    match name.split_once('.') {
        Some((_, above)) if exact.is_empty() => of(&format!("*.{above}")),
        _ => exact,
    }
}
