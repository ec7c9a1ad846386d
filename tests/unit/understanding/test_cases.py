"""Messages are understood as written: exactly these facts, these intents in this order."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from assistant.offline.understanding import Understanding, understand


def _load(name: str) -> Any:
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"understanding_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

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
