//! What must be so before there is a plan, and what the reader must be told.

use ipnet::IpNet;

use super::{
    super::{Arguments, Refusal, Wrong},
    observe::Observed,
    pieces::{Blueprint, PoolWish, ROLE_NAME},
};
use crate::model::{Arn, QuotaCode, change::Endpoint, compute::Family};

const LOGS: [&str; 5] = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];

pub(super) fn wrong(name: &str, value: &str, expected: impl Into<String>) -> Refusal {
    Refusal::Wrong(Wrong::Value {
        name: name.into(),
        value: value.into(),
        expected: expected.into(),
    })
}

pub(super) fn impossible<T>(text: String) -> Result<T, Refusal> {
    Err(Refusal::Impossible(text))
}

/// The words between commas.
pub(super) fn words(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether the name can be a cluster's and that of its roles.
pub(super) fn name(blueprint: &Blueprint) -> Result<(), Refusal> {
    let text = blueprint.name.as_str();
    let fits = |char: char| char.is_ascii_alphanumeric() || "-_".contains(char);
    let starts = text.starts_with(|char: char| char.is_ascii_alphanumeric());
    if !starts || !text.chars().all(fits) {
        return Err(wrong(
            "name",
            text,
            "letters, digits, `-` and `_`, beginning with a letter or digit",
        ));
    }
    let role = blueprint.cluster_role();
    if role.as_str().len() > ROLE_NAME {
        return Err(wrong(
            "name",
            text,
            format!("so short that the role {role} has at most {ROLE_NAME} characters"),
        ));
    }
    Ok(())
}

/// The version to make it of, and whether it is in standard support.
pub(super) fn version(
    wish: &Arguments,
    seen: &Observed,
    warnings: &mut Vec<String>,
) -> Result<(String, bool), Refusal> {
    let present = seen.present.compute.cluster(&seen.name);
    let asked = wish.get("version");
    if let Some(cluster) = present {
        return match asked {
            Some(asked) if asked != cluster.version => impossible(format!(
                "{} is there with version {}; to change the version of a cluster is another \
                 operation",
                seen.name, cluster.version
            )),
            _ => Ok((cluster.version.clone(), true)),
        };
    }
    match (&seen.offers, asked) {
        (Err(reason), Some(asked)) => {
            warnings.push(format!("whether EKS offers {asked} is not known: {reason}"));
            Ok((asked.to_owned(), true))
        }
        (Err(reason), None) => impossible(format!(
            "give --version: the versions that EKS offers could not be read ({reason})"
        )),
        (Ok(offers), asked) => {
            let chosen = match asked {
                Some(asked) => offers.iter().find(|offer| offer.version == asked),
                None => offers.iter().find(|offer| offer.default).or(offers.first()),
            };
            let Some(offer) = chosen else {
                let names: Vec<&str> = offers.iter().map(|one| one.version.as_str()).collect();
                return Err(wrong(
                    "version",
                    asked.unwrap_or_default(),
                    format!("one of {}", names.join(", ")),
                ));
            };
            if !offer.standard {
                warnings.push(format!(
                    "{} is in extended support, which costs six times as much an hour",
                    offer.version
                ));
            }
            Ok((offer.version.clone(), offer.standard))
        }
    }
}

pub(super) fn endpoint(wish: &Arguments) -> Result<Endpoint, Refusal> {
    let text = wish.text("public-cidrs");
    if wish.text("endpoint") == "private" {
        return if text.is_empty() {
            Ok(Endpoint::Private)
        } else {
            Err(wrong(
                "public-cidrs",
                text,
                "nothing beside --endpoint private",
            ))
        };
    }
    let blocks: Result<Vec<IpNet>, _> = words(text).iter().map(|word| word.parse()).collect();
    match blocks {
        Ok(blocks) if !blocks.is_empty() => Ok(Endpoint::Public(blocks)),
        _ => Err(wrong(
            "public-cidrs",
            text,
            "blocks such as 203.0.113.0/24 that a public endpoint is open to; 0.0.0.0/0 is \
             everybody",
        )),
    }
}

pub(super) fn logs(wish: &Arguments) -> Result<Vec<String>, Refusal> {
    let logs = words(wish.text("logs"));
    match logs.iter().find(|log| !LOGS.contains(&log.as_str())) {
        Some(log) => Err(wrong("logs", log, format!("of {}", LOGS.join(", ")))),
        None => Ok(logs),
    }
}

pub(super) fn arn(wish: &Arguments, name: &str, service: &str) -> Result<Option<Arn>, Refusal> {
    let Some(text) = wish.get(name) else {
        return Ok(None);
    };
    let arn = Arn::from(text);
    let of_service = text.split(':').nth(2) == Some(service);
    if arn.partition().is_none() || !of_service || arn.account().is_none() {
        return Err(wrong(name, text, format!("an ARN of {service}")));
    }
    Ok(Some(arn))
}

/// Whether what is there of it can be built on.
pub(super) fn present(blueprint: &Blueprint, seen: &Observed) -> Result<(), Refusal> {
    let present = &seen.present;
    for (role, name, service) in [
        (
            &present.cluster_role,
            blueprint.cluster_role(),
            "eks.amazonaws.com",
        ),
        (
            &present.node_role,
            blueprint.node_role(),
            "ec2.amazonaws.com",
        ),
    ] {
        if role.as_ref().is_some_and(|role| !role.trusts(service)) {
            return impossible(format!(
                "a role {name} is there and {service} may not assume it; choose another --name"
            ));
        }
    }
    let Some(cluster) = present.compute.cluster(&seen.name) else {
        return Ok(());
    };
    if cluster.status != "ACTIVE" && cluster.status != "UPDATING" {
        let why = cluster.issues.first().map(|why| format!(" ({why})"));
        return impossible(format!(
            "{} is there and {}{}; wait until it is active, or delete it",
            seen.name,
            cluster.status,
            why.unwrap_or_default()
        ));
    }
    let failed = |status: &str| status.ends_with("FAILED") || status == "DELETING";
    if let Some(pool) = cluster.pools.iter().find(|pool| failed(&pool.status)) {
        return impossible(format!(
            "node group {} of {} is {}; it has to be deleted before it can be made anew",
            pool.name, seen.name, pool.status
        ));
    }
    let mut addons = present.compute.addons.iter();
    if let Some(addon) = addons.find(|addon| failed(&addon.status)) {
        return impossible(format!(
            "add-on {} of {} is {}; it has to be deleted before it can be made anew",
            addon.name, seen.name, addon.status
        ));
    }
    Ok(())
}

/// Whether the account may have one more cluster with such nodes.
pub(super) fn quotas(
    seen: &Observed,
    pools: &[&PoolWish],
    warnings: &mut Vec<String>,
) -> Result<(), Refusal> {
    if seen.present.compute.cluster(&seen.name).is_none() {
        let quota = QuotaCode::CLUSTERS;
        match seen.quotas.get(quota.code) {
            Some(Ok((limit, _))) if seen.clusters as u64 >= *limit => {
                return impossible(format!(
                    "{} ({}): {limit} allowed, {} used, 1 needed; ask Service Quotas for more first",
                    quota.name, quota.code, seen.clusters
                ));
            }
            Some(Err(reason)) => warnings.push(format!("{} is not known: {reason}", quota.name)),
            _ => {}
        }
    }
    for pool in pools {
        let family = Family::of(&pool.instance_type);
        let Some(quota) = family.and_then(|family| family.quota(pool.capacity)) else {
            warnings.push(format!("no quota of {} is known", pool.instance_type));
            continue;
        };
        let machine = seen.machines.as_ref().ok();
        let vcpus = machine.and_then(|known| known.get(&pool.instance_type));
        let Some(each) = vcpus.map(|machine| u64::from(machine.vcpus)) else {
            continue;
        };
        let (now, most) = (
            each * u64::from(pool.sizes.desired),
            each * u64::from(pool.sizes.max),
        );
        let told = |needed: u64, limit: u64, used: u64| {
            format!(
                "{} ({}): {limit} vCPUs allowed, {used} used, {needed} needed",
                quota.name, quota.code
            )
        };
        match seen.quotas.get(quota.code) {
            Some(Ok((limit, used))) => {
                let left = limit.saturating_sub(used.unwrap_or(0));
                if left < now {
                    let told = told(now, *limit, used.unwrap_or(0));
                    return impossible(format!("{told}; ask Service Quotas for more first"));
                }
                if left < most {
                    let told = told(most, *limit, used.unwrap_or(0));
                    warnings.push(format!("{} cannot grow to its maximum: {told}", pool.name));
                }
                if used.is_none() {
                    warnings.push(format!("how much of {} is used is not known", quota.name));
                }
            }
            Some(Err(reason)) => warnings.push(format!("{} is not known: {reason}", quota.name)),
            None => {}
        }
    }
    Ok(())
}
