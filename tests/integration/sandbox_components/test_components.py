"""Inference components: copies on shared instances, invoked by name, scaled to zero and back."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting, archive, status_of
from tests.integration.sandbox_scaling.conftest import failures, steadily, until
from tools.sandbox.server import SandboxServer

COPIES = "sagemaker:inference-component:DesiredCopyCount"
BROKEN = "def model_fn(model_dir):\n    raise ValueError('cannot read the weights')\n"
SMALL = {"MinMemoryRequiredInMb": 1024, "NumberOfCpuCoresRequired": 0.5}


def host(hosting: Hosting, low: int = 0, high: int = 2) -> str:
    """An endpoint that takes components."""
    name = f"ic-{time.monotonic_ns()}"
    hosting.client("sagemaker").create_endpoint_config(
        EndpointConfigName=name,
        ExecutionRoleArn=hosting.role_arn,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                "ManagedInstanceScaling": {
                    "Status": "ENABLED",
                    "MinInstanceCount": low,
                    "MaxInstanceCount": high,
                },
            }
        ],
    )
    return hosting.endpoint(name)


@pytest.fixture(scope="module")
def endpoint(hosting: Hosting, client: Client) -> Any:
    name = host(hosting)
    yield name
    sagemaker = client("sagemaker")
    for one in sagemaker.list_inference_components(EndpointNameEquals=name)["InferenceComponents"]:
        if one["InferenceComponentStatus"] != "Deleting":
            sagemaker.delete_inference_component(
                InferenceComponentName=one["InferenceComponentName"]
            )
    until(
        lambda: (
            not sagemaker.list_inference_components(EndpointNameEquals=name)["InferenceComponents"]
        )
    )


def create(client: Client, endpoint: str, model: str, copies: int = 1, **needs: Any) -> str:
    name = f"component-{time.monotonic_ns()}"
    client("sagemaker").create_inference_component(
        InferenceComponentName=name,
        EndpointName=endpoint,
        VariantName="AllTraffic",
        Specification={"ModelName": model, "ComputeResourceRequirements": SMALL | needs},
        RuntimeConfig={"CopyCount": copies},
    )
    return name


def describe(client: Client, name: str) -> dict[str, Any]:
    found: dict[str, Any] = client("sagemaker").describe_inference_component(
        InferenceComponentName=name
    )
    return found


def settled(client: Client, name: str) -> dict[str, Any]:
    def done() -> dict[str, Any] | None:
        found = describe(client, name)
        return found if found["InferenceComponentStatus"] in ("InService", "Failed") else None

    found: dict[str, Any] = until(done)
    return found


def instances(client: Client, endpoint: str) -> int:
    found = client("sagemaker").describe_endpoint(EndpointName=endpoint)["ProductionVariants"][0]
    return int(found["CurrentInstanceCount"])


def refusal(call: Any, **params: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] in ("ValidationException", "ValidationError")
    return str(caught.value.response["Error"]["Message"])


def test_two_models_share_an_endpoint_and_are_invoked_by_name(
    client: Client, hosting: Hosting, endpoint: str
) -> None:
    first = create(client, endpoint, hosting.model())
    second = create(client, endpoint, hosting.model(archive(label_offset=5)))
    assert {settled(client, one)["InferenceComponentStatus"] for one in (first, second)} == {
        "InService"
    }
    assert hosting.invoke(endpoint, [[1.0, 1.0]], InferenceComponentName=first) == [1]
    assert hosting.invoke(endpoint, [[1.0, 1.0]], InferenceComponentName=second) == [6]
    assert instances(client, endpoint) == 1
    missing = refusal(hosting.invoke, endpoint=endpoint, data=[])
    assert missing.startswith("Inference Component Name header is required for endpoints")
    assert "not found" in refusal(
        hosting.invoke, endpoint=endpoint, data=[], InferenceComponentName="nobody"
    )
    listed = client("sagemaker").list_inference_components(EndpointNameEquals=endpoint)
    names = [one["InferenceComponentName"] for one in listed["InferenceComponents"]]
    assert {first, second} <= set(names)
    found = describe(client, first)
    assert found["RuntimeConfig"] == {"DesiredCopyCount": 1, "CurrentCopyCount": 1}
    assert "while it hosts" in refusal(client("sagemaker").delete_endpoint, EndpointName=endpoint)
    assert client("logs").describe_log_groups(
        logGroupNamePrefix="/aws/sagemaker/InferenceComponents/"
    )
    for one in (first, second):
        client("sagemaker").delete_inference_component(InferenceComponentName=one)
    until(lambda: instances(client, endpoint) == 0)


def test_a_component_is_updated_without_a_lost_request(
    client: Client, hosting: Hosting, endpoint: str
) -> None:
    name = create(client, endpoint, hosting.model())
    settled(client, name)
    sagemaker = client("sagemaker")

    def call() -> int:
        return int(hosting.invoke(endpoint, [[1.0, 1.0]], InferenceComponentName=name)[0])

    with steadily(call) as seen:
        for model in (hosting.model(archive(label_offset=5)), hosting.model(archive(BROKEN))):
            sagemaker.update_inference_component(
                InferenceComponentName=name,
                Specification={"ModelName": model, "ComputeResourceRequirements": SMALL},
            )
            found = settled(client, name)
    assert failures(seen) == []
    assert set(seen) == {1, 6}
    assert call() == 6
    assert found["InferenceComponentStatus"] == "InService"
    assert "did not pass the ping health check" in found["FailureReason"]
    sagemaker.delete_inference_component(InferenceComponentName=name)


def test_copies_scale_to_zero_and_come_back_for_a_request_that_fails(
    sandbox: SandboxServer, client: Client, hosting: Hosting, endpoint: str
) -> None:
    name = create(client, endpoint, hosting.model())
    settled(client, name)
    scaling = client("application-autoscaling")
    target = {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"inference-component/{name}",
        "ScalableDimension": COPIES,
    }
    scaling.register_scalable_target(**target, MinCapacity=0, MaxCapacity=2)
    scaling.put_scaling_policy(
        **target,
        PolicyName="follow",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 1.0,
            "PredefinedMetricSpecification": {
                "PredefinedMetricType": "SageMakerInferenceComponentInvocationsPerCopy"
            },
            "ScaleInCooldown": 60,
            "ScaleOutCooldown": 60,
        },
    )
    wake = scaling.put_scaling_policy(
        **target,
        PolicyName="wake",
        PolicyType="StepScaling",
        StepScalingPolicyConfiguration={
            "AdjustmentType": "ChangeInCapacity",
            "MetricAggregationType": "Maximum",
            "Cooldown": 60,
            "StepAdjustments": [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}],
        },
    )
    client("cloudwatch").put_metric_alarm(
        AlarmName=f"asked-{name}",
        Namespace="AWS/SageMaker",
        MetricName="NoCapacityInvocationFailures",
        Dimensions=[{"Name": "InferenceComponentName", "Value": name}],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="missing",
        AlarmActions=[wake["PolicyARN"]],
    )

    def copies() -> int:
        return int(describe(client, name)["RuntimeConfig"]["CurrentCopyCount"])

    until(lambda: copies() == 0)
    until(lambda: instances(client, endpoint) == 0)

    def call() -> int:
        return int(hosting.invoke(endpoint, [[1.0, 1.0]], InferenceComponentName=name)[0])

    assert "has no capacity to process this request" in refusal(call)
    until(lambda: copies() == 1)
    with steadily(call) as seen:
        until(lambda: copies() == 2)
        workers = {one["endpoint_name"]: one for one in status_of(sandbox)["endpoints"]}
        assert workers[endpoint]["worker_processes"] == 2
    assert failures(seen) == []
    until(lambda: copies() == 0)
    client("sagemaker").delete_inference_component(InferenceComponentName=name)
    until(
        lambda: (
            not scaling.describe_scalable_targets(
                ServiceNamespace="sagemaker", ResourceIds=[target["ResourceId"]]
            )["ScalableTargets"]
        )
    )


def test_more_copies_need_more_instances_up_to_the_maximum(
    client: Client, hosting: Hosting, endpoint: str
) -> None:
    name = create(client, endpoint, hosting.model(), copies=2, MinMemoryRequiredInMb=5000)
    settled(client, name)
    assert instances(client, endpoint) == 2
    change = client("sagemaker").update_inference_component_runtime_config
    words = refusal(change, InferenceComponentName=name, DesiredRuntimeConfig={"CopyCount": 3})
    assert "not enough capacity" in words
    change(InferenceComponentName=name, DesiredRuntimeConfig={"CopyCount": 0})
    assert settled(client, name)["RuntimeConfig"]["CurrentCopyCount"] == 0
    assert instances(client, endpoint) == 0
    client("sagemaker").delete_inference_component(InferenceComponentName=name)


def test_what_a_component_cannot_be_is_refused(
    client: Client, hosting: Hosting, endpoint: str
) -> None:
    model = hosting.model()
    sagemaker = client("sagemaker")
    plain = hosting.endpoint(hosting.config(model))
    assert "does not host inference components" in refusal(
        create, client=client, endpoint=plain, model=model
    )
    assert "does not host" in refusal(
        hosting.invoke, endpoint=plain, data=[], InferenceComponentName="x"
    )
    assert "greater than or equal to 1" in refusal(
        create, client=client, endpoint=endpoint, model=model, copies=0
    )
    assert "Could not find model" in refusal(
        create, client=client, endpoint=endpoint, model="nothing"
    )
    assert "not enough capacity" in refusal(
        create, client=client, endpoint=endpoint, model=model, MinMemoryRequiredInMb=90000
    )
    assert "Could not find inference component" in refusal(
        sagemaker.describe_inference_component, InferenceComponentName="nothing"
    )
    broken = create(client, endpoint, hosting.model(archive(BROKEN)))
    assert settled(client, broken)["InferenceComponentStatus"] == "Failed"
    sagemaker.delete_inference_component(InferenceComponentName=broken)


@pytest.mark.parametrize(
    ("config", "variant", "words"),
    [
        ({"ExecutionRoleArn": None}, {}, "ExecutionRoleArn must be specified"),
        (
            {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://b/out"}}},
            {},
            "do not support AsyncInferenceConfig",
        ),
        (
            {},
            {"ManagedInstanceScaling": {"MinInstanceCount": 3, "MaxInstanceCount": 2}},
            "cannot be greater",
        ),
    ],
)
def test_configs_for_components_are_checked(
    client: Client, hosting: Hosting, config: dict[str, Any], variant: dict[str, Any], words: str
) -> None:
    base = {"VariantName": "A", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
    known = {"ExecutionRoleArn": hosting.role_arn} | config
    assert words in refusal(
        client("sagemaker").create_endpoint_config,
        EndpointConfigName="refused",
        ProductionVariants=[base | variant],
        **{key: value for key, value in known.items() if value is not None},
    )


def test_managed_scaling_goes_with_components_only(client: Client, hosting: Hosting) -> None:
    variant = {
        "VariantName": "A", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1,
        "ModelName": hosting.model(), "ManagedInstanceScaling": {"Status": "ENABLED"},
    }  # fmt: skip
    words = refusal(
        client("sagemaker").create_endpoint_config,
        EndpointConfigName="refused",
        ProductionVariants=[variant],
    )
    assert "needs a variant without a ModelName" in words
