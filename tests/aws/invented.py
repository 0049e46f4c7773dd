"""Calls everything that the forwarding server makes up, by boto3, and prints what came back.

Arguments: endpoint, and the account whose things are looked at. The environment's other settings
(ARNs of what the test has added) come as JSON on standard input. Each raw answer is also held to
botocore's model: a member that the API does not have fails the script.
"""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

import clients

endpoint, account = sys.argv[1:]
given = json.load(sys.stdin)
REGION = "eu-west-1"
KEYS = clients.TEST
ENTERED = clients.entered(endpoint, account, "Tester")
role = f"arn:aws:iam::{account}:role/Tester"
strange = []


def strict(shape, value, path):
    """Notes members that the model does not have."""
    if value is None:
        return
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {m.serialization.get("name", n): m for n, m in shape.members.items()}
        for name, inner in value.items():
            if name in names:
                strict(names[name], inner, f"{path}.{name}")
            else:
                strange.append(f"{path}.{name}")
        missing = [n for n in shape.required_members if n not in value]
        strange.extend(f"{path} without {name}" for name in missing)
        if shape.metadata.get("enum"):
            strange.append(path)
    elif shape.type_name == "list" and isinstance(value, list):
        for inner in value:
            strict(shape.member, inner, f"{path}[]")
    elif shape.type_name == "string" and getattr(shape, "enum", []):
        if value not in shape.enum:
            strange.append(f"{path} is {value}")


def look(http_response, parsed, model, **_):
    if http_response.status_code >= 300 or model.output_shape is None:
        return
    if model.service_model.metadata["protocol"] in ("rest-json", "json"):
        body = json.loads(http_response.content or b"{}")
        payload = model.output_shape.serialization.get("payload")
        if payload:
            return strict(model.output_shape.members[payload], body, model.name)
        body_members = {
            n: m for n, m in model.output_shape.members.items() if "location" not in m.serialization
        }
        known = {m.serialization.get("name", n) for n, m in body_members.items()}
        strange.extend(f"{model.name}.{name}" for name in body if name not in known)
        for name, member in body_members.items():
            wire = member.serialization.get("name", name)
            strict(member, body.get(wire), f"{model.name}.{wire}")


def client(service, keys=ENTERED, **more):
    config = Config(inject_host_prefix=False)
    made = boto3.client(
        service, endpoint_url=endpoint, region_name=REGION, config=config, **keys, **more
    )
    made.meta.events.register("after-call", look)
    return made


