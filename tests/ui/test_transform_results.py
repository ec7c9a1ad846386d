"""The card of a batch transform's results, without a browser."""

from streamlit.testing.v1 import AppTest

from assistant.events import Deployed
from ui.outcomes import standing_deployments

OUTPUTS = {
    "job_name": "score-1", "uri": "s3://b/out", "objects": 2, "input_objects": 2, "records": 1171,
    "input_records": 1171, "size_bytes": 300, "duration_s": 5.2, "cost_usd": 0.0002,
    "preview": "0\n1\n",
}  # fmt: skip


def _script(outputs):  # its source is run elsewhere: no names of this module
    from assistant.events import Deployed
    from ui.result_view import draw_deployed

    event = Deployed(
        deployment_id="dep-1", endpoint_name="score-1", endpoint_arn="", verification={},
        outputs=outputs,
    )  # fmt: skip
    draw_deployed(None, event, current=True)


def _drawn(**changes) -> AppTest:
    page = AppTest.from_function(_script, args=({**OUTPUTS, **changes},), default_timeout=30).run()
    assert not page.exception
    return page


def test_results_are_shown_with_place_number_time_and_price() -> None:
    page = _drawn()
    figures = {metric.label: metric.value for metric in page.metric}
    assert figures == {
        "Result files": "2", "Records": "1,171", "Took": "5.2 s", "At list price": "$0.0002",
    }  # fmt: skip
    shown = [element.value for element in page.code]
    assert shown == ["s3://b/out", "0\n1"]
    assert not page.warning
    assert not page.button  # a job is not invoked


def test_fewer_results_than_records_are_pointed_out() -> None:
    assert _drawn(records=1170).warning


def test_a_job_is_no_endpoint_that_could_be_tried() -> None:
    plain = {"deployment_id": "d", "endpoint_arn": "", "verification": {}}
    job = Deployed(endpoint_name="score-1", outputs=OUTPUTS, **plain)
    endpoint = Deployed(endpoint_name="wine", **plain)
    assert standing_deployments([(job, endpoint)]) == (endpoint,)
