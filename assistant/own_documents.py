"""Questions to a person's own documents in the conversation: quoted as theirs, apart from ours."""

import re
from pathlib import Path
from typing import Any

from assistant.messages import Language

_OWN = (
    r"\b(?:my|our)(?: own)? (?:documents?|docs|uploads?|uploaded (?:files?|documents?)|pdfs?)\b"
    r"|\btài liệu (?:riêng )?của (?:tôi|mình|em|chúng tôi|chúng ta)\b|\btài liệu riêng\b"
)
_ASKED_OF = re.compile(
    rf"(?:\?\s*$|\b(?:what|who|where|which|when|how|does|do|is|according|search|look|find|say|says)\b"
    rf"|\bnói\b|\btheo\b|\btìm\b).*(?:{_OWN})|(?:{_OWN}).*(?:\?\s*$|\b(?:say|says|about|on)\b|\bnói\b)",
    re.IGNORECASE | re.DOTALL,
)
_FRAME = re.compile(
    rf"{_OWN}|\bwhat (?:do|does)\b|\b(?:say|says|tell|mention|state)\b(?: about| on)?"
    r"|\b(?:according to|search|look (?:in|into|through)|in|from)\b(?= (?:my|our))"
    r"|\bnói (?:gì )?về\b|\bnói gì\b|\btheo\b(?= tài liệu)",
    re.IGNORECASE,
)


def asks_own_documents(question: str) -> bool:
    """Whether a question is addressed to the person's own documents."""
    return bool(_ASKED_OF.search(question))


def from_own_documents(question: str, *, home: Path, language: Language) -> dict[str, Any]:
    """Return JSON like an answer's out of the notes, with `origin` "yours" here and on citations.

    Raises:
        KnowledgeError: The documents' index cannot be used.
    """
    from knowledge.document_answers import answer_from_documents

    found = answer_from_documents(_subject(question), home=home, language=language)
    cited = [
        {
            "origin": "yours",
            "note_id": f"yours:{citation.document}",
            "title": ", ".join(filter(None, (citation.document, citation.place(language)))),
            "source_url": "",
        }
        for citation in found.citations
    ]
    told = {"answer": found.answer, "citations": cited, "grounded": found.grounded}
    return {**told, "origin": "yours"}


def _subject(question: str) -> str:
    """What is looked for: the question without the words that only address the documents."""
    return " ".join(_FRAME.sub(" ", question).split()).strip(" ?.,:") or question
