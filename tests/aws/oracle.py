"""Asks botocore what it would send to EC2, and how it reads an answer.

The first argument is what to do: `serialize` and `parse` take one JSON object per line on standard
input, `endpoints` takes nothing. Prints one JSON list.
"""

import json
import random
import sys

from botocore.endpoint_provider import EndpointProvider
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.parsers import ResponseParserFactory
from botocore.serialize import create_serializer
from xml.sax.saxutils import escape

LOADER = Loader()
MODEL = ServiceModel(LOADER.load_service_model("ec2", "service-2"), "ec2")
TEXTS = ["plain", "a & b <c>", '"quoted"', "größe ✓", "two  spaces", "", "10.0.0.0/16", "x" * 300]


def serialize(case):
    """The parameters of {"op", "input"}, sorted."""
    serializer = create_serializer(MODEL.protocol, include_validation=True)
    operation = MODEL.operation_model(case["op"])
    request = serializer.serialize_to_request(case["input"], operation)
    assert request["method"] == "POST" and request["url_path"] == "/"
    return sorted([key, str(value)] for key, value in request["body"].items())


def parse(case):
    """An answer to {"op", "seed"} made up from the model, and botocore's reading of it."""
    operation = MODEL.operation_model(case["op"])
    shape = operation.output_shape
    made = written(shape, random.Random(case["seed"]))
    name = f'{case["op"]}Response'
    namespace = "http://ec2.amazonaws.com/doc/2016-11-15/"
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{name} xmlns="{namespace}">'
    body += f"<requestId>r-1</requestId>{made}</{name}>"
    factory = ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=str)
    response = {"status_code": 200, "headers": {}, "body": body.encode()}
    read = factory.create_parser(MODEL.protocol).parse(response, shape)
    return {"xml": body, "read": on_the_wire(shape, read)}


def written(shape, dice):
    """XML for everything inside `shape`; now and then a member is left out."""
    kind = shape.type_name
    if kind == "structure":
        parts = []
        for name, member in shape.members.items():
            name = member.serialization.get("name", name)
            if dice.random() > 0.15:
                parts.append(f"<{name}>{written(member, dice)}</{name}>\n")
        return "".join(parts)
    if kind == "list":
        name = shape.member.serialization.get("name", "item")
        items = (written(shape.member, dice) for _ in range(dice.randrange(4)))
        return "".join(f"<{name}>{item}</{name}>\n" for item in items)
    if kind == "boolean":
        return dice.choice(["true", "false"])
    if kind in ("integer", "long"):
        return str(dice.randrange(30000))
    if kind in ("double", "float"):
        return f"{dice.randrange(1000) / 8}"
    if kind == "timestamp":
        return f"2026-11-{dice.randrange(10, 30)}T10:20:30.000Z"
    assert kind == "string", kind
    return escape(dice.choice(shape.enum or TEXTS))


def on_the_wire(shape, value):
    """The value under the names that it has in the XML."""
    if shape.type_name == "structure":
        members = shape.members
        return {
            members[name].serialization.get("name", name): on_the_wire(members[name], member)
            for name, member in value.items()
            if name in members
        }
    if shape.type_name == "list":
        return [on_the_wire(shape.member, item) for item in value]
    return value


def endpoints():
    """[region, FIPS, dual stack, address] for every region; no address where there is none."""
    partitions = LOADER.load_data("partitions")
    rules = LOADER.load_service_model("ec2", "endpoint-rule-set-1")
    provider = EndpointProvider(rules, partitions)
    found = []
    for partition in partitions["partitions"]:
        for region in partition["regions"]:
            if region.endswith("-global"):
                continue
            for fips in (False, True):
                for dual_stack in (False, True):
                    try:
                        url = provider.resolve_endpoint(
                            Region=region, UseFIPS=fips, UseDualStack=dual_stack
                        ).url
                    except Exception:
                        url = None
                    found.append([region, fips, dual_stack, url])
    return found


if sys.argv[1] == "endpoints":
    answers = endpoints()
else:
    ask = {"serialize": serialize, "parse": parse}[sys.argv[1]]
    answers = [ask(json.loads(line)) for line in sys.stdin]
print(json.dumps(answers))
