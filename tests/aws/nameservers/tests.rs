//! The name servers, asked as any resolver would ask them.

use std::{
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use hickory_proto::{
    op::{Message, Query, ResponseCode},
    rr::{Name, RecordType},
};
use serde_json::{Value, json};

use super::{
    super::{
        forward::Forward,
        moto::{boto, written},
    },
    Nameservers,
};

const PATIENCE: Duration = Duration::from_secs(20);

/// The code and the values of an answer, and whether the server has authority over the name.
fn ask(server: SocketAddr, name: &str) -> (ResponseCode, Vec<String>, bool) {
    let mut question = Message::query();
    let name = Name::from_ascii(name).expect("a name");
    question.add_query(Query::query(name, RecordType::A));
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    socket.set_read_timeout(Some(PATIENCE)).expect("set");
    let question = question.to_vec().expect("encodable");
    socket.send_to(&question, server).expect("sent");
    let mut buffer = [0; 4096];
    let (length, _) = socket.recv_from(&mut buffer).expect("an answer");
    let answer = Message::from_vec(&buffer[..length]).expect("readable");
    let values = answer.answers.iter().map(|one| one.data.to_string());
    let code = answer.metadata.response_code;
    (code, values.collect(), answer.metadata.authoritative)
}

/// Asks until a name has another address: Route 53 is behind by a moment.
fn wait_for(server: SocketAddr, name: &str, address: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let (_, values, _) = ask(server, name);
        if values == [address] {
            return;
        }
        assert!(Instant::now() < deadline, "{name} is {values:?}");
    }
}

#[test]
fn a_routing_control_decides_which_side_of_a_failover_answers() {
    let moto = written();
    let forward = Forward::before(moto);
    let world = forward.world();
    let (primary, _) = (
        world.add_control("primary", true),
        world.add_control("standby", true),
    );
    let account = Some(moto.account("prod-shared"));
    let call = |endpoint: &str, service: &str, operation: &str, input: Value| {
        boto(endpoint, account, service, operation, &input)
    };
    let config = json!({ "Type": "RECOVERY_CONTROL", "RoutingControlArn": primary });
    let check = json!({ "CallerReference": "failover", "HealthCheckConfig": config });
    let check = call(forward.endpoint(), "route53", "create_health_check", check);
    let name = "failover.acme.example.";
    let side = |side: &str, address: &str, more: Value| {
        let mut set = json!({
            "Name": name, "Type": "A", "TTL": 60, "SetIdentifier": side, "Failover": side,
            "ResourceRecords": [{ "Value": address }],
        });
        let all = set.as_object_mut().expect("an object");
        all.extend(more.as_object().expect("an object").clone());
        json!({ "Action": "UPSERT", "ResourceRecordSet": set })
    };
    let checked = json!({ "HealthCheckId": check["HealthCheck"]["Id"] });
    let changes = json!([
        side("PRIMARY", "192.0.2.30", checked),
        side("SECONDARY", "192.0.2.40", json!({})),
    ]);
    let batch = json!({
        "HostedZoneId": moto.made["zone"]["id"],
        "ChangeBatch": { "Changes": changes },
    });
    call(
        moto.endpoint(),
        "route53",
        "change_resource_record_sets",
        batch,
    );

    let nameservers = Nameservers::start(forward.endpoint(), account, 2);
    let [one, other] = nameservers.addresses[..] else {
        panic!("two were asked for");
    };
    wait_for(one, name, "192.0.2.30");
    let off = json!({ "RoutingControlArn": primary, "RoutingControlState": "Off" });
    // One of the cluster's five endpoints, which signs nobody in.
    let cluster = format!("{}/cluster/2", forward.endpoint());
    let set = "update_routing_control_state";
    boto(&cluster, None, "route53-recovery-cluster", set, &off);
    wait_for(other, name, "192.0.2.40");
}

#[test]
fn names_that_are_not_there_are_told_apart_from_zones_that_are_not() {
    let moto = written();
    let account = Some(moto.account("prod-shared"));
    let nameservers = Nameservers::start(moto.endpoint(), account, 1);
    let server = nameservers.addresses[0];
    let (code, values, authority) = ask(server, "nowhere.acme.example.");
    assert_eq!(
        (code, values.len(), authority),
        (ResponseCode::NXDomain, 0, true)
    );
    let (code, values, _) = ask(server, "www.example.org.");
    assert_eq!((code, values.len()), (ResponseCode::Refused, 0));
    let balancer = "checkout-1.eu-west-1.elb.amazonaws.com.";
    let (code, values, _) = ask(server, balancer);
    assert_eq!((code, values.len()), (ResponseCode::NoError, 1));
}
