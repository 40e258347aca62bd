"""Runs a declarative manifest by the reference, `airbyte-cdk`: a job as JSON on stdin, its records and final states as JSON on stdout."""
import json
import logging
import pathlib
import sys

import yaml
from airbyte_cdk.models import (
    AirbyteStateBlob,
    AirbyteStateMessage,
    AirbyteStateType,
    AirbyteStreamState,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
    Type,
)
from airbyte_cdk.sources.declarative.async_job import job_orchestrator
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource

# Between two looks at a job it would wait five seconds.
job_orchestrator.AsyncJobOrchestrator._WAIT_TIME_BETWEEN_STATUS_UPDATE_IN_SECONDS = 0.1
logging.disable(logging.CRITICAL)
LOGGER = logging.getLogger("reference")


def state_of(name, blob):
    stream = AirbyteStreamState(stream_descriptor=StreamDescriptor(name=name), stream_state=AirbyteStateBlob(blob))
    return AirbyteStateMessage(type=AirbyteStateType.STREAM, stream=stream)


def run(job):
    with open(job["manifest"], encoding="utf-8") as file:
        manifest = yaml.safe_load(file)
    # It takes schema files for parts of a package.
    folder = str(pathlib.Path(job["manifest"]).parent)
    if folder not in sys.path:
        sys.path.append(folder)
    config = job["config"]
    states = [state_of(name, blob) for name, blob in job.get("states", {}).items()]
    probe = ConcurrentDeclarativeSource(catalog=None, config=config, state=states, source_config=manifest)
    offered = probe.discover(LOGGER, config).streams
    catalog = ConfiguredAirbyteCatalog(
        streams=[
            ConfiguredAirbyteStream(
                stream=stream,
                sync_mode=SyncMode.incremental if SyncMode.incremental in stream.supported_sync_modes else SyncMode.full_refresh,
                destination_sync_mode=DestinationSyncMode.append,
            )
            for stream in offered
        ]
    )
    source = ConcurrentDeclarativeSource(catalog=catalog, config=config, state=states, source_config=manifest)
    records = {stream.name: [] for stream in offered}
    finals, error = {}, None
    try:
        for message in source.read(LOGGER, config, catalog, states):
            if message.type == Type.RECORD:
                records[message.record.stream].append(message.record.data)
            elif message.type == Type.STATE:
                stream = message.state.stream
                finals[stream.stream_descriptor.name] = dict(stream.stream_state.__dict__)
    except Exception as fault:  # told to the test, which compares it
        error = f"{type(fault).__name__}: {fault}"[:300]
    return {"records": records, "states": finals, "error": error}


for line in sys.stdin:
    try:
        result = run(json.loads(line))
    except Exception as fault:  # what it cannot even begin
        result = {"records": {}, "states": {}, "error": f"{type(fault).__name__}: {fault}"[:300]}
    # The reference itself prints to stdout on the way.
    print("RESULT " + json.dumps(result, default=lambda value: getattr(value, "__dict__", str(value))), flush=True)
