"""A scenario in the third person as requirements, so that the recommendation's rules can judge it.

`assistant.offline.understanding` reads what people say of their own model; a scenario tells of a
company's. What that reading leaves open is filled from the measures in the text and from words that
stand for one requirement whatever the subject.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from assistant.offline.understanding import understand
from tools.errors import InvalidInputError
from tools.quantities import validated
from tools.reading.folding import fold
from tools.reading.measures import Measure, measures
from tools.reading.units import Dimension
from tools.requirements import Requirements

_NEAR = 45  # characters around a measure that say what it measures
#: What the rules know; everything else that `understand` finds names options, not needs.
_NEEDS = frozenset(Requirements.model_fields) - {
    "inference_option", "model_source", "endpoint_name", "sample_path", "environment", "region",
    "instance_type", "deployment_preference", "memory_size_in_mb", "max_concurrency",
    "provisioned_concurrency", "budget_usd_per_month", "auto_scaling", "min_capacity",
    "max_capacity", "scaling_metric", "scaling_target_value", "capacity_schedules", "compilation",
    "initial_instance_count", "success_topic_arn", "error_topic_arn", "alarm_topic_arn",
    "input_uri", "output_uri", "tags", "kms_key_id", "data_sensitivity", "shadow_source",
    "challenger_source", "challenger_share", "inference_components", "framework",
}  # fmt: skip
_BUSY = re.compile(
    r"\b(?:takes?|taking|took|tak|needs?|process\w*|runs?|running|works?|comput\w*|analy[sz]\w*|"
    r"inference|"
    r"prediction|model time|of (?:cpu|gpu)|cpu (?:time|work)|gpu (?:time|work)|transcri\w*|"
    r"render\w*|"
    r"last\w*|mat|xu ly|chay|per (?:request|image|file|video|clip|document|scan|study|item|"
    r"record))\b"
)
_NOT_BUSY = re.compile(
    r"\b(?:timeout|time-out|time out|limit\w*|cold start|start-?up|cooldown|wait\w*|within|"
    r"deadline|every|"
    r"each \d|later|after|baking|period|latenc\w*|respon[sd]\w*|answer\w* (?:in|within)|ttl|"
    r"months?|weeks?|days?|"
    r"schedul\w*|warm|idle|silence|pause)\b"
)
_CARRIED = re.compile(
    r"\b(?:inputs?|payloads?|requests?|files?|images?|photos?|pictures?|videos?|clips?|scans?|"
    r"documents?|pdfs?|"
    r"stud(?:y|ies)|recordings?|audio|uploads?|body|bodies|records?|anh|tep|yeu cau|each)\b"
)
_HELD = re.compile(
    r"\b(?:models?|artefacts?|artifacts?|weights|memory|ram|gpu|vram|volume|disk|image size|"
    r"container|instances?|"
    r"table|gib|data ?sets?|in total|altogether|mo hinh|bo nho)\b"
)
_CUES_PATH = Path(__file__).parent / "cues.toml"
_NEGATED = re.compile(r"\b(?:no|not|without|never|nobody|khong|instead of)\b[^.;,]{0,12}$")


def requirements_of(stem: str) -> Requirements:
    """Return what a stem says of the need; pure. What cannot be together is left out."""
    values: dict[str, Any] = {}
    for fact in understand(stem, language="en").facts:
        if fact.field in _NEEDS and fact.value is not None:
            values[fact.field] = fact.value
    text = fold(stem).text
    for field, value in (*_measured(text), *_cued(text)):
        values.setdefault(field, value)
    size = values.get("request_payload_bytes")
    if size is not None and _belongs_to_model(text, float(size)):
        values.pop("request_payload_bytes")
    return _valid(values)


def _valid(values: dict[str, Any]) -> Requirements:
    kept = {}
    for field, value in values.items():
        try:
            kept[field] = validated(field, value)
        except InvalidInputError:
            continue
    return Requirements(**kept)


def _measured(text: str) -> Iterator[tuple[str, Any]]:
    found = list(measures(text))
    busy = [m for m in found if m.dimension is Dimension.DURATION and _is_processing(text, m)]
    if busy:
        yield "processing_time_s", max(m.high for m in busy)
    sizes = [m for m in found if m.dimension is Dimension.BYTES]
    carried = [m.high for m in sizes if _subject(text, m) == "carried"]
    held = [m.high for m in sizes if _subject(text, m) == "held"]
    if carried:
        yield "request_payload_bytes", int(max(carried))
    if held and re.search(r"\b(?:models?|weights|mo hinh)\b", text):
        yield "model_size_bytes", int(max(held))


def _is_processing(text: str, measure: Measure) -> bool:
    """Whether the clause of a duration speaks of work rather than of waiting or limits."""
    clause = _clause(text, measure)
    return bool(_BUSY.search(clause)) and not _NOT_BUSY.search(clause)


def _clause(text: str, measure: Measure) -> str:
    before = re.split(r"[.;:]\s|, ", text[max(0, measure.start - _NEAR) : measure.start])[-1]
    after = re.split(r"[.;:,]\s", text[measure.end : measure.end + _NEAR // 2])[0]
    return f"{before} {after}"


def _subject(text: str, measure: Measure) -> str:
    """What a size is the size of: the nearer of the words for cargo and for what is held."""
    before = text[max(0, measure.start - _NEAR) : measure.start]
    after = text[measure.end : measure.end + _NEAR // 2]
    reach = {}
    for name, words in (("carried", _CARRIED), ("held", _HELD)):
        ends = [len(before) - m.end() for m in words.finditer(before)]
        starts = [m.start() for m in words.finditer(after)]
        reach[name] = min([*ends, *starts], default=10**6)
    nearest = min(reach, key=lambda name: reach[name])
    return nearest if reach[nearest] < 10**6 else ""


def _belongs_to_model(text: str, size: float) -> bool:
    return any(
        m.high == size and _subject(text, m) == "held"
        for m in measures(text)
        if m.dimension is Dimension.BYTES
    )


def _cued(text: str) -> Iterator[tuple[str, Any]]:
    for field, value, words in _cues():
        match = words.search(text)
        if match and not _NEGATED.search(text[max(0, match.start() - 20) : match.start()]):
            yield field, value


@lru_cache(maxsize=1)
def _cues() -> tuple[tuple[str, Any, re.Pattern[str]], ...]:
    tables = tomllib.loads(_CUES_PATH.read_text(encoding="utf-8"))["cue"]
    return tuple((t["field"], t["value"], re.compile("|".join(t["words"]), re.S)) for t in tables)
