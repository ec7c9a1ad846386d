"""Every other intent: questions, comparisons, approvals, endpoints, small talk."""

import json
import re

import pytest
from langchain_core.messages import SystemMessage

from assistant.messages import translator
from assistant.offline.fields import shown
from assistant.offline.meaning import Intent

PENDING = {"digest": "sha256:4f1d0c9b8a77665544", "endpoint_name": "iris-1", "summary": "s"}
MODEL = {"kind": "local", "uri": "./iris.joblib"}


@pytest.fixture
def turn(thread, means):
    """One turn: `(thread, answer)` for an understanding and a prepared thread."""

    def make(*intents, prepare=None, tools=None, **more):
        talk = thread({"say": means(*intents, **more)}, **(tools or {}))
        if prepare:
            prepare(talk)
        return talk, talk.say("say")

    return make


def waiting(talk):
    talk.pending = PENDING


@pytest.mark.parametrize("intent", [Intent.APPROVE, Intent.PROCEED])
def test_a_yes_to_a_pending_plan_starts_nothing_and_names_the_digest(turn, intent):
    talk, answer = turn(intent, prepare=waiting)
    assert talk.names() == []
    assert "4f1d0c9b8a77" in answer
    assert "nothing has started" in answer


@pytest.mark.parametrize("intent", [Intent.REJECT, Intent.CANCEL])
def test_a_no_to_a_pending_plan_points_to_reject(turn, intent):
    talk, answer = turn(intent, prepare=waiting)
    assert talk.names() == []
    assert "Reject" in answer


def test_a_knowledge_question_is_answered_with_its_sources(turn):
    talk, answer = turn(Intent.ASK_KNOWLEDGE, question="What is the payload limit?")
    assert talk.called == [("search_notes", {"query": "What is the payload limit?", "k": 5})]
    assert "The payload limit is 4 MB." in answer
    assert "Limits: https://docs.aws/limits" in answer


def test_what_the_notes_do_not_hold_is_not_guessed(turn):
    nothing = {"answer": "Perhaps.", "citations": [], "grounded": False}
    _, answer = turn(
        Intent.ASK_KNOWLEDGE, question="?", tools={"search_notes": lambda **_: nothing}
    )
    assert "do not answer that" in answer
    assert "Perhaps" not in answer


@pytest.mark.parametrize(
    ("option", "piece"),
    [
        ("serverless", "is what I recommend"),
        ("real-time", "It costs 84 a month. (REC-111)"),
        ("asynchronous", "Someone waits. (REC-112)"),
        ("batch-transform", "another one (serverless endpoint)"),
    ],
)
def test_why_not_quotes_the_rules(turn, option, piece):
    talk, answer = turn(Intent.WHY_NOT, option=option)
    assert talk.names() == ["recommend"]
    assert piece in answer


def test_compare_sets_the_options_side_by_side(turn):
    _, answer = turn(Intent.COMPARE)
    for piece in ("recommended", "would work", "ruled out", "REC-112"):
        assert piece in answer


def test_a_what_if_records_nothing_and_shows_the_difference(turn, serverless, real_time):
    def recommend(changes=()):
        return {"recommendation": real_time if changes else serverless}

    supposed = [{"field": "request_payload_bytes", "value": 20_000_000, "quote": "20 MB"}]
    talk, answer = turn(Intent.WHAT_IF, what_if=supposed, tools={"recommend": recommend})
    assert talk.called == [
        ("recommend", {"changes": []}),
        ("recommend", {"changes": [{"field": "request_payload_bytes", "value": 20_000_000}]}),
    ]
    for piece in ("20 MB", "serverless endpoint → real-time endpoint", "$12.30 → $167.90"):
        assert piece in answer


def test_a_factor_multiplies_what_is_known_or_assumed(turn):
    def prepare(talk):
        talk.values = {"average_requests_per_second": 10}
        talk.assumed = {"peak_requests_per_second": 40}

    talk, answer = turn(Intent.WHAT_IF, factor=("traffic", 2.0), prepare=prepare)
    changes = {c["field"]: c["value"] for c in talk.called[1][1]["changes"]}
    assert changes == {"average_requests_per_second": 20, "peak_requests_per_second": 80}
    assert "Nothing changes" in answer


def test_status_without_a_deployment(turn):
    talk, answer = turn(Intent.STATUS)
    assert talk.names() == ["describe_deployment"]
    assert "Nothing has been deployed" in answer


def test_status_of_a_deployment_under_way(turn):
    found = {"deployment_id": "d", "endpoint_name": "iris-1", "status": "Creating"}
    tools = {"describe_deployment": lambda **_: {"deployment": {**found, "step": 3, "of": 7}}}
    _, answer = turn(Intent.STATUS, tools=tools)
    assert "iris-1" in answer
    assert "Step 3 of 7" in answer


