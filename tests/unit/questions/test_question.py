"""A question is whole or is refused, and its answer is judged by its kind."""

import pytest

from knowledge.errors import KnowledgeError
from knowledge.question import load_questions, parse_set

QUESTION = """\
[[question]]
id = "{id}"
kind = "{kind}"
task = "3.1"
topics = ["asynchronous"]
difficulty = 2
stem = "A 300 MB video takes 4 minutes. What serves it?"
notes = ["async-limits"]
as_of = 2026-11-24
answer = {answer}
{more}
[[question.options]]
key = "A"
text = "Serverless"
rationale = "It takes 4 MB."
[[question.options]]
key = "B"
text = "Asynchronous"
rationale = "It takes 1 GB."
[[question.options]]
key = "C"
text = "Real-time"
rationale = "It takes 25 MB."
"""


def written(*, id="video", kind="single", answer='["B"]', more=""):  # noqa: A002
    return QUESTION.format(id=id, kind=kind, answer=answer, more=more)


def read(**changes):
    return parse_set(written(**changes), source="set.toml").questions[0]


@pytest.mark.parametrize(
    ("kind", "answer", "more", "right", "wrong"),
    [
        ("single", '["B"]', "", ["b"], ["A"]),
        ("multiple", '["A", "C"]', "", ["C", "A"], ["A"]),
        ("multiple", '["A", "C"]', "", ["A", "C"], ["A", "A", "C"]),
        ("ordering", '["C", "A", "B"]', "", ["C", "A", "B"], ["A", "B", "C"]),
        ("matching", '["B", "B"]', 'prompts = ["x", "y"]', ["B", "B"], ["B", "A"]),
    ],
)
def test_an_answer_is_judged_by_the_kind(kind, answer, more, right, wrong):
    question = read(kind=kind, answer=answer, more=more)
    assert question.is_right(right)
    assert not question.is_right(wrong)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answer": '["D"]'}, "not there"),
        ({"answer": '["A", "B"]'}, "does not fit single"),
        ({"kind": "multiple", "answer": '["A", "B", "C"]'}, "does not fit multiple"),
        ({"kind": "matching", "answer": '["A", "B"]'}, "does not fit matching"),
        ({"more": 'prompts = ["x"]'}, "prompts belong"),
        ({"more": 'colour = "red"'}, "colour"),
        ({"more": '[question.proof]\nkind = "recommend"'}, "could fail"),
        ({"more": '[question.proof]\nkind = "recommend"\nwrong = {B = "serverless"}'}, "is right"),
    ],
)
def test_a_question_that_is_not_whole_is_refused_by_name(changes, words):
    with pytest.raises(KnowledgeError, match="video") as caught:
        read(**changes)
    assert words in caught.value.message


def test_two_questions_of_one_id_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text(written())
    (tmp_path / "b.toml").write_text(written())
    with pytest.raises(KnowledgeError, match="video"):
        load_questions(tmp_path)


def test_a_case_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "a.toml").write_text(written(more='case = "nowhere"'))
    with pytest.raises(KnowledgeError, match="nowhere"):
        load_questions(tmp_path)


def test_what_is_no_toml_is_refused():
    with pytest.raises(KnowledgeError, match=r"set\.toml"):
        parse_set("id = ", source="set.toml")
