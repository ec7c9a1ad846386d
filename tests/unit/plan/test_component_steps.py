"""Inference components as calls: their order, their inverse, and what their scaling follows."""

from tests.unit.plan.builders import ACCOUNT
from tests.unit.rules.component_cases import WAKING, component, copies, hosting, tracked
from tools.planners.api import steps_for
from tools.planners.inverse import undo_for


def steps(*policies, low=0):
    spec = hosting(component(scaling=copies(low, 4, *policies)))
    return steps_for(spec, account=ACCOUNT, bucket_exists=True)


def test_a_component_stands_on_its_endpoint_and_goes_before_it():
    made = steps(tracked(), WAKING)
    operations = [step.operation.partition(".")[2] for step in made]
    assert operations[-7:] == [
        "create_endpoint_config", "create_endpoint", "create_inference_component",
        "register_scalable_target", "put_scaling_policy", "put_scaling_policy", "put_metric_alarm",
    ]  # fmt: skip
    assert made[-5].wait_for == "component_in_service"
    gone = [call for call in reversed(undo_for(made)) if "delete_inference" in call.operation
            or call.operation.endswith("delete_endpoint")]  # fmt: skip
    assert [call.wait_for for call in gone] == ["component_deleted", "endpoint_deleted"]


def test_the_configuration_has_the_role_and_its_variant_no_model():
    config = next(s for s in steps() if s.operation.endswith("create_endpoint_config")).parameters
    assert config["ExecutionRoleArn"].startswith(f"arn:aws:iam::{ACCOUNT}:role/sagepilot-")
    assert "ModelName" not in config["ProductionVariants"][0]
    managed = config["ProductionVariants"][0]["ManagedInstanceScaling"]
    assert managed == {"Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4}


def test_one_refused_request_wakes_a_component_within_a_minute():
    alarm = steps(tracked(), WAKING)[-1].parameters
    assert (alarm["Statistic"], alarm["EvaluationPeriods"], alarm["Threshold"]) == ("Sum", 1, 1.0)
    assert alarm["Dimensions"] == [{"Name": "InferenceComponentName", "Value": "fraud"}]


def test_use_of_cores_is_measured_where_components_publish_it():
    policy = steps(tracked("CPUUtilization"), low=1)[-1].parameters
    measured = policy["TargetTrackingScalingPolicyConfiguration"]["CustomizedMetricSpecification"]
    assert measured["Namespace"] == "/aws/sagemaker/InferenceComponents"
    assert measured["Dimensions"] == [{"Name": "InferenceComponentName", "Value": "fraud"}]
