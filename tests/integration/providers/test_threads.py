"""Threads outlive processes, stay small, and take one turn at a time."""

import multiprocessing
import os
import signal
import sqlite3
import threading
from contextlib import closing

import pytest

from assistant.bootstrap import App
from tests.integration.deployment.conftest import settings
from tests.integration.providers.conftest import facts_of, kinds, one
from tests.integration.providers.scripted import ScriptedChatModel, message

FORK = multiprocessing.get_context("fork")


class DeadlyChatModel(ScriptedChatModel):
    """Kills its own process at the n-th time it is asked."""

    at: int

    def _next(self, messages):
        if len(self.seen) + 1 == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return super()._next(messages)


def _doomed(place, home, thread, words, scripted):
    list(App(settings(home), place, scripted).conversation(thread).say(words))
    os._exit(0)


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_turn_that_was_killed_is_not_lost(at, talk, quiet, first_words, onnx_model, home):
    app, conversation = talk()
    list(conversation.say("the budget is 900 dollars a month"))
    script = [
        message(calls=[("record_requirements", {"facts": facts_of(onnx_model)}, "c1")]),
        message(calls=[("recommend", {}, "c2")]),
        message(calls=[("make_plan", {}, "c3")]),
    ]
    doomed = DeadlyChatModel(script=script, at=at)
    arguments = (app.place, home, conversation.thread, first_words, doomed)
    child = FORK.Process(target=_doomed, args=arguments)
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL

    _, again = talk(thread=conversation.thread)
    assert [e.text for e in again.transcript() if e.role == "user"][-1] == first_words
    assert again.requirements().values["budget_usd_per_month"] in (900, "900", "900.0", 900.0)
    # A provider may quote what the killed turn was told; the plan is made without saying it again.
    scripted = ScriptedChatModel(script=[*script, message("Here it is.")])
    _, again = talk(scripted, thread=conversation.thread)
    events = list(again.say("go ahead"))
    assert scripted.seen[0][-1].text == f"{first_words}\ngo ahead"
    assert one(events, "requirements").values["peak_requests_per_second"] == 60
    assert again.pending_plan() == one(events, "plan")
    assert [e.text for e in again.transcript() if e.role == "user"][-2:] == [
        first_words,
        "go ahead",
    ]


def test_a_new_message_leaves_the_pending_plan(talk, first_words, quiet):
    _, conversation = talk()
    list(conversation.say(first_words))
    plan = conversation.pending_plan()
    for words in ("why not serverless?", "thanks", "what is a variant?", "yes, do it"):
        list(conversation.say(words))
        assert conversation.pending_plan() == plan
    _, reopened = talk(thread=conversation.thread)
    assert reopened.pending_plan() == plan


def test_a_long_thread_keeps_a_small_database(talk, first_words):
    app, conversation = talk()
    path = app.settings.home / "threads.sqlite"
    list(conversation.say(first_words))
    for turn in range(50):
        words = ("why not serverless?", "and if traffic doubles?", "what is the status?")[turn % 3]
        list(conversation.say(words))
    with closing(sqlite3.connect(path)) as db:
        rows, size_bytes = db.execute(
            "SELECT count(*), sum(length(checkpoint) + length(metadata)) FROM checkpoints "
            "WHERE thread_id = ?", (conversation.thread,),
        ).fetchone()  # fmt: skip
        writes = db.execute(
            "SELECT count(*) FROM writes WHERE thread_id = ?", (conversation.thread,)
        ).fetchone()[0]
    assert rows == 1
    assert writes < 30
    assert size_bytes < 2_000_000


def test_two_turns_at_once_are_taken_one_at_a_time(talk, first_words, quiet):
    _, one_face = talk()
    _, other_face = talk(thread=one_face.thread)
    turn = one_face.say(first_words)
    next(turn)
    for answer in (other_face.say("me too"), other_face.approve("0" * 64)):
        events = list(answer)
        assert kinds(events) == ["failed", "turn_finished"]
        assert one(events, "failed").type == "TurnInProgress"
    list(turn)
    assert kinds(other_face.say("me too"))[-1] == "turn_finished"
    said = [e.text for e in one_face.transcript() if e.role == "user"]
    assert said == [first_words, "me too"]
    assert other_face.pending_plan() is not None


def test_many_faces_at_once_lose_and_mix_nothing(talk, quiet):
    _, first = talk()
    texts = [f"the payload is {n} KB" for n in range(1, 9)]
    finished = {}

    def speak(words):
        _, face = talk(thread=first.thread)
        finished[words] = kinds(face.say(words))

    threads = [threading.Thread(target=speak, args=(t,)) for t in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [w for w, events in finished.items() if "failed" not in events]
    assert taken
    assert all(events[-1] == "turn_finished" for events in finished.values())
    said = [e.text for e in first.transcript() if e.role == "user"]
    assert sorted(said) == sorted(taken)
    last = int(said[-1].split()[-2])
    assert first.requirements().values["request_payload_bytes"] == last * 1000


def test_a_turn_that_is_stopped_frees_the_thread_and_its_words_are_heard(talk, first_words, quiet):
    _, conversation = talk()
    turn = conversation.say(first_words)
    for event in turn:
        if event.event == "requirements":
            break
    stopper = threading.Thread(target=turn.close)  # not the thread that took the events
    stopper.start()
    stopper.join()
    events = list(conversation.say("go ahead"))
    assert "failed" not in kinds(events)
    assert conversation.requirements().values["peak_requests_per_second"] == 60
    assert conversation.pending_plan() is not None
    assert [e.text for e in conversation.transcript() if e.role == "user"] == [
        first_words,
        "go ahead",
    ]
    list(conversation.say("thanks"))
    heard = conversation._state()["messages"]
    said = [m.text for m in heard if m.type == "human"]
    assert said[-2:] == [f"{first_words}\ngo ahead", "thanks"]


def test_a_turn_that_failed_is_not_said_again(talk, first_words, quiet):
    class FaultyApp(App):
        def graph(self):
            raise RuntimeError("disk full")

    app, conversation = talk()
    faulty = FaultyApp(app.settings, app.place).conversation(conversation.thread)
    events = list(faulty.say(first_words))
    assert kinds(events) == ["failed", "turn_finished"]
    assert one(events, "failed").remedy
    list(conversation.say("hello"))
    heard = [m.text for m in conversation._state()["messages"] if m.type == "human"]
    assert heard == ["hello"]
    assert [e.text for e in conversation.transcript() if e.role == "user"] == [first_words, "hello"]
