"""What a role's policies allow, as far as they are declared; pure.

Conditions are taken as met, and a resource that is not known as one that matches: a role is only
said to lack what no statement could give.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from tools.rules.declared.node import GENERATED, UNKNOWN, Node
from tools.rules.declared.resources import Resource
from tools.rules.declared.rule import Seen


class Statement(NamedTuple):
    """One statement of a policy."""

    node: Node
    effect: str
    actions: tuple[Node, ...]
    resources: tuple[Node, ...]


def document_of(node: Node) -> Node:
    """Return a policy document; a call takes it as JSON text."""
    if node.text is not None:
        try:
            return Node(json.loads(node.text), node.path)
        except ValueError:
            return Node(None, node.path)
    return node


def statements_in(node: Node) -> tuple[Statement, ...]:
    """Return a document's statements."""
    listed = document_of(node).at("Statement")
    rows = listed.rows() or ((listed,) if isinstance(listed.value, dict) else ())
    return tuple(
        Statement(row, row.at("Effect").raw, _listed(row.at("Action")), _listed(row.at("Resource")))
        for row in rows
    )


def _listed(node: Node) -> tuple[Node, ...]:
    return node.rows() if isinstance(node.value, list) else ((node,) if node.given else ())


class Allowed(NamedTuple):
    """A role's statements, and whether they are all that it has."""

    statements: tuple[Statement, ...]
    complete: bool


def allowed_to(seen: Seen, role: Resource) -> Allowed:
    """Return what a role's own and attached policies allow."""
    found: list[Statement] = []
    complete = (
        not role.body.at("ManagedPolicyArns").given or role.body.at("ManagedPolicyArns").value == []
    )
    inline = role.body.at("Policies")
    complete &= not inline.opaque
    for row in inline.rows():
        complete &= isinstance(document_of(row.at("PolicyDocument")).value, dict)
        found += statements_in(row.at("PolicyDocument"))
    for policy in seen.declared.of("role-policy"):
        if _attached(policy, role):
            complete &= isinstance(document_of(policy.body.at("PolicyDocument")).value, dict)
            found += statements_in(policy.body.at("PolicyDocument"))
    whole = {"role", "role-policy"} <= seen.declared.complete
    return Allowed(tuple(found), complete and whole)


def _attached(policy: Resource, role: Resource) -> bool:
    names = [row.raw for row in policy.body.at("Roles").rows()] + [policy.body.at("RoleName").raw]
    return bool({role.name, role.reference} & set(names)) or any(UNKNOWN[0] in n for n in names)


def allows(given: Allowed, action: str, *arns: str) -> bool:
    """Say whether any statement could allow an action on any of the ARNs (none: on anything)."""
    return any(
        statement.effect == "Allow"
        and (
            not statement.actions
            or any(_covers(a.raw.lower(), action.lower()) for a in statement.actions)
        )
        and (
            not arns
            or not statement.resources
            or any(_covers(r.raw, arn) for r in statement.resources for arn in arns)
        )
        for statement in given.statements
    )


def _covers(pattern: str, value: str) -> bool:
    if not pattern or any(mark in pattern for mark in (UNKNOWN[0], GENERATED[0])):
        return True
    return fnmatchcase(value, pattern.replace("[", "[[]"))


def whole_access(statement: Statement) -> Iterator[Node]:
    """Yield actions that stand for a whole service, or all of AWS, on every resource."""
    everywhere = any(node.raw == "*" for node in statement.resources)
    for node in statement.actions:
        if node.raw == "*" or (everywhere and node.raw.endswith(":*")):
            yield node
