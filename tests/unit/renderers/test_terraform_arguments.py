"""Every argument of a rendering is one that the provider documents; none that it needs lacks."""

import json
from importlib.resources import files
from typing import Any

import hcl2
import pytest
from hypothesis import given, settings

from tests.integration.renderings.conftest import plan_by_calls
from tests.unit.renderers.maximal import MAXIMAL
from tests.unit.renderers.specs import specs
from tools.endpoint import EndpointSpec
from tools.planners.rendering import terraform_of
from tools.renderers.terraform import PROVIDER_VERSION

NONCE = "0123456789abcdef"
FACTS: dict[str, Any] = json.loads(
    files("tools.data").joinpath("terraform_aws.json").read_text(encoding="utf-8")
)
#: Terraform's own, of every resource.
META = {"lifecycle", "depends_on"}
RENDERED = sorted(MAXIMAL.keys() - {"components"})  # those are refused: the provider has none


def faults(kind: dict[str, Any], given: dict[str, Any], where: str) -> list[str]:
    """Return what the provider would not take, by its documentation."""
    blocks = kind.get("blocks", {})
    names = {key for key in given if not key.startswith("__")} - META
    found = [f"{where}.{n} is not documented" for n in names - {*kind["arguments"], *blocks}]
    found += [f"{where} lacks {name}" for name in set(kind.get("required", ())) - names]
    for name in names & blocks.keys():
        rows = given[name] if isinstance(given[name], list) else [given[name]]
        for row in rows:
            found += faults(blocks[name], row, f"{where}.{name}")
    return found


def faults_of(text: str) -> list[str]:
    found = []
    for resource in hcl2.loads(text)["resource"]:
        for quoted, named in resource.items():
            kind = quoted.strip('"')
            for name, block in named.items():
                found += faults(FACTS["resources"][kind], block, f"{kind}.{name}")
    return found


def test_the_facts_are_of_the_version_that_is_pinned() -> None:
    assert FACTS["version"] == PROVIDER_VERSION
    assert all(row["source_url"].startswith("https://") for row in FACTS["resources"].values())


@pytest.mark.parametrize("name", RENDERED)
def test_all_that_can_be_expressed_has_documented_arguments(name: str) -> None:
    assert faults_of(terraform_of(plan_by_calls(MAXIMAL[name], NONCE))) == []


@settings(max_examples=40, deadline=None)
@given(specs())
def test_generated_renderings_have_documented_arguments(spec: EndpointSpec) -> None:
    assert faults_of(terraform_of(plan_by_calls(spec, NONCE))) == []


def test_a_wrong_argument_is_found() -> None:
    text = terraform_of(plan_by_calls(MAXIMAL["a-b"], NONCE))
    wrong = text.replace("instance_type ", "instance_kind ").replace("ok_actions ", "okay ")
    found = faults_of(wrong)
    assert any("instance_kind is not documented" in fault for fault in found)
    assert any("okay is not documented" in fault for fault in found)
    assert faults_of(text.replace("execution_role_arn ", "role ")) != []
