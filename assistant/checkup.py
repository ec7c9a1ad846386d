"""What works here and what does not, each with its remedy: `sagepilot doctor`."""

import platform
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from pydantic import BaseModel, ConfigDict

from assistant.bootstrap import App, policy_path
from assistant.chat_models import chosen_chat_model
from knowledge.errors import KnowledgeError
from tools.errors import SagepilotError
from tools.permissions import denied_actions
from tools.policy import load_policy

LEAST_FREE_BYTES = 1_000_000_000


class Check(BaseModel):
    """One thing that was looked at; `ok` is None when it could not be found out.

    Attributes:
        detail: What was seen.
        remedy: One imperative sentence; empty when nothing needs doing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    ok: bool | None
    detail: str
    remedy: str = ""


def checks(app: App) -> Iterator[Check]:
    """Look at everything in turn; a failure is a result."""
    looks: list[Callable[[App], Iterator[Check]]] = [_machine, _policy, _notes, _chat_model]
    looks += [_sandbox] if app.target == "sandbox" else [_account]
    for look in looks:
        try:
            yield from look(app)
        except (SagepilotError, KnowledgeError) as error:
            yield Check(name=_name(look), ok=False, detail=error.message, remedy=error.remedy)
        except (OSError, sqlite3.Error) as error:  # the state folder: reported above, go on
            remedy = "Set SAGEPILOT_HOME to a folder you can write to."
            yield Check(name=_name(look), ok=False, detail=str(error), remedy=remedy)


def _name(look: Callable[[App], Iterator[Check]]) -> str:
    return look.__name__.strip("_").replace("_", " ")


def _machine(app: App) -> Iterator[Check]:
    yield Check(
        name="python", ok=sys.version_info >= (3, 11), detail=platform.python_version(),
        remedy="" if sys.version_info >= (3, 11) else "Install Python 3.11 or newer.",
    )  # fmt: skip
    home = app.place.home
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / ".doctor"
        probe.write_text("ok", encoding="utf-8")
        probe.unlink()
        free = shutil.disk_usage(home).free
        enough = free > LEAST_FREE_BYTES
        remedy = "" if enough else "Free some disk space; archives and the sandbox need it."
        detail = f"{home}, {free / 1e9:.1f} GB free"
        yield Check(name="state folder", ok=enough, detail=detail, remedy=remedy)
    except OSError as error:
        yield Check(
            name="state folder", ok=False, detail=f"{home}: {error.strerror}",
            remedy="Set SAGEPILOT_HOME to a folder you can write to.",
        )  # fmt: skip


def _policy(app: App) -> Iterator[Check]:
    """The organisation's rules in force, and where they stand."""
    path = policy_path(app.settings)
    policy = load_policy(path)
    if path is None:
        yield Check(name="policy", ok=True, detail="none: everything may be planned")
        return
    rules = ", ".join(policy.names) or "no rule"
    yield Check(name="policy", ok=True, detail=f"{path} ({policy.digest[:12]}): {rules}")


def _notes(app: App) -> Iterator[Check]:
    from knowledge.answering import answer

    found = answer("What is the payload limit of serverless inference?", home=app.place.home)
    detail = f"answers with {len(found.citations)} citation(s)"
    remedy = "" if found.grounded else "Install again with make setup."
    yield Check(name="notes", ok=found.grounded, detail=detail, remedy=remedy)


def _chat_model(app: App) -> Iterator[Check]:
    chosen_chat_model(app.settings)
    detail = f"{app.chat_model_label} (constructed, not called)"
    yield Check(name="chat model", ok=True, detail=detail)


def _sandbox(app: App) -> Iterator[Check]:
    from tools.sandbox.process import isolation

    clients = app.place.clients(app.region)
    detail = f"{clients.target.endpoint_url}, account {clients.account}"
    yield Check(name="sandbox", ok=True, detail=detail)
    for what, holds in isolation().items():
        ok = holds if isinstance(holds, bool) else None
        remedy = "" if ok is not False else "Only serve models you trust on this machine."
        name = f"worker isolation: {what.replace('_', ' ')}"
        yield Check(name=name, ok=ok, detail=str(holds).lower(), remedy=remedy)
    yield Check(
        name="neo", ok=True,
        detail="ONNX Runtime stands in for it: ONNX models are compiled, no others",
    )  # fmt: skip
    torch = find_spec("torch") is not None
    yield Check(
        name="torch", ok=None if not torch else True,
        detail="installed" if torch else "not installed: handlers that import it fail here",
        remedy="" if torch else "Install torch if your inference.py needs it (the image has it).",
    )  # fmt: skip


def _account(app: App) -> Iterator[Check]:
    clients = app.place.clients(app.region)
    yield Check(name="credentials", ok=True, detail=f"{clients.caller_arn} in {app.region}")
    known = app.region in app.place.catalog.regions()
    remedy = "" if known else "Choose a region with prices, or expect plans without a cost."
    yield Check(name="region", ok=known, detail=app.region, remedy=remedy)
    denied = denied_actions(clients)
    remedy = "Attach the policy printed below to this user or role."
    if denied is None:
        detail = "not known: the caller may not use iam:SimulatePrincipalPolicy"
        yield Check(name="permissions", ok=None, detail=detail, remedy=remedy)
    else:
        detail = f"denied: {', '.join(denied)}" if denied else "all allowed by the simulator"
        yield Check(
            name="permissions", ok=not denied, detail=detail, remedy=remedy if denied else ""
        )
