"""What the rules say in English is said in Vietnamese with the same values."""

import itertools
import re

import pytest

from assistant.messages import translator
from assistant.offline.tool_sentences import localized
from tools.catalog import load_catalog
from tools.recommendation import conflicts, recommend
from tools.requirements import Requirements

_ = translator("vi")
GRID = [
    {
        "latency_p95_ms": latency,
        "interactive": waits,
        "request_payload_bytes": payload,
        "processing_time_s": processing,
        "traffic_pattern": pattern,
        "budget_usd_per_month": budget,
    }
    for latency, waits, payload, processing, pattern, budget in itertools.product(
        (None, 200),
        (None, True, False),
        (None, 900_000_000),
        (None, 90),
        (None, "batch"),
        (None, 5),
    )
]
SPECIAL = [
    {"gpu": "required", "idle_share": 0.9, "interactive": False},
    {"gpu": "required", "budget_usd_per_month": 10},
    {"model_count": 20},
    {"model_count": 20, "gpu": "required", "interactive": False},
    {"model_size_bytes": 6_000_000_000},
    {"model_size_bytes": 9_000_000_000_000},
    {"streaming": True, "interactive": False, "request_payload_bytes": 900_000_000},
    {"streaming": True, "processing_time_s": 600},
    {"data_sensitivity": "regulated"},
    {"region": "us-gov-east-1"},
    {"region": "xx-nowhere-1"},
    {"average_requests_per_second": 50, "peak_requests_per_second": 10},
    {"average_requests_per_second": 3000, "peak_requests_per_second": 9000},
    {"traffic_pattern": "steady", "idle_share": 0.9},
    {"deployment_preference": "jumpstart", "model_source": {"kind": "s3", "uri": "s3://b/k"}},
    {"environment": "development", "latency_p95_ms": 60},
    {"framework": "lightgbm"},
    {"processing_time_s": 5000, "interactive": False},
    {"request_payload_bytes": 2_000_000_000},
    {"request_payload_bytes": 3_700_000},
    {"request_payload_bytes": 8_000_000},
    {"latency_p95_ms": 5},
]


def said() -> set[str]:
    texts: set[str] = set()
    catalog = load_catalog()
    for values in GRID + SPECIAL:
        needs = Requirements.model_validate(values)
        made = recommend(needs, catalog)
        texts |= {r.text for r in (*made.reasons, *made.warnings)}
        texts |= {r.text for option in made.options for r in option.reasons}
        texts |= {flip.condition for flip in made.flips}
        texts |= {c.text for c in conflicts(needs, catalog)}
    return texts


def digits(text: str) -> list[str]:
    return sorted(re.findall(r"\d", text))


def test_everything_the_rules_say_is_translated_with_its_values():
    texts = said()
    assert len(texts) > 60
    translated = {text: localized(text, _) for text in texts}
    assert [text for text, other in translated.items() if other == text] == []
    assert [text for text, other in translated.items() if digits(text) != digits(other)] == []


@pytest.mark.parametrize(
    ("english", "vietnamese"),
    [
        (
            "An answer within 200 ms is wanted; through S3 and a queue it takes about 1,026 ms "
            "at best (estimate).",
            "Cần câu trả lời trong 200 ms; qua S3 và hàng đợi nhanh nhất cũng khoảng 1.026 ms "
            "(ước tính).",
        ),
        (
            "There is no file or folder ./a b.joblib.",
            "Không có tệp hoặc thư mục ./a b.joblib.",
        ),
        ("payload above 4.5 MB", "payload trên 4,5 MB"),
        ("processing above 18 min", "thời gian xử lý trên 18 phút"),
        ("payload above the moon", "payload trên the moon"),
        ("Nothing we know.", "Nothing we know."),
        ("", ""),
    ],
)
def test_values_are_written_as_the_language_does(english, vietnamese):
    assert localized(english, _) == vietnamese


def test_english_is_left_alone():
    text = "payload above 4,500 MB"
    assert localized(text, translator("en")) == text
