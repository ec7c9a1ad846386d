"""A message split into passages, each with its mood; only statements are taken at their word.

All positions are indices into the folded message (`tools/folding.py`).
"""

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

#: "Latency? Under 50 ms." asks nothing.
_HEADING = re.compile(
    r"(?:(?<=^)|(?<=[.!?\n]\s))((?!why|what|how|when|where|who|which|really|"
    r"sao)[a-z]+(?: [a-z]+)?)\?(\s+(?=\S))"
)


class Mood(StrEnum):
    """How a passage is meant."""

    STATEMENT = "statement"
    QUESTION = "question"
    SUPPOSITION = "supposition"


class Passage(BaseModel):
    """A part of the message that is meant in one way.

    Attributes:
        text: Folded text.
        start: Index of its first character in the folded message.
        mood: How it is meant.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    start: int
    mood: Mood


_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.!?;](?!\s|$|[.!?])[^.!?;\n]*)*(?:[.!?;\n]+|$)")
_WH = (
    r"why|what|whats|what's|how|which|is|are|can|could|should|would|do|does|did|will|"
    r"when|where|who|isn't|aren't|"
    r"doesn't|don't you|won't|wouldn't|am i|have you"
)
_QUESTION_START = re.compile(
    rf"^\s*(?:(?:and|but|so|ok|okay|thanks|well|hi|hey|also|then|va|vay|the|"
    rf"con)[\s,]+)*(?:{_WH})\b"
)
#: English question words that are no Vietnamese words without their marks, as "can" and "do" are.
_QUESTION_START_SAFE = re.compile(
    r"^\s*(?:why|what|how|which|is|where|who|should|does|could|would)\b"
)
_QUESTION_START_VI = re.compile(
    r"^\s*(?:(?:va|vay|the|nhung|con)[\s,]+)*(?:tai sao|vi sao|sao (?:lai |khong)|lam "
    r"(?:the nao|sao)|bao nhieu)\b"
)
_SPLIT_QUESTION = re.compile(
    rf"(?:,|\s-+)\s*(?:(?:and|but|so|va|nhung)\s+)?(?=(?:{_WH})\b)|"
    rf"\b(?:and|but|so)\s+(?=(?:why|what|how|which)\b)"
)
_SPLIT_QUESTION_VI = re.compile(
    r"(?:,|\s-+)\s*(?=(?:co|lieu|tai sao|vi sao|sao|the|vay|thi|lam)\b)"
)
_SUPPOSITION = re.compile(
    r"\b(?:what if|what about|how about|and if|but if|and with|and at|suppose|supposing|"
    r"assuming we|imagine|hypothetically|"
    r"what happens (?:if|when)|what would (?:happen|change)|would (?:it|that|this|the "
    r"\w+) (?:still|change|be)|in case (?:of|we|the)|"
    r"gia su|gia dinh|gia nhu|neu nhu|(?<!neu )(?<!khong sao )(?<!cung duoc )"
    r"neu(?! (?:duoc|co the|ban muon|can))|"
    r"lo(?= traffic| luong))\b"
    r"|(?<!matter )(?<!mind )(?<!care )(?<!fine )(?<!ok )(?<!okay )(?<!problem )(?<!acceptable )"
    r"\bif (?!possible|it's not|it is not|it isn't|it's ok|you don't mind|that's ok|"
    r"you can|needed|necessary|at all|that helps|you need|you want|"
    r"you like|it helps|any\b|not\b|so\b|we can\b|i can\b|feasible)"
)
_SUPPOSITION_END = re.compile(
    r"\bthi sao\b|\b(?:gap|tang) (?:doi|ba|gap|\d+)\b.*\bthi\b|\bthi the nao\b"
)
#: Questions that ask for a deed or a recommendation, and state facts on the way.
_REQUEST = re.compile(
    r"\b(?:can|could|would|will) (?:you|u|ya)\b(?! (?:tell|explain|handle|support|"
    r"do)\b)(?!.*\b(?:any|models|endpoints)\s*\?)"
    r"|\b(?:can|could) (?:we|i) (?:please )?(?:deploy|host)\b"
    r"|\byou (?:can|could|would) (?:also )?(?:deploy|host|serve)\b"
    r"|\b(?:recommend|suggest)\b|\bbest (?:option|way|choice|setup|fit)\b.*\b(?:for|if|to)\b"
    r"|\b(?:how|what|which|where)\b.*\b(?:my|our|i have|we have|i've got|we've got|i "
    r"need|we need)\b"
    r"|\b(?:giup|ban co the) .*\b(?:trien khai|deploy|dua)\b|\b(?:trien khai|deploy) "
    r".*(?:giup|ho|cho) (?:toi|minh|em)\b"
    r"|\b(?:nen|chon) (?:dung|cai|loai|phuong an|gi)\b.*\b(?:toi|minh|chung toi|model|mo hinh)\b"
)
_TAG = re.compile(
    r",\s*(?:duoc|ok|dung) (?:khong|ko|chu)\s*\?+$|"
    r"(?:,|\s)\s*(?:ok|okay|right|please|pls|yes|no|correct|alright|fine|is that ok|is "
    r"that fine|got it|deal|nhe|nha|"
    r"isn't it)\s*\?+$"
)


def _is_question(sentence: str, *, expected: bool, vietnamese: bool) -> bool:
    plain = sentence.strip()
    if _REQUEST.search(plain):
        return False
    english = _QUESTION_START_SAFE if vietnamese else _QUESTION_START
    starts = english.search(plain) or _QUESTION_START_VI.search(plain)
    if not plain.endswith("?"):
        return bool(starts) and not re.match(r"(?:do|will|what i|where i|when|is)\b(?!.*\?)", plain)
    if starts:
        return True
    if _TAG.search(plain):
        return False
    # "2 KB?" answers a question hesitantly
    return not (expected and len(plain.split()) <= 4)


def _mood(sentence: str, *, expected: bool, vietnamese: bool) -> Mood:
    if _SUPPOSITION_END.search(sentence):
        return Mood.SUPPOSITION
    return (
        Mood.QUESTION
        if _is_question(sentence, expected=expected, vietnamese=vietnamese)
        else Mood.STATEMENT
    )


def _cut(sentence: str, *, vietnamese: bool) -> list[tuple[int, str]]:
    """Cut a sentence where a supposition or a question begins in it."""
    starts = {0}
    first = _SUPPOSITION.search(sentence)
    if first:
        starts.add(first.start())
    if sentence.rstrip().endswith("?"):
        if not vietnamese:
            starts |= {m.end() for m in _SPLIT_QUESTION.finditer(sentence)}
        last = [m.end() for m in _SPLIT_QUESTION_VI.finditer(sentence)]
        starts |= set(last[-1:])
    ordered = sorted(starts)
    return [
        (start, sentence[start:end])
        for start, end in zip(ordered, [*ordered[1:], len(sentence)], strict=True)
    ]


def with_headings(text: str) -> str:
    """Turn "Latency? Under 50 ms." into "Latency: Under 50 ms.", of the same length."""
    return _HEADING.sub(lambda m: f"{m[1]}:{m[2]}", text)


def passages(text: str, *, expected: bool, vietnamese: bool) -> tuple[Passage, ...]:
    """Split a folded message.

    Args:
        text: The folded message, what is not the person's own blanked out.
        expected: The assistant has just asked something, so "2 KB?" is an answer.
        vietnamese: The language decides which words begin a question.
    """
    found = []
    for match in _SENTENCE.finditer(text):
        if not match[0].strip():
            continue
        for offset, part in _cut(match[0], vietnamese=vietnamese):
            if not part.strip():
                continue
            supposed = _SUPPOSITION.match(part)
            hopeful = expected and re.match(r"(?:what|how) about\b", part)
            mood = (
                Mood.SUPPOSITION
                if supposed and not hopeful
                else _mood(part, expected=expected, vietnamese=vietnamese)
            )
            if hopeful:
                mood = Mood.STATEMENT
            found.append(Passage(text=part, start=match.start() + offset, mood=mood))
    return tuple(found)
