"""Makes an organization of as many accounts as the second argument says, flat and empty."""

import json
import sys

import boto3

endpoint, count = sys.argv[1], int(sys.argv[2])
keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
api = boto3.client("organizations", endpoint_url=endpoint, region_name="us-east-1", **keys)
api.create_organization(FeatureSet="ALL")
for number in range(1, count):
    api.create_account(AccountName=f"member-{number:03}", Email=f"member-{number}@example.com")
print(json.dumps(count))
