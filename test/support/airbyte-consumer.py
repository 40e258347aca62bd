"""A consumer of a source of the Airbyte protocol, on the models of the protocol's own Python packages: what a platform does, and what
its acceptance tests look at. Arguments: a file of JSON with `command`, `config` and `modes`. Prints a JSON summary; any breach is an error.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import jsonschema
from airbyte_cdk.models import AirbyteMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_protocol.models import AirbyteMessage

given = json.loads(Path(sys.argv[1]).read_text())
folder = Path(tempfile.mkdtemp())


def file(name, content):
    path = folder / name
    path.write_text(json.dumps(content))
    return str(path)


def run(*arguments):
    end = subprocess.run([*given["command"], *arguments], capture_output=True, text=True)
    messages = []
    for line in end.stdout.splitlines():
        AirbyteMessage.model_validate_json(line)
        messages.append(AirbyteMessageSerializer.load(json.loads(line)) and json.loads(line))
    assert end.returncode == 0, (arguments, end.stdout[-2000:], end.stderr[-2000:])
    return messages


def only(messages, kind):
    found = [message for message in messages if message["type"] == kind]
    assert len(found) == 1, (kind, messages[:3])
    return found[0]


def read(catalog, states):
    """Records by stream, and the last state of each; counts, statuses and schemas are looked at."""
    arguments = ["--config", config, "--catalog", file("catalog.json", catalog)]
    if states:
        arguments += ["--state", file("state.json", states)]
    schemas = {one["stream"]["name"]: one["stream"]["json_schema"] for one in catalog["streams"]}
    records = {name: [] for name in schemas}
    since, statuses, last = dict.fromkeys(schemas, 0), {name: [] for name in schemas}, {}
    for message in run("read", *arguments):
        if message["type"] == "RECORD":
            name = message["record"]["stream"]
            assert statuses[name][-1] == "RUNNING", (name, statuses[name])
            jsonschema.validate(message["record"]["data"], schemas[name])
            records[name].append(message["record"]["data"])
            since[name] += 1
        elif message["type"] == "STATE":
            name = message["state"]["stream"]["stream_descriptor"]["name"]
            assert message["state"]["sourceStats"]["recordCount"] == since[name], (name, since[name], message)
            since[name] = 0
            last[name] = message["state"]
        elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            status = message["trace"]["stream_status"]
            statuses[status["stream_descriptor"]["name"]].append(status["status"])
    for name, seen in statuses.items():
        assert seen[0] == "STARTED" and seen[-1] == "COMPLETE", (name, seen)
        assert since[name] == 0, (name, "records after the last state")
    return records, list(last.values())


specification = only(run("spec"), "SPEC")["spec"]["connectionSpecification"]
jsonschema.Draft7Validator.check_schema(specification)
jsonschema.validate(given["config"], specification)
config = file("config.json", given["config"])
assert only(run("check", "--config", config), "CONNECTION_STATUS")["connectionStatus"]["status"] == "SUCCEEDED"
streams = only(run("discover", "--config", config), "CATALOG")["catalog"]["streams"]
for stream in streams:
    jsonschema.Draft7Validator.check_schema(stream["json_schema"])
configured = {
    "streams": [
        {
            "stream": stream,
            "sync_mode": stream["supported_sync_modes"][-1],
            "destination_sync_mode": "append",
            "cursor_field": stream.get("default_cursor_field"),
            "primary_key": stream.get("source_defined_primary_key"),
        }
        for stream in streams
        if stream["name"] in given["streams"]
    ]
}
ConfiguredAirbyteCatalogSerializer.load(configured)
first, states = read(configured, [])
second, _ = read(configured, states)
whole, _ = read({"streams": [{**one, "sync_mode": "full_refresh"} for one in configured["streams"]]}, [])
print(json.dumps({"first": first, "second": second, "whole": whole}))
