"""The parent's side: a worker answers, is watched, and never outlives its parent."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from tools.sandbox.process import (
    UnknownImageError,
    Worker,
    WorkerDiedError,
    WorkerSpec,
    WorkerTimeoutError,
    isolation,
)

CODE = """
import json, os, subprocess, sys, time
def model_fn(model_dir): return 1
def transform_fn(model, data, content_type, accept):
    order = json.loads(data)
    if "sleep" in order: time.sleep(order["sleep"])
    if "exit" in order: os._exit(order["exit"])
    if "eat_mb" in order:
        kept = bytearray(b"x") * (order["eat_mb"] * 1024 * 1024)
        time.sleep(30)
    if "child" in order:
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        return json.dumps(child.pid), "application/json"
    return json.dumps({"echo": order.get("n"), "headers": None}), "application/json"
"""


@pytest.fixture
def served(start, images):
    worker = start(images.pytorch, {"code/inference.py": CODE})
    while worker.worker.ping() != 200:
        time.sleep(0.005)
    return worker


def test_many_callers_at_once_get_their_own_answers(served):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: served.post({"n": n}), range(100)))
    assert [json.loads(answer.body)["echo"] for answer in answers] == list(range(100))


def test_a_slow_model_is_a_timeout_and_the_worker_lives_on(served):
    with pytest.raises(WorkerTimeoutError, match=r"0\.2 s"):
        served.worker.invoke(
            b'{"sleep": 1}', content_type="application/json", accept=None, timeout_s=0.2
        )
    assert served.worker.exit_reason() is None
    assert served.post({"n": 1}).status == 200


def test_as_many_requests_run_at_once_as_the_model_server_has_workers(start, images):
    served = start(
        images.pytorch,
        {"code/inference.py": CODE},
        {"SAGEMAKER_MODEL_SERVER_WORKERS": "1"},
    )
    while served.worker.ping() != 200:
        time.sleep(0.005)
    began = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: served.post({"sleep": 0.2}), range(3)))
    assert time.monotonic() - began >= 0.6


def test_a_process_that_ends_during_a_request_is_told_with_its_status(served):
    with pytest.raises(WorkerDiedError) as died:
        served.post({"exit": 7})
    assert died.value.reason.startswith("exited with status 7")
    assert served.worker.ping() is None


def test_a_killed_process_is_told_by_signal(served):
    os.kill(served.worker.pid, signal.SIGKILL)
    assert served.wait_for_exit() == "killed by signal SIGKILL"
    with pytest.raises(WorkerDiedError, match="SIGKILL"):
        served.post({"n": 1})


def test_memory_over_the_limit_kills_with_the_reason(start, images):
    served = start(images.pytorch, {"code/inference.py": CODE}, memory_limit_mb=300)
    while served.worker.ping() != 200:
        time.sleep(0.005)
    with pytest.raises(WorkerDiedError) as died:
        served.post({"eat_mb": 600})
    assert died.value.reason == "killed: memory limit of 300 MB exceeded"
    assert served.worker.exit_reason() == "killed: memory limit of 300 MB exceeded"


def test_resident_memory_is_reported_until_the_end(served):
    assert served.worker.memory_rss_bytes() > 5_000_000
    served.worker.stop()
    assert served.worker.memory_rss_bytes() == 0


def test_stop_ends_the_process_and_what_it_started_and_may_be_repeated(served):
    child = json.loads(served.post({"child": 1}).body)
    served.worker.stop()
    served.worker.stop()
    assert served.worker.exit_reason() == "stopped"
    deadline = time.monotonic() + 10
    while psutil.pid_exists(child) and psutil.Process(child).status() != "zombie":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_output_reaches_the_log_line_by_line_with_the_images_paths(start, images):
    code = (
        "import os, sys\n"
        "def model_fn(d):\n"
        "    print('first', d)\n"
        "    os.write(2, b'second\\nthird')\n"
        "    return 1\n"
    )
    served = start(images.pytorch, {"code/inference.py": code})
    while served.worker.ping() != 200:
        time.sleep(0.005)
    served.worker.stop()
    lines = [line for line in served.lines if not line.startswith("[sandbox]")]
    assert lines == ["first /opt/ml/model", "second", "third"]


def test_what_is_not_proven_opens_the_log(start, images, script):
    served = start(images.sklearn, {"code/inference.py": CODE}, script)
    assert served.lines[0].startswith("[sandbox] Not proven:")


def test_a_very_long_folder_name_still_gets_a_socket(tmp_path, images, archive):
    folder = tmp_path / ("x" * 100) / ("y" * 100)
    spec = WorkerSpec(image=images.pytorch, archive=archive({"code/inference.py": CODE}))
    worker = Worker(spec, folder, lambda _line: None)
    try:
        while worker.ping() != 200:
            assert worker.exit_reason() is None
            time.sleep(0.005)
    finally:
        worker.stop()


def test_an_unknown_image_starts_nothing(tmp_path):
    with pytest.raises(UnknownImageError):
        Worker(WorkerSpec(image="nope"), tmp_path, lambda _line: None)


def test_a_worker_started_in_a_thread_outlives_that_thread(tmp_path, images, archive):
    spec = WorkerSpec(image=images.pytorch, archive=archive({"code/inference.py": CODE}))
    made = []
    thread = threading.Thread(
        target=lambda: made.append(Worker(spec, tmp_path / "w", lambda _line: None))
    )
    thread.start()
    thread.join()
    [worker] = made
    try:
        while worker.ping() != 200:
            assert worker.exit_reason() is None
            time.sleep(0.005)
    finally:
        worker.stop()


def test_workers_die_with_a_parent_that_is_killed(tmp_path, images, archive):
    path = archive({"code/inference.py": CODE})
    program = f"""
import time
from pathlib import Path
from tools.sandbox.process import Worker, WorkerSpec
worker = Worker(WorkerSpec(image={images.pytorch!r}, archive=Path({str(path)!r})),
                Path({str(tmp_path / "w")!r}), lambda line: None)
while worker.ping() != 200: time.sleep(0.01)
print(worker.pid, flush=True)
time.sleep(600)
"""
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent, parent.stdout:
        pid = int(parent.stdout.readline())
        assert psutil.pid_exists(pid)
        parent.kill()
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie":
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_isolation_tells_what_was_tried_on_this_machine():
    held = isolation()
    assert held["aws_variables_removed"] is True
    assert isinstance(held["network_namespace"], bool)
    assert held["parent_death"] is sys.platform.startswith("linux")
    assert held["memory_limit"]
    assert isolation() is held
