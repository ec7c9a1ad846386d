"""What a role may do: its policies evaluated as IAM does, as far as hosting asks.

Explicit deny wins, then any allow, else implicit deny (IAM user guide, "Policy evaluation logic").
Condition operators that compare strings, numbers and booleans are honoured; a condition on a key
that the request does not carry does not match, except under `IfExists` and `Null`.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal

Decision = Literal["allowed", "explicitDeny", "implicitDeny"]
SERVICE_PRINCIPAL = "sagemaker.amazonaws.com"


def _as_list(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


@lru_cache(maxsize=1024)
def _pattern(glob: str, ignore_case: bool) -> re.Pattern[str]:
    body = re.escape(glob).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(body, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _like(glob: str, value: str, *, ignore_case: bool = False) -> bool:
    return _pattern(glob, ignore_case).fullmatch(value) is not None


def _compare(operator: str, wanted: str, actual: str) -> bool:
    match operator:
        case "StringEquals" | "ArnEquals" | "Bool":
            exact = actual.lower() == wanted.lower() if operator == "Bool" else actual == wanted
            return exact or (operator == "ArnEquals" and _like(wanted, actual))
        case "StringEqualsIgnoreCase":
            return actual.lower() == wanted.lower()
        case "StringLike" | "ArnLike":
            return _like(wanted, actual)
        case _:  # numbers, dates and addresses: hosting asks nothing that carries them
            return False


def _condition_holds(operator: str, key: str, wanted: object, context: Mapping[str, str]) -> bool:
    base = operator.split(":")[-1]
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    actual = next((v for k, v in context.items() if k.lower() == key.lower()), None)
    if base == "Null":
        return (actual is None) == (str(_as_list(wanted)[0]).lower() == "true")
    negated = "Not" in base
    if actual is None:
        return if_exists or negated
    positive = base.replace("Not", "")
    found = any(_compare(positive, str(item), actual) for item in _as_list(wanted))
    return found != negated


def _conditions_hold(statement: Mapping[str, Any], context: Mapping[str, str]) -> bool:
    return all(
        _condition_holds(operator, key, wanted, context)
        for operator, block in (statement.get("Condition") or {}).items()
        for key, wanted in block.items()
    )


def _element(statement: Mapping[str, Any], name: str, value: str, *, ignore_case: bool) -> bool:
    if f"Not{name}" in statement:
        globs = _as_list(statement[f"Not{name}"])
        return not any(_like(str(g), value, ignore_case=ignore_case) for g in globs)
    globs = _as_list(statement.get(name))
    return any(_like(str(g), value, ignore_case=ignore_case) for g in globs)


def decide(
    policies: Iterable[Mapping[str, Any]],
    action: str,
    resource: str,
    context: Mapping[str, str] | None = None,
) -> Decision:
    """Evaluate identity policies for one action on one resource ARN.

    Args:
        policies: Parsed policy documents.
        action: Such as `s3:GetObject`.
        resource: The resource's ARN, or `*`.
        context: Condition keys of the request.
    """
    decision: Decision = "implicitDeny"
    for policy in policies:
        for statement in _as_list(policy.get("Statement")):
            concerned = _element(statement, "Action", action, ignore_case=True) and _element(
                statement, "Resource", resource, ignore_case=False
            )
            if not concerned or not _conditions_hold(statement, context or {}):
                continue
            if statement.get("Effect") == "Deny":
                return "explicitDeny"
            decision = "allowed"
    return decision


def trusts_sagemaker(trust: Mapping[str, Any]) -> bool:
    """Whether a trust policy lets `sagemaker.amazonaws.com` assume the role."""
    allowed = False
    for statement in _as_list(trust.get("Statement")):
        principal = statement.get("Principal")
        services = _as_list(principal.get("Service")) if isinstance(principal, dict) else []
        named = principal == "*" or SERVICE_PRINCIPAL in services
        if not named or not _element(statement, "Action", "sts:AssumeRole", ignore_case=True):
            continue
        if statement.get("Effect") == "Deny":
            return False
        allowed = True
    return allowed
