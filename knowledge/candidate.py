"""A query taken apart, and a note with all that speaks for it."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from knowledge.asked import ASKED_ORDINAL

# Tuned on the tuning half of tests/integration/knowledge/retrieval.toml only.
DENSE_WEIGHT = 0.28
NEAREST_THREE_WEIGHT = 0.28
LEXICAL_WEIGHT = 0.55
IDENTIFIER_WEIGHT = 0.33
ASKED_WEIGHT = 0.39
_NEAREST = 3


class Query(BaseModel):
    """A query as it is looked for.

    Attributes:
        english: What is embedded: spelling mended, Vietnamese put into English terms.
        vietnamese: Whether the query was Vietnamese.
        terms: What is counted in the notes' English.
        syllables: What is counted in the notes' Vietnamese summaries; empty for English.
        identifiers: What has to be found exactly.
        foreign_names: Proper names that no note has: the question is about something else.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    english: str
    vietnamese: bool
    terms: tuple[str, ...]
    syllables: tuple[str, ...]
    identifiers: tuple[str, ...]
    foreign_names: tuple[str, ...]


class Candidate(BaseModel):
    """A note with all that speaks for it; every part lies between 0 and 1 (cosine: -1 and 1).

    Attributes:
        note_id: The note.
        dense: The cosine of its most similar passage.
        nearest_three: The mean cosine of its three most similar passages.
        asked: The cosine of the most similar phrase that asks for it.
        lexical: Its share of the counted words, by BM25.
        exact: The share of the query's identifiers that it has.
        coverage: The share of the query's words that it has at all.
        sentences: The cosine of each of its passages near the query, by ordinal.
        elsewhere: The cosine of the nearest subject that no note covers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    note_id: str
    dense: float
    nearest_three: float
    asked: float
    lexical: float
    exact: float
    coverage: float
    sentences: Mapping[int, float]
    elsewhere: float

    @property
    def score(self) -> float:
        """The weighted sum that orders the notes."""
        parts = (
            DENSE_WEIGHT * self.dense,
            NEAREST_THREE_WEIGHT * self.nearest_three,
            ASKED_WEIGHT * self.asked,
            LEXICAL_WEIGHT * self.lexical,
            IDENTIFIER_WEIGHT * self.exact,
        )
        return round(sum(parts), 6)


def candidate(
    note_id: str,
    near: Mapping[int, float],
    *,
    lexical: float,
    exact: float,
    coverage: float,
    elsewhere: float,
) -> Candidate:
    """A note with the cosines of its passages and phrases near the query, by ordinal."""
    own = {n: s for n, s in near.items() if n < ASKED_ORDINAL}
    best = sorted(own.values(), reverse=True)[:_NEAREST]
    # Already of these types; a query makes one for every note.
    return Candidate.model_construct(
        note_id=note_id,
        dense=best[0] if best else 0.0,
        nearest_three=sum(best) / len(best) if best else 0.0,
        asked=max((s for n, s in near.items() if n >= ASKED_ORDINAL), default=0.0),
        lexical=lexical,
        exact=exact,
        coverage=coverage,
        sentences=own,
        elsewhere=elsewhere,
    )
