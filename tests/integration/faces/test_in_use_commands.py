"""Endpoints and jobs in use, from the command line: batches, metrics, comparisons, transforms."""

import json

import pytest

from tests.integration.faces.command_line import refused

ROWS = {"kind": "local", "uri": "sample"}


@pytest.fixture(scope="module")
def queued(sagepilot):
    """An asynchronous endpoint of the sample model; removed afterwards."""
    needs = {"model_source": ROWS, "inference_option": "asynchronous"}
    plan = sagepilot("plan", "--json", stdin=json.dumps(needs)).json()
    made = sagepilot("deploy", plan["digest"], "--approve", plan["digest"], "--json").json()
    yield made["endpoint_name"]
    removal = sagepilot("delete", made["endpoint_name"], "--json").json()
    sagepilot(
        "delete", made["endpoint_name"], "--approve", removal["digest"],
        "--typed-name", made["endpoint_name"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def sample(sagepilot):
    """The sample model's files."""
    from assistant.bootstrap import bootstrap
    from tests.integration.deployment.conftest import settings

    return bootstrap(settings(sagepilot.home)).place.sample()


def test_a_submitted_request_names_its_result(sagepilot, queued, sample):
    told = sagepilot("invoke", queued, str(sample.sample_json), "--no-wait", "--json").json()
    assert told["endpoint_name"] == queued
    assert told["output_location"].startswith("s3://")
    assert told["target"] == "sandbox"
    plain = sagepilot("invoke", queued, str(sample.sample_json), "--no-wait")
    assert plain.out.strip().startswith("s3://")


def test_an_endpoint_that_answers_at_once_takes_no_submission(sagepilot, deployed, sample):
    error = refused(
        sagepilot(
            "invoke", deployed["endpoint_name"], str(sample.sample_json), "--no-wait", "--json"
        ),
        "InvalidInputError",
    )
    assert "asynchronous" in error["message"]


def test_a_folder_is_collected_and_going_on_sends_nothing_twice(
    sagepilot, queued, sample, tmp_path
):
    rows = json.loads(sample.rows_json.read_text())[:3]
    folder, results = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    for number, row in enumerate(rows):
        (folder / f"{number}.json").write_text(json.dumps([row]))
    batch = ("invoke", queued, "--batch", str(folder), "--results", str(results), "--json")
    begun = sagepilot(*batch, "--wait-s", "0").json()
    assert begun["endpoint_name"] == queued
    told = sagepilot(*batch).json()
    assert (begun["failed"], told["failed"]) == (0, 0)
    assert begun["done"] + begun["submitted"] == told["done"] == 3
    assert len(list(results.glob("*.json.out"))) == 3
    answers = [json.loads((results / f"{n}.json.out").read_text())[0] for n in range(3)]
    assert answers == json.loads(sample.expected_json.read_text())["predictions"][:3]
    before = {path: path.stat().st_mtime_ns for path in results.glob("*.out")}
    assert sagepilot(*batch).status == 0
    assert {path: path.stat().st_mtime_ns for path in results.glob("*.out")} == before
    (folder / "bad.json").write_text('"no row"')
    failed = sagepilot(*batch)
    assert failed.status == 1
    assert failed.json()["failed"] == 1
    again = sagepilot(*batch)  # what failed before is not sent again, and has not succeeded
    told = again.json()
    assert (again.status, told["done"], told["failed"]) == (1, 3, 1)


def test_a_batch_and_a_request_together_are_no_usage(sagepilot, queued, tmp_path):
    assert sagepilot("invoke", queued, "-", "--batch", str(tmp_path)).status == 2
    assert sagepilot("invoke", queued).status == 2


def test_metrics_are_told_to_programs(sagepilot, deployed, sample):
    name = deployed["endpoint_name"]
    assert sagepilot("invoke", name, str(sample.sample_json)).status == 0
    told = sagepilot("metrics", name, "--json").json()
    (variant,) = told["variants"]
    assert variant["invocations"] >= 1
    assert variant["model_latency_p95_ms"] >= variant["model_latency_p50_ms"] > 0
    assert told["cost_usd_per_month"] is not None
    assert name in sagepilot("metrics", name).out
    refused(sagepilot("metrics", "nobody-made-this", "--json"), "NotFoundError")


def test_two_sides_are_compared_for_programs(sagepilot, deployed, queued, sample):
    name = deployed["endpoint_name"]
    sides = (name, f"{name}/AllTraffic")
    told = sagepilot("compare", *sides, str(sample.sample_json), "--rounds", "2", "--json").json()
    assert (told["compared"], told["differing"]) == (2, 0)
    assert told["a"]["errors"] == told["b"]["errors"] == 0
    assert "answers differ" in sagepilot("compare", *sides, "--rounds", "1").out
    refused(sagepilot("compare", name, name, "--json"), "InvalidInputError")


def test_a_batch_transform_goes_from_needs_to_results_and_back(sagepilot, sample):
    needs = {
        "model_source": ROWS,
        "traffic_pattern": "batch",
        "input_uri": str(sample.rows_csv),
    }
    shown = sagepilot("plan", stdin=json.dumps(needs))
    assert "for this run" in shown.out
    plan = sagepilot("plan", "--json", stdin=json.dumps(needs)).json()
    assert plan["kind"] == "transform"
    told = sagepilot("deploy", plan["digest"], "--approve", plan["digest"], "--json").json()
    expected = json.loads(sample.expected_json.read_text())["predictions"]
    assert told["status"] == "deployed"
    assert told["outputs"]["records"] == len(expected)
    assert told["outputs"]["uri"].startswith("s3://")
    assert told["verification"]["ok"] is True
    again = sagepilot("deploy", plan["digest"], "--approve", plan["digest"])
    assert f"{len(expected)} records" in again.out
    back = sagepilot("undo", told["deployment_id"], "--json").json()
    assert any("are kept" in warning for warning in back["warnings"])
    gone = sagepilot(
        "undo", told["deployment_id"], "--approve", back["digest"], "--json"
    ).json()  # fmt: skip
    assert gone["status"] == "undone"


def test_a_batch_transform_without_data_is_refused_with_what_to_do(sagepilot):
    needs = {"model_source": ROWS, "traffic_pattern": "batch", "interactive": False}
    error = refused(sagepilot("plan", "--json", stdin=json.dumps(needs)), "InvalidInputError")
    assert "input_uri" in error["remedy"]


def test_a_batch_transform_is_not_rendered_and_the_reason_is_told(sagepilot, sample):
    needs = {"model_source": ROWS, "traffic_pattern": "batch", "input_uri": str(sample.rows_csv)}
    for form in ("python", "cloudformation", "terraform"):
        ran = sagepilot("plan", "--render", form, "--json", stdin=json.dumps(needs))
        assert ran.status == 1, ran
        assert "batch transform" in ran.err.lower()
