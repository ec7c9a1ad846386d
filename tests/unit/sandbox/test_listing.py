from datetime import UTC, datetime, timedelta

import pytest

from tools.sandbox.listing import list_summaries
from tools.sandbox.wire import AwsError

START = datetime(2026, 1, 1, tzinfo=UTC)
ROWS = [
    {
        "EndpointName": name,
        "CreationTime": START + timedelta(days=day),
        "LastModifiedTime": START + timedelta(days=10 + day),
        "EndpointStatus": status,
    }
    for day, (name, status) in enumerate(
        [("b-one", "InService"), ("a-two", "Failed"), ("c-three", "InService")]
    )
]


def names(**params: object) -> list[str]:
    found = list_summaries(ROWS, params, result="Endpoints", name_key="EndpointName")
    return [row["EndpointName"] for row in found["Endpoints"]]


def test_the_newest_comes_first() -> None:
    assert names() == ["c-three", "a-two", "b-one"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"SortBy": "Name", "SortOrder": "Ascending"}, ["a-two", "b-one", "c-three"]),
        ({"SortBy": "Status", "SortOrder": "Ascending"}, ["a-two", "b-one", "c-three"]),
        ({"NameContains": "E"}, ["c-three", "b-one"]),
        ({"StatusEquals": "Failed"}, ["a-two"]),
        ({"CreationTimeAfter": (START + timedelta(hours=1)).timestamp()}, ["c-three", "a-two"]),
        ({"CreationTimeBefore": "2026-01-01T12:00:00Z"}, ["b-one"]),
        ({"LastModifiedTimeAfter": "2026-01-12T12:00:00"}, ["c-three"]),
    ],
)
def test_filters_and_order(params: dict[str, object], expected: list[str]) -> None:
    assert names(**params) == expected


def test_pages_follow_each_other_to_the_end() -> None:
    first = list_summaries(ROWS, {"MaxResults": 2}, result="R", name_key="EndpointName")
    rest = list_summaries(
        ROWS, {"MaxResults": 2, "NextToken": first["NextToken"]}, result="R",
        name_key="EndpointName",
    )  # fmt: skip
    assert [len(first["R"]), len(rest["R"])] == [2, 1]
    assert "NextToken" not in rest
    with pytest.raises(AwsError, match="pagination"):
        list_summaries(ROWS, {"NextToken": "x"}, result="R", name_key="EndpointName")
