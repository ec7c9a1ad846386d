"""Updates with a DeploymentConfig: step by step, watched by alarms, and without a request lost."""

import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.sandbox.conftest import Client, Hosting, archive
from tests.integration.sandbox_scaling.conftest import failures, steadily, until

TWO = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
ONE = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
BROKEN = "def model_fn(model_dir):\n    raise ValueError('cannot read the weights')\n"
HALF = {"Type": "INSTANCE_COUNT", "Value": 1}


def blue_green(kind: str, wait_s: int = 60, **extra: Any) -> dict[str, Any]:
    routing = {"Type": kind, "WaitIntervalInSeconds": wait_s} | extra
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": routing}}


STRATEGIES = {
    "all at once": blue_green("ALL_AT_ONCE"),
    "canary": blue_green("CANARY", CanarySize=HALF),
    "linear": blue_green("LINEAR", LinearStepSize={"Type": "CAPACITY_PERCENT", "Value": 50}),
    "rolling": {"RollingUpdatePolicy": {"MaximumBatchSize": HALF, "WaitIntervalInSeconds": 60}},
}


def describe(hosting: Hosting, endpoint: str) -> dict[str, Any]:
    found: dict[str, Any] = hosting.client("sagemaker").describe_endpoint(EndpointName=endpoint)
    return found


def settled(hosting: Hosting, endpoint: str) -> bool:
    return bool(describe(hosting, endpoint)["EndpointStatus"] == "InService")


