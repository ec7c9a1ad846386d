"""Every resource type by the services' own operations, and what drift sees of it."""

import json
import time

import pytest


def _drift(account, name):
    run = account.cfn.detect_stack_drift(StackName=name)["StackDriftDetectionId"]
    for _ in range(200):
        found = account.cfn.describe_stack_drift_detection_status(StackDriftDetectionId=run)
        if found["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        time.sleep(0.05)
    assert found["DetectionStatus"] == "DETECTION_COMPLETE", found
    rows = account.cfn.describe_stack_resource_drifts(StackName=name)["StackResourceDrifts"]
    return found["StackDriftStatus"], {
        row["LogicalResourceId"]: (
            row["StackResourceDriftStatus"],
            [
                (d["PropertyPath"], d["ExpectedValue"], d["ActualValue"], d["DifferenceType"])
                for d in row.get("PropertyDifferences", ())
            ],
        )
        for row in rows
    }


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
READ = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}],
}
FOUNDATION = {
    "Resources": {
        "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "Description": "executes",
                "Policies": [{"PolicyName": "inline", "PolicyDocument": READ}],
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"],
            },
        },
        "Policy": {
            "Type": "AWS::IAM::Policy",
            "Properties": {
                "PolicyName": "extra",
                "PolicyDocument": READ,
                "Roles": [{"Ref": "Role"}],
            },
        },
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {
                "VersioningConfiguration": {"Status": "Enabled"},
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": True,
                    "BlockPublicPolicy": True,
                    "IgnorePublicAcls": True,
                    "RestrictPublicBuckets": True,
                },
                "BucketEncryption": {
                    "ServerSideEncryptionConfiguration": [
                        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
                    ]
                },
            },
        },
        "Topic": {
            "Type": "AWS::SNS::Topic",
            "Properties": {
                "DisplayName": "told",
                "Subscription": [{"Protocol": "email", "Endpoint": "ops@example.com"}],
            },
        },
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": "7"}},
        "Alarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "Namespace": "AWS/SageMaker",
                "MetricName": "Invocation5XXErrors",
                "Dimensions": [{"Name": "EndpointName", "Value": "some"}],
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "AlarmActions": [{"Ref": "Topic"}],
            },
        },
    },
    "Outputs": {
        "RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}},
        "BucketArn": {"Value": {"Fn::GetAtt": ["Bucket", "Arn"]}},
        "TopicName": {"Value": {"Fn::GetAtt": ["Topic", "TopicName"]}},
    },
}
IAM = {"Capabilities": ["CAPABILITY_IAM"]}


@pytest.fixture(scope="module")
def foundation(account):
    name = account.create(FOUNDATION, Tags=[{"Key": "team", "Value": "risk"}], **IAM)
    assert account.stack(name)["StackStatus"] == "CREATE_COMPLETE", account.events(name)
    return name


def test_what_surrounds_an_endpoint_is_really_made(account, foundation, client):
    physical, outputs = account.physical(foundation), account.outputs(foundation)
    role = client("iam").get_role(RoleName=physical["Role"])["Role"]
    assert role["Arn"] == outputs["RoleArn"]
    assert role["Tags"] == [{"Key": "team", "Value": "risk"}]
    names = client("iam").list_role_policies(RoleName=physical["Role"])["PolicyNames"]
    assert sorted(names) == ["extra", "inline"]
    attached = client("iam").list_attached_role_policies(RoleName=physical["Role"])
    assert len(attached["AttachedPolicies"]) == 1
    versioning = client("s3").get_bucket_versioning(Bucket=physical["Bucket"])
    assert versioning["Status"] == "Enabled"
    assert physical["Topic"].endswith(":" + outputs["TopicName"])
    groups = client("logs").describe_log_groups(logGroupNamePrefix=physical["Logs"])["logGroups"]
    assert groups[0]["retentionInDays"] == 7
    alarm = client("cloudwatch").describe_alarms(AlarmNames=[physical["Alarm"]])["MetricAlarms"][0]
    assert alarm["AlarmActions"] == [physical["Topic"]]