def test_endpoints_are_listed_with_size_and_cost(turn):
    row = {
        "endpoint_name": "iris-1",
        "status": "InService",
        "inference_option": "real-time",
        "instance_type": "ml.m5.large",
        "instance_count": 2,
        "cost_usd_per_month": 83.95,
        "ours": False,
    }
    listed = {"endpoints": [row], "target": "sandbox", "region": "us-east-1"}
    _, answer = turn(Intent.LIST_ENDPOINTS, tools={"describe_endpoints": lambda: listed})
    for piece in ("iris-1", "InService", "ml.m5.large x 2", "$83.95", "not made here"):
        assert piece in answer


def test_what_goes_within_a_day_and_what_is_parked_is_pointed_out(turn):
    going = {"endpoint_name": "a", "expires_at": "2026-11-25T20:00:00+00:00", "expires_soon": True}
    later = {"endpoint_name": "b", "expires_at": "2026-12-25T20:00:00+00:00", "expires_soon": False}
    parked = {"endpoint_name": "c", "status": "Parked", "restored_by": "sagepilot unpark c"}
    listed = {"endpoints": [going, later, parked], "target": "sandbox", "region": "us-east-1"}
    _, answer = turn(Intent.LIST_ENDPOINTS, tools={"describe_endpoints": lambda: listed})
    first, second, third = answer.splitlines()[-3:]
    assert "within a day" in first
    assert "2026-11-25 20:00 UTC" in first
    assert "expires at 2026-12-25" in second
    assert "`sagepilot unpark c`" in third


def test_a_deletion_is_a_plan_that_needs_the_name_typed(turn):
    talk, answer = turn(Intent.DELETE, endpoint_name="iris-1")
    assert talk.called == [("plan_deletion", {"endpoint_name": "iris-1"})]
    assert "type the name iris-1" in answer


def test_a_deletion_without_a_name_asks_which(turn):
    listed = {"endpoints": [{"endpoint_name": "a"}, {"endpoint_name": "b"}]}
    talk, answer = turn(Intent.DELETE, tools={"describe_endpoints": lambda: listed})
    assert talk.names() == ["describe_endpoints"]
    assert "Which endpoint" in answer


def test_undo_is_a_plan(turn):
    talk, answer = turn(Intent.UNDO)
    assert talk.called == [("plan_undo", {"deployment_id": None})]
    assert "until you approve" in answer


@pytest.mark.parametrize(
    ("intent", "piece"),
    [
        (Intent.GREETING, "Hello!"),
        (Intent.THANKS, "welcome"),
        (Intent.HELP, "go ahead"),
        (Intent.SMALL_TALK, "SageMaker"),
        (Intent.OUT_OF_SCOPE, "outside what I can help with"),
        (Intent.INVOKE, "no endpoint"),
    ],
)
def test_small_talk_calls_no_tool(turn, intent, piece):
    talk, answer = turn(intent)
    assert talk.names() == []
    assert piece in answer


def test_a_pending_plan_is_recalled_after_a_question(turn):
    _, answer = turn(Intent.ASK_KNOWLEDGE, question="?", prepare=waiting)
    assert "4f1d0c9b8a77 still waits" in answer


def test_mixed_intents_are_answered_in_their_order_and_the_question_comes_last(turn):
    facts = {"model_source": MODEL}
    talk, answer = turn(
        Intent.GREETING, Intent.ASK_KNOWLEDGE, Intent.INFORM, question="limit?", facts=facts
    )
    assert talk.names() == ["record_requirements", "search_notes"]
    places = [answer.index(p) for p in ("Hello!", "The payload limit", "To choose well")]
    assert places == sorted(places)


def test_what_was_not_understood_is_said(turn):
    talk, answer = turn()
    assert talk.names() == []
    assert "did not understand" in answer


@pytest.mark.parametrize("kind", ["event", "outcome", "status"])
def test_a_deployment_is_reported_with_its_figures(thread, kind):
    talk = thread({})
    verification = {"ok": True, "invocations": 5, "latency_p50_ms": 12.0, "latency_p95_ms": 31.5}
    note = {
        kind: "deployed",
        "deployment_id": "dep-7",
        "endpoint_name": "iris-1",
        "verification": verification,
    }
    talk.history.append(SystemMessage(f"OUTCOME: {json.dumps(note)}"))
    answer = talk.run()
    for piece in (
        "iris-1",
        "12 ms",
        "31.5 ms",
        "5 times",
        "sagepilot invoke iris-1",
        "undo",
        "dep-7",
    ):
        assert piece in answer


@pytest.mark.parametrize(
    ("verification", "said"),
    [
        ({"ok": False, "sample_origin": "guessed", "detail": "400: ?"}, "answers are untested"),
        ({"ok": False, "sample_origin": "user", "detail": "500: no key"}, "500: no key"),
        ({"ok": False}, "The verification did not succeed."),
    ],
)
def test_what_was_not_verified_is_told_with_its_reason(thread, verification, said):
    talk = thread({})
    note = {"event": "deployed", "endpoint_name": "iris-1", "verification": verification}
    talk.history.append(SystemMessage(f"OUTCOME: {json.dumps(note)}"))
    assert said in talk.run()


