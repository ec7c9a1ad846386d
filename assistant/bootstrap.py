"""The one place that chooses: AWS or sandbox, chat model, stores. Nothing is opened before use."""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assistant import events
from assistant.chat_models import chosen_chat_model
from assistant.index_setting import use_chosen_index
from assistant.settings import Settings
from assistant.transcript import ThreadInfo, Transcript
from assistant.workplace import Workplace
from tools.approval import recorded_approval
from tools.aws import AwsClients, AwsTarget, connect
from tools.catalog import load_catalog
from tools.deployment import Deployment, apply, unfinished
from tools.errors import InvalidInputError, SagepilotError
from tools.invocation import Invocation, Request, invoke
from tools.journal import Journal
from tools.plan import parse_plan
from tools.policy import find_policy, load_policy
from tools.sample import ready_sample

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from assistant.conversation import Conversation
    from assistant.exam.room import PracticeRoom

logger = logging.getLogger(__name__)


class App:
    """The composed product; every face holds one."""

    def __init__(
        self, settings: Settings, place: Workplace, chat_model: "BaseChatModel | None" = None
    ) -> None:
        self.settings = settings
        self._chat_model = chat_model
        self.place = place
        self.target: Literal["sandbox", "aws"] = settings.target
        self.region = settings.region
        self._transcript = Transcript(settings.home / "transcript.sqlite")
        self._lock = threading.Lock()

    @property
    def chat_model_label(self) -> str:
        """The chat model as it is shown."""
        return "offline" if self.settings.chat_model == "offline" else self.settings.chat_model

    @property
    def account(self) -> str:
        """The account that calls go to."""
        return self.place.clients(self.region).account

    @property
    def target_label(self) -> str:
        """Where calls go, in words."""
        if self.target == "sandbox":
            return f"Sandbox on this machine · {self.region}"
        return f"AWS account {self.account} · {self.region}"

    @cached_property
    def _graph(self) -> Any:  # noqa: ANN401 - LangGraph's compiled graph, imported lazily
        from assistant.checkpoints import open_saver
        from assistant.graph import Minds, build_graph
        from assistant.offline.chat_model import OfflineChatModel

        offline = OfflineChatModel()
        chosen: BaseChatModel | SagepilotError
        try:
            chosen = self._chat_model or chosen_chat_model(self.settings) or offline
        except InvalidInputError as error:
            chosen = error  # the built-in one goes on and says so
        saver = open_saver(self.settings.home / "threads.sqlite")
        return build_graph(Minds(chosen, offline), self.place, saver)

    def graph(self) -> Any:  # noqa: ANN401
        """Return the one graph, built on first use."""
        with self._lock:
            return self._graph

    def conversation(self, thread: str) -> "Conversation":
        """Return the thread of that name; it exists once something is said.

        Raises:
            InvalidInputError: The name cannot be used.
        """
        usable = thread and len(thread) <= 100 and all(c.isalnum() or c in "-_. " for c in thread)
        if not usable or thread.strip(". ") == "":
            raise InvalidInputError(
                f"{thread[:40]!r} cannot name a conversation.",
                remedy="Use letters, digits, blanks, dots, hyphens and underscores.",
            )
        from assistant.conversation import Conversation

        return Conversation(thread, self.graph, self.place, self._transcript, self.settings.user)

    def threads(self) -> tuple[ThreadInfo, ...]:
        """Return all conversations, newest first."""
        return self._transcript.threads()

    def delete_thread(self, name: str) -> None:
        """Forget a conversation; what was deployed stays."""
        self.graph().checkpointer.delete_thread(name)
        self._transcript.delete(name)

    def practice(self) -> "PracticeRoom":
        """Return exam practice of the user."""
        from assistant.exam.practising import practice_of, show
        from assistant.exam.room import PracticeRoom

        return PracticeRoom(practice_of(self.place), lambda question: show(question, self.place))

    def endpoints(self) -> tuple[dict[str, Any], ...]:
        """Return the region's endpoints, parked ones too, as `Workplace.endpoints`."""
        return self.place.endpoints(self.region)

    def invoke(
        self,
        endpoint_name: str,
        body: bytes,
        *,
        content_type: str,
        accept: str | None = None,
        wait_s: float = 300.0,
        **aim: str | None,
    ) -> Invocation:
        """Invoke an endpoint; as `tools.invocation.invoke`.

        `aim` is any of `target_variant`, `inference_component` and `target_model`.
        """
        request = Request.model_validate(
            {"body": body, "content_type": content_type, "accept": accept, **aim}
        )
        from tools.planners.lifecycle import told_if_parked

        region = self.region_of_endpoint(endpoint_name)
        with told_if_parked(endpoint_name, self.place.removal(region)):
            return invoke(endpoint_name, request, self.place.clients(region), wait_s=wait_s)

    def region_of_endpoint(self, endpoint_name: str) -> str:
        """Return the region we deployed an endpoint to, or ours."""
        return self.place.region_of_endpoint(endpoint_name)

    def sample_for(self, endpoint_name: str) -> tuple[bytes, str] | None:
        """Return the request (body, content type) that fits the version which stands."""
        import base64

        from tools.planners.lineage import history

        for turn in history(endpoint_name, self.place.journal):
            if (sample := turn.plan.sample) is not None:
                return base64.b64decode(sample.body_base64), sample.content_type
        return None

    def recover(self) -> tuple[Deployment | events.Failed, ...]:
        """Continue, or finish taking back, what a killed process left; approvals still hold."""
        return tuple(self._recovered(digest) for digest in unfinished(self.place.journal))

    def _recovered(self, digest: str) -> Deployment | events.Failed:
        try:
            plan = parse_plan(self.place.journal.plan_json(digest) or "")
            approval = recorded_approval(self.place.journal, digest)
            clients = self.place.clients(plan.region)
            items = apply(plan, approval, clients, self.place.workshop())
            return next(item for item in items if isinstance(item, Deployment))
        except SagepilotError as error:
            return events.Failed(
                type=type(error).__name__, message=error.message, remedy=error.remedy
            )


