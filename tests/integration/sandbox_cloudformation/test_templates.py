"""Templates as people write them: YAML with short functions, parameters, conditions; refusals."""

import json
import time
import uuid

import pytest

YAML = """
AWSTemplateFormatVersion: 2010-09-09
Description: A classifier
Parameters:
  Data: {Type: String, AllowedPattern: 's3://.+', ConstraintDescription: an S3 URI}
  RoleArn: {Type: String}
  Image: {Type: String}
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Count: {Type: Number, Default: 1, MinValue: 1}
  Secret: {Type: String, NoEcho: true, Default: hidden}
Mappings:
  Size: {dev: {Type: ml.m5.large}, prod: {Type: ml.m5.xlarge}}
Conditions:
  Production: !Equals [!Ref Stage, prod]
  Small: !Not [!Condition Production]
Resources:
  Model:
    Type: AWS::SageMaker::Model
    Properties:
      ExecutionRoleArn: !Ref RoleArn
      PrimaryContainer:
        Image: !Ref Image
        ModelDataUrl: !Ref Data
        Environment: {STAGE: !Ref Stage, SECRET: !Ref Secret}
  Config:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      ProductionVariants:
        - VariantName: !Join ['-', [All, !Select [1, !Split [',', 'x,Traffic']]]]
          ModelName: !GetAtt Model.ModelName
          InstanceType: !FindInMap [Size, !Ref Stage, Type]
          InitialInstanceCount: !Ref Count
          VolumeSizeInGB: !If [Production, 10, !Ref AWS::NoValue]
  Endpoint:
    Type: AWS::SageMaker::Endpoint
    Properties:
      EndpointName: !Sub '${AWS::StackName}-${Stage}'
      EndpointConfigName: !GetAtt Config.EndpointConfigName
  Alarm:
    Type: AWS::CloudWatch::Alarm
    Condition: Production
    Properties: {ComparisonOperator: GreaterThanThreshold, EvaluationPeriods: 1}
Outputs:
  Name: {Value: !GetAtt Endpoint.EndpointName, Description: where to send}
  Arn: {Value: !Ref Endpoint}
  Bill: {Value: !Sub ['${Who}@${AWS::AccountId}', {Who: !Ref Stage}]}
  Alarmed: {Condition: Production, Value: !Ref Alarm}
"""


def _values(account, **more):
    image = account.template("")["Resources"]["Model"]["Properties"]["PrimaryContainer"]["Image"]
    given = {"Data": account.one, "RoleArn": account.role_arn, "Image": image} | more
    return [{"ParameterKey": k, "ParameterValue": v} for k, v in given.items()]


def test_short_functions_parameters_and_conditions_are_carried_out(account, client):
    name = account.create(YAML, Parameters=_values(account))
    assert account.stack(name)["StackStatus"] == "CREATE_COMPLETE", account.events(name)
    endpoint = f"{name}-dev"
    assert account.outputs(name) == {
        "Name": endpoint,
        "Arn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{endpoint}",
        "Bill": "dev@123456789012",
    }
    assert account.predict(endpoint) == 2.0
    found = client("sagemaker").describe_endpoint(EndpointName=endpoint)
    config = client("sagemaker").describe_endpoint_config(
        EndpointConfigName=found["EndpointConfigName"]
    )["ProductionVariants"][0]
    assert (config["VariantName"], config["InstanceType"]) == ("All-Traffic", "ml.m5.large")
    assert config["InitialInstanceCount"] == 1
    assert "VolumeSizeInGB" not in config
    stack = account.stack(name)
    shown = {p["ParameterKey"]: p["ParameterValue"] for p in stack["Parameters"]}
    assert (shown["Secret"], shown["Stage"], shown["Count"]) == ("****", "dev", "1")
    assert stack["Description"] == "A classifier"
    assert account.cfn.get_template(StackName=name)["TemplateBody"] == YAML
    kept = [{"ParameterKey": k, "UsePreviousValue": True} for k in ("Data", "RoleArn", "Image")]
    account.cfn.update_stack(
        StackName=name, UsePreviousTemplate=True,
        Parameters=[*kept, {"ParameterKey": "Count", "ParameterValue": "2"}],
    )  # fmt: skip
    assert account.settled(name) == "UPDATE_COMPLETE"
    assert account.outputs(name)["Name"] == endpoint
    assert account.delete(name) == "DELETE_COMPLETE"


def test_a_template_is_validated_with_its_parameters(account):
    found = account.cfn.validate_template(TemplateBody=YAML)
    assert found["Description"] == "A classifier"
    rows = {row["ParameterKey"]: row for row in found["Parameters"]}
    assert rows["Stage"]["DefaultValue"] == "dev"
    assert "DefaultValue" not in rows["Data"]
    assert rows["Secret"]["NoEcho"] is True
    summary = account.cfn.get_template_summary(TemplateBody=YAML)
    assert "AWS::SageMaker::Endpoint" in summary["ResourceTypes"]
    constraints = {r["ParameterKey"]: r["ParameterConstraints"] for r in summary["Parameters"]}
    assert constraints["Stage"] == {"AllowedValues": ["dev", "prod"]}


