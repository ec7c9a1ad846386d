"""`sagepilot exam` as people and programs meet it."""

import json

import pytest

from knowledge.practice.sets import as_toml
from knowledge.question import QuestionSet, load_questions
from tests.integration.faces.command_line import CommandLine, refused
from tests.unit.practice.questions import question

BANK = {q.id: q for q in load_questions().questions}


def text_of_right(asked) -> list[str]:
    """The right letters of a question as it was shown."""
    whole = BANK[asked["id"]]
    by_text = {" ".join(o.text.split()): o.key for o in whole.options}
    own = {by_text[text]: letter for letter, text in asked["options"].items()}
    return [own[key] for key in whole.answer]


def test_programs_answer_line_by_line(exam):
    asked = exam("exam", "--json", "--count", "2", "--mode", "mixed").json()
    assert asked["event"] == "question"
    assert "answer" not in asked["question"]
    ran = exam("exam", "--jsonl", stdin=json.dumps({"answer": text_of_right(asked["question"])}))
    again, marked, following = ran.lines()
    assert again["question"] == asked["question"]
    assert marked["marked"]["correct"] is True
    assert marked["marked"]["citations"][0]["source_url"].startswith("https://")
    assert following["question"]["number"] == 2
    (odd,) = exam("exam", "--jsonl", stdin="what?\n").lines()[1:]
    assert odd["error"]["type"] == "InvalidInputError"
    ended = exam("exam", "--json", "--reply", "skip").json()
    assert (ended["event"], ended["result"]["right"]) == ("result", 1)
    told = exam("exam", "progress", "--json").json()
    assert (told["user"], told["overall"]["answers"], told["overall"]["right"]) == ("ana", 2, 1)
    assert exam("exam", "progress", "--user", "ben", "--json").json()["overall"]["answers"] == 0


def test_people_answer_with_letters_and_see_why(exam):
    ran = exam("exam", "--topic", "serverless", "--count", "2", stdin="zzz\nskip\nstop\n")
    assert ran.status == 0
    assert "'zzz' is no answer" in ran.out
    assert "the answer is" in ran.out
    assert "Note [" in ran.out
    assert "0 of 1 right" in ran.out


def test_a_killed_session_goes_on_where_it_was(exam):
    first = exam("exam", "--count", "3", stdin="skip\n")  # then the input ends
    assert first.status == 130
    again = exam("exam", stdin="stop\n")
    assert "Question 2 of 3" in again.out


def test_a_practice_exam_tells_nothing_before_its_end(exam):
    ran = exam("exam", "--mode", "mock", "--count", "2", stdin="skip\nskip\n")
    assert "min left" in ran.out
    assert "the answer is" not in ran.out
    assert "0 of 2 right" in ran.out
    assert "About 100 of 1000" in ran.out
    assert "missed:" in ran.out


def test_why_tells_the_rationale_of_an_option(exam):
    one = BANK["serverless-memory-size-5000"]
    told = exam("exam", "why", one.id, "b", "--json").json()
    (row,) = told["options"]
    assert (row["letter"], row["right"]) == ("B", False)
    assert row["rationale"] == " ".join(one.options[1].rationale.split())
    refused(exam("exam", "why", one.id, "Z", "--json"), "InvalidInputError")
    refused(exam("exam", "why", "no-such-question", "--json"), "UserError")


def test_a_set_of_one_s_own_goes_in_and_out(exam, tmp_path):
    path = tmp_path / "team-quiz.toml"
    own = QuestionSet(questions=(question("mine"),))
    path.write_text(as_toml(own), encoding="utf-8")
    assert exam("exam", "import", str(path), "--json").json()["questions"] == 1
    refused(exam("exam", "import", str(path), "--json"), "UserError")
    asked = exam("exam", "--set", "team-quiz", "--json").json()
    assert asked["question"]["id"] == "mine"
    copy = tmp_path / "copy.toml"
    exam("exam", "export", "--set", "own", str(copy))
    assert copy.read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    part = exam("exam", "export", "--topic", "serverless", "-").out
    assert "serverless-memory-size-5000" in part


@pytest.mark.parametrize("raw", [b"\x00", b"[[question]]\n", b"\xff"])
def test_a_file_that_is_no_set_is_refused(exam, tmp_path, raw):
    path = tmp_path / "bad.toml"
    path.write_bytes(raw)
    refused(exam("exam", "import", str(path), "--json"), "UserError")


def test_reset_forgets_after_asking(exam):
    exam("exam", "--count", "1", stdin="skip\n")
    assert exam("exam", "reset", stdin="n\n").status == 130
    assert exam("exam", "reset", "--yes", "--json").json() == {"user": "ana", "forgotten": 1}


@pytest.mark.parametrize("wish", [["--topic", "gardening"], ["--task", "1.1"], ["--set", "nobody"]])
def test_a_wish_that_cannot_be_is_refused(exam, wish):
    refused(exam("exam", *wish, "--json"), "UserError")


def test_the_product_shows_an_answer_with_a_plan_that_nobody_can_approve(home):
    sagepilot = CommandLine(home)
    one = next(q for q in BANK.values()
               if q.proof and q.proof.kind == "recommend"
               and q.proof.right.get("inference_option") == "serverless")  # fmt: skip
    told = sagepilot("exam", "show", one.id, "--json").json()
    assert told["faults"] == []
    assert "inference_option is serverless" in told["lines"]
    assert "sagemaker.create_endpoint" in [s["operation"] for s in told["plan"]["steps"]]
    digest = told["plan"]["digest"]
    assert sagepilot("deploy", digest, "--approve", digest, "--json").status == 1
    assert "can be approved" in sagepilot("exam", "show", one.id).out
