//! S3 buckets, as far as they protect data.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_sdk_s3::{
    Client, config,
    error::ProvideErrorMetadata,
    types::{BucketVersioningStatus, ReplicationRuleStatus},
};
use aws_types::SdkConfig;
use futures::{StreamExt, TryStreamExt, stream};
use tokio::{sync::Mutex, time::Instant};

use super::{ec2::overridden, error::Call, gaps::Gaps, session::Sessions};
use crate::{
    model::{AccountId, Arn, Place, Region, Tags, protection::Bucket},
    provider::Result,
};

const SERVICE: &str = "s3";

/// Buckets looked into at a time.
const BUCKETS_AT_A_TIME: usize = 6;

/// One answer lists an account's buckets of all regions, so the regions that are read together
/// share it.
const LIST_STANDS: Duration = Duration::from_secs(30);

/// Names and regions of an account's buckets, and when they were listed.
type Listed = Arc<Mutex<Option<(Instant, Vec<(String, Region)>)>>>;

/// The buckets of all accounts.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    sessions: Sessions,
    listed: Arc<Mutex<HashMap<AccountId, Listed>>>,
}

impl Buckets {
    pub(super) fn new(sessions: Sessions) -> Self {
        let listed = Arc::default();
        Self { sessions, listed }
    }

    /// The buckets that are in `place`.
    pub(super) async fn of(&self, place: &Place, gaps: &Gaps) -> Result<Vec<Bucket>> {
        let listed = self.listed(place.account).await;
        let listed = gaps.part("s3:ListBuckets", listed)?;
        let here = listed
            .into_iter()
            .filter(|(_, region)| *region == place.region);
        let here: Vec<String> = here.map(|(name, _)| name).collect();
        if here.is_empty() {
            return Ok(Vec::new());
        }
        let home = self.sessions.home().await?;
        let reader = Reader {
            client: client(&self.sessions.sdk(place).await?, place),
            place,
            partition: home.arn.partition().unwrap_or("aws"),
            gaps,
        };
        stream::iter(here)
            .map(|name| reader.bucket(name))
            .buffered(BUCKETS_AT_A_TIME)
            .try_collect()
            .await
    }

    async fn listed(&self, account: AccountId) -> Result<Vec<(String, Region)>> {
        let slot = self.listed.lock().await.entry(account).or_default().clone();
        let mut slot = slot.lock().await;
        if let Some((at, buckets)) = slot.as_ref()
            && at.elapsed() < LIST_STANDS
        {
            return Ok(buckets.clone());
        }
        let place = Place::new(account, Region::global());
        let client = client(&self.sessions.sdk(&place).await?, &place);
        let buckets = list(&client, &place).await?;
        *slot = Some((Instant::now(), buckets.clone()));
        Ok(buckets)
    }
}

async fn list(client: &Client, place: &Place) -> Result<Vec<(String, Region)>> {
    let call = Call::new(SERVICE, "ListAllMyBuckets", place);
    // With a page size S3 tells each bucket's region, without one it does not.
    let pages = client.list_buckets().into_paginator().page_size(1000);
    let found: std::result::Result<Vec<_>, _> = pages.items().send().collect().await;
    let found = found.map_err(|error| call.error(error))?;
    let mut buckets = Vec::new();
    for bucket in found {
        let Some(name) = bucket.name else { continue };
        let region = match bucket.bucket_region.filter(|region| !region.is_empty()) {
            Some(region) => region.into(),
            None => location(client, place, &name).await?,
        };
        buckets.push((name, region));
    }
    buckets.sort();
    Ok(buckets)
}

async fn location(client: &Client, place: &Place, bucket: &str) -> Result<Region> {
    let call = Call::new(SERVICE, "GetBucketLocation", place);
    let answer = client.get_bucket_location().bucket(bucket).send().await;
    let answer = answer.map_err(|error| call.error(error))?;
    let word = answer.location_constraint;
    let word = word.as_ref().map_or("", |word| word.as_str());
    Ok(Region::from(match word {
        // The names from before there were others.
        "" => "us-east-1",
        "EU" => "eu-west-1",
        region => region,
    }))
}

fn client(sdk: &SdkConfig, place: &Place) -> Client {
    // Emulators answer at one host, which a bucket's name cannot be put before.
    let emulated = overridden(sdk, "S3").is_ok_and(|url| url.is_some());
    let config = config::Builder::from(sdk)
        .retry_partition(Sessions::retry_partition(SERVICE, place))
        .force_path_style(emulated)
        .build();
    Client::from_conf(config)
}

struct Reader<'a> {
    client: Client,
    place: &'a Place,
    partition: &'a str,
    gaps: &'a Gaps,
}

impl Reader<'_> {
    const fn call(&self, action: &'static str) -> Call<'_> {
        Call::new(SERVICE, action, self.place)
    }

    async fn bucket(&self, name: String) -> Result<Bucket> {
        let (versioning, replicas, tags) = tokio::try_join!(
            self.versioning(&name),
            self.replicas(&name),
            self.tags(&name)
        )?;
        Ok(Bucket {
            arn: format!("arn:{}:s3:::{name}", self.partition).into(),
            name,
            versioning,
            replicas,
            tags,
        })
    }

    async fn versioning(&self, name: &str) -> Result<Option<bool>> {
        let asked = self
            .client
            .get_bucket_versioning()
            .bucket(name)
            .send()
            .await;
        let call = self.call("GetBucketVersioning");
        // No status is one that was never switched on.
        let on = asked.map(|answer| Some(answer.status == Some(BucketVersioningStatus::Enabled)));
        let on = on.map_err(|error| call.error(error));
        self.gaps.part("s3:GetBucketVersioning", on)
    }

    async fn replicas(&self, name: &str) -> Result<Option<Vec<Arn>>> {
        let asked = self
            .client
            .get_bucket_replication()
            .bucket(name)
            .send()
            .await;
        let found = match asked {
            Ok(answer) => Ok(answer
                .replication_configuration
                .map_or_else(Vec::new, |set| {
                    let live =
                        |status: &ReplicationRuleStatus| *status == ReplicationRuleStatus::Enabled;
                    let rules = set.rules.into_iter().filter(|rule| live(&rule.status));
                    let mut to: Vec<Arn> = rules
                        .filter_map(|rule| Some(rule.destination?.bucket.into()))
                        .collect();
                    to.dedup();
                    to
                })),
            Err(error) if error.code() == Some("ReplicationConfigurationNotFoundError") => {
                Ok(Vec::new())
            }
            Err(error) => Err(self.call("GetReplicationConfiguration").error(error)),
        };
        self.gaps
            .part("s3:GetReplicationConfiguration", found.map(Some))
    }

    async fn tags(&self, name: &str) -> Result<Tags> {
        let asked = self.client.get_bucket_tagging().bucket(name).send().await;
        let found = match asked {
            Ok(answer) => {
                let pairs = answer.tag_set.into_iter();
                Ok(pairs.map(|tag| (tag.key, tag.value)).collect())
            }
            Err(error) if error.code() == Some("NoSuchTagSet") => Ok(Tags::new()),
            Err(error) => Err(self.call("GetBucketTagging").error(error)),
        };
        self.gaps.part("s3:GetBucketTagging", found)
    }
}
