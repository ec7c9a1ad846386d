"""`python -m tools.recording [--endpoint-url URL]`: requests in, recordings out, a line each.

The SDK is imported once, behind the wall and the recorder; every request is then carried out in a
fork of its own, so that no recording sees another's state. Ends with its standard input.
"""

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import TextIO

from tools.recording import wall
from tools.recording.planned import Planned
from tools.recording.recorder import BlockedError, Recorder, refusal
from tools.recording.request import Recording, SdkRequest


def main() -> None:
    """Serve requests until standard input ends."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--endpoint-url", metavar="URL")
    endpoint_url = parser.parse_args().endpoint_url
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever the SDK prints goes to the log, not among the answers
    recorder = _prepared(endpoint_url)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when this ends
    answers.write("ready\n")
    for line in sys.stdin:
        _in_a_fork(line, recorder, answers)


def _prepared(endpoint_url: str | None) -> Recorder:
    """Wall, recorder, SDK: in this order, and before anything else makes a client."""
    import botocore

    recorder = Recorder()
    wall.install(wall.allows(endpoint_url))
    botocore.register_initializer(recorder.install)
    import sagemaker.core.inference_config
    import sagemaker.core.jumpstart.configs
    import sagemaker.core.training.configs
    import sagemaker.serve.model_builder  # noqa: F401 - imported once, for every fork

    return recorder


def _in_a_fork(line: str, recorder: Recorder, answers: TextIO) -> None:
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read_end)
        with os.fdopen(write_end, "w", encoding="utf-8") as pipe:
            pipe.write(_recorded(line, recorder).model_dump_json())
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end, encoding="utf-8") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    gone = Recording(error="The recording process died.", kind="broken")
    answers.write((text or gone.model_dump_json()) + "\n")


def _recorded(line: str, recorder: Recorder) -> Recording:
    from tools.recording.building import build_and_deploy

    error, kind = None, "complete"
    try:
        request = SdkRequest.model_validate(json.loads(line))
        blobs = Path(request.blobs)
        objects = {uri: blobs / sha256 for uri, sha256 in request.planned_objects.items()}
        planned = Planned(request.region, request.account, request.bucket, objects)
        recorder.begin(request.account, blobs, planned)
        build_and_deploy(request)
    except BlockedError as blocked:
        error, kind = str(blocked), "blocked"
    except Exception as refused:  # noqa: BLE001 - a process edge: the SDK raises anything
        error, kind = f"{type(refused).__name__}: {refusal(refused)}", "sdk"
    if recorder.blocked is not None and kind == "complete":
        error, kind = recorder.blocked, "blocked"
    return Recording.model_validate(
        {
            "calls": [call.model_dump() for call in recorder.calls],
            "reads": [read.model_dump() for read in recorder.reads],
            "error": error,
            "kind": kind,
        }
    )


if __name__ == "__main__":
    main()
