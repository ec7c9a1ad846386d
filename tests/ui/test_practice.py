"""The practice page over a small bank, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.fakes import FakeApp, fake_services
from tests.ui.test_page import _button, _script, _text


@pytest.fixture
def app(tmp_path) -> FakeApp:
    return FakeApp(home=tmp_path)


def _open(app: FakeApp) -> AppTest:
    shared = fake_services(app)
    page = AppTest.from_function(_script, args=(lambda: shared,), default_timeout=30)
    page.query_params["t"] = "first"
    page.query_params["view"] = "practise"
    return page.run()


def _begin(page: AppTest, *, topic: str | None = None, mode: str | None = None) -> AppTest:
    if mode is not None:
        page.button_group[0].set_value(mode).run()
    if topic is not None:
        page.selectbox(key="practice-topic").set_value(topic).run()
    return _button(page, "practice-begin").click().run()


def _press(page: AppTest, ending: str) -> AppTest:
    return next(b for b in page.button if (b.key or "").endswith(ending)).click().run()


def _answer(page: AppTest, app: FakeApp, *, right: bool) -> str:
    """Answer the question that is shown, by its own controls; returns its kind."""
    room = app.practice()
    session_id = room.resume()
    assert session_id is not None
    shown = room._practice.next(session_id)
    assert shown is not None
    letters = list(shown.answer)
    if not right:
        keys = [o.key for o in shown.options]
        others = [k for k in keys if k not in letters]
        letters = letters[::-1] if shown.kind != "single" else others[:1]
        letters = letters if shown.kind != "multiple" else [others[0], letters[0]]
    match shown.kind:
        case "single":
            page.radio[0].set_value(letters[0]).run()
        case "multiple":
            for letter in letters:
                page.checkbox(key=f"{_key(page)}-{letter}").check().run()
        case _:
            boxes = [s for s in page.selectbox if (s.key or "").startswith("practice-")]
            for box, letter in zip([b.key for b in boxes], letters, strict=True):
                page.selectbox(key=box).set_value(letter).run()
    _press(page, "-answer")
    assert not page.exception
    return shown.kind


def _key(page: AppTest) -> str:
    return next(b.key for b in page.button if (b.key or "").endswith("-answer"))[: -len("-answer")]


def _metric(page: AppTest, label: str) -> str:
    (value,) = [metric.value for metric in page.metric if metric.label == label]
    return str(value)


def test_the_way_to_practice_and_back(app):
    page = _open(app)
    assert "Practise for the exam" in _text(page)
    assert not page.chat_input
    _button(page, "switch-practice").click().run()
    assert page.chat_input
    _button(page, "switch-practice").click().run()
    assert "9 questions of our own" in _text(page)


def test_every_kind_is_answered_and_explained(app):
    page = _begin(_open(app), topic="kinds", mode="mixed")
    kinds = set()
    for _ in range(4):
        assert next(b for b in page.button if (b.key or "").endswith("-answer")).disabled
        kinds.add(_answer(page, app, right=True))
        assert page.success[0].value.startswith("Right: ")
        assert "why A" in _text(page)
        assert "Limits of serverless inference" in _text(page)
        _button(page, "practice-next").click().run()
    assert kinds == {"single", "multiple", "ordering", "matching"}
    assert _metric(page, "Right") == "4 of 4"


def test_a_wrong_answer_says_what_is_right_and_the_product_shows_it(app):
    page = _begin(_open(app), topic="cost")
    _answer(page, app, right=False)
    assert "Not right: you said" in page.error[0].value
    _button(page, "practice-show").click().run()
    assert "is so" in _text(page)
    assert "A fake plans nothing" in _text(page)


def test_a_practice_exam_tells_its_result_at_the_end(app):
    page = _begin(_open(app), mode="mock")
    for _ in range(9):
        assert any("left" in c.value for c in page.caption)
        _answer(page, app, right=True)
        assert not page.success
    assert _metric(page, "Right") == "9 of 9"
    assert _metric(page, "On the exam's scale, about") == "1,000"
    assert "estimate" in _text(page)


def test_a_practice_exam_ends_when_its_time_is_up(app):
    page = _begin(_open(app), mode="mock")
    _answer(page, app, right=False)
    app.clock.turn(minutes=30)
    page.run()
    assert _metric(page, "Right") == "0 of 9"
    assert "below the pass mark" in _text(page)
    assert any(box.label.startswith(("What about", "Which of")) for box in page.expander)


def test_progress_names_weak_topics_and_begins_one(app):
    page = _begin(_open(app), topic="cost", mode="mixed")
    for _ in range(4):
        _answer(page, app, right=False)
        _button(page, "practice-next").click().run()
    _press(page, "-end")
    shown = _text(page)
    assert "Weak topics" in shown
    assert _metric(page, "Seen") == "4 of 9"
    _button(page, "practice-again").click().run()
    _button(page, "weak-cost").click().run()
    assert "Question 1 of 10" in _text(page)


def test_an_interrupted_session_goes_on(app):
    _answer(_begin(_open(app), topic="cost"), app, right=True)
    page = _open(app)  # another tab
    _button(page, "practice-resume").click().run()
    assert "Question 2 of 10" in _text(page)


def test_skipping_shows_the_answer(app):
    page = _begin(_open(app), topic="cost")
    _press(page, "-skip")
    assert page.info[0].value.startswith("Skipped: the answer is ")


def test_what_was_answered_elsewhere_is_told(app):
    page = _begin(_open(app), topic="cost")
    room = app.practice()
    asked = room.asked(room.resume())
    page.radio[0].set_value("A").run()
    room.answer(room.resume(), asked["id"], ["A"])
    _press(page, "-answer")
    assert not page.exception
    assert "Question 2 of 10" in _text(page)
