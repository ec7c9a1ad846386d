"""The Query protocol against botocore's own, and work in the order of a graph."""

import threading
from datetime import UTC, datetime

import botocore.parsers
import botocore.serialize
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.sandbox.cloudformation.query import parse_form, xml_response
from tools.sandbox.cloudformation.scheduling import reversed_graph, run_in_order
from tools.sandbox.wire import service_model

MODEL = service_model("cloudformation")


def _form(operation, params):
    serializer = botocore.serialize.create_serializer("query", include_validation=False)
    made = serializer.serialize_to_request(params, MODEL.operation_model(operation))
    import urllib.parse

    return urllib.parse.urlencode(made["body"]).encode()


TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@given(
    st.lists(st.fixed_dictionaries({"ParameterKey": TEXT, "ParameterValue": TEXT}), min_size=1),
    st.booleans(),
    st.integers(1, 500),
)
def test_requests_of_botocore_are_read_back(parameters, protected, minutes):
    params = {
        "StackName": "s", "Parameters": parameters, "TimeoutInMinutes": minutes,
        "EnableTerminationProtection": protected, "Capabilities": ["CAPABILITY_IAM"],
        "RollbackConfiguration": {"MonitoringTimeInMinutes": 3},
    }  # fmt: skip
    operation = MODEL.operation_model("CreateStack")
    assert parse_form(operation.input_shape, _form("CreateStack", params)) == params


def test_an_empty_list_is_told_from_none():
    shape = MODEL.operation_model("UpdateStack").input_shape
    assert parse_form(shape, _form("UpdateStack", {"StackName": "s", "Tags": []})) == {
        "StackName": "s", "Tags": [],
    }  # fmt: skip
    assert parse_form(shape, _form("UpdateStack", {"StackName": "s"})) == {"StackName": "s"}


def test_answers_are_understood_by_botocore():
    output = {
        "Stacks": [
            {
                "StackName": "a<b>&c", "StackStatus": "CREATE_COMPLETE", "DisableRollback": False,
                "CreationTime": datetime(2026, 5, 4, 3, 2, 1, 123000, tzinfo=UTC),
                "Tags": [{"Key": "k", "Value": "é\x00"}], "Outputs": [],
            }
        ]
    }  # fmt: skip
    shape = MODEL.operation_model("DescribeStacks").output_shape
    response = xml_response("DescribeStacks", shape, output)
    parser = botocore.parsers.create_parser("query")
    parsed = parser.parse(
        {"body": response.body, "headers": {}, "status_code": response.status}, shape
    )
    stack = parsed["Stacks"][0]
    assert stack.pop("Tags") == [{"Key": "k", "Value": "é?"}]
    assert stack == {k: v for k, v in output["Stacks"][0].items() if k != "Tags"}


GRAPH = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c")}


def test_work_waits_for_what_it_needs_and_runs_beside_the_rest():
    seen, together = [], threading.Barrier(2, timeout=10)

    def work(name):
        if name in "bc":
            together.wait()
        seen.append(name)
        return True

    assert run_in_order(GRAPH, work, stop_at_failure=True) == []
    assert (seen[0], set(seen[1:3]), seen[3]) == ("a", {"b", "c"}, "d")


@pytest.mark.parametrize("stop", [True, False])
def test_what_needs_a_failure_is_left_out(stop):
    seen, told = [], []

    def work(name):
        seen.append(name)
        return name != "b"

    failures = run_in_order(
        GRAPH | {"e": ("c",)}, work, stop_at_failure=stop, failed=lambda: told.append(1)
    )
    assert (failures, told) == (["b"], [1])
    assert "d" not in seen
    assert stop or "e" in seen


def test_deletion_goes_the_other_way_round():
    assert reversed_graph(GRAPH) == {"a": ("b", "c"), "b": ("d",), "c": ("d",), "d": ()}
