"""Serves moto on a free loopback port until standard input closes, so that it dies with its test."""

import os
import sys

os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"
# AWS's own policies, which roles are given.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"

import logging

from moto.server import ThreadedMotoServer

logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
os._exit(0)
