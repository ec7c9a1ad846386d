"""From a sentence to a plan, with scripted tool results."""

import pytest

from assistant.offline.meaning import Intent

MODEL = {"kind": "local", "uri": "./iris.joblib"}
CONFLICT = {
    "fields": ["request_payload_bytes", "latency_p95_ms"],
    "text": "900 MB cannot be answered in 100 ms.",
    "rule_id": "REC-301",
    "source_url": "https://x",
}


@pytest.fixture
def started(thread, means):
    """A thread that has asked its first questions, and understands some more."""

    def make(more=None, **tools):
        facts = {"framework": "sklearn", "model_source": MODEL}
        meanings = {
            "my model": means(Intent.INFORM, facts=facts),
            "200 ms": means(Intent.INFORM, facts={"latency_p95_ms": 200}),
            "go ahead": means(Intent.PROCEED),
        }
        talk = thread({**meanings, **(more or {})}, **tools)
        talk.question = talk.say("my model")
        talk.called.clear()
        return talk

    return make


def test_a_model_and_one_answer_lead_to_a_plan(started):
    talk = started()
    answer = talk.say("200 ms")
    assert talk.names() == ["record_requirements", "recommend", "make_plan"]
    for piece in ("serverless", "REC-110", "2,048 MB", "$12.30", "4f1d0c9b8a77", "iris-1"):
        assert piece in answer


def test_the_first_message_asks_at_most_three_things_and_offers_defaults(started):
    talk = started()
    assert talk.question.count("?") == 3
    assert "otherwise 500 ms" in talk.question
    assert "otherwise 10 KB" in talk.question
    assert "go ahead" in talk.question


def test_the_answer_is_read_with_the_question_in_mind(started):
    talk = started()
    talk.say("200 ms")
    assert "latency_p95_ms" in talk.heard[-1][1]


def test_go_ahead_makes_a_plan_with_the_defaults(started):
    talk = started()
    answer = talk.say("go ahead")
    assert talk.names() == ["recommend", "make_plan"]
    assert "until you approve" in answer


def test_a_full_description_needs_no_question(thread, means):
    facts = {"model_source": MODEL, "latency_p95_ms": 200, "traffic_pattern": "steady"}
    talk = thread({"all of it": means(Intent.INFORM, facts=facts)})
    talk.say("all of it")
    assert talk.names() == ["record_requirements", "recommend", "make_plan"]


def test_facts_are_recorded_with_the_persons_own_words(started):
    talk = started()
    talk.say("200 ms")
    fact = {"field": "latency_p95_ms", "value": 200, "quote": "200"}
    assert talk.called[0] == ("record_requirements", {"facts": [fact]})


def test_without_a_model_the_recommendation_comes_and_only_the_model_is_asked_for(thread, means):
    facts = {"latency_p95_ms": 200, "traffic_pattern": "steady"}
    talk = thread({"fast": means(Intent.INFORM, facts=facts)})
    answer = talk.say("fast")
    assert talk.names() == ["record_requirements", "recommend"]
    assert "serverless" in answer
    assert "sample model" in answer


def test_go_ahead_without_a_model_makes_no_plan(thread, means):
    talk = thread(
        {
            "hm": means(Intent.INFORM, facts={"latency_p95_ms": 200}),
            "go ahead": means(Intent.PROCEED),
        }
    )
    talk.say("hm")
    answer = talk.say("go ahead")
    assert "make_plan" not in talk.names()
    assert "sample model" in answer


def test_nothing_is_asked_twice_and_there_are_at_most_two_rounds(thread, means):
    answers = {str(n): means(Intent.INFORM, facts={"growth_per_month": n / 10}) for n in range(4)}
    talk = thread(answers)
    asked = [talk.say(text) for text in answers]
    questions = [line for text in asked for line in text.splitlines() if line.endswith("?")]
    assert len(questions) == len(set(questions))
    notes = [m.additional_kwargs.get("sagepilot", {}) for m in talk.history if m.type == "ai"]
    assert sum(1 for note in notes if note.get("round")) <= 2


