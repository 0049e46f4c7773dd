"""Who botocore is with the profile of the first argument and the environment as it is."""

import json
import sys

import boto3

answer = boto3.Session(profile_name=sys.argv[1]).client("sts").get_caller_identity()
print(json.dumps({"account": answer["Account"], "arn": answer["Arn"]}))
