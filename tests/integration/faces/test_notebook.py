"""A rendered notebook, executed by a kernel: it deploys what a person approved, and only that."""

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from tests.integration.faces.conftest import NEEDS

ROOT = Path(__file__).parents[3]
APPROVE = 'APPROVED_DIGEST = ""'


def said(cell) -> str:
    return "".join(output.get("text", "") for output in cell.outputs)


def test_a_notebook_plans_shows_approves_and_deploys(sagepilot, home, monkeypatch):
    monkeypatch.setenv("SAGEPILOT_HOME", str(home))
    monkeypatch.chdir(ROOT)
    book = nbformat.reads(
        sagepilot("plan", "--render", "notebook", stdin=json.dumps(NEEDS)).out, as_version=4
    )
    nbformat.validate(book)
    plan, show, approve, deploy, invoke = [c for c in book.cells if c.cell_type == "code"]
    client = NotebookClient(book, timeout=240)
    with client.setup_kernel():

        def run(cell):
            client.execute_cell(cell, book.cells.index(cell))

        run(plan)
        run(show)
        digest = said(plan).strip().splitlines()[-1]
        assert "sagemaker.create_endpoint" in said(show)
        with pytest.raises(CellExecutionError):
            run(approve)
        approve.source = approve.source.replace(APPROVE, f'APPROVED_DIGEST = "{digest}"')
        run(approve)
        run(deploy)
        run(invoke)
    status, name = said(deploy).strip().splitlines()[-1].split()
    assert status == "deployed"
    assert " ms" in said(invoke)
    assert name in [
        row["endpoint_name"] for row in sagepilot("endpoints", "--json").json()["endpoints"]
    ]
