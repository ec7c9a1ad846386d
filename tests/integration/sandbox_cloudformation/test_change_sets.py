"""Change sets: what they foresee, and that executing them does it."""

import json
import uuid

import pytest
from botocore.exceptions import WaiterError


def _made(account, stack, template, **more):
    name = f"change-{uuid.uuid4().hex[:8]}"
    body = template if isinstance(template, str) else json.dumps(template)
    account.cfn.create_change_set(StackName=stack, ChangeSetName=name, TemplateBody=body, **more)
    account.cfn.get_waiter("change_set_create_complete").wait(
        StackName=stack, ChangeSetName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 100}
    )
    return account.cfn.describe_change_set(StackName=stack, ChangeSetName=name)


def _rows(change_set):
    return {
        row["ResourceChange"]["LogicalResourceId"]: (
            row["ResourceChange"]["Action"],
            row["ResourceChange"].get("Replacement"),
        )
        for row in change_set["Changes"]
    }


@pytest.fixture(scope="module")
def stack(account):
    name = account.create(account.template(account.one))
    yield name
    account.cfn.delete_stack(StackName=name)


def test_a_change_set_of_a_new_stack_waits_for_its_execution(account):
    name = f"stack-{uuid.uuid4().hex[:8]}"
    found = _made(account, name, account.template(account.one), ChangeSetType="CREATE")
    assert account.stack(name)["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert _rows(found) == dict.fromkeys(("Model", "Config", "Endpoint"), ("Add", None))
    _, message = account.refused(
        account.cfn.update_stack, StackName=name, TemplateBody=json.dumps({})
    )
    assert "is in REVIEW_IN_PROGRESS state and can not be updated" in message
    account.cfn.execute_change_set(ChangeSetName=found["ChangeSetId"])
    account.cfn.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
    )
    assert account.predict(account.outputs(name)["EndpointName"]) == 2.0
    done = account.cfn.describe_change_set(ChangeSetName=found["ChangeSetId"])
    assert done["ExecutionStatus"] == "EXECUTE_COMPLETE"
    assert account.stack(name)["ChangeSetId"] == found["ChangeSetId"]
    account.delete(name)


def test_a_stack_in_review_can_be_given_up(account):
    name = f"stack-{uuid.uuid4().hex[:8]}"
    found = _made(account, name, account.template(account.one), ChangeSetType="CREATE")
    account.cfn.delete_change_set(ChangeSetName=found["ChangeSetId"])
    assert account.stack(name)["StackStatus"] == "REVIEW_IN_PROGRESS"
    assert account.delete(name) == "DELETE_COMPLETE"


def test_replacement_is_certain_only_where_the_cause_is(account, stack):
    found = _made(account, stack, account.template(account.ten))
    rows = {r["ResourceChange"]["LogicalResourceId"]: r["ResourceChange"] for r in found["Changes"]}
    assert [row["ResourceChange"]["LogicalResourceId"] for row in found["Changes"]] == [
        "Model", "Config", "Endpoint",
    ]  # fmt: skip
    assert _rows(found) == {
        "Model": ("Modify", "True"),
        "Config": ("Modify", "Conditional"),
        "Endpoint": ("Modify", "False"),
    }
    assert rows["Model"]["Details"] == [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": "PrimaryContainer",
                "RequiresRecreation": "Always",
            },
            "Evaluation": "Static",
            "ChangeSource": "DirectModification",
        }
    ]
    assert rows["Model"]["PolicyAction"] == "ReplaceAndDelete"
    assert rows["Config"]["Details"] == [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": "ProductionVariants",
                "RequiresRecreation": "Always",
            },
            "Evaluation": "Dynamic",
            "ChangeSource": "ResourceAttribute",
            "CausingEntity": "Model.ModelName",
        }
    ]
    assert rows["Endpoint"]["Details"][0]["Target"]["RequiresRecreation"] == "Never"
    assert {row["PhysicalResourceId"] for row in rows.values()} == set(
        account.physical(stack).values()
    )
    account.cfn.delete_change_set(StackName=stack, ChangeSetName=found["ChangeSetName"])


