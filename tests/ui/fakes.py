"""An assistant without a graph, a store or AWS: the same events, scripted by what is said."""

import itertools
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Literal

from assistant.events import (
    ApprovalRequested,
    Deployed,
    Event,
    Failed,
    Message,
    PlanProposed,
    Progress,
    RecommendationMade,
    Rendered,
    RequirementsUpdated,
    TextDelta,
    ToolFinished,
    ToolStarted,
    TurnFinished,
    Undone,
)
from assistant.exam.practising import Shown
from assistant.exam.room import PracticeRoom
from knowledge.practice.practice import Practice
from knowledge.question import QuestionSet
from tests.unit.practice.questions import Clock, question
from tools.errors import NotFoundError
from ui.runs import Runs
from ui.session import Services

WHEN = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/"
SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html"
HANDLER = "import joblib\n\n\ndef model_fn(model_dir):\n    return joblib.load(model_dir)\n"


@dataclass(frozen=True)
class FakeEntry:
    role: Literal["user", "assistant", "event"]
    text: str
    events: tuple[Event, ...] = ()
    at: datetime = WHEN


@dataclass(frozen=True)
class FakeThread:
    name: str
    title: str
    updated_at: datetime = WHEN


@dataclass(frozen=True)
class FakeAnswer:
    status_code: int
    body: bytes
    content_type: str | None
    latency_ms: float
    output_location: str | None = None


def plan(digest: str, endpoint_name: str = "wine-quality", **changes: Any) -> PlanProposed:
    calls: list[dict[str, Any]] = [
        {"operation": "s3.put_object",
         "parameters": {"Bucket": "sagepilot-123456789012", "Key": "models/ab12/model.tar.gz"}},
        {"operation": "sagemaker.create_model", "why": "Names the image and the archive.",
         "parameters": {"ModelName": endpoint_name, "ExecutionRoleArn": "arn:aws:iam::1:role/x"}},
        {"operation": "sagemaker.create_endpoint_config",
         "parameters": {"EndpointConfigName": endpoint_name, "ProductionVariants": [
             {"VariantName": "main", "ServerlessConfig": {"MemorySizeInMB": 2048}}]}},
        {"operation": "sagemaker.create_endpoint",
         "parameters": {"EndpointName": endpoint_name, "EndpointConfigName": endpoint_name}},
    ]  # fmt: skip
    values = {
        "digest": digest, "method": "api", "target": "sandbox", "account": "123456789012",
        "region": "us-east-1", "endpoint_name": endpoint_name, "typed_name_required": None,
        "eula_required": False, "steps": tuple(calls), "cost_usd_per_month": 3.4,
        "cost_if_forgotten_usd_per_month": 0.12,
        "undo": ({"operation": "sagemaker.delete_endpoint", "for_step": 3,
                  "parameters": {"EndpointName": endpoint_name}},),
        "warnings": ("The first request after a pause takes seconds.",),
        "packaging": ({"action": "add", "path": "code/inference.py", "content": HANDLER,
                       "source_url": SOURCE, "text": "The image has no default loader."},),
        "preflight": {"summary": "1 check passed, 1 with a warning", "checks": [
            {"id": "PRE-501", "title": "The names are free", "status": "passed",
             "seen": "All 4 names are free.", "remedy": "", "source_url": SOURCE},
            {"id": "PRE-402", "title": "The account's quotas suffice", "status": "warning",
             "seen": "Scaled out it is over the quota.", "remedy": "Ask for a higher quota.",
             "source_url": SOURCE}]},
    }  # fmt: skip
    return PlanProposed.model_validate({**values, **changes})


RECOMMENDATION = RecommendationMade.model_validate({
    "inference_option": "serverless", "alternatives": ["real-time"], "memory_size_in_mb": 2048,
    "max_concurrency": 20, "cost_usd_per_month": 3.4, "cost_if_forgotten_usd_per_month": 0.12,
    "latency_p95_ms": 180.0, "deployment_method": "sdk", "auto_scaling": None,
    "reasons": [
        {"rule_id": "REC-110", "text": "Traffic comes rarely: idle time costs nothing here.",
         "source_url": SOURCE},
        {"rule_id": "REC-101", "text": "2 KB is far below the 4 MB limit.", "source_url": SOURCE}],
    "warnings": [{"rule_id": "REC-140", "text": "A cold start takes seconds.",
                  "source_url": SOURCE}],
    "flips": [{"if": "payload above 4 MB", "then": "real-time"}],
    "assumptions": {"idle_share": 0.7},
    "options": [{"option": "asynchronous", "verdict": "ruled-out", "reasons": [
        {"rule_id": "REC-120", "text": "Somebody waits.", "source_url": SOURCE}]}],
})  # fmt: skip
NEEDS = RequirementsUpdated(
    values={
        "request_payload_bytes": 2000,
        "peak_requests_per_second": 5.0,
        "latency_p95_ms": 300.0,
        "model_source": {"kind": "local", "uri": "model.tar.gz"},
    },
    assumed={"idle_share": 0.7, "environment": "development"},
    missing=("budget_usd_per_month",),
)


