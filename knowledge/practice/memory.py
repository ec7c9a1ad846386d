"""When a question is worth asking again: FSRS, through the `fsrs` library.

A card is the library's own JSON. Nothing here reads a clock or draws by chance.
"""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

#: A right answer in less is easy; the exam allows 120 s a question (knowledge/notes/mla-c01-exam).
QUICK_S = 30.0
#: The share still known at which a question comes due; the library's own default.
DESIRED_RETENTION = 0.9


def reviewed(card: str | None, *, right: bool, seconds: float | None, now: datetime) -> str:
    """Return the card after an answer.

    Args:
        card: As it was; None for a question that was never answered.
        right: Whether the answer was right.
        seconds: How long it took; None when that is not known.
        now: Aware time of the answer.
    """
    from fsrs import Card, Rating

    before = Card.from_json(card) if card is not None else Card(card_id=0, due=now.astimezone(UTC))
    quick = seconds is not None and seconds < QUICK_S
    rating = (Rating.Easy if quick else Rating.Good) if right else Rating.Again
    after, _ = _scheduler().review_card(before, rating, now.astimezone(UTC))
    return str(after.to_json())


def due_at(card: str) -> datetime:
    """Return when a card comes due."""
    return datetime.fromisoformat(json.loads(card)["due"])


def retention(card: str, now: datetime) -> float:
    """Return the chance, 0 to 1, that the question would still be answered rightly."""
    from fsrs import Card

    return float(_scheduler().get_card_retrievability(Card.from_json(card), now.astimezone(UTC)))


@cache
def _scheduler() -> Any:  # noqa: ANN401 - the library's Scheduler, imported when it is used
    from fsrs import Scheduler

    return Scheduler(desired_retention=DESIRED_RETENTION, enable_fuzzing=False)
