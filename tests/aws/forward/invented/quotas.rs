//! Service Quotas, and requests to raise them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answer, Invention, Request, World, id, now};

pub(super) const QUOTAS: Invention = Invention {
    service: "servicequotas",
    operations: &[
        "GetServiceQuota",
        "GetAWSDefaultServiceQuota",
        "ListServiceQuotas",
        "ListAWSDefaultServiceQuotas",
        "RequestServiceQuotaIncrease",
        "GetRequestedServiceQuotaChange",
        "ListRequestedServiceQuotaChangeHistory",
        "ListRequestedServiceQuotaChangeHistoryByQuota",
    ],
    what: "moto knows the defaults of one service: here are the quotas that operations look at, with \
           AWS's default values; a request is pending until it was looked at once, then approved",
};

/// Service, code, name and default value.
const KNOWN: &[(&str, &str, &str, f64)] = &[
    ("vpc", "L-F678F1CE", "VPCs per Region", 5.0),
    ("vpc", "L-A4707A72", "Internet gateways per Region", 5.0),
    (
        "vpc",
        "L-FE5A380F",
        "NAT gateways per Availability Zone",
        5.0,
    ),
    (
        "vpc",
        "L-7E9ECCDB",
        "Active VPC peering connections per VPC",
        50.0,
    ),
    ("vpc", "L-93826ACB", "Routes per route table", 50.0),
    ("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5.0),
    (
        "ec2",
        "L-1216C47A",
        "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
        640.0,
    ),
    (
        "ec2",
        "L-DB2E81BA",
        "Running On-Demand G and VT instances",
        64.0,
    ),
    ("ec2", "L-417A185B", "Running On-Demand P instances", 192.0),
    (
        "ec2",
        "L-3819A6DF",
        "All G and VT Spot Instance Requests",
        64.0,
    ),
    ("eks", "L-1194D53C", "Clusters", 100.0),
    ("eks", "L-6D54EA21", "Managed node groups per cluster", 30.0),
    ("rds", "L-7B6409FD", "DB instances", 40.0),
    ("rds", "L-5BC124EF", "Read replicas per primary", 15.0),
    (
        "elasticloadbalancing",
        "L-53DA6B97",
        "Application Load Balancers per Region",
        50.0,
    ),
    ("route53", "L-4EA4796A", "Hosted zones", 500.0),
];

/// What was asked for, and what was granted.
#[derive(Default)]
pub(in super::super) struct Made {
    granted: BTreeMap<(String, String), f64>,
    requests: Vec<Value>,
}

pub(super) fn answer(world: &World, request: &Request) -> Answer {
    match request.operation.as_str() {
        "RequestServiceQuotaIncrease" => raise(world, request),
        "GetRequestedServiceQuotaChange" => requested(world, request),
        operation if operation.starts_with("ListRequested") => history(world, request),
        _ => quotas(world, request),
    }
}

fn quotas(world: &World, request: &Request) -> Answer {
    let by_default = request.operation.contains("Default");
    let (service, code) = (request.needed("ServiceCode"), request.text("QuotaCode"));
    let found: Vec<Value> = world.here(request, |place| {
        let own = KNOWN.iter().filter(|(known, number, ..)| {
            *known == service && code.as_ref().is_none_or(|code| code == number)
        });
        let told = own.map(|(service, code, name, value)| {
            let key = ((*service).to_owned(), (*code).to_owned());
            let granted = place.quotas.granted.get(&key).filter(|_| !by_default);
            json!({
                "ServiceCode": service,
                "ServiceName": service,
                "QuotaArn": request.arn("servicequotas", &format!("{service}/{code}")),
                "QuotaCode": code,
                "QuotaName": name,
                "Value": granted.unwrap_or(value),
                "Unit": "None",
                "Adjustable": true,
                "GlobalQuota": false,
            })
        });
        told.collect()
    });
    match (found.as_slice(), request.operation.starts_with("List")) {
        ([], _) => absent(request),
        (quotas, true) => Answer::value(request, &json!({ "Quotas": quotas })),
        ([quota, ..], false) => Answer::value(request, &json!({ "Quota": quota })),
    }
}

fn raise(world: &World, request: &Request) -> Answer {
    let (service, code) = (request.needed("ServiceCode"), request.needed("QuotaCode"));
    let known = KNOWN
        .iter()
        .find(|(known, number, ..)| *known == service && *number == code);
    let Some((_, _, name, _)) = known else {
        return absent(request);
    };
    let asked = json!({
        "Id": id().replace('-', ""),
        "ServiceCode": service,
        "ServiceName": service,
        "QuotaCode": code,
        "QuotaName": name,
        "DesiredValue": request.document["DesiredValue"],
        "Status": "PENDING",
        "Created": now(),
        "LastUpdated": now(),
        "QuotaArn": request.arn("servicequotas", &format!("{service}/{code}")),
        "GlobalQuota": false,
        "Unit": "None",
    });
    let open = world.here(request, |place| {
        let mut requests = place.quotas.requests.iter();
        let open = requests.any(|one| one["QuotaCode"] == code && one["Status"] == "PENDING");
        if !open {
            place.quotas.requests.push(asked.clone());
        }
        open
    });
    if open {
        let message = "Only one open service quota increase request is allowed per quota.";
        return Answer::refusal(request, 400, "ResourceAlreadyExistsException", message);
    }
    Answer::value(request, &json!({ "RequestedQuota": asked }))
}

fn requested(world: &World, request: &Request) -> Answer {
    let wanted = request.needed("RequestId");
    let told = world.here(request, |place| {
        let made = &mut place.quotas;
        let mut requests = made.requests.iter_mut();
        let asked = requests.find(|asked| asked["Id"] == wanted)?;
        let told = asked.clone();
        if asked["Status"] == "PENDING" {
            asked["Status"] = json!("APPROVED");
            let text = |member: &str| asked[member].as_str().unwrap_or_default().to_owned();
            let key = (text("ServiceCode"), text("QuotaCode"));
            made.granted
                .insert(key, asked["DesiredValue"].as_f64().unwrap_or_default());
        }
        Some(told)
    });
    match told {
        Some(told) => Answer::value(request, &json!({ "RequestedQuota": told })),
        None => absent(request),
    }
}

fn history(world: &World, request: &Request) -> Answer {
    let fits = |asked: &&Value| {
        ["ServiceCode", "QuotaCode", "Status"].iter().all(|member| {
            let wanted = &request.document[*member];
            wanted.is_null() || asked[*member] == *wanted
        })
    };
    let found: Vec<Value> = world.here(request, |place| {
        let requests = place.quotas.requests.iter();
        requests.filter(fits).cloned().collect()
    });
    Answer::value(request, &json!({ "RequestedQuotas": found }))
}

fn absent(request: &Request) -> Answer {
    let message = "The specified resource does not exist.";
    Answer::refusal(request, 400, "NoSuchResourceException", message)
}
