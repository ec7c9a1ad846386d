"""The offline chat model with the real understanding and the real recommendation."""

import json
from types import SimpleNamespace

import pytest
from langchain_core.messages import HumanMessage, SystemMessage, ToolMessage

from assistant import toolset
from assistant.offline.chat_model import OfflineChatModel
from tools.catalog import load_catalog
from tools.recommendation import conflicts, recommend

DIGEST = "0123456789ab" + "c" * 52
PLAN = {
    "digest": DIGEST,
    "target": "sandbox",
    "account": "123456789012",
    "region": "us-east-1",
    "endpoint_name": "iris-1",
    "packaging": [],
    "warnings": [],
}


class Talk:
    """A thread with the product's own tools, but for those that need AWS or the notes."""

    def __init__(self):
        catalog = load_catalog()
        self.place = SimpleNamespace(
            catalog=catalog,
            region="us-east-1",
            sample=lambda: "s",
            recommend=lambda needs: recommend(needs, catalog),
            conflicts=lambda needs: conflicts(needs, catalog),
        )
        self.state = {"requirements": {}, "language": None}
        self.pending = None
        self.history = []
        self.called = []
        self.chat_model = OfflineChatModel().bind_tools(toolset.schemas())

    def say(self, text):
        self.history.append(HumanMessage(text))
        self.called.clear()
        for _ in range(10):
            answer = self.chat_model.invoke([self._system(), *self.history])
            self.history.append(answer)
            self.state["language"] = answer.additional_kwargs["sagepilot"]["language"]
            if not answer.tool_calls:
                return answer.content
            for call in answer.tool_calls:
                self.called.append(call["name"])
                result = json.dumps(self._use(call), default=str)
                self.history.append(ToolMessage(result, tool_call_id=call["id"]))
        pytest.fail("the turn does not end")

    def _use(self, call):
        if call["name"] == "make_plan":
            self.pending = {"digest": DIGEST, "endpoint_name": "iris-1", "kind": "deploy"}
            return {"plan": PLAN, "approval_requested": True}
        if call["name"] == "search_notes":
            return {"answer": "From the notes.", "citations": [], "grounded": True}
        state = {**self.state, "messages": self.history}
        made = toolset.use(call["name"], call["args"], state, self.place)
        self.state.update(made.updates)
        return made.result

    def _system(self):
        told = {
            "requirements": toolset.understood(toolset.known(self.state), self.place),
            "asked": [],
            "pending_plan": self.pending,
            "last_deployment": None,
            "target": "sandbox",
            "region": "us-east-1",
            "language": self.state["language"],
        }
        return SystemMessage(f"Prompt.\nSTATE: {json.dumps(told, default=str)}")


@pytest.mark.parametrize(
    ("first", "second", "piece"),
    [
        ("I have a scikit-learn model in ./iris.joblib", "about 20 requests a second", "iris-1"),
        ("deploy s3://models/fraud/model.tar.gz with xgboost", "go ahead", "until you approve"),
        ("my onnx model is at ./m.onnx", "payload 20 KB, 300 ms", "REC-"),
        ("Tôi có mô hình sklearn ở ./iris.joblib", "khoảng 200 ms", "Đề xuất của tôi"),
        ("Tôi có mô hình sklearn ở ./iris.joblib", "cứ tiếp tục", "phê duyệt"),
    ],
)
def test_two_messages_lead_to_a_plan(first, second, piece):
    talk = Talk()
    talk.say(first)
    answer = talk.say(second)
    assert talk.called[-2:] == ["recommend", "make_plan"]
    assert piece in answer


def test_corrections_comparisons_and_suppositions_after_a_plan():
    talk = Talk()
    talk.say(
        "I have a scikit-learn model in ./iris.joblib, 20 requests a second, answers within 200 ms"
    )
    assert talk.called[-1] == "make_plan"
    assert "serverless" in talk.say("why not serverless?")
    assert talk.called == ["recommend"]
    before = dict(talk.state["requirements"])
    talk.say("and if traffic doubles?")
    assert talk.called == ["recommend", "recommend"]
    assert talk.state["requirements"] == before
    assert "8 MB" in talk.say("actually the payload is 8 MB")
    assert talk.called[-1] == "make_plan"
    assert DIGEST[:12] in talk.say("yes, deploy it")
    assert talk.called == []


def test_contradictory_needs_are_explained_and_not_planned():
    talk = Talk()
    answer = talk.say("my model is in ./m.onnx: images of 900 MB, and an answer within 100 ms")
    assert "REC-901" in answer
    assert "make_plan" not in talk.called
    talk.say("go ahead")
    assert "make_plan" not in talk.called


def test_a_nightly_batch_is_sent_to_batch_transform():
    talk = Talk()
    answer = talk.say("we score a whole data set every night in a batch, nobody waits")
    assert "batch transform" in answer
    assert "make_plan" not in talk.called


@pytest.mark.parametrize("language", ["en", "vi"])
def test_what_the_answers_tell_people_to_say_is_understood(language):
    phrases = {
        "en": ("go ahead", "use the sample model", "undo", "help"),
        "vi": ("cứ tiếp tục", "dùng mô hình mẫu", "hoàn tác"),
    }
    intents = {"go ahead": "proceed", "cứ tiếp tục": "proceed", "help": "help"}
    intents |= {"undo": "undo", "hoàn tác": "undo"}
    from assistant.offline.understanding import understand

    for phrase in phrases[language]:
        wanted = intents.get(phrase, "inform")
        assert [str(i) for i in understand(phrase).intents] == [wanted]


def test_start_over_forgets_everything():
    talk = Talk()
    talk.say("I have a scikit-learn model in ./iris.joblib, 200 ms")
    talk.say("start over")
    assert talk.state["requirements"] == {}


def test_an_answer_to_a_conflict_is_read_as_one():
    talk = Talk()
    talk.say("my model is in ./m.onnx: images of 900 MB, and an answer within 100 ms")
    talk.say("10 minutes is fine")
    assert talk.state["requirements"]["latency_p95_ms"] == 600_000
    answer = talk.say("go ahead")
    assert talk.called[-1] == "make_plan"
    assert "asynchronous" in answer
