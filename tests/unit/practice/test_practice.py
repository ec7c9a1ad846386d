"""Sessions: asked, marked once, resumed, timed, told as progress."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from knowledge.errors import KnowledgeError
from knowledge.question import QuestionSet
from tests.unit.practice.questions import Clock, bank, practice


@pytest.fixture
def clock():
    return Clock()


def wrong(shown) -> list[str]:
    return [next(o.key for o in shown.options if o.key not in shown.answer)]


def go_through(mine, session, *, right: bool) -> int:
    count = 0
    while (shown := mine.next(session.id)) is not None:
        mine.answer(shown.id, shown.answer if right else wrong(shown), session_id=session.id)
        count += 1
    return count


def test_an_answer_is_marked_in_the_letters_that_were_shown(tmp_path, clock):
    mine = practice(tmp_path, clock)
    mine.start(count=3)
    shown = mine.next()
    made = mine.answer(shown.id, [shown.answer[0].lower()], seconds=40)
    assert made.correct
    assert made.right == shown.answer
    assert made.rationales == {o.key: o.rationale for o in shown.options}
    assert made.due > clock.now
    other = mine.next()
    assert other.id != shown.id
    assert not mine.answer(other.id, wrong(other)).correct


def test_a_session_ends_after_its_questions_and_another_process_goes_on_with_it(tmp_path, clock):
    first = practice(tmp_path, clock)
    begun = first.start(count=2, topic="Auto Scaling")
    shown = first.next()
    second = practice(tmp_path, clock)
    assert second.resume() == begun
    assert second.next() == shown
    second.answer(shown.id, shown.answer)
    shown = first.next()
    assert shown.topics == ("auto-scaling",)
    first.answer(shown.id, shown.answer)
    assert second.next() is None
    assert second.resume() is None
    assert second.result().right == 2
    with pytest.raises(KnowledgeError, match="does not wait"):
        first.answer(shown.id, shown.answer)


def test_of_two_answers_at_once_one_counts(tmp_path, clock):
    mine = practice(tmp_path, clock)
    session = mine.start(count=5)
    shown = mine.next()

    def answer(_):
        try:
            practice(tmp_path, clock).answer(shown.id, shown.answer, session_id=session.id)
        except KnowledgeError:
            return 0
        return 1

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(answer, range(8))) == 1
    assert mine.progress().overall.answers == 1


def test_a_letter_that_is_not_there_changes_nothing(tmp_path, clock):
    mine = practice(tmp_path, clock)
    mine.start()
    shown = mine.next()
    with pytest.raises(KnowledgeError, match="'X' is no option"):
        mine.answer(shown.id, ["X"])
    assert mine.next() == shown


def test_a_wrong_answer_comes_back_in_the_same_session(tmp_path, clock):
    mine = practice(tmp_path, clock)
    mine.start(count=8)
    missed = mine.next()
    mine.answer(missed.id, wrong(missed))
    seen = []
    for _ in range(5):
        clock.turn(minutes=1)
        shown = mine.next()
        mine.answer(shown.id, shown.answer)
        seen.append(shown.id)
    assert missed.id in seen[3:]
    assert missed.id not in seen[:3]


def test_a_practice_exam_ends_with_its_time_and_what_was_not_reached_is_wrong(tmp_path, clock):
    mine = practice(tmp_path, clock)
    exam = mine.start(mode="mock", count=10)
    assert (exam.deadline - exam.started_at).total_seconds() == 1200
    for _ in range(7):
        shown = mine.next()
        mine.answer(shown.id, shown.answer)
    assert mine.result().remaining_s == 1200
    shown = mine.next()
    clock.turn(minutes=20)
    with pytest.raises(KnowledgeError, match="time is up"):
        mine.answer(shown.id, shown.answer)
    assert mine.next() is None
    made = mine.result()
    assert (made.right, made.questions, made.score, made.passed) == (7, 10, 730, True)
    assert made.score_low < 730 < made.score_high
    assert sum(count for _, count in made.tasks.values()) == 10
    assert mine.resume() is None


def test_skipping_is_wrong(tmp_path, clock):
    mine = practice(tmp_path, clock)
    mine.start(mode="mixed", count=1)
    made = mine.answer(mine.next().id, [])
    assert (made.correct, made.given) == (False, ())


def test_progress_is_told_by_topic_and_task_for_each_user(tmp_path, clock):
    mine = practice(tmp_path, clock)
    assert go_through(mine, mine.start(topic="cost", count=4, mode="mixed"), right=False) == 4
    go_through(mine, mine.start(topic="serverless", count=5, mode="mixed"), right=True)
    clock.turn(days=1)
    told = mine.progress()
    rows = {row.name: row for row in told.topics}
    assert told.weak == ("cost",)
    assert (rows["cost"].seen, rows["cost"].share) == (4, 0)
    assert (rows["serverless"].seen, rows["serverless"].share) == (5, 1)
    assert rows["serverless"].low == pytest.approx(0.566, abs=0.001)
    assert rows["cost"].due == 4
    assert rows["cost"].retention < rows["serverless"].retention
    assert rows["auto-scaling"].share is None
    assert sum(row.seen for row in told.tasks) == 9
    assert [(day.answers, day.right) for day in told.days] == [(9, 5)]
    assert practice(tmp_path, clock, user="ben").progress().overall.answers == 0
    assert mine.reset() == 9
    assert mine.progress().overall.answers == 0


def test_a_weak_topic_recovers(tmp_path, clock):
    mine = practice(tmp_path, clock)
    go_through(mine, mine.start(topic="cost", count=6, mode="mixed"), right=False)
    for _ in range(4):
        clock.turn(days=3)
        go_through(mine, mine.start(topic="cost", count=6, mode="mixed"), right=True)
    assert mine.progress().weak == ()


def test_a_question_that_is_no_more_ends_its_session(tmp_path, clock):
    whole = bank()
    mine = practice(tmp_path, clock, questions=whole)
    mine.start(mode="mixed", count=24)
    gone = mine.next()
    left = tuple(q for q in whole.questions if q.id != gone.id)
    later = practice(tmp_path, clock, questions=QuestionSet(questions=left))
    assert later.next() is None
    assert later.result().answered == 0


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"topic": "gardening"}, "no questions about 'gardening'"),
        ({"task": "9.9"}, "no task '9.9'"),
        ({"mode": "fast"}, "no mode 'fast'"),
        ({"count": 0}, "1 to 200"),
        ({"source": "nobody"}, "no question set 'nobody'"),
    ],
)
def test_a_wish_that_cannot_be_is_told(tmp_path, clock, wish, words):
    with pytest.raises(KnowledgeError, match=words):
        practice(tmp_path, clock).start(**wish)


def test_the_thinking_time_is_forgotten_when_somebody_was_away(tmp_path, clock):
    mine = practice(tmp_path, clock)
    mine.start(mode="mixed", count=2)
    shown = mine.next()
    clock.turn(hours=3)
    mine.answer(shown.id, shown.answer)
    shown = mine.next()
    clock.turn(seconds=45)
    mine.answer(shown.id, shown.answer)
    assert [row.seconds for _, row in mine.answered()] == [None, 45.0]


def test_names_like_patterns_are_only_names(tmp_path, clock):
    odd = practice(tmp_path, clock, user="'; DROP TABLE asked; --")
    odd.start(count=1)
    shown = odd.next()
    odd.answer(shown.id, shown.answer)
    assert odd.progress().overall.answers == 1
