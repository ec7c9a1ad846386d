"""Sets of one's own: written and read back alike, apart from ours, hostile ones refused."""

import pytest

from knowledge.errors import KnowledgeError
from knowledge.practice import sets
from knowledge.practice.pool import Pool
from knowledge.question import Case, QuestionSet, load_questions, parse_set
from tests.unit.practice.questions import Clock, bank, practice, question

OWN = question("mine", stem='Line one\nsays "no" \\ and é, việt; {x = 1}', case="lab")


def own_set(**changes) -> QuestionSet:
    made = OWN.model_copy(update=changes)
    return QuestionSet(questions=(made,), cases=(Case(id="lab", text="A laboratory."),))


def written(tmp_path, found, name="team-quiz.toml"):
    path = tmp_path / name
    path.write_text(sets.as_toml(found), encoding="utf-8")
    return path


def test_what_is_written_reads_back_alike():
    for found in (load_questions(), own_set(), bank()):
        back = parse_set(sets.as_toml(found), source="copy")
        assert {q.id: q for q in back.questions} == {q.id: q for q in found.questions}
        assert back.cases == found.cases


def test_own_sets_stay_apart(tmp_path):
    mine = practice(tmp_path, Clock())
    read = sets.read_set(written(tmp_path, own_set()), taken=())
    sets.keep_set(read, "team-quiz", mine.pool.folder)
    assert "mine" not in {q.id for q in mine.pool.of().questions}
    assert [q.id for q in mine.pool.of("own").questions] == ["mine"]
    mine.start(source="team-quiz")
    shown = mine.next()
    assert mine.pool.case_of(shown).text == "A laboratory."
    mine.answer(shown.id, shown.answer)
    told = mine.progress()
    assert told.overall.answers == 0
    assert [(row.name, row.right) for row in told.own] == [("team-quiz", 1)]


def test_a_set_is_not_overwritten(tmp_path):
    sets.keep_set(own_set(), "quiz", tmp_path)
    with pytest.raises(KnowledgeError, match="already"):
        sets.keep_set(own_set(), "quiz", tmp_path)


@pytest.mark.parametrize("name", ["", "../evil", "Own Quiz", "a/b", "bank", "own", "x" * 61])
def test_a_name_that_is_a_path_is_refused(tmp_path, name):
    with pytest.raises(KnowledgeError, match="cannot name"):
        sets.keep_set(own_set(), name, tmp_path)


PLANNED = {"kind": "plan", "holds": "sagemaker.create_endpoint"}


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (own_set(stem="a\x00b"), "U\\+0000"),
        (own_set(stem="a\x1b[31mred"), "U\\+001B"),
        (own_set(stem="abc\u202egnp.exe"), "U\\+202E"),
        (own_set(stem="x" * 4001), "longer than 4,000"),
        (own_set(id="taken"), "that id already"),
        (own_set(case="nowhere"), "nowhere is not in the file"),
        (QuestionSet(questions=(OWN, OWN), cases=own_set().cases), "that id already"),
        (QuestionSet(questions=()), "0 questions"),
        (own_set(proof=question("p", proof={**PLANNED, "requirements": {
            "model_source": {"kind": "local", "uri": "/etc/passwd"}}}).proof), "model_source"),
        (own_set(proof=question("p", proof={**PLANNED, "requirements": {
            "sample_path": "/etc/passwd"}}).proof), "sample_path"),
    ],
)  # fmt: skip
def test_a_hostile_set_is_refused(tmp_path, found, words):
    with pytest.raises(KnowledgeError, match=words) as refused:
        sets.read_set(written(tmp_path, found), taken={"taken"})
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"\xff\xfe", "no UTF-8"),
        (b"x = [" + b"[" * 50_000, "deeply|no TOML"),
        (b"# " + b"x" * 1_000_001, "larger"),
        (b"[[question]]\nid = 5\n", "question 5"),
        (b"[other]\n", "other"),
        (b"question = 1\n", "question"),
    ],
)
def test_a_file_that_is_no_set_is_refused(tmp_path, raw, words):
    path = tmp_path / "bad.toml"
    path.write_bytes(raw)
    with pytest.raises(KnowledgeError, match=words):
        sets.read_set(path, taken=())


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(KnowledgeError, match="cannot be read"):
        sets.read_set(tmp_path / "no.toml", taken=())


def test_a_part_takes_its_cases_along():
    part = sets.part_of(own_set(), [OWN])
    assert [case.id for case in part.cases] == ["lab"]
    assert sets.part_of(own_set(), []).cases == ()


def test_a_broken_own_set_does_not_touch_the_product_s_questions(tmp_path):
    (tmp_path / "broken.toml").write_text("[[", encoding="utf-8")
    pool = Pool(tmp_path, bank())
    assert pool.question("q31-0").task == "3.1"
    with pytest.raises(KnowledgeError, match=r"broken.toml is no TOML"):
        pool.of("own")
