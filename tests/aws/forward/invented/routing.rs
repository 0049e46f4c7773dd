//! Routing controls of a cluster, as its five endpoints tell and set them.

use std::{collections::BTreeMap, sync::Mutex};

use serde_json::{Value, json};

use super::{Answer, Invention, Request, World, lock};

pub(super) const CONTROLS: Invention = Invention {
    service: "route53-recovery-cluster",
    operations: &[
        "GetRoutingControlState",
        "ListRoutingControls",
        "UpdateRoutingControlState",
        "UpdateRoutingControlStates",
    ],
    what: "moto has no cluster: there is one, with the controls that a test has added; all five \
           endpoints have one mind, and the only safety rule is that one control stays on",
};

/// The ARN of the rule that one control stays on, as it is overridden.
pub(crate) const SAFETY_RULE: &str =
    "arn:aws:route53-recovery-control::123456789012:controlpanel/panel/safetyrule/at-least-one";

const PANEL: &str = "arn:aws:route53-recovery-control::123456789012:controlpanel/panel";

/// Name and state by ARN.
#[derive(Default)]
pub(super) struct Cluster(Mutex<BTreeMap<String, (String, bool)>>);

impl World {
    /// Adds a routing control; gives its ARN.
    pub(crate) fn add_control(&self, name: &str, on: bool) -> String {
        let arn = format!("{PANEL}/routingcontrol/{name}");
        lock(&self.routing.0).insert(arn.clone(), (name.into(), on));
        arn
    }

    pub(crate) fn control_is_on(&self, arn: &str) -> bool {
        let controls = lock(&self.routing.0);
        controls.get(arn).is_some_and(|(_, on)| *on)
    }
}

pub(super) fn answer(world: &World, request: &Request) -> Answer {
    let mut controls = lock(&world.routing.0);
    let asked = &request.document;
    match request.operation.as_str() {
        "ListRoutingControls" => {
            let told = controls.iter().map(|(arn, (name, on))| {
                json!({
                    "ControlPanelArn": PANEL,
                    "ControlPanelName": "panel",
                    "RoutingControlArn": arn,
                    "RoutingControlName": name,
                    "RoutingControlState": state(*on),
                })
            });
            let told: Vec<Value> = told.collect();
            Answer::value(request, &json!({ "RoutingControls": told }))
        }
        "GetRoutingControlState" => {
            let arn = request.needed("RoutingControlArn");
            match controls.get(&arn) {
                Some((name, on)) => {
                    let told = json!({
                        "RoutingControlArn": arn,
                        "RoutingControlName": name,
                        "RoutingControlState": state(*on),
                    });
                    Answer::value(request, &told)
                }
                None => absent(request),
            }
        }
        operation => {
            let entries = if operation == "UpdateRoutingControlState" {
                vec![asked.clone()]
            } else {
                let entries = &asked["UpdateRoutingControlStateEntries"];
                entries.as_array().cloned().unwrap_or_default()
            };
            let mut wanted = controls.clone();
            for entry in &entries {
                let arn = entry["RoutingControlArn"].as_str().unwrap_or_default();
                match wanted.get_mut(arn) {
                    Some((_, on)) => *on = entry["RoutingControlState"] == "On",
                    None => return absent(request),
                }
            }
            let overridden = asked["SafetyRulesToOverride"].as_array();
            let overridden = overridden.is_some_and(|rules| rules.contains(&json!(SAFETY_RULE)));
            if !overridden && !wanted.values().any(|(_, on)| *on) {
                let message = format!("Safety rule {SAFETY_RULE} is violated");
                return Answer::refusal(request, 409, "ConflictException", &message);
            }
            *controls = wanted;
            Answer::value(request, &json!({}))
        }
    }
}

const fn state(on: bool) -> &'static str {
    if on { "On" } else { "Off" }
}

fn absent(request: &Request) -> Answer {
    let message = "The routing control does not exist";
    Answer::refusal(request, 404, "ResourceNotFoundException", message)
}
