//! Region switch: plans that the customer has made, and their executions.

use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};

use super::{Answer, Invention, Request, World, id, lock, now};

pub(super) const PLANS: Invention = Invention {
    service: "arc-region-switch",
    operations: &["ListPlans", "GetPlan", "GetPlanEvaluationStatus"],
    what: "moto has none: the plans are those that a test has added, and each has passed evaluation",
};

pub(super) const EXECUTIONS: Invention = Invention {
    service: "arc-region-switch",
    operations: &[
        "StartPlanExecution",
        "GetPlanExecution",
        "ListPlanExecutions",
        "ListPlanExecutionEvents",
        "CancelPlanExecution",
        "ApprovePlanExecutionStep",
        "UpdatePlanExecution",
    ],
    what: "moto has none: each look completes one step, one with an approval waits for it, nothing \
           outside is changed; the events are the starts and ends of executions only",
};

#[derive(Default)]
pub(super) struct Plans(Mutex<Made>);

#[derive(Default)]
struct Made {
    plans: Vec<Value>,
    executions: Vec<Value>,
}

impl World {
    /// Adds a plan that activates `regions[1]` when `regions[0]` fails, by steps that need an
    /// approval where their name begins with `approve`. Gives its ARN.
    pub(crate) fn add_plan(&self, name: &str, regions: [&str; 2], steps: &[&str]) -> String {
        let arn = format!("arn:aws:arc-region-switch::123456789012:plan/{name}:a1b2c3");
        let step = |name: &&str| {
            let (kind, configuration) = if name.starts_with("approve") {
                let role = "arn:aws:iam::123456789012:role/approver";
                (
                    "ManualApproval",
                    json!({ "executionApprovalConfig": { "approvalRole": role } }),
                )
            } else {
                let child =
                    json!({ "arn": "arn:aws:arc-region-switch::123456789012:plan/child:d4e5f6" });
                (
                    "ARCRegionSwitchPlan",
                    json!({ "regionSwitchPlanConfig": child }),
                )
            };
            json!({
                "name": name,
                "executionBlockType": kind,
                "executionBlockConfiguration": configuration,
            })
        };
        let steps: Vec<Value> = steps.iter().map(step).collect();
        let plan = json!({
            "arn": arn,
            "name": name,
            "owner": "123456789012",
            "regions": regions,
            "primaryRegion": regions[0],
            "recoveryApproach": "activePassive",
            "recoveryTimeObjectiveMinutes": 60,
            "executionRole": "arn:aws:iam::123456789012:role/region-switch",
            "version": "1",
            "updatedAt": now(),
            "workflows": [{ "workflowTargetAction": "activate", "steps": steps }],
        });
        lock(&self.plans.0).plans.push(plan);
        arn
    }
}

pub(super) fn answer(world: &World, request: &Request) -> Answer {
    let made = lock(&world.plans.0);
    if request.operation == "ListPlans" {
        let brief = |plan: &Value| {
            let mut brief = plan.clone();
            brief.as_object_mut().map(|brief| brief.remove("workflows"));
            brief
        };
        let plans: Vec<Value> = made.plans.iter().map(brief).collect();
        return Answer::value(request, &json!({ "plans": plans }));
    }
    let arn = request.text("planArn").or_else(|| request.text("arn"));
    let Some(plan) = made.plans.iter().find(|plan| plan["arn"] == json!(arn)) else {
        return absent(request, "the plan");
    };
    let plan = plan.clone();
    match request.operation.as_str() {
        "GetPlan" => Answer::value(request, &json!({ "plan": plan })),
        "GetPlanEvaluationStatus" => {
            let told = json!({
                "planArn": arn,
                "lastEvaluationTime": now(),
                "lastEvaluatedVersion": plan["version"],
                "region": request.region,
                "evaluationState": "passed",
                "warnings": [],
            });
            Answer::value(request, &told)
        }
        "StartPlanExecution" => start(made, request, &plan),
        "ListPlanExecutions" => {
            let own = made
                .executions
                .iter()
                .filter(|one| one["planArn"] == json!(arn));
            let brief = own.map(|one| {
                let mut brief = one.clone();
                brief
                    .as_object_mut()
                    .map(|brief| (brief.remove("stepStates"), brief.remove("plan")));
                brief
            });
            let items: Vec<Value> = brief.collect();
            Answer::value(request, &json!({ "items": items }))
        }
        _ => execution(made, request),
    }
}

