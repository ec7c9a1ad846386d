"""A wish as a notebook that plans, shows, approves and deploys through Sagepilot itself; pure.

The plan is made anew when the notebook runs, so it is of that moment; nothing is deployed before
the person who reads it has written its digest into the cell that approves.
"""

import json
from typing import Any

from tools.endpoint import EndpointSpec
from tools.renderers.python_names import Head

_PLAN = """\
import json

from assistant.bootstrap import bootstrap
from tools.endpoint import DeploymentMethod
from tools.requirements import Requirements

NEEDS = json.loads(
    {needs!r}
)

app = bootstrap()
plan = app.place.plan(Requirements.model_validate(NEEDS), DeploymentMethod({method!r}))
app.place.keep(plan)
print(plan.digest)"""
_SHOW = """\
print(plan.summary)
print(f"{app.target_label}, {plan.cost_usd_per_month} USD a month")
for warning in plan.warnings:
    print(f"Note: {warning}")
for number, step in enumerate(plan.steps, 1):
    print(f"{number}. {step.operation}: {step.why}")"""
_APPROVE = """\
APPROVED_DIGEST = ""  # write the digest here, whole
ACCEPT_EULA = False  # True when you have read the licence, where the plan asks for it

from tools.approval import Approval, check_approval

clients = app.place.clients(plan.region)
approval = Approval(
    digest=APPROVED_DIGEST,
    user=app.settings.user,
    caller_arn=clients.caller_arn,
    approved_at=app.place.now(),
    why=plan.summary,
    accept_eula=ACCEPT_EULA,
)
check_approval(plan, approval)"""
_DEPLOY = """\
from tools.carrying import StepProgress
from tools.deployment import apply

for item in apply(plan, approval, clients, app.place.workshop()):
    if isinstance(item, StepProgress):
        print(f"[{item.step}/{item.of}] {item.operation}  {item.detail}")
    else:
        deployment = item
print(deployment.status, deployment.endpoint_name)"""
_INVOKE = """\
import base64

if plan.sample is not None:
    answer = app.invoke(
        plan.endpoint_name,
        base64.b64decode(plan.sample.body_base64),
        content_type=plan.sample.content_type,
        accept=plan.sample.accept,
    )
    print(f"{answer.latency_ms:.0f} ms", answer.body[:2000].decode(errors="replace"))"""

_INVOKE_EACH = """\
import base64

aims = [{"inference_component": one.name} for one in plan.spec.components]
aims += [
    {"target_model": model.name}
    for served in plan.spec.served
    if served.multi_model
    for model in served.multi_model.models
]
for aim in aims if plan.sample is not None else ():
    answer = app.invoke(
        plan.endpoint_name,
        base64.b64decode(plan.sample.body_base64),
        content_type=plan.sample.content_type,
        accept=plan.sample.accept,
        **aim,
    )
    print(aim, f"{answer.latency_ms:.0f} ms", answer.body[:2000].decode(errors="replace"))"""


def render_notebook(
    spec: EndpointSpec, needs: dict[str, Any], method: str, head: Head, product_version: str
) -> str:
    """Return a notebook (nbformat 4), unexecuted.

    Args:
        spec: What was planned for those needs, for the title.
        needs: The requirements, as JSON.
        method: How it is carried out.
        head: The account, and why it is as it is.
        product_version: Of Sagepilot.
    """
    reasons = "".join(f"- {_inline(reason)}\n" for reason in head.reasons)
    title = (
        f"# Amazon SageMaker endpoint `{_inline(spec.name)}`\n\n{spec.inference_option}, "
        f"{spec.region}, account {head.account}. Needs sagepilot=={product_version}.\n\n{reasons}"
    )
    shared = bool(spec.components) or any(model.multi_model for model in spec.served)
    shown = json.dumps(needs, ensure_ascii=True, sort_keys=True)
    cells = [
        _markdown(title.rstrip()),
        _markdown("## Plan\nReads the account and changes nothing."),
        _code(_PLAN.format(needs=shown, method=method)),
        _markdown("## Read it"),
        _code(_SHOW),
        _markdown(
            "## Approve\nWrite the digest of the plan above into `APPROVED_DIGEST`: the approval "
            "is for exactly that plan."
        ),
        _code(_APPROVE),
        _markdown("## Deploy\nA failure takes back what was made."),
        _code(_DEPLOY),
        _markdown("## Invoke"),
        _code(_INVOKE_EACH if shared else _INVOKE),
    ]
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    book = {"cells": numbered, "metadata": _METADATA, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def _inline(text: str) -> str:
    """Text of others, without what would make it more than text in Markdown."""
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return plain.replace("`", "'").replace("<", "&lt;").replace("[", "(").replace("]", ")")
