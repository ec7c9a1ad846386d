"""Resource schemas: what replaces, types made right, faults."""

import pytest

from tools.sandbox.cloudformation.evaluation import planned_name
from tools.sandbox.cloudformation.resources.registry import RESOURCE_TYPES
from tools.sandbox.cloudformation.schemas import is_known, schema_of

#: CloudFormation's template reference, "Update requires: Replacement".
REPLACING = {
    "AWS::SageMaker::Model": {
        "ExecutionRoleArn", "EnableNetworkIsolation", "InferenceExecutionConfig",
        "PrimaryContainer", "Containers", "ModelName", "VpcConfig",
    },
    "AWS::SageMaker::Endpoint": {"EndpointName"},
    "AWS::SageMaker::InferenceComponent": set(),
    "AWS::ApplicationAutoScaling::ScalableTarget": {
        "ResourceId", "ScalableDimension", "ServiceNamespace",
    },
    "AWS::ApplicationAutoScaling::ScalingPolicy": {
        "PolicyName", "ServiceNamespace", "ResourceId", "ScalableDimension", "ScalingTargetId",
    },
}  # fmt: skip


@pytest.mark.parametrize("type_name", sorted(REPLACING))
def test_the_properties_that_replace_are_those_of_the_reference(type_name):
    schema = schema_of(type_name)
    names = schema.document["properties"]
    assert {name for name in names if schema.replaces(name)} == REPLACING[type_name]


def test_an_endpoint_config_is_immutable_but_for_its_tags():
    schema = schema_of("AWS::SageMaker::EndpointConfig")
    names = schema.document["properties"].keys() - {"EndpointConfigArn"}
    assert {name for name in names if not schema.replaces(name)} == {"Tags"}


@pytest.mark.parametrize("type_name", sorted(RESOURCE_TYPES))
def test_every_type_speaks_of_properties_that_its_schema_has(type_name):
    kind, names = RESOURCE_TYPES[type_name], schema_of(type_name).document["properties"]
    assert is_known(type_name)
    assert kind.name_property is None or kind.name_property in names
    assert (kind.served or set()) <= names.keys()


@pytest.mark.parametrize("type_name", sorted(RESOURCE_TYPES))
def test_generated_names_are_fresh_and_short_enough(type_name):
    kind = RESOURCE_TYPES[type_name]
    made = {planned_name("Stack" * 25, "Logical" * 30, kind) for _ in range(20)}
    assert len(made) == 20
    assert max(len(name) for name in made) <= kind.name_length
    assert all(name == name.lower() for name in made) == (type_name == "AWS::S3::Bucket")


def test_text_takes_the_type_of_the_schema():
    schema = schema_of("AWS::ApplicationAutoScaling::ScalableTarget")
    made = schema.conform(
        {"MinCapacity": "1", "MaxCapacity": "2.0", "ResourceId": 7,
         "SuspendedState": {"ScheduledScalingSuspended": "true"}}
    )  # fmt: skip
    assert made == {
        "MinCapacity": 1, "MaxCapacity": 2, "ResourceId": "7",
        "SuspendedState": {"ScheduledScalingSuspended": True},
    }  # fmt: skip


def test_what_cannot_take_the_type_is_left_for_the_faults():
    schema = schema_of("AWS::ApplicationAutoScaling::ScalableTarget")
    assert schema.conform({"MinCapacity": "many"}) == {"MinCapacity": "many"}


TARGET = {
    "ResourceId": "endpoint/a/variant/b", "ServiceNamespace": "sagemaker",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    "MinCapacity": 1, "MaxCapacity": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("type_name", "properties", "faults"),
    [
        ("AWS::ApplicationAutoScaling::ScalableTarget", TARGET, ()),
        ("AWS::ApplicationAutoScaling::ScalableTarget",
         {k: v for k, v in TARGET.items() if k != "MinCapacity"},
         ("#: required key [MinCapacity] not found",)),
        ("AWS::ApplicationAutoScaling::ScalableTarget", TARGET | {"MinCapacity": "x"},
         ("#/MinCapacity: expected type: Integer, found: String",)),
        ("AWS::ApplicationAutoScaling::ScalableTarget", TARGET | {"MinCapacity": True},
         ("#/MinCapacity: expected type: Integer, found: Boolean",)),
        ("AWS::ApplicationAutoScaling::ScalableTarget", TARGET | {"Id": "x"},
         ("#: Encountered unsupported property Id",)),
        ("AWS::SageMaker::Endpoint", {"EndpointConfigName": "a", "Nope": 1},
         ("#: extraneous key [Nope] is not permitted",)),
        ("AWS::SageMaker::Endpoint",
         {"EndpointConfigName": "a", "DeploymentConfig": {"BlueGreenUpdatePolicy":
          {"TrafficRoutingConfiguration": {"Type": "SLOW"}}}},
         ("#/DeploymentConfig/BlueGreenUpdatePolicy/TrafficRoutingConfiguration/Type: SLOW is not "
          "a valid enum value",)),
        ("AWS::CloudWatch::Alarm",
         {"ComparisonOperator": "GreaterThanThreshold", "EvaluationPeriods": 1, "MetricName": "m",
          "Statistic": "Sum", "ExtendedStatistic": "p99"},
         ("#: property [Statistic] is not permitted together with [ExtendedStatistic]",
          "#: property [ExtendedStatistic] is not permitted together with [Statistic]")),
        ("AWS::IAM::Policy", {"PolicyName": "p", "PolicyDocument": {}},
         ("#: 0 of [Users, Groups, Roles] are given instead of one",)),
    ],
)  # fmt: skip
def test_faults_are_worded_as_in_stack_events(type_name, properties, faults):
    assert schema_of(type_name).faults(properties) == faults
