"""Endpoints over time: failures at the start, updates that roll back, listing and tags."""

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.integration.sandbox.conftest import INFERENCE, Hosting, archive

BROKEN = "def model_fn(model_dir):\n    raise ValueError('cannot read the weights')\n"


def test_a_model_that_raises_on_load_makes_the_endpoint_failed(hosting: Hosting) -> None:
    name = hosting.endpoint(hosting.config(hosting.model(archive(BROKEN))), wait=False)
    with pytest.raises(WaiterError):
        hosting.wait(name)
    sagemaker = hosting.client("sagemaker")
    described = sagemaker.describe_endpoint(EndpointName=name)
    assert described["EndpointStatus"] == "Failed"
    assert described["FailureReason"] == (
        "The primary container for production variant AllTraffic did not pass the ping health "
        "check. Please check CloudWatch logs for this endpoint."
    )
    events = hosting.client("logs").filter_log_events(
        logGroupName=f"/aws/sagemaker/Endpoints/{name}"
    )["events"]
    assert any("cannot read the weights" in event["message"] for event in events)
    assert all(event["logStreamName"].startswith("AllTraffic/i-") for event in events)
    with pytest.raises(ClientError, match="only be deleted"):
        sagemaker.update_endpoint(
            EndpointName=name, EndpointConfigName=described["EndpointConfigName"]
        )
    sagemaker.delete_endpoint(EndpointName=name)
    hosting.wait(name, "endpoint_deleted")


def test_model_data_that_is_gone_makes_the_endpoint_failed(hosting: Hosting) -> None:
    model = hosting.model()
    config = hosting.config(model)
    hosting.client("s3").delete_object(Bucket=hosting.bucket, Key=f"models/{model}/model.tar.gz")
    name = hosting.endpoint(config, wait=False)
    with pytest.raises(WaiterError):
        hosting.wait(name)
    reason = hosting.client("sagemaker").describe_endpoint(EndpointName=name)["FailureReason"]
    assert reason.startswith('Failed to download model data for container "primary" in variant')


def test_a_failed_update_rolls_back_and_keeps_serving(hosting: Hosting) -> None:
    good = hosting.config(hosting.model())
    name = hosting.endpoint(good)
    bad = hosting.config(hosting.model(archive(BROKEN)))
    sagemaker = hosting.client("sagemaker")
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=bad)
    seen = set()
    while (
        status := sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"]
    ) != "InService":
        seen.add(status)
        assert hosting.invoke(name, [[1.0, 1.0]]) == [1]
        time.sleep(0.01)
    assert seen <= {"Updating", "RollingBack"}
    assert "RollingBack" in seen
    described = sagemaker.describe_endpoint(EndpointName=name)
    assert described["EndpointConfigName"] == good
    assert "ping health check" in described["FailureReason"]
    assert hosting.invoke(name, [[1.0, 1.0]]) == [1]


def test_requests_during_an_update_are_all_answered(hosting: Hosting) -> None:
    name = hosting.endpoint(hosting.config(hosting.model()))
    new = hosting.config(hosting.model(archive(label_offset=5)))
    sagemaker = hosting.client("sagemaker")
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=new)
    answers = []
    while sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] != "InService":
        answers.append(hosting.invoke(name, [[1.0, 1.0]])[0])
    answers.append(hosting.invoke(name, [[1.0, 1.0]])[0])
    assert set(answers) <= {1, 6}
    assert answers[-1] == 6


def test_models_and_configs_may_go_while_the_endpoint_serves(hosting: Hosting) -> None:
    model = hosting.model()
    config = hosting.config(model)
    name = hosting.endpoint(config)
    hosting.client("sagemaker").delete_endpoint_config(EndpointConfigName=config)
    hosting.client("sagemaker").delete_model(ModelName=model)
    assert hosting.invoke(name, [[-1.0, -1.0]]) == [0]


def test_capacities_change_and_counts_are_told_truthfully(hosting: Hosting) -> None:
    name = hosting.endpoint(hosting.config(hosting.model()))
    sagemaker = hosting.client("sagemaker")

    def change(count: int) -> dict[str, Any]:
        sagemaker.update_endpoint_weights_and_capacities(
            EndpointName=name,
            DesiredWeightsAndCapacities=[
                {"VariantName": "AllTraffic", "DesiredInstanceCount": count, "DesiredWeight": 2.5}
            ],
        )
        hosting.wait(name)
        return dict(sagemaker.describe_endpoint(EndpointName=name)["ProductionVariants"][0])

    grown = change(3)
    assert (grown["CurrentInstanceCount"], grown["DesiredInstanceCount"]) == (3, 3)
    assert grown["CurrentWeight"] == 2.5
    events = hosting.client("logs").filter_log_events(
        logGroupName=f"/aws/sagemaker/Endpoints/{name}"
    )["events"]
    assert any("3 instances are served by 2 worker processes" in e["message"] for e in events)
    assert change(1)["CurrentInstanceCount"] == 1
    assert hosting.invoke(name, [[1.0, 1.0]]) == [1]


def test_a_worker_that_dies_is_replaced(hosting: Hosting) -> None:
    name = hosting.endpoint(hosting.config(hosting.model(archive(INFERENCE))))
    with pytest.raises(ClientError) as died:
        hosting.invoke(name, "exit")
    assert died.value.response["Error"]["Code"] == "ModelError"
    assert "could not get a response from the" in died.value.response["Error"]["Message"]
    assert hosting.invoke(name, [[1.0, 1.0]]) == [1]


def test_endpoints_are_listed_newest_first_in_pages(hosting: Hosting, served: str) -> None:
    sagemaker = hosting.client("sagemaker")
    names = [
        summary["EndpointName"]
        for page in sagemaker.get_paginator("list_endpoints").paginate(
            PaginationConfig={"PageSize": 1}
        )
        for summary in page["Endpoints"]
    ]
    assert served in names
    assert len(names) == len(set(names))
    found = sagemaker.list_endpoints(NameContains=served[2:].upper(), StatusEquals="InService")
    assert [summary["EndpointName"] for summary in found["Endpoints"]] == [served]
    assert sagemaker.list_endpoints(NameContains=served, StatusEquals="Failed")["Endpoints"] == []


def test_tags_are_added_listed_and_deleted(hosting: Hosting, served: str) -> None:
    sagemaker = hosting.client("sagemaker")
    arn = sagemaker.describe_endpoint(EndpointName=served)["EndpointArn"]
    sagemaker.add_tags(
        ResourceArn=arn, Tags=[{"Key": "team", "Value": "a"}, {"Key": "stage", "Value": "dev"}]
    )
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}])
    sagemaker.delete_tags(ResourceArn=arn, TagKeys=["stage"])
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "b"}]
    with pytest.raises(ClientError, match="Could not find"):
        sagemaker.list_tags(ResourceArn=arn + "-not")


def test_descriptions_hold_what_was_given_and_no_empty_members(hosting: Hosting) -> None:
    model = hosting.model()
    described = hosting.client("sagemaker").describe_model(ModelName=model)
    assert described["EnableNetworkIsolation"] is False
    assert described["PrimaryContainer"]["Environment"]["SAGEMAKER_PROGRAM"] == "inference.py"
    assert "VpcConfig" not in described
    config = hosting.client("sagemaker").describe_endpoint_config(
        EndpointConfigName=hosting.config(model)
    )
    assert config["ProductionVariants"][0]["InitialVariantWeight"] == 1.0
    assert "DataCaptureConfig" not in config
    assert json.dumps(config["EndpointConfigArn"])
