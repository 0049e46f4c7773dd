//! The forwarding server is held to botocore, which parses each of its answers, and to its table.

use std::{collections::BTreeSet, time::Instant};

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    super::moto::{Moto, boto, run},
    Fate, Forward, TABLE, Which, model,
};

/// What [`invented.py`](../invented.py) brings back, after it has called everything.
fn called(forward: &Forward, moto: &Moto, account: &str) -> Value {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let (access, refresh) = forward.world().tokens();
    let control = forward.world().add_control("green", true);
    let other = forward.world().add_control("blue", true);
    let regions = ["eu-west-1", "eu-central-1"];
    let plan = forward
        .world()
        .add_plan("shop", regions, &["drain", "approve", "open"]);
    let given = json!({
        "cluster": "prod-app",
        "vault": "prod-vault",
        "database": moto.made["databases"]["prod"]["instances"][0],
        "elsewhere": moto.account("prod-ml"),
        "bucket": "acme-prod-state",
        "today": today.to_string(),
        "later": today.saturating_add(9.days()).to_string(),
        "past": today.saturating_sub(60.days()).to_string(),
        "access": access,
        "refresh": refresh,
        "login": forward.world().login_token(),
        "control": control,
        "other_control": other,
        "plan": plan,
    });
    run(
        "invented.py",
        &[forward.endpoint(), account],
        &given.to_string(),
    )
}

