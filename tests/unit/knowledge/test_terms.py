"""Words, identifiers and quantities out of a text."""

import pytest

from knowledge.terms import (
    expand_aliases,
    fold,
    identifiers,
    proper_names,
    quantities,
    stem,
    syllable_terms,
    terms,
    without_common_names,
)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("8 minutes", "480 s"),
        ("6,291,456 bytes", "6291456 bytes"),
        ("1 hour", "60 phút"),
        ("0.5 s", "500 ms"),
        ("20 %", "20 percent"),
        ("25MB", "25 MB"),
    ],
)
def test_one_quantity_in_two_spellings_is_one_term(first: str, second: str) -> None:
    assert quantities(first) == quantities(second) != []


@pytest.mark.parametrize("text", ["ml.m5.xlarge", "version 3.27.0", "item 5", "v6s"])
def test_a_number_without_a_unit_is_no_quantity(text: str) -> None:
    assert quantities(text) == []


@pytest.mark.parametrize(
    "name",
    [
        "ModelLatency",
        "TS_MAX_REQUEST_SIZE",
        "ml.g5.xlarge",
        "model.tar.gz",
        "InvokeEndpoint",
        "model_fn",
    ],
)
def test_a_technical_name_is_an_identifier(name: str) -> None:
    assert identifiers(f"what is {name}?") == [stem(name.lower())]


@pytest.mark.parametrize(
    "text", ["e.g. this", "request/response", "Real-time", "GPU", "2.33", "a b"]
)
def test_ordinary_words_and_numbers_are_no_identifiers(text: str) -> None:
    assert identifiers(text) == []


def test_an_identifier_counts_whole_and_in_its_parts() -> None:
    assert {"modellatency", "model", "latency"} <= set(terms("ModelLatency"))


def test_plural_and_singular_are_one_term_and_status_stays() -> None:
    assert terms("endpoints policies status") == ["endpoint", "policy", "status"]


def test_proper_names_are_capitalised_words_within_a_sentence() -> None:
    assert proper_names("Does Vertex work? Maybe with ModelLatency or so.") == ["vertex"]


def test_diacritics_are_folded() -> None:
    assert fold("Độ trễ") == "do tre"


def test_vietnamese_is_counted_in_syllables_and_pairs_without_stopwords() -> None:
    assert syllable_terms("bộ nhớ là") == ["bo", "nho", "bo nho"]


def test_short_forms_are_written_out() -> None:
    assert expand_aliases("Async realtime autoscaling") == "asynchronous real-time auto scaling"
    assert expand_aliases("async_limits") == "async_limits"


def test_common_names_are_dropped_unless_nothing_else_is_said() -> None:
    assert "SageMaker" not in without_common_names("SageMaker payload limit")
    assert without_common_names("what is SageMaker?") == "what is SageMaker?"


def test_neighbouring_names_are_one_name_and_title_case_names_nothing() -> None:
    assert proper_names("Can I use Ground Truth here?") == ["ground", "truth", "ground truth"]
    assert proper_names("What Is The Maximum Payload Size") == []
    assert proper_names("how large is an SQS message") == ["sqs"]
