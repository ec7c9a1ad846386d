"""Follow-ups made to stand alone, quantities in sentences, and yes or no."""

import pytest

from knowledge.asking import wanted_by
from knowledge.deciding import verdict, yes_no_question
from knowledge.followups import standing_alone
from knowledge.measuring import spans

PAYLOAD = "What payload may a serverless endpoint take?"


@pytest.mark.parametrize(
    ("question", "history", "alone"),
    [
        ("and its timeout?", [PAYLOAD], "What timeout may a serverless endpoint take?"),
        ("what about async?", [PAYLOAD], "What payload may a async take?"),
        ("and for real-time?", [PAYLOAD, "and its timeout?"], "What timeout may a real-time take?"),
        ("why?", ["Can I use Spot?"], "Why: Can I use Spot?"),
        ("vì sao?", ["Có dùng được Spot không?"], "Tại sao: Có dùng được Spot không?"),
        (
            "thế còn GPU?",
            ["Serverless có hỗ trợ VPC không?"],
            "Serverless có hỗ trợ GPU không?",
        ),
        ("and the maximum?", ["default batch payload?"], "maximum batch payload?"),
    ],
)
def test_a_follow_up_takes_what_it_lacks_from_before(
    question: str, history: list[str], alone: str
) -> None:
    assert standing_alone(question, history) == alone


@pytest.mark.parametrize(
    "question", ["How many variants may an endpoint have?", "default cooldown"]
)
def test_a_whole_question_takes_nothing_from_before(question: str) -> None:
    assert standing_alone(question, [PAYLOAD]) == question
    assert standing_alone("and its timeout?", []) == "and its timeout?"


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("ranges from 10 to 50 %", [(10.0, "percent"), (50.0, "percent")]),
        ("600 to 28,800 seconds", [(600.0, "time"), (28800.0, "time")]),
        ("1 GB or 60 minutes", [(1e9, "bytes"), (3600.0, "time")]),
        ("since version 3.27.0 there is none", []),
        ("tối đa 21.600 giây", [(21600.0, "time")]),
    ],
)
def test_quantities_are_read_with_their_units(
    sentence: str, found: list[tuple[float, str]]
) -> None:
    assert [(s.value, s.dimension) for s in spans(sentence)] == found


@pytest.mark.parametrize(
    ("question", "sentence", "told"),
    [
        ("Does serverless support GPUs?", "Serverless endpoints do not support GPUs.", False),
        ("Does async support data capture?", "Only real-time endpoints have data capture.", False),
        ("Can I update without downtime?", "UpdateEndpoint can update without downtime.", True),
        ("Is it free on weekends?", "Serverless endpoints do not support GPUs.", None),
        ("Does serverless support GPUs?", "Real-time endpoints support GPUs.", None),
    ],
)
def test_a_sentence_settles_a_yes_no_question_or_does_not(
    question: str, sentence: str, told: bool | None
) -> None:
    assert verdict(yes_no_question(question, vietnamese=False), sentence, "") is told


def test_what_is_asked_for_is_told_by_the_words() -> None:
    assert wanted_by("What are the default and the maximum TTL?").bounds == ("default", "max")
    assert wanted_by("How do canary and linear differ?").kind != "yes-no"
    assert wanted_by("difference between A and B").sides == ("A", "B")
    assert wanted_by("What is the payload limit of real-time inference?").dimension == "bytes"
    assert wanted_by("default MaxPayloadInMB").bounds == ("default",)
    assert wanted_by("Làm sao tính giá trị mục tiêu?").dimension is None
