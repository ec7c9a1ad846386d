"""The page over the fake assistant, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.fakes import NEEDS, RECOMMENDATION, SOURCE, FakeAnswer, FakeApp, fake_services
from tools.errors import AwsUnavailableError
from ui.app import STARTERS
from ui.session import Services

DEPLOY = "Deploy my scikit-learn model, 2 KB a request"


def _script(provide):  # its source is run elsewhere: no names of this module
    from ui.app import main

    main(provide)


def _open(app: FakeApp, thread: str = "first", services: Services | None = None) -> AppTest:
    shared = services or fake_services(app)
    page = AppTest.from_function(_script, args=(lambda: shared,), default_timeout=30)
    page.query_params["t"] = thread
    return page.run()


def _say(page: AppTest, text: str) -> AppTest:
    return page.chat_input[0].set_value(text).run()


def _text(page: AppTest) -> str:
    elements = (*page.markdown, *page.text, *page.caption, *page.error, *page.code, *page.warning)
    return "\n".join(str(element.value) for element in elements)


def _button(page: AppTest, key: str):
    return next(button for button in page.button if (button.key or "").startswith(key))


def test_the_first_screen_says_where_calls_go_and_offers_beginnings() -> None:
    page = _open(FakeApp())
    assert not page.exception
    assert "Sandbox" in _text(page)
    assert "123456789012" in _text(page)
    assert "us\\-east\\-1" in _text(page)
    assert any("mô hình mẫu" in option for option in page.button_group[0].options)


def test_a_turn_shows_tools_recommendation_and_plan() -> None:
    page = _say(_open(FakeApp()), DEPLOY)
    assert not page.exception
    shown = _text(page)
    assert DEPLOY in shown
    assert "Recommended: serverless endpoint" in shown
    assert "REC\\-110" in shown
    assert "sagemaker.create_endpoint_config" in shown
    assert "def model_fn" in shown
    assert "1 check passed, 1 with a warning" in shown
    assert "Ask for a higher quota" in shown
    assert "Noted what is needed, compared the options" in [box.label for box in page.expander]
    assert not _button(page, "approve-").disabled


def test_a_plan_as_code_is_shown_and_offered_once() -> None:
    page = _say(_say(_open(FakeApp()), "give me the terraform"), "the terraform again")
    assert not page.exception
    shown = [element.value for element in page.code]
    assert shown.count('resource "aws_sagemaker_endpoint" "this" {}') == 2
    offered = [e for e in page.get("download_button") if "main.tf" in e.proto.label]
    assert len(offered) == 1


def test_requirements_are_shown_in_human_units() -> None:
    shown = _text(_say(_open(FakeApp()), DEPLOY))
    assert "**2 KB**" in shown
    assert "**5 rps**" in shown
    assert "**300 ms**" in shown
    assert "Still open: Budget" in shown


def test_approval_deploys_and_the_endpoint_can_be_invoked() -> None:
    app = FakeApp()
    page = _say(_open(app), DEPLOY)
    _button(page, "approve-").click().run()
    assert app.approvals == [("a" * 64, None, False)]
    assert "wine\\-quality answers" in _text(page)
    assert not [button for button in page.button if (button.key or "").startswith("approve-")]
    assert any("carried out" in box.label for box in page.expander)
    send = next(button for button in page.button if button.label == "Invoke")
    send.click().run()
    assert app.invoked[0][0] == "wine-quality"
    assert '"predictions"' in _text(page)
    assert "7\\.5 ms" in _text(page)


def test_rejection_closes_the_card_and_does_nothing() -> None:
    app = FakeApp()
    page = _say(_open(app), DEPLOY)
    _button(page, "reject-").click().run()
    assert app.rejections == ["a" * 64]
    assert app.approvals == []
    assert "Nothing was done." in _text(page)
    assert not [button for button in page.button if (button.key or "").startswith("approve-")]


def test_a_pending_plan_survives_a_rerun_and_a_second_tab() -> None:
    app = FakeApp()
    shared = fake_services(app)
    page = _say(_open(app, services=shared), DEPLOY).run()
    assert not _button(page, "approve-").disabled
    other = _open(app, services=shared)
    assert not _button(other, "approve-").disabled
    _button(page, "approve-").click().run()
    _button(other, "approve-").click().run()
    assert len(app.approvals) == 1


def test_a_new_message_is_allowed_while_a_plan_is_pending() -> None:
    app = FakeApp()
    page = _say(_say(_open(app), DEPLOY), "what does it need?")
    assert app.said[-1] == "what does it need?"
    assert not page.chat_input[0].disabled


@pytest.mark.parametrize(("typed", "approvals"), [("wine-qualit", 0), ("wine-quality", 1)])
def test_a_deletion_needs_the_typed_name(typed: str, approvals: int) -> None:
    app = FakeApp()
    page = _say(_open(app), "delete it")
    page.text_input[0].set_value(typed)
    _button(page, "approve-").click().run()
    assert len(app.approvals) == approvals
    assert bool(page.toast) is (approvals == 0)


def test_a_failure_is_shown_with_its_remedy() -> None:
    page = _say(_open(FakeApp()), "please fail")
    assert "What to do:" in page.error[0].value
    assert "Give the path" in page.error[0].value


def test_a_crash_shows_no_detail_and_the_thread_goes_on() -> None:
    page = _say(_open(FakeApp()), "crash now")
    assert not page.exception
    assert "secret" not in _text(page)
    assert "Something went wrong" in page.error[0].value
    assert "How large" in _text(_say(page, "hello"))


def test_a_broken_start_shows_a_failure_and_no_trace() -> None:
    def broken() -> Services:
        raise RuntimeError("a secret detail")

    page = AppTest.from_function(_script, args=(broken,), default_timeout=30).run()
    assert not page.exception
    assert "Something went wrong" in page.error[0].value
    assert "secret" not in _text(page)


def test_foreign_markdown_loads_and_hides_nothing() -> None:
    page = _say(_open(FakeApp()), "hostile <i>x</i> ![y](https://evil.example/y.png)")
    answer = next(one for one in page.markdown if "bold" in one.value)
    assert not answer.allow_html
    assert "!\\[x]" in answer.value
    assert "\\$5" in answer.value
    assert any("<i>x</i>" in one.value for one in page.text)


def test_threads_are_listed_opened_and_deleted() -> None:
    app = FakeApp()
    shared = fake_services(app)
    _say(_open(app, "one", shared), "hello one")
    page = _say(_open(app, "two", shared), "hello two")
    _button(page, "open-one").click().run()
    assert page.query_params["t"] == "one"
    assert "hello one" in _text(page)
    _button(page, "delete-one").click().run()
    assert "one" not in [thread.name for thread in app.threads()]
    assert page.query_params["t"] != "one"


def test_a_long_thread_shows_its_last_entries_first() -> None:
    app = FakeApp()
    for place in range(25):
        list(app.conversation("first").say(f"hello {place}"))
    page = _open(app)
    assert "hello 24" in _text(page)
    assert "hello 3" not in [one.value for one in page.text]
    _button(page, "show-earlier").click().run()
    assert "hello 3" in [one.value for one in page.text]


def test_a_malformed_thread_name_in_the_address_opens_a_new_thread() -> None:
    page = _open(FakeApp(), "../../etc/passwd")
    assert page.query_params["t"].startswith("t-")


class _Awkward(FakeApp):
    """AWS that does not answer, and an endpoint that takes bytes only."""

    target = "aws"

    @property
    def account(self) -> str:
        raise AwsUnavailableError("No answer from STS.", remedy="Check the network.")

    def endpoints(self):
        raise AwsUnavailableError("No answer from SageMaker.", remedy="Try it again.")

    def sample_for(self, endpoint_name: str):
        return b"\x93NUMPY\x01\x00", "application/x-npy"

    def invoke(self, endpoint_name, body, *, content_type, accept=None):
        self.invoked.append((endpoint_name, body, content_type))
        return FakeAnswer(200, b"\xff\x00", None, 61_000.0, "s3://bucket/out/1")


def test_aws_is_named_as_such_even_when_it_does_not_answer() -> None:
    page = _open(_Awkward())
    shown = _text(page)
    assert not page.exception
    assert "AWS, real costs" in shown
    assert "account not reachable" in shown
    assert "Sandbox" not in shown
    assert "Try it again" in page.error[0].value
    assert not page.chat_input[0].disabled


def test_a_binary_sample_is_sent_as_it_is_and_a_binary_answer_is_offered_as_a_file() -> None:
    app = _Awkward()
    page = _say(_open(app), DEPLOY)
    _button(page, "approve-").click().run()
    next(button for button in page.button if button.label == "Invoke").click().run()
    assert app.invoked == [("wine-quality", b"\x93NUMPY\x01\x00", "application/x-npy")]
    assert "1\\.02 min" in _text(page)
    assert "s3\\://bucket/out/1" in _text(page)
    assert page.get("download_button")


def test_an_endpoint_in_the_list_can_be_tried_and_its_deletion_planned() -> None:
    app = FakeApp()
    app.running.add("wine-quality")
    page = _open(app)
    assert "**wine\\-quality**" in _text(page)
    _button(page, "remove-").click().run()
    assert app.said == ["Delete the endpoint wine-quality"]
    page.text_input[0].set_value("wine-quality")
    _button(page, "approve-").click().run()
    assert "wine\\-quality is removed" in page.success[0].value
    assert "None." in _text(page)


def test_an_invocation_that_fails_says_what_to_do() -> None:
    app = FakeApp()
    page = _say(_open(app), DEPLOY)
    _button(page, "approve-").click().run()
    app.running.clear()
    next(button for button in page.button if button.label == "Invoke").click().run()
    assert "Deploy it again" in page.error[0].value


def test_a_beginning_is_said_when_it_is_chosen() -> None:
    app = FakeApp()
    page = _open(app)
    page.button_group[0].set_value("Deploy the sample model").run()
    assert app.said == [STARTERS["Deploy the sample model"]]


def test_a_page_drawn_while_a_turn_runs_waits_for_its_end() -> None:
    app = FakeApp(pause_s=0.05)
    shared = fake_services(app)
    shared.runs.say("first", DEPLOY)
    shared.runs.say("first", "and then?")
    page = _open(app, services=shared)
    assert app.said == [DEPLOY, "and then?"]
    assert "and then?" in [one.value for one in page.text]
    assert "How large" in _text(page)


def test_an_older_recommendation_is_folded_away_and_an_older_plan_says_so() -> None:
    app = FakeApp()
    app.digests = ["a" * 64, "b" * 64]
    page = _say(_say(_open(app), DEPLOY), "deploy again")
    labels = [box.label for box in page.expander]
    assert "Earlier recommendation: Serverless endpoint" in labels
    assert labels.count("Plan for wine\\-quality\\: replaced by a newer plan") == 1
    assert not page.error


def test_what_is_told_twice_has_one_card_to_act_on() -> None:
    page = _say(_say(_open(FakeApp()), DEPLOY), "deploy again")
    assert not page.error
    assert "Plan for wine\\-quality\\: shown again below" in [box.label for box in page.expander]
    _button(page, "approve-").click().run()
    page = _say(page, DEPLOY)
    _button(page, "approve-").click().run()
    assert not page.error
    assert len([button for button in page.button if button.label == "Invoke"]) == 1


def test_conflicts_and_limits_are_shown_with_their_source() -> None:
    app = FakeApp()
    conflict = {
        "fields": ["request_payload_bytes"],
        "text": "900 MB do not arrive in 100 ms.",
        "rule_id": "REC-901",
        "source_url": SOURCE,
    }
    app.conversation("first").needs = NEEDS.model_copy(update={"conflicts": (conflict,)})
    page = _open(app)
    assert "900 MB" in page.warning[0].value
    assert f"[REC\\-901]({SOURCE})" in page.warning[0].value


def test_a_turn_that_could_not_begin_says_why_although_the_thread_holds_nothing() -> None:
    page = _say(_open(FakeApp()), "locked elsewhere")
    assert "Another turn is still running" in page.error[0].value
    assert not _say(page, "hello").error


def test_a_thread_named_in_the_terminal_is_opened_by_its_address() -> None:
    app = FakeApp()
    list(app.conversation("my thread").say("hello there"))
    page = _open(app, "my thread")
    assert page.query_params["t"] == "my thread"
    assert "hello there" in _text(page)


def test_an_endpoint_is_tried_in_a_dialog() -> None:
    app = FakeApp()
    app.running.add("wine-quality")
    page = _open(app)
    assert not page.text_area
    _button(page, "try-").click().run()
    assert page.text_area[0].value == app.sample_for("")[0].decode()


def test_an_old_list_of_threads_is_folded() -> None:
    app = FakeApp()
    for place in range(9):
        list(app.conversation(f"thread {place}").say(f"hello {place}"))
    page = _open(app)
    assert "Older (3)" in [box.label for box in page.expander]
    assert len([one for one in page.button if (one.key or "").startswith("open-")]) == 9


def _recommendation_script(values):  # its source is run elsewhere: no names of this module
    from ui.recommendation_view import draw_recommendation

    draw_recommendation(values, newest=True)


def _draw_recommendation(**changes) -> str:
    values = {**RECOMMENDATION.model_dump(exclude={"event"}), **changes}
    page = AppTest.from_function(_recommendation_script, args=(values,), default_timeout=30).run()
    assert not page.exception
    return _text(page) + "".join(str(metric.value) for metric in page.metric)


def test_an_instance_is_recommended_with_its_scaling() -> None:
    shown = _draw_recommendation(
        inference_option="real-time",
        instance_type="ml.c7i.large",
        initial_instance_count=2,
        memory_size_in_mb=None,
        max_concurrency=None,
        cost_usd_per_month=None,
        accelerator="gpu",
        auto_scaling={
            "min_capacity": 2,
            "max_capacity": 6,
            "policies": [{"target_value": 600.0, "metric": "InvocationsPerInstance"}],
        },
        assumptions=["The traffic is steady."],
    )
    assert "Recommended: real\\-time endpoint" in shown
    assert "2 x ml\\.c7i\\.large · scales 2 to 6 at 600 InvocationsPerInstance" in shown
    assert "accelerator\\: gpu" in shown
    assert "not known" in shown
    assert "The traffic is steady" in shown


def test_no_endpoint_is_recommended_without_figures() -> None:
    shown = _draw_recommendation(inference_option="batch-transform", alternatives=[], flips=[])
    assert "Better: batch transform" in shown
    assert "2048" not in shown
    assert "Would also fit" not in shown
