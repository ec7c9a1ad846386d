"""Who calls, what they may, and the execution role: trust and permissions (PRE-1xx)."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from tools.errors import NotFoundError
from tools.permissions import denied_actions, source_arn
from tools.preflighting.images import registry_of
from tools.preflighting.probe import (
    FAILED,
    NOT_LOOKED_AT,
    PASSED,
    WARNING,
    Found,
    Subject,
    probe,
    worst,
)
from tools.preflighting.remembered import remembered

_SERVICE = "sagemaker.amazonaws.com"
_NETWORK = ("ec2:CreateNetworkInterface", "ec2:DescribeSubnets", "ec2:DescribeSecurityGroups")
#: boto3's methods whose IAM action has another name (service authorization reference).
_ACTIONS = {
    "s3.head_bucket": "s3:ListBucket",
    "s3.put_object": "s3:PutObject",
    "cloudformation.execute_change_set": "cloudformation:ExecuteChangeSet",
}


def _caller(subject: Subject) -> Found:
    account, arn = subject.clients.account, subject.clients.caller_arn
    if account != subject.plan.account:
        return Found(
            FAILED, f"The plan is for account {subject.plan.account}, the caller is of {account}.",
            "Use the other account's credentials, or make the plan again.",
        )  # fmt: skip
    return Found(PASSED, f"{arn} calls account {account}.")


def _permissions(subject: Subject) -> Found:
    denied = remembered(subject.clients, "denied actions", lambda: denied_actions(subject.clients))
    if denied is None:
        return Found(
            NOT_LOOKED_AT, "IAM's simulator does not tell about this caller.",
            "Allow iam:SimulatePrincipalPolicy to have the permissions looked at.",
        )  # fmt: skip
    operations = [step.operation for step in subject.plan.steps]
    operations += [call.operation for call in subject.plan.undo]
    needed = dict.fromkeys(map(_action, operations))
    missing = [action for action in needed if action in denied]
    if missing:
        return Found(
            FAILED, f"The caller may not {', '.join(missing)}.",
            "Attach the policy that `sagepilot doctor` prints.",
        )  # fmt: skip
    return Found(PASSED, f"The caller may make all {len(needed)} kinds of calls.")


def _action(operation: str) -> str:
    service, method = operation.split(".", 1)
    plain = "".join(word.capitalize() for word in method.split("_"))
    return _ACTIONS.get(operation, f"{service}:{plain}")


def named_roles(subject: Subject) -> tuple[str, ...]:
    """Return the execution roles that stand already and that a new model is given."""
    made = {name for operation, name in subject.seen.made if operation == "iam.create_role"}
    arns = (model.role_arn for model in subject.seen.models if model.made)
    named = (arn for arn in arns if arn and arn.startswith("arn:") and "${" not in arn)
    return tuple(dict.fromkeys(arn for arn in named if arn.rpartition("/")[2] not in made))


def _passed_on(subject: Subject) -> Found | None:
    return worst(_may_pass(subject, arn) for arn in named_roles(subject))


def _may_pass(subject: Subject, arn: str) -> Found:
    try:
        denied = _denied(
            subject, source_arn(subject.clients.caller_arn), ("iam:PassRole",), arn,
            {"iam:PassedToService": _SERVICE},
        )  # fmt: skip
    except NotFoundError:
        return Found(NOT_LOOKED_AT, "IAM's simulator does not know this caller.")
    if denied:
        return Found(
            FAILED, f"The caller may not pass the role {arn} to SageMaker.",
            f"Allow iam:PassRole on {arn} with iam:PassedToService {_SERVICE}.",
        )  # fmt: skip
    return Found(PASSED, f"The caller may pass the role {arn.rpartition('/')[2]}.")


def _trust(subject: Subject) -> Found | None:
    return worst(_trusted(subject, arn) for arn in named_roles(subject))


def _trusted(subject: Subject, arn: str) -> Found:
    name = arn.rpartition("/")[2]
    if f"::{subject.plan.account}:" not in arn:
        return Found(
            FAILED, f"The role {arn} is not of account {subject.plan.account}.",
            "Name an execution role of the endpoint's own account.",
        )  # fmt: skip
    try:
        role = subject.clients.call("iam.get_role", {"RoleName": name})["Role"]
    except NotFoundError:
        return Found(
            FAILED, f"There is no role {name}.",
            "Name an execution role that exists, or let the plan make one.",
        )  # fmt: skip
    if not _trusts(role.get("AssumeRolePolicyDocument") or {}):
        return Found(
            FAILED, f"The role {name} does not trust {_SERVICE}.",
            f"Allow {_SERVICE} sts:AssumeRole in the role's trust policy.",
        )  # fmt: skip
    return Found(PASSED, f"The role {name} trusts SageMaker.")


def _trusts(document: Any) -> bool:  # noqa: ANN401 - IAM's JSON, or its text
    whole = json.loads(unquote(document)) if isinstance(document, str) else document
    allowed = False
    for statement in _listed(whole.get("Statement")):
        principal = statement.get("Principal")
        services = _listed(principal.get("Service")) if isinstance(principal, dict) else []
        actions = {str(a).lower() for a in _listed(statement.get("Action"))}
        if (principal == "*" or _SERVICE in services) and actions & {
            "sts:assumerole",
            "sts:*",
            "*",
        }:
            if statement.get("Effect") == "Deny":
                return False
            allowed = True
    return allowed


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - IAM's JSON
    return value if isinstance(value, list) else [] if value is None else [value]


def _role_permissions(subject: Subject) -> Found | None:
    """A role that the plan itself gives a policy may do more by then than it may now."""
    given = {
        step.parameters["RoleName"]
        for step in subject.plan.steps
        if step.operation == "iam.put_role_policy"
    }
    judged = (arn for arn in named_roles(subject) if arn.rpartition("/")[2] not in given)
    return worst(found for arn in judged for found in _role_may(subject, arn))


def _role_may(subject: Subject, arn: str) -> Iterator[Found]:
    """What hosting does as the role: the necessary fails, the useful warns (sagemaker-roles)."""
    name, plan = arn.rpartition("/")[2], subject.plan
    logs = f"arn:aws:logs:{plan.region}:{plan.account}:log-group:/aws/sagemaker/Endpoints/x"
    wanted = [
        *((FAILED, ("s3:GetObject",), place) for place in _data_arns(subject)),
        *((FAILED, ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"), place)
          for place in _repositories(subject)),
        *((FAILED, _NETWORK, "*") for _ in range(any(m.subnets for m in subject.seen.models))),
        (WARNING, ("logs:CreateLogStream", "logs:PutLogEvents"), logs),
    ]  # fmt: skip
    for status, actions, resource in wanted:
        try:
            denied = _denied(subject, arn, actions, resource, policies=_given(subject, name))
        except NotFoundError:
            yield Found(NOT_LOOKED_AT, f"IAM's simulator does not know the role {name}.")
            return
        if denied:
            yield Found(
                status, f"The role {name} may not {', '.join(denied)} on {resource}.",
                f"Allow it in a policy of the role {name}.",
            )  # fmt: skip
        else:
            yield Found(PASSED, f"The role {name} may do what hosting needs.")


def _given(subject: Subject, role_name: str) -> tuple[str, ...]:
    """Return the policies that the plan itself gives a role that stands."""
    steps = (s for s in subject.plan.steps if s.operation == "iam.put_role_policy")
    return tuple(
        str(step.parameters["PolicyDocument"])
        for step in steps
        if step.parameters["RoleName"] == role_name
    )


def _data_arns(subject: Subject) -> list[str]:
    models = (m for m in subject.seen.models if m.made)
    uris = dict.fromkeys(uri for model in models for uri in model.data_uris)
    places = [uri.removeprefix("s3://") for uri in uris if uri.startswith("s3://")]
    return [f"arn:aws:s3:::{p}x" if p.endswith("/") else f"arn:aws:s3:::{p}" for p in places]


def _repositories(subject: Subject) -> list[str]:
    """Repositories of the account itself; AWS's own need no more than a token."""
    images = dict.fromkeys(i for m in subject.seen.models if m.made for i in m.images)
    found = (registry_of(image) for image in images)
    return [
        f"arn:aws:ecr:{one.region}:{one.account}:repository/{one.repository}"
        for one in found
        if one is not None and one.account == subject.plan.account
    ]


