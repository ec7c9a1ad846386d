"""The 35 faults that other validators were measured with, each one change to a good template."""

from typing import Any, NamedTuple

from tests.unit.auditing.templates import GONE, Edits

_V = "Config.ProductionVariants.0"
_TRACKING = "Policy.TargetTrackingScalingPolicyConfiguration"
_ECR = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
_CAPTURE = {
    "EnableCapture": True, "InitialSamplingPercentage": 20,
    "DestinationS3Uri": "s3://orders-captured/x", "CaptureOptions": [{"CaptureMode": "Input"}],
}  # fmt: skip
_IMAGE = "Model.PrimaryContainer.Image"


class Fault(NamedTuple):
    """One change, and the rule that must find it."""

    base: str
    edits: Edits
    rule: str


def real_time(rule: str, edits: dict[str, Any]) -> Fault:
    return Fault("real-time", edits, rule)


def serverless(rule: str, edits: dict[str, Any]) -> Fault:
    return Fault("serverless", edits, rule)


def asynchronous(rule: str, edits: dict[str, Any]) -> Fault:
    return Fault("asynchronous", edits, rule)


PEER_FAULTS: dict[str, Fault] = {
    "unknown instance type": real_time("CHK-525", {f"{_V}.InstanceType": "ml.m9.huge"}),
    "EC2 name": real_time("CHK-525", {f"{_V}.InstanceType": "m5.xlarge"}),
    "serverless memory 8192": serverless(
        "CHK-540", {f"{_V}.ServerlessConfig.MemorySizeInMB": 8192}),
    "serverless concurrency 500": serverless(
        "CHK-540", {f"{_V}.ServerlessConfig.MaxConcurrency": 500}),
    "serverless memory 5000": serverless(
        "CHK-540", {f"{_V}.ServerlessConfig.MemorySizeInMB": 5000}),
    "health check of 10 s": real_time(
        "CHK-527", {f"{_V}.ContainerStartupHealthCheckTimeoutInSeconds": 10}),
    "http model URL": real_time(
        "CHK-503", {"Model.PrimaryContainer.ModelDataUrl": "http://example.com/model.tar.gz"}),
    "user as role": real_time(
        "CHK-500", {"Model.ExecutionRoleArn": "arn:aws:iam::123456789012:user/someone"}),
    "provisioned above maximum": serverless(
        "CHK-541", {f"{_V}.ServerlessConfig.ProvisionedConcurrency": 40}),
    "serverless and instance": serverless("CHK-542", {f"{_V}.InstanceType": "ml.m5.xlarge"}),
    "serverless and async": serverless(
        "CHK-543",
        {"Config.AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://orders-x/r"}}}),
    "serverless and capture": serverless("CHK-543", {"Config.DataCaptureConfig": _CAPTURE}),
    "serverless in a VPC": serverless(
        "CHK-544",
        {"Model.VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]}}),
    "serverless isolated": serverless("CHK-544", {"Model.EnableNetworkIsolation": True}),
    "async without output": asynchronous(
        "CHK-545", {"Config.AsyncInferenceConfig.OutputConfig.S3OutputPath": GONE}),
    "minimum above maximum": real_time("CHK-570", {"Target.MinCapacity": 9}),
    "zero on real-time": real_time("CHK-571", {"Target.MinCapacity": 0}),
    "wrong variant": real_time(
        "CHK-567",
        {"Target.ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/Main"}}),
    "ECS dimension": real_time("CHK-565", {"Target.ScalableDimension": "ecs:service:DesiredCount"}),
    "InvocationsPerInstance on async": asynchronous(
        "CHK-581",
        {_TRACKING: {"TargetValue": 70, "PredefinedMetricSpecification": {
            "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}}),
    "t2 and scaling": real_time("CHK-575", {f"{_V}.InstanceType": "ml.t2.medium"}),
    "target 0": real_time("CHK-582", {f"{_TRACKING}.TargetValue": 0}),
    "instances scaled on serverless": serverless(
        "CHK-569", {"Target.ScalableDimension": "sagemaker:variant:DesiredInstanceCount"}),
    "hard-coded configuration name": real_time("CHK-532", {"Config.EndpointConfigName": "orders"}),
    "two variants of one name": real_time(
        "CHK-529",
        {"Config.ProductionVariants.1": {
            "VariantName": "AllTraffic", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2,
            "InitialVariantWeight": 1}}),
    "all weights 0": real_time("CHK-530", {f"{_V}.InitialVariantWeight": 0}),
    "secret in the environment": real_time(
        "CHK-515",
        {"Model.PrimaryContainer.Environment.HF_TOKEN": "hf_AbCdEfGhIjKlMnOpQrStUvWxYz012345"}),
    "isolated download": real_time(
        "CHK-511", {"Model.PrimaryContainer.Environment.HF_MODEL_ID": "google/flan-t5-base"}),
    "image in another region": real_time(
        "CHK-517",
        {_IMAGE: "763104351884.dkr.ecr.eu-west-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312"}),
    "CPU image on g5": real_time(
        "CHK-520", {f"{_V}.InstanceType": "ml.g5.xlarge", f"{_V}.VolumeSizeInGB": GONE}),
    "CPU image on inf2": real_time("CHK-520", {f"{_V}.InstanceType": "ml.inf2.xlarge"}),
    "latest": real_time("CHK-519", {_IMAGE: f"{_ECR}/own:latest"}),
    "one instance": real_time("CHK-539", {f"{_V}.InitialInstanceCount": 1}),
    "no key": real_time("CHK-514", {"Config.KmsKeyId": GONE}),
    "no VPC": real_time("CHK-513", {"Model.VpcConfig": GONE}),
    "no isolation": real_time("CHK-512", {"Model.EnableNetworkIsolation": GONE}),
}  # fmt: skip
