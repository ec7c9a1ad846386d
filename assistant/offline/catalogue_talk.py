"""A search of JumpStart's catalogue in words: "find me an open embedding model below 1B"."""

import re
from collections.abc import Mapping
from typing import Any

from assistant.messages import Translator, as_decimal
from assistant.offline.history import rows
from assistant.offline.replies import failed
from assistant.offline.talk import Reply, Talk
from tools.reading.folding import fold
from tools.reading.measures import measures
from tools.reading.units import Dimension

_SHOWN = 5
_LONGEST = 400
_SEARCH = re.compile(
    r"(?<![\w-])(?:find|search|look(?:ing)? (?:for|up)|list|show|browse|which|what|any|"
    r"is there|are there|recommend|suggest|tim|liet ke|xem|"
    r"co(?: nhung| cac)? (?:mo hinh|model)|mo hinh nao|goi y)"
    r"(?![\w-])"
)
_READY = re.compile(
    r"(?<![\w-])(?:jump ?start|(?:pre-?trained|ready(?:-made)?|foundation|open(?:-| )?"
    r"(?:source|weights?)?) models?|model (?:hub|catalog(?:ue)?|zoo)|"
    r"(?:mo hinh|model) (?:co san|huan luyen san|nen tang))(?![\w-])"
)
#: How a question about the product's own notes begins: no search.
_EXPLAIN = re.compile(
    r"(?<![\w-])(?:what (?:is|does|are the (?:limits|costs?)|'s) (?:sagemaker )?jump ?start"
    r"(?! models?)|how does|how do i|difference|jump ?start la gi)"
)
_TASKS = (
    ("text-embedding", r"embed\w*|sentence similarity|vector ?is\w+|nhung van ban"),
    ("text-generation", r"text[- ]generat\w+|llms?|language models?|chat\w*|sinh van ban"),
    ("image-classification", r"image[- ]classif\w+|classif\w+ (?:of )?images?|phan loai anh"),
    ("object-detection", r"object[- ]detect\w+|detect objects?|phat hien (?:vat the|doi tuong)"),
    ("summarization", r"summar\w+|tom tat"),
    ("translation", r"translat\w+|dich (?:may|van ban)"),
    ("text-classification", r"text[- ]classif\w+|sentiment\w*|phan loai van ban"),
    ("speech-recognition", r"speech|transcri\w+|asr|nhan dang giong noi"),
    ("text-to-image", r"text[- ]to[- ]image|image generation|tao anh"),
    ("question-answering", r"question[- ]answering|hoi dap"),
    ("regression", r"regress\w+|hoi quy"),
    ("classification", r"classif\w+|phan loai"),
)
_FRAMEWORKS = re.compile(
    r"(?<![\w-])(sklearn|scikit-learn|xgboost|pytorch|tensorflow|huggingface|hugging face|onnx|"
    r"lightgbm|catboost|llama|mistral|mixtral|falcon|gemma|qwen|phi|bert|t5|"
    r"stable diffusion)(?![\w-])"
)
_LICENCES = re.compile(
    r"(?<![\w-])(apache|mit|bsd|gated|proprietary|open(?:[- ]source|[- ]weights?| licen[cs]e)?)"
    r"(?![\w-])"
)
_PER_HOUR = re.compile(
    r"(?:\$|usd )\s?(\d+(?:\.\d+)?)(?: ?usd)?\s?(?:an?|per|/|moi|mot)\s?(?:hour|hr|h|gio)"
)
_TYPE = re.compile(r"(?<![\w.])ml\.[a-z0-9-]+\.[a-z0-9]+")


def catalogue(talk: Talk) -> Reply | None:
    """Search the catalogue when that is what is asked; None otherwise."""
    folded = fold(talk.turn.text).text
    if not _asked(folded, talk) or not talk.desk.offers("search_models"):
        return None
    result = talk.desk.call("search_models", **criteria(folded))
    if result.error:
        return Reply(failed(result, talk._))
    return Reply(_told(rows(result.value.get("models")), talk._), asked=talk.turn.asked)


def _asked(folded: str, talk: Talk) -> bool:
    if len(folded) > _LONGEST or _EXPLAIN.search(folded):
        return False
    named = any(fact.field == "model_source" for fact in talk.understood.facts)
    return not named and bool(_SEARCH.search(folded)) and bool(_READY.search(folded))


def criteria(folded: str) -> dict[str, Any]:
    """Return the search that a folded sentence asks for, as the tool's arguments."""
    found: dict[str, Any] = {}
    for task, pattern in _TASKS:
        if re.search(rf"(?<![\w-])(?:{pattern})(?![\w])", folded):
            found["task"] = task
            break
    if framework := _FRAMEWORKS.search(folded):
        found["words"] = {"scikit-learn": "sklearn", "hugging face": "huggingface"}.get(
            framework[1], framework[1]
        )
    if licence := _LICENCES.search(folded):
        found["licence"] = "open" if licence[1].startswith("open") else licence[1]
    if kind := _TYPE.search(folded):
        found["instance_type"] = kind[0]
    if price := _PER_HOUR.search(folded):
        found["max_usd_per_hour"] = price[1]
    if "serverless" in folded:
        found["serverless"] = True
    sizes = [m for m in measures(folded) if m.dimension is Dimension.PARAMETERS]
    if len(sizes) == 1:
        found["max_parameters"] = round(sizes[0].high)
    return found


def _told(hits: list[dict[str, Any]], _: Translator) -> str:
    if not hits:
        return _(
            "JumpStart lists no such model in this region. Leave a criterion out, or name a task "
            "such as classification or text embedding."
        )
    lines = [_("JumpStart lists these, cheapest first:")]
    lines += [_line(hit, _) for hit in hits[:_SHOWN]]
    if len(hits) > _SHOWN:
        lines.append(_("and {count} more.", count=_.number(len(hits) - _SHOWN)))
    lines.append(
        _(
            'To deploy one, say for example "deploy {model} from JumpStart".',
            model=hits[0]["model_id"],
        )
    )
    return "\n".join(lines)


def _line(hit: Mapping[str, Any], _: Translator) -> str:
    parts = [str(hit.get("task") or "")]
    licence = str(hit.get("licence") or "")
    access = {
        "gated": _("{licence}, to be accepted by you", licence=licence or _("a licence")),
        "proprietary": _("sold on AWS Marketplace"),
    }
    parts.append(access.get(str(hit.get("access")), licence))
    if (count := as_decimal(hit.get("parameter_count"))) is not None:
        parts.append(_("{count} parameters", count=_.number(count, 2)))
    kind, price = hit.get("default_instance_type"), as_decimal(hit.get("usd_per_hour"))
    if kind:
        hourly = _("{amount} an hour", amount=_.money(price)) if price is not None else ""
        parts.append(" ".join(filter(None, [str(kind), f"({hourly})" if hourly else ""])))
    parts.append(_("serverless too") if hit.get("serverless") else _("not serverless"))
    return f"- **{hit.get('model_id')}**: " + ", ".join(filter(None, parts))
