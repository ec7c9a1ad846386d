"""Options that name something: topics, keys, subnets, tags, a second model's place.

Read from the whole message, since letters' case counts in them; the caller keeps those that stand
in a statement.
"""

import re
from collections.abc import Iterator
from typing import Any

from assistant.offline.extraction_sources import PLACE, trimmed
from assistant.offline.meaning import Candidate
from tools.errors import InvalidInputError
from tools.quantities import parse_value
from tools.reading.folding import FoldedText

_BEFORE, _AFTER = 70, 40  # characters around a name that say what it is
_DENIED = re.compile(r"\b(?:not|no|never|don't|dont|without|khong|ko|dung co)\b[^,.;]{0,25}$")
_FAILURES = re.compile(r"\b(?:fail\w*|errors?|loi|that bai)\b")
_RESULTS = re.compile(
    r"\b(?:success\w*|results?|finish\w*|done|complet\w*|ready|ket qua|thanh cong|xong)\b"
)
_ALARMS = re.compile(r"\b(?:alarms?|alerts?|canh bao|bao dong)\b")
_TOLD = re.compile(
    r"\b(?:notif\w+|tell|told|topic|sns|send|publish|inform|alarms?|alerts?|thong bao|bao|"
    r"canh bao|gui)\b"
)
_ASYNC = re.compile(r"\b(?:async\w*|bat dong bo|khong dong bo)\b")
_SHADOW = re.compile(r"\bshadow\w*\b")
_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s?(?:%|percent|per cent|phan tram)|\ba tenth\b")
_TRAFFIC = re.compile(
    r"\b(?:traffic|requests|calls|luu luong|luong truy cap|yeu cau)\b[^.;]{0,30}\b(?:to|for|at|"
    r"sang|cho|den|toi|vao)\s+(?:the |a |an )?(?:\w+ ){0,3}$"
)
_RIVAL = re.compile(
    r"\b(?:a/b|ab|split)[- ]?(?:test\w*)?\b|\bchallenger\b|\bcandidate\b|\bsecond variant\b"
)
_KEY = re.compile(
    r"(?:\b(?:encrypt\w*|kms|key|ma hoa|khoa)\b[^.;]{0,30}?)(?P<key>alias/[\w/-]+|"
    r"(?<![\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-]))"
)
_SUBNET = re.compile(r"(?<![\w-])subnet-[0-9a-z]+(?![\w-])")
_GROUP = re.compile(r"(?<![\w-])sg-[0-9a-z]+(?![\w-])")
_PAIR = r"[\w.:/-]+\s?=\s?[\w.:/@+-]*[\w/@+-]"
_TAGS = re.compile(
    rf"\b(?:tag(?:s|ged|ging)?|gan (?:the|nhan|tag)|nhan)\b(?: (?:it|them|this|everything|all|"
    rf"the (?:endpoint|resources)|with|as|by|la|no|voi))*\s?:?\s+"
    rf"(?P<tags>{_PAIR}(?:(?:\s?,\s?(?:and )?|\s(?:and|va)\s|\s)(?:{_PAIR}))*)"
)


def named_options(folded: FoldedText) -> tuple[Candidate, ...]:
    """Return what is named in a message, at most one a field, in the order of the message."""
    found = [*_places(folded), *_keys(folded), *_vpc(folded), *_tags(folded)]
    first: dict[str, Candidate] = {}
    for candidate in sorted(found, key=lambda one: one.start):
        first.setdefault(candidate.field, candidate)
    return tuple(first.values())


def _places(folded: FoldedText) -> Iterator[Candidate]:
    text = folded.text
    for match in PLACE.finditer(text):
        kind = match.lastgroup or ""
        start, end = match.span(kind)
        end = end if kind == "quoted" else trimmed(text, start, end)
        before, after = _around(text, start, end)
        if _DENIED.search(before):
            continue
        if kind == "other" and ":sns:" in text[start:end]:
            for field in _topics(before, after, text):
                yield _candidate(field, folded.quote(start, end), start, end)
        elif kind == "other" and ":kms:" in text[start:end]:
            yield _candidate("kms_key_id", folded.quote(start, end), start, end)
        elif kind in {"s3", "path", "relative", "file", "windows", "quoted"}:
            yield from _models(folded, before, after, start, end)


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """The words of the same sentence."""
    before = re.split(r"[.;!?\n]\s", text[max(0, start - _BEFORE) : start])[-1]
    after = re.split(r"[.;!?\n](?:\s|$)", text[end : end + _AFTER])[0]
    return before, after


def _topics(before: str, after: str, text: str) -> Iterator[str]:
    """Who is told of what; of an asynchronous endpoint everything, else its alarms."""
    words = f"{before} | {after}"
    if not _TOLD.search(words):
        return
    fields = [
        field
        for field, cue in (
            ("success_topic_arn", _RESULTS),
            ("error_topic_arn", _FAILURES),
            ("alarm_topic_arn", _ALARMS),
        )
        if cue.search(words)
    ]
    if not fields:
        fields = ["alarm_topic_arn"]
        if _ASYNC.search(text):
            fields = ["success_topic_arn", "error_topic_arn"]
    yield from fields


def _models(
    folded: FoldedText, before: str, after: str, start: int, end: int
) -> Iterator[Candidate]:
    text = folded.text
    if _SHADOW.search(before[-40:]) or re.match(r"\s*(?:as|la|lam) (?:a |the )?shadow\b", after):
        yield _candidate("shadow_source", folded.quote(start, end), start, end)
        return
    share = _SHARE.search(before)
    beside = share and _TRAFFIC.search(before[share.end() :])
    if not beside and not _RIVAL.search(before[-40:]):
        return
    yield _candidate("challenger_source", folded.quote(start, end), start, end)
    late = _SHARE.search(after) if share is None else None
    for found, offset in ((share, start - len(before)), (late, end)):
        if found is not None:
            first, last = offset + found.start(), offset + found.end()
            yield _candidate("challenger_share", text[first:last], first, last)


def _keys(folded: FoldedText) -> Iterator[Candidate]:
    for match in _KEY.finditer(folded.text):
        start, end = match.span("key")
        if not _DENIED.search(folded.text[: match.start()]):
            yield _candidate("kms_key_id", folded.quote(start, end), start, end)


def _vpc(folded: FoldedText) -> Iterator[Candidate]:
    for field, pattern in (("subnets", _SUBNET), ("security_group_ids", _GROUP)):
        found = list(pattern.finditer(folded.text))
        if found and not _DENIED.search(folded.text[: found[0].start()]):
            names = [folded.quote(*match.span()) for match in found]
            yield _candidate(field, list(dict.fromkeys(names)), found[0].start(), found[-1].end())


def _tags(folded: FoldedText) -> Iterator[Candidate]:
    for match in _TAGS.finditer(folded.text):
        start, end = match.span("tags")
        pairs = re.findall(_PAIR, folded.quote(start, end))
        tags = dict(re.split(r"\s?=\s?", pair, maxsplit=1) for pair in pairs)
        if not _DENIED.search(folded.text[: match.start()]):
            yield _candidate("tags", tags, start, end)


def _candidate(field: str, said: Any, start: int, end: int) -> Candidate:
    try:
        value = parse_value(field, said)
    except InvalidInputError as error:
        refusal = (error.message, error.remedy)
        return Candidate(field=field, value=None, start=start, end=end, refusal=refusal)
    return Candidate(field=field, value=value, start=start, end=end, weight=5)
