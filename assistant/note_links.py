"""Where rules and notes meet: the note behind a rule, and notes against the product's own data.

`tools` knows no notes and `knowledge` no rules; both are joined here and nowhere else.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from knowledge.checking import STALE_AFTER_DAYS, NoteProblem, read_notes, stale
from knowledge.note import NOTES_FOLDER, Note, notes_by_rule
from tools.catalog import Catalog

#: A rule's id stands under one of these keys.
_RULE_KEYS = ("rule_id", "id")


def with_notes(told: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return JSON with `note_id` beside every rule id that has a note; nothing else changes."""
    if isinstance(told, Mapping):
        seen = {key: with_notes(value) for key, value in told.items()}
        note = note_behind(told)
        return {**seen, "note_id": note} if note and "note_id" not in told else seen
    if isinstance(told, list | tuple):
        return [with_notes(item) for item in told]
    return told


def note_behind(item: Mapping[str, Any]) -> str | None:
    """Return the note of the rule that a reason, conflict, finding or check names."""
    named = (item.get(key) for key in _RULE_KEYS)
    rules = (rule for rule in named if isinstance(rule, str))
    return next((note for rule in rules if (note := notes_by_rule().get(rule))), None)


def rule_with_note(item: Mapping[str, Any]) -> str:
    """Return `REC-511, note serverless-cold-start`, the rule alone, or nothing."""
    rule = str(item.get("rule_id") or item.get("id") or "")
    note = item.get("note_id") or note_behind(item)
    return f"{rule}, note {note}" if rule and note else rule


def rule_titles() -> dict[str, str]:
    """Return every rule's title by its id, as docs/rules.md lists them."""
    from tools.rules.checks import ALL_CHECKS
    from tools.rules.declared.all import DECLARED_RULES
    from tools.rules.preflights import PREFLIGHT_RULES
    from tools.rules.registry import ALL_RULES
    from tools.rules.transform_checks import TRANSFORM_CHECKS

    groups = (ALL_RULES, ALL_CHECKS, TRANSFORM_CHECKS, DECLARED_RULES, PREFLIGHT_RULES)
    return {rule.id: rule.title for group in groups for rule in group}


def check_notes(
    catalog: Catalog,
    *,
    today: date,
    days: int = STALE_AFTER_DAYS,
    folder: Path = NOTES_FOLDER,
) -> tuple[NoteProblem, ...]:
    """Return what is wrong with the notes of a folder, errors first.

    Args:
        catalog: Limits that facts of the same name must equal.
        today: The day from which the age of a note is counted.
        days: The age in days above which a note is stale.
        folder: Where the notes lie.
    """
    notes, broken = read_notes(folder)
    found = [*broken, *stale(notes, today=today, days=days)]
    titles = rule_titles()
    for note in notes:
        found += _disagreements(note, catalog)
        for rule in note.rules:
            if rule not in titles:
                found.append(_problem(note, "unknown-rule", f"There is no rule {rule}."))
    return tuple(sorted(found, key=lambda problem: (problem.level, problem.note, problem.text)))


def _disagreements(note: Note, catalog: Catalog) -> Iterator[NoteProblem]:
    names = set(catalog.limit_names())
    for fact in note.facts:
        if fact.name not in names:
            continue
        known = catalog.limit(fact.name)
        values = known.value if isinstance(known.value, tuple) else (known.value,)
        if Decimal(str(fact.value)) not in {Decimal(str(value)) for value in values}:
            text = f"It says {fact.name} is {fact.value} {fact.unit}; the catalogue says "
            yield _problem(note, "disagrees", f"{text}{known.value} {known.unit}.")
        elif not known.unit.startswith(fact.unit):
            text = f"It gives {fact.name} in {fact.unit}; the catalogue in {known.unit}."
            yield _problem(note, "disagrees", text)


def _problem(note: Note, kind: Any, text: str) -> NoteProblem:  # noqa: ANN401 - checked by NoteProblem
    return NoteProblem(note=note.id, kind=kind, level="error", text=text)
