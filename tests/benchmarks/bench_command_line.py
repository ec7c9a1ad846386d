"""How long the command line takes to be there."""

import os
import subprocess
import sys

from tests.integration.faces.command_line import ROOT

IMPORT = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def run(*arguments: str, home) -> str:
    environment = {**os.environ, "SAGEPILOT_HOME": str(home)}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True,
        text=True,
    ).stdout  # fmt: skip


def test_help_beside_the_bare_interpreter(timed, benchmark, figures, home):
    bare = [float(run("-c", "import time; t = time.perf_counter()\nimport subprocess, sys\n"
                      "subprocess.run([sys.executable, '-c', 'pass'])\n"
                      "print(time.perf_counter() - t)", home=home)) for _ in range(5)]  # fmt: skip
    interpreter_ms = figures.milliseconds("python -c pass", bare)
    told = timed(
        "sagepilot --help", lambda: run("-m", "assistant.cli.main", "--help", home=home), rounds=7
    )
    figures.tell("  --help : python", f"{told / interpreter_ms:.1f} x")


def test_imports(figures, home):
    for module in ("assistant.cli.main", "assistant.bootstrap"):
        taken = [float(run("-c", IMPORT.format(module), home=home)) for _ in range(3)]
        figures.milliseconds(f"import {module}", taken)


def test_first_answer_of_a_new_process(timed, home):
    timed(
        "sagepilot ask (new process, index filled)",
        lambda: run("-m", "assistant.cli.main", "ask", "What is serverless?", home=home),
        rounds=3,
    )
