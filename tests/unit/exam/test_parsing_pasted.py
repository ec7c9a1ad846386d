"""A pasted question in the layouts in which people paste them."""

import pytest

from assistant.exam.parsing import parse_pasted, stated, wanted_count
from tools.errors import InvalidInputError

STEM = "A clinic scores scans of 300 MB. Which inference option fits?"
TEXTS = ["Serverless inference", "Asynchronous inference", "Real-time inference"]
LETTERS = ["A", "B", "C"]


def _lines(*marks: str, between: str = "\n") -> str:
    options = between.join(f"{mark}{text}" for mark, text in zip(marks, TEXTS, strict=True))
    return f"{STEM}{between if between != ' ' else ' '}{options}"


@pytest.mark.parametrize(
    "marks",
    [
        ("A. ", "B. ", "C. "),
        ("A) ", "B) ", "C) "),
        ("(A) ", "(B) ", "(C) "),
        ("[A] ", "[B] ", "[C] "),
        ("A: ", "B: ", "C: "),
        ("A - ", "B - ", "C - "),
        ("A\u2013 ".replace("\u2013", " \u2013"), "B \u2013 ", "C \u2013 "),
        ("a. ", "b. ", "c. "),
        ("a) ", "b) ", "c) "),
        ("(a) ", "(b) ", "(c) "),
        ("1. ", "2. ", "3. "),
        ("1) ", "2) ", "3) "),
        ("(1) ", "(2) ", "(3) "),
        ("A\t", "B\t", "C\t"),
        ("A.", "B.", "C."),
        ("  A. ", "  B. ", "  C. "),
        ("> A. ", "> B. ", "> C. "),
        ("**A.** ", "**B.** ", "**C.** "),
        ("**A**. ".replace("**A**. ", "**A.** "), "**B.** ", "**C.** "),
        ("- A. ", "- B. ", "- C. "),
        ("- [ ] A. ", "- [ ] B. ", "- [ ] C. "),
        ("Option A: ", "Option B: ", "Option C: "),
        ("Đáp án A: ", "Đáp án B: ", "Đáp án C: "),
        ("- ", "- ", "- "),
        ("* ", "* ", "* "),
        ("• ", "• ", "• "),
        ("- [ ] ", "- [ ] ", "- [ ] "),
        ("☐ ", "☐ ", "☐ "),
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n\n", "\r\n"])
def test_options_on_lines_of_their_own_are_found(marks: tuple[str, ...], between: str) -> None:
    parsed = parse_pasted(_lines(*marks, between=between))
    assert parsed is not None
    assert dict(parsed.options) == dict(zip(LETTERS, TEXTS, strict=True))
    assert parsed.stem == STEM
    assert (parsed.kind, parsed.choose) == ("single", 1)


@pytest.mark.parametrize(
    "marks",
    [("A) ", "B) ", "C) "), ("(a) ", "(b) ", "(c) "), ("A. ", "B. ", "C. "), ("1) ", "2) ", "3) ")],
)
@pytest.mark.parametrize("between", [" ", "; "])
def test_options_in_one_line_are_found(marks: tuple[str, ...], between: str) -> None:
    inline = between.join(f"{mark}{text}" for mark, text in zip(marks, TEXTS, strict=True))
    parsed = parse_pasted(f"{STEM} {inline}")
    assert parsed is not None
    assert list(parsed.options.values()) == TEXTS


def test_wrapped_lines_belong_to_their_option() -> None:
    parsed = parse_pasted("Which\none?\nA. first\n   goes on\nB. second\ngoes on too\nC. third")
    assert parsed is not None
    assert dict(parsed.options) == {"A": "first goes on", "B": "second goes on too", "C": "third"}


@pytest.mark.parametrize("tail", ["\n\nAnswer: B", "\nCorrect answer: B", "\n\nExplanation: no."])
def test_what_follows_the_last_option_is_left_out(tail: str) -> None:
    parsed = parse_pasted(_lines("A. ", "B. ", "C. ") + tail)
    assert parsed is not None
    assert parsed.options["C"] == TEXTS[2]


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("Choose two.", 2),
        ("(Select TWO.)", 2),
        ("Which three demands hold?", 3),
        ("Pick 2 answers.", 2),
        ("Chọn hai đáp án.", 2),
        ("Chọn 3 phương án đúng.", 3),
        ("Select all that apply.", None),
        ("Chọn tất cả đáp án đúng.", None),
        ("Which one fits?", 1),
        ("What fits?", 1),
    ],
)
def test_the_number_of_answers_is_read(words: str, count: int | None) -> None:
    assert wanted_count(f"Two teams share 3 models. {words}") == count


def test_a_multiple_response_question_is_told() -> None:
    text = "Which hold? (Choose TWO)\nA. one\nB. two\nC. three\nD. four\nE. five"
    parsed = parse_pasted(text)
    assert parsed is not None
    assert (parsed.kind, parsed.choose, len(parsed.options)) == ("multiple", 2, 5)


def test_other_marks_keep_their_labels() -> None:
    parsed = parse_pasted(_lines("1) ", "2) ", "3) "))
    assert parsed is not None
    assert dict(parsed.labels) == {"A": "1", "B": "2", "C": "3"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "My model needs a GPU.",
        "A. only one option",
        "B. begins\nC. in the middle",
        "A.\nB.\nC.",
        "I have a model. It is a 5 GB model.",
    ],
)
def test_what_is_no_question_is_none(text: str) -> None:
    assert parse_pasted(text) is None


def test_stated_options_keep_their_keys_and_kind() -> None:
    asked = {"question": "Which?", "options": {"A": "x", "B": "y", "C": "z"}, "kind": "multiple"}
    question = stated(asked)
    assert (question.choose, list(question.options)) == (2, ["A", "B", "C"])


@pytest.mark.parametrize(
    "value",
    [
        {"question": "Which?"},
        {"question": 3, "options": {"A": "x", "B": "y"}},
        {"question": "Which?", "options": {"A": "x"}},
        {"question": "Which?", "options": {"A": "x", "B": 7}},
        {"question": "Which?", "options": {"A": "x", "B": "y"}, "kind": "essay"},
    ],
)
def test_a_stated_question_that_is_not_whole_is_refused(value: dict[str, object]) -> None:
    with pytest.raises(InvalidInputError):
        stated(value)