fn start(mut made: MutexGuard<'_, Made>, request: &Request, plan: &Value) -> Answer {
    let token = request.text("clientToken");
    let same = |one: &&Value| token.is_some() && one["token"] == json!(token);
    let before = made.executions.iter().find(same).cloned();
    let running = |one: &Value| one["planArn"] == plan["arn"] && !is_over(one);
    if before.is_none() && made.executions.iter().any(running) {
        let message = "An execution of the plan is in progress";
        return Answer::refusal(request, 409, "IllegalStateException", message);
    }
    let execution = before.unwrap_or_else(|| {
        let steps = plan["workflows"][0]["steps"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let state = |step: &Value| json!({ "name": step["name"], "status": "notStarted" });
        let states: Vec<Value> = steps.iter().map(state).collect();
        json!({
            "planArn": plan["arn"],
            "executionId": id(),
            "version": plan["version"],
            "startTime": now(),
            "mode": request.text("mode").unwrap_or_else(|| "graceful".into()),
            "executionState": "inProgress",
            "executionAction": request.needed("action"),
            "executionRegion": request.needed("targetRegion"),
            "comment": request.text("comment").unwrap_or_default(),
            "stepStates": states,
            "plan": plan,
            "token": token,
        })
    });
    let told = json!({
        "executionId": execution["executionId"],
        "plan": plan["arn"],
        "planVersion": plan["version"],
        "activateRegion": execution["executionRegion"],
    });
    if !made.executions.contains(&execution) {
        made.executions.push(execution);
    }
    Answer::value(request, &told)
}

fn is_over(execution: &Value) -> bool {
    let state = execution["executionState"].as_str().unwrap_or_default();
    matches!(state, "completed" | "canceled" | "failed")
}

fn execution(mut made: MutexGuard<'_, Made>, request: &Request) -> Answer {
    let wanted = request.needed("executionId");
    let mut executions = made.executions.iter_mut();
    let Some(one) = executions.find(|one| one["executionId"] == wanted) else {
        return absent(request, "the execution");
    };
    let told = match request.operation.as_str() {
        "CancelPlanExecution" => {
            end(one, "canceled");
            json!({})
        }
        "ApprovePlanExecutionStep" => {
            let name = request.needed("stepName");
            let approved = request.needed("approval") == "approve";
            let states = one["stepStates"].as_array_mut().into_iter().flatten();
            for state in states.filter(|state| state["name"] == name) {
                state["status"] = json!(if approved { "completed" } else { "failed" });
            }
            if approved {
                one["executionState"] = json!("inProgress");
            } else {
                end(one, "failed");
            }
            json!({})
        }
        "UpdatePlanExecution" => {
            match request.needed("action").as_str() {
                "switchToGraceful" => one["mode"] = json!("graceful"),
                "switchToUngraceful" => one["mode"] = json!("ungraceful"),
                "pause" => one["executionState"] = json!("pausedByOperator"),
                _ => one["executionState"] = json!("inProgress"),
            }
            json!({})
        }
        "ListPlanExecutionEvents" => json!({ "items": events(one) }),
        _ => {
            let mut told = one.clone();
            told.as_object_mut().map(|told| told.remove("token"));
            go_on(one);
            told
        }
    };
    Answer::value(request, &told)
}

fn end(execution: &mut Value, state: &str) {
    execution["executionState"] = json!(state);
    execution["endTime"] = json!(now());
}

/// Completes the next step, or asks for the approval that it needs.
fn go_on(execution: &mut Value) {
    if execution["executionState"] != "inProgress" {
        return;
    }
    let states = execution["stepStates"].as_array_mut();
    let next = states.into_iter().flatten();
    let next = next
        .into_iter()
        .find(|state| state["status"] == "notStarted");
    let Some(next) = next else {
        return end(execution, "completed");
    };
    let name = next["name"].as_str().unwrap_or_default();
    if name.starts_with("approve") {
        next["status"] = json!("pendingApproval");
        execution["executionState"] = json!("pendingManualApproval");
    } else {
        next["status"] = json!("completed");
        next["startTime"] = json!(now());
        next["endTime"] = json!(now());
    }
}

fn events(execution: &Value) -> Vec<Value> {
    let event = |kind: &str, at: &Value| {
        let id = format!(
            "{}-{kind}",
            execution["executionId"].as_str().unwrap_or_default()
        );
        json!({ "timestamp": at, "type": kind, "eventId": id })
    };
    let mut events = vec![event("executionStarted", &execution["startTime"])];
    let end = match execution["executionState"].as_str() {
        Some("completed") => Some("executionSucceeded"),
        Some("canceled") => Some("executionCanceled"),
        Some("failed") => Some("executionFailed"),
        _ => None,
    };
    events.extend(end.map(|kind| event(kind, &execution["endTime"])));
    events
}

fn absent(request: &Request, what: &str) -> Answer {
    let message = format!("{what} was not found");
    Answer::refusal(request, 404, "ResourceNotFoundException", &message)
}