def test_a_failure_is_reported_with_its_remedy_in_the_conversations_language(thread):
    talk = thread({})
    talk.language = "vi"
    note = {"event": "failed", "type": "X", "message": "No capacity.", "remedy": "Wait."}
    talk.history.append(SystemMessage(f"OUTCOME: {json.dumps(note)}"))
    answer = talk.run()
    assert "Việc đó không thành công. No capacity. Wait." in answer


@pytest.mark.parametrize(("kind", "piece"), [("rejected", "dropped"), ("undone", "removed")])
def test_other_outcomes_are_told(thread, kind, piece):
    talk = thread({})
    note = {"event": kind, "digest": "4f1d0c9b8a77665544", "endpoint_name": "iris-1"}
    talk.history.append(SystemMessage(f"OUTCOME: {json.dumps(note)}"))
    assert piece in talk.run()


def test_a_vietnamese_conversation_stays_vietnamese(thread, means):
    facts = {"model_source": MODEL, "framework": "sklearn"}
    unclear = {"language": "en", "language_is_clear": False}
    talk = thread(
        {
            "Tôi có mô hình": means(Intent.INFORM, language="vi", facts=facts),
            "200 ms": means(Intent.INFORM, facts={"latency_p95_ms": 200}, **unclear),
        }
    )
    assert 'nói "cứ tiếp tục"' in talk.say("Tôi có mô hình")
    answer = talk.say("200 ms")
    for piece in ("Đề xuất của tôi", "12,30\N{NO-BREAK SPACE}US$", "2.048 MB", "phê duyệt"):
        assert piece in answer


def numbers(text):
    plain = re.sub(r"(?<=\d)[,.](?=\d{3}\b)", "", text)
    return {float(n) for n in re.findall(r"\d+(?:\.\d+)?", plain)}


def test_every_number_comes_from_a_tool_result_or_the_persons_words(thread, means, real_time):
    facts = {"model_source": MODEL, "latency_p95_ms": 200, "average_requests_per_second": 20}
    talk = thread({"200 ms, 20 a second": means(Intent.INFORM, facts=facts)})
    talk.recommendation = real_time
    answer = talk.say("200 ms, 20 a second")
    known = " ".join(str(m.content) for m in talk.history if m.type in ("human", "tool"))
    scale = {n * f for n in numbers(known) for f in (1, 1000, 0.001)} | {95.0, 5.0}
    written = numbers(answer.replace(known, ""))
    digest = numbers("4f1d0c9b8a77")
    assert written - scale - digest == set()


@pytest.mark.parametrize(
    ("field", "value", "written"),
    [
        ("latency_p95_ms", 200, "200 ms"),
        ("latency_p95_ms", 1500.0, "1.5 s"),
        ("processing_time_s", 1080, "18 min"),
        ("processing_time_s", 0.05, "50 ms"),
        ("request_payload_bytes", 20_000_000, "20 MB"),
        ("request_payload_bytes", 2048, "2 KB"),
        ("request_payload_bytes", 0, "0 B"),
        ("average_requests_per_second", 1.1666666667, "1.167 requests per second"),
        ("average_requests_per_second", 0.0231481481, "83.33 requests per hour"),
        ("average_requests_per_second", 0.00011574074, "10 requests per day"),
        ("idle_share", 0.7, "70%"),
        ("growth_per_month", 0.1, "10%"),
        ("budget_usd_per_month", "250", "$250.00"),
        ("interactive", True, "yes"),
        ("framework", "sklearn", "scikit-learn"),
        ("model_source", {"kind": "s3", "uri": "s3://b/m.tar.gz"}, "s3://b/m.tar.gz"),
        ("model_count", 3, "3"),
        ("endpoint_name", "iris", "iris"),
        ("odd", [1, 2], "1, 2"),
    ],
)
def test_values_are_written_with_their_units(field, value, written):
    assert shown(field, value, translator("en")) == written


def test_a_yes_to_a_deletion_names_what_must_be_typed(turn):
    def prepare(talk):
        talk.pending = {**PENDING, "kind": "delete"}

    _, answer = turn(Intent.APPROVE, prepare=prepare)
    assert "Type the name iris-1" in answer
    assert "4f1d0c9b8a77" in answer


def test_a_failure_that_was_taken_back_is_told_so(thread):
    talk = thread({})
    failure = {"message": "The container died.", "remedy": "Read the log."}
    note = {"status": "failed", "deployment_id": "d", "failure": failure}
    talk.history.append(SystemMessage(f"OUTCOME: {json.dumps(note)}"))
    assert "The container died. Read the log. What had been made was taken back." in talk.run()


def test_every_call_carries_the_language_so_that_tools_can_use_it(thread, means):
    talk = thread({"hỏi": means(Intent.ASK_KNOWLEDGE, language="vi", question="?")})
    talk.say("hỏi")
    call = next(m for m in talk.history if m.type == "ai" and m.tool_calls)
    assert call.additional_kwargs["sagepilot"]["language"] == "vi"
