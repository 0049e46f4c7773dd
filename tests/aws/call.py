"""One boto3 call, to read back what awsdeck changed: parameters come as JSON on standard input.

Arguments: endpoint, account (or `-` for the management account), region, service, operation.
"""

import json
import sys

import clients

endpoint, account, region, service, operation = sys.argv[1:]
client = clients.make(endpoint, service, None if account == "-" else account, region)
answer = getattr(client, operation)(**json.load(sys.stdin))
print(json.dumps(answer, default=str))