def _denied(
    subject: Subject,
    source: str,
    actions: tuple[str, ...],
    resource: str,
    context: dict[str, str] | None = None,
    policies: tuple[str, ...] = (),
) -> list[str]:
    """Return the actions that IAM's simulator denies, `policies` given beside what stands.

    Raises:
        NotFoundError: IAM knows no such principal.
        SagepilotError: The simulator cannot be asked.
    """
    entries = [
        {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for key, value in (context or {}).items()
    ]
    answer = subject.clients.call(
        "iam.simulate_principal_policy",
        {
            "PolicySourceArn": source,
            "ActionNames": list(actions),
            "ResourceArns": [resource],
            **({"ContextEntries": entries} if entries else {}),
            **({"PolicyInputList": list(policies)} if policies else {}),
        },
    )
    rows = answer["EvaluationResults"]
    return [row["EvalActionName"] for row in rows if row["EvalDecision"] != "allowed"]


ACCESS_PROBES = (
    probe("PRE-101", _caller, ("sts:GetCallerIdentity",)),
    probe("PRE-102", _permissions, ("iam:SimulatePrincipalPolicy",)),
    probe("PRE-103", _passed_on, ("iam:SimulatePrincipalPolicy",)),
    probe("PRE-111", _trust, ("iam:GetRole",)),
    probe("PRE-112", _role_permissions, ("iam:SimulatePrincipalPolicy",)),
)