def test_a_template_may_lie_in_s3(account, client):
    body = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    client("s3").put_object(Bucket=account.bucket, Key="t/topic.json", Body=body)
    name = f"stack-{uuid.uuid4().hex[:8]}"
    url = f"https://{account.bucket}.s3.us-east-1.amazonaws.com/t/topic.json"
    account.cfn.create_stack(StackName=name, TemplateURL=url)
    assert account.settled(name) == "CREATE_COMPLETE"
    assert account.delete(name) == "DELETE_COMPLETE"
    message = account.refused(
        account.cfn.create_stack, StackName=name, TemplateURL=url.replace("topic", "missing")
    )[1]
    assert message.startswith("S3 error: ")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"Stage": "test"}, "Parameter 'Stage' must be one of AllowedValues"),
        ({"Data": "file"}, "Parameter Data failed to satisfy constraint: an S3 URI"),
        ({"Count": "0"}, "Parameter 'Count' must be a number not less than 1"),
        ({"Count": "two"}, "Parameter 'Count' must be a number."),
        ({"Other": "x"}, "Parameters: [Other] do not exist in the template"),
    ],
)
def test_parameters_must_satisfy_their_constraints(account, changed, message):
    assert account.refused(
        account.cfn.create_stack, StackName="refused", TemplateBody=YAML,
        Parameters=_values(account, **changed),
    ) == ("ValidationError", message)  # fmt: skip


def test_parameters_without_default_must_be_given(account):
    assert account.refused(account.cfn.create_stack, StackName="refused", TemplateBody=YAML)[1] == (
        "Parameters: [Data, RoleArn, Image] must have values"
    )


_TOPIC = {"Type": "AWS::SNS::Topic"}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{", "Template format error: JSON not well-formed."),
        ("a: [", "Template format error: YAML not well-formed."),
        ("text", "Template format error: unsupported structure."),
        ({}, "At least one Resources member must be defined."),
        ({"Resources": {"T": {"Type": "AWS::No::Thing"}}},
         "Template format error: Unrecognized resource types: [AWS::No::Thing]"),
        ({"Resources": {"T": {"Type": "AWS::Lambda::Function"}}},
         "The sandbox does not serve the resource types [AWS::Lambda::Function]"),
        ({"Resources": {"T": _TOPIC | {"Properties": {"TopicName": {"Ref": "Gone"}}}}},
         "Unresolved resource dependencies [Gone] in the Resources block of the template"),
        ({"Resources": {"T": _TOPIC | {"Colour": 1}}},
         "Invalid template resource property 'Colour'"),
        ({"Resources": {"T": _TOPIC}, "Extra": 1},
         "Invalid template property or properties [Extra]"),
        ({"Resources": {"A": _TOPIC | {"DependsOn": "B"}, "B": _TOPIC | {"DependsOn": "A"}}},
         "Circular dependency between resources: [A, B]"),
        ({"Resources": {"T": _TOPIC}, "Outputs": {"O": {"Value": {"Fn::GetAtt": ["T", "No"]}}}},
         "resource T does not support attribute type No in Fn::GetAtt"),
        ({"Resources": {"T": {}}}, "Every Resources object must contain a Type member."),
        ({"Resources": {"T": _TOPIC | {"Properties": {"TopicName": {"Fn::Join": "x"}}}}},
         "every Fn::Join object requires two parameters"),
    ],
)  # fmt: skip
def test_templates_that_make_no_sense_are_refused(account, template, message):
    body = template if isinstance(template, str) else json.dumps(template)
    code, text = account.refused(account.cfn.create_stack, StackName="refused", TemplateBody=body)
    assert code == "ValidationError"
    assert message in text


def test_names_and_absent_stacks_are_refused_as_aws_does(account):
    body = json.dumps({"Resources": {"T": _TOPIC}})
    _, message = account.refused(account.cfn.create_stack, StackName="1st", TemplateBody=body)
    assert "failed to satisfy constraint: Member must satisfy regular expression" in message
    assert account.refused(account.cfn.describe_stacks, StackName="absent") == (
        "ValidationError", "Stack with id absent does not exist",
    )  # fmt: skip
    account.cfn.delete_stack(StackName="absent")
    name = account.create({"Resources": {"T": _TOPIC}})
    code, message = account.refused(account.cfn.create_stack, StackName=name, TemplateBody=body)
    assert (code, message) == ("AlreadyExistsException", f"Stack [{name}] already exists")
    identifier = account.stack(name)["StackId"]
    account.delete(name)
    listed = account.cfn.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert identifier in [row["StackId"] for row in listed]
    assert name not in [s["StackName"] for s in account.cfn.describe_stacks()["Stacks"]]
    assert account.refused(account.cfn.set_stack_policy, StackName=name)[0] == (
        "UnsupportedOperation"
    )


def test_resources_are_found_by_their_physical_id(account):
    name = account.create({"Resources": {"T": _TOPIC | {"Metadata": {"why": "test"}}}})
    topic = account.physical(name)["T"]
    rows = account.cfn.describe_stack_resources(PhysicalResourceId=topic)["StackResources"]
    assert [(r["StackName"], r["LogicalResourceId"]) for r in rows] == [(name, "T")]
    detail = account.cfn.describe_stack_resource(StackName=name, LogicalResourceId="T")
    assert detail["StackResourceDetail"]["Metadata"] == '{"why": "test"}'
    listed = account.cfn.list_stack_resources(StackName=name)["StackResourceSummaries"]
    assert [r["ResourceStatus"] for r in listed] == ["CREATE_COMPLETE"]
    account.delete(name)


def test_waiters_and_notifications_follow_a_stack(account, client):
    queue = client("sqs").create_queue(QueueName=f"told-{uuid.uuid4().hex[:6]}")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    topic = client("sns").create_topic(Name=f"told-{uuid.uuid4().hex[:6]}")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])
    name = account.create({"Resources": {"T": _TOPIC}}, wait="", NotificationARNs=[topic])
    config = {"Delay": 0.1, "MaxAttempts": 200}
    account.cfn.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig=config)
    account.cfn.delete_stack(StackName=name)
    account.cfn.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig=config)
    time.sleep(0.1)
    told = client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert any("ResourceStatus='CREATE_COMPLETE'" in json.loads(m["Body"])["Message"] for m in told)
