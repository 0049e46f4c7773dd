//! Health checks that fail when a test says so, and those that a routing control decides.

use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

use super::{super::keys::between, Answer, Invention, Request, World, lock};

pub(super) const HEALTH: Invention = Invention {
    service: "route53",
    operations: &["CreateHealthCheck", "GetHealthCheckStatus"],
    what: "moto's checks always pass and forget their routing control: here they fail that a test \
           has made fail, and one of a routing control passes while the control is on",
};

const SPACE: &str = "https://route53.amazonaws.com/doc/2013-04-01/";

/// What decides checks besides moto.
#[derive(Default)]
pub(super) struct Checks(Mutex<Deciding>);

#[derive(Default)]
struct Deciding {
    sick: HashSet<String>,
    /// The ARN of a routing control by check.
    controls: HashMap<String, String>,
}

impl World {
    /// A health check fails from now on, or passes again.
    pub(crate) fn sicken(&self, check: &str, sick: bool) {
        let all = &mut lock(&self.checks.0).sick;
        if sick {
            all.insert(check.into());
        } else {
            all.remove(check);
        }
    }
}

pub(super) async fn answer(world: &World, request: &Request) -> Answer {
    if request.operation == "CreateHealthCheck" {
        let answer = world.really(request).await;
        let (asked, told) = (String::from_utf8_lossy(&request.body), answer.text());
        if let (Some(control), Some(id)) =
            (between(&asked, "RoutingControlArn"), between(&told, "Id"))
        {
            let controls = &mut lock(&world.checks.0).controls;
            controls.insert(id.into(), control.into());
        }
        return answer;
    }
    let check = request.needed("HealthCheckId");
    let (sick, control) = {
        let deciding = lock(&world.checks.0);
        let control = deciding.controls.get(&check).cloned();
        (deciding.sick.contains(&check), control)
    };
    match (sick, control.map(|arn| world.control_is_on(&arn))) {
        (false, None) => world.really(request).await,
        (true, _) | (false, Some(false)) => status("Failure: the endpoint did not answer"),
        (false, Some(true)) => status("Success: the routing control is on"),
    }
}

fn status(status: &str) -> Answer {
    Answer::xml(format!(
        "<GetHealthCheckStatusResponse xmlns=\"{SPACE}\"><HealthCheckObservations>\
         <HealthCheckObservation><Region>us-east-1</Region><IPAddress>192.0.2.1</IPAddress>\
         <StatusReport><Status>{status}</Status><CheckedTime>2026-01-01T00:00:00Z</CheckedTime>\
         </StatusReport></HealthCheckObservation></HealthCheckObservations>\
         </GetHealthCheckStatusResponse>"
    ))
}