def test_a_parameter_is_named_as_the_cause(account):
    template = account.template({"Ref": "Data"})
    template["Parameters"] = {"Data": {"Type": "String"}}
    name = account.create(
        template, Parameters=[{"ParameterKey": "Data", "ParameterValue": account.one}]
    )
    found = _made(
        account, name, template,
        Parameters=[{"ParameterKey": "Data", "ParameterValue": account.ten}],
    )  # fmt: skip
    assert "AfterContext" not in found["Changes"][0]["ResourceChange"]
    found = account.cfn.describe_change_set(
        ChangeSetName=found["ChangeSetId"], IncludePropertyValues=True
    )
    change = found["Changes"][0]["ResourceChange"]
    assert change["LogicalResourceId"] == "Model"
    assert [(d["ChangeSource"], d.get("CausingEntity"), d["Evaluation"]) for d in change["Details"]
            ] == [("ParameterReference", "Data", "Static"),
                  ("DirectModification", None, "Dynamic")]  # fmt: skip
    assert (
        account.ten
        in json.loads(change["AfterContext"])["Properties"]["PrimaryContainer"]["ModelDataUrl"]
    )
    assert account.one in change["BeforeContext"]
    account.cfn.execute_change_set(ChangeSetName=found["ChangeSetId"])
    assert account.settled(name) == "UPDATE_COMPLETE"
    assert account.predict(account.outputs(name)["EndpointName"]) == 11.0
    shown = account.stack(name)["Parameters"]
    assert shown == [{"ParameterKey": "Data", "ParameterValue": account.ten}]
    account.delete(name)


def test_no_difference_makes_a_failed_change_set(account, stack):
    name = f"change-{uuid.uuid4().hex[:8]}"
    account.cfn.create_change_set(StackName=stack, ChangeSetName=name, UsePreviousTemplate=True)
    with pytest.raises(WaiterError):
        account.cfn.get_waiter("change_set_create_complete").wait(
            StackName=stack, ChangeSetName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 100}
        )
    found = account.cfn.describe_change_set(StackName=stack, ChangeSetName=name)
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"].startswith("The submitted information didn't contain changes.")
    code, message = account.refused(
        account.cfn.execute_change_set, StackName=stack, ChangeSetName=name
    )
    assert code == "InvalidChangeSetStatus"
    assert message.endswith("cannot be executed in its current status of [FAILED]")
    account.cfn.delete_change_set(StackName=stack, ChangeSetName=name)


def test_adding_and_removing_are_told_with_what_becomes_of_them(account, stack):
    model = account.template(account.one)["Resources"]["Model"]
    found = _made(account, stack, account.template(account.one, Extra=model))
    assert _rows(found) == {"Extra": ("Add", None)}
    template = account.template(account.one)
    del template["Resources"]["Endpoint"]
    del template["Outputs"]
    found = _made(account, stack, template)
    assert _rows(found) == {"Endpoint": ("Remove", None)}
    assert found["Changes"][0]["ResourceChange"]["PolicyAction"] == "Delete"
    listed = account.cfn.list_change_sets(StackName=stack)["Summaries"]
    assert len(listed) == 2
    for one in listed:
        account.cfn.delete_change_set(ChangeSetName=one["ChangeSetId"])
    assert account.cfn.list_change_sets(StackName=stack)["Summaries"] == []
    code, _ = account.refused(
        account.cfn.describe_change_set, ChangeSetName=listed[0]["ChangeSetId"]
    )
    assert code == "ChangeSetNotFound"


def test_what_is_not_served_is_refused(account, stack):
    body = json.dumps(account.template(account.one))
    create = account.cfn.create_change_set
    base = {"StackName": stack, "ChangeSetName": "no", "TemplateBody": body}
    assert "IMPORT" in account.refused(create, **base, ChangeSetType="IMPORT")[1]
    assert (
        "already exists and cannot be created again"
        in account.refused(create, **base, ChangeSetType="CREATE")[1]
    )
    missing = {**base, "StackName": "missing"}
    assert account.refused(create, **missing)[1] == "Stack [missing] does not exist"
