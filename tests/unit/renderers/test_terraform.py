"""Terraform: parsed, a resource for each request, and every value in it."""

import json
import re
from typing import Any

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.integration.renderings.conftest import plan_by_calls
from tests.unit.renderers.specs import ACCOUNT, one, specs
from tools.endpoint import EndpointSpec, InferenceOption, ModelSpec
from tools.planners.rendering import terraform_of
from tools.renderers.hcl_values import quoted

NONCE = "0123456789abcdef"


def leaves(value: Any) -> list[Any]:
    match value:
        case {"$output": _} | {"$blob": _}:
            return []
        case {"Key": _, "Value": tag} | {"Name": _, "Value": tag}:
            return [tag]
        case dict():
            return [leaf for member in value.values() for leaf in leaves(member)]
        case list():
            return [leaf for member in value for leaf in leaves(member)]
        case str() if value.startswith('{"'):
            return leaves(json.loads(value))
        case _:
            return [value]


@settings(max_examples=60, deadline=None)
@given(specs())
def test_it_parses_and_holds_a_resource_for_each_request(spec: EndpointSpec) -> None:
    plan = plan_by_calls(spec, NONCE)
    parsed = hcl2.loads(terraform_of(plan))
    addresses = [(kind, name) for row in parsed["resource"] for kind in row for name in row[kind]]
    assert len(addresses) == len(set(addresses)) == len(plan.steps)


@settings(max_examples=60, deadline=None)
@given(specs())
def test_every_value_of_the_plan_is_in_it_or_referred_to(spec: EndpointSpec) -> None:
    plan = plan_by_calls(spec, NONCE)
    text = terraform_of(plan)
    for step in plan.steps:
        for leaf in leaves(step.parameters):
            written = quoted(leaf) if isinstance(leaf, str) else json.dumps(leaf)
            known = isinstance(leaf, str) and leaf.startswith(
                ("arn:aws:iam::", "endpoint/", "s3://", "sagepilot-")
            )
            assert known or written in text, (step.operation, leaf)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp"))))
def test_a_quoted_text_has_no_interpolation_of_its_own(text: str) -> None:
    inside = quoted(text)[1:-1]
    assert not re.search(r"(?<![$%])[$%]\{", inside)
    assert json.loads(quoted(text).replace("$${", "${").replace("%%{", "%{")) == text


@pytest.mark.parametrize("hostile", ['${file("/etc/passwd")}', "%{ if true }", 'a" }\nlocals {'])
def test_text_of_a_specification_stays_text(hostile: str) -> None:
    spec = one(specs(InferenceOption.REAL_TIME), lambda found: not found.tags)
    text = terraform_of(plan_by_calls(spec.model_copy(update={"tags": {"owner": hostile}}), NONCE))
    assert "locals" not in hcl2.loads(text)
    assert not re.search(r"(?<!\$)\$\{file|(?<!%)%\{", text)


def test_a_licence_is_accepted_by_whoever_applies() -> None:
    spec = one(specs(InferenceOption.REAL_TIME), lambda found: len(found.variants) == 1)
    served = ModelSpec(image_uri="1.dkr.ecr.us-east-1.amazonaws.com/x:1",
                       model_data_uri="s3://their-models/llm/", accept_eula=True)  # fmt: skip
    variant = spec.first.model_copy(update={"sagemaker_model": served})
    licensed = spec.model_copy(update={"variants": (variant,), "shadow": None})
    text = terraform_of(plan_by_calls(licensed, NONCE))
    assert "accept_eula = var.accept_eula" in text
    assert "default" not in text
    assert ACCOUNT in text
