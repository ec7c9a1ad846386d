"""iam:SimulatePrincipalPolicy, which moto lacks."""

import json
from html import escape
from typing import Any
from urllib.parse import parse_qs

from tools.sandbox.access import decide
from tools.sandbox.moto_bridge import MotoBridge
from tools.sandbox.wire import AwsError, WireRequest, WireResponse

_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"


def _numbered(form: dict[str, list[str]], prefix: str) -> list[str]:
    found: list[str] = []
    while (name := f"{prefix}.member.{len(found) + 1}") in form:
        found.append(form[name][0])
    return found


def _context(form: dict[str, list[str]]) -> dict[str, str]:
    context, index = {}, 1
    while (key := f"ContextEntries.member.{index}.ContextKeyName") in form:
        values = _numbered(form, f"ContextEntries.member.{index}.ContextKeyValues")
        context[form[key][0]] = values[0] if values else ""
        index += 1
    return context


def _given(text: str) -> dict[str, Any]:
    """A policy that is tried beside those that stand."""
    try:
        document = json.loads(text)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise AwsError("MalformedPolicyDocument", "Syntax errors in policy.")
    return document


def simulate_principal_policy(request: WireRequest, bridge: MotoBridge) -> WireResponse:
    """Evaluate a role's or user's policies for every action on every resource.

    Raises:
        AwsError: `NoSuchEntity`, when the principal does not exist; `ValidationError`.
    """
    form = parse_qs(request.body.decode())
    arn = form.get("PolicySourceArn", [""])[0]
    actions = _numbered(form, "ActionNames")
    if not arn or not actions:
        raise AwsError("ValidationError", "PolicySourceArn and ActionNames must be specified.")
    role = bridge.role(arn)
    policies = role.policies if role else bridge.user_policies(arn)
    if policies is None:
        raise AwsError("NoSuchEntity", f"The entity {arn} cannot be found.", 404)
    policies = (*policies, *map(_given, _numbered(form, "PolicyInputList")))
    resources = _numbered(form, "ResourceArns") or ["*"]
    members = []
    for action in actions:
        for resource in resources:
            decision = decide(policies, action, resource, _context(form))
            members.append(
                f"<member><EvalActionName>{escape(action)}</EvalActionName>"
                f"<EvalResourceName>{escape(resource)}</EvalResourceName>"
                f"<EvalDecision>{decision}</EvalDecision><MatchedStatements/>"
                "<MissingContextValues/></member>"
            )
    xml = (
        f'<SimulatePrincipalPolicyResponse xmlns="{_NAMESPACE}"><SimulatePrincipalPolicyResult>'
        f"<IsTruncated>false</IsTruncated><EvaluationResults>{''.join(members)}</EvaluationResults>"
        "</SimulatePrincipalPolicyResult><ResponseMetadata><RequestId>sandbox</RequestId>"
        "</ResponseMetadata></SimulatePrincipalPolicyResponse>"
    )
    return WireResponse(200, xml.encode(), {"Content-Type": "text/xml"})
