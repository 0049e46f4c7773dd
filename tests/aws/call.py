"""One boto3 call, to read back what awsdeck changed: parameters come as JSON on standard input.

Arguments: endpoint, account (or `-` for the management account), region, service, operation.
"""

import json
import sys

import boto3

endpoint, account, region, service, operation = sys.argv[1:]
keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
if account != "-":
    sts = boto3.client("sts", endpoint_url=endpoint, region_name=region, **keys)
    role = f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
    given = sts.assume_role(RoleArn=role, RoleSessionName="read-back")["Credentials"]
    keys = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
client = boto3.client(service, endpoint_url=endpoint, region_name=region, **keys)
answer = getattr(client, operation)(**json.load(sys.stdin))
print(json.dumps(answer, default=str))
