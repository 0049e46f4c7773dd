//! Route 53 and load balancers: read against boto3, switched, and read back by boto3.

use awsdeck::{
    model::{
        Change, Place,
        change::{Side, Standing, TrafficChange},
        traffic::{HostedZone, Record, Routing},
    },
    provider::{
        Control as _, Envelope, Kind, Progress, Sent, Traffic as _,
        aws::{control::Control, session::Sessions, traffic::Traffic},
    },
};
use serde_json::json;

use super::moto::{Moto, shared, written};

async fn traffic(moto: &Moto) -> (Sessions, Traffic) {
    let sessions = Sessions::open(moto.options()).await.expect("settings");
    let traffic = Traffic::new(sessions.clone(), Vec::new());
    (sessions, traffic)
}

async fn zone(moto: &Moto, traffic: &Traffic) -> HostedZone {
    let account = moto.account("prod-shared");
    let zones = traffic.zones(account).await.expect("readable");
    let mut zones = zones.zones.into_iter();
    let id = moto.made["zone"]["id"].as_str().expect("an id");
    zones.find(|zone| zone.id.as_str() == id).expect("seeded")
}

fn sides(zone: &HostedZone, name: &str) -> Vec<Record> {
    let records = zone.records.iter().filter(|record| record.name == name);
    records.cloned().collect()
}

#[tokio::test]
async fn zones_hold_their_records_and_health_checks() {
    let moto = shared();
    let (_, traffic) = traffic(moto).await;
    let account = moto.account("prod-shared");
    let zones = traffic.zones(account).await.expect("readable");
    let check = &zones.health_checks[0];
    assert_eq!(check.id.as_str(), moto.made["zone"]["check"]);
    assert_eq!(check.what, "HTTPS primary.acme.example/healthz");

    let zone = zone(moto, &traffic).await;
    assert_eq!((zone.name.as_str(), zone.private), ("acme.example.", false));
    assert!(!zone.name_servers.is_empty());
    let group = &zone.weighted_groups()[0];
    assert_eq!((group.name, group.kind), ("app.acme.example.", "A"));
    let weights: Vec<Option<u8>> = group.sides.iter().map(|side| side.weight()).collect();
    assert_eq!(weights, [Some(100), Some(0)]);
    let pair = sides(&zone, "db.acme.example.");
    assert_eq!(pair[0].routing, Routing::Failover { primary: true });
    assert_eq!(pair[0].health_check.as_ref(), Some(&check.id));
    assert_eq!(pair[1].values, ["192.0.2.40"]);

    let told = moto.boto(
        Some(account),
        "route53",
        "list_resource_record_sets",
        &json!({ "HostedZoneId": zone.id.as_str() }),
    );
    let told = told["ResourceRecordSets"].as_array().expect("a list");
    assert_eq!(zone.records.len(), told.len());
}

#[tokio::test]
async fn balancers_tell_their_groups_and_targets() {
    let moto = shared();
    let (_, traffic) = traffic(moto).await;
    let place = Place::new(moto.account("prod-app"), "eu-west-1");
    let found = traffic.balancers(&place).await.expect("readable");
    let made = &moto.made["balancer"];
    assert_eq!(found.balancers[0].arn.as_str(), made["arn"]);
    assert_eq!(
        found.balancers[0].dns_name,
        made["dns"].as_str().expect("a name")
    );
    assert_eq!(found.balancers[0].kind, "application");
    let mut groups: Vec<&str> = found
        .target_groups
        .iter()
        .map(|group| group.name.as_str())
        .collect();
    groups.sort_unstable();
    assert_eq!(groups, ["checkout-blue", "checkout-green"]);
    for group in &found.target_groups {
        assert_eq!(group.balancers, [found.balancers[0].arn.clone()]);
        assert_eq!(group.targets.len(), 1);
        assert!(!group.targets[0].state.is_empty());
    }
}

