"""The checks made before approval (`tools.preflighting`): id, title and source."""

from typing import NamedTuple

_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
_API = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/"


class PreflightRule(NamedTuple):
    """One check; ids are never reused."""

    id: str
    title: str
    source_url: str


PREFLIGHT_RULES: tuple[PreflightRule, ...] = (
    PreflightRule(
        "PRE-101",
        "Credentials are of the plan's account",
        "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html",
    ),
    PreflightRule(
        "PRE-102", "The caller may make the plan's calls", f"{_GUIDE}api-permissions-reference.html"
    ),
    PreflightRule(
        "PRE-103", "The caller may pass the execution role", f"{_GUIDE}sagemaker-roles.html"
    ),
    PreflightRule(
        "PRE-111", "The execution role exists and trusts SageMaker", f"{_GUIDE}sagemaker-roles.html"
    ),
    PreflightRule(
        "PRE-112", "The execution role may do what hosting needs", f"{_GUIDE}sagemaker-roles.html"
    ),
    PreflightRule(
        "PRE-201",
        "The model's data can be read and are laid out right",
        f"{_API}API_ContainerDefinition.html",
    ),
    PreflightRule(
        "PRE-202",
        "The bucket is there, in the endpoint's region",
        f"{_API}API_ContainerDefinition.html",
    ),
    PreflightRule(
        "PRE-211", "The sample request is within the option's limit", f"{_GUIDE}hosting-faqs.html"
    ),
    PreflightRule(
        "PRE-301",
        "The image exists in this region",
        "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html",
    ),
    PreflightRule(
        "PRE-302",
        "The image is for the instance's processor",
        "https://github.com/aws/deep-learning-containers",
    ),
    PreflightRule(
        "PRE-303", "The image is small enough for serverless", f"{_GUIDE}serverless-endpoints.html"
    ),
    PreflightRule(
        "PRE-401",
        "The instance type is offered for hosting in the region",
        "https://github.com/aws-cloudformation/cfn-lint/tree/v1.58.0",
    ),
    PreflightRule(
        "PRE-402",
        "The account's quotas suffice",
        "https://docs.aws.amazon.com/general/latest/gr/sagemaker.html",
    ),
    PreflightRule("PRE-411", "The model fits the memory", "https://arxiv.org/abs/2309.06180"),
    PreflightRule("PRE-501", "The names are free", f"{_API}API_CreateEndpoint.html"),
    PreflightRule(
        "PRE-601",
        "The KMS key can be used",
        "https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html",
    ),
    PreflightRule(
        "PRE-611", "Subnets and security groups exist, in one VPC", f"{_GUIDE}host-vpc.html"
    ),
    PreflightRule("PRE-612", "The subnets have free addresses", f"{_GUIDE}host-vpc.html"),
    PreflightRule("PRE-613", "S3 is reached from the subnets", f"{_GUIDE}host-vpc.html"),
)
