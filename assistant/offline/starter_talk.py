"""Starters in words: "show me the starters", "start from the A/B template"."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.messages import Translator
from assistant.offline.history import rows
from assistant.offline.plan_replies import proposed
from assistant.offline.replies import failed
from assistant.offline.talk import Reply, Talk
from tools.reading.folding import fold

_LONGEST = 200
#: In Vietnamese the bare word for "template" also means "sample", as in the sample model.
_STARTER = (
    r"(?:starters?|(?:starter |ready[- ]made |ready )?templates?|"
    r"(?:ban|khuon) mau|mau (?:co san|san|khoi dau)|(?:cac|nhung) mau)"
)
_NO_TEMPLATE = re.compile(r"(?<![\w-])(?:cloud ?formation|terraform|cfn|yaml|chat template)(?!\w)")
_LIST = re.compile(
    r"(?<![\w-])(?:show|list|see|browse|what|which|any|are there|have you|do you have|"
    r"xem|liet ke|cho (?:toi|minh) xem|co nhung|co cac|nhung|cac)(?![\w-])"
    rf".*(?<![\w-]){_STARTER}(?![\w-])"
)
_START = re.compile(
    r"(?<![\w-])(?:start|begin|go|use|take|try|plan|deploy|pick|choose|"
    r"bat dau|dung|chon|lay|thu|trien khai)(?![\w-])"
    rf".*(?<![\w-]){_STARTER}(?![\w-])"
)
#: Words that mean a starter, most particular first.
_MEANT = (
    ("llm-streaming", r"llm|language model|stream\w*|mo hinh ngon ngu|theo dong"),
    ("scale-to-zero", r"(?:scales?|scaling)[- ]to[- ]zero|zero|(?:giam )?ve khong"),
    ("a-b", r"a ?/ ?b|a-b|ab(?: test\w*)?|two models|challenger|hai mo hinh"),
    ("multi-model", r"multi[- ]?models?|many models|several models|nhieu mo hinh"),
    ("batch", r"batch(?: transform)?|data ?set|theo lo|hang loat"),
    ("neo-vision", r"neo|vision|image|compil\w+|thi giac|hinh anh|bien dich"),
    ("production", r"production|everything|san xuat|day du"),
    ("large-document-asynchronous", r"async\w*|documents?|large|bat dong bo|tai lieu"),
    ("spiky-serverless", r"serverless|spik\w+|now and then|thinh thoang"),
    ("tabular-real-time", r"tabular|table|real[- ]?time|du lieu bang|bang|thoi gian thuc"),
)  # fmt: skip


def starting(talk: Talk) -> Reply | None:
    """List the starters, or plan the one that is named; None when neither is asked."""
    folded = fold(talk.turn.text).text
    if len(folded) > _LONGEST or _NO_TEMPLATE.search(folded):
        return None
    meant = next((name for name, words in _MEANT
                  if re.search(rf"(?<![\w-])(?:{words})(?![\w-])", folded)), None)  # fmt: skip
    if _START.search(folded) and meant and talk.desk.offers("start_from"):
        return _started(talk, meant)
    asked = _LIST.search(folded) or _START.search(folded)
    return _listed(talk) if asked and talk.desk.offers("list_starters") else None


def _started(talk: Talk, name: str) -> Reply:
    result = talk.desk.call("start_from", starter=name)
    if result.error:
        return Reply(failed(result, talk._))
    starter, plan = result.value.get("starter"), result.value.get("plan")
    lines = [_said(starter, talk._)] if isinstance(starter, Mapping) else []
    told = proposed(plan, talk._) if isinstance(plan, Mapping) else ""
    return Reply("\n\n".join(filter(None, [*lines, told])))


def _said(starter: Mapping[str, Any], _: Translator) -> str:
    lines = [f"**{starter.get('title')}**: {starter.get('why')}"]
    if starter.get("stand_in_used"):
        lines.append(str(starter.get("stand_in")))
    fields = [f"`{name}`" for name in starter.get("change") or ()]
    if fields:
        lines.append(_("Change these to your own first: {fields}.", fields=", ".join(fields)))
    return "\n".join(lines)


def _listed(talk: Talk) -> Reply:
    result = talk.desk.call("list_starters")
    if result.error:
        return Reply(failed(result, talk._))
    lines = [talk._("These starters are ready; each is a whole plan that you can change:")]
    lines += [
        f"- **{row.get('title')}** (`{row.get('id')}`): {row.get('purpose')}"
        for row in rows(result.value.get("starters"))
    ]
    lines.append(talk._('Say for example "start from the A/B starter".'))
    return Reply("\n".join(lines), asked=talk.turn.asked)
