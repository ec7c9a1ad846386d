"""Starts the process that compiles: a model is never opened in the server itself."""

import os
import subprocess
import sys

_BARE_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def start_compiler() -> subprocess.Popen[bytes]:
    """Start it; it reads one line of orders and answers with one line of JSON."""
    # The coverage tool measures child processes through variables of this name; no one else has.
    measured = {name: os.environ[name] for name in os.environ if name.startswith("COVERAGE_PROC")}
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "tools.sandbox.compilation.compiler"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_BARE_ENVIRONMENT | measured,
        start_new_session=True,
    )
