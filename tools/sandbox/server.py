"""The process: a socket on 127.0.0.1, a state file, and an orderly end."""

import json
import logging
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType

import psutil
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, make_server

from tools.sandbox.app import Sandbox
from tools.sandbox.timing import Timing

STATE_FILE = "server.json"
_PARENT_POLL_S = 0.5


class _QuietHandler(MotoRequestHandler):
    """HTTP/1.1 without a log line a request and without waiting to fill packets."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Requests are not logged: payloads and keys have no place in a log."""


class SandboxServer:
    """Serves a `Sandbox`; usable in a test's own process as well as on its own."""

    def __init__(self, sandbox: Sandbox, port: int = 0) -> None:
        """Bind to 127.0.0.1; port 0 takes a free one."""
        self._sandbox = sandbox
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", port, sandbox, threaded=True, request_handler=_QuietHandler
        )
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        """Replay the state, then answer requests from a thread."""
        self._sandbox.start()
        threading.Thread(target=self._server.serve_forever, name="http", daemon=True).start()

    def stop(self) -> None:
        """Stop answering, stop every worker, close the state."""
        self._server.shutdown()
        self._server.server_close()
        self._sandbox.close()


def _alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def serve(home: Path, *, port: int, region: str, parent_pid: int | None, timing: Timing) -> None:
    """Run in the foreground until SIGTERM, SIGINT or the end of `parent_pid`.

    Writes `server.json` in `home` once requests are answered and removes it at the end.
    """
    home.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    parent = psutil.Process(parent_pid) if parent_pid else None
    server = SandboxServer(Sandbox(home, region=region, timing=timing), port)
    server.start()
    state_file = home / STATE_FILE
    _write_state(state_file, server.url, region)
    try:
        while not ended.wait(_PARENT_POLL_S):
            if parent is not None and not _alive(parent):
                break
    finally:
        server.stop()
        state_file.unlink(missing_ok=True)


def _write_state(path: Path, url: str, region: str) -> None:
    pid = os.getpid()
    started = psutil.Process(pid).create_time()
    state = {"pid": pid, "started": started, "endpoint_url": url, "region": region,
             "written_at": time.time()}  # fmt: skip
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(state))
    partial.replace(path)
