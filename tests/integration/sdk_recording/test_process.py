"""The recording process: its wall, its end, and what becomes of a broken one."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.integration.sdk_recording.test_recordings import room
from tests.unit.plan.builders import spec
from tools.aws import AwsTarget
from tools.errors import AwsUnavailableError
from tools.planners.model_builder import request_for
from tools.recording.process import SdkProcess
from tools.recording.wall import allows

BEHIND_THE_WALL = """
import socket, subprocess, sys, urllib.request
from tools.recording import wall
wall.install(wall.allows("http://127.0.0.1:1234"))
tried = {
    "name": lambda: socket.getaddrinfo("huggingface.co", 443),
    "address": lambda: socket.create_connection(("93.184.216.34", 80), timeout=1),
    "page": lambda: urllib.request.urlopen("https://sm-pysdk-t-us-east-1.s3.amazonaws.com/x"),
    "program": lambda: subprocess.run(["true"]),
    "shell": lambda: __import__("os").system("true"),
}
for name, act in tried.items():
    try:
        act()
    except OSError as error:
        print(name, "not allowed" in str(error))
    else:
        print(name, "passed")
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
print("here reached")
"""


def test_the_wall_lets_nobody_out_and_nothing_start():
    ran = subprocess.run(
        [sys.executable, "-c", BEHIND_THE_WALL], capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == [
        "name True", "address True", "page True", "program True", "shell True", "here reached",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("sagemaker.eu-west-1.amazonaws.com", True),
        ("s3.cn-north-1.amazonaws.com.cn", True),
        ("jumpstart-cache-prod-us-east-1.s3.amazonaws.com", True),
        ("sm-pysdk-t-us-east-1.s3.us-east-1.amazonaws.com", False),
        ("huggingface.co", False),
        ("amazonaws.com.example.com", False),
    ],
)
def test_towards_aws_only_its_own_hosts_are_looked_up(host, allowed):
    assert allows(None)(host) is allowed


def test_a_killed_process_is_told_and_replaced(clients):
    process = SdkProcess(clients.target)
    try:
        process.start()
        made_of = spec(region="us-east-1")
        request = request_for(made_of, room(process), None)
        assert [call.operation for call in process.record(request).calls]
        os.kill(process.pid, signal.SIGKILL)
        again = process.record(request)
        assert again == process.record(request)
    finally:
        process.close()


def test_a_process_that_cannot_start_is_an_error_with_a_remedy():
    target = AwsTarget(name="aws", region_name="us-east-1", profile="no-such-profile-anywhere")
    process = SdkProcess(target)
    try:
        with pytest.raises(AwsUnavailableError, match="could not be started") as caught:
            process.start()
        assert caught.value.remedy
    finally:
        process.close()


def test_a_line_that_is_no_request_is_answered_and_the_process_goes_on(clients, sdk):
    answer = json.loads(sdk.ask("{}"))
    assert answer["kind"] == "sdk"
    made_of = spec(region="us-east-1")
    assert sdk.record(request_for(made_of, room(sdk), None)).kind == "complete"
