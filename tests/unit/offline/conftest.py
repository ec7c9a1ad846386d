"""A minimal agent loop around the offline chat model, with scripted tools."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from assistant.offline.chat_model import OfflineChatModel
from assistant.offline.meaning import Fact, Intent, Understanding

USEFUL = (
    "model_source",
    "request_payload_bytes",
    "latency_p95_ms",
    "traffic_pattern",
    "average_requests_per_second",
)
DIGEST = "4f1d0c9b8a77665544332211"

SERVERLESS: dict[str, Any] = {
    "inference_option": "serverless",
    "alternatives": ["real-time"],
    "memory_size_in_mb": 2048,
    "max_concurrency": 5,
    "auto_scaling": None,
    "cost_usd_per_month": 12.3,
    "cost_if_forgotten_usd_per_month": 0,
    "latency_p95_ms": 180.0,
    "reasons": [
        {
            "rule_id": "REC-110",
            "text": "Traffic is idle 70% of the time.",
            "source_url": "https://docs.aws.amazon.com/x",
        }
    ],
    "warnings": [
        {"rule_id": "REC-120", "text": "A first request may take 5 s.", "source_url": "https://x"}
    ],
    "flips": [{"if": "payload above 4 MB", "then": "real-time"}],
    "assumptions": {"environment": "production"},
    "options": [
        {
            "option": "serverless",
            "verdict": "chosen",
            "reasons": [{"rule_id": "REC-110", "text": "Traffic is idle.", "source_url": ""}],
        },
        {
            "option": "real-time",
            "verdict": "fits",
            "reasons": [{"rule_id": "REC-111", "text": "It costs 84 a month.", "source_url": ""}],
        },
        {
            "option": "asynchronous",
            "verdict": "ruled-out",
            "reasons": [{"rule_id": "REC-112", "text": "Someone waits.", "source_url": ""}],
        },
    ],
}
REAL_TIME: dict[str, Any] = {
    "inference_option": "real-time",
    "instance_type": "ml.m5.large",
    "initial_instance_count": 2,
    "auto_scaling": {
        "min_capacity": 2,
        "max_capacity": 6,
        "policies": [
            {
                "policy_type": "TargetTrackingScaling",
                "metric": "SageMakerVariantInvocationsPerInstance",
                "target_value": 1500.0,
            }
        ],
    },
    "cost_usd_per_month": 167.9,
    "cost_if_forgotten_usd_per_month": 167.9,
    "reasons": [{"rule_id": "REC-101", "text": "The payload is over 4 MB.", "source_url": ""}],
    "warnings": [],
    "flips": [],
}
PLAN: dict[str, Any] = {
    "digest": DIGEST,
    "method": "api",
    "target": "sandbox",
    "account": "123456789012",
    "region": "us-east-1",
    "typed_name_required": None,
    "eula_required": False,
    "steps": [{"operation": "sagemaker.create_model", "parameters": {}}],
    "cost_usd_per_month": 12.3,
    "undo": [],
    "endpoint_name": "iris-1",
    "inference_option": "serverless",
    "warnings": [],
    "packaging": [],
}

Tool = Callable[..., dict[str, Any]]


class Thread:
    """One thread: keeps the history, the requirements and the STATE line as the app does."""

    def __init__(self, meanings: Mapping[str, Understanding], tools: Mapping[str, Tool]) -> None:
        self.meanings = meanings
        self.heard: list[tuple[str, tuple[str, ...], dict[str, Any]]] = []
        self.values: dict[str, Any] = {}
        self.assumed: dict[str, Any] = {"latency_p95_ms": 500, "request_payload_bytes": 10_000}
        self.conflicts: list[dict[str, Any]] = []
        self.refused: list[dict[str, Any]] = []
        self.pending: dict[str, Any] | None = None
        self.last_deployment: dict[str, Any] | None = None
        self.language: str | None = None
        self.history: list[BaseMessage] = []
        self.called: list[tuple[str, dict[str, Any]]] = []
        self.recommendation: dict[str, Any] = SERVERLESS
        self.tools: dict[str, Tool] = {
            "record_requirements": self._record,
            "recommend": lambda changes=(): {
                "recommendation": self.recommendation,
                "changed": {},
                "missing": [],
                "conflicts": self.conflicts,
            },
            "make_plan": self._plan,
            "search_notes": lambda query, k=5: {
                "answer": "The payload limit is 4 MB.",
                "citations": [
                    {"note_id": "n1", "title": "Limits", "source_url": "https://docs.aws/limits"}
                ],
                "grounded": True,
            },
            "describe_endpoints": lambda: {"endpoints": [], "target": "sandbox", "region": "r"},
            "describe_deployment": lambda deployment_id: {"deployment": None},
            "plan_deletion": lambda endpoint_name: {
                "plan": {
                    **PLAN,
                    "endpoint_name": endpoint_name,
                    "typed_name_required": endpoint_name,
                },
                "approval_requested": True,
            },
            "plan_undo": lambda deployment_id: {"plan": PLAN, "approval_requested": True},
            **tools,
        }
        self.chat_model = OfflineChatModel(understand_text=self._understand)

    def say(self, text: str, *, bound: tuple[str, ...] | None = None) -> str:
        """Take one turn; return the answer's text."""
        self.history.append(HumanMessage(text))
        return self.run(bound=bound)

    def run(self, *, bound: tuple[str, ...] | None = None) -> str:
        names = list(self.tools) if bound is None else list(bound)
        chat_model = self.chat_model.bind_tools([_schema(name) for name in names])
        for _ in range(12):
            answer = chat_model.invoke([self._system(), *self.history])
            assert isinstance(answer, AIMessage)
            self.history.append(answer)
            if not answer.tool_calls:
                return str(answer.content)
            for call in answer.tool_calls:
                self.called.append((call["name"], call["args"]))
                self.history.append(self._answered(call))
        pytest.fail("the turn does not end")

    def names(self) -> list[str]:
        return [name for name, _ in self.called]

    def _answered(self, call: Any) -> ToolMessage:
        result = self.tools[call["name"]](**call["args"])
        content = result if isinstance(result, str) else json.dumps(result)
        failed = isinstance(result, dict) and "error" in result
        return ToolMessage(
            content, tool_call_id=call["id"], status="error" if failed else "success"
        )

    def _understand(self, text: str, *, expecting: Any = (), known: Any = None) -> Understanding:
        self.heard.append((text, tuple(expecting), dict(known or {})))
        return self.meanings[text]

    def _needs(self) -> dict[str, Any]:
        return {
            "values": dict(self.values),
            "assumed": {f: v for f, v in self.assumed.items() if f not in self.values},
            "missing": [f for f in USEFUL if f not in self.values],
            "conflicts": self.conflicts,
        }

    def _record(self, facts: list[dict[str, Any]]) -> dict[str, Any]:
        refused = {row["field"] for row in self.refused}
        for fact in facts:
            if fact["field"] in refused:
                continue
            if fact["value"] is None:
                self.values.pop(fact["field"], None)
            else:
                self.values[fact["field"]] = fact["value"]
        return {**self._needs(), "refused": self.refused}

    def _plan(self) -> dict[str, Any]:
        self.pending = {"digest": DIGEST, "endpoint_name": "iris-1", "summary": "s"}
        return {"plan": PLAN, "approval_requested": True}

    def _system(self) -> SystemMessage:
        state = {
            "requirements": self._needs(),
            "asked": [],
            "pending_plan": self.pending,
            "last_deployment": self.last_deployment,
            "target": "sandbox",
            "region": "us-east-1",
            "language": self.language,
        }
        return SystemMessage(f"You are Sagepilot.\nSTATE: {json.dumps(state)}")


