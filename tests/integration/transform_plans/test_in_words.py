"""A batch in a conversation: recommended, asked for its data, planned, approved, told, undone."""

from assistant import events


def last(stream, kind):
    found = [event for event in stream if isinstance(event, kind)]
    return found[-1] if found else None


def said(conversation, text):
    return last(list(conversation.say(text)), events.Message).text


def approved(conversation):
    plan = conversation.pending_plan()
    return plan, list(conversation.approve(plan.digest))


def test_a_batch_is_planned_and_its_results_are_told(app, expected):
    talk = app.conversation("sunday")
    asked = said(
        talk,
        "Every Sunday night a batch job has to score our customers, nobody waits for it. "
        "Please set it up with the sample model.",
    )
    assert "batch transform job" in asked
    assert "data to score" in asked
    assert talk.pending_plan() is None
    assert talk.requirements().missing[0] == "input_uri"
    planned = said(talk, "For a first run take the sample rows")
    assert "EventBridge Scheduler" in planned
    plan, told = approved(talk)
    assert plan.kind == "transform"
    made = last(told, events.Deployed)
    assert made.outputs["records"] == len(expected)
    text = last(told, events.Message).text
    assert f"{len(expected)} records are scored" in text
    assert made.outputs["uri"] in text
    said(talk, "undo that")
    undo, told = approved(talk)
    assert undo.kind == "undo"
    assert any("are kept" in warning for warning in undo.warnings)
    assert last(told, events.Undone) is not None


def test_the_same_in_vietnamese_with_data_named_at_once(app, sample, expected):
    talk = app.conversation("dem")
    planned = said(
        talk,
        f"Mỗi đêm hãy chấm điểm theo lô các dòng trong {sample.rows_csv} bằng mô hình mẫu, "
        "không ai chờ kết quả.",
    )
    assert "lần chạy" in planned
    _, told = approved(talk)
    assert last(told, events.Deployed).outputs["records"] == len(expected)
    assert f"Đã chấm điểm {len(expected)} bản ghi" in last(told, events.Message).text


def test_data_that_is_not_there_is_asked_for_again(app):
    talk = app.conversation("lost")
    said(talk, "Score rows in a nightly batch with the sample model, nobody waits.")
    told = said(talk, "s3://nobody-has-this-bucket/rows")
    assert "nobody-has-this-bucket" in told
    assert talk.pending_plan() is None
    said(talk, "then the sample rows")
    assert talk.pending_plan() is not None
