import pytest
from pydantic import ValidationError

from tools.sandbox.facts import (
    instance_offered,
    realtime_payload_bytes,
    serverless_payload_bytes,
)
from tools.sandbox.timing import Timing, timing_from


def test_arguments_win_over_variables_over_defaults() -> None:
    environment = {"SAGEPILOT_SANDBOX_CREATING_S": "9", "SAGEPILOT_SANDBOX_DELETING_S": "8"}
    timing = timing_from({"creating_s": 7}, environment)
    assert (timing.creating_s, timing.deleting_s) == (7, 8)
    assert timing.updating_s == Timing().updating_s


@pytest.mark.parametrize("overrides", [{"creating_s": -1}, {"nonsense": 1}])
def test_a_wrong_duration_is_refused(overrides: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        timing_from(overrides, {})


def test_payload_limits_are_those_of_the_api_model_and_the_guide() -> None:
    assert realtime_payload_bytes() == 6_291_456
    assert serverless_payload_bytes() == 4 * 1024 * 1024


def test_the_table_knows_what_a_region_offers() -> None:
    assert instance_offered("ml.m5.large", "us-east-1") is True
    assert instance_offered("ml.p3.2xlarge", "us-east-1") is False
    assert instance_offered("ml.m5.large", "xx-nowhere-1") is None
    assert instance_offered("ml.future.large", "us-east-1") is None
