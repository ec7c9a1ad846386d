"""What is embedded: a note's summary and each of its sentences, each under the note's title."""

import hashlib

from pydantic import BaseModel, ConfigDict

from knowledge.note import Note


class Passage(BaseModel):
    """One unit of retrieval.

    Attributes:
        note_id: The note it belongs to.
        ordinal: 0 for the summary, then the sentences of the body from 1.
        sentence: What may be shown.
        text: What is embedded: the title and the sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    note_id: str
    ordinal: int
    sentence: str
    text: str

    @property
    def id(self) -> str:
        """Unique among all passages."""
        return f"{self.note_id}#{self.ordinal}"

    @property
    def text_hash(self) -> str:
        """SHA-256 of the embedded text: the key of its vector."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def passages_of(note: Note) -> tuple[Passage, ...]:
    """The summary, then every sentence of the body."""
    sentences = (note.summary_en, *note.sentences)
    return tuple(
        Passage(note_id=note.id, ordinal=i, sentence=s, text=f"{note.title}. {s}")
        for i, s in enumerate(sentences)
    )