def test_nothing_has_drifted_right_after_creation(account, foundation):
    status, rows = _drift(account, foundation)
    assert rows == {name: ("IN_SYNC", []) for name in FOUNDATION["Resources"]}
    assert status == "IN_SYNC"


def test_changes_in_place_reach_the_services(account, client):
    name = account.create(FOUNDATION, **IAM)
    before = account.physical(name)
    changed = json.loads(json.dumps(FOUNDATION))
    resources = changed["Resources"]
    resources["Role"]["Properties"] |= {"Description": "other", "Policies": []}
    del resources["Role"]["Properties"]["ManagedPolicyArns"]
    resources["Policy"]["Properties"]["PolicyName"] = "renamed"
    resources["Bucket"]["Properties"] = {}
    resources["Topic"]["Properties"] = {"DisplayName": "new"}
    resources["Logs"]["Properties"] = {}
    resources["Alarm"]["Properties"]["Threshold"] = 5
    status = account.update(name, changed, Tags=[{"Key": "a", "Value": "b"}], **IAM)
    assert status == "UPDATE_COMPLETE", account.events(name)
    assert account.physical(name) == before
    role = before["Role"]
    assert client("iam").list_role_policies(RoleName=role)["PolicyNames"] == ["renamed"]
    assert client("iam").get_role(RoleName=role)["Role"]["Description"] == "other"
    held = client("sns").list_subscriptions_by_topic(TopicArn=before["Topic"])
    assert held["Subscriptions"] == []
    groups = client("logs").describe_log_groups(logGroupNamePrefix=before["Logs"])["logGroups"]
    assert "retentionInDays" not in groups[0]
    alarm = client("cloudwatch").describe_alarms(AlarmNames=[before["Alarm"]])["MetricAlarms"][0]
    assert alarm["Threshold"] == 5
    assert client("s3").get_bucket_versioning(Bucket=before["Bucket"])["Status"] == "Suspended"
    _, rows = _drift(account, name)
    assert {row[0] for row in rows.values()} == {"IN_SYNC"}, rows
    assert account.delete(name) == "DELETE_COMPLETE"


def test_a_bucket_with_objects_stops_the_deletion_until_it_is_retained(account, client):
    template = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
    name = account.create(template)
    bucket = account.physical(name)["Bucket"]
    client("s3").put_object(Bucket=bucket, Key="kept", Body=b"1")
    assert account.delete(name) == "DELETE_FAILED"
    assert account.stack(name)["StackStatusReason"] == (
        "The following resource(s) failed to delete: [Bucket]. "
    )
    identifier = account.stack(name)["StackId"]
    account.cfn.delete_stack(StackName=name, RetainResources=["Bucket"])
    assert account.settled(identifier) == "DELETE_COMPLETE"
    assert client("s3").get_object(Bucket=bucket, Key="kept")["Body"].read() == b"1"


def test_iam_resources_need_the_right_consent(account):
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}
    template = {"Resources": {"Role": role}}
    create = account.cfn.create_stack
    code, message = account.refused(
        create, StackName="no-consent", TemplateBody=json.dumps(template)
    )
    assert code == "InsufficientCapabilitiesException"
    assert message == "Requires capabilities : [CAPABILITY_IAM]"
    role["Properties"]["RoleName"] = "named"
    body = json.dumps(template)
    _, message = account.refused(create, StackName="no-consent", TemplateBody=body, **IAM)
    assert message == "Requires capabilities : [CAPABILITY_NAMED_IAM]"


def _scaled(account, **limits):
    target = {
        "Type": "AWS::ApplicationAutoScaling::ScalableTarget",
        "Properties": {
            "ServiceNamespace": "sagemaker",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
            "ResourceId": {"Fn::Sub": "endpoint/${Endpoint.EndpointName}/variant/AllTraffic"},
            "MinCapacity": 1,
            "MaxCapacity": 2,
            "ScheduledActions": [
                {
                    "ScheduledActionName": "morning",
                    "Schedule": "cron(0 8 * * ? *)",
                    "ScalableTargetAction": {"MinCapacity": 2},
                }
            ],
            **limits,
        },
    }
    policy = {
        "Type": "AWS::ApplicationAutoScaling::ScalingPolicy",
        "Properties": {
            "PolicyName": "track",
            "PolicyType": "TargetTrackingScaling",
            "ScalingTargetId": {"Ref": "Target"},
            "TargetTrackingScalingPolicyConfiguration": {
                "TargetValue": 70,
                "PredefinedMetricSpecification": {
                    "PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"
                },
            },
        },
    }
    return account.template(account.one, Target=target, Policy=policy)


