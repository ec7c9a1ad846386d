"""Where the records of a batch lie and where their scores go: S3 addresses and paths.

An address is taken for data only beside a word for it ("score the rows in s3://..."), or when the
assistant has just asked for it; a wrong place is worse than a question.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.offline.extraction_sources import DATA_ENDINGS, PLACE, trimmed
from assistant.offline.meaning import Candidate
from tools.reading.folding import FoldedText

_AROUND = 60  # characters before an address that say what it is
_MODEL = re.compile(
    r"\b(?:model|weights|artifacts?|artefact|archive|deploy|checkpoint|host|serve|mo hinh|"
    r"trien khai)\b"
)
_SAMPLE = re.compile(r"\b(?:test|try|verify|check|invoke|probe|request|thu|kiem tra)\b")
_COMING = re.compile(
    r"\b(?:scor(?:e|ing)|predict\w*|classify|label|rows?|records?|data(?: ?set)?|inputs?|read|"
    r"customers?|transactions?|documents?|images?|batch|cham diem|cham|du doan|du lieu|ban ghi|"
    r"dong|doc|dau vao)\b"
)
_SCORING = re.compile(
    r"\b(?:scor(?:e|ing)|batch(?:es)?|transform|bulk|predictions? (?:for|on|over)|"
    r"cham diem|theo lo|hang loat)\b"
)
_GOING = re.compile(
    r"\b(?:writ(?:e|es|ing|ten)|sav(?:e|es|ed|ing)|put|results?|outputs?|predictions? (?:go )?to|"
    r"scores? (?:back )?(?:in)?to|back to|ghi|luu|ket qua|dau ra)\b"
)
_ARCHIVE = re.compile(r"\.(?:tar\.gz|tgz|joblib|pkl|pickle|onnx|pth?|keras|safetensors|tar|zip)$")
_FILE = re.compile(rf"\.(?:{DATA_ENDINGS})(?:\.gz)?$")
_SAMPLE_ROWS = re.compile(
    r"\b(?:the |your |its )?(?:sample|demo|example|test) (?:rows?|records?|data(?: ?set)?|csv)\b"
    r"|\b(?:du lieu|cac dong|dong|ban ghi) (?:mau|vi du|thu)\b"
)
_BARE_SAMPLE = re.compile(r"\b(?:the )?sample(?: ones?)?\b|\bmau\b")


def data_places(
    folded: FoldedText, expecting: tuple[str, ...], known: Mapping[str, Any]
) -> tuple[Candidate, ...]:
    """Find what is to be scored and where the results are to go.

    Nothing is looked for in a message that is about no batch.

    Args:
        folded: The message.
        expecting: Fields that the assistant asked for last.
        known: Requirements recorded so far.
    """
    asked = "input_uri" in expecting
    is_batch = known.get("traffic_pattern") == "batch" or "input_uri" in known
    if not asked and not is_batch and not _SCORING.search(folded.text):
        return ()
    found = [*_addresses(folded, asked=asked), *_sample_rows(folded.text, asked=asked)]
    first: dict[str, Candidate] = {}
    for candidate in found:
        first.setdefault(candidate.field, candidate)
    return tuple(first.values())


def _addresses(folded: FoldedText, *, asked: bool) -> Iterator[Candidate]:
    for match in PLACE.finditer(folded.text):
        kind = match.lastgroup or ""
        if kind not in {"s3", "path", "relative", "file", "windows", "quoted"}:
            continue
        start, end = match.span(kind)
        end = end if kind == "quoted" else trimmed(folded.text, start, end)
        field = _field(folded.text, start, end, remote=kind == "s3", asked=asked)
        if field is not None:
            value = folded.quote(start, end)
            yield Candidate(field=field, value=value, start=start, end=end)


def _field(text: str, start: int, end: int, *, remote: bool, asked: bool) -> str | None:
    place, before = text[start:end], text[max(0, start - _AROUND) : start]
    if _ARCHIVE.search(place):
        return None
    last = {
        name: max((found.start() for found in pattern.finditer(before)), default=-1)
        for name, pattern in (("model", _MODEL), ("in", _COMING), ("out", _GOING))
    }
    if last["out"] > max(last["in"], last["model"]) and remote:
        return "output_uri"
    if asked and last["model"] < 0:
        return "input_uri"
    is_data = remote or (_FILE.search(place) is not None and not _SAMPLE.search(before))
    return "input_uri" if is_data and last["in"] > last["model"] else None


def _sample_rows(text: str, *, asked: bool) -> Iterator[Candidate]:
    patterns = (_SAMPLE_ROWS, _BARE_SAMPLE) if asked else (_SAMPLE_ROWS,)
    for pattern in patterns:
        for match in pattern.finditer(text):
            if not _MODEL.match(text[match.end() :].lstrip()):
                yield Candidate(
                    field="input_uri", value="sample", start=match.start(), end=match.end()
                )
