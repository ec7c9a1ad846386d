"""Several models behind one endpoint: in one container, or each as a component."""

import json

import pytest
from click.testing import CliRunner

from assistant.cli.main import cli
from tests.integration.lifecycle.conftest import deleted, deployed
from tests.integration.lifecycle.leftovers import assert_nothing_left
from tools.errors import InvalidInputError
from tools.planners.removal import plan_deletion
from tools.requirements import Requirements, merge

FLOWER = json.dumps([[5.1, 3.5, 1.4, 0.2]]).encode()
JSON = {"content_type": "application/json"}


@pytest.fixture
def asked(three_models) -> Requirements:
    return merge(
        Requirements(),
        {"model_source": {"kind": "local", "uri": str(three_models)}, "model_count": 3},
    )


def answers(app, plan, field, names):
    return [
        json.loads(app.invoke(plan.endpoint_name, FLOWER, **JSON, **{field: name}).body)
        for name in names
    ]


def test_one_container_answers_for_each_archive_by_its_name(app, home, asked, gone_afterwards):
    plan = app.place.plan(asked)
    gone_afterwards(plan)
    (served,) = plan.spec.served
    names = [one.name for one in served.multi_model.models]
    assert names == ["berlin.tar.gz", "hanoi.tar.gz", "lima.tar.gz"]
    made, _ = deployed(app, plan)
    assert made.verification.ok, made.verification.detail
    assert made.verification.invocations >= 3
    assert answers(app, plan, "target_model", names) == [[0], [10], [20]]
    with pytest.raises(InvalidInputError, match="3 models: berlin") as refused:
        app.invoke(plan.endpoint_name, FLOWER, **JSON)
    assert "--target-model" in refused.value.remedy
    said = CliRunner().invoke(
        cli,
        ["invoke", plan.endpoint_name, "-", "--target-model", "lima.tar.gz"],
        input=FLOWER,
        env={"SAGEPILOT_HOME": str(home), "SAGEPILOT_POLL_S": "0.02"},
    )
    assert json.loads(said.stdout) == [20], said.output
    removal = plan_deletion(plan.endpoint_name, app.place.removal(plan.region))
    deleted(app, removal)
    assert_nothing_left(app, plan.endpoint_name)


def test_each_is_a_component_when_components_are_asked_for(app, asked, gone_afterwards):
    plan = app.place.plan(merge(asked, {"inference_components": True, "min_capacity": 1}))
    gone_afterwards(plan)
    names = [component.name for component in plan.spec.components]
    assert [name.rpartition("-")[2] for name in names] == ["berlin", "hanoi", "lima"]
    made, _ = deployed(app, plan)
    assert made.verification.ok, made.verification.detail
    assert answers(app, plan, "inference_component", names) == [[0], [10], [20]]


def test_models_that_do_not_share_an_image_are_refused(app, asked, three_models, tmp_path):
    import shutil

    mixed = tmp_path / "mixed"
    shutil.copytree(three_models, mixed)
    (mixed / "trees.json").write_text(json.dumps(_booster()))
    with pytest.raises(InvalidInputError, match="do not share a container"):
        app.place.plan(merge(asked, {"model_source": {"kind": "local", "uri": str(mixed)}}))


def test_a_notebook_asks_each_of_them(app, asked):
    from tools.planners.rendering import rendered

    cells = json.loads(rendered(app.place.plan(asked), "notebook"))["cells"]
    source = "".join(cells[-1]["source"])
    assert '"target_model": model.name' in source
    compile(source, "notebook", "exec")


def test_one_file_is_not_several_models(app, asked, three_models):
    one = {"kind": "local", "uri": str(three_models / "lima.joblib")}
    with pytest.raises(InvalidInputError, match="is no folder"):
        app.place.plan(merge(asked, {"model_source": one}))


def _booster():
    import tempfile
    from pathlib import Path

    import numpy as np
    import xgboost

    rows = np.arange(20, dtype="float32").reshape(10, 2)
    data = xgboost.DMatrix(rows, label=[0, 1] * 5)
    booster = xgboost.train({"objective": "binary:logistic"}, data, 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        booster.save_model(path)
        return json.loads(path.read_text())
