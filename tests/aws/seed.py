"""Builds the reference architecture in the moto server named by the first argument.

Everything is made with boto3, never with awsdeck's own code. Prints what was made as one JSON
object, so that a test can compare what awsdeck reads with what another program wrote.
"""

import json
import sys
import urllib.request

import clients

ENDPOINT = sys.argv[1]
REGION = "eu-west-1"
SECOND = "eu-central-1"
ENVIRONMENTS = {"dev": 0, "staging": 10, "prod": 20}
PURPOSES = {"shared": 0, "app": 1, "ml": 2}


def client(service, account=None, region=REGION):
    return clients.make(ENDPOINT, service, account, region)


def named(kind, name):
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


def organization():
    api = client("organizations", region="us-east-1")
    made = api.create_organization(FeatureSet="ALL")["Organization"]
    root = api.list_roots()["Roots"][0]["Id"]
    api.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")

    def unit(parent, name):
        return api.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]

    units = {"Environments": unit(root, "Environments")}
    accounts = {}
    for environment in ENVIRONMENTS:
        path = f"Environments/{environment.capitalize()}"
        units[path] = unit(units["Environments"], environment.capitalize())
        for purpose in PURPOSES:
            name = f"{environment}-{purpose}"
            status = api.create_account(AccountName=name, Email=f"{name}@example.com")
            account = status["CreateAccountStatus"]["AccountId"]
            api.move_account(
                AccountId=account, SourceParentId=root, DestinationParentId=units[path]
            )
            tags = [{"Key": "environment", "Value": environment}]
            api.tag_resource(ResourceId=account, Tags=tags)
            accounts[name] = account

    def policy(name, description, actions, target):
        statement = {"Sid": name, "Effect": "Deny", "Action": actions, "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        made = api.create_policy(
            Name=name,
            Description=description,
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps(document),
        )["Policy"]["PolicySummary"]["Id"]
        api.attach_policy(PolicyId=made, TargetId=target)
        return made

    policies = {
        "DenyPublicS3": policy(
            "DenyPublicS3",
            "Restrict public S3 access",
            ["s3:PutBucketAcl", "s3:DeletePublicAccessBlock"],
            units["Environments"],
        ),
        "DenyLeavingProd": policy(
            "DenyLeavingProd",
            "Keep production accounts in the organization",
            ["organizations:LeaveOrganization"],
            units["Environments/Prod"],
        ),
    }
    service = "guardduty.amazonaws.com"
    api.register_delegated_administrator(AccountId=accounts["prod-shared"], ServicePrincipal=service)
    return {
        "id": made["Id"],
        "management": made["MasterAccountId"],
        "root": root,
        "units": units,
        "accounts": accounts,
        "policies": policies,
        "delegated": {accounts["prod-shared"]: [service]},
    }


