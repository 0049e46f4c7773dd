//! Load balancers (ELBv2), their target groups and the health of the targets.

use aws_sdk_elasticloadbalancingv2::{
    Client, config,
    types::{LoadBalancer as SdkBalancer, TargetGroup as SdkGroup, TargetHealthDescription},
};
use futures::{StreamExt, TryStreamExt, stream};

use super::{error::Call, session::Sessions};
use crate::{
    model::{
        Place,
        traffic::{Balancers, LoadBalancer, Target, TargetGroup},
    },
    provider::{Kind, Result},
};

const SERVICE: &str = "elasticloadbalancing";

/// Target groups whose health is asked at a time.
const GROUPS_AT_A_TIME: usize = 4;

pub(super) async fn balancers(sessions: &Sessions, place: &Place) -> Result<Balancers> {
    let sdk = sessions.sdk(place).await?;
    let config = config::Builder::from(&sdk)
        .retry_partition(Sessions::retry_partition(SERVICE, place))
        .build();
    let client = Client::from_conf(config);
    let (balancers, groups) =
        tokio::try_join!(load_balancers(&client, place), groups(&client, place))?;
    let target_groups = stream::iter(groups)
        .map(|group| target_group(&client, place, group))
        .buffered(GROUPS_AT_A_TIME)
        .try_collect()
        .await?;
    Ok(Balancers {
        place: place.clone(),
        balancers,
        target_groups,
    })
}

async fn load_balancers(client: &Client, place: &Place) -> Result<Vec<LoadBalancer>> {
    let call = Call::new(SERVICE, "DescribeLoadBalancers", place);
    let mut pages = client
        .describe_load_balancers()
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(balancer) = pages.next().await {
        found.push(load_balancer(balancer.map_err(|error| call.error(error))?));
    }
    Ok(found)
}

async fn groups(client: &Client, place: &Place) -> Result<Vec<SdkGroup>> {
    let call = Call::new(SERVICE, "DescribeTargetGroups", place);
    let mut pages = client
        .describe_target_groups()
        .into_paginator()
        .items()
        .send();
    let mut found = Vec::new();
    while let Some(group) = pages.next().await {
        found.push(group.map_err(|error| call.error(error))?);
    }
    Ok(found)
}

async fn target_group(client: &Client, place: &Place, group: SdkGroup) -> Result<TargetGroup> {
    let arn = group.target_group_arn.unwrap_or_default();
    let health = client
        .describe_target_health()
        .target_group_arn(&arn)
        .send()
        .await;
    let targets = match health {
        Ok(answer) => answer.target_health_descriptions.unwrap_or_default(),
        Err(error) => match Call::new(SERVICE, "DescribeTargetHealth", place).error(error) {
            // Deleted since it was listed.
            error if matches!(error.kind, Kind::NotFound { .. }) => Vec::new(),
            error => return Err(error),
        },
    };
    Ok(TargetGroup {
        arn: arn.into(),
        name: group.target_group_name.unwrap_or_default(),
        protocol: group.protocol.map(|protocol| protocol.as_str().into()),
        port: group.port.and_then(|port| u16::try_from(port).ok()),
        balancers: group
            .load_balancer_arns
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect(),
        targets: targets.into_iter().filter_map(target).collect(),
    })
}

fn load_balancer(balancer: SdkBalancer) -> LoadBalancer {
    let state = balancer.state.and_then(|state| state.code);
    LoadBalancer {
        arn: balancer.load_balancer_arn.unwrap_or_default().into(),
        name: balancer.load_balancer_name.unwrap_or_default(),
        dns_name: balancer.dns_name.unwrap_or_default(),
        kind: balancer
            .r#type
            .map(|kind| kind.as_str().into())
            .unwrap_or_default(),
        scheme: balancer
            .scheme
            .map(|scheme| scheme.as_str().into())
            .unwrap_or_default(),
        state: state.map(|state| state.as_str().into()).unwrap_or_default(),
        vpc: balancer.vpc_id.map(Into::into),
    }
}

fn target(seen: TargetHealthDescription) -> Option<Target> {
    let target = seen.target?;
    let health = seen.target_health;
    let state = health.as_ref().and_then(|health| health.state.as_ref());
    let reason = health.as_ref().and_then(|health| {
        let words = health.description.clone().filter(|words| !words.is_empty());
        words.or_else(|| health.reason.as_ref().map(|reason| reason.as_str().into()))
    });
    Some(Target {
        id: target.id?,
        port: target.port.and_then(|port| u16::try_from(port).ok()),
        state: state.map_or("unknown", |state| state.as_str()).into(),
        reason,
    })
}