@pytest.fixture(scope="module")
def serving(hosting: Hosting) -> str:
    """An endpoint of two instances, updated again and again."""
    return hosting.endpoint(hosting.config(hosting.model(), TWO))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_ends_with_the_new_version_and_loses_nothing(
    hosting: Hosting, serving: str, strategy: str
) -> None:
    before = hosting.invoke(serving, [[1.0, 1.0]])[0]
    new = hosting.config(hosting.model(archive(label_offset=before + 1)), TWO)
    phases: list[str] = []
    with steadily(lambda: hosting.invoke(serving, [[1.0, 1.0]])[0], callers=2) as seen:
        hosting.client("sagemaker").update_endpoint(
            EndpointName=serving, EndpointConfigName=new, DeploymentConfig=STRATEGIES[strategy]
        )
        while not settled(hosting, serving):
            pending = describe(hosting, serving).get("PendingDeploymentSummary")
            if pending:
                assert pending["EndpointConfigName"] == new
                phases += [
                    one["Status"]
                    for variant in pending["ProductionVariants"]
                    for one in variant.get("VariantStatus", [])
                ]
        seen.append(hosting.invoke(serving, [[1.0, 1.0]])[0])
    assert failures(seen) == []
    assert set(seen) == {before, before + 2}
    assert seen[-1] == before + 2
    assert {"Creating", "Baking"} <= set(phases)
    shown = describe(hosting, serving)
    assert shown["EndpointConfigName"] == new
    assert "PendingDeploymentSummary" not in shown
    assert shown["LastDeploymentConfig"] == STRATEGIES[strategy]
    assert shown["ProductionVariants"][0]["CurrentInstanceCount"] == 2
    if strategy != "all at once":  # both versions answered for a while
        first_new = seen.index(before + 2)
        assert before in seen[first_new:]


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_update_that_cannot_start_leaves_the_old_version(
    hosting: Hosting, serving: str, strategy: str
) -> None:
    before = describe(hosting, serving)["EndpointConfigName"]
    label = hosting.invoke(serving, [[1.0, 1.0]])[0]
    bad = hosting.config(hosting.model(archive(BROKEN)), TWO)
    with steadily(lambda: hosting.invoke(serving, [[1.0, 1.0]])[0]) as seen:
        hosting.client("sagemaker").update_endpoint(
            EndpointName=serving, EndpointConfigName=bad, DeploymentConfig=STRATEGIES[strategy]
        )
        until(lambda: settled(hosting, serving))
    assert set(seen) == {label}
    shown = describe(hosting, serving)
    assert shown["EndpointConfigName"] == before
    assert "did not pass the ping health check" in shown["FailureReason"]
    assert shown["ProductionVariants"][0]["CurrentInstanceCount"] == 2


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_alarm_that_rings_rolls_the_update_back(
    client: Client, hosting: Hosting, serving: str, strategy: str
) -> None:
    before = describe(hosting, serving)["EndpointConfigName"]
    raising = hosting.config(hosting.model(archive(ALWAYS_RAISES)), TWO)
    name = f"errors-{time.monotonic_ns()}"
    client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="AWS/SageMaker",
        MetricName="Invocation5XXErrors",
        Dimensions=[
            {"Name": "EndpointName", "Value": serving},
            {"Name": "VariantName", "Value": "AllTraffic"},
            {"Name": "EndpointConfigName", "Value": raising},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    guarded = STRATEGIES[strategy] | {
        "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name}]}
    }
    policy = next(member for member in guarded if member.endswith("Policy"))
    guarded = guarded | {policy: _waiting(guarded[policy], 600)}
    statuses = set()
    with steadily(lambda: hosting.invoke(serving, [[1.0, 1.0]])[0]):
        client("sagemaker").update_endpoint(
            EndpointName=serving, EndpointConfigName=raising, DeploymentConfig=guarded
        )
        while not settled(hosting, serving):
            statuses.add(describe(hosting, serving)["EndpointStatus"])
    assert "RollingBack" in statuses
    shown = describe(hosting, serving)
    assert shown["EndpointConfigName"] == before
    assert name in shown["FailureReason"]
    with steadily(lambda: hosting.invoke(serving, [[1.0, 1.0]])[0]) as seen:
        until(lambda: len(seen) > 20)
    assert failures(seen) == []


ALWAYS_RAISES = """
def model_fn(model_dir):
    return None


def predict_fn(data, fitted):
    raise RuntimeError("always")
"""


def _waiting(policy: dict[str, Any], wait_s: int) -> dict[str, Any]:
    if "TrafficRoutingConfiguration" in policy:
        routing = policy["TrafficRoutingConfiguration"] | {"WaitIntervalInSeconds": wait_s}
        return policy | {"TrafficRoutingConfiguration": routing}
    return policy | {"WaitIntervalInSeconds": wait_s}


@pytest.mark.parametrize(
    ("instances", "guardrails", "words"),
    [
        (ONE, STRATEGIES["canary"], "At least two instances"),
        (TWO, blue_green("CANARY"), "CanarySize must be specified"),
        (TWO, blue_green("LINEAR"), "LinearStepSize must be specified"),
        (TWO, blue_green("ALL_AT_ONCE", CanarySize=HALF), "cannot be specified"),
        (TWO, blue_green("CANARY", CanarySize=HALF | {"Value": 2}), "50% of the variant"),
        (
            TWO,
            blue_green("LINEAR", LinearStepSize={"Type": "CAPACITY_PERCENT", "Value": 60}),
            "between 10 and 50 %",
        ),
        (TWO, STRATEGIES["canary"] | STRATEGIES["rolling"], "Only one of"),
        (
            TWO,
            {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": HALF,
                    "WaitIntervalInSeconds": 3600,
                    "MaximumExecutionTimeoutInSeconds": 600,
                }
            },
            "shorter than the waiting times",
        ),
        (
            {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 2}},
            STRATEGIES["all at once"],
            "not supported for serverless",
        ),
    ],
)
def test_guardrails_that_cannot_be_are_refused(
    hosting: Hosting, instances: dict[str, Any], guardrails: dict[str, Any], words: str
) -> None:
    config = hosting.config(hosting.model(), instances)
    with pytest.raises(ClientError, match=words):
        hosting.client("sagemaker").create_endpoint(
            EndpointName="refused", EndpointConfigName=config, DeploymentConfig=guardrails
        )