def _schema(name: str) -> dict[str, Any]:
    return {"name": name, "description": name, "parameters": {"type": "object", "properties": {}}}


@pytest.fixture
def means() -> Callable[..., Understanding]:
    """Shorthand for an understanding; facts quote themselves."""

    def make(
        *intents: Intent, language: str = "en", facts: Mapping[str, Any] | None = None, **more: Any
    ) -> Understanding:
        said = tuple(Fact(field=f, value=v, quote=str(v)) for f, v in (facts or {}).items())
        return Understanding.model_validate(
            {"language": language, "intents": intents, "facts": said, **more}
        )

    return make


@pytest.fixture
def plan() -> dict[str, Any]:
    """The plan that `make_plan` answers."""
    return dict(PLAN)


@pytest.fixture
def real_time() -> dict[str, Any]:
    """A recommendation of a real-time endpoint."""
    return dict(REAL_TIME)


@pytest.fixture
def serverless() -> dict[str, Any]:
    """A recommendation of a serverless endpoint."""
    return dict(SERVERLESS)


@pytest.fixture
def thread() -> Callable[..., Thread]:
    """Make a thread from `{text: understanding}` and replaced tools."""

    def make(meanings: Mapping[str, Understanding], **tools: Tool) -> Thread:
        return Thread(meanings, tools)

    return make