def test_scaling_follows_the_endpoint_and_drift_sees_foreign_hands(account, client):
    name = account.create(_scaled(account))
    assert account.stack(name)["StackStatus"] == "CREATE_COMPLETE", account.events(name)
    scaling = client("application-autoscaling")
    resource = f"endpoint/{account.outputs(name)['EndpointName']}/variant/AllTraffic"
    physical = account.physical(name)
    assert physical["Target"] == (f"{resource}|sagemaker:variant:DesiredInstanceCount|sagemaker")
    asked = {"ServiceNamespace": "sagemaker", "ResourceId": resource}
    policies = scaling.describe_scaling_policies(**asked)["ScalingPolicies"]
    assert [one["PolicyARN"] for one in policies] == [physical["Policy"]]
    actions = scaling.describe_scheduled_actions(**asked)["ScheduledActions"]
    assert [one["ScheduledActionName"] for one in actions] == ["morning"]
    assert _drift(account, name)[0] == "IN_SYNC", _drift(account, name)

    scaling.register_scalable_target(
        **asked, ScalableDimension="sagemaker:variant:DesiredInstanceCount", MaxCapacity=3
    )
    status, rows = _drift(account, name)
    assert (status, rows["Target"]) == (
        "DRIFTED",
        ("MODIFIED", [("/MaxCapacity", "2", "3", "NOT_EQUAL")]),
    )
    assert account.stack(name)["DriftInformation"]["StackDriftStatus"] == "DRIFTED"

    assert account.update(name, _scaled(account, MaxCapacity=2, ScheduledActions=[])) == (
        "UPDATE_COMPLETE"
    )
    assert scaling.describe_scheduled_actions(**asked)["ScheduledActions"] == []
    scaling.delete_scaling_policy(
        **asked, ScalableDimension="sagemaker:variant:DesiredInstanceCount", PolicyName="track"
    )
    assert _drift(account, name)[1]["Policy"] == ("DELETED", [])
    assert account.delete(name) == "DELETE_COMPLETE"
    assert (
        scaling.describe_scalable_targets(ServiceNamespace="sagemaker", ResourceIds=[resource])[
            "ScalableTargets"
        ]
        == []
    )


def test_an_inference_component_is_made_changed_and_deleted(account, client):
    template = account.template(account.one)
    config = template["Resources"]["Config"]["Properties"]
    del config["ProductionVariants"][0]["ModelName"]
    config["ExecutionRoleArn"] = account.role_arn
    resources = {"NumberOfCpuCoresRequired": 1, "MinMemoryRequiredInMb": 256}
    component = {
        "EndpointName": {"Fn::GetAtt": ["Endpoint", "EndpointName"]},
        "VariantName": "AllTraffic",
        "Specification": {
            "ModelName": {"Fn::GetAtt": ["Model", "ModelName"]},
            "ComputeResourceRequirements": resources,
        },
        "RuntimeConfig": {"CopyCount": 1},
    }
    template["Resources"]["Component"] = {
        "Type": "AWS::SageMaker::InferenceComponent", "Properties": component,
    }  # fmt: skip
    name = account.create(template)
    assert account.stack(name)["StackStatus"] == "CREATE_COMPLETE", account.events(name)
    assert _drift(account, name)[0] == "IN_SYNC"
    before = account.physical(name)
    component["RuntimeConfig"]["CopyCount"] = 2
    assert account.update(name, template) == "UPDATE_COMPLETE"
    assert account.physical(name) == before
    found = client("sagemaker").describe_inference_component(
        InferenceComponentName=before["Component"].rsplit("/", 1)[1]
    )
    assert found["RuntimeConfig"]["DesiredCopyCount"] == 2
    assert account.delete(name) == "DELETE_COMPLETE"
    assert client("sagemaker").list_inference_components()["InferenceComponents"] == []
