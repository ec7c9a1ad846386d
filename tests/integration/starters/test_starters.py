"""Every starter becomes a plan, is deployed here, and predicts."""

import json

import pytest
from click.testing import CliRunner

from assistant.cli.main import cli
from tests.integration.lifecycle.conftest import deployed
from tools.errors import NotFoundError
from tools.requirements import Requirements
from tools.starters import find_starter, starters

#: What each one must become, as a person who picks it expects.
BECOMES = {
    "tabular-real-time": "real-time",
    "spiky-serverless": "serverless",
    "large-document-asynchronous": "asynchronous",
    "llm-streaming": "real-time",
    "scale-to-zero": "real-time",
    "a-b": "real-time",
    "multi-model": "real-time",
    "neo-vision": "real-time",
    "production": "real-time",
}


@pytest.mark.parametrize("name", BECOMES)
def test_a_starter_is_deployed_to_predictions(app, name, gone_afterwards):
    starter = find_starter(name)
    plan = app.place.plan(app.place.started(starter, {}))
    gone_afterwards(plan)
    assert plan.inference_option == BECOMES[name]
    made, _ = deployed(app, plan)
    assert made.verification.ok, made.verification.detail
    _is_what_it_says(name, plan)


def _is_what_it_says(name, plan):
    spec = plan.spec
    match name:
        case "tabular-real-time":
            assert spec.first.scaling is not None
        case "scale-to-zero":
            assert plan.cost_if_forgotten_usd_per_month == 0
            assert spec.components[0].scaling.min_capacity == 0
        case "a-b":
            assert [variant.weight for variant in spec.variants] == [0.9, 0.1]
        case "multi-model":
            assert len(spec.the_model.multi_model.models) == 3
        case "neo-vision":
            operations = [step.operation for step in plan.steps]
            assert "sagemaker.create_compilation_job" in operations
        case "production":
            assert spec.data_capture.sampling_percentage == 10
            assert spec.network_isolation
            assert spec.alarms is not None
            assert len(spec.first.scaling.schedules) == 2
            assert spec.first.initial_instance_count >= 2
        case "large-document-asynchronous":
            assert spec.first.scaling.min_capacity == 0


def test_the_batch_starter_scores_its_data(app, gone_afterwards):
    plan = app.place.plan(app.place.started(find_starter("batch"), {}))
    assert plan.kind == "transform"
    made, _ = deployed(app, plan)
    assert made.status == "deployed"


def test_the_language_model_is_planned_on_gpu_for_aws():
    starter = find_starter("llm-streaming")
    assert starter.requirements.model_source.kind == "hub"
    assert starter.stand_in.requirements.model_source.uri == "starter:streaming"


def test_the_language_models_own_plan_needs_accelerators(app):
    plan = app.place.plan(find_starter("llm-streaming").requirements)
    kind = app.place.catalog.instance(plan.spec.first.instance_type)
    assert kind.accelerator_count >= 1


def test_ones_own_values_stand_in_place_of_the_starters(app, tmp_path):
    starter = find_starter("spiky-serverless")
    needs = app.place.started(starter, {"endpoint_name": "mine", "peak_requests_per_second": 2})
    assert (needs.endpoint_name, needs.peak_requests_per_second) == ("mine", 2)
    own = {"model_source": {"kind": "local", "uri": str(tmp_path)}}
    assert app.place.started(find_starter("llm-streaming"), own).model_source.uri == str(tmp_path)


def test_a_starter_that_is_not_there_names_what_is_near():
    with pytest.raises(NotFoundError) as missing:
        find_starter("multimodel")
    assert "multi-model" in missing.value.remedy


def test_there_are_ten_and_each_says_in_both_languages_what_it_is():
    assert len(starters()) == len({starter.id for starter in starters()}) == 10
    for starter in starters():
        assert starter.source_url.startswith("https://")
        texts = (starter.title, starter.purpose, starter.why)
        assert all(text.en and text.vi and text.en != text.vi for text in texts)
        fields = set(Requirements.model_fields)
        assert set(starter.change) <= fields


def test_the_command_line_lists_them_and_plans_one(home):
    env = {"SAGEPILOT_HOME": str(home)}
    listed = CliRunner().invoke(cli, ["starters", "--json"], env=env)
    names = [row["id"] for row in json.loads(listed.stdout)["starters"]]
    assert names == [starter.id for starter in starters()]
    shown = CliRunner().invoke(cli, ["starters", "a-b"], env=env)
    assert "challenger_share: 0.1" in shown.stdout
    planned = CliRunner().invoke(cli, ["plan", "--starter", "llm-streaming", "--json"], env=env)
    plan = json.loads(planned.stdout)
    assert any("stands in for it" in warning for warning in plan["warnings"])
    own = CliRunner().invoke(
        cli, ["plan", "--starter", "a-b", "-", "--json"], env=env,
        input='{"challenger_share": 0.2, "endpoint_name": "mine"}',
    )  # fmt: skip
    variants = json.loads(own.stdout)["spec"]["variants"]
    assert [variant["weight"] for variant in variants] == [0.8, 0.2]
