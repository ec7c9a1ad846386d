"""Metrics, comparisons, single asynchronous requests and whole folders of them."""

import json
from datetime import UTC, datetime

import pytest

from tests.integration.lifecycle.conftest import another_model, deleted, deployed
from tools.comparison import Side, compare, side_of
from tools.errors import InvalidInputError, NotFoundError
from tools.invocation import Request, result_of, submit
from tools.invocation.batch import STATE_FILE, Batch, run_batch
from tools.monitoring import endpoint_metrics
from tools.planners.lifecycle import plan_update
from tools.planners.removal import plan_deletion
from tools.requirements import merge


def row(*values):
    """A request as the image for ONNX models takes it."""
    tensor = {"name": "X", "shape": [1, 4], "datatype": "FP32", "data": list(values)}
    return json.dumps({"inputs": [tensor]}).encode()


ROW = row(5.1, 3.5, 1.4, 0.2)
JSON = "application/json"


def removed(app, plan):
    deleted(app, plan_deletion(plan.endpoint_name, app.place.removal(plan.region)))


@pytest.fixture
def queued(app, needs):
    """An asynchronous endpoint."""
    plan = app.place.plan(
        merge(needs, {"request_payload_bytes": 200_000_000, "latency_p95_ms": None,
                      "interactive": False})
    )  # fmt: skip
    assert plan.inference_option == "asynchronous"
    deployed(app, plan)
    yield plan
    removed(app, plan)


def metrics_of(app, name):
    clients = app.place.clients("us-east-1")
    return endpoint_metrics(name, clients, app.place.catalog, datetime.now(UTC))


def test_metrics_count_what_was_asked_and_how_long_it_took(app, served):
    plan, _ = served
    before = metrics_of(app, plan.endpoint_name).variants[0]
    for _ in range(7):
        assert app.invoke(plan.endpoint_name, ROW, content_type=JSON).ok
    assert not app.invoke(plan.endpoint_name, b"no row", content_type=JSON).ok
    found = metrics_of(app, plan.endpoint_name)
    variant = found.variants[0]
    assert variant.invocations - before.invocations == 8
    failed = variant.errors_4xx + variant.errors_5xx
    assert failed - before.errors_4xx - before.errors_5xx == 1
    assert 0 < variant.model_latency_p50_ms <= variant.model_latency_p95_ms
    assert variant.instance_count >= 1
    assert found.cost_so_far_usd >= 0
    assert found.cost_usd_per_month > 0
    assert found.backlog is None


def test_metrics_of_an_asynchronous_endpoint_count_too(app, queued):
    assert app.invoke(queued.endpoint_name, ROW, content_type=JSON).ok
    assert metrics_of(app, queued.endpoint_name).variants[0].invocations >= 1


def test_metrics_of_nothing_are_refused(app):
    with pytest.raises(NotFoundError):
        metrics_of(app, "nobody-made-this")


def test_two_versions_are_compared_by_the_same_requests(app, served, needs, second_model):
    plan, _ = served
    source = {"kind": "local", "uri": str(second_model)}
    other = app.place.plan(merge(needs, {"model_source": source}))
    deployed(app, other)
    try:
        requests = [Request(body=ROW, content_type=JSON)]
        sides = Side(endpoint_name=plan.endpoint_name), Side(endpoint_name=other.endpoint_name)
        found = compare(*sides, requests, app.place.clients(plan.region), rounds=3)
        assert (found.compared, found.differing) == (3, 3)
        assert found.a.errors == found.b.errors == 0
        assert found.a.latency_p95_ms > 0
        assert found.examples[0].a != found.examples[0].b
    finally:
        removed(app, other)


def test_the_same_version_answers_the_same_and_what_is_not_there_only_fails(app, served):
    plan, _ = served
    requests = [Request(body=ROW, content_type=JSON)]
    clients = app.place.clients(plan.region)
    one = side_of(f"{plan.endpoint_name}/AllTraffic")
    same = compare(one, side_of(plan.endpoint_name), requests, clients)
    assert (same.compared, same.differing) == (1, 0)
    gone = compare(one, side_of("nobody-made-this"), requests, clients)
    assert (gone.compared, gone.b.errors, gone.a.errors) == (0, 1, 0)
    with pytest.raises(InvalidInputError):
        compare(one, one, requests, clients)


def test_a_submitted_request_says_where_its_result_will_be(app, queued):
    clients = app.place.clients(queued.region)
    taken = submit(queued.endpoint_name, Request(body=ROW, content_type=JSON), clients)
    assert taken.output_location.startswith("s3://")
    answer = waited(lambda: result_of(taken, clients))
    assert answer.ok
    assert json.loads(answer.body)


def waited(look):
    from tests.integration.deployment.conftest import wait_until

    found = []
    wait_until(lambda: (one := look()) is not None and not found.append(one))
    return found[0]


def test_an_endpoint_that_answers_at_once_takes_no_submissions(app, served):
    plan, _ = served
    with pytest.raises(InvalidInputError, match="not asynchronous"):
        submit(
            plan.endpoint_name,
            Request(body=ROW, content_type=JSON),
            app.place.clients(plan.region),
        )


def batch_of(queued, folder):
    return Batch(queued.endpoint_name, folder, folder / "results", lambda _: JSON)


def items(app, batch, wait_s=20.0):
    clients = app.place.clients("us-east-1")
    return list(run_batch(batch, clients, sleep=app.place.sleep, wait_s=wait_s))


def test_a_folder_is_sent_and_collected_and_goes_on_where_it_was_stopped(app, queued, tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.json").write_bytes(ROW)
    (tmp_path / "bad.json").write_bytes(b"no row")
    batch = batch_of(queued, tmp_path)
    clients = app.place.clients(queued.region)
    stopped = run_batch(batch, clients, sleep=app.place.sleep, wait_s=20.0)
    assert [next(stopped).status for _ in range(2)] == ["submitted", "submitted"]
    stopped.close()  # as a kill: only what was written down is known
    with (batch.results / STATE_FILE).open("a") as record:
        record.write('{"endpoint_name": "cut o')
    last = {item.file: item for item in items(app, batch)}
    assert {name: item.status for name, item in last.items()} == {
        "0.json": "done", "1.json": "done", "2.json": "done", "bad.json": "failed",
    }  # fmt: skip
    assert last["bad.json"].message
    assert json.loads((batch.results / "0.json.out").read_text())
    assert items(app, batch) == []  # nothing is sent twice
    (tmp_path / "0.json").write_bytes(row(6.0, 3.0, 5.0, 2.0))
    assert [item.status for item in items(app, batch)] == ["submitted", "done"]


def test_an_empty_folder_is_refused(app, queued, tmp_path):
    with pytest.raises(InvalidInputError):
        items(app, batch_of(queued, tmp_path))


def test_an_update_is_seen_in_what_an_endpoint_costs(app, served, second_model):
    plan, _ = served
    wanted = another_model(second_model, initial_instance_count=4)
    update = plan_update(plan.endpoint_name, wanted, app.place.bench(plan.region))
    deployed(app, update)
    assert metrics_of(app, plan.endpoint_name).cost_usd_per_month == pytest.approx(
        float(update.cost_usd_per_month), abs=0.01
    )


def test_plain_moto_still_knows_no_percentiles():
    import subprocess
    import sys

    code = (
        "from moto.cloudwatch.models import Statistics\n"
        "print(Statistics(['p95'], None).get_statistics_for_type('p95'))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "None"
