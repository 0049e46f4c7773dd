"""Makes an organization of as many accounts as the second argument says, flat and empty."""

import json
import sys

import clients

endpoint, count = sys.argv[1], int(sys.argv[2])
api = clients.make(endpoint, "organizations")
api.create_organization(FeatureSet="ALL")
for number in range(1, count):
    api.create_account(AccountName=f"member-{number:03}", Email=f"member-{number}@example.com")
print(json.dumps(count))