fn envelope(change: TrafficChange) -> Envelope {
    Envelope {
        change: Change::Traffic(change),
        key: "k-1".into(),
        tags: std::collections::BTreeMap::new(),
        reference: "run-1/step-1".into(),
    }
}

/// A change of a pair of records that is this test's own.
fn shift(moto: &Moto, zone: &HostedZone, name: &str, to: [u8; 2]) -> TrafficChange {
    let turn = |(record, to): (Record, u8)| Side {
        from: record.weight().expect("weighted"),
        record,
        to,
    };
    TrafficChange::ShiftWeights {
        account: moto.account("prod-shared").into(),
        zone: zone.id.clone(),
        sides: sides(zone, name).into_iter().zip(to).map(turn).collect(),
    }
}

/// Makes the pair `name`, all weight on blue.
fn pair(name: &str) -> &'static Moto {
    let moto = written();
    moto.weigh(&[
        (name, "blue", 100, "192.0.2.10"),
        (name, "green", 0, "192.0.2.20"),
    ]);
    moto
}

/// The weights of `name`, blue first, as boto3 sees them.
fn weights(moto: &Moto, name: &str) -> [u64; 2] {
    let weights = moto.weights();
    ["blue", "green"].map(|side| weights[&(name.to_owned(), side.to_owned())])
}

#[tokio::test]
async fn a_switch_is_one_batch_that_boto3_sees_and_that_can_be_taken_back() {
    let name = "batch.acme.example.";
    let moto = pair(name);
    let (sessions, traffic) = traffic(moto).await;
    let control = Control::new(sessions);
    let change = shift(moto, &zone(moto, &traffic).await, name, [0, 100]);
    let forth = envelope(change.clone());
    let standing = control.standing(&forth).await.expect("readable");
    assert_eq!(standing, Standing::From);

    let Sent::Accepted(accepted) = control.perform(&forth).await else {
        panic!("not accepted");
    };
    assert!(accepted.external_id.is_some());
    assert_eq!(weights(moto, name), [0, 100]);
    let settled = control.settled(&forth, &accepted).await;
    assert_eq!(settled, Ok(Progress::settled()));
    let standing = control.standing(&forth).await.expect("readable");
    assert_eq!(standing, Standing::to());

    let back = envelope(change.reversed());
    assert!(matches!(control.perform(&back).await, Sent::Accepted(_)));
    assert_eq!(weights(moto, name), [100, 0]);
}

#[tokio::test]
async fn one_wrong_record_refuses_the_whole_batch() {
    let name = "refused.acme.example.";
    let moto = pair(name);
    let (sessions, traffic) = traffic(moto).await;
    let zone = zone(moto, &traffic).await;
    let shift = shift(moto, &zone, name, [0, 100]);
    let TrafficChange::ShiftWeights { account, sides, .. } = shift else {
        panic!("a shift");
    };
    let elsewhere = TrafficChange::ShiftWeights {
        account,
        zone: "Z0INVENTED".into(),
        sides,
    };
    let control = Control::new(sessions);
    let Sent::Refused(error) = control.perform(&envelope(elsewhere)).await else {
        panic!("a zone that is not there");
    };
    assert!(matches!(error.kind, Kind::NotFound { .. }), "{error}");
    assert_eq!(weights(moto, name), [100, 0]);
}

#[tokio::test]
async fn a_change_by_hand_is_found_standing_elsewhere() {
    let name = "by-hand.acme.example.";
    let moto = pair(name);
    let (sessions, traffic) = traffic(moto).await;
    let change = shift(moto, &zone(moto, &traffic).await, name, [0, 100]);
    moto.weigh(&[(name, "blue", 55, "192.0.2.10")]);
    let control = Control::new(sessions);
    let standing = control.standing(&envelope(change)).await;
    let Ok(Standing::Elsewhere(lines)) = standing else {
        panic!("neither before nor after: {standing:?}");
    };
    assert_eq!(
        lines,
        ["blue: routing planned from Weighted(100), found Weighted(55)"]
    );
}
