"""Which step policies make sense, how copies are packed, and how frames are built."""

from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer

from tools.sandbox.event_stream import payload_part, stream_error
from tools.sandbox.placement import Need, instances_needed
from tools.sandbox.scaling_policies import check_configuration
from tools.sandbox.wire import AwsError


def step(low: float | None, high: float | None, adjustment: int = 1) -> dict[str, Any]:
    bounds = {"MetricIntervalLowerBound": low, "MetricIntervalUpperBound": high}
    known = {name: value for name, value in bounds.items() if value is not None}
    return known | {"ScalingAdjustment": adjustment}


def checked(*steps: dict[str, Any]) -> None:
    configuration = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": list(steps)}
    check_configuration(
        {
            "PolicyType": "StepScaling",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "StepScalingPolicyConfiguration": configuration,
        },
        None,
    )


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        ((step(0, 10), step(5, None)), "overlap"),
        ((step(0, 10), step(20, None)), "gap"),
        ((step(10, 0),), "greater than its lower bound"),
        (tuple(step(n, n + 1) for n in range(21)), "at most 20"),
    ],
)
def test_steps_that_make_no_sense_are_refused(steps: tuple[Any, ...], words: str) -> None:
    with pytest.raises(AwsError, match=words):
        checked(*steps)


def test_steps_that_join_are_taken() -> None:
    checked(step(None, 0, -1), step(0, 10), step(10, None, 3))


def test_copies_share_instances_as_far_as_they_fit() -> None:
    small, large = Need(2000, 0.5), Need(5000, 1.0)
    assert instances_needed([], 8192, 2) == 0
    assert instances_needed([small] * 4, 8192, 2) == 1
    assert instances_needed([large, small, large, small], 8192, 2) == 2
    assert instances_needed([Need(100, 1.5)] * 3, 8192, 2) == 3
    assert instances_needed([Need(9000)], 8192, 2) is None


def test_frames_are_read_by_botocore() -> None:
    buffer = EventStreamBuffer()
    buffer.add_data(
        payload_part(b"hello") + stream_error("ModelStreamError", "late", ErrorCode="X")
    )
    part, error = list(buffer)
    assert part.headers[":event-type"] == "PayloadPart"
    assert part.payload == b"hello"
    assert error.headers[":exception-type"] == "ModelStreamError"
    assert error.payload == b'{"Message": "late", "ErrorCode": "X"}'
