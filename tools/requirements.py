"""Stage 1: what is needed. What was said, what is assumed and what is missing are kept apart.

Quantities are bytes, seconds, requests per second and US dollars inside; people's units are read at
the border (`tools/quantities.py`).
"""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_serializer

from tools.endpoint import Framework
from tools.options import DeploymentOptions, ModelSource, ModelSourceKind

__all__ = [
    "Conflict", "DataSensitivity", "DeploymentPreference", "Environment", "GpuNeed", "ModelSource",
    "ModelSourceKind", "Requirements", "TrafficPattern", "merge",
]  # fmt: skip


class TrafficPattern(StrEnum):
    """The shape of traffic over a day."""

    STEADY = "steady"
    DIURNAL = "diurnal"
    SPIKY = "spiky"
    INTERMITTENT = "intermittent"
    BATCH = "batch"


class GpuNeed(StrEnum):
    """Whether the model needs a GPU."""

    REQUIRED = "required"
    NOT_NEEDED = "not-needed"


class Environment(StrEnum):
    """What the endpoint is for."""

    DEVELOPMENT = "development"
    STAGING = "staging"
    PRODUCTION = "production"


class DataSensitivity(StrEnum):
    """How carefully the data must be handled."""

    PUBLIC = "public"
    INTERNAL = "internal"
    REGULATED = "regulated"


class DeploymentPreference(StrEnum):
    """The way of deploying that the user prefers: code, template or catalogue."""

    JUMPSTART = "jumpstart"
    SDK = "sdk"
    CLOUDFORMATION = "cloudformation"


class Requirements(DeploymentOptions):
    """What was said, nothing else: a field that is None is unknown.

    What may be asked for by name stands in `DeploymentOptions`.

    Attributes:
        latency_p95_ms: Wanted 95th percentile of the answer time, milliseconds.
        interactive: Somebody waits for the answer.
        cold_start_tolerance_ms: How long a first answer after idleness may take, milliseconds.
        request_payload_bytes: Size of one request body.
        response_payload_bytes: Size of one response body.
        processing_time_s: The model's own time for one request, seconds.
        traffic_pattern: Shape of traffic over a day.
        average_requests_per_second: Mean over the month, idle time included.
        peak_requests_per_second: Highest rate that must be served.
        idle_share: Part of the time without any request, 0 to 1.
        growth_per_month: Growth of traffic a month, 0.1 is ten per cent.
        budget_usd_per_month: Most that may be spent a month.
        model_size_bytes: Size of the artefact.
        model_parameters: Number of parameters, for language models.
        model_count: How many models share the endpoint.
        endpoint_name: The name the user wants, if any.
        sample_path: A local file with one request body to verify with.
    """

    latency_p95_ms: float | None = Field(default=None, gt=0, le=86_400_000)
    interactive: bool | None = None
    cold_start_tolerance_ms: float | None = Field(default=None, ge=0, le=86_400_000)
    request_payload_bytes: int | None = Field(default=None, ge=0, le=10**15)
    response_payload_bytes: int | None = Field(default=None, ge=0, le=10**15)
    processing_time_s: float | None = Field(default=None, gt=0, le=31_536_000)
    traffic_pattern: TrafficPattern | None = None
    average_requests_per_second: float | None = Field(default=None, ge=0, le=10**8)
    peak_requests_per_second: float | None = Field(default=None, ge=0, le=10**8)
    idle_share: float | None = Field(default=None, ge=0, le=1)
    growth_per_month: float | None = Field(default=None, ge=-1, le=100)
    budget_usd_per_month: Decimal | None = Field(default=None, ge=0, le=10**9)
    framework: Framework | None = None
    model_source: ModelSource | None = None
    model_size_bytes: int | None = Field(default=None, gt=0, le=10**15)
    model_parameters: int | None = Field(default=None, gt=0, le=10**15)
    model_count: int | None = Field(default=None, ge=1, le=10**6)
    gpu: GpuNeed | None = None
    streaming: bool | None = None
    environment: Environment | None = None
    deployment_preference: DeploymentPreference | None = None
    region: str | None = Field(default=None, pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    data_sensitivity: DataSensitivity | None = None
    endpoint_name: str | None = Field(
        default=None, pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$", max_length=63
    )
    sample_path: str | None = Field(default=None, min_length=1, max_length=4096)

    @field_serializer("budget_usd_per_month", when_used="json-unless-none")
    def _money(self, amount: Decimal) -> float:
        return float(amount)

    def said(self) -> dict[str, Any]:
        """The known fields as plain JSON values, in the order of the class."""
        return self.model_dump(mode="json", exclude_none=True)


class Conflict(BaseModel):
    """Two needs that cannot both be had.

    Attributes:
        fields: The requirement fields that collide.
        text: Why, in one English sentence with the numbers.
        rule_id: The rule that found it.
        source_url: Where the limit behind it stands.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fields: tuple[str, ...]
    text: str
    rule_id: str
    source_url: str


def merge(base: Requirements, changes: dict[str, Any]) -> Requirements:
    """Return `base` with `changes` on top; a change to None forgets the field.

    Raises:
        pydantic.ValidationError: A value is outside its range; `base` is unchanged.
    """
    return Requirements.model_validate({**base.said(), **changes})
