//! What our calls send, and what they make of the answers, judged by a server that records them.

use std::{collections::BTreeMap, fs};

use awsdeck::{
    model::{
        AccountId, Change, Place,
        change::{Side, TrafficChange},
        network::Network,
        traffic::{Record, Routing},
    },
    provider::{
        Control as _, Envelope, Kind, Networks as _, Result, Sent,
        aws::{
            control::Control,
            network::Networks,
            session::{Options, Sessions},
        },
    },
};
use tempfile::TempDir;

use super::recorder::{Answer, Recorder, Seen, refusal, sts};

/// Whom the recorder's STS takes everybody for.
const HOME: &str = "111122223333";

async fn sessions(recorder: &Recorder) -> (Sessions, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config");
    let profile = format!(
        "[profile base]\nregion = eu-west-1\nendpoint_url = {}\n\
         aws_access_key_id = AKIABASE\naws_secret_access_key = planted\n",
        recorder.url()
    );
    fs::write(&file, profile).expect("written");
    let options = Options {
        profile: Some("base".into()),
        config_file: Some(file),
        user: "ann".into(),
        ..Options::default()
    };
    (Sessions::open(options).await.expect("settings"), folder)
}

fn switch() -> Envelope {
    let side = |name: &str, from, to| Side {
        record: Record {
            name: "shop.example.com.".into(),
            kind: "A".into(),
            set_identifier: Some(name.into()),
            routing: Routing::Weighted(from),
            ttl: Some(60),
            values: vec!["192.0.2.1".into()],
            alias: None,
            health_check: None,
        },
        from,
        to,
    };
    Envelope {
        change: Change::Traffic(TrafficChange::ShiftWeights {
            account: HOME.parse::<AccountId>().expect("an account").into(),
            zone: "Z1".into(),
            sides: vec![side("blue", 100, 0), side("green", 0, 100)],
        }),
        key: "key".into(),
        tags: BTreeMap::new(),
        reference: "0190f3b2.4".into(),
    }
}

/// Performs the switch against `answer`; what became of it and the requests that changed records.
async fn performed(answer: fn() -> Answer) -> (Sent, Vec<Seen>) {
    let recorder = Recorder::start(move |seen| {
        if seen.line().contains("/rrset") {
            answer()
        } else {
            sts(seen)
        }
    });
    let (sessions, _folder) = sessions(&recorder).await;
    let sent = Control::new(sessions).perform(&switch()).await;
    let mut seen = recorder.seen();
    seen.retain(|seen| seen.line().contains("/rrset"));
    (sent, seen)
}

#[tokio::test]
async fn a_change_whose_fate_is_unknown_is_sent_once() {
    let (sent, seen) = performed(|| refusal(500, "InternalError", "try again")).await;
    assert!(matches!(sent, Sent::Unknown(_)), "{sent:?}");
    assert_eq!(seen.len(), 1);
    let attempt = seen[0].header("amz-sdk-request");
    assert_eq!(attempt, Some("attempt=1; max=1"));
    let agent = seen[0].header("user-agent").expect("an agent");
    assert!(agent.contains("app/awsdeck-0190f3b2.4"), "{agent}");
}

#[tokio::test]
async fn a_zone_that_is_busy_refuses_in_a_way_that_may_be_tried_again() {
    let busy = || {
        refusal(
            400,
            "PriorRequestNotComplete",
            "another request is being processed",
        )
    };
    let (sent, seen) = performed(busy).await;
    let Sent::Refused(error) = sent else {
        panic!("not refused: {sent:?}");
    };
    assert!(matches!(error.kind, Kind::Throttled { .. }), "{error}");
    assert_eq!(seen.len(), 1);
}

#[tokio::test]
async fn an_accepted_change_gives_what_to_poll_for() {
    let (sent, _) = performed(|| {
        let body = "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/C1</Id>\
                    <Status>PENDING</Status><SubmittedAt>2026-11-24T12:00:00Z</SubmittedAt>\
                    </ChangeInfo></ChangeResourceRecordSetsResponse>";
        (200, body.into())
    })
    .await;
    let Sent::Accepted(accepted) = sent else {
        panic!("not accepted: {sent:?}");
    };
    assert_eq!(accepted.external_id.as_deref(), Some("/change/C1"));
    assert_eq!(accepted.request_id.as_deref(), Some("req-1"));
}

async fn network(recorder: &Recorder) -> Result<Network> {
    let (sessions, _folder) = sessions(recorder).await;
    let place = Place::new(HOME.parse().expect("an account"), "eu-west-1");
    Networks::new(sessions).network(&place).await
}

/// Answers `action` by `answer`, everything else of EC2 with nothing.
fn ec2(action: &'static str, answer: fn(&Seen) -> Answer) -> Recorder {
    Recorder::start(move |seen| match seen.parameter("Action").as_deref() {
        Some(asked) if asked == action => answer(seen),
        Some(asked) if asked.starts_with("Describe") => (200, "<Answer/>".into()),
        _ => sts(seen),
    })
}

fn ec2_refusal(status: u16, code: &str) -> Answer {
    let body = format!(
        "<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>\
         <RequestID>r-1</RequestID></Response>"
    );
    (status, body)
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page() {
    let recorder = ec2("DescribeVpcs", |seen| {
        let (vpc, next) = match seen.parameter("NextToken").as_deref() {
            None => ("vpc-1", "<nextToken>two</nextToken>"),
            Some("two") => ("vpc-2", "<nextToken/>"),
            other => panic!("no page {other:?}"),
        };
        let page = format!(
            "<DescribeVpcsResponse><vpcSet><item><vpcId>{vpc}</vpcId>\
             <cidrBlock>10.0.0.0/16</cidrBlock></item></vpcSet>{next}</DescribeVpcsResponse>"
        );
        (200, page)
    });
    let network = network(&recorder).await.expect("readable");
    let ids: Vec<&str> = network.vpcs.iter().map(|vpc| vpc.id.as_str()).collect();
    assert_eq!(ids, ["vpc-1", "vpc-2"]);
    assert_eq!(recorder.calls("DescribeVpcs").len(), 2);
}

#[tokio::test]
async fn a_part_that_the_role_may_not_read_is_asked_once_and_named() {
    let recorder = ec2("DescribeNatGateways", |_| {
        ec2_refusal(403, "UnauthorizedOperation")
    });
    let network = network(&recorder).await.expect("the rest");
    assert_eq!(recorder.calls("DescribeNatGateways").len(), 1);
    let gaps: Vec<String> = network.gaps.iter().map(ToString::to_string).collect();
    assert_eq!(
        gaps,
        ["`ec2:DescribeNatGateways` is denied: no (UnauthorizedOperation)"]
    );
}

#[tokio::test]
async fn throttling_is_tried_again_and_then_told() {
    let recorder = ec2("DescribeSubnets", |_| {
        ec2_refusal(503, "RequestLimitExceeded")
    });
    let error = network(&recorder).await.expect_err("still throttled");
    assert!(matches!(error.kind, Kind::Throttled { .. }), "{error}");
    assert_eq!(error.request_id.as_deref(), Some("req-1"));
    assert_eq!(recorder.calls("DescribeSubnets").len(), 3);
}
