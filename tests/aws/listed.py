"""Lists what the AWS at the first argument has, by boto3, in the words in which awsdeck lists it.

What comes on standard input names where to begin: `vaults` whose databases are backed up first, so
that there are jobs and recovery points. Prints one object; each list is sorted.
"""

import datetime
import json
import sys

import clients

endpoint = sys.argv[1]
given = json.load(sys.stdin)
REGION = "eu-west-1"


def client(service, account=None):
    return clients.make(endpoint, service, account)


def items(api, operation, member, **parameters):
    pages = api.get_paginator(operation).paginate(**parameters)
    return [item for page in pages for item in page[member]]


organizations = client("organizations")
root = organizations.list_roots()["Roots"][0]
out = {name: [] for name in [
    "units", "vpcs", "peerings", "clusters", "pools", "databases", "replicas", "snapshots", "buckets",
    "jobs", "points", "zones", "records", "checks", "balancers", "targets", "costs", "budgets", "anomalies",
]}


def walk(parent, path):
    for unit in items(
        organizations, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent
    ):
        below = f"{path}/{unit['Name']}".strip("/")
        out["units"].append(below)
        walk(unit["Id"], below)


walk(root["Id"], "")
accounts = items(organizations, "list_accounts", "Accounts")
out["accounts"] = sorted([a["Id"], a["Name"]] for a in accounts)
home = client("sts").get_caller_identity()["Account"]

for account in [a["Id"] for a in accounts]:
    own = None if account == home else account

    def at(*rest):
        return [account, *rest]

    ec2 = client("ec2", own)
    for vpc in items(ec2, "describe_vpcs", "Vpcs"):
        out["vpcs"].append(at(vpc["VpcId"], vpc["CidrBlock"]))
    for link in items(ec2, "describe_vpc_peering_connections", "VpcPeeringConnections"):
        out["peerings"].append(link["VpcPeeringConnectionId"])
    eks = client("eks", own)
    for name in items(eks, "list_clusters", "clusters"):
        version = eks.describe_cluster(name=name)["cluster"]["version"]
        out["clusters"].append(at(name, version))
        for pool in items(eks, "list_nodegroups", "nodegroups", clusterName=name):
            told = eks.describe_nodegroup(clusterName=name, nodegroupName=pool)["nodegroup"]
            sizes = told["scalingConfig"]
            out["pools"].append(at(f"{name}/{pool}", sizes["minSize"], sizes["desiredSize"], sizes["maxSize"]))
    rds = client("rds", own)
    for database in items(rds, "describe_db_instances", "DBInstances"):
        replica = "ReadReplicaSourceDBInstanceIdentifier" in database
        out["replicas" if replica else "databases"].append(at(database["DBInstanceIdentifier"]))
    for snapshot in items(rds, "describe_db_snapshots", "DBSnapshots"):
        out["snapshots"].append(at(snapshot["DBSnapshotIdentifier"]))
    for bucket in client("s3", own).list_buckets()["Buckets"]:
        out["buckets"].append(at(bucket["Name"]))
    backup = client("backup", own)
    for vault in backup.list_backup_vaults()["BackupVaultList"]:
        name = vault["BackupVaultName"]
        for resource in given["vaults"].get(name, []):
            job = backup.start_backup_job(
                BackupVaultName=name, ResourceArn=resource, IamRoleArn=f"arn:aws:iam::{account}:role/b"
            )["BackupJobId"]
            while backup.describe_backup_job(BackupJobId=job)["State"] != "COMPLETED":
                pass
        for point in items(
            backup, "list_recovery_points_by_backup_vault", "RecoveryPoints", BackupVaultName=name
        ):
            out["points"].append(at(point["RecoveryPointArn"]))
    for job in items(backup, "list_backup_jobs", "BackupJobs"):
        out["jobs"].append(at(job["BackupJobId"]))
    dns = client("route53", own)
    for zone in items(dns, "list_hosted_zones", "HostedZones"):
        out["zones"].append(at(zone["Name"]))
        for record in items(
            dns, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]
        ):
            side = record.get("SetIdentifier", "")
            out["records"].append(at(zone["Name"], record["Name"], record["Type"], side))
    for check in items(dns, "list_health_checks", "HealthChecks"):
        out["checks"].append(at(check["Id"]))
    elb = client("elbv2", own)
    for balancer in items(elb, "describe_load_balancers", "LoadBalancers"):
        out["balancers"].append(at(balancer["LoadBalancerName"]))
    for group in items(elb, "describe_target_groups", "TargetGroups"):
        arn = group["TargetGroupArn"]
        targets = elb.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        out["targets"].append(at(group["TargetGroupName"], len(targets)))

today = datetime.datetime.now(datetime.UTC).date()
month = {"Start": str(today.replace(day=1)), "End": str(today + datetime.timedelta(days=1))}
by = [{"Type": "DIMENSION", "Key": key} for key in ["LINKED_ACCOUNT", "SERVICE"]]
ce = client("ce")
told = ce.get_cost_and_usage(
    TimePeriod=month, Granularity="MONTHLY", Metrics=["NetAmortizedCost"], GroupBy=by
)
for result in told["ResultsByTime"]:
    for group in result["Groups"]:
        out["costs"].append([*group["Keys"], group["Metrics"]["NetAmortizedCost"]["Amount"]])
since = str(today - datetime.timedelta(days=90))
for anomaly in ce.get_anomalies(DateInterval={"StartDate": since})["Anomalies"]:
    out["anomalies"].append([anomaly["AnomalyId"], anomaly["RootCauses"][0]["LinkedAccount"]])
for budget in items(client("budgets"), "describe_budgets", "Budgets", AccountId=home):
    out["budgets"].append([budget["BudgetName"], budget["BudgetLimit"]["Amount"]])

out["peerings"] = list(set(out["peerings"]))
print(json.dumps({name: sorted(found) for name, found in out.items()}, default=str))