def network(account, name, second_octet):
    ec2 = client("ec2", account)
    block = f"10.{second_octet}"
    vpc = ec2.create_vpc(CidrBlock=f"{block}.0.0/16", TagSpecifications=named("vpc", name))
    vpc = vpc["Vpc"]["VpcId"]
    subnets = {}
    for index, zone in enumerate("ab"):
        for offset, kind in [(0, "public"), (10, "private")]:
            label = f"{kind}-{zone}"
            subnet = ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"{block}.{offset + index}.0/24",
                AvailabilityZone=f"{REGION}{zone}",
                TagSpecifications=named("subnet", f"{name}-{label}"),
            )
            subnets[label] = subnet["Subnet"]["SubnetId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = ec2.create_nat_gateway(
        SubnetId=subnets["public-a"],
        AllocationId=address,
        TagSpecifications=named("natgateway", f"{name}-nat"),
    )["NatGateway"]["NatGatewayId"]
    tables = {}
    for kind, target in [("public", {"GatewayId": gateway}), ("private", {"NatGatewayId": nat})]:
        table = ec2.create_route_table(
            VpcId=vpc, TagSpecifications=named("route-table", f"{name}-{kind}")
        )["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
        for zone in "ab":
            ec2.associate_route_table(RouteTableId=table, SubnetId=subnets[f"{kind}-{zone}"])
        tables[kind] = table
    return {
        "account": account,
        "vpc": vpc,
        "cidr": f"{block}.0.0/16",
        "subnets": subnets,
        "tables": tables,
        "nat": nat,
        "gateway": gateway,
    }


def peering(requester, accepter, name, both_ways=True):
    mine = client("ec2", requester["account"])
    theirs = client("ec2", accepter["account"])
    made = mine.create_vpc_peering_connection(
        VpcId=requester["vpc"],
        PeerVpcId=accepter["vpc"],
        PeerOwnerId=accepter["account"],
        PeerRegion=REGION,
        TagSpecifications=named("vpc-peering-connection", name),
    )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    theirs.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
    mine.create_route(
        RouteTableId=requester["tables"]["private"],
        DestinationCidrBlock=accepter["cidr"],
        VpcPeeringConnectionId=made,
    )
    if both_ways:
        theirs.create_route(
            RouteTableId=accepter["tables"]["private"],
            DestinationCidrBlock=requester["cidr"],
            VpcPeeringConnectionId=made,
        )
    return made


def cluster(account, name, net, gpu):
    eks = client("eks", account)
    role = f"arn:aws:iam::{account}:role/eks"
    private = [net["subnets"]["private-a"], net["subnets"]["private-b"]]
    access = {"endpointPublicAccess": False, "endpointPrivateAccess": True}
    eks.create_cluster(
        name=name,
        version="1.33",
        roleArn=role,
        resourcesVpcConfig={"subnetIds": private, **access},
        tags={"environment": name.split("-")[0]},
    )
    pools = {"main": ("t3.medium", 2, 2, 4)}
    if gpu:
        pools["gpu"] = ("g4dn.xlarge", 0, 1, 2)
    for pool, (instance, low, wanted, high) in pools.items():
        eks.create_nodegroup(
            clusterName=name,
            nodegroupName=pool,
            scalingConfig={"minSize": low, "desiredSize": wanted, "maxSize": high},
            subnets=private,
            instanceTypes=[instance],
            nodeRole=role,
            capacityType="ON_DEMAND",
        )
    return {"account": account, "pools": sorted(pools)}


def balancer(account, net):
    elb = client("elbv2", account)
    public = [net["subnets"]["public-a"], net["subnets"]["public-b"]]
    made = elb.create_load_balancer(Name="checkout", Subnets=public)["LoadBalancers"][0]
    groups = {}
    for color in ["blue", "green"]:
        group = elb.create_target_group(
            Name=f"checkout-{color}", Protocol="HTTP", Port=80, VpcId=net["vpc"], TargetType="ip"
        )["TargetGroups"][0]["TargetGroupArn"]
        elb.register_targets(TargetGroupArn=group, Targets=[{"Id": net["cidr"].replace("0.0/16", "10.5")}])
        groups[color] = group
    weights = [
        {"TargetGroupArn": groups["blue"], "Weight": 90},
        {"TargetGroupArn": groups["green"], "Weight": 10},
    ]
    forward = {"Type": "forward", "ForwardConfig": {"TargetGroups": weights}}
    listener = elb.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=[forward]
    )["Listeners"][0]["ListenerArn"]
    return {
        "account": account,
        "arn": made["LoadBalancerArn"],
        "dns": made["DNSName"],
        "listener": listener,
        "groups": groups,
    }


def zone(account):
    dns = client("route53", account)
    made = dns.create_hosted_zone(Name="acme.example.", CallerReference="seed")
    made = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
    check = dns.create_health_check(
        CallerReference="seed",
        HealthCheckConfig={
            "Type": "HTTPS",
            "FullyQualifiedDomainName": "primary.acme.example",
            "Port": 443,
            "ResourcePath": "/healthz",
            "RequestInterval": 30,
            "FailureThreshold": 3,
        },
    )["HealthCheck"]["Id"]

    def record(name, side, value, **policy):
        return {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": name,
                "Type": "A",
                "TTL": 60,
                "SetIdentifier": side,
                "ResourceRecords": [{"Value": value}],
                **policy,
            },
        }

    changes = [
        record("app.acme.example.", "blue", "192.0.2.10", Weight=100),
        record("app.acme.example.", "green", "192.0.2.20", Weight=0),
        record("db.acme.example.", "primary", "192.0.2.30", Failover="PRIMARY", HealthCheckId=check),
        record("db.acme.example.", "secondary", "192.0.2.40", Failover="SECONDARY"),
    ]
    dns.change_resource_record_sets(HostedZoneId=made, ChangeBatch={"Changes": changes})
    return {"account": account, "id": made, "name": "acme.example.", "check": check}


