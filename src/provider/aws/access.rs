//! Into the clusters of EKS by the account's own credentials: where a cluster is, tokens for it, which
//! roles its pods have, and the bucket that its backups are in.

use std::time::SystemTime;

use async_trait::async_trait;
use aws_sdk_eks::{Client, types::ClusterStatus};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;

use super::{cluster_token, error::Call, session::Sessions};
use crate::{
    model::{Arn, ClusterId, Place, velero::Location, workload::Grant},
    provider::{self, ClusterAccess, Endpoint, Error, Kind, Result, Token},
};

/// Calls in flight for one cluster.
const CALLS: usize = 4;

/// The clusters of any account.
#[derive(Clone, Debug)]
pub struct Access {
    sessions: Sessions,
}

impl Access {
    #[must_use]
    pub const fn new(sessions: Sessions) -> Self {
        Self { sessions }
    }

    async fn eks(&self, place: &Place) -> Result<Client> {
        let sdk = self.sessions.sdk(place).await?;
        let config = aws_sdk_eks::config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition("eks", place))
            .build();
        Ok(Client::from_conf(config))
    }
}

fn placed(cluster: &ClusterId, kind: Kind) -> Error {
    Error::new(kind).at(cluster.place.account, Some(&cluster.place.region))
}

fn unavailable(cluster: &ClusterId, message: String) -> Error {
    let service = cluster.name.to_string();
    placed(cluster, Kind::Unavailable { service, message })
}

#[async_trait]
impl ClusterAccess for Access {
    async fn endpoint(&self, cluster: &ClusterId) -> Result<Endpoint> {
        let call = Call::new("eks", "DescribeCluster", &cluster.place);
        let client = self.eks(&cluster.place).await?;
        let request = client.describe_cluster().name(cluster.name.as_str());
        let told = request.send().await.map_err(|error| call.error(error))?;
        let told = told.cluster.ok_or_else(|| {
            let kind = "cluster".into();
            placed(
                cluster,
                Kind::NotFound {
                    kind,
                    name: cluster.name.to_string(),
                },
            )
        })?;
        if told.connector_config().is_some() {
            let message = "it is connected from elsewhere, and EKS knows no way into it".into();
            return Err(unavailable(cluster, message));
        }
        let Some(url) = told.endpoint().filter(|url| !url.is_empty()) else {
            let status = told.status().map_or("unknown", ClusterStatus::as_str);
            let message = format!(
                "it has no endpoint yet; EKS calls it {}",
                status.to_lowercase()
            );
            return Err(unavailable(cluster, message));
        };
        let authority = told
            .certificate_authority()
            .and_then(|authority| authority.data())
            .and_then(|data| BASE64_STANDARD.decode(data).ok())
            .and_then(|pem| String::from_utf8(pem).ok());
        let public = told
            .resources_vpc_config()
            .is_none_or(|network| network.endpoint_public_access());
        Ok(Endpoint {
            url: url.to_owned(),
            authority: authority.unwrap_or_default(),
            private: !public,
        })
    }

    async fn token(&self, cluster: &ClusterId) -> Result<Token> {
        let credentials = self.sessions.credentials(&cluster.place).await?;
        let now = SystemTime::now();
        let region = cluster.place.region.as_str();
        let secret = cluster_token::token(&credentials, region, cluster.name.as_str(), now)
            .map_err(|problem| unavailable(cluster, problem.to_string()))?;
        let own = now + cluster_token::LIFE;
        let end = credentials.expiry().map_or(own, |expiry| expiry.min(own));
        Ok(Token {
            secret,
            expires: Timestamp::try_from(end).unwrap_or(Timestamp::MAX),
        })
    }

    async fn grants(&self, cluster: &ClusterId) -> Result<Vec<Grant>> {
        let call = |action| Call::new("eks", action, &cluster.place);
        let client = &self.eks(&cluster.place).await?;
        let list = client
            .list_pod_identity_associations()
            .cluster_name(cluster.name.as_str())
            .into_paginator()
            .items()
            .send();
        let listed: Vec<_> = list
            .try_collect()
            .await
            .map_err(|error| call("ListPodIdentityAssociations").error(error))?;
        // The list leaves the role out.
        let described = stream::iter(listed)
            .map(|one| async move {
                let request = client
                    .describe_pod_identity_association()
                    .cluster_name(cluster.name.as_str())
                    .set_association_id(one.association_id().map(str::to_owned));
                let told = request.send().await;
                told.map_err(|error| call("DescribePodIdentityAssociation").error(error))
            })
            .buffered(CALLS);
        let grant = |told: aws_sdk_eks::operation::describe_pod_identity_association::DescribePodIdentityAssociationOutput| {
            let told = told.association?;
            Some(Grant {
                namespace: told.namespace()?.to_owned(),
                service_account: told.service_account()?.to_owned(),
                role: Arn::from(told.role_arn()?),
                pod_identity: true,
            })
        };
        described
            .try_filter_map(|told| async { Ok(grant(told)) })
            .try_collect()
            .await
    }

    async fn object(
        &self,
        cluster: &ClusterId,
        location: &Location,
        key: &str,
    ) -> Result<Option<Vec<u8>>> {
        let mut place = cluster.place.clone();
        if let Some(region) = &location.region {
            place.region = region.as_str().into();
        }
        let call = Call::new("s3", "GetObject", &place);
        let sdk = self.sessions.sdk(&place).await?;
        let mut config = aws_sdk_s3::config::Builder::from(&sdk)
            .retry_partition(Sessions::retry_partition("s3", &place));
        if let Some(endpoint) = &location.endpoint {
            // Stores that speak S3 elsewhere name buckets in the path.
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        let client = aws_sdk_s3::Client::from_conf(config.build());
        let request = client.get_object().bucket(&location.bucket).key(key);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                let error = call.error(error);
                let absent = matches!(error.kind, provider::Kind::NotFound { .. });
                return if absent { Ok(None) } else { Err(error) };
            }
        };
        let body = answer.body.collect().await.map_err(|error| {
            let (service, message) = ("s3".into(), error.to_string());
            placed(cluster, Kind::Unreachable { service, message })
        })?;
        Ok(Some(body.into_bytes().into()))
    }
}
