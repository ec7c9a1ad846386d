"""The command line as people and programs meet it: arguments in; status, output and errors out."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner

from assistant.cli.main import main

ROOT = Path(__file__).resolve().parents[3]
PROCESS_LIMIT_S = 120.0  # a hang is a failure


class Ran(NamedTuple):
    """What a run left behind."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        """Return standard output as one JSON value."""
        return json.loads(self.out)

    def lines(self) -> list[Any]:
        """Return standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class CommandLine:
    """`sagepilot` with one state folder; in this process, or in one of its own."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.variables = {
            "SAGEPILOT_HOME": str(home),
            "SAGEPILOT_POLL_S": "0.02",
            "SAGEPILOT_USER": "ana",
            "SAGEPILOT_SANDBOX_PARENT_PID": str(os.getpid()),
            **variables,
        }

    def __call__(self, *arguments: str, stdin: str | bytes = "") -> Ran:
        """Run in this process: quick, through the product's own error boundary."""
        with CliRunner().isolation(input=stdin, env=_environment(self.variables)) as streams:
            status = _status_of(list(arguments))
            sys.stdout.flush()
            sys.stderr.flush()
            out, err = (stream.getvalue().decode("utf-8") for stream in streams[:2])
        return _checked(Ran(status, out, err))

    def process(self, *arguments: str, stdin: str | bytes = "") -> Ran:
        """Run as a program of its own."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        done = subprocess.run(
            [sys.executable, "-m", "assistant.cli.main", *arguments],
            input=given,
            capture_output=True,
            env=self.environment(),
            cwd=ROOT,
            timeout=PROCESS_LIMIT_S,
            check=False,
        )
        return _checked(Ran(done.returncode, done.stdout.decode(), done.stderr.decode()))

    def environment(self) -> dict[str, str]:
        """Return the environment of a process of its own."""
        changes = _environment(self.variables)
        merged = {**os.environ, **changes}
        return {name: value for name, value in merged.items() if value is not None}


def _environment(variables: dict[str, str]) -> dict[str, str | None]:
    """Nothing of the machine's own AWS settings reaches the product."""
    own = {name: None for name in os.environ if name.startswith(("AWS_", "SAGEPILOT_"))}
    return {**own, "AWS_EC2_METADATA_DISABLED": "true", **variables}


def _status_of(arguments: list[str]) -> int:
    try:
        main(arguments)
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("main returned without a status")


def _checked(ran: Ran) -> Ran:
    """No traceback ever reaches a user, whatever happened."""
    assert "Traceback" not in ran.out + ran.err, ran.err[-2000:]
    return ran


def refused(ran: Ran, kind: str) -> dict[str, str]:
    """Return the error that a `--json` run told, after looking at all its places.

    Status 1; on standard output one `{"error": ..}` of type `kind` with message and remedy; the
    same two for people on standard error.
    """
    assert ran.status == 1, ran
    told: dict[str, str] = ran.lines()[-1]["error"]
    assert list(told) == ["type", "message", "remedy"]
    assert told["type"] == kind, told
    assert told["message"]
    assert told["remedy"].endswith((".", "?")), told
    assert told["message"] in ran.err
    assert told["remedy"] in ran.err
    return told