#[test]
fn boto3_is_answered_by_everything_that_is_made_up_and_finds_nothing_strange_in_it() {
    let moto = Moto::seeded();
    let account = moto.account("prod-app");
    // One account has all of it, so that one session can look at everything.
    moto.boto(
        Some(account),
        "backup",
        "create_backup_vault",
        &json!({ "BackupVaultName": "prod-vault" }),
    );
    let forward = Forward::before(&moto);
    forward.deny(Which::call("route53", "ChangeResourceRecordSets").role("Denied"));
    let told = called(&forward, &moto, &account.to_string());
    let told = told.as_object().expect("an object").iter();
    let lines: Vec<String> = told.map(|(what, told)| format!("{what}: {told}")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    access: [true,["editors"],["arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"],"ResourceInUseException",[],[]]
    addon: [["vpc-cni","coredns","kube-proxy","aws-ebs-csi-driver"],"CREATING",["CREATING","ACTIVE"],"AddonUpdate","v9",["coredns"],"ResourceNotFoundException"]
    anomalies: 1
    backup: {"by_resource":1,"copied":["COMPLETED"],"copies":["RUNNING","COMPLETED"],"count":1,"counts":[1],"jobs":["COMPLETED"],"left":0,"listed":["COMPLETED"],"no_vault":"ResourceNotFoundException","point":"COMPLETED","protected":[true],"restored":"postgres","restores":["RUNNING","COMPLETED"],"same":true,"states":["RUNNING","COMPLETED"],"stopped":"ABORTED"}
    cluster: [["UPDATING","1.33"],["ACTIVE","1.34"]]
    costs: 1
    forecast: true
    insights: ["WARNING","ResourceNotFoundException"]
    login: ["AccessDeniedException","Console","AccessDeniedException"]
    offers: [["1.34","STANDARD_SUPPORT",true],["1.33","STANDARD_SUPPORT",false],["1.32","EXTENDED_SUPPORT",false]]
    portal: [true,true,"UnauthorizedException","InvalidGrantException"]
    presigned: [true,[403,"SignatureDoesNotMatch"],[403,"SignatureDoesNotMatch"],[403,"SignatureDoesNotMatch"]]
    promotion: [null,3,true,[],"InvalidDBInstanceState"]
    quotas: [5.0,["PENDING","APPROVED"],9.0,5.0,2,2,1,1,"NoSuchResourceException"]
    reservation: [["active",2,"gpu"],true,[1,0],true,["cancelled"],"InvalidCapacityReservationId.NotFound"]
    routing: [["Success","Failure"],"ConflictException","Off",2]
    simulation: ["implicitDeny","allowed"]
    strange: []
    switch: [true,"IllegalStateException",["inProgress","inProgress","pendingManualApproval","inProgress","inProgress","completed"],"pausedByOperator",["canceled","completed"],["executionStarted","executionSucceeded"],["shop"],3,"passed"]
    update: {"busy":"ResourceInUseException","desired":3,"first":"InProgress","listed":true,"same":true,"then":["InProgress","Successful"]}
    version: ["VersionUpdate","UPDATING","ACTIVE","1.34"]
    versioning: "Enabled"
    zonal: [0.0,"ConflictException",true,"CANCELED",["CANCELED"],"ValidationException"]
    "#);

    let log = forward.requests();
    let asked: BTreeSet<(&str, &str)> = log
        .iter()
        .map(|seen| {
            (
                seen.request.service.as_str(),
                seen.request.operation.as_str(),
            )
        })
        .collect();
    let not_tried: Vec<_> = TABLE
        .iter()
        .flat_map(|line| {
            line.operations
                .iter()
                .map(|operation| (line.service, *operation))
        })
        .filter(|call| !asked.contains(call))
        .collect();
    assert_eq!(not_tried, []);
}

#[test]
fn every_line_of_the_table_names_calls_that_the_service_has_and_says_what_is_made_up() {
    for line in TABLE {
        let model = model::model(line.service).expect("a service");
        for operation in line.operations {
            let known = &model["operations"][*operation];
            assert!(known.is_object(), "{}:{operation}", line.service);
        }
        assert!(line.what.contains("moto"), "{}", line.what);
    }
}

#[test]
fn requests_are_known_by_what_aws_would_know_of_them() {
    let moto = super::super::moto::shared();
    let forward = Forward::before(moto);
    let account = moto.account("prod-ml");
    let call = |service: &str, operation: &str, input: Value| {
        boto(
            forward.endpoint(),
            Some(account),
            service,
            operation,
            &input,
        )
    };
    call("ec2", "describe_vpcs", json!({}));
    call(
        "eks",
        "list_nodegroups",
        json!({ "clusterName": "prod-ml" }),
    );
    call("s3", "list_buckets", json!({}));
    call("route53", "list_hosted_zones", json!({}));
    let seen = forward.requests();
    let seen: Vec<String> = seen
        .iter()
        .map(|seen| {
            let request = &seen.request;
            let role = request.role.as_deref().unwrap_or("nobody");
            let who = if request.account == account {
                "ml"
            } else {
                "home"
            };
            format!(
                "{}:{} by {role} of {who} in {}, {:?}",
                request.service,
                request.operation,
                request.region,
                seen.status.expect("answered")
            )
        })
        .filter(|line| !line.contains("AssumeRole"))
        .collect();
    let role = "OrganizationAccountAccessRole of ml";
    assert_eq!(
        seen,
        [
            format!("ec2:DescribeVpcs by {role} in eu-west-1, 200"),
            format!("eks:ListNodegroups by {role} in eu-west-1, 200"),
            format!("s3:ListBuckets by {role} in eu-west-1, 200"),
            format!("route53:ListHostedZones by {role} in eu-west-1, 200"),
        ]
    );
    assert_eq!(forward.count(&Which::service("ec2").account(account)), 1);
    assert_eq!(forward.count(&Which::entering(account)), 4);
    let listing = Which::call("eks", "ListNodegroups").saying("prod-ml");
    assert_eq!(forward.count(&listing.region("eu-west-1")), 1);
}

#[test]
fn what_a_test_picks_is_throttled_or_lost_and_all_else_is_not() {
    let moto = Moto::empty();
    let forward = Forward::before(&moto);
    forward.throttle(Which::call("ec2", "DescribeSubnets").once());
    forward.lose_answer_of(Which::call("ec2", "CreateVpc").once());
    let ec2 =
        |operation: &str, input: Value| boto(forward.endpoint(), None, "ec2", operation, &input);
    // botocore tries again what is throttled, and what it has no answer to.
    ec2("describe_subnets", json!({}));
    ec2("create_vpc", json!({ "CidrBlock": "10.0.0.0/16" }));
    let began = Instant::now();
    let log = forward.requests();
    let fates: Vec<(&str, Fate)> = log
        .iter()
        .map(|seen| (seen.request.operation.as_str(), seen.fate))
        .collect();
    assert_eq!(
        fates,
        [
            ("DescribeSubnets", Fate::Throttled),
            ("DescribeSubnets", Fate::Passed),
            ("CreateVpc", Fate::AnswerLost),
            ("CreateVpc", Fate::Passed),
        ]
    );
    assert!(log.iter().all(|seen| seen.at <= began));
    let made = moto.boto(None, "ec2", "describe_vpcs", &json!({}));
    let made = made["Vpcs"].as_array().expect("a list").iter();
    assert_eq!(
        made.filter(|vpc| vpc["CidrBlock"] == "10.0.0.0/16").count(),
        2
    );
}