def code(call, **parameters):
    """The code of the refusal that is expected."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


out = {}

# EKS: updates take a look, add-ons and access entries are kept, insights are told.
eks = client("eks")
cluster = given["cluster"]
scaling = {"minSize": 1, "desiredSize": 3, "maxSize": 4}
pool = {"clusterName": cluster, "nodegroupName": "main"}
update = eks.update_nodegroup_config(**pool, scalingConfig=scaling, clientRequestToken="t1")["update"]
again = eks.update_nodegroup_config(**pool, scalingConfig=scaling, clientRequestToken="t1")["update"]
busy = code(eks.update_nodegroup_config, **pool, scalingConfig=scaling, clientRequestToken="t2")
of_pool = {"name": cluster, "nodegroupName": "main"}
statuses = [
    eks.describe_update(**of_pool, updateId=update["id"])["update"]["status"] for _ in range(2)
]
out["update"] = {
    "same": update["id"] == again["id"],
    "busy": busy,
    "first": update["status"],
    "then": statuses,
    "listed": eks.list_updates(**of_pool)["updateIds"] == [update["id"]],
    "desired": eks.describe_nodegroup(**pool)["nodegroup"]["scalingConfig"]["desiredSize"],
}
versions = eks.update_nodegroup_version(**pool, version="1.34")["update"]
during = eks.describe_nodegroup(**pool)["nodegroup"]["status"]
after = eks.describe_nodegroup(**pool)["nodegroup"]
out["version"] = [versions["type"], during, after["status"], after["version"]]
private = {"endpointPublicAccess": False, "endpointPrivateAccess": True}
own = eks.update_cluster_config(name=cluster, resourcesVpcConfig=private)["update"]["id"]
eks.describe_update(name=cluster, updateId=own)
eks.update_cluster_version(name=cluster, version="1.34")
clusters = [eks.describe_cluster(name=cluster)["cluster"] for _ in range(2)]
out["cluster"] = [[one["status"], one["version"]] for one in clusters]
offered = eks.describe_cluster_versions()["clusterVersions"]
out["offers"] = [[o["clusterVersion"], o["versionStatus"], o["defaultVersion"]] for o in offered]
known = [a["addonName"] for a in eks.describe_addon_versions(kubernetesVersion="1.33")["addons"]]
addon = eks.create_addon(clusterName=cluster, addonName="coredns")["addon"]
named = {"clusterName": cluster, "addonName": "coredns"}
seen = [eks.describe_addon(**named)["addon"]["status"] for _ in range(2)]
changed = eks.update_addon(**named, addonVersion="v9")["update"]["type"]
version = eks.describe_addon(**named)["addon"]["addonVersion"]
listed = eks.list_addons(clusterName=cluster)["addons"]
eks.delete_addon(**named)
out["addon"] = [known, addon["status"], seen, changed, version, listed]
out["addon"].append(code(eks.describe_addon, **named))
principal = f"arn:aws:iam::{account}:role/Ops"
entry = {"clusterName": cluster, "principalArn": principal}
eks.create_access_entry(**entry, kubernetesGroups=["viewers"])
view = eks.list_access_policies()["accessPolicies"][-1]["arn"]
eks.associate_access_policy(**entry, policyArn=view, accessScope={"type": "cluster"})
eks.update_access_entry(**entry, kubernetesGroups=["editors"])
out["access"] = [
    eks.list_access_entries(clusterName=cluster)["accessEntries"] == [principal],
    eks.describe_access_entry(**entry)["accessEntry"]["kubernetesGroups"],
    [p["policyArn"] for p in eks.list_associated_access_policies(**entry)["associatedAccessPolicies"]],
    code(eks.create_access_entry, **entry),
]
eks.disassociate_access_policy(**entry, policyArn=view)
out["access"].append(eks.list_associated_access_policies(**entry)["associatedAccessPolicies"])
eks.delete_access_entry(**entry)
out["access"].append(eks.list_access_entries(clusterName=cluster)["accessEntries"])
insights = eks.list_insights(clusterName=cluster)["insights"]
one = eks.describe_insight(clusterName=cluster, id=insights[1]["id"])["insight"]
out["insights"] = [one["insightStatus"]["status"], code(eks.list_insights, clusterName="none")]

# Backup: a job makes a recovery point, a copy puts it elsewhere, a restore makes a database.
backup, rds = client("backup"), client("rds")
vault, database = given["vault"], given["database"]
source = f"arn:aws:rds:{REGION}:{account}:db:{database}"
start = {"BackupVaultName": vault, "ResourceArn": source, "IamRoleArn": role, "IdempotencyToken": "x"}
job = backup.start_backup_job(**start)
same = backup.start_backup_job(**start)["BackupJobId"] == job["BackupJobId"]
states = [backup.describe_backup_job(BackupJobId=job["BackupJobId"])["State"] for _ in range(2)]
points = backup.list_recovery_points_by_backup_vault(BackupVaultName=vault)["RecoveryPoints"]
point = points[0]["RecoveryPointArn"]
of_point = {"BackupVaultName": vault, "RecoveryPointArn": point}
metadata = backup.get_recovery_point_restore_metadata(**of_point)["RestoreMetadata"]
metadata["DBInstanceIdentifier"] = "restored"
restore = backup.start_restore_job(RecoveryPointArn=point, Metadata=metadata, IamRoleArn=role)
restores = [
    backup.describe_restore_job(RestoreJobId=restore["RestoreJobId"])["Status"] for _ in range(2)
]
other = f"arn:aws:backup:eu-central-1:{given['elsewhere']}:backup-vault:far"
copy = backup.start_copy_job(
    RecoveryPointArn=point,
    SourceBackupVaultName=vault,
    DestinationBackupVaultArn=other,
    IamRoleArn=role,
)["CopyJobId"]
copies = [backup.describe_copy_job(CopyJobId=copy)["CopyJob"]["State"] for _ in range(2)]
out["backup"] = {
    "same": same,
    "states": states,
    "jobs": [j["State"] for j in backup.list_backup_jobs(ByResourceType="RDS")["BackupJobs"]],
    "point": backup.describe_recovery_point(**of_point)["Status"],
    "count": backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"],
    "counts": [
        v["NumberOfRecoveryPoints"] for v in backup.list_backup_vaults()["BackupVaultList"]
    ],
    "protected": [r["ResourceArn"] == source for r in backup.list_protected_resources()["Results"]],
    "by_resource": len(backup.list_recovery_points_by_resource(ResourceArn=source)["RecoveryPoints"]),
    "restores": restores,
    "restored": rds.describe_db_instances(DBInstanceIdentifier="restored")["DBInstances"][0]["Engine"],
    "listed": [j["Status"] for j in backup.list_restore_jobs()["RestoreJobs"]],
    "copies": copies,
    "copied": [j["State"] for j in backup.list_copy_jobs()["CopyJobs"]],
    "no_vault": code(backup.start_backup_job, **{**start, "BackupVaultName": "none"}),
}
stopped = backup.start_backup_job(**{**start, "IdempotencyToken": "y"})["BackupJobId"]
backup.stop_backup_job(BackupJobId=stopped)
out["backup"]["stopped"] = backup.describe_backup_job(BackupJobId=stopped)["State"]
backup.delete_recovery_point(**of_point)
out["backup"]["left"] = backup.describe_backup_vault(BackupVaultName=vault)["NumberOfRecoveryPoints"]

# RDS: a promoted replica stands alone.
primary = rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"][0]
replica = primary["ReadReplicaDBInstanceIdentifiers"][0]
rds.promote_read_replica(DBInstanceIdentifier=replica, BackupRetentionPeriod=3)
promoted = rds.describe_db_instances(DBInstanceIdentifier=replica)["DBInstances"][0]
primary = rds.describe_db_instances(DBInstanceIdentifier=database)["DBInstances"][0]
out["promotion"] = [
    promoted.get("ReadReplicaSourceDBInstanceIdentifier"),
    promoted["BackupRetentionPeriod"],
    promoted["Engine"] == primary["Engine"],
    primary["ReadReplicaDBInstanceIdentifiers"],
    code(rds.promote_read_replica, DBInstanceIdentifier=replica),
]

# Quotas.
quotas = client("service-quotas")
vpcs = {"ServiceCode": "vpc", "QuotaCode": "L-F678F1CE"}
before = quotas.get_service_quota(**vpcs)["Quota"]["Value"]
asked = quotas.request_service_quota_increase(**vpcs, DesiredValue=9.0)["RequestedQuota"]["Id"]
looks = [
    quotas.get_requested_service_quota_change(RequestId=asked)["RequestedQuota"]["Status"]
    for _ in range(2)
]
out["quotas"] = [
    before,
    looks,
    quotas.get_service_quota(**vpcs)["Quota"]["Value"],
    quotas.get_aws_default_service_quota(**vpcs)["Quota"]["Value"],
    len(quotas.list_service_quotas(ServiceCode="eks")["Quotas"]),
    len(quotas.list_aws_default_service_quotas(ServiceCode="eks")["Quotas"]),
    len(quotas.list_requested_service_quota_change_history(ServiceCode="vpc")["RequestedQuotas"]),
    len(quotas.list_requested_service_quota_change_history_by_quota(**vpcs)["RequestedQuotas"]),
    code(quotas.get_service_quota, ServiceCode="vpc", QuotaCode="L-NONE"),
]

# Costs: the months are the sums of their days, and the groups those of the whole.
ce = client("ce", KEYS)
period = {"Start": "2026-02-01", "End": "2026-03-01"}
by = [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}, {"Type": "DIMENSION", "Key": "SERVICE"}]


def total(**more):
    told = ce.get_cost_and_usage(TimePeriod=period, Metrics=["UnblendedCost"], **more)
    groups = [
        group["Metrics"]["UnblendedCost"]["Amount"]
        for result in told["ResultsByTime"]
        for group in result["Groups"]
    ]
    whole = [result["Total"].get("UnblendedCost", {}) for result in told["ResultsByTime"]]
    return round(sum(map(float, groups)) or sum(float(one["Amount"]) for one in whole), 2)


out["costs"] = len({total(Granularity="MONTHLY", GroupBy=by), total(Granularity="DAILY", GroupBy=by), total(Granularity="MONTHLY")})
soon = {"Start": given["today"], "End": given["later"]}
forecast = ce.get_cost_forecast(TimePeriod=soon, Metric="UNBLENDED_COST", Granularity="MONTHLY")
low = forecast["ForecastResultsByTime"][0]["PredictionIntervalLowerBound"]
out["forecast"] = 0 < float(low) < float(forecast["Total"]["Amount"])
out["anomalies"] = len(ce.get_anomalies(DateInterval={"StartDate": given["past"]})["Anomalies"])

# IAM: what the server is told to deny is told to be denied.
decided = client("iam").simulate_principal_policy(
    PolicySourceArn=f"arn:aws:iam::{account}:role/Denied",
    ActionNames=["route53:ChangeResourceRecordSets", "eks:ListClusters"],
)
out["simulation"] = [r["EvalDecision"] for r in decided["EvaluationResults"]]

# The portal: only with the token that is good now.
portal = client("sso", {})
oidc = client("sso-oidc", {})
stale = {"accessToken": given["access"]}
accounts = [a["accountId"] for a in portal.list_accounts(**stale)["accountList"]]
roles = portal.list_account_roles(**stale, accountId=account)["roleList"]
renewed = oidc.create_token(
    clientId="c", clientSecret="s", grantType="refresh_token", refreshToken=given["refresh"]
)
good = {"accessToken": renewed["accessToken"]}
role_keys = portal.get_role_credentials(**good, accountId=account, roleName=roles[0]["roleName"])
role_keys = role_keys["roleCredentials"]
keys = {
    "aws_access_key_id": role_keys["accessKeyId"],
    "aws_secret_access_key": role_keys["secretAccessKey"],
    "aws_session_token": role_keys["sessionToken"],
}
out["portal"] = [
    account in accounts,
    client("sts", keys).get_caller_identity()["Account"] == account,
    code(portal.list_accounts, **stale),
    code(
        oidc.create_token,
        clientId="c",
        clientSecret="s",
        grantType="refresh_token",
        refreshToken=given["refresh"],
    ),
]

# `aws login`: a refresh token is good once, and only with a proof of possession.
signin = client("signin", {})
asked = {"clientId": "c", "grantType": "refresh_token", "refreshToken": given["login"]}
without = code(signin.create_o_auth2_token, tokenInput=asked)
signin.meta.events.register("before-call", lambda params, **_: params["headers"].update(DPoP="proof"))
login = signin.create_o_auth2_token(tokenInput=asked)["tokenOutput"]
keys = {
    "aws_access_key_id": login["accessToken"]["accessKeyId"],
    "aws_secret_access_key": login["accessToken"]["secretAccessKey"],
    "aws_session_token": login["accessToken"]["sessionToken"],
}
out["login"] = [
    without,
    client("sts", keys).get_caller_identity()["Arn"].split("/")[1],
    code(signin.create_o_auth2_token, tokenInput=asked),
]

# S3 and Route 53, where moto is not strict.
s3 = client("s3")
out["versioning"] = s3.get_bucket_versioning(Bucket=given["bucket"])["Status"]
dns = client("route53")
config = {"Type": "RECOVERY_CONTROL", "RoutingControlArn": given["control"]}
check = dns.create_health_check(CallerReference="c", HealthCheckConfig=config)["HealthCheck"]["Id"]


def health():
    seen = dns.get_health_check_status(HealthCheckId=check)["HealthCheckObservations"]
    return seen[0]["StatusReport"]["Status"].split(":")[0]


# Routing controls, by one of the five endpoints; zonal shift; Region switch.
cluster_client = boto3.client(
    "route53-recovery-cluster", endpoint_url=f"{endpoint}/cluster/3", region_name=REGION, **ENTERED
)
cluster_client.meta.events.register("after-call", look)
on = {"RoutingControlArn": given["control"], "RoutingControlState": "On"}
off = {**on, "RoutingControlState": "Off"}
other_off = {"RoutingControlArn": given["other_control"], "RoutingControlState": "Off"}
first = [health()]
refused = code(cluster_client.update_routing_control_states, UpdateRoutingControlStateEntries=[off, other_off])
cluster_client.update_routing_control_state(**off)
first.append(health())
out["routing"] = [
    first,
    refused,
    cluster_client.get_routing_control_state(RoutingControlArn=given["control"])["RoutingControlState"],
    len(cluster_client.list_routing_controls()["RoutingControls"]),
]
zonal = client("arc-zonal-shift", {**ENTERED})
resource = zonal.list_managed_resources()["items"][0]
away = resource["availabilityZones"][0]
shift = {"resourceIdentifier": resource["arn"], "awayFrom": away, "comment": "drill"}
started = zonal.start_zonal_shift(**shift, expiresIn="2h")
weights = zonal.get_managed_resource(resourceIdentifier=resource["arn"])["appliedWeights"]
twice = code(zonal.start_zonal_shift, **shift, expiresIn="2h")
longer = zonal.update_zonal_shift(zonalShiftId=started["zonalShiftId"], expiresIn="4h")
canceled = zonal.cancel_zonal_shift(zonalShiftId=started["zonalShiftId"])
out["zonal"] = [
    weights[away],
    twice,
    (longer["expiryTime"] - started["startTime"]).total_seconds() >= 4 * 3600,
    canceled["status"],
    [s["status"] for s in zonal.list_zonal_shifts()["items"]],
    code(zonal.start_zonal_shift, **{**shift, "awayFrom": "none"}, expiresIn="2h"),
]
switch = client("arc-region-switch")
plan = given["plan"]
begin = {"planArn": plan, "targetRegion": "eu-central-1", "action": "activate"}
run = switch.start_plan_execution(**begin, clientToken="one")["executionId"]
same = switch.start_plan_execution(**begin, clientToken="one")["executionId"]
conflict = code(switch.start_plan_execution, **begin)
of_run = {"planArn": plan, "executionId": run}
states = [switch.get_plan_execution(**of_run)["executionState"] for _ in range(3)]
switch.approve_plan_execution_step(**of_run, stepName="approve", approval="approve")
states += [switch.get_plan_execution(**of_run)["executionState"] for _ in range(3)]
cancelled = switch.start_plan_execution(**begin)["executionId"]
switch.update_plan_execution(planArn=plan, executionId=cancelled, action="pause")
paused = switch.get_plan_execution(planArn=plan, executionId=cancelled)["executionState"]
switch.cancel_plan_execution(planArn=plan, executionId=cancelled)
out["switch"] = [
    run == same,
    conflict,
    states,
    paused,
    sorted(e["executionState"] for e in switch.list_plan_executions(planArn=plan)["items"]),
    [e["type"] for e in switch.list_plan_execution_events(**of_run)["items"]],
    [p["name"] for p in switch.list_plans()["plans"]],
    len(switch.get_plan(arn=plan)["plan"]["workflows"][0]["steps"]),
    switch.get_plan_evaluation_status(planArn=plan)["evaluationState"],
]

# Capacity is reserved once for each token, and let go.
ec2 = client("ec2")
hold = {
    "InstanceType": "g4dn.xlarge",
    "InstancePlatform": "Linux/UNIX",
    "AvailabilityZone": f"{REGION}a",
    "InstanceCount": 2,
    "TagSpecifications": [
        {"ResourceType": "capacity-reservation", "Tags": [{"Key": "for", "Value": "gpu"}]}
    ],
}
held = ec2.create_capacity_reservation(**hold, ClientToken="r1")["CapacityReservation"]
same = ec2.create_capacity_reservation(**hold, ClientToken="r1")["CapacityReservation"]
of_held = {"CapacityReservationId": held["CapacityReservationId"]}


def reserved(kind):
    of_kind = [{"Name": "instance-type", "Values": [kind]}]
    return ec2.describe_capacity_reservations(Filters=of_kind)["CapacityReservations"]


out["reservation"] = [
    [held["State"], held["AvailableInstanceCount"], held["Tags"][0]["Value"]],
    same["CapacityReservationId"] == held["CapacityReservationId"],
    [len(reserved("g4dn.xlarge")), len(reserved("t3.medium"))],
    ec2.cancel_capacity_reservation(**of_held)["Return"],
    [one["State"] for one in reserved("g4dn.xlarge")],
    code(ec2.cancel_capacity_reservation, **of_held),
]

# A presigned request is accepted as botocore signs it, and refused with anything else.
import urllib.error
import urllib.request

from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def present(secret=ENTERED["aws_secret_access_key"], cluster_header=cluster, expires=60):
    keys = Credentials(ENTERED["aws_access_key_id"], secret, ENTERED["aws_session_token"])
    url = f"{endpoint}/?Action=GetCallerIdentity&Version=2011-06-15"
    signed = AWSRequest("GET", url, headers={"x-k8s-aws-id": cluster})
    SigV4QueryAuth(keys, "sts", REGION, expires=expires).add_auth(signed)
    asked = urllib.request.Request(signed.url, headers={"x-k8s-aws-id": cluster_header})
    try:
        with urllib.request.urlopen(asked) as answer:
            return answer.read().decode().split("<Arn>")[1].split("</Arn>")[0]
    except urllib.error.HTTPError as error:
        return [error.code, error.read().decode().split("<Code>")[1].split("</Code>")[0]]


out["presigned"] = [
    present().endswith(f"{account}:assumed-role/Tester/tester"),
    present(secret="another"),
    present(cluster_header="another"),
    present(expires=-600),
]
out["strange"] = sorted(set(strange))
print(json.dumps(out, default=str))
