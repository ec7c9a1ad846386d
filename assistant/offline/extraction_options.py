"""What is asked for by name: inference option, instances, scaling, safety, a second model.

A name alone says nothing ("is async cheaper?", "we looked at ml.g5.xlarge"): a word of wishing must
stand beside it, and no word of doubt. Positions are indices into the folded message.
"""

import re
from collections.abc import Iterator
from typing import Any

from assistant.offline.meaning import Candidate
from assistant.offline.option_wordings import ANY_OPTION, WORDINGS
from tools.errors import InvalidInputError
from tools.quantities import parse_value

_DOUBT = re.compile(
    r"\b(?:looked at|looking at|consider\w*|think(?:ing)? (?:about|of)|thought (?:about|of)|"
    r"heard|has|have|read (?:about|that|in)|maybe|perhaps|not sure|unsure|wonder\w*|"
    r"compar\w+|versus|vs|"
    r"cheaper|cheapest|pricier|differen\w+|used to|previous\w*|last (?:year|month|"
    r"week)|before we|"
    r"currently|at the moment|today we|our (?:other|old)|other team|the docs|could be|might|"
    r"whether|tried|tested|evaluat\w+|was|were|had|recommended|suggested|friend|colleague|"
    r"da xem|da thu|can nhac|co the la|khong chac|phan van|so sanh|re hon|truoc day|truoc do|"
    r"hien tai|nghe noi|dong nghiep|tung|hay la)\b"
)
_DENIED = re.compile(
    r"(?:\b(?:not|no|never|without|instead of|rather than|avoid|against|except|anything but|"
    r"khong|ko|dung co|thay vi|chu khong|tru|khoi)|n't|\bdont)\b[^,.;]{0,18}$"
)
_EITHER = re.compile(
    r"\b(?:i don't care|don't mind|either|whichever|whatever|sao cung duoc|cai nao cung duoc)\b"
)


def asked(passage: str) -> Iterator[Candidate]:
    """Yield what one passage (folded text) asks for by name."""
    for wording in WORDINGS:
        for match in wording.pattern.finditer(passage):
            if wording.guarded and _unclear(wording.field, passage, match):
                continue
            found = _read(wording.field, wording.value(match), match)
            if found is not None:
                yield found


def _unclear(field: str, passage: str, match: re.Match[str]) -> bool:
    clause = re.split(r"[;]|\bbut\b|\bnhung\b", passage[: match.start()])[-1]
    rest = re.split(r"[;]|\bbut\b|\bnhung\b", passage[match.end() :])[0]
    if _DENIED.search(passage[: match.start()]):
        return True
    if field not in {"inference_option", "instance_type", "initial_instance_count"}:
        return False
    doubt = _DOUBT.search(clause) or _DOUBT.search(match[0]) or _DOUBT.search(rest)
    return bool(doubt or _EITHER.search(passage) or _beside_another(passage, match))


def _beside_another(passage: str, match: re.Match[str]) -> bool:
    """Of "serverless or real-time" neither is chosen."""
    kinds = rf"(?:{ANY_OPTION}|ml\.[a-z0-9-]+\.[a-z0-9]+)"
    after = re.match(
        rf"[^.;]{{0,20}}\b(?:or|hay|hoac|than)\b[^.;]{{0,20}}{kinds}", passage[match.end() :]
    )
    before = re.search(
        rf"{kinds}[^.;]{{0,20}}\b(?:or|hay|hoac)\b[^.;]{{0,12}}$", passage[: match.start()]
    )
    return bool(after or before)


def _read(field: str, said: Any, match: re.Match[str]) -> Candidate | None:
    start = match.start() + len(match[0]) - len(match[0].lstrip())
    try:
        value = parse_value(field, said)
    except InvalidInputError as error:
        refusal = (error.message, error.remedy)
        return Candidate(field=field, value=None, start=start, end=match.end(), refusal=refusal)
    return Candidate(field=field, value=value, start=start, end=match.end(), weight=5)
