"""Everything a face (browser, terminal, program) ever receives: a stream of these events.

The JSON form of each is fixed in `docs/events.md`; keys may be added, never renamed.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TextDelta(_Event):
    """A piece of the answer as it is written."""

    event: Literal["text_delta"] = "text_delta"
    text: str


class Message(_Event):
    """A whole answer; `citations` are `{"note_id", "title", "source_url"}`."""

    event: Literal["message"] = "message"
    text: str
    citations: tuple[dict[str, str], ...] = ()


class ToolStarted(_Event):
    """The chat model called a tool (they only read)."""

    event: Literal["tool_started"] = "tool_started"
    call_id: str
    name: str
    arguments: dict[str, Any]


class ToolFinished(_Event):
    """The tool's answer; `ok` is false when it refused."""

    event: Literal["tool_finished"] = "tool_finished"
    call_id: str
    name: str
    ok: bool
    result: Any


class RequirementsUpdated(_Event):
    """What is known now: said, taken for granted, still needed, and what cannot all be had."""

    event: Literal["requirements"] = "requirements"
    values: dict[str, Any]
    assumed: dict[str, Any] = Field(default_factory=dict)
    missing: tuple[str, ...] = ()
    conflicts: tuple[dict[str, Any], ...] = ()


class RecommendationMade(_Event):
    """A recommendation; the keys beside `event` are the recommendation's own."""

    model_config = ConfigDict(frozen=True, extra="allow")
    event: Literal["recommendation"] = "recommendation"


class PlanProposed(_Event):
    """One exact plan."""

    event: Literal["plan"] = "plan"
    digest: str
    kind: Literal["deploy", "update", "unpark", "park", "undo", "delete", "transform"] = "deploy"
    method: str
    target: str
    account: str
    region: str
    endpoint_name: str
    typed_name_required: str | None
    eula_required: bool
    licence: dict[str, str] | None = None
    steps: tuple[dict[str, Any], ...]
    cost_usd_per_month: float | None
    cost_if_forgotten_usd_per_month: float | None = None
    undo: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...] = ()
    packaging: tuple[dict[str, Any], ...] = ()
    author: str | None = None
    preflight: dict[str, Any] | None = None


class ApprovalRequested(_Event):
    """A person must answer; nobody else can."""

    event: Literal["approval_requested"] = "approval_requested"
    digest: str
    summary: str
    cost_usd_per_month: float | None
    cost_if_forgotten_usd_per_month: float | None
    typed_name_required: str | None = None


class Progress(_Event):
    """One step of an approved plan; `step` counts from 1."""

    event: Literal["progress"] = "progress"
    step: int
    of: int
    operation: str
    detail: str


class Deployed(_Event):
    """The plan is carried out and the endpoint was invoked for real.

    `outputs` tells the results of a batch transform, which has no endpoint: `endpoint_name` is the
    job's then.
    """

    event: Literal["deployed"] = "deployed"
    deployment_id: str
    endpoint_name: str
    endpoint_arn: str
    verification: dict[str, Any]
    outputs: dict[str, Any] | None = None


class Undone(_Event):
    """A deletion or an undo is carried out."""

    event: Literal["undone"] = "undone"
    deployment_id: str
    endpoint_name: str
    endpoint_arn: str = ""
    verification: dict[str, Any] = Field(default_factory=dict)


class Failed(_Event):
    """Something did not work; `remedy` is one imperative sentence."""

    event: Literal["failed"] = "failed"
    type: str
    message: str
    remedy: str = ""


class Rendered(_Event):
    """A plan as code; `file_name` is what it is kept as in a repository."""

    event: Literal["rendered"] = "rendered"
    digest: str
    language: str
    file_name: str
    text: str


class TurnFinished(_Event):
    """The turn is over; the next input is awaited."""

    event: Literal["turn_finished"] = "turn_finished"


Event = Annotated[
    TextDelta
    | Message
    | ToolStarted
    | ToolFinished
    | RequirementsUpdated
    | RecommendationMade
    | PlanProposed
    | ApprovalRequested
    | Progress
    | Deployed
    | Undone
    | Failed
    | Rendered
    | TurnFinished,
    Field(discriminator="event"),
]
