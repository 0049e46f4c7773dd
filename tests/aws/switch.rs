//! The whole switch of a name by the real program, on servers that we did not write: answers are
//! asked from name servers, weights are set and read back by boto3.

use std::thread;

use serde_json::{Value, json};

use super::{
    forward::Forward, nameservers::Nameservers, operator::Operator, scene::Scene, watch::Watch,
};

impl Scene {
    /// Gives both sides health checks; their ids, blue first.
    fn check(&self) -> [String; 2] {
        let account = Some(self.moto.account("prod-shared"));
        let call =
            |operation: &str, input: &Value| self.moto.boto(account, "route53", operation, input);
        let sides = [("blue", 100, "192.0.2.10"), ("green", 0, "192.0.2.20")];
        let checks = sides.map(|(side, _, address)| {
            let config = json!({ "Type": "TCP", "IPAddress": address, "Port": 443 });
            let reference = format!("{}{side}", self.name);
            let input = json!({ "CallerReference": reference, "HealthCheckConfig": config });
            let made = call("create_health_check", &input);
            made["HealthCheck"]["Id"]
                .as_str()
                .expect("an id")
                .to_owned()
        });
        let records = sides
            .iter()
            .zip(&checks)
            .map(|((side, weight, address), check)| {
                json!({ "Action": "UPSERT", "ResourceRecordSet": {
                "Name": self.name,
                "Type": "A",
                "SetIdentifier": side,
                "Weight": weight,
                "TTL": 60,
                "ResourceRecords": [{ "Value": address }],
                "HealthCheckId": check,
            } })
            });
        let changes: Vec<Value> = records.collect();
        let zone = &self.moto.made["zone"]["id"];
        let batch = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
        call("change_resource_record_sets", &batch);
        checks
    }
}

/// What the last look at the answers counted.
fn sample(run: &Value) -> &Value {
    let records = run["items"].as_array().expect("records").iter();
    let events = records.map(|record| &record["event"]);
    let mut samples = events.filter(|event| event[0] == "answers");
    let sample = samples.rfind(|event| event[1]["event"] == "check_sample");
    &sample.expect("a sample")[1]
}

#[test]
fn a_switch_is_refused_until_it_is_meant_and_then_proven_by_the_answers() {
    let scene = Scene::set("meant");
    let operator = &scene.operator;
    let plan = scene.plan("green");
    assert_eq!(plan.review["environment"], "prod");

    let (_, told) = operator.runs(4, &["apply", &plan.digest, "--confirm", &plan.phrase]);
    assert!(told.contains("--write"), "{told}");
    let (_, told) = operator.runs(4, &["apply", &plan.digest, "--write", "--confirm", "prod"]);
    assert!(told.contains(&plan.phrase), "{told}");
    assert_eq!(scene.weights(), [100, 0]);

    let (out, _) = operator.runs(0, &Scene::apply(&plan));
    assert!(out.trim_end().ends_with("succeeded"), "{out}");
    assert_eq!(scene.weights(), [0, 100]);
    let run = operator.newest_run();
    assert_eq!(run["state"], "succeeded");
    let counted = sample(&run);
    assert_eq!(counted["by_side"], json!({ "green": 400 }), "{counted}");
    assert_eq!(
        (&counted["strange"], &counted["lost"]),
        (&json!(0), &json!(0))
    );

    let (_, told) = operator.runs(4, &Scene::apply(&plan));
    assert!(told.contains("already applied"), "{told}");
    let (told, _) = operator.runs(0, &["runs", "verify"]);
    assert!(told.contains("are what was written"), "{told}");
}

#[test]
fn shares_between_the_sides_are_those_that_the_servers_really_give() {
    let scene = Scene::set("shared");
    let plan = scene.plan("blue=60,green=180");
    scene.operator.runs(0, &Scene::apply(&plan));
    assert_eq!(scene.weights(), [60, 180]);
    let run = scene.operator.newest_run();
    let counted = &sample(&run)["by_side"];
    let [blue, green] = ["blue", "green"].map(|side| counted[side].as_u64().expect("some"));
    assert_eq!(blue + green, 400);
    // Three of four, by chance: six deviations are 52 answers.
    assert!((248..=352).contains(&green), "{counted}");
}

#[test]
fn what_somebody_else_changed_after_the_plan_is_named_and_nothing_is_sent() {
    let scene = Scene::set("drift");
    let plan = scene.plan("green");
    scene.moto.weigh(&[(&scene.name, "blue", 55, "192.0.2.10")]);
    let (_, told) = scene.operator.runs(4, &Scene::apply(&plan));
    assert!(told.contains("blue") && told.contains("55"), "{told}");
    assert_eq!(scene.weights(), [55, 0]);
    let runs = scene.operator.json(0, &["runs", "list"]);
    assert_eq!(runs["items"], json!([]));
}

#[test]
fn a_side_that_falls_sick_while_it_is_watched_is_switched_back() {
    let mut scene = Scene::set("sick");
    let [_, green] = scene.check();
    let forward = Forward::before(scene.moto);
    let account = Some(scene.moto.account("prod-shared"));
    let nameservers = Nameservers::start(forward.endpoint(), account, 2);
    scene.operator = Operator::at(forward.endpoint(), Some(&nameservers));
    let plan = scene.plan("green");
    let organization = scene.moto.made["id"].as_str().expect("an id");
    thread::scope(|scope| {
        let applied = scope.spawn(|| scene.operator.runs(0, &Scene::apply(&plan)));
        let watch = Watch::over(&scene.operator, organization);
        watch.wait_for("bake", "CheckBegan");
        assert_eq!(scene.weights(), [0, 100]);
        forward.world().sicken(&green, true);
        let (out, _) = applied.join().expect("it ends");
        assert!(out.trim_end().ends_with("rolled_back"), "{out}");
    });
    assert_eq!(scene.weights(), [100, 0]);
    let run = scene.operator.newest_run();
    assert!(run.to_string().contains("green is not healthy"), "{run}");
}
