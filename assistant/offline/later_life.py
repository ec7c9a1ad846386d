"""Wishes for an endpoint that stands: another version, a pause, a moment at which it goes."""

import re
from typing import Any, NamedTuple

from assistant.messages import Translator
from assistant.offline.history import dictionary, rows
from assistant.offline.plan_replies import endpoint_rows, proposed
from assistant.offline.replies import failed
from assistant.offline.talk import Reply, Talk
from tools.reading.folding import FoldedText, fold

_NAME = r"(?P<name>[a-z0-9][a-z0-9-]{0,62})"
_THE = r"(?:(?:the|my|our|this|that|cai) )?(?:endpoint )?"
_PARK = re.compile(
    rf"(?<![\w-])(?:park|tam dung|tam ngung|cho (?=.{{1,70}}\bngu\b))\s+{_THE}{_NAME}"
    rf"|(?<![\w-])put\s+{_THE}{_NAME.replace('name', 'slept')}\s+to sleep"
)
_UNPARK = re.compile(
    rf"(?<![\w-])(?:unpark|wake up|danh thuc|bat lai|cho chay lai)\s+{_THE}{_NAME}"
    rf"|(?<![\w-])wake\s+{_THE}{_NAME.replace('name', 'woken')}\s+up"
)
_UPDATE = re.compile(
    rf"(?<![\w-])(?:update|cap nhat)\s+{_THE}{_NAME}\s+"
    r"(?:to|with|len|sang|bang|thanh|voi)\b.*\b(?:model|mo hinh|version|phien ban|ban)\b"
)
_DELETE_AT = re.compile(
    rf"(?<![\w-])(?:delete|remove|xoa|go bo)\s+{_THE}{_NAME}\b[^?]*?"
    r"(?:\bat|\bluc|\bvao)\s+(?P<hour>2[0-3]|[01]?\d)(?!\d)(?:(?:[:h])(?P<minute>[0-5]\d)?|\s*gio)?"
    r"\s*(?P<half>[ap]m\b)?"
)
_PRONOUNS = {"it", "this", "that", "no", "endpoint", "the", "my", "them", "everything"}
_HOW = re.compile(r"^\W*(?:how|what|why|when|can i|should|lam sao|lam the nao|tai sao|cach)\b")
_LONGEST = 400
_NOON = 12


class _Wish(NamedTuple):
    """A tool, its arguments beside the endpoint, and the endpoint's name if one was said."""

    tool: str
    name: str | None
    arguments: dict[str, Any]


def later_life(talk: Talk) -> Reply | None:
    """Plan what is wished for an endpoint that stands; None when nothing of the kind is said."""
    wish = _wish(talk)
    if wish is None or not talk.desk.offers(wish.tool):
        return None
    name = wish.name or _meant(talk, parked=wish.tool == "plan_unpark")
    if name is None:
        return Reply(_which(talk))
    result = talk.desk.call(wish.tool, endpoint_name=name, **wish.arguments)
    if result.error:
        return Reply(failed(result, talk._))
    return Reply(_proposed(dictionary(result.value.get("plan")), talk._))


def _wish(talk: Talk) -> _Wish | None:
    text = talk.turn.text
    folded = fold(text)
    if len(text) > _LONGEST or _HOW.match(folded.text):
        return None
    if found := _UPDATE.search(folded.text):
        facts = [
            {"field": fact.field, "value": fact.value, "quote": fact.quote}
            for fact in talk.understood.facts
            if fact.field != "endpoint_name"
        ]
        return _Wish("plan_update", _named(found, folded), {"facts": facts}) if facts else None
    if found := _DELETE_AT.search(folded.text):
        return _Wish("plan_expiry", _named(found, folded), {"at": _clock(found)})
    for tool, pattern in (("plan_unpark", _UNPARK), ("plan_park", _PARK)):
        if found := pattern.search(folded.text):
            return None if talk.understood.facts else _Wish(tool, _named(found, folded), {})
    return None


def _named(found: re.Match[str], folded: FoldedText) -> str | None:
    """The endpoint's name as it was written; None for "it"."""
    for group in ("name", "slept", "woken"):
        if group in found.re.groupindex and (said := found[group]):
            return None if said in _PRONOUNS else folded.quote(*found.span(group))
    return None


def _clock(found: re.Match[str]) -> str:
    hour = int(found["hour"])
    if found["half"] == "pm" and hour < _NOON:
        hour += _NOON
    if found["half"] == "am" and hour == _NOON:
        hour = 0
    return f"{hour:02d}:{found['minute'] or '00'}"


def _meant(talk: Talk, *, parked: bool) -> str | None:
    """The endpoint of this conversation, or the only one of ours that runs, or is parked."""
    last = talk.turn.state.last_deployment or {}
    if last.get("endpoint_name"):
        return str(last["endpoint_name"])
    listed = talk.desk.call("describe_endpoints")
    ours = [
        row
        for row in rows(listed.value.get("endpoints"))
        if row.get("ours") is not False and (row.get("status") == "Parked") == parked
    ]
    return str(ours[0].get("endpoint_name")) if len(ours) == 1 else None


def _which(talk: Talk) -> str:
    _ = talk._
    found = rows(talk.desk.call("describe_endpoints").value.get("endpoints"))
    head = _("Which endpoint do you mean? Tell me its name.")
    return "\n".join([head, *endpoint_rows(found, _)])


def _proposed(plan: dict[str, Any], _: Translator) -> str:
    if not plan:
        return _("The tool gave an answer that I cannot read.")
    return proposed(plan, _)