def database(account, environment, net):
    rds = client("rds", account)
    name = f"{environment}-orders"
    private = [net["subnets"]["private-a"], net["subnets"]["private-b"]]
    rds.create_db_subnet_group(
        DBSubnetGroupName=environment, DBSubnetGroupDescription="private", SubnetIds=private
    )
    production = environment == "prod"
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        EngineVersion="16.3",
        DBInstanceClass="db.t3.medium",
        AllocatedStorage=50,
        MasterUsername="orders",
        MasterUserPassword="seeded-password",
        DBSubnetGroupName=environment,
        MultiAZ=production,
        BackupRetentionPeriod=7 if production else 1,
        StorageEncrypted=True,
    )
    made = {"account": account, "instances": [name], "snapshots": []}
    if production:
        replica = f"{name}-replica"
        rds.create_db_instance_read_replica(
            DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=name
        )
        made["instances"].append(replica)
    snapshot = f"{name}-before-release"
    rds.create_db_snapshot(DBSnapshotIdentifier=snapshot, DBInstanceIdentifier=name)
    made["snapshots"].append(snapshot)
    return made


def protection(account, environment):
    backup = client("backup", account)
    vault = f"{environment}-vault"
    backup.create_backup_vault(BackupVaultName=vault)
    rule = {
        "RuleName": "daily",
        "TargetBackupVaultName": vault,
        "ScheduleExpression": "cron(0 3 * * ? *)",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 180,
        "Lifecycle": {"DeleteAfterDays": 35},
    }
    plan = {"BackupPlanName": f"{environment}-daily", "Rules": [rule]}
    plan = backup.create_backup_plan(BackupPlan=plan)["BackupPlanId"]
    return {"account": account, "vault": vault, "plan": plan}


def bucket(account, name, versioned=True):
    s3 = client("s3", account)
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    if versioned:
        enabled = {"Status": "Enabled"}
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=enabled)
    return name


def costs(organization):
    budgets = client("budgets", region="us-east-1")
    budgets.create_budget(
        AccountId=organization["management"],
        Budget={
            "BudgetName": "organization",
            "BudgetLimit": {"Amount": "9000", "Unit": "USD"},
            "TimeUnit": "MONTHLY",
            "BudgetType": "COST",
        },
    )
    months = ["2026-09-01", "2026-10-01", "2026-11-01", "2026-12-01"]
    periods = []
    for index, (start, end) in enumerate(zip(months, months[1:])):
        groups = []
        for place, account in enumerate(sorted(organization["accounts"].values())):
            for service, base in [("Amazon Elastic Compute Cloud - Compute", 400), ("AmazonCloudWatch", 12)]:
                amount = f"{base + 10 * place + index}.25"
                metric = {"Amount": amount, "Unit": "USD"}
                groups.append({"Keys": [account, service], "Metrics": {"NetAmortizedCost": metric}})
        periods.append(
            {
                "TimePeriod": {"Start": start, "End": end},
                "Total": {},
                "Groups": groups,
                "Estimated": index == 2,
            }
        )
    result = {"ResultsByTime": periods, "DimensionValueAttributes": []}
    body = json.dumps({"results": [result]}).encode()
    url = f"{ENDPOINT}/moto-api/static/ce/cost-and-usage-results"
    headers = {"Content-Type": "application/json"}
    urllib.request.urlopen(urllib.request.Request(url, data=body, headers=headers)).close()
    amounts = [float(group["Metrics"]["NetAmortizedCost"]["Amount"]) for period in periods for group in period["Groups"]]
    return {"rows": len(amounts), "total": f"{sum(amounts):.2f}", "budget": "organization"}


def main():
    made = organization()
    accounts = made["accounts"]
    nets, clusters, databases, vaults, buckets = {}, {}, {}, {}, {}
    for environment, first in ENVIRONMENTS.items():
        for purpose, offset in PURPOSES.items():
            name = f"{environment}-{purpose}"
            nets[name] = network(accounts[name], name, first + offset)
            if purpose != "shared":
                clusters[name] = cluster(accounts[name], name, nets[name], purpose == "ml")
        databases[environment] = database(accounts[f"{environment}-app"], environment, nets[f"{environment}-app"])
        shared = accounts[f"{environment}-shared"]
        vaults[environment] = protection(shared, environment)
        buckets[bucket(shared, f"acme-{environment}-state")] = shared
        buckets[bucket(shared, f"acme-{environment}-scratch", versioned=False)] = shared
    peerings = {}
    for environment in ENVIRONMENTS:
        for purpose in ["app", "ml"]:
            name = f"{environment}-shared-{purpose}"
            one_way = name == "staging-shared-ml"
            peerings[name] = peering(
                nets[f"{environment}-shared"], nets[f"{environment}-{purpose}"], name, not one_way
            )
    made.update(
        region=REGION,
        networks=nets,
        peerings=peerings,
        one_way="staging-shared-ml",
        clusters=clusters,
        zone=zone(accounts["prod-shared"]),
        balancer=balancer(accounts["prod-app"], nets["prod-app"]),
        databases=databases,
        vaults=vaults,
        buckets=buckets,
        costs=costs(made),
    )
    print(json.dumps(made))


main()
