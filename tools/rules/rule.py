"""The rule: a value with an id, a source and one case in which it applies."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from tools.endpoint import InferenceOption
from tools.rules.case import Case


class Effect(StrEnum):
    """What follows when a rule applies."""

    RULES_OUT = "rules out"
    PREFERS = "prefers"
    WARNS = "warns"
    CONFLICT = "finds a conflict"


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason for or against; ids are never reused.

    Attributes:
        source_url: Where the fact behind it stands; for our own assumptions, the page they refine.
        when: Whether it applies.
        says: The reason in one English sentence, with the numbers.
        rules_out: Options that are impossible when it applies.
        prefers: Options that are better when it applies.
        weight: How much better, 1 to 4.
        warns: Options for which it is a warning.
        contradicts: The requirement fields that cannot all be had.
    """

    id: str
    title: str
    source_url: str
    when: Callable[[Case], bool]
    says: Callable[[Case], str]
    rules_out: tuple[InferenceOption, ...] = ()
    prefers: tuple[InferenceOption, ...] = ()
    weight: int = 0
    warns: tuple[InferenceOption, ...] = ()
    contradicts: tuple[str, ...] = ()

    @property
    def effect(self) -> Effect:
        """The one thing it does."""
        if self.rules_out:
            return Effect.RULES_OUT
        if self.prefers:
            return Effect.PREFERS
        return Effect.CONFLICT if self.contradicts else Effect.WARNS

    @property
    def options(self) -> tuple[InferenceOption, ...]:
        """The options it speaks about; empty for a conflict."""
        return self.rules_out or self.prefers or self.warns


#: Pages that many rules rest on.
SERVERLESS_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"
FAQ_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/hosting-faqs.html"
ASYNC_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference.html"
MATRIX_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/model-deploy-feature-matrix.html"
BATCH_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html"
BATCH_ERRORS_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-errors.html"
PRICING_PAGE = "https://aws.amazon.com/sagemaker/pricing/"
METRICS_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html"
PROVISIONED_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints-autoscale.html"
)
ASYNC_SCALING_PAGE = (
    "https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html"
)
LOAD_TEST_PAGE = "https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-loadtest.html"
HOSTING_LIST = "https://github.com/aws-cloudformation/cfn-lint/tree/v1.58.0"

REAL_TIME = InferenceOption.REAL_TIME
SERVERLESS = InferenceOption.SERVERLESS
ASYNCHRONOUS = InferenceOption.ASYNCHRONOUS
BATCH_TRANSFORM = InferenceOption.BATCH_TRANSFORM


def megabytes(size: float) -> str:
    """Write a size in decimal units, as people say it; exactly when rounding would hide it."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= factor:
            text = f"{size / factor:.4g}"
            hidden = len(text) < 4 and float(text) * factor != size
            return f"{size:,.0f} bytes" if hidden else f"{text} {unit}"
    return f"{size:g} bytes"


def duration(seconds: float) -> str:
    """Write a duration in the unit people would use; exactly when rounding would hide it."""
    for unit, factor, least in (("h", 3600, 3600), ("min", 60, 120)):
        if seconds >= least:
            text = f"{seconds / factor:.4g}"
            hidden = len(text) < 4 and float(text) * factor != seconds
            return f"{seconds:.8g} s" if hidden else f"{text} {unit}"
    return f"{seconds:.4g} s" if seconds >= 1 else f"{seconds * 1000:.3g} ms"
