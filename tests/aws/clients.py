"""Clients of boto3 in any account of an emulated organization."""

import boto3

# What every emulator takes for the management account's user.
TEST = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


def entered(endpoint, account, role="OrganizationAccountAccessRole"):
    """The keys of a session of a role of the account; without one, those of the user."""
    if not account:
        return TEST
    sts = boto3.client("sts", endpoint_url=endpoint, region_name="eu-west-1", **TEST)
    arn = f"arn:aws:iam::{account}:role/{role}"
    given = sts.assume_role(RoleArn=arn, RoleSessionName=role.lower())["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def make(endpoint, service, account=None, region="eu-west-1", **more):
    keys = entered(endpoint, account)
    return boto3.client(service, endpoint_url=endpoint, region_name=region, **keys, **more)
