"""What a caller needs on AWS, as a policy to paste, and whether these credentials have it.

Actions by operation: docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html; for
scaling endpoint-auto-scaling-prerequisites.html. Resources are those that plans make, by name.
"""

from typing import Any

from tools.aws import AwsClients
from tools.errors import SagepilotError

_SCALING_ROLE = (
    "arn:aws:iam::*:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
_SCALING = "sagemaker.application-autoscaling.amazonaws.com"
_HOSTING = {
    "model": ("CreateModel", "DescribeModel", "DeleteModel"),
    "endpoint-config": (
        "CreateEndpointConfig", "DescribeEndpointConfig", "DeleteEndpointConfig", "CreateEndpoint",
        "UpdateEndpoint",
    ),
    "endpoint": (
        "CreateEndpoint", "DescribeEndpoint", "DeleteEndpoint", "InvokeEndpoint",
        "InvokeEndpointAsync", "UpdateEndpoint", "UpdateEndpointWeightsAndCapacities",
    ),
    "inference-component": (
        "CreateInferenceComponent", "DescribeInferenceComponent", "DeleteInferenceComponent",
        "InvokeEndpoint",
    ),
    "compilation-job": (
        "CreateCompilationJob", "DescribeCompilationJob", "DeleteCompilationJob",
    ),
    "transform-job": ("CreateTransformJob", "DescribeTransformJob", "StopTransformJob"),
}  # fmt: skip
_SCALING_ACTIONS = (
    "RegisterScalableTarget", "DeregisterScalableTarget", "DescribeScalableTargets",
    "PutScalingPolicy", "DeleteScalingPolicy", "DescribeScalingPolicies", "PutScheduledAction",
    "DeleteScheduledAction", "DescribeScheduledActions", "TagResource", "ListTagsForResource",
)  # fmt: skip

#: UpdateStack is the way back of a change set that was carried out.
_STACK_ACTIONS = (
    "CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DeleteChangeSet", "UpdateStack",
    "DeleteStack", "DescribeStacks", "DescribeStackEvents", "DescribeStackResource", "GetTemplate",
    "TagResource",
)  # fmt: skip
_SCHEDULE_ACTIONS = ("CreateSchedule", "GetSchedule", "DeleteSchedule")

#: What is read before approval, beside what plans describe anyway (docs/rules.md, pre-flight).
PREFLIGHT_ACTIONS = (
    "sts:GetCallerIdentity", "iam:GetRole", "iam:SimulatePrincipalPolicy", "ecr:BatchGetImage",
    "servicequotas:ListServiceQuotas", "kms:DescribeKey",
    "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ec2:DescribeRouteTables",
    "ec2:DescribeVpcEndpoints",
)  # fmt: skip


def caller_policy(account: str, region: str) -> dict[str, Any]:
    """Return the least-privilege policy of a person who plans and deploys in one region."""
    statements = [
        _allow(
            f"Hosting{kind.title().replace('-', '')}",
            [f"sagemaker:{action}" for action in (*actions, "AddTags", "DeleteTags", "ListTags")],
            f"arn:aws:sagemaker:{region}:{account}:{kind}/*",
        )
        for kind, actions in _HOSTING.items()
    ]
    buckets = f"arn:aws:s3:::sagemaker-sagepilot-{region}-{account}"
    roles = f"arn:aws:iam::{account}:role/sagepilot-*"
    return {
        "Version": "2012-10-17",
        "Statement": [
            *statements,
            _allow("Preflight", list(PREFLIGHT_ACTIONS), "*"),
            _allow(
                "ListEndpoints",
                ["sagemaker:ListEndpoints", "sagemaker:ListInferenceComponents"],
                "*",
            ),
            _allow(
                "Stacks",
                [f"cloudformation:{action}" for action in _STACK_ACTIONS],
                f"arn:aws:cloudformation:{region}:{account}:stack/sagepilot-*/*",
            ),
            _allow(
                "Schedules",
                [f"scheduler:{action}" for action in _SCHEDULE_ACTIONS],
                f"arn:aws:scheduler:{region}:{account}:schedule/default/*",
            ),
            _allow(
                "Buckets", ["s3:CreateBucket", "s3:DeleteBucket", "s3:ListBucket"], buckets
            ),
            _allow(
                "Archives",
                ["s3:PutObject", "s3:PutObjectTagging", "s3:GetObject", "s3:DeleteObject"],
                f"{buckets}/*",
            ),
            _allow(
                "ExecutionRoles",
                [f"iam:{action}" for action in (
                    "CreateRole", "GetRole", "DeleteRole", "PutRolePolicy", "DeleteRolePolicy",
                    "TagRole")],
                roles,
            ),
            {
                **_allow("PassExecutionRoles", ["iam:PassRole"], roles),
                "Condition": {
                    "StringEquals": {
                        "iam:PassedToService": [
                            "sagemaker.amazonaws.com", "scheduler.amazonaws.com",
                        ]
                    }
                },
            },
            _allow(
                "FailureLogs",
                ["logs:DescribeLogStreams", "logs:FilterLogEvents"],
                f"arn:aws:logs:{region}:{account}:log-group:/aws/sagemaker/*",
            ),
            _allow(
                "AutoScaling",
                [f"application-autoscaling:{action}" for action in _SCALING_ACTIONS],
                "*",
            ),
            _allow(
                "ScalingAlarms",
                [f"cloudwatch:{a}" for a in ("PutMetricAlarm", "DescribeAlarms", "DeleteAlarms")],
                "*",
            ),
            {
                **_allow("ScalingRole", ["iam:CreateServiceLinkedRole"], _SCALING_ROLE),
                "Condition": {"StringEquals": {"iam:AWSServiceName": _SCALING}},
            },
        ],
    }  # fmt: skip


def _allow(sid: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def denied_actions(clients: AwsClients) -> tuple[str, ...] | None:
    """Return the policy's actions that IAM's simulator denies these credentials.

    None when the simulator cannot be asked (it needs `iam:SimulatePrincipalPolicy`).
    """
    policy = caller_policy(clients.account, clients.target.region_name)
    denied: list[str] = []
    for statement in policy["Statement"]:
        try:
            answer = clients.call(
                "iam.simulate_principal_policy",
                {
                    "PolicySourceArn": source_arn(clients.caller_arn),
                    "ActionNames": statement["Action"],
                    "ResourceArns": [statement["Resource"].replace("*", "sagepilot-check")
                                     if statement["Resource"] != "*" else "*"],
                },
            )  # fmt: skip
        except SagepilotError:
            return None
        denied += [
            result["EvalActionName"]
            for result in answer["EvaluationResults"]
            if result["EvalDecision"] != "allowed"
        ]
    return tuple(dict.fromkeys(denied))


def source_arn(caller_arn: str) -> str:
    """Return what the simulator takes: the role, not a session of it."""
    if ":assumed-role/" not in caller_arn:
        return caller_arn
    head, _, rest = caller_arn.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}"
