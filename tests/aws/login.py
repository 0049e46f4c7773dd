"""Writes what `aws login` leaves behind: tokens in the CLI's cache, with a key of its own.

Arguments: the cache folder, the session's ARN, a refresh token, and when the credentials that are
kept with it end.
"""

import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

folder, session, refresh, expires = sys.argv[1:]
key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
    serialization.Encoding.PEM,
    serialization.PrivateFormat.TraditionalOpenSSL,
    serialization.NoEncryption(),
)
token = {
    "accessToken": {
        "accessKeyId": "ASIAKEPT",
        "secretAccessKey": "planted",
        "sessionToken": "planted",
        "accountId": session.split(":")[4],
        "expiresAt": expires,
    },
    "tokenType": "aws_sigv4",
    "refreshToken": refresh,
    "clientId": "arn:aws:signin:::devtools/same-device",
    "dpopKey": key.decode(),
}
pathlib.Path(folder).mkdir(parents=True)
file = pathlib.Path(folder, hashlib.sha256(session.encode()).hexdigest() + ".json")
file.write_text(json.dumps(token))
print(json.dumps(str(file)))
