"""Counting terms, mending spelling, and reading Vietnamese."""

import pytest

from knowledge.lexical import TermIndex
from knowledge.spelling import Spelling
from knowledge.vietnamese import glossary, is_vietnamese, to_english_terms

INDEX = TermIndex({"a": ["payload", "limit", "limit"], "b": ["limit", "cooldown"], "c": ["x"] * 9})


def test_scores_lie_between_zero_and_one_and_rare_terms_weigh_more() -> None:
    scores = INDEX.scores(["payload", "limit"])
    assert 0 < scores["b"] < scores["a"] < 1
    assert scores["c"] == 0


def test_a_term_of_no_note_lowers_the_coverage_most() -> None:
    assert INDEX.coverage(["payload"], "a") == 1
    assert INDEX.coverage(["payload", "unheard"], "a") < 0.5


def test_no_terms_score_nothing() -> None:
    assert set(INDEX.scores([]).values()) == {0.0}
    assert INDEX.coverage([], "a") == 0


SPELLING = Spelling(["serverless", "permission", "endpoint"], {"support", "memory"}.__contains__)


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("serverlss endpiont", "serverless endpoint"),
        ("permisions", "permission"),
        ("support memory", "support memory"),
        ("EnableTurboInference", "EnableTurboInference"),
        ("endpoints", "endpoints"),
        ("GPU vs cpu", "GPU vs cpu"),
    ],
)
def test_only_unknown_words_near_a_term_of_the_notes_are_mended(typed: str, mended: str) -> None:
    assert SPELLING.mend(typed) == mended


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Độ trễ là gì?", True),
        ("ThrottlingException là gì", True),
        ("thoi gian cho toi da bao nhieu", True),
        ("lam sao de giam chi phi", True),
        ("How large may a payload be?", False),
        ("Größe der Nutzlast für Endpunkte", False),
        ("café à la carte", False),
        ("", False),
    ],
)
def test_vietnamese_is_recognised_with_and_without_diacritics(text: str, expected: bool) -> None:
    assert is_vietnamese(text) is expected


def test_phrases_become_english_and_names_stay() -> None:
    english = to_english_terms("thời gian chờ của ModelLatency trong VPC", lambda _: False)
    assert english == f"{glossary()['thời gian chờ']} ModelLatency VPC"


def test_diacritics_keep_words_apart_that_fold_to_the_same() -> None:
    assert to_english_terms("gói", lambda _: False) == ""
    assert to_english_terms("gọi", lambda _: False) == glossary()["gọi"]


def test_an_ascii_word_stays_only_when_the_notes_use_it() -> None:
    known = {"serverless"}.__contains__
    assert to_english_terms("serverless trong hôm nay", known) == "serverless"
