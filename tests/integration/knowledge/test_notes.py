"""Shipped notes: every number is a fact, every fact the catalogue's, every vector up to date."""

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest

from knowledge.asked import asked_passages, load_asked
from knowledge.elsewhere import elsewhere_passages
from knowledge.note import MAX_WORDS, Note, load_notes
from knowledge.passage import passages_of
from knowledge.vectors import VECTORS_PATH, load_vectors

NOTES = load_notes()
SHIPPED = [
    *(p for n in NOTES for p in passages_of(n)),
    *asked_passages(),
    *elsewhere_passages(),
]
CATALOGUE = Path(__file__).parents[3] / "tools" / "data" / "limits.json"
DOCUMENTATION_HOSTS = (
    "docs.aws.amazon.com",
    "aws.amazon.com",
    "arxiv.org",
    "github.com",
    "sagemaker.readthedocs.io",
    "awsdocs-neuron.readthedocs-hosted.com",
)
VIETNAMESE = re.compile(r"[ăâđêôơưạảấầậắặẹếềểệịọốồộớờợụứừựỳỹ]")

# Units of facts that are no limit of AWS: versions of libraries, account ids, worked examples.
OUTSIDE_CATALOGUE = ("version", "account", "example")
# What a number without a unit may be without being a fact: a small count, a year, an HTTP status.
SMALL_COUNT = 3
STATUSES = frozenset(f"{n}" for n in (200, 202, 204, *range(400, 600)))
YEAR = re.compile(r"20[12]\d")
VERSIONS = re.compile(
    r"(?:PyTorch|[Tt]orch|TensorFlow|Keras|MXNet|ONNX|XGBoost|scikit-learn|numpy|CUDA|SDK|Release)"
    r" (?:up to |đến )?\d+(?:\.\d+)*(?:(?:, | and | to | và | đến )\d+(?:\.\d+)+)*"
)
EXAM_TASK = re.compile(r"[34]\.[1-4]")
DAY = re.compile(r"\d+ (?:March|April|June|July|September|October|November|tháng)( \d+)?")
CODE = re.compile(r"`[^`]*`|<[^>]*>")
NUMBER = re.compile(r"(?<![\w.,/:+-])\d+(?:,\d{3})*(?:\.\d+)*(?![\w/-])")

SECONDS = {
    "millisecond": "0.001",
    "second": 1,
    "s": 1,
    "giây": 1,
    "minute": 60,
    "phút": 60,
    "hour": 3600,
    "giờ": 3600,
}
BYTES = {"byte": 0, "kb": 1, "mb": 2, "gb": 3, "gib": 3}
COUNTED = (
    "actions|alarms?|characters?|configs|containers?|devices|endpoints|entries|frames|groups?"
    "|instances|invocations?|months|policies|pools|regions|requests|retries|sources|steps|subnets?"
    "|tags?|targets|types|variants?|weeks"
)
MENTION = re.compile(
    r"(?<![\w.,-])(\d+(?:,\d{3})*(?:\.\d+)?)\s*"
    r"(%|USD|milliseconds?|seconds?|s|minutes?|hours?|giây|phút|giờ|bytes?|KB|MB|GB|GiB"
    rf"|{COUNTED})(?![\w-])",
    re.IGNORECASE,
)


def meanings(value: str, unit: str) -> set[tuple[str, Decimal]]:
    """What a number with a unit may mean in base units; KB to GB mean powers of 1000 or 1024."""
    number, name = Decimal(value.replace(",", "")), unit.lower()
    singular = name if name == "s" else name.rstrip("s")
    if singular in SECONDS:
        return {("s", number * Decimal(SECONDS[singular]))}
    if singular in BYTES:
        return {("bytes", number * Decimal(k) ** BYTES[singular]) for k in (1000, 1024)}
    if name in ("%", "percent"):
        return {("%", number)}
    if name.startswith("usd"):
        return {("usd", number)}
    return {("count", number)}


def fact_meanings(note: Note) -> set[tuple[str, Decimal]]:
    found = set()
    for fact in note.facts:
        unit = fact.unit.split()[0]
        found |= meanings(str(Decimal(str(fact.value))), unit)
        found |= {("count", Decimal(str(fact.value)))}
    return found


def prose(note: Note) -> str:
    return f"{note.summary_en}\n{note.summary_vi}\n{note.body}"


def catalogue() -> dict[str, dict[str, object]]:
    limits: dict[str, dict[str, object]] = json.loads(CATALOGUE.read_text())["limits"]
    return limits


def by_id(note: Note) -> str:
    return note.id


@pytest.mark.parametrize("note", NOTES, ids=by_id)
def test_every_fact_equals_the_catalogue_where_the_catalogue_has_it(note: Note) -> None:
    limits = catalogue()
    for fact in note.facts:
        if (limit := limits.get(fact.name)) is None:
            continue
        value = limit["value"]
        allowed = {Decimal(str(v)) for v in (value if isinstance(value, list) else [value])}
        assert Decimal(str(fact.value)) in allowed, fact.name
        assert str(limit["unit"]).startswith(fact.unit), fact.name


