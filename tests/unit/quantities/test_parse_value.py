"""People's values become base units; what cannot be is refused with a remedy."""

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import InvalidInputError
from tools.quantities import QUANTITIES, parse_value
from tools.requirements import Requirements

READ = [
    ("latency_p95_ms", "300 ms", 300),
    ("latency_p95_ms", "half a second", 500),
    ("latency_p95_ms", "0,3 s", 300),
    ("latency_p95_ms", "nửa giây", 500),
    ("latency_p95_ms", "100-200 ms", 100),
    ("latency_p95_ms", 50, 50),
    ("processing_time_s", "18 minutes", 1080),
    ("processing_time_s", "18 phút", 1080),
    ("processing_time_s", "1 h 30 min", 5400),
    ("request_payload_bytes", "2 KB", 2000),
    ("request_payload_bytes", "2 KiB", 2048),
    ("request_payload_bytes", "1.5 GB", 1_500_000_000),
    ("request_payload_bytes", "1,5 GB", 1_500_000_000),
    ("request_payload_bytes", "10-20 MB", 20_000_000),
    ("request_payload_bytes", "500 KB to 2 MB", 2_000_000),
    ("request_payload_bytes", 2048, 2048),
    ("peak_requests_per_second", "2k rps", 2000),
    ("peak_requests_per_second", "70 requests a minute", 70 / 60),
    ("average_requests_per_second", "2 million a day", 2e6 / 86400),
    ("average_requests_per_second", "2 triệu yêu cầu mỗi ngày", 2e6 / 86400),
    ("average_requests_per_second", "a couple of hundred requests per second", 200),
    ("peak_requests_per_second", "20", 20),
    ("idle_share", "90%", 0.9),
    ("idle_share", 0.9, 0.9),
    ("growth_per_month", "20% a month", 0.2),
    ("growth_per_month", "100% a year", 2 ** (1 / 12) - 1),
    ("budget_usd_per_month", "$200 a month", 200),
    ("budget_usd_per_month", "$1 an hour", 730),
    ("budget_usd_per_month", "200 đô", 200),
    ("model_parameters", "7B", 7_000_000_000),
    ("model_count", "3", 3),
    ("framework", "scikit-learn", "sklearn"),
    ("region", "Frankfurt", "eu-central-1"),
    ("region", "us-west-2", "us-west-2"),
    ("gpu", "no", "not-needed"),
    ("gpu", "cần GPU", "required"),
    ("streaming", "không", False),
    ("interactive", "yes", True),
    ("environment", "prod", "production"),
    ("model_source", "s3://b/m.tar.gz", {"kind": "s3", "uri": "s3://b/m.tar.gz"}),
    ("model_source", {"kind": "local", "uri": "/m"}, {"kind": "local", "uri": "/m"}),
]
REFUSED = [
    ("latency_p95_ms", "50"),
    ("latency_p95_ms", "-50 ms"),
    ("latency_p95_ms", "0 ms"),
    ("latency_p95_ms", "2 MB"),
    ("latency_p95_ms", "soon"),
    ("latency_p95_ms", "NaN"),
    ("latency_p95_ms", math.nan),
    ("latency_p95_ms", math.inf),
    ("latency_p95_ms", True),
    ("request_payload_bytes", "5 minutes"),
    ("request_payload_bytes", "900000 PB"),
    ("request_payload_bytes", -1),
    ("request_payload_bytes", 10**400),
    ("idle_share", "150%"),
    ("budget_usd_per_month", "500 EUR"),
    ("budget_usd_per_month", "5 triệu đồng một tháng"),
    ("budget_usd_per_month", "-$5"),
    ("growth_per_month", "1000000% a week"),
    ("framework", "cobol"),
    ("region", "us-east-9"),
    ("region", "the moon"),
    ("endpoint_name", "bad name!"),
    ("streaming", "perhaps"),
    ("model_source", {"kind": "ftp", "uri": "x"}),
    ("weather", "sunny"),
]


@pytest.mark.parametrize(("field", "said", "wanted"), READ)
def test_common_units_become_base_units(field: str, said: Any, wanted: Any) -> None:
    value = parse_value(field, said)
    assert value == (pytest.approx(wanted) if isinstance(wanted, float) else wanted)


@pytest.mark.parametrize(("field", "said"), REFUSED)
def test_what_cannot_be_is_refused_with_a_remedy(field: str, said: Any) -> None:
    with pytest.raises(InvalidInputError) as refusal:
        parse_value(field, said)
    assert refusal.value.remedy.endswith(".")


@pytest.mark.parametrize(("field", "said", "_wanted"), READ)
def test_a_read_value_is_accepted_by_requirements(field: str, said: Any, _wanted: Any) -> None:
    assert field in Requirements.model_validate({field: parse_value(field, said)}).said()


@given(st.sampled_from(sorted(QUANTITIES)), st.text(max_size=40))
def test_any_text_is_read_or_refused(field: str, text: str) -> None:
    with contextlib.suppress(InvalidInputError):
        assert Requirements.model_validate({field: parse_value(field, text)})
