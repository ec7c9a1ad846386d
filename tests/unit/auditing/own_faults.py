"""Faults of our own choosing, each one change to a good template."""

from typing import Any

from tests.unit.auditing.peer_faults import Fault, asynchronous, real_time, serverless
from tests.unit.auditing.templates import GONE

_V = "Config.ProductionVariants.0"
_C = "Model.PrimaryContainer"
_TRACKING = "Policy.TargetTrackingScalingPolicyConfiguration"
_CUSTOM = f"{_TRACKING}.CustomizedMetricSpecification"
_STEPS = "BurstPolicy.StepScalingPolicyConfiguration"
_ROUTE = "Endpoint.DeploymentConfig.BlueGreenUpdatePolicy.TrafficRoutingConfiguration"
_GREEN = "Endpoint.DeploymentConfig.BlueGreenUpdatePolicy"
_STATEMENTS = "Role.Policies.0.PolicyDocument.Statement"
_DLC = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
_VARIANT_B = {
    "VariantName": "B", "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
    "InstanceType": "ml.m5.xlarge", "InitialInstanceCount": 2, "InitialVariantWeight": 1,
}  # fmt: skip


def components(rule: str, edits: dict[str, Any]) -> Fault:
    return Fault("components", edits, rule)


_NAME = "${Endpoint.EndpointName}"


def _image(tail: str) -> dict[str, str]:
    return {f"{_C}.Image": f"{_DLC}/{tail}"}