PROOF = {"kind": "fact", "facts": {"serverless_memory_max": 6144}}


def practice_bank() -> QuestionSet:
    """One question of each kind, and a topic of five."""
    four = ["A", "B", "C", "D"]
    made = [
        question("one", topics=["kinds"], stem="Which of $5 and `x`?"),
        question("two", topics=["kinds"], kind="multiple", answer=["A", "C"]),
        question("three", topics=["kinds"], kind="ordering", answer=four),
        question("four", topics=["kinds"], kind="matching", answer=["D", "A"],
                 prompts=["First", "Second"]),
        *(question(f"cost-{n}", topics=["cost"], task="4.2", proof=PROOF) for n in range(5)),
    ]  # fmt: skip
    return QuestionSet(questions=tuple(made))


@dataclass
class FakeConversation:
    app: "FakeApp"
    thread: str
    entries: list[FakeEntry] = field(default_factory=list)
    pending: PlanProposed | None = None
    needs: RequirementsUpdated | None = None

    def say(self, text: str) -> Iterator[Event]:
        if "locked" in text:
            yield Failed(type="TurnInProgress", message="Another turn is still running.",
                         remedy="Wait until it has finished.")  # fmt: skip
            return
        self.app.said.append(text)
        yield from self._turn(FakeEntry("user", text), self._answer(text))

    def approve(
        self, digest: str, *, typed_name: str | None = None, accept_eula: bool = False
    ) -> Iterator[Event]:
        self.app.approvals.append((digest, typed_name, accept_eula))
        yield from self._turn(FakeEntry("event", ""), self._carry_out())

    def reject(self, digest: str, reason: str = "") -> Iterator[Event]:
        self.app.rejections.append(digest)
        self.pending = None
        yield from self._turn(FakeEntry("event", ""), iter((Message(text="Nothing was done."),)))

    def transcript(self) -> tuple[FakeEntry, ...]:
        return tuple(self.entries)

    def pending_plan(self) -> PlanProposed | None:
        return self.pending

    def requirements(self) -> RequirementsUpdated | None:
        return self.needs

    def _turn(self, said: FakeEntry, events: Iterator[Event]) -> Iterator[Event]:
        """Nothing of a turn is in the transcript before its end, as with a real store."""
        seen: list[Event] = []
        for event in itertools.chain(events, (TurnFinished(),)):
            self.app.pause(event)
            seen.append(event)
            if not isinstance(event, TurnFinished):
                yield event
        kept = tuple(event for event in seen if not isinstance(event, TextDelta))
        self.entries += [said] if said.text else []
        self.entries.append(FakeEntry("assistant", "", kept))
        yield seen[-1]

    def _answer(self, text: str) -> Iterator[Event]:
        if "crash" in text:
            raise RuntimeError("a secret detail")
        if "fail" in text:
            yield Failed(type="InvalidInputError", message="There is no file x.tar.gz.",
                         remedy="Give the path of the archive.")  # fmt: skip
        elif "hostile" in text:
            yield Message(text="<b>bold</b> ![x](https://evil.example/x.png) costs $5 and $6")
        elif "terraform" in text.lower():
            yield Rendered(digest="a" * 64, language="terraform", file_name="main.tf",
                           text='resource "aws_sagemaker_endpoint" "this" {}\n')  # fmt: skip
            yield from _stream("Here is the plan as Terraform.")
        elif "delete" in text.lower():
            yield from self._propose(
                plan("d" * 64, typed_name_required="wine-quality", packaging=(), warnings=())
            )
        elif "deploy" in text.lower():
            yield from self._recommend()
        else:
            yield from _stream("How large is one request, and how many come at most?")

    def _recommend(self) -> Iterator[Event]:
        facts = [{"field": "request_payload_bytes", "value": "2 KB", "quote": "2 KB"}]
        yield ToolStarted(call_id="1", name="record_requirements", arguments={"facts": facts})
        yield ToolFinished(call_id="1", name="record_requirements", ok=True,
                           result={"values": {"request_payload_bytes": 2000}})  # fmt: skip
        self.needs = NEEDS
        yield NEEDS
        yield ToolStarted(call_id="2", name="recommend", arguments={})
        yield ToolFinished(call_id="2", name="recommend", ok=True, result={"missing": []})
        yield RECOMMENDATION
        yield from self._propose(plan(self.app.digests.pop(0) if self.app.digests else "a" * 64))

    def _propose(self, proposed: PlanProposed) -> Iterator[Event]:
        self.pending = proposed
        yield proposed
        yield ApprovalRequested(
            digest=proposed.digest,
            summary=f"Carry out {len(proposed.steps)} steps for {proposed.endpoint_name}?",
            cost_usd_per_month=proposed.cost_usd_per_month,
            cost_if_forgotten_usd_per_month=proposed.cost_if_forgotten_usd_per_month,
        )
        yield from _stream("Here is the **exact plan**. Nothing happens before you approve it.")

    def _carry_out(self) -> Iterator[Event]:
        assert self.pending is not None
        done, self.pending = self.pending, None
        for place, step in enumerate(done.steps, 1):
            yield Progress(step=place, of=len(done.steps), operation=step["operation"], detail="")
        name = done.endpoint_name
        if done.typed_name_required:
            self.app.running.discard(name)
            yield Undone(deployment_id="dep-2", endpoint_name=name, endpoint_arn=ARN + name)
            return
        self.app.running.add(name)
        figures = {"ok": True, "invocations": 3, "latency_p50_ms": 8.1, "latency_p95_ms": 12.4}
        yield Deployed(deployment_id="dep-1", endpoint_name=name, endpoint_arn=ARN + name,
                       verification=figures)  # fmt: skip
        yield from _stream("It is deployed and answers.")


