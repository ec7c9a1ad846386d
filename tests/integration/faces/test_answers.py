"""ask, search and recommend: JSON in, JSON out, one line an answer, in order."""

import json

import pytest

from tests.integration.faces.command_line import refused

RECOMMENDATION = {
    "inference_option", "alternatives", "deployment_method", "instance_type",
    "initial_instance_count", "memory_size_in_mb", "max_concurrency", "auto_scaling",
    "accelerator", "compilation", "cost_usd_per_month", "latency_p95_ms", "reasons", "warnings",
    "flips", "assumptions", "values", "assumed", "missing", "conflicts",
}  # fmt: skip
HIT = {"note_id", "title", "text", "score", "source_url", "as_of"}
PAYLOAD_QUESTION = "What is the payload limit of serverless inference?"


def test_ask_answers_with_citations(sagepilot):
    told = sagepilot("ask", PAYLOAD_QUESTION, "--json").json()
    assert set(told) == {"answer", "citations", "grounded"}
    assert told["grounded"] is True
    assert "4 MB" in told["answer"]
    assert {*told["citations"][0]} == {"note_id", "title", "source_url"}


def test_ask_says_what_the_notes_do_not_know(sagepilot):
    told = sagepilot("ask", "Who won the football game yesterday?", "--json").json()
    assert told["grounded"] is False
    assert told["citations"] == []


def test_ask_reads_a_question_a_line_and_answers_in_order(sagepilot):
    odd = {"question": "What is asynchronous inference?"}
    given = [PAYLOAD_QUESTION, "", json.dumps(odd), "Giới hạn payload của serverless là bao nhiêu?"]
    ran = sagepilot("ask", "-", "--jsonl", stdin="\n".join(given))
    first, second, third = ran.lines()
    assert ran.status == 0
    assert "4 MB" in first["answer"]
    assert second["grounded"]
    assert "4 MB" in third["answer"]
    assert "\\u" not in ran.out  # UTF-8, not escapes


def test_ask_keeps_the_subject_of_the_earlier_questions(sagepilot):
    lines = [
        {"question": "and its timeout?", "history": ["What payload may serverless take?"]},
        {"question": "còn bất đồng bộ thì sao?", "history": ["Payload tối đa của serverless?"]},
        {"question": "and its timeout?", "history": "serverless"},
    ]
    ran = sagepilot("ask", "-", "--jsonl", stdin="\n".join(map(json.dumps, lines)))
    first, second, third = ran.lines()
    assert "60 seconds" in first["answer"].split("[1]")[0]
    assert "1 GB" in second["answer"].split("[1]")[0]
    assert third["error"]["type"] == "InvalidInputError"


def test_ask_says_which_rule_decides_a_need(sagepilot):
    told = sagepilot("ask", "can serverless take 6 MB?", "--json").json()
    assert told["answer"].startswith("No")
    assert told["rules"] == ["REC-101"]
    assert told["grounded"]


def test_a_line_that_cannot_be_answered_is_an_error_in_its_place(sagepilot):
    given = '{"question": 5}\n{broken\n' + PAYLOAD_QUESTION + "\n"
    first, second, third = sagepilot("ask", "-", "--jsonl", stdin=given).lines()
    assert first["error"]["type"] == second["error"]["type"] == "InvalidInputError"
    assert third["grounded"]


def test_search_returns_scored_notes_of_at_most_250_words(sagepilot):
    hits = sagepilot("search", "auto scaling target tracking", "-k", "3", "--json").json()
    assert len(hits) == 3
    assert all(set(hit) == HIT for hit in hits)
    assert [h["score"] for h in hits] == sorted((h["score"] for h in hits), reverse=True)
    assert all(len(hit["text"].split()) <= 250 for hit in hits)


def test_search_reads_a_query_a_line(sagepilot):
    ran = sagepilot("search", "-", "--jsonl", "-k", "2", stdin='cold start\n{"query": "Neo"}\n')
    assert [len(hits) for hits in ran.lines()] == [2, 2]


def test_people_read_answers_with_their_sources(sagepilot):
    ran = sagepilot("ask", PAYLOAD_QUESTION)
    assert ran.status == 0
    assert "https://docs.aws.amazon.com" in ran.out
    assert "https://" in sagepilot("search", "cold start").out


def test_recommend_takes_an_object_or_a_sentence_or_a_file(sagepilot, tmp_path):
    fields = {"latency_p95_ms": 50, "peak_requests_per_second": 500}
    told = sagepilot("recommend", "--json", stdin=json.dumps(fields)).json()
    assert set(told) >= RECOMMENDATION
    assert told["inference_option"] == "real-time"
    assert told["values"] == fields
    file = tmp_path / "needs.json"
    file.write_text(json.dumps({"text": "p95 under 50 ms", "peak_requests_per_second": 500}))
    said = sagepilot("recommend", str(file), "--json").json()
    assert said["values"] == told["values"]
    assert said["instance_type"] == told["instance_type"]


def test_recommend_answers_a_line_with_a_line(sagepilot):
    given = ['{"processing_time_s": 1080}', "300 MB a request and 18 minutes each", '{"gpu": 7}',
             '"p95 of 40 ms"', "[1, 2]"]  # fmt: skip
    first, second, third, fourth, fifth = sagepilot(
        "recommend", "-", "--jsonl", stdin="\n".join(given)
    ).lines()
    assert first["inference_option"] == second["inference_option"] == "asynchronous"
    assert third["error"]["remedy"]
    assert fourth["inference_option"] == "real-time"
    assert fifth["error"]["type"] == "InvalidInputError"


def test_a_region_of_the_command_decides_the_price(sagepilot):
    needs = '{"latency_p95_ms": 50, "peak_requests_per_second": 500}'
    here = sagepilot("recommend", "--json", stdin=needs).json()
    there = sagepilot("recommend", "--json", "--region", "ap-southeast-1", stdin=needs).json()
    assert there["cost_usd_per_month"] > here["cost_usd_per_month"]


def test_recommend_in_a_table(sagepilot):
    ran = sagepilot("recommend", stdin="p95 50 ms, 500 requests a second")
    assert ran.status == 0
    assert "real-time" in ran.out
    assert "USD" in ran.out


@pytest.mark.parametrize("command", ["ask", "search"])
def test_an_empty_question_is_refused(sagepilot, command):
    refused(sagepilot(command, "  ", "--json"), "InvalidInputError")
