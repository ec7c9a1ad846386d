"""What a change set must hold, and the way of a stack from one revision to another."""

import pytest

from tests.unit.plan import builders
from tools.planners.cloudformation import template_for
from tools.planners.stacks.changes import expected_changes, settled
from tools.planners.stacks.moving import goals_to, route, without
from tools.planners.stacks.revision import Revision, StandingStack, read_revision, revision_of
from tools.planners.stacks.turns import parked

ACCOUNT = "123456789012"


def revision(**changes) -> Revision:
    return revision_of(template_for(builders.spec(**changes), ACCOUNT))


def rows(before: Revision, after: Revision) -> dict[str, tuple[str, str | None]]:
    found = expected_changes(before, after)
    return {row["logical_id"]: (row["action"], row["replacement"]) for row in found}


def test_a_revision_and_itself_differ_in_nothing() -> None:
    assert rows(revision(), revision()) == {}


def test_new_data_replace_model_and_configuration_and_move_the_endpoint() -> None:
    model = builders.model(model_data_uri="s3://another-bucket/another/model.tar.gz")
    found = rows(revision(), revision(variant_changes={"sagemaker_model": model}))
    assert found["Model"] == ("Modify", "True")
    assert found["EndpointConfig"] == ("Modify", "Conditional")
    assert found["Endpoint"] == ("Modify", "False")
    assert found["ExecutionRole"] == ("Modify", "False")


def test_another_type_leaves_the_model_alone() -> None:
    after = revision(variant_changes={"instance_type": "ml.c6i.2xlarge"})
    found = rows(revision(), after)
    assert found["EndpointConfig"] == ("Modify", "True")
    assert "Model" not in found


def test_what_is_only_in_one_revision_is_added_or_removed() -> None:
    whole = revision()
    without_endpoint = parked(whole)
    gone = rows(whole, without_endpoint)
    assert gone["Endpoint"] == ("Remove", None)
    assert rows(without_endpoint, whole) == dict.fromkeys(gone, ("Add", None))
    assert {"Model", "EndpointConfig"} <= without_endpoint.resources.keys()


def test_what_refers_to_something_goes_with_it() -> None:
    whole = revision()
    left = without(whole, {"EndpointConfig"})
    assert not {"EndpointConfig", "Endpoint"} & left.resources.keys()
    assert "EndpointArn" not in left.document.get("Outputs", {})


@pytest.mark.parametrize(
    ("value", "worked"),
    [
        ({"Ref": "Name"}, "n"),
        ({"Ref": "Other"}, {"Ref": "Other"}),
        ({"Fn::Sub": "${Name}-x-${!Name}"}, "n-x-${!Name}"),
        ({"Fn::Sub": ["${A}/${Other.Arn}", {"A": {"Ref": "Name"}}]}, {"Fn::Sub": "n/${Other.Arn}"}),
        ({"Fn::Select": [1, {"Fn::Split": ["/", {"Ref": "Path"}]}]}, "b"),
        ([1, True, 1.5], ["1", True, "1.5"]),
    ],
)
def test_functions_of_parameters_are_worked_out(value, worked) -> None:
    assert settled(value, {"Name": "n", "Path": "a/b/c"}) == worked


def test_a_template_is_read_back_as_it_was_written() -> None:
    template = template_for(builders.spec(), ACCOUNT)
    again = read_revision(template.text(), template.parameters)
    assert again.document == revision_of(template).document


def test_every_way_back_is_the_revision_before() -> None:
    before = revision()
    after = revision(variant_changes={"instance_type": "ml.c6i.2xlarge"})
    stack = StandingStack("s", ({"Key": "k", "Value": "v"},), before)
    way = route(stack, goals_to(before, after, "why"), "0123456789abcdef", None)
    made = [m for m in way.moves if m.step.operation.endswith("create_change_set")]
    names = [m.step.parameters["ChangeSetName"] for m in made]
    assert len(set(names)) == len(names)
    assert {row["change_set"] for row in way.expected} == set(names)
    backs = [
        m.inverse.parameters for m in way.moves if m.inverse.operation.endswith("update_stack")
    ]
    assert backs[0]["TemplateBody"] == before.text
    assert all(back["Tags"] == [{"Key": "k", "Value": "v"}] for back in backs)
