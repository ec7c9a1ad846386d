"""A plan is data: its digest covers what is done, and it survives being written and read."""

import json

import pytest

from tests.unit.plan.builders import SCALING, plan, spec
from tools.endpoint import ENDPOINT_OPTIONS, InferenceOption
from tools.errors import InvalidInputError
from tools.plan import OUTPUT, Step, check, parse_plan, references, resolve_output, substitute


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "999999999999"},
        {"region": "us-east-1"},
        {"target": "aws"},
        {"nonce": "ffffffffffffffff"},
        {"endpoint_name": "other"},
        {"typed_name_required": "score"},
        {"eula_required": True},
        {"kind": "delete", "typed_name_required": "score"},
    ],
)
def test_the_digest_changes_with_everything_that_decides_what_is_done(changes):
    assert plan(**changes).digest != plan().digest


def test_the_digest_changes_with_any_parameter_of_any_call():
    whole = plan()
    for number, step in enumerate(whole.steps):
        changed = Step(**{**step.model_dump(), "parameters": {**step.parameters, "X": 1}})
        steps = (*whole.steps[:number], changed, *whole.steps[number + 1 :])
        assert plan(steps=steps).digest != whole.digest


def test_the_digest_does_not_depend_on_words_or_prices():
    assert plan(summary="other", cost_usd_per_month=3, warnings=("x",)).digest == plan().digest


def test_a_plan_read_back_is_the_same_plan():
    whole = plan(cost_usd_per_month="12.34")
    assert parse_plan(whole.model_dump_json()).digest == whole.digest


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", "not json", '{"steps": 3}', '"x"', "1"])
def test_what_is_no_plan_is_refused_with_a_remedy(text):
    with pytest.raises(InvalidInputError) as caught:
        parse_plan(text)
    assert caught.value.remedy


def handmade(**changes):
    told = json.loads(plan().model_dump_json())
    told.pop("digest")
    return json.dumps({**told, **changes})


@pytest.mark.parametrize(
    "step",
    [
        {"operation": "iam.delete_user", "parameters": {"UserName": "admin"}},
        {"operation": "iam.attach_role_policy", "parameters": {"RoleName": "sagepilot-x"}},
        {"operation": "iam.put_role_policy", "parameters": {"RoleName": "Admin"}},
        {"operation": "ec2.run_instances", "parameters": {}},
        {"operation": "sagemaker.delete_endpoint", "parameters": {"EndpointName": "theirs"}},
    ],
)
def test_a_plan_made_by_hand_holds_nothing_that_ours_never_hold(step):
    with pytest.raises(InvalidInputError):
        parse_plan(handmade(steps=[step]))


def test_a_precondition_can_only_read():
    condition = {"operation": "s3.delete_bucket", "parameters": {"Bucket": "b"}, "found": True}
    with pytest.raises(InvalidInputError):
        parse_plan(handmade(preconditions=[condition]))


def test_a_deletion_made_by_hand_still_needs_the_typed_name():
    with pytest.raises(InvalidInputError):
        parse_plan(handmade(kind="delete"))


def test_a_plan_changed_after_it_was_made_is_refused():
    told = json.loads(plan().model_dump_json())
    told["steps"][-1]["parameters"]["EndpointName"] = "other"
    with pytest.raises(InvalidInputError, match="changed"):
        parse_plan(json.dumps(told))


@pytest.mark.parametrize("option", ENDPOINT_OPTIONS)
def test_every_option_makes_calls_that_botocore_accepts(option):
    assert check(plan(spec(option))) == ()


def test_scaling_from_zero_refers_to_the_policy_by_a_typed_placeholder():
    whole = plan(spec(InferenceOption.ASYNCHRONOUS, variant_changes={"scaling": SCALING}))
    assert check(whole) == ()
    (reference,) = references(whole.steps[-1].parameters)
    policy = whole.steps[reference["step"]]
    assert policy.parameters["PolicyType"] == "StepScaling"
    assert whole.steps[-1].operation == "cloudwatch.put_metric_alarm"


def test_an_output_of_another_form_than_promised_is_refused():
    placeholder = {"step": 0, "path": "PolicyARN", "pattern": r"arn:aws:autoscaling:.+"}
    with pytest.raises(InvalidInputError):
        resolve_output(placeholder, {0: {"PolicyARN": "arn:aws:lambda:evil"}})
    with pytest.raises(InvalidInputError):
        resolve_output(placeholder, {})


def test_a_plan_that_refers_forward_is_found_out():
    whole = plan()
    forward = {OUTPUT: {"step": 6, "path": "X", "pattern": ".*"}}
    bad = Step(operation="s3.create_bucket", parameters={"Bucket": forward})
    assert any("refers to step 7" in text for text in check(plan(steps=(bad, *whole.steps[1:]))))


def test_a_call_that_breaks_a_limit_is_found_out_in_the_services_words():
    whole = plan(spec(InferenceOption.SERVERLESS, variant_changes={"max_concurrency": 201}))
    assert any("less than or equal to 200" in text for text in check(whole))


def test_every_step_has_exactly_one_inverse():
    whole = plan(spec(InferenceOption.ASYNCHRONOUS, variant_changes={"scaling": SCALING}))
    assert [call.for_step for call in whole.undo] == list(range(len(whole.steps)))


def test_substitution_leaves_other_values_alone():
    value = {"a": [{"$x": {"v": 1}}, "b"], "c": {"$x": {"v": 2}, "other": 1}}
    seen = substitute(value, {"$x": lambda content: content["v"]})
    assert seen == {"a": [1, "b"], "c": {"$x": {"v": 2}, "other": 1}}


def test_the_role_may_read_its_own_model_and_nothing_else():
    step = next(s for s in plan().steps if s.operation == "iam.put_role_policy")
    policy = json.loads(step.parameters["PolicyDocument"])
    reads = [s for s in policy["Statement"] if "s3:GetObject" in s["Action"]]
    assert [s["Resource"] for s in reads] == ["arn:aws:s3:::sagemaker-b/endpoints/e/model.tar.gz"]
    wide = [s["Action"] for s in policy["Statement"] if s["Resource"] == "*"]
    assert wide == [["ecr:GetAuthorizationToken"], ["cloudwatch:PutMetricData"]]