def test_a_correction_replaces_the_pending_plan_and_says_what_changed(started, means):
    correction = means(Intent.CORRECT, facts={"latency_p95_ms": 50})
    talk = started({"no, 50 ms": correction})
    talk.say("200 ms")
    talk.called.clear()
    answer = talk.say("no, 50 ms")
    assert talk.names() == ["record_requirements", "recommend", "make_plan"]
    assert "50 ms (was 200 ms)" in answer
    assert "new plan" in answer


def test_what_was_known_is_what_was_known_when_the_turn_began(started, means):
    talk = started({"no, 50 ms": means(Intent.CORRECT, facts={"latency_p95_ms": 50})})
    talk.say("200 ms")
    talk.heard.clear()
    talk.say("no, 50 ms")
    assert {known["latency_p95_ms"] for _, _, known in talk.heard} == {200}


def test_saying_the_same_again_makes_no_new_plan(started):
    talk = started()
    talk.say("200 ms")
    talk.called.clear()
    answer = talk.say("200 ms")
    assert talk.names() == ["record_requirements"]
    assert "nothing changes" in answer


def test_a_yes_with_a_change_is_about_the_change(started, means):
    both = means(Intent.APPROVE, Intent.CORRECT, facts={"latency_p95_ms": 50})
    talk = started({"yes, but 50 ms": both})
    talk.say("200 ms")
    answer = talk.say("yes, but 50 ms")
    assert talk.names()[-1] == "make_plan"
    assert "I cannot approve" not in answer


def test_a_refused_value_is_explained_and_stops_the_plan(started):
    talk = started()
    talk.refused = [{"field": "latency_p95_ms", "reason": "It must be above 0. Give a time in ms."}]
    answer = talk.say("200 ms")
    assert talk.names() == ["record_requirements"]
    assert "answer time (p95): It must be above 0. Give a time in ms." in answer


def test_what_cannot_be_said_is_explained_without_recording_it(started, means):
    refusal = {
        "field": "budget_usd_per_month",
        "quote": "-5",
        "message": "A budget cannot be negative.",
        "remedy": "Give it in US dollars.",
    }
    talk = started({"-5 dollars": means(Intent.INFORM, refused=[refusal])})
    answer = talk.say("-5 dollars")
    assert talk.names() == []
    assert "A budget cannot be negative. Give it in US dollars." in answer


def test_a_conflict_is_explained_with_ways_out_and_no_plan(started):
    talk = started()
    talk.conflicts = [CONFLICT]
    answer = talk.say("200 ms")
    assert talk.names() == ["record_requirements"]
    for piece in ("900 MB", "REC-301", "send smaller requests", "allow a longer answer time"):
        assert piece in answer


def test_insisting_on_a_conflict_takes_an_endpoint_and_says_so(started):
    talk = started()
    talk.conflicts = [CONFLICT]
    talk.say("200 ms")
    talk.called.clear()
    answer = talk.say("go ahead")
    assert talk.names() == ["recommend", "make_plan"]
    assert "although these cannot all be had" in answer
    assert "900 MB" in answer


@pytest.mark.parametrize(
    ("option", "advice"),
    [
        ("batch-transform", "batch transform job"),
        ("edge", "on the device"),
        ("none", "own application"),
    ],
)
def test_no_plan_is_made_where_no_endpoint_is_right(started, option, advice):
    reasons = [{"rule_id": "REC-401", "text": "Nobody waits.", "source_url": ""}]
    found = {"inference_option": option, "reasons": reasons}
    talk = started(recommend=lambda changes=(): {"recommendation": found})
    answer = talk.say("go ahead")
    assert talk.names() == ["recommend"]
    assert advice in answer
    assert "REC-401" in answer


def test_a_real_time_recommendation_shows_size_scaling_and_cost_if_forgotten(started, real_time):
    talk = started()
    talk.recommendation = real_time
    answer = talk.say("200 ms")
    for piece in (
        "ml.m5.large x 2",
        "2 to 6",
        "SageMakerVariantInvocationsPerInstance at 1,500",
        "$167.90",
        "left running unused",
    ):
        assert piece in answer


def test_an_error_of_make_plan_is_told_with_its_remedy(started):
    problem = {"type": "NotFoundError", "message": "No file ./iris.joblib.", "remedy": "Check it."}
    talk = started(make_plan=lambda: {"error": problem})
    answer = talk.say("200 ms")
    assert talk.names().count("make_plan") == 1
    assert "No file ./iris.joblib. Check it." in answer
    assert "until you approve" not in answer
    assert "My recommendation: **serverless endpoint**." in answer
    assert "What would change this" not in answer


