"""Messages are understood as written: exactly these facts, these intents in this order."""

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.offline.understanding import Understanding, understand


def _load(name: str) -> Any:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"understanding_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


CASES = _load("cases").CASES


def _equal(found: Any, wanted: Any) -> bool:
    if isinstance(wanted, int | float) and not isinstance(wanted, bool):
        return found == pytest.approx(wanted, rel=1e-6)
    return bool(found == wanted)


def _read(case: Any) -> Understanding:
    return understand(case.text, expecting=case.expecting, known=case.known)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:60])
def test_exactly_what_was_said_is_recorded(case: Any) -> None:
    found = {fact.field: fact.value for fact in _read(case).facts}
    assert set(found) == set(case.facts), found
    assert all(_equal(found[name], wanted) for name, wanted in case.facts.items()), found


@pytest.mark.parametrize(
    "case", [c for c in CASES if c.intents is not None], ids=lambda c: c.text[:60]
)
def test_intents_are_in_the_order_of_the_message(case: Any) -> None:
    assert tuple(intent.value for intent in _read(case).intents) == case.intents


@pytest.mark.parametrize("case", [c for c in CASES if c.also], ids=lambda c: c.text[:60])
def test_options_factors_names_and_language_are_read(case: Any) -> None:
    understanding = _read(case)
    assert {name: getattr(understanding, name) for name in case.also} == case.also


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.text[:60])
def test_quotes_are_slices_of_the_message(case: Any) -> None:
    understanding = _read(case)
    quotes = [
        f.quote for f in (*understanding.facts, *understanding.what_if, *understanding.refused)
    ]
    assert all(quote and quote in case.text for quote in quotes)


REFUSED = [
    ("latency -50 ms", "latency_p95_ms"),
    ("my budget is 500 EUR a month", "budget_usd_per_month"),
    ("ngân sách 5 triệu đồng một tháng", "budget_usd_per_month"),
    ("deploy in us-east-9", "region"),
    ("payload of 900000 PB", "request_payload_bytes"),
    ("call it my_model_1", "endpoint_name"),
]


@pytest.mark.parametrize(("text", "refused"), REFUSED)
def test_what_cannot_be_is_refused_with_a_remedy_and_not_recorded(text: str, refused: str) -> None:
    understanding = understand(text)
    assert [r.field for r in understanding.refused] == [refused]
    assert all(r.remedy for r in understanding.refused)
    assert refused not in {f.field for f in understanding.facts}


@given(st.text(max_size=200))
def test_any_text_is_read_and_quoted_verbatim(text: str) -> None:
    understanding = understand(text)
    assert all(fact.quote in text for fact in understanding.facts)


def test_language_of_the_conversation_is_kept_when_the_message_does_not_show_it() -> None:
    understanding = understand("50 ms", language="vi")
    assert (understanding.language, understanding.language_is_clear) == ("vi", False)


def test_suppositions_are_kept_apart_from_facts() -> None:
    understanding = understand("and with 10 MB?")
    assert [(f.field, f.value) for f in understanding.what_if] == [
        ("request_payload_bytes", 10_000_000)
    ]
    assert understanding.facts == ()
