"""Subjects that the notes do not cover, as passages that compete with the notes' own.

An embedding always finds something nearest; what is missing is a place for "none of these".
"""

import tomllib
from pathlib import Path

from knowledge.passage import Passage

ELSEWHERE_PATH = Path(__file__).parent / "data" / "elsewhere.toml"
ELSEWHERE_ID = "~elsewhere"  # no note can have it: ids are kebab-case


def elsewhere_passages() -> tuple[Passage, ...]:
    """One passage a subject, in the order of the file."""
    subjects: list[str] = tomllib.loads(ELSEWHERE_PATH.read_text(encoding="utf-8"))["subjects"]
    return tuple(
        Passage(note_id=ELSEWHERE_ID, ordinal=i, sentence=s, text=s) for i, s in enumerate(subjects)
    )