def _stream(text: str) -> Iterator[Event]:
    for word in text.split(" "):
        yield TextDelta(text=word + " ")
    yield Message(text=text)


class FakeApp:
    """Keeps what was said, approved and rejected; waits at each event when told to."""

    target: Literal["sandbox", "aws"] = "sandbox"
    target_label = "Sandbox on this machine"
    region = "us-east-1"
    account = "123456789012"
    chat_model_label = "offline chat model"

    def __init__(
        self, *, pause_s: float = 0.0, gate_file: Path | None = None, home: Path | None = None
    ) -> None:
        self.pause_s = pause_s
        self.gate_file = gate_file
        self.gate: threading.Event | None = None
        self.digests: list[str] = []
        self.said: list[str] = []
        self.approvals: list[tuple[str, str | None, bool]] = []
        self.rejections: list[str] = []
        self.invoked: list[tuple[str, bytes, str]] = []
        self.running: set[str] = set()
        self.talks: dict[str, FakeConversation] = {}
        self.clock = Clock()
        self._home = home

    def pause(self, event: Event) -> None:
        if self.gate is not None:
            self.gate.wait(20)
        time.sleep(self.pause_s)
        if isinstance(event, Progress) and event.step == 3 and self.gate_file is not None:
            while not self.gate_file.exists():
                time.sleep(0.05)

    def conversation(self, thread: str) -> FakeConversation:
        return self.talks.setdefault(thread, FakeConversation(self, thread))

    def recover(self) -> tuple[object, ...]:
        return ()

    def threads(self) -> tuple[FakeThread, ...]:
        return tuple(
            FakeThread(name, next(e.text for e in talk.entries if e.role == "user"))
            for name, talk in list(self.talks.items())
            if any(entry.role == "user" for entry in talk.entries)
        )

    def delete_thread(self, name: str) -> None:
        self.talks.pop(name, None)

    def practice(self) -> PracticeRoom:
        """The real one, over a small bank and a home that goes with this app."""
        self._home = self._home or Path(mkdtemp())
        practice = Practice(self._home, "ana", now=self.clock, questions=practice_bank())
        return PracticeRoom(
            practice,
            lambda question: Shown(
                lines=(f"{question.id} is so",), faults=(), why_no_plan="A fake plans nothing."
            ),
        )

    def endpoints(self) -> tuple[dict[str, Any], ...]:
        return tuple(
            {"endpoint_name": name, "status": "InService", "inference_option": "serverless",
             "memory_size_in_mb": 2048, "cost_usd_per_month": 3.4, "ours": True}
            for name in sorted(self.running)
        )  # fmt: skip

    def invoke(
        self, endpoint_name: str, body: bytes, *, content_type: str, accept: str | None = None
    ) -> FakeAnswer:
        if endpoint_name not in self.running:
            raise NotFoundError(f"There is no endpoint {endpoint_name}.", remedy="Deploy it again.")
        self.invoked.append((endpoint_name, body, content_type))
        answer = json.dumps({"predictions": [1 for _ in json.loads(body)["instances"]]})
        return FakeAnswer(200, answer.encode(), "application/json", 7.5)

    def sample_for(self, endpoint_name: str) -> tuple[bytes, str] | None:
        return b'{"instances": [[5.1, 3.5, 1.4, 0.2]]}', "application/json"


def fake_services(app: FakeApp) -> Services:
    return Services(app, Runs(app))
