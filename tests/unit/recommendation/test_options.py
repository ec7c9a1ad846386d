"""Which option is recommended for typical needs."""

from typing import Any

import pytest

from tools.catalog import load_catalog
from tools.endpoint import InferenceOption
from tools.recommendation import recommend
from tools.requirements import Requirements

CATALOG = load_catalog()
GB = 10**9

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("nothing is known", {}, "serverless"),
    (
        "steady traffic with strict latency",
        {
            "latency_p95_ms": 100,
            "traffic_pattern": "steady",
            "average_requests_per_second": 50,
            "request_payload_bytes": 2000,
        },
        "real-time",
    ),
    (
        "a few requests a day for a small model",
        {"traffic_pattern": "intermittent", "idle_share": 0.95, "framework": "sklearn"},
        "serverless",
    ),
    (
        "bursts with accepted cold starts",
        {"traffic_pattern": "spiky", "latency_p95_ms": 300, "cold_start_tolerance_ms": 5000},
        "serverless",
    ),
    (
        "bursts without cold starts",
        {"traffic_pattern": "spiky", "latency_p95_ms": 300, "cold_start_tolerance_ms": 0},
        "real-time",
    ),
    (
        "a video of 300 MB for four minutes on a GPU",
        {"request_payload_bytes": 300_000_000, "processing_time_s": 240, "gpu": "required"},
        "asynchronous",
    ),
    ("eighteen minutes of processing", {"processing_time_s": 1080}, "asynchronous"),
    (
        "an image of 20 MB with somebody waiting",
        {"request_payload_bytes": 20_000_000, "latency_p95_ms": 3000},
        "real-time",
    ),
    (
        "a document of 20 MB with nobody waiting",
        {"request_payload_bytes": 20_000_000, "interactive": False},
        "asynchronous",
    ),
    ("a language model that streams", {"model_parameters": 7 * GB, "streaming": True}, "real-time"),
    ("regulated data", {"data_sensitivity": "regulated"}, "real-time"),
    ("many models behind one endpoint", {"model_count": 2000}, "real-time"),
    ("a nightly batch", {"traffic_pattern": "batch"}, "batch-transform"),
    (
        "a nightly batch on a GPU",
        {"traffic_pattern": "batch", "gpu": "required"},
        "batch-transform",
    ),
    ("a data set of 5 GB", {"request_payload_bytes": 5 * GB}, "batch-transform"),
    ("5 GB with somebody waiting", {"request_payload_bytes": 5 * GB, "interactive": True}, "none"),
    ("900 MB within 100 ms", {"request_payload_bytes": 900_000_000, "latency_p95_ms": 100}, "none"),
    ("two hours for one request", {"processing_time_s": 7200}, "none"),
    ("an answer within 1 ms", {"latency_p95_ms": 1}, "none"),
    ("a GPU for ten dollars", {"gpu": "required", "budget_usd_per_month": 10}, "none"),
    ("a Region that does not exist", {"region": "xx-north-9"}, "none"),
]


@pytest.mark.parametrize(
    ("needs", "option"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_option_suits_the_needs(needs: dict[str, Any], option: str) -> None:
    found = recommend(Requirements(**needs), CATALOG)
    assert found.inference_option == option
    assert found.reasons
    assert InferenceOption(option) not in found.alternatives
