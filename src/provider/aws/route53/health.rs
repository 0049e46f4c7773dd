//! Health checks and what their checkers say.

use aws_sdk_route53::types::{HealthCheck as SdkCheck, HealthCheckConfig};
use futures::{StreamExt, TryStreamExt, stream};

use super::Route53;
use crate::{
    model::traffic::HealthCheck,
    provider::{Kind, Result},
};

const CHECKS_AT_A_TIME: usize = 2;

/// "If more than 18% of health checkers report that an endpoint is healthy, Route 53 considers it
/// healthy" (How Amazon Route 53 determines whether a health check is healthy).
const HEALTHY_ABOVE_PERCENT: u32 = 18;

pub(super) async fn checks(route53: &Route53) -> Result<Vec<HealthCheck>> {
    let call = route53.call("ListHealthChecks");
    let mut pages = route53.client.list_health_checks().into_paginator().send();
    let mut listed = Vec::new();
    while let Some(page) = pages.next().await {
        match page {
            Ok(page) => listed.extend(page.health_checks),
            Err(error) => match call.error(error) {
                // Zones are worth showing without their checks.
                error if is_absent(&error.kind) => return Ok(Vec::new()),
                error => return Err(error),
            },
        }
    }
    stream::iter(listed)
        .map(|check| one(route53, check))
        .buffered(CHECKS_AT_A_TIME)
        .try_collect()
        .await
}

async fn one(route53: &Route53, check: SdkCheck) -> Result<HealthCheck> {
    let config = check.health_check_config;
    let asked = route53
        .client
        .get_health_check_status()
        .health_check_id(&check.id)
        .send()
        .await;
    let statuses: Vec<String> = match asked {
        Ok(answer) => answer
            .health_check_observations
            .into_iter()
            .filter_map(|seen| seen.status_report?.status)
            .collect(),
        Err(error) => match route53.call("GetHealthCheckStatus").error(error) {
            error if matches!(error.kind, Kind::SignedOut { .. } | Kind::MfaNeeded { .. }) => {
                return Err(error);
            }
            // Some kinds of check have no status of their own; unknown is what is shown then.
            _ => Vec::new(),
        },
    };
    let config = config.as_ref();
    let inverted = config.and_then(HealthCheckConfig::inverted) == Some(true);
    let disabled = config.and_then(HealthCheckConfig::disabled) == Some(true);
    let observations = observed(&statuses);
    Ok(HealthCheck {
        id: check.id.into(),
        what: config.map(what).unwrap_or_default(),
        inverted,
        disabled,
        healthy: verdict(observations, inverted, disabled),
        observations,
    })
}

const fn is_absent(kind: &Kind) -> bool {
    matches!(kind, Kind::Unavailable { .. } | Kind::Denied { .. })
}

/// Checkers that say healthy, of those that answered.
fn observed(statuses: &[String]) -> (u32, u32) {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let good = statuses
        .iter()
        .filter(|status| status.starts_with("Success"));
    (count(good.count()), count(statuses.len()))
}

fn verdict((good, all): (u32, u32), inverted: bool, disabled: bool) -> Option<bool> {
    if disabled {
        // A disabled check is taken for healthy, or for unhealthy when it is inverted.
        return Some(!inverted);
    }
    (all > 0).then(|| (good * 100 > all * HEALTHY_ABOVE_PERCENT) != inverted)
}

/// `HTTPS api.example.com/health`
fn what(config: &HealthCheckConfig) -> String {
    let kind = config.r#type().as_str();
    let target = match (config.fully_qualified_domain_name(), config.ip_address()) {
        (Some(name), _) if !name.is_empty() => name,
        (_, Some(address)) if !address.is_empty() => address,
        _ => {
            let alarm = config.alarm_identifier().map(|alarm| alarm.name().into());
            let control = config.routing_control_arn().map(str::to_owned);
            let children = config.child_health_checks().len();
            let children = (children > 0).then(|| format!("of {children} checks"));
            let about = alarm.or(control).or(children).unwrap_or_default();
            return format!("{kind} {about}").trim_end().into();
        }
    };
    let usual = match kind {
        "HTTP" | "HTTP_STR_MATCH" => Some(80),
        "HTTPS" | "HTTPS_STR_MATCH" => Some(443),
        _ => None,
    };
    let port = config.port().filter(|port| Some(*port) != usual);
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    let path = config.resource_path().unwrap_or_default();
    format!("{kind} {target}{port}{path}")
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::HealthCheckType;

    use super::*;

    #[test]
    fn a_check_is_healthy_above_eighteen_percent_of_its_checkers() {
        assert_eq!(verdict((18, 100), false, false), Some(false));
        assert_eq!(verdict((19, 100), false, false), Some(true));
        assert_eq!(verdict((19, 100), true, false), Some(false));
        assert_eq!(verdict((0, 0), false, false), None);
        assert_eq!(verdict((0, 16), false, true), Some(true));
    }

    #[test]
    fn a_check_is_told_by_what_it_asks() {
        let check = |kind: HealthCheckType| HealthCheckConfig::builder().r#type(kind);
        let https = check(HealthCheckType::Https)
            .fully_qualified_domain_name("api.example.com")
            .port(443)
            .resource_path("/health");
        let tcp = check(HealthCheckType::Tcp).ip_address("192.0.2.1").port(22);
        let many = check(HealthCheckType::Calculated)
            .child_health_checks("a")
            .child_health_checks("b");
        let told = |config: aws_sdk_route53::types::builders::HealthCheckConfigBuilder| {
            what(&config.build().expect("a type"))
        };
        assert_eq!(told(https), "HTTPS api.example.com/health");
        assert_eq!(told(tcp), "TCP 192.0.2.1:22");
        assert_eq!(told(many), "CALCULATED of 2 checks");
    }
}
