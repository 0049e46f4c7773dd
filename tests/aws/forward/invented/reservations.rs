//! Capacity reservations of EC2.

use super::{Answer, Invention, Request, World, id};

pub(super) const RESERVATIONS: Invention = Invention {
    service: "ec2",
    operations: &[
        "CreateCapacityReservation",
        "DescribeCapacityReservations",
        "CancelCapacityReservation",
    ],
    what: "moto has none: here capacity is there for everything, a reservation is active at once and \
           used by no instance; of the filters only `instance-type` is known, one answer is one page",
};

#[derive(Clone)]
struct Reservation {
    id: String,
    token: Option<String>,
    kind: String,
    zone: String,
    count: String,
    cancelled: bool,
    tags: Vec<(String, String)>,
}

#[derive(Default)]
pub(super) struct Made(Vec<Reservation>);

pub(super) fn answer(world: &World, request: &Request) -> Answer {
    match request.operation.as_str() {
        "CreateCapacityReservation" => create(world, request),
        "CancelCapacityReservation" => cancel(world, request),
        _ => describe(world, request),
    }
}

fn create(world: &World, request: &Request) -> Answer {
    let token = request.text("ClientToken");
    let wanted = Reservation {
        id: format!("cr-{}", &id().replace('-', "")[15..]),
        token: token.clone(),
        kind: request.needed("InstanceType"),
        zone: request.needed("AvailabilityZone"),
        count: request.needed("InstanceCount"),
        cancelled: false,
        tags: tags(request),
    };
    let held = world.here(request, |place| {
        let all = &mut place.reservations.0;
        let same = |one: &&Reservation| token.is_some() && one.token == token;
        if let Some(before) = all.iter().find(same) {
            return before.clone();
        }
        all.push(wanted.clone());
        wanted
    });
    let told = format!("<capacityReservation>{}</capacityReservation>", xml(&held));
    Answer::ec2(request, &told)
}

fn cancel(world: &World, request: &Request) -> Answer {
    let wanted = request.needed("CapacityReservationId");
    let found = world.here(request, |place| {
        let mut all = place.reservations.0.iter_mut();
        let found = all.find(|one| one.id == wanted && !one.cancelled);
        found.map(|one| one.cancelled = true).is_some()
    });
    if found {
        return Answer::ec2(request, "<return>true</return>");
    }
    let code = "InvalidCapacityReservationId.NotFound";
    let message = format!("The capacity reservation {wanted} does not exist");
    Answer::refusal(request, 400, code, &message)
}

fn describe(world: &World, request: &Request) -> Answer {
    let filter = (1..).find_map(|at| match request.text(&format!("Filter.{at}.Name")) {
        Some(name) if name == "instance-type" => {
            Some(request.text(&format!("Filter.{at}.Value.1")))
        }
        Some(_) => None,
        None => Some(None),
    });
    let wanted = filter.flatten();
    let items: String = world.here(request, |place| {
        let all = place.reservations.0.iter();
        let fitting = all.filter(|one| wanted.as_ref().is_none_or(|kind| *kind == one.kind));
        let told = fitting.map(|one| format!("<item>{}</item>", xml(one)));
        told.collect()
    });
    let told = format!("<capacityReservationSet>{items}</capacityReservationSet>");
    Answer::ec2(request, &told)
}

fn tags(request: &Request) -> Vec<(String, String)> {
    let one = |at: usize| {
        let of = |part| request.text(&format!("TagSpecifications.1.Tag.{at}.{part}"));
        Some((of("Key")?, of("Value").unwrap_or_default()))
    };
    (1..).map_while(one).collect()
}

fn xml(held: &Reservation) -> String {
    let Reservation {
        id,
        kind,
        zone,
        count,
        ..
    } = held;
    let (state, free) = if held.cancelled {
        ("cancelled", "0")
    } else {
        ("active", count.as_str())
    };
    let tags = held.tags.iter();
    let tags: Vec<String> = tags
        .map(|(key, value)| format!("<item><key>{key}</key><value>{value}</value></item>"))
        .collect();
    let tags = tags.concat();
    format!(
        "<capacityReservationId>{id}</capacityReservationId><instanceType>{kind}</instanceType>\
         <instancePlatform>Linux/UNIX</instancePlatform><availabilityZone>{zone}</availabilityZone>\
         <totalInstanceCount>{count}</totalInstanceCount>\
         <availableInstanceCount>{free}</availableInstanceCount><state>{state}</state>\
         <reservationType>default</reservationType><endDateType>unlimited</endDateType>\
         <tagSet>{tags}</tagSet>"
    )
}
