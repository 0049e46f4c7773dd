//! Zonal shift: traffic of a load balancer away from one Availability Zone for a time.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{super::keys::between, Answer, Invention, Request, World, id, now};

pub(super) const SHIFTS: Invention = Invention {
    service: "arc-zonal-shift",
    operations: &[
        "ListManagedResources",
        "GetManagedResource",
        "ListZonalShifts",
        "StartZonalShift",
        "UpdateZonalShift",
        "CancelZonalShift",
    ],
    what: "moto has none: the load balancers of moto are the managed resources, in the zones that \
           it tells; a shift is in force at once and never runs out by itself",
};

const ELB: (&str, &str) = ("elasticloadbalancing", "2015-12-01");
const EC2: (&str, &str) = ("ec2", "2016-11-15");

/// The shifts so far, oldest first.
#[derive(Default)]
pub(in super::super) struct Made(Vec<Value>);

/// ARN, name, and zones by their ids.
struct Balancer {
    arn: String,
    name: String,
    zones: Vec<String>,
}

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    match request.operation.as_str() {
        "ListManagedResources" => {
            let balancers = balancers(world, request).await;
            let items: Vec<Value> = world.here(request, |place| {
                let balancers = balancers.iter();
                balancers.map(|one| managed(&place.shifts, one)).collect()
            });
            Answer::value(request, &json!({ "items": items }))
        }
        "GetManagedResource" => {
            let wanted = request.needed("resourceIdentifier");
            let balancers = balancers(world, request).await;
            let Some(one) = balancers.iter().find(|one| one.arn == wanted) else {
                return absent(request, "the resource");
            };
            let mut told = world.here(request, |place| managed(&place.shifts, one));
            told.as_object_mut()
                .map(|told| told.remove("availabilityZones"));
            Answer::value(request, &told)
        }
        "StartZonalShift" => start(world, request).await,
        "ListZonalShifts" => {
            let fits = |shift: &&Value| {
                ["status", "resourceIdentifier"].iter().all(|name| {
                    let wanted = request.query.get(*name);
                    wanted.is_none_or(|wanted| shift[*name] == json!(wanted))
                })
            };
            let items: Vec<Value> = world.here(request, |place| {
                place.shifts.0.iter().filter(fits).cloned().collect()
            });
            Answer::value(request, &json!({ "items": items }))
        }
        _ => change(world, request),
    }
}

async fn start(world: &World, request: &Request) -> Answer {
    let arn = request.needed("resourceIdentifier");
    let zone = request.needed("awayFrom");
    let balancers = balancers(world, request).await;
    let Some(balancer) = balancers.iter().find(|one| one.arn == arn) else {
        return absent(request, "the resource");
    };
    if !balancer.zones.contains(&zone) {
        let message = format!("{zone} is not a zone of the resource");
        return Answer::refusal(request, 400, "ValidationException", &message);
    }
    let Some(seconds) = seconds(&request.needed("expiresIn")) else {
        let message = "expiresIn is a number and m or h, at most 72h";
        return Answer::refusal(request, 400, "ValidationException", message);
    };
    let shift = json!({
        "zonalShiftId": id(),
        "resourceIdentifier": arn,
        "awayFrom": zone,
        "expiryTime": now() + seconds,
        "startTime": now(),
        "status": "ACTIVE",
        "comment": request.needed("comment"),
    });
    let busy = world.here(request, |place| {
        let shifts = &mut place.shifts.0;
        let busy = shifts.iter().any(|one| is_active(one, &arn));
        if !busy {
            shifts.push(shift.clone());
        }
        busy
    });
    if busy {
        let message = "A zonal shift is already active for the resource";
        return Answer::refusal(request, 409, "ConflictException", message);
    }
    Answer::value(request, &shift)
}

fn change(world: &World, request: &Request) -> Answer {
    let wanted = request.needed("zonalShiftId");
    let told = world.here(request, |place| {
        let mut shifts = place.shifts.0.iter_mut();
        let shift =
            shifts.find(|one| one["zonalShiftId"] == wanted && one["status"] == "ACTIVE")?;
        if request.operation == "CancelZonalShift" {
            shift["status"] = json!("CANCELED");
        } else {
            if let Some(seconds) = request.text("expiresIn").as_deref().and_then(seconds) {
                shift["expiryTime"] = json!(now() + seconds);
            }
            if let Some(comment) = request.text("comment") {
                shift["comment"] = json!(comment);
            }
        }
        Some(shift.clone())
    });
    match told {
        Some(told) => Answer::value(request, &told),
        None => absent(request, "an active zonal shift"),
    }
}

fn is_active(shift: &Value, arn: &str) -> bool {
    shift["resourceIdentifier"] == arn && shift["status"] == "ACTIVE"
}

fn managed(made: &Made, balancer: &Balancer) -> Value {
    let active = made.0.iter().filter(|one| is_active(one, &balancer.arn));
    let shifts: Vec<Value> = active
        .map(|shift| {
            let mut told = shift.clone();
            told["appliedStatus"] = json!("APPLIED");
            told.as_object_mut().map(|told| told.remove("status"));
            told
        })
        .collect();
    let weights: Map<String, Value> = balancer
        .zones
        .iter()
        .map(|zone| {
            let away = shifts.iter().any(|shift| shift["awayFrom"] == json!(zone));
            (zone.clone(), json!(if away { 0.0 } else { 1.0 }))
        })
        .collect();
    json!({
        "arn": balancer.arn,
        "name": balancer.name,
        "availabilityZones": balancer.zones,
        "appliedWeights": weights,
        "zonalShifts": shifts,
        "autoshifts": [],
        "zonalAutoshiftStatus": "DISABLED",
    })
}

/// What moto has.
async fn balancers(world: &World, request: &Request) -> Vec<Balancer> {
    let zones = world
        .call(request, EC2, &[("Action", "DescribeAvailabilityZones")])
        .await;
    let zones = zones.text();
    let ids: BTreeMap<&str, &str> = zones
        .split("<item>")
        .filter_map(|item| Some((between(item, "zoneName")?, between(item, "zoneId")?)))
        .collect();
    let told = world
        .call(request, ELB, &[("Action", "DescribeLoadBalancers")])
        .await;
    let told = told.text();
    let balancers = told.split("<LoadBalancerArn>").skip(1).filter_map(|one| {
        let (arn, rest) = one.split_once("</LoadBalancerArn>")?;
        let names = rest.split("<ZoneName>").skip(1);
        let names = names.filter_map(|part| part.split('<').next());
        Some(Balancer {
            arn: arn.into(),
            name: between(rest, "LoadBalancerName")?.into(),
            zones: names
                .filter_map(|name| ids.get(name))
                .map(|id| (*id).to_owned())
                .collect(),
        })
    });
    balancers.collect()
}

fn seconds(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let number: i64 = number.parse().ok()?;
    let seconds = match unit {
        "m" => number * 60,
        "h" => number * 3600,
        _ => return None,
    };
    (1..=72 * 3600).contains(&seconds).then_some(seconds)
}

fn absent(request: &Request, what: &str) -> Answer {
    let message = format!("{what} was not found");
    Answer::refusal(request, 404, "ResourceNotFoundException", &message)
}