def test_every_instance_price_equals_the_price_list() -> None:
    listed = json.loads(CATALOGUE.with_name("prices.json").read_text())["hosting"]["us-east-1"]
    stated = re.compile(r"price_([a-z0-9]+)_(\w*?(?:medium|large))_us_east_1")
    prices = [(m, f.value) for n in NOTES for f in n.facts if (m := stated.fullmatch(f.name))]
    assert len(prices) >= 6
    for match, value in prices:
        instance_type = f"ml.{match[1]}.{match[2]}"
        assert Decimal(str(value)) == Decimal(listed[instance_type][0]), instance_type


def test_every_memory_of_an_instance_type_equals_the_list_of_types() -> None:
    types = json.loads(CATALOGUE.with_name("instances.json").read_text())["types"]
    columns = {"accelerator": "accelerator_memory_gib_each", "host": "memory_gib"}
    stated = re.compile(r"(accelerator|host)_memory_([a-z0-9]+)_(\w*(?:medium|large))")
    sizes = [(m, f.value) for n in NOTES for f in n.facts if (m := stated.fullmatch(f.name))]
    assert len(sizes) >= 8
    for match, value in sizes:
        listed = types[f"ml.{match[2]}.{match[3]}"][columns[match[1]]]
        assert Decimal(str(value)) == Decimal(listed), match.group()


def test_most_facts_are_the_catalogues() -> None:
    limits = catalogue()
    names = [f.name for n in NOTES for f in n.facts if f.unit not in OUTSIDE_CATALOGUE]
    assert sum(name in limits for name in names) / len(names) > 0.7


@pytest.mark.parametrize("note", NOTES, ids=by_id)
def test_every_number_with_a_unit_is_a_fact_of_its_note(note: Note) -> None:
    facts = fact_meanings(note)
    unknown = [
        m.group() for m in MENTION.finditer(prose(note)) if not meanings(*m.groups()) & facts
    ]
    assert not unknown


@pytest.mark.parametrize("note", NOTES, ids=by_id)
def test_every_bare_number_is_a_fact_of_its_note_or_structural(note: Note) -> None:
    text = prose(note)
    for structural in (CODE, VERSIONS, DAY, MENTION):
        text = structural.sub("", text)
    bare = {Decimal(str(f.value)) for f in note.facts}
    unknown = [number for number in NUMBER.findall(text) if not known_number(number, bare)]
    assert not unknown


def known_number(number: str, facts: set[Decimal]) -> bool:
    """Whether a number is a fact's value, or a count, year, HTTP status, version or exam task."""
    if YEAR.fullmatch(number) or EXAM_TASK.fullmatch(number) or number in STATUSES:
        return True
    if number.count(".") > 1:
        return True
    value = Decimal(number.replace(",", ""))
    return value in facts or (value == int(value) and value <= SMALL_COUNT)


@pytest.mark.parametrize("note", NOTES, ids=by_id)
def test_the_vietnamese_summary_states_no_number_that_the_english_lacks(note: Note) -> None:
    numbers = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*")
    english = set(numbers.findall(f"{note.summary_en} {note.body}"))
    month_names = {"3"} if "March" in note.summary_en else set()
    assert set(numbers.findall(note.summary_vi)) <= english | month_names


@pytest.mark.parametrize("note", NOTES, ids=by_id)
def test_every_note_is_short_dated_bilingual_and_sourced(note: Note) -> None:
    assert len(note.body.split()) <= MAX_WORDS
    assert date(2023, 1, 1) <= note.as_of <= date(2026, 11, 22)
    assert VIETNAMESE.search(note.summary_vi)
    assert all(urlsplit(url).hostname in DOCUMENTATION_HOSTS for url in note.source_urls)


def test_conflicting_sources_are_said_to_conflict() -> None:
    notes = {n.id: prose(n) for n in NOTES}
    payload = notes["realtime-payload-limit"]
    assert "conflict" in payload
    assert "25 MB" in payload
    assert "6 MB" in payload
    assert "conflict" in notes["container-contract"]


def test_the_shipped_vectors_are_exactly_those_of_the_shipped_notes() -> None:
    vectors = load_vectors(VECTORS_PATH, "minilm-l6-v2-int8")
    assert set(vectors) == {p.text_hash for p in SHIPPED}
    assert all(abs(float(np.linalg.norm(v)) - 1) < 1e-5 for v in vectors.values())


def test_no_note_shares_a_long_run_of_words_with_another() -> None:
    seen: dict[tuple[str, ...], str] = {}
    for note in NOTES:
        words = re.findall(r"\w+", note.body.lower())
        for run in zip(*(words[i:] for i in range(14)), strict=False):
            assert seen.setdefault(run, note.id) == note.id, " ".join(run)


def test_every_phrase_that_asks_for_a_note_names_one_that_there_is() -> None:
    assert set(load_asked()) <= {note.id for note in NOTES}
    phrases = [phrase for asked in load_asked().values() for phrase in (*asked.en, *asked.vi)]
    assert len(phrases) == len(set(phrases))