def test_after_a_plan_that_failed_the_next_message_is_read_for_the_model(started):
    problem = {"type": "NotFoundError", "message": "No file.", "remedy": "Check it."}
    talk = started(make_plan=lambda: {"error": problem})
    talk.say("200 ms")
    talk.say("go ahead")
    assert talk.heard[-1][1] == ("model_source",)


def test_after_a_deployment_a_mere_yes_makes_no_second_one(started):
    talk = started()
    talk.last_deployment = {"deployment_id": "d1", "endpoint_name": "iris-1", "status": "deployed"}
    answer = talk.say("go ahead")
    assert talk.names() == []
    assert "iris-1" in answer


def test_restart_forgets_everything_that_was_said(started, means):
    talk = started({"start over": means(Intent.RESTART)})
    talk.say("start over")
    assert talk.values == {}
    again = talk.say("my model")
    assert again.count("?") == 3


def test_a_change_that_leaves_the_conflict_standing_is_told_so(started, means):
    change = means(Intent.CORRECT, facts={"request_payload_bytes": 800_000_000})
    talk = started({"800 MB": change})
    talk.conflicts = [CONFLICT]
    talk.say("200 ms")
    assert "That alone does not resolve it." in talk.say("800 MB")


def test_before_anything_is_known_a_mere_yes_is_answered_with_the_first_questions(thread, means):
    talk = thread({"go ahead": means(Intent.PROCEED)})
    answer = talk.say("go ahead")
    assert talk.names() == []
    assert "Where is your model" in answer


def test_a_fact_while_a_deletion_waits_leads_to_a_plan_of_its_own(started):
    talk = started()
    talk.pending = {"digest": "d" * 64, "endpoint_name": "old", "kind": "delete"}
    talk.say("200 ms")
    assert talk.names()[-1] == "make_plan"


def test_a_recommendation_without_a_model_is_not_told_twice(thread, means):
    facts = {"latency_p95_ms": 200, "traffic_pattern": "steady"}
    talk = thread({"fast": means(Intent.INFORM, facts=facts), "go ahead": means(Intent.PROCEED)})
    talk.say("fast")
    talk.called.clear()
    answer = talk.say("go ahead")
    assert talk.names() == []
    assert answer.startswith("For a plan I only need the model itself")


def test_files_added_to_the_archive_are_named_and_no_warning_is_told_twice(started, plan):
    added = {"action": "add", "path": "code/inference.py", "text": "The image needs one. More."}
    warning = "A first request may take 5 s."
    made = {**plan, "packaging": [added, {"action": "pack"}], "warnings": [warning, "Look out."]}
    talk = started(make_plan=lambda: {"plan": made})
    answer = talk.say("200 ms")
    assert "- code/inference.py: The image needs one.\n" in answer
    assert answer.count(warning) == 1
    assert "- Look out." in answer


def test_a_model_alone_leads_to_the_questions_that_were_not_asked_yet(thread, means):
    meanings = {
        "deploy": means(Intent.INFORM),
        "mine": means(Intent.INFORM, facts={"model_source": MODEL}),
    }
    talk = thread(meanings)
    first, second = talk.say("deploy"), talk.say("mine")
    asked_first = {line for line in first.splitlines() if "?" in line}
    asked_then = {line for line in second.splitlines() if "?" in line}
    assert asked_first
    assert asked_then
    assert not asked_first & asked_then
    assert "make_plan" not in talk.names()


def test_small_talk_beside_a_fact_is_left_out(started, means):
    talk = started({"haha, 200 ms": means(Intent.SMALL_TALK, facts={"latency_p95_ms": 200})})
    assert "Sagepilot" not in talk.say("haha, 200 ms")


def test_a_question_beside_a_greeting_gets_no_introduction(thread, means):
    talk = thread({"hi, how big?": means(Intent.GREETING, Intent.ASK_KNOWLEDGE)})
    answer = talk.say("hi, how big?")
    assert answer.startswith("Hello!")
    assert "for example" not in answer