OWN_FAULTS: dict[str, Fault] = {
    # models and containers
    "no role": real_time("CHK-500", {"Model.ExecutionRoleArn": GONE}),
    "role by name": real_time("CHK-500", {"Model.ExecutionRoleArn": {"Ref": "Role"}}),
    "no container": real_time("CHK-501", {_C: GONE}),
    "two kinds of containers": real_time(
        "CHK-501", {"Model.Containers": [{"Image": f"{_DLC}/own:1"}]}),
    "no image": real_time("CHK-502", {f"{_C}.Image": GONE}),
    "a bare file as model": real_time(
        "CHK-504", {f"{_C}.ModelDataUrl": "s3://orders-models/v7/model.joblib"}),
    "a prefix as model": real_time("CHK-504", {f"{_C}.ModelDataUrl": "s3://orders-models/v7/"}),
    "an archive for many models": real_time("CHK-504", {f"{_C}.Mode": "MultiModel"}),
    "two sources": real_time(
        "CHK-505",
        {f"{_C}.ModelDataSource": {"S3DataSource": {
            "S3Uri": "s3://orders-models/v7/", "S3DataType": "S3Prefix",
            "CompressionType": "None"}}}),
    "compressed prefix": real_time(
        "CHK-506",
        {f"{_C}.ModelDataUrl": GONE,
         f"{_C}.ModelDataSource": {"S3DataSource": {
             "S3Uri": "s3://orders-models/v7/", "S3DataType": "S3Prefix",
             "CompressionType": "Gzip"}}}),
    "model in another region's bucket": real_time(
        "CHK-507",
        {f"{_C}.ModelDataUrl": "s3://sagemaker-eu-west-1-123456789012/orders/model.tar.gz"}),
    "variable too long": real_time("CHK-508", {f"{_C}.Environment.PROMPT": "x" * 1025}),
    "too many variables": real_time(
        "CHK-508", {f"{_C}.Environment": {f"V{n}": "x" for n in range(101)}}),
    "variable name": real_time("CHK-508", {f"{_C}.Environment.my-variable": "x"}),
    "no security group": real_time("CHK-509", {"Model.VpcConfig.SecurityGroupIds": GONE}),
    "group among subnets": real_time("CHK-509", {"Model.VpcConfig.Subnets": ["sg-0a1b2c3d"]}),
    "direct without hostname": real_time(
        "CHK-510",
        {_C: GONE, "Model.InferenceExecutionConfig": {"Mode": "Direct"},
         "Model.Containers": [{"Image": f"{_DLC}/own:1"}, {"Image": f"{_DLC}/own:2"}]}),
    "script fetched under isolation": real_time(
        "CHK-511", {f"{_C}.Environment.SAGEMAKER_SUBMIT_DIRECTORY": "s3://orders-code/s.tar.gz"}),
    "password": real_time("CHK-515", {f"{_C}.Environment.DB_PASSWORD": "correct-horse"}),
    "AWS key under a plain name": real_time(
        "CHK-515", {f"{_C}.Environment.UPLOADER": "AKIAIOSFODNN7EXAMPLE"}),
    "Docker Hub": real_time("CHK-516", {f"{_C}.Image": "python:3.12"}),
    "training image": real_time("CHK-518", _image("pytorch-training:2.6.0-cpu-py312")),
    "no tag": real_time("CHK-519", _image("orders")),
    "GPU image on a CPU": real_time("CHK-520", _image("pytorch-inference:2.6.0-gpu-py312-cu124")),
    "Neuron image on a CPU": real_time(
        "CHK-520", _image("pytorch-inference-neuronx:2.5.1-neuronx-py310-sdk2.21.0")),
    "x86 image on Graviton": real_time("CHK-521", {f"{_V}.InstanceType": "ml.c7g.xlarge"}),
    "several models on an image for one": real_time(
        "CHK-522",
        {**_image("huggingface-pytorch-inference:2.6.0-transformers4.51.3-cpu-py312"),
         f"{_C}.Mode": "MultiModel", f"{_C}.ModelDataUrl": "s3://orders-models/many/"}),
    "GPU image on serverless": serverless(
        "CHK-523", _image("pytorch-inference:2.6.0-gpu-py312-cu124")),
    # configurations and variants
    "type elsewhere": real_time("CHK-525", {f"{_V}.InstanceType": "ml.m6i.xlarge"}),
    "no instance type": real_time("CHK-526", {f"{_V}.InstanceType": GONE}),
    "no instances": real_time("CHK-526", {f"{_V}.InitialInstanceCount": 0}),
    "volume of 600 GB": real_time("CHK-527", {f"{_V}.VolumeSizeInGB": 600}),
    "download time-out": real_time("CHK-527", {f"{_V}.ModelDataDownloadTimeoutInSeconds": 7200}),
    "negative weight": real_time("CHK-527", {f"{_V}.InitialVariantWeight": -1}),
    "volume on a local disk": real_time("CHK-528", {f"{_V}.InstanceType": "ml.m5d.xlarge"}),
    "no variant": real_time("CHK-531", {"Config.ProductionVariants": []}),
    "shadow of two": real_time(
        "CHK-531",
        {"Config.ProductionVariants.1": _VARIANT_B,
         "Config.ShadowProductionVariants": [{**_VARIANT_B, "VariantName": "C"}]}),
    "key in another region": real_time(
        "CHK-533",
        {"Config.KmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/"
                            "12345678-1234-1234-1234-123456789012"}),
    "no key at all": real_time("CHK-533", {"Config.KmsKeyId": "my-key"}),
    "routing": real_time("CHK-534", {f"{_V}.RoutingConfig.RoutingStrategy": "ROUND_ROBIN"}),
    "components without a role": components("CHK-535", {"Config.ExecutionRoleArn": GONE}),
    "component on a variant with a model": components(
        "CHK-535", {f"{_V}.ModelName": {"Fn::GetAtt": ["Model", "ModelName"]}}),
    "component without memory": components(
        "CHK-536", {"Component.Specification.ComputeResourceRequirements": {}}),
    "component of 64 MB": components(
        "CHK-536",
        {"Component.Specification.ComputeResourceRequirements.MinMemoryRequiredInMb": 64}),
    "component without a copy": components("CHK-536", {"Component.RuntimeConfig.CopyCount": 0}),
    "managed minimum above maximum": components(
        "CHK-537", {f"{_V}.ManagedInstanceScaling.MinInstanceCount": 9}),
    "two variants on async": asynchronous("CHK-538", {"Config.ProductionVariants.1": _VARIANT_B}),
    # what a type has not
    "serverless without memory": serverless(
        "CHK-540", {f"{_V}.ServerlessConfig.MemorySizeInMB": GONE}),
    "serverless with a volume": serverless("CHK-542", {f"{_V}.VolumeSizeInGB": 10}),
    "serverless with many models": serverless(
        "CHK-544", {f"{_C}.Mode": "MultiModel", f"{_C}.ModelDataUrl": "s3://orders-models/many/"}),
    "serverless with a data source": serverless(
        "CHK-544",
        {f"{_C}.ModelDataUrl": GONE,
         f"{_C}.ModelDataSource": {"S3DataSource": {
             "S3Uri": "s3://orders-models/v7/", "S3DataType": "S3Prefix",
             "CompressionType": "None"}}}),
    "results outside S3": asynchronous(
        "CHK-545", {"Config.AsyncInferenceConfig.OutputConfig.S3OutputPath": "/results"}),
    "2000 requests at a time": asynchronous(
        "CHK-546",
        {"Config.AsyncInferenceConfig.ClientConfig.MaxConcurrentInvocationsPerInstance": 2000}),
    "topic by name": asynchronous(
        "CHK-546",
        {"Config.AsyncInferenceConfig.OutputConfig.NotificationConfig": {"ErrorTopic": "errors"}}),
    "capture on async": asynchronous(
        "CHK-547",
        {"Config.DataCaptureConfig": {
            "EnableCapture": True, "InitialSamplingPercentage": 5,
            "DestinationS3Uri": "s3://orders-captured/x",
            "CaptureOptions": [{"CaptureMode": "Input"}]}}),
    "many models on async": asynchronous(
        "CHK-547", {f"{_C}.Mode": "MultiModel", f"{_C}.ModelDataUrl": "s3://orders-models/many/"}),
    "capture without a place": real_time(
        "CHK-548", {"Config.DataCaptureConfig.DestinationS3Uri": GONE}),
    "capture of 150 %": real_time(
        "CHK-548", {"Config.DataCaptureConfig.InitialSamplingPercentage": 150}),
    "capture of nothing": real_time("CHK-548", {"Config.DataCaptureConfig.CaptureOptions": []}),
    # endpoints and updates
    "name too long": real_time("CHK-550", {"Endpoint.EndpointName": "x" * 64}),
    "name with an underscore": real_time("CHK-550", {f"{_V}.VariantName": "All_Traffic"}),
    "fifty-one tags": real_time(
        "CHK-551", {"Config.Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(51)]}),
    "tag of AWS's own": real_time("CHK-551", {"Config.Tags.0.Key": "aws:owner"}),
    "tag twice": real_time("CHK-551", {"Config.Tags.1": {"Key": "owner", "Value": "x"}}),
    "configuration by ARN": real_time(
        "CHK-552", {"Endpoint.EndpointConfigName": {"Ref": "Config"}}),
    "model by ARN": real_time("CHK-552", {f"{_V}.ModelName": {"Ref": "Model"}}),
    "reference to nothing": real_time(
        "CHK-553", {f"{_V}.ModelName": {"Fn::GetAtt": ["Modle", "ModelName"]}}),
    "canary of 80 %": real_time("CHK-554", {f"{_ROUTE}.CanarySize.Value": 80}),
    "linear step of 5 %": real_time(
        "CHK-554",
        {_ROUTE: {"Type": "LINEAR", "WaitIntervalInSeconds": 300,
                  "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 5}}}),
    "canary of two of two": real_time(
        "CHK-554", {f"{_ROUTE}.CanarySize": {"Type": "INSTANCE_COUNT", "Value": 2}}),
    "canary of one": real_time("CHK-555", {f"{_V}.InitialInstanceCount": 1}),
    "canary without a size": real_time("CHK-556", {f"{_ROUTE}.CanarySize": GONE}),
    "blue/green and rolling": real_time(
        "CHK-556",
        {"Endpoint.DeploymentConfig.RollingUpdatePolicy": {
            "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
            "WaitIntervalInSeconds": 60}}),
    "wait of two hours": real_time("CHK-557", {f"{_ROUTE}.WaitIntervalInSeconds": 7200}),
    "longer than the whole": real_time(
        "CHK-557", {f"{_GREEN}.MaximumExecutionTimeoutInSeconds": 600,
                    f"{_GREEN}.TerminationWaitInSeconds": 900}),
    "whole too short": real_time("CHK-557", {f"{_GREEN}.MaximumExecutionTimeoutInSeconds": 300}),
    "nothing turns it back": real_time(
        "CHK-558", {"Endpoint.DeploymentConfig.AutoRollbackConfiguration": GONE}),
    "alarm of another endpoint": real_time(
        "CHK-559", {"LatencyAlarm.Dimensions.0.Value": "payments"}),
    "guardrails on serverless": serverless(
        "CHK-560",
        {"Endpoint.DeploymentConfig": {"BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE"}}}}),
    "counts reset": real_time("CHK-561", {"Endpoint.RetainAllVariantProperties": False}),
    "counts left out": real_time(
        "CHK-561",
        {"Endpoint.ExcludeRetainedVariantProperties": [
            {"VariantPropertyType": "DesiredInstanceCount"}]}),
    # scaling
    "EC2 namespace": real_time("CHK-565", {"Target.ServiceNamespace": "ec2"}),
    "resource id by ARN": real_time(
        "CHK-566", {"Target.ResourceId": {"Fn::Sub": "endpoint/${Endpoint}/variant/AllTraffic"}}),
    "resource id misspelt": real_time(
        "CHK-566",
        {"Target.ResourceId": {"Fn::Sub": f"endpoints/{_NAME}/variant/AllTraffic"}}),
    "another endpoint": real_time(
        "CHK-567", {"Target.ResourceId": "endpoint/order/variant/AllTraffic"}),
    "component that is not there": components(
        "CHK-567", {"Target.ResourceId": "inference-component/orders"}),
    "target before its endpoint": real_time(
        "CHK-568",
        {"Target.ResourceId": {"Fn::Sub": "endpoint/${EndpointName}/variant/AllTraffic"}}),
    "configuration before its model": real_time(
        "CHK-568", {"Model.ModelName": "orders-model", f"{_V}.ModelName": "orders-model"}),
    "name of the stack for the configuration": real_time(
        "CHK-532", {"Config.EndpointConfigName": {"Fn::Sub": "${AWS::StackName}-config"}}),
    "copies of a variant": real_time(
        "CHK-569", {"Target.ScalableDimension": "sagemaker:inference-component:DesiredCopyCount"}),
    "provisioned on real-time": real_time(
        "CHK-569",
        {"Target.ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency"}),
    "scheduled zero": real_time(
        "CHK-571", {"Target.ScheduledActions.0.ScalableTargetAction.MinCapacity": 0}),
    "nothing provisioned": serverless(
        "CHK-572", {f"{_V}.ServerlessConfig.ProvisionedConcurrency": GONE}),
    "provisioned above concurrency": serverless("CHK-572", {"Target.MaxCapacity": 50}),
    "starts above the maximum": real_time("CHK-573", {f"{_V}.InitialInstanceCount": 9}),
    "scaled twice": real_time(
        "CHK-573",
        {f"{_V}.ManagedInstanceScaling": {
            "Status": "ENABLED", "MinInstanceCount": 1, "MaxInstanceCount": 4}}),
    "registered twice": real_time(
        "CHK-574",
        {"Target2": {
            "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
            "Properties": {
                "ServiceNamespace": "sagemaker",
                "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/AllTraffic"},
                "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
                "MinCapacity": 1, "MaxCapacity": 3}}}),
    "cron of five fields": real_time(
        "CHK-576", {"Target.ScheduledActions.0.Schedule": "cron(0 8 * * MON-FRI)"}),
    "schedule without bounds": real_time(
        "CHK-576", {"Target.ScheduledActions.0.ScalableTargetAction": {}}),
    "scheduled minimum above maximum": real_time(
        "CHK-576", {"Target.ScheduledActions.0.ScalableTargetAction.MinCapacity": 20}),
    "policy of an unregistered target": real_time(
        "CHK-577",
        {"Policy.ScalingTargetId": GONE, "Policy.ServiceNamespace": "sagemaker",
         "Policy.ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
         "Policy.ResourceId": "endpoint/orders/variant/Other"}),
    "policy of another dimension": real_time(
        "CHK-578",
        {"Policy.ScalingTargetId": GONE, "Policy.ServiceNamespace": "sagemaker",
         "Policy.ScalableDimension": "sagemaker:variant:DesiredProvisionedConcurrency",
         "Policy.ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/AllTraffic"}}),
    "predictive": real_time("CHK-579", {"Policy.PolicyType": "PredictiveScaling"}),
    "steps without steps' configuration": real_time(
        "CHK-579", {"Policy.PolicyType": "StepScaling"}),
    "metric of ECS": real_time(
        "CHK-580",
        {f"{_TRACKING}.PredefinedMetricSpecification.PredefinedMetricType":
            "ECSServiceAverageCPUUtilization"}),
    "short name of the metric": real_time(
        "CHK-580",
        {f"{_TRACKING}.PredefinedMetricSpecification.PredefinedMetricType":
            "InvocationsPerInstance"}),
    "no metric": real_time("CHK-580", {f"{_TRACKING}.PredefinedMetricSpecification": GONE}),
    "copies' metric on a variant": real_time(
        "CHK-581",
        {f"{_TRACKING}.PredefinedMetricSpecification.PredefinedMetricType":
            "SageMakerInferenceComponentInvocationsPerCopy"}),
    "variant's metric on copies": components(
        "CHK-581",
        {f"{_TRACKING}.PredefinedMetricSpecification.PredefinedMetricType":
            "SageMakerVariantInvocationsPerInstance"}),
    "utilization of 70": serverless("CHK-582", {f"{_TRACKING}.TargetValue": 70}),
    "negative cooldown": real_time("CHK-583", {f"{_TRACKING}.ScaleInCooldown": -1}),
    "no steps": real_time("CHK-584", {f"{_STEPS}.StepAdjustments": []}),
    "gap between steps": real_time(
        "CHK-584", {f"{_STEPS}.StepAdjustments.1.MetricIntervalLowerBound": 300000}),
    "overlapping steps": real_time(
        "CHK-584", {f"{_STEPS}.StepAdjustments.1.MetricIntervalLowerBound": 100000}),
    "steps that nothing calls": real_time("CHK-585", {"LatencyAlarm.AlarmActions": GONE}),
    "one metric, two policies": real_time(
        "CHK-586",
        {"Policy2": {
            "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
            "Properties": {
                "PolicyName": "again", "PolicyType": "TargetTrackingScaling",
                "ScalingTargetId": {"Ref": "Target"},
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 100,
                    "PredefinedMetricSpecification": {
                        "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}}}}}),
    "nothing wakes it": asynchronous("CHK-587", {"WakePolicy": GONE, "WakeAlarm": GONE}),
    # alarms and metrics
    "namespace misspelt": real_time("CHK-588", {"ErrorAlarm.Namespace": "AWS/Sagemaker"}),
    "latency among resources": real_time(
        "CHK-588", {"LatencyAlarm.Namespace": "/aws/sagemaker/Endpoints"}),
    "alarm without the variant": real_time("CHK-589", {"ErrorAlarm.Dimensions.1": GONE}),
    "backlog by variant": asynchronous(
        "CHK-589", {f"{_CUSTOM}.Dimensions.1": {"Name": "VariantName", "Value": "AllTraffic"}}),
    "alarm on another variant": real_time("CHK-590", {"ErrorAlarm.Dimensions.1.Value": "Main"}),
    "alarm by ARN": real_time("CHK-590", {"ErrorAlarm.Dimensions.0.Value": {"Ref": "Endpoint"}}),
    "average of invocations per instance": real_time(
        "CHK-591",
        {"ErrorAlarm.MetricName": "InvocationsPerInstance", "ErrorAlarm.Threshold": 100}),
    "latency in milliseconds": real_time("CHK-591", {"LatencyAlarm.Unit": "Milliseconds"}),
    "400 microseconds": real_time("CHK-592", {"LatencyAlarm.Threshold": 400}),
    "errors above a share": real_time("CHK-592", {"ErrorAlarm.Threshold": 5}),
    "alarm while fast": real_time(
        "CHK-593", {"LatencyAlarm.ComparisonOperator": "LessThanThreshold"}),
    "four of three points": real_time("CHK-594", {"LatencyAlarm.DatapointsToAlarm": 4}),
    "period of 10 s": real_time("CHK-594", {"ErrorAlarm.Period": 10}),
    "period of 90 s": real_time("CHK-594", {"ErrorAlarm.Period": 90}),
    "invocations of a queue": asynchronous(
        "CHK-595",
        {"WakeAlarm2": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/SageMaker", "MetricName": "Invocations",
                "Dimensions": [
                    {"Name": "EndpointName", "Value": {"Fn::GetAtt": ["Endpoint", "EndpointName"]}},
                    {"Name": "VariantName", "Value": "AllTraffic"}],
                "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 100,
                "ComparisonOperator": "GreaterThanThreshold"}}}),
    "backlog of real-time": real_time(
        "CHK-595",
        {"ErrorAlarm.MetricName": "ApproximateBacklogSize", "ErrorAlarm.Dimensions.1": GONE}),
    "actions off": real_time("CHK-596", {"LatencyAlarm.ActionsEnabled": False}),
    "called when over": real_time(
        "CHK-597",
        {"LatencyAlarm.AlarmActions": GONE, "LatencyAlarm.OKActions": [{"Ref": "BurstPolicy"}]}),
    # roles
    "trust of Lambda": real_time(
        "CHK-524",
        {"Role.AssumeRolePolicyDocument.Statement.0.Principal.Service": "lambda.amazonaws.com"}),
    "may do everything": real_time(
        "CHK-598", {f"{_STATEMENTS}.0": {"Effect": "Allow", "Action": "*", "Resource": "*"}}),
    "all of S3": real_time(
        "CHK-598", {f"{_STATEMENTS}.0": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}),
    "administrator": real_time(
        "CHK-598",
        {"Role.ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}),
    "no access to the model": real_time(
        "CHK-599", {f"{_STATEMENTS}.0.Resource": "arn:aws:s3:::other-models/*"}),
    "no access to the image": real_time(
        "CHK-599", {f"{_STATEMENTS}.3.Action": ["ecr:DescribeImages"]}),
    "no access to the network": real_time(
        "CHK-599", {f"{_STATEMENTS}.5.Action": ["ec2:Describe*"]}),
    "no access to results": asynchronous("CHK-599", {f"{_STATEMENTS}.1.Action": ["s3:GetObject"]}),
}  # fmt: skip
