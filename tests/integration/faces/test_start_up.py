"""Starting is light: help and knowledge load neither the chat framework nor AWS."""

import subprocess
import sys

import pytest

from assistant.cli.main import COMMANDS
from tests.integration.faces.command_line import ROOT

HEAVY = {"langchain", "langchain_core", "langgraph", "chromadb", "boto3", "sagemaker", "streamlit",
         "sklearn", "moto", "pint"}  # fmt: skip
PROGRAM = """
import sys
from assistant.cli.main import main
try:
    main(sys.argv[1:])
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def loaded(sagepilot, *arguments: str, stdin: str = "") -> set[str]:
    """Return the top-level packages that a run of its own had loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        input=stdin, capture_output=True, text=True, timeout=120, check=True, cwd=ROOT,
        env=sagepilot.environment(),
    )  # fmt: skip
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["ask", "--help"], ["recommend", "--help"]]
)
def test_help_loads_nothing_heavy(sagepilot, arguments):
    assert loaded(sagepilot, *arguments) & HEAVY == set()


def test_answering_a_question_loads_neither_framework_nor_aws(sagepilot):
    seen = loaded(sagepilot, "ask", "What is serverless inference?")
    assert (
        seen & {"langchain", "langchain_core", "langgraph", "boto3", "sagemaker", "moto"} == set()
    )


def test_recommending_loads_neither_framework_nor_aws(sagepilot):
    seen = loaded(sagepilot, "recommend", "--json", stdin='{"latency_p95_ms": 50}')
    assert seen & {"langchain_core", "langgraph", "boto3", "sagemaker", "moto", "chromadb"} == set()


def test_help_names_every_command_and_its_line(sagepilot):
    ran = sagepilot("--help")
    assert ran.status == 0
    assert all(name in ran.out for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(sagepilot, name):
    ran = sagepilot(name, "--help")
    assert ran.status == 0
    assert ran.out.startswith(f"Usage: sagepilot {name}")
    assert ran.err == ""


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["ask"], ["deploy", "plan.json"], ["search", "x", "-k", "0"],
     ["recommend", "--target", "moon"], ["chat", "--nonsense"], ["sandbox", "explode"]],
)  # fmt: skip
def test_wrong_usage_is_status_2_on_standard_error(sagepilot, arguments):
    ran = sagepilot(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    assert "Usage: sagepilot" in ran.err
