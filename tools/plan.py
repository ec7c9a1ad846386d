"""Stage 3: what will be done, as data: ordered AWS calls in AWS's own spelling, and their inverse.

A plan can be shown, compared, stored and carried out; making one changes nothing. Its digest covers
target, account, region and every call, so that an approval is for exactly this plan.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    computed_field,
    field_serializer,
    model_serializer,
    model_validator,
)

from tools.endpoint import EndpointSpec
from tools.errors import InvalidInputError
from tools.operations import OWN_ROLES, PLANNED, is_removal
from tools.packing.fitting.fitted import SampleRequest
from tools.preflight import Preflight
from tools.transform import TransformSpec
from tools.validation import violations
from tools.waiting import Waiter

#: `{"$blob": {"sha256": .., "size_bytes": ..}}` stands for the bytes of an upload.
BLOB = "$blob"
#: `{"$output": {"step": 6, "path": "PolicyARN", "pattern": ".."}}` stands for an earlier answer.
OUTPUT = "$output"
PLAN_TAG = "sagepilot:plan"


Kind = Literal["deploy", "update", "unpark", "park", "undo", "delete", "transform"]
#: After these the endpoint serves, and is verified.
SERVING_KINDS: tuple[Kind, ...] = ("deploy", "update", "unpark")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Step(_Value):
    """One mutating call.

    Attributes:
        operation: "service.boto3_method".
        parameters: In AWS's spelling; `$blob` and `$output` placeholders allowed.
        why: One sentence for the person who approves.
        wait_for: What to wait for afterwards (`tools.waiting`).
    """

    operation: str = Field(pattern=r"^[a-z0-9-]+\.[a-z0-9_]+$")
    parameters: dict[str, Any]
    why: str = ""
    wait_for: Waiter | None = None


class UndoCall(_Value):
    """The inverse of step number `for_step` (counted from 0)."""

    operation: str = Field(pattern=r"^[a-z0-9-]+\.[a-z0-9_]+$")
    parameters: dict[str, Any]
    for_step: int = Field(ge=0)
    wait_for: Waiter | None = None


class Precondition(_Value):
    """A read made while planning, with what it found; made again before the first step.

    Attributes:
        answered: Parts of the answer, by name, that must still be so.
    """

    operation: str
    parameters: dict[str, Any]
    found: bool
    answered: dict[str, str] = Field(default_factory=dict)

    @model_serializer(mode="wrap")
    def _without_nothing(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A plan without `answered` keeps the digest it had before there was such a thing."""
        value: dict[str, Any] = whole(self)
        return value if self.answered else {k: v for k, v in value.items() if k != "answered"}


class Licence(_Value):
    """What a person accepts together with a plan; the digest covers its text.

    Attributes:
        uri: Where it lies.
        text: In full; empty when it could not be read.
    """

    model_id: str
    uri: str
    text: str = ""

    @property
    def sha256(self) -> str:
        """Of the text."""
        return hashlib.sha256(self.text.encode()).hexdigest()


class DeploymentPlan(_Value):
    """One exact plan.

    Attributes:
        kind: "deploy", "update" and "unpark" end with an endpoint that serves; "park", "undo" and
            "delete" take away; "transform" ends with results in S3.
        endpoint_name: The endpoint's; of a "transform" the job's.
        method: How it is carried out; `api` is plain boto3 calls.
        nonce: Makes two plans for the same wish two plans.
        undoes: The deployment an undo plan takes back.
        cost_usd_per_month: At the traffic that was stated; None when a price is not known.
        cost_if_forgotten_usd_per_month: When nobody uses it and nobody deletes it.
        licence: What is accepted with the plan, where the model has one.
        catalogue_model: Id and version of a model of JumpStart's catalogue, for rendering.
        expected_changes: What a CloudFormation change set must hold, no more and no less.
        sample: The request that verifies the endpoint.
        spec: The endpoint that it makes, for rendering; None when it makes none.
        transform: The batch transform job that it carries out, of the kind "transform".
        author: Who made it, as the face knows them; None in plans from before there were authors.
        preflight: What was looked at before it was shown; no part of the digest.
        digest: SHA-256 over target, account, region, nonce and every call.
    """

    kind: Kind = "deploy"
    method: Literal["api", "sdk", "jumpstart", "cloudformation"] = "api"
    target: Literal["sandbox", "aws"]
    account: str = Field(pattern=r"^\d{12}$")
    region: str
    endpoint_name: str
    nonce: str = Field(min_length=8, max_length=64)
    undoes: str | None = None
    inference_option: str | None = None
    steps: tuple[Step, ...] = Field(min_length=1, max_length=60)
    undo: tuple[UndoCall, ...] = ()
    preconditions: tuple[Precondition, ...] = ()
    expected_changes: tuple[dict[str, Any], ...] = ()
    typed_name_required: str | None = None
    eula_required: bool = False
    licence: Licence | None = None
    catalogue_model: tuple[str, str] | None = None
    summary: str = ""
    cost_usd_per_month: Decimal | None = None
    cost_if_forgotten_usd_per_month: Decimal | None = None
    warnings: tuple[str, ...] = ()
    packaging: tuple[dict[str, Any], ...] = ()
    sample: SampleRequest | None = None
    spec: EndpointSpec | None = None
    transform: TransformSpec | None = None
    recommendation: dict[str, Any] | None = None
    requirements: dict[str, Any] | None = None
    author: str | None = Field(default=None, max_length=200)
    preflight: Preflight | None = None

    @model_validator(mode="after")
    def _holds_only_what_plans_hold(self) -> "DeploymentPlan":
        calls: tuple[Step | UndoCall, ...] = (*self.steps, *self.undo)
        for call in calls:
            if call.operation not in PLANNED:
                raise ValueError(f"{call.operation} is no call that a plan may hold")
            role = call.parameters.get("RoleName", OWN_ROLES)
            if not str(role).startswith(OWN_ROLES):
                raise ValueError(f"role {role} is not one that a plan may touch")
        for read in self.preconditions:
            service, method = read.operation.split(".", 1)
            if not method.startswith(("describe_", "head_", "get_", "list_")):
                raise ValueError(f"{service}.{method} is no read")
        if self.kind == "delete" and self.typed_name_required != self.endpoint_name:
            raise ValueError("a deletion needs the endpoint's name, typed")
        if (self.kind == "transform") != (self.transform is not None):
            raise ValueError("a batch transform, and nothing else, has a job")
        if self.kind in {"deploy", "transform"} and any(
            is_removal(step.operation) for step in self.steps
        ):
            raise ValueError("a deployment takes nothing away")
        return self

    @field_serializer("cost_usd_per_month", "cost_if_forgotten_usd_per_month", when_used="json")
    def _money(self, amount: Decimal | None) -> float | None:
        return None if amount is None else float(amount)

    @computed_field  # type: ignore[prop-decorator]  # pydantic's own documented form
    @property
    def digest(self) -> str:
        """SHA-256 over target, account, region, nonce and every call, in hexadecimal."""
        covered = self.model_dump(
            mode="json",
            include={
                "kind", "method", "target", "account", "region", "endpoint_name", "nonce",
                "undoes", "typed_name_required", "eula_required", "preconditions",
                "expected_changes",
            },
        )  # fmt: skip
        covered["steps"] = [
            {"operation": s.operation, "parameters": s.parameters, "wait_for": s.wait_for}
            for s in self.steps
        ]
        if self.author is not None:
            covered["author"] = self.author
        if self.licence is not None:
            covered["licence"] = {"uri": self.licence.uri, "sha256": self.licence.sha256}
        covered["undo"] = [u.model_dump(mode="json") for u in self.undo]
        return hashlib.sha256(canonical_json(covered)).hexdigest()


