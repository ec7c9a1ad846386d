"""A check: a value that finds one misconfiguration in an `EndpointSpec`."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from tools.catalog import Catalog
from tools.endpoint import EndpointSpec, ProductionVariant

Severity = Literal["error", "high", "medium", "low"]

_GUIDE = "https://docs.aws.amazon.com/sagemaker/latest/dg/"
SERVERLESS_PAGE = f"{_GUIDE}serverless-endpoints.html"
MATRIX_PAGE = f"{_GUIDE}model-deploy-feature-matrix.html"
ASYNC_PAGE = f"{_GUIDE}async-inference.html"
ASYNC_SCALING_PAGE = f"{_GUIDE}async-inference-autoscale.html"
SCALING_PAGE = f"{_GUIDE}endpoint-auto-scaling-prerequisites.html"
PROVISIONED_PAGE = f"{_GUIDE}serverless-endpoints-autoscale.html"
API_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html"
CONFIG_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html"
)
CONTAINER_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html"
)
TARGET_PAGE = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"
TAG_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html"
HOSTING_LIST = "https://github.com/aws-cloudformation/cfn-lint/tree/v1.58.0"
CONTROLS_PAGE = "https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html"


class Subject(NamedTuple):
    """What a check looks at: the specification, one of its variants, and the facts."""

    spec: EndpointSpec
    variant: ProductionVariant
    catalog: Catalog


class Check(NamedTuple):
    """One misconfiguration.

    Attributes:
        severity: "error" is refused before anyone approves; the others are told.
        says: Yields what is wrong, in English with the numbers; nothing when all is well.
        each_variant: Asked once a variant; else once a specification.
    """

    id: str
    title: str
    source_url: str
    severity: Severity
    says: Callable[[Subject], Iterable[str]]
    each_variant: bool = False


class SpecFinding(BaseModel):
    """A check that applies to a specification."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule_id: str
    severity: Severity
    text: str
    source_url: str


def found_by(checks: Iterable[Check], spec: EndpointSpec, catalog: Catalog) -> list[SpecFinding]:
    """Return what `checks` find in a specification, in their order; pure."""
    found = []
    for check in checks:
        variants = spec.all_variants if check.each_variant else spec.variants[:1]
        texts = (t for v in variants for t in check.says(Subject(spec, v, catalog)))
        found += [
            SpecFinding(
                rule_id=check.id,
                severity=check.severity,
                text=text,
                source_url=check.source_url,
            )
            for text in dict.fromkeys(texts)
        ]
    return found
