"""Which terms of a note are counted: its own, and those of the phrases that ask for it."""

from collections.abc import Iterable

from knowledge.asked import Asked
from knowledge.lexical import TermIndex
from knowledge.note import Note
from knowledge.terms import expand_aliases, syllable_terms, terms


class NoteTerms:
    """Term indexes of a set of notes.

    Attributes:
        english: Title, summary, body and topics.
        vietnamese: The syllables of the Vietnamese summaries.
        asked: `english` and the phrases that ask for each note.
        asked_vietnamese: `vietnamese` and its phrases.
    """

    def __init__(self, notes: Iterable[Note], asked: dict[str, Asked]) -> None:
        """Counts the terms of every note."""
        none = Asked()
        english = {n.id: _english(n) for n in notes}
        vietnamese = {n.id: syllable_terms(n.summary_vi) for n in notes}
        self.english = TermIndex(english)
        self.vietnamese = TermIndex(vietnamese)
        self.asked = TermIndex({i: own + _asked(asked.get(i, none)) for i, own in english.items()})
        self.asked_vietnamese = TermIndex(
            {i: own + _asked_vi(asked.get(i, none)) for i, own in vietnamese.items()}
        )


def _english(note: Note) -> list[str]:
    """The title counts three times, the summary twice."""
    text = f"{note.summary_en} {note.summary_en} {note.body} {' '.join(note.topics)}"
    return terms(expand_aliases(note.title)) * 3 + terms(expand_aliases(text))


def _asked(phrases: Asked) -> list[str]:
    return [term for phrase in phrases.en for term in terms(expand_aliases(phrase))]


def _asked_vi(phrases: Asked) -> list[str]:
    return [term for phrase in phrases.vi for term in syllable_terms(phrase)]
