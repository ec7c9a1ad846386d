"""Turns that outlive the script run that started them."""

import threading

from tests.ui.fakes import FakeApp
from ui.blocks import PlanBlock, TextBlock
from ui.runs import MAX_WAITING_MESSAGES, Run, Runs


def _finished(runs: Runs, thread: str = "first") -> Run:
    """The thread's newest run, once it is over and nothing waits."""
    while True:
        run = runs.latest(thread)
        assert run is not None
        view = run.view()
        while not view.finished:
            newer = run.wait(view.version, 20)
            assert newer.version > view.version
            view = newer
        if runs.latest(thread) is run:
            return run


def _with_pending_plan() -> tuple[FakeApp, Runs]:
    app = FakeApp()
    runs = Runs(app)
    runs.say("first", "deploy")
    _finished(runs)
    return app, runs


def test_a_turn_is_folded_while_it_runs() -> None:
    _, runs = _with_pending_plan()
    view = _finished(runs).view()
    assert view.requirements is not None
    assert any(isinstance(block, PlanBlock) for block in view.blocks)
    assert any(isinstance(block, TextBlock) and block.whole for block in view.blocks)


def test_many_clicks_at_once_claim_a_plan_once() -> None:
    app, runs = _with_pending_plan()
    app.gate = threading.Event()
    barrier = threading.Barrier(8)
    claimed: list[bool] = []

    def click() -> None:
        barrier.wait()
        claimed.append(runs.approve("first", "a" * 64))

    clicks = [threading.Thread(target=click) for _ in range(8)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    app.gate.set()
    _finished(runs)
    assert claimed.count(True) == 1
    assert len(app.approvals) == 1


def test_an_answered_plan_is_not_answered_again() -> None:
    app, runs = _with_pending_plan()
    assert runs.approve("first", "a" * 64)
    _finished(runs)
    assert not runs.approve("first", "a" * 64)
    assert not runs.reject("first", "a" * 64)
    assert len(app.approvals) == 1
    assert app.rejections == []


def test_another_digest_than_the_pending_one_starts_nothing() -> None:
    app, runs = _with_pending_plan()
    assert not runs.approve("first", "b" * 64)
    assert app.approvals == []


def test_messages_wait_for_the_running_turn_and_keep_their_order() -> None:
    app = FakeApp()
    app.gate = threading.Event()
    runs = Runs(app)
    texts = [f"hello {place}" for place in range(3)]
    assert all(runs.say("first", text) for text in texts)
    assert runs.waiting("first") == tuple(texts[1:])
    app.gate.set()
    _finished(runs)
    assert app.said == texts
    assert runs.waiting("first") == ()


def test_too_many_waiting_messages_are_refused() -> None:
    app = FakeApp()
    app.gate = threading.Event()
    runs = Runs(app)
    taken = [runs.say("first", "hello") for _ in range(MAX_WAITING_MESSAGES + 2)]
    assert taken == [True] * (MAX_WAITING_MESSAGES + 1) + [False]
    app.gate.set()
    _finished(runs)


def test_threads_do_not_wait_for_each_other() -> None:
    app = FakeApp()
    app.gate = threading.Event()
    runs = Runs(app)
    runs.say("first", "hello")
    runs.say("second", "hello")
    assert runs.active("first") is not None
    assert runs.active("second") is not None
    app.gate.set()
    _finished(runs, "first")
    _finished(runs, "second")


def test_a_crash_ends_the_turn_and_keeps_its_detail_from_people() -> None:
    runs = Runs(FakeApp())
    runs.say("first", "crash")
    crash = _finished(runs).view().crash
    assert crash is not None
    assert "secret" not in crash.message
    assert crash.remedy
