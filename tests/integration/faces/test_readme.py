"""What README.md shows in a console can be run, as far as it needs no browser and no account."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.cli.main import COMMANDS
from tests.integration.faces.command_line import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ON_AWS = (ROOT / "docs" / "on-aws.md").read_text(encoding="utf-8")
CONSOLES = re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)


JQ = "import json, sys; print(json.load(open(sys.argv[3]))[sys.argv[2][1:]])"


def shown(word: str) -> list[str]:
    """Return the console lines that use a word, without prompt and remark."""
    lines = [line for console in CONSOLES for line in console.splitlines()]
    return [
        re.sub(r"\s{2,}#.*", "", line[2:])
        for line in lines
        if line.startswith("$ ") and word in line
    ]


def test_every_make_target_that_is_shown_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = [line.split()[1] for line in shown("make ")]
    assert targets
    assert all(re.search(rf"^{target}:", makefile, flags=re.MULTILINE) for target in targets)


def test_every_command_that_is_named_exists():
    named = set(re.findall(r"sagepilot ([a-z]+)[ `]", README + ON_AWS))
    assert named - {"chat"} <= set(COMMANDS)
    listed = re.search(r"lists the rest: (.*?)\.", README, flags=re.DOTALL)
    assert listed
    assert set(re.findall(r"`([a-z]+)`", listed[1])) <= set(COMMANDS)


@pytest.mark.usefixtures("deployed")
def test_the_pipes_for_programs_run_as_they_are_shown(sagepilot, tmp_path, home):
    """One shell runs them in order, with the sample in place of the reader's own archive."""
    lines = [line for line in shown("sagepilot") if "chat" not in line and ".venv" not in line]
    assert len(lines) >= 3
    sample = shlex.quote(str(home / "sample" / "model.tar.gz"))
    program = "set -euo pipefail\n" + "\n".join(lines).replace("./model.tar.gz", sample)
    jq = tmp_path / "jq"  # not everybody has it
    jq.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c '{JQ}' \"$@\"\n")
    jq.chmod(0o755)
    environment = sagepilot.environment()
    done = subprocess.run(
        ["bash", "-c", f'PATH="{tmp_path}:{Path(sys.executable).parent}:$PATH"\n{program}'],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert '"inference_option": "real-time"' in done.stdout.splitlines()[0]
    assert '"status": "deployed"' in done.stdout.splitlines()[-1]


@pytest.mark.usefixtures("deployed")
def test_the_conversation_goes_as_it_is_shown(sagepilot):
    said = re.search(r"^you: (Deploy.*)$", README, flags=re.MULTILINE)
    assert said
    ran = sagepilot("chat", "--thread", "readme", stdin=said[1] + "\n")
    assert "My recommendation: real-time endpoint." in ran.out
    assert "REC-501" in ran.out
    assert "To approve: /approve" in ran.out
