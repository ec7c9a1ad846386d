"""Starts, finds and stops the sandbox of a home folder, which is a process of its own.

A file lock makes two callers start one server; a state file says where it is.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from filelock import FileLock
from pydantic import BaseModel, ConfigDict

from tools.errors import AwsUnavailableError

ACCOUNT = "123456789012"
#: Where in a state folder the sandbox keeps its own, apart from plans and approvals.
SUBFOLDER = "sandbox"
_LOCK_FILE = "control.lock"
_DEFAULT_REGION = "us-east-1"
_STATE_FILE = "server.json"
_LOG_FILE = "server.log"
_START_TIMEOUT_S = 120.0
_STOP_TIMEOUT_S = 20.0
_PARENT_VARIABLE = "SAGEPILOT_SANDBOX_PARENT_PID"


class SandboxStatus(BaseModel):
    """Whether the sandbox of a home runs, and where.

    Attributes:
        endpoint_url: For any AWS client; None when it does not run.
        pid: The server process.
        home: The folder that holds its state.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    running: bool
    endpoint_url: str | None
    region: str
    account: str
    pid: int | None
    home: Path


def ensure_running(
    home: Path,
    *,
    timing: dict[str, float] | None = None,
    region: str = _DEFAULT_REGION,
    parent_pid: int | None = None,
) -> SandboxStatus:
    """Start the sandbox of `home` unless it runs, and wait until it answers.

    Args:
        home: Made when missing.
        timing: Overrides of `tools.sandbox.timing.Timing`, by name, in seconds.
        region: The default region of a new server; any region is served.
        parent_pid: The server ends with this process. None: with SAGEPILOT_SANDBOX_PARENT_PID when
            that is set, else it outlives everybody until `down`.

    Raises:
        AwsUnavailableError: It did not come up; the message quotes the end of its log.
    """
    folder = _folder(home)
    with _lock(folder):
        found = _status(folder)
        if found.running:
            return found
        parent = parent_pid or int(os.environ.get(_PARENT_VARIABLE, "0")) or None
        process = _spawn(folder, timing or {}, region, parent)
        return _await_answer(folder, process)


def status(home: Path) -> SandboxStatus:
    """Whether the sandbox of `home` runs and answers; starts nothing."""
    return _status(home.resolve() / SUBFOLDER)


def _status(home: Path) -> SandboxStatus:
    state = _read_state(home)
    if state is None or not _is_ours(state) or not _answers(str(state["endpoint_url"])):
        return _stopped(home, state)
    return SandboxStatus(
        running=True,
        endpoint_url=state["endpoint_url"],
        region=state["region"],
        account=ACCOUNT,
        pid=state["pid"],
        home=home,
    )


def down(home: Path) -> SandboxStatus:
    """Stop the server and every worker; the state stays."""
    folder = _folder(home)
    with _lock(folder):
        return _down(folder)


def reset(home: Path) -> SandboxStatus:
    """Forget all state; a server that ran is started anew, empty."""
    folder = _folder(home)
    with _lock(folder):
        before = _status(folder)
        _down(folder)
        for entry in folder.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name != _LOCK_FILE:
                entry.unlink(missing_ok=True)
    return ensure_running(home, region=before.region) if before.running else status(home)


def details(home: Path) -> dict[str, Any]:
    """What the running server says about itself: memory, endpoints, worker processes.

    Returns:
        `{"pid", "memory_rss_bytes", "max_processes_per_variant", "endpoints": [..], ..}`, or `{}`
        when it does not run.
    """
    found = status(home)
    return _fetch_status(found.endpoint_url) if found.endpoint_url else {}


def _folder(home: Path) -> Path:
    """The sandbox's own part of a state folder, made when missing."""
    folder = home.resolve() / SUBFOLDER
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _lock(home: Path) -> FileLock:
    return FileLock(home / _LOCK_FILE, timeout=_START_TIMEOUT_S + _STOP_TIMEOUT_S)


def _stopped(home: Path, state: dict[str, Any] | None) -> SandboxStatus:
    region = str(state["region"]) if state else _DEFAULT_REGION
    return SandboxStatus(
        running=False, endpoint_url=None, region=region, account=ACCOUNT, pid=None, home=home
    )


def _read_state(home: Path) -> dict[str, Any] | None:
    try:
        state = json.loads((home / _STATE_FILE).read_text())
    except (OSError, ValueError):
        return None
    return state if isinstance(state, dict) else None


def _is_ours(state: dict[str, Any]) -> bool:
    """Whether the process of the state file still is the one that wrote it."""
    try:
        process = psutil.Process(int(state["pid"]))
        same = abs(process.create_time() - float(state["started"])) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _fetch_status(url: str) -> dict[str, Any]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"{url}/_sandbox/status", timeout=5) as response:
        answer: dict[str, Any] = json.loads(response.read())
    return answer


def _answers(url: str) -> bool:
    try:
        return bool(_fetch_status(url))
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _spawn(
    home: Path, timing: dict[str, float], region: str, parent_pid: int | None
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tools.sandbox", "--home", str(home), "--region", region]
    if timing:
        command += ["--timing", json.dumps(timing)]
    if parent_pid:
        command += ["--parent-pid", str(parent_pid)]
    root = str(Path(__file__).resolve().parents[2])
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name != "PYTHONPATH"
    }
    with (home / _LOG_FILE).open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own module, our own interpreter
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=home,
            env=environment | {"PYTHONPATH": root},
            start_new_session=True,
        )


def _await_answer(home: Path, process: subprocess.Popen[bytes]) -> SandboxStatus:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        found = _status(home)
        if found.running:
            # The server is meant to outlive us; without this, Popen warns that it still runs.
            process.returncode = 0
            return found
        if process.poll() is not None:
            break
        time.sleep(0.05)
    tail = (home / _LOG_FILE).read_text(errors="replace").strip().splitlines()[-3:]
    raise AwsUnavailableError(
        "The sandbox did not start: " + (" ".join(tail) or "no message"),
        remedy=f"Read {home / _LOG_FILE}, then try again.",
    )


def _down(home: Path) -> SandboxStatus:
    state = _read_state(home)
    if state is not None and _is_ours(state):
        process = psutil.Process(int(state["pid"]))
        workers = process.children(recursive=True)
        process.terminate()
        _gone, alive = psutil.wait_procs([process, *workers], timeout=_STOP_TIMEOUT_S)
        for survivor in alive:
            survivor.kill()
    (home / _STATE_FILE).unlink(missing_ok=True)
    return _stopped(home, state)