def bootstrap(
    settings: Settings | None = None, *, chat_model: "BaseChatModel | None" = None
) -> App:
    """Compose the product.

    Args:
        settings: None for the environment's.
        chat_model: Talks instead of the one that the settings name.
    """
    chosen = settings or Settings()
    use_chosen_index(chosen)
    place = Workplace(
        home=chosen.home,
        target=chosen.target,
        region=chosen.region,
        catalog=load_catalog(),
        journal=Journal(chosen.home / "journal.sqlite"),
        connect=_connector(chosen),
        sample=lambda: ready_sample(chosen.home / "sample"),
        new_nonce=lambda: uuid.uuid4().hex[:16],
        now=lambda: datetime.now(UTC),
        sleep=time.sleep,
        bucket=chosen.bucket,
        role_arn=chosen.role_arn,
        poll_s=chosen.poll_s,
        user=chosen.user,
        policy=lambda: load_policy(policy_path(chosen)),
    )
    return App(chosen, place, chat_model)


def policy_path(settings: Settings) -> Path | None:
    """Return the policy's file; None when there is none.

    Raises:
        InvalidInputError: One is named and is not there.
    """
    return find_policy(settings.policy, (settings.home, Path.cwd()))


def _connector(settings: Settings) -> Callable[[str], AwsClients]:
    made: dict[tuple[str, str | None], AwsClients] = {}
    lock = threading.Lock()

    def connected(region: str) -> AwsClients:
        with lock:
            target = _target(settings, region)
            key = (region, target.endpoint_url)
            if key not in made:
                made[key] = connect(target)
            return made[key]

    return connected


def _target(settings: Settings, region: str) -> AwsTarget:
    if settings.target == "aws":
        return AwsTarget(name="aws", region_name=region, profile=settings.profile)
    from tools.sandbox.control import ensure_running

    status = ensure_running(settings.home)
    return AwsTarget(name="sandbox", region_name=region, endpoint_url=status.endpoint_url)