def canonical_json(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    """Return sorted, compact JSON: the form that digests are made over."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def parse_plan(text: str) -> DeploymentPlan:
    """Read a plan back from its JSON.

    Raises:
        InvalidInputError: It is no plan, or its digest is not that of its content.
    """
    remedy = "Give the file that `sagepilot plan --json` wrote, unchanged."
    try:
        raw = json.loads(text)
        claimed = raw.pop("digest", None)
        plan = DeploymentPlan.model_validate(raw)
    except (ValueError, AttributeError, TypeError) as error:
        raise InvalidInputError(f"This is no plan: {_first_line(error)}", remedy=remedy) from error
    if claimed is not None and claimed != plan.digest:
        raise InvalidInputError(
            f"The plan was changed after it was made: its digest is {plan.digest}, "
            f"the file says {claimed}.",
            remedy=remedy,
        )
    return plan


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def references(parameters: Any) -> tuple[dict[str, Any], ...]:  # noqa: ANN401 - nested JSON
    """Return every `$output` placeholder inside `parameters`."""
    found: list[dict[str, Any]] = []

    def note(placeholder: dict[str, Any]) -> Any:  # noqa: ANN401
        found.append(placeholder)
        return ""

    substitute(parameters, {OUTPUT: note})
    return tuple(found)


def substitute(value: Any, by: Mapping[str, Callable[[dict[str, Any]], Any]]) -> Any:  # noqa: ANN401
    """Return `value` with each `{"$name": {..}}` replaced by what `by["$name"]` makes of it."""
    match value:
        case dict() if len(value) == 1 and next(iter(value)) in by:
            name, content = next(iter(value.items()))
            return by[name](content)
        case dict():
            return {key: substitute(member, by) for key, member in value.items()}
        case list() | tuple():
            return [substitute(member, by) for member in value]
        case _:
            return value


def resolve_output(placeholder: dict[str, Any], answers: Mapping[int, dict[str, Any]]) -> Any:  # noqa: ANN401
    """Return the part of an earlier answer that a placeholder names.

    Raises:
        InvalidInputError: There is no such answer, or it is not of the promised form.
    """
    answer: Any = answers.get(placeholder["step"], {})
    for key in placeholder["path"].split("."):
        answer = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(answer, str) or not re.fullmatch(placeholder["pattern"], answer):
        raise InvalidInputError(
            f"The answer of step {placeholder['step'] + 1} holds no usable {placeholder['path']}.",
            remedy="Make a new plan.",
        )
    return answer


def check(plan: DeploymentPlan) -> tuple[str, ...]:
    """Return what botocore's service models have against the plan's calls; empty is good."""
    found: list[str] = []
    for number, step in enumerate(plan.steps, 1):
        plausible = substitute(
            step.parameters,
            {BLOB: lambda _: b"", OUTPUT: lambda p: p.get("example", "x")},
        )
        found += [f"step {number}, {step.operation}: {text}" for text in
                  violations(step.operation, plausible)]  # fmt: skip
        found += [
            f"step {number}, {step.operation}: refers to step {ref['step'] + 1}"
            for ref in references(step.parameters)
            if not 0 <= ref["step"] < number - 1
        ]
    return tuple(found)
