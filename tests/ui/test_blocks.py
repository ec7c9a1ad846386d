"""Events folded into what is drawn, and words for people."""

import pytest

from assistant.events import (
    ApprovalRequested,
    Deployed,
    Failed,
    Message,
    Progress,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from tests.ui.fakes import RECOMMENDATION, plan
from ui.blocks import (
    PlanBlock,
    ProgressBlock,
    RecommendationBlock,
    TextBlock,
    ToolCall,
    ToolsBlock,
    fold_all,
)
from ui.outcomes import plan_outcomes, standing_deployments
from ui.wording import lead_and_rest, link, plain, safe_markdown, value_label

DONE = Deployed(deployment_id="d1", endpoint_name="wine", endpoint_arn="arn", verification={})


def test_pieces_become_one_text_and_the_whole_message_replaces_them() -> None:
    cite = {"note_id": "n", "title": "T", "source_url": "https://a.example"}
    events = (TextDelta(text="Hel"), TextDelta(text="lo"), Message(text="Hello", citations=(cite,)))
    assert fold_all(events[:2]) == (TextBlock("Hello"),)
    assert fold_all(events) == (TextBlock("Hello", (cite,), whole=True),)


def test_all_tool_calls_of_a_turn_are_one_block() -> None:
    blocks = fold_all(
        (
            ToolStarted(call_id="1", name="recommend", arguments={"a": 1}),
            ToolFinished(call_id="1", name="recommend", ok=True, result={}),
            RECOMMENDATION,
            ToolStarted(call_id="2", name="make_plan", arguments={}),
        )
    )
    assert blocks[0] == ToolsBlock(
        (
            ToolCall("1", "recommend", {"a": 1}, ok=True, result={}),
            ToolCall("2", "make_plan", {}),
        )
    )
    assert isinstance(blocks[1], RecommendationBlock)


def test_the_explaining_text_stands_before_the_cards_and_the_plan_is_asked() -> None:
    asked = ApprovalRequested(
        digest="a" * 64,
        summary="Carry it out?",
        cost_usd_per_month=None,
        cost_if_forgotten_usd_per_month=None,
    )
    blocks = fold_all((RECOMMENDATION, plan("a" * 64), asked, TextDelta(text="See")))
    assert [type(block) for block in blocks] == [TextBlock, RecommendationBlock, PlanBlock]
    assert blocks[2] == PlanBlock(plan("a" * 64), "Carry it out?")


@pytest.mark.parametrize(
    ("end", "outcome"), [(DONE, "done"), (Failed(type="X", message="m"), "failed")]
)
def test_progress_keeps_the_newest_detail_of_each_step(end, outcome) -> None:
    steps = [Progress(step=place, of=2, operation="s3.put_object", detail=detail)
             for place, detail in ((1, "a"), (2, "b"), (2, "c"))]  # fmt: skip
    assert fold_all((*steps, end))[0] == ProgressBlock((steps[0], steps[2]), outcome)


def test_plans_say_what_became_of_them() -> None:
    turns = [
        fold_all((plan("a" * 64),)),
        fold_all((plan("b" * 64),)),
        fold_all((Progress(step=1, of=1, operation="o.p", detail=""), DONE)),
        fold_all((plan("c" * 64),)),
    ]
    assert plan_outcomes(turns) == {
        "a" * 64: "replaced by a newer plan",
        "b" * 64: "carried out",
        "c" * 64: "not carried out",
    }
    assert standing_deployments(turns) == (DONE,)


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("request_payload_bytes", 2000, "2 KB"),
        ("request_payload_bytes", 4_500_000, "4.5 MB"),
        ("model_size_bytes", 999, "999 bytes"),
        ("latency_p95_ms", 300.0, "300 ms"),
        ("processing_time_s", 1080.0, "18 min"),
        ("peak_requests_per_second", 0.05, "0.05 rps"),
        ("average_requests_per_second", 12_500.0, "12,500 rps"),
        ("idle_share", 0.7, "70 %"),
        ("growth_per_month", 0.1, "+10 % a month"),
        ("budget_usd_per_month", 20, "$20.00 a month"),
        ("interactive", True, "yes"),
        ("model_source", {"kind": "s3", "uri": "s3://b/k"}, "s3://b/k"),
        ("a_field_of_tomorrow", "x", "x"),
    ],
)
def test_values_are_shown_in_human_units(field, value, shown) -> None:
    assert value_label(field, value) == shown


def test_foreign_text_is_harmless() -> None:
    assert safe_markdown("![x](http://y) $a$ :red[z]") == "!\\[x](http://y) \\$a\\$ \\:red[z]"
    assert safe_markdown("one\ntwo\n\nthree") == "one  \ntwo\n\nthree"
    assert safe_markdown("- one\n- two\nafter") == "- one  \n- two\n\nafter"
    assert plain("a*b*\n[c](d)") == "a\\*b\\* \\[c\\]\\(d\\)"
    assert link("REC-1", "javascript:alert(1)") == "REC\\-1"
    assert link("R", "https://a.example/b") == "[R](https://a.example/b)"


def test_a_long_text_beside_cards_keeps_its_first_paragraph() -> None:
    assert lead_and_rest("short\n\ntext") == ("short\n\ntext", "")
    assert lead_and_rest("first\n\n" + "x" * 600) == ("first", "x" * 600)
    assert lead_and_rest("x" * 600) == ("x" * 600, "")
