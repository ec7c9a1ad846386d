"""A change set is compared with what was approved; a stack's events tell what happened."""

from typing import Any

import pytest

from tools.errors import DeploymentFailedError, NotFoundError
from tools.reconcile import differences, effect_of
from tools.waiting import is_busy, news, wait

NAMES = {"StackName": "sagepilot-score", "ChangeSetName": "sagepilot-1"}
APPROVED = (
    {"logical_id": "Model", "type": "AWS::SageMaker::Model", "action": "Add", "replacement": None},
    {
        "logical_id": "Config",
        "type": "AWS::SageMaker::EndpointConfig",
        "action": "Modify",
        "replacement": "Conditional",
    },
)


class Answers:
    """Clients that answer each operation with what is given for it, page by page."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers

    def call(self, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        found = self.answers[operation.partition(".")[2]]
        if isinstance(found, Exception):
            raise found
        if isinstance(found, list):
            page = int(parameters.get("NextToken", 0))
            more = {"NextToken": str(page + 1)} if page + 1 < len(found) else {}
            return {**found[page], **more}
        return found


def row(name: str, kind: str, action: str, replacement: str | None = None) -> dict[str, Any]:
    change = {"LogicalResourceId": name, "ResourceType": kind, "Action": action}
    return {"Type": "Resource", "ResourceChange": change | (
        {"Replacement": replacement} if replacement else {}
    )}  # fmt: skip


MODEL = row("Model", "AWS::SageMaker::Model", "Add")
CONFIG = row("Config", "AWS::SageMaker::EndpointConfig", "Modify", "True")


def compared(*pages: list[dict[str, Any]]) -> tuple[str, ...]:
    return differences(
        APPROVED, NAMES, Answers(describe_change_set=[{"Changes": page} for page in pages])
    )


def test_the_approved_changes_on_two_pages_are_no_difference() -> None:
    assert compared([MODEL], [CONFIG]) == ()


@pytest.mark.parametrize("seen_as", ["True", "Conditional"])
def test_a_change_that_may_replace_is_approved_as_one_that_does(seen_as: str) -> None:
    held = row("Config", "AWS::SageMaker::EndpointConfig", "Modify", seen_as)
    assert compared([MODEL, held]) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ([MODEL], "leaves Config"),
        ([MODEL, CONFIG, row("Role", "AWS::IAM::Role", "Add")], "also Add AWS::IAM::Role Role"),
        ([row("Model", "AWS::SageMaker::Model", "Remove"), CONFIG], "would Remove"),
        ([row("Model", "AWS::IAM::Role", "Add"), CONFIG], "AWS::IAM::Role Model"),
        (
            [MODEL, row("Config", "AWS::SageMaker::EndpointConfig", "Modify", "False")],
            "replacement False",
        ),
    ],
)
def test_anything_else_is_told(changes: list[dict[str, Any]], said: str) -> None:
    (found,) = compared(changes)
    assert said in found


def described(status: str, digest: str = "d") -> Answers:
    tags = [{"Key": "sagepilot:plan", "Value": digest}]
    made = {"ChangeSetId": "c", "StackId": "s", "ExecutionStatus": status, "Tags": tags}
    return Answers(describe_change_set=made)


def test_a_change_set_is_ours_only_with_the_plans_tag() -> None:
    made = "cloudformation.create_change_set"
    ours = {"Id": "c", "StackId": "s"}
    assert effect_of(made, NAMES, "d", described("AVAILABLE")) == ours
    assert effect_of(made, NAMES, "d", described("AVAILABLE", "other")) is None


@pytest.mark.parametrize(
    ("status", "effect"),
    [
        ("AVAILABLE", None),
        ("UNAVAILABLE", None),
        ("EXECUTE_IN_PROGRESS", {}),
        ("EXECUTE_COMPLETE", {}),
        ("EXECUTE_FAILED", {}),
    ],
)
def test_a_change_set_is_set_to_work_once(status: str, effect: dict[str, Any] | None) -> None:
    done = "cloudformation.execute_change_set"
    assert effect_of(done, NAMES, "d", described(status)) == effect


@pytest.mark.parametrize(
    ("status", "digest", "effect"),
    [
        ("CREATE_COMPLETE", "d", {}),
        ("REVIEW_IN_PROGRESS", "d", None),
        ("CREATE_COMPLETE", "other", None),
    ],
)
def test_a_change_set_that_is_gone_was_carried_out_when_our_stack_is_there(
    status: str, digest: str, effect: dict[str, Any] | None
) -> None:
    stack = {"StackStatus": status, "Tags": [{"Key": "sagepilot:plan", "Value": digest}]}
    clients = Answers(
        describe_change_set=NotFoundError("gone"), describe_stacks={"Stacks": [stack]}
    )
    assert effect_of("cloudformation.execute_change_set", NAMES, "d", clients) == effect


def event(
    number: int, name: str, status: str, reason: str = "", token: str = "t"
) -> dict[str, Any]:
    return {
        "EventId": str(number), "LogicalResourceId": name, "PhysicalResourceId": f"p-{name}",
        "ResourceType": f"AWS::SageMaker::{name}", "ResourceStatus": status,
        "ResourceStatusReason": reason, "ClientRequestToken": token,
    }  # fmt: skip


FAILED = [
    event(1, "Model", "CREATE_COMPLETE"),
    event(2, "Endpoint", "CREATE_FAILED", "the model raised"),
    event(3, "Other", "CREATE_FAILED", "Resource creation cancelled"),
    event(4, "Endpoint", "DELETE_COMPLETE"),
]


def newest_first(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    half = len(rows) // 2
    turned = rows[::-1]
    return [{"StackEvents": turned[:half]}, {"StackEvents": turned[half:]}]


def test_news_come_oldest_first_and_once() -> None:
    told: set[str] = set()
    given = {**NAMES, "ClientRequestToken": "t"}
    first = news(given, told, Answers(describe_stack_events=newest_first(FAILED[:2])))
    second = news(given, told, Answers(describe_stack_events=newest_first(FAILED)))
    assert [e.event_id for e in (*first, *second)] == ["1", "2", "3", "4"]


def test_news_are_of_one_operation() -> None:
    rows = [event(0, "Model", "DELETE_FAILED", "before", token="old"), *FAILED]
    given = {**NAMES, "ClientRequestToken": "t"}
    found = news(given, set(), Answers(describe_stack_events=newest_first(rows)))
    assert [e.event_id for e in found] == ["1", "2", "3", "4"]


def test_a_stack_that_is_gone_has_no_news() -> None:
    assert news(NAMES, set(), Answers(describe_stack_events=NotFoundError("gone"))) == ()


def test_a_failed_stack_is_explained_by_its_first_failure() -> None:
    clients = Answers(
        describe_stacks={"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE"}]},
        describe_stack_events=newest_first(FAILED),
        filter_log_events={"events": [{"timestamp": 1, "message": "RuntimeError: no weights"}]},
    )
    told: list[str] = []
    with pytest.raises(DeploymentFailedError) as caught:
        told.extend(wait("stack_complete", NAMES, clients, sleep=lambda _: None, poll_s=0))
    assert "Endpoint CREATE_FAILED: the model raised" in caught.value.message
    assert "RuntimeError: no weights" in caught.value.message
    assert "/aws/sagemaker/Endpoints/p-Endpoint" in caught.value.remedy


def test_a_creation_can_be_interrupted_and_a_rollback_cannot() -> None:
    assert not is_busy("CREATE_IN_PROGRESS")
    assert not is_busy("REVIEW_IN_PROGRESS")
    assert is_busy("ROLLBACK_IN_PROGRESS")
    assert not is_busy("CREATE_COMPLETE")
