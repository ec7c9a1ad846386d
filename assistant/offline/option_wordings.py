"""The wordings of what is asked for by name: field, pattern over folded text, how it is read."""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

_N = (
    r"(\d+|one|two|three|four|five|six|seven|eight|nine|ten|mot|hai|ba|bon|nam|sau|"
    r"bay|tam|chin|muoi)"
)
_PERCENT = r"(\d+(?:\.\d+)?)\s?(?:%|percent|per cent|phan tram)"
_TYPE = r"(ml\.[a-z0-9-]+\.[a-z0-9]+)"
_UNITS = r"(?:instances?|machines?|servers?|nodes?|copies|replicas?|may(?: chu)?|ban sao)"
_COUNTED = rf"(?:{_UNITS}|(?:x )?{_TYPE})"
_NO_BOUND = r"(?<!and )(?<!to )(?<!-)(?<!den )(?<!toi )(?<!va )"
_SERVERLESS = r"server-?less|khong may chu"
_ASYNC = r"async(?:hronous(?:ly)?)?|bat dong bo|khong dong bo"
_REAL_TIME = r"real[- ]?time|thoi gian thuc"
_BATCH = r"batch[- ]transform"
ANY_OPTION = rf"(?:{_SERVERLESS}|{_ASYNC}|{_REAL_TIME}|{_BATCH})"
_WISH = (
    r"(?:as|use|using|want(?: it| this| to use)?|with|go (?:with|for|on)|make (?:it|this)|"
    r"make (?:it|this) run|deploy(?:ed|ing)?(?: (?:it|this|that|them|the (?:sample )?model|"
    r"my model|our model|§+))?(?: as)?|on|via|prefer|choose|take|need|please|should be|must be|"
    r"has to be|be|option:?|type:?|host(?:ed)?(?: it)?(?: on| as)?|run(?: it| this)?(?: on| as)?|"
    r"serve(?: it)?(?: on| as)?|switch(?: it)?(?: over)? to|change(?: it)? to|set ?up|create|"
    r"give me|i'd like|i would like|let's (?:go|do|use|have|take)|dung|chon|bang|qua|kieu|"
    r"trien khai(?: (?:no|mo hinh|model))?(?: (?:kieu|dang|theo|thanh|len|bang))?|"
    r"(?:muon|can)(?: (?:dung|co))?|theo (?:kieu|dang)|dang|thanh|chay(?: (?:kieu|dang|theo))?|"
    r"chuyen sang|doi sang|lam)"
)

_MODEL = (
    r"(?:§+|(?:the |my |our )?(?:sample )?model|(?:mo hinh|model)(?: mau| cua toi)?|it|this|no)"
)
_DEPLOYED = (
    rf"(?:deploy\w*|host|serve|publish|trien khai|dua) (?:(?!not )\w+ ){{0,3}}?{_MODEL},?"
    rf"(?: [^.;?!]{{0,120}}?,)? "
)
#: "real-time predictions" or "async workers" is something else than the option's name.
_ENDS = (
    r"(?=(?:,? (?:endpoint|inference|hosting))?\s*"
    r"(?:[,.;!]|$|(?:on|in|with|using|and|at|behind|tren|voi|va|o|tai|bang)\b))"
)


class Wording(NamedTuple):
    """A wording: what of it says the value, and how it is read."""

    field: str
    pattern: re.Pattern[str]
    value: Callable[[re.Match[str]], Any]
    guarded: bool = True


def _words(
    field: str,
    pattern: str,
    value: Any = None,
    *,
    guarded: bool = True,
) -> Wording:
    read = (lambda m: m[1]) if value is None else value if callable(value) else (lambda _: value)
    return Wording(field, re.compile(rf"(?<![\w.-])(?:{pattern})(?![\w-])"), read, guarded)


def _option(name: str, words: str, after: str = "") -> tuple[Wording, ...]:
    """How an option is named; `after`: what must follow where no model stands beside it."""
    kind = (
        rf"(?:an? |the |aws |sagemaker )*(?:{words}){after}"
        rf"(?: (?:endpoint|inference|hosting|mode))?"
    )
    wished = rf"{_WISH},? (?:endpoint (?:kieu )?)?{kind}"
    alone = (
        rf"(?<=^){kind}(?:,? (?:please|pls|it is|then|endpoint|nhe|di|thoi|nha|"
        rf"a))*(?=\s*[.!,;]*\s*$)"
    )
    polite = rf"{kind}(?:,? (?:please|pls|it is|nhe|di nhe|nha)|(?= (?:with|voi) \d))"
    opening = (
        rf"(?:an? |the |mot )?(?:(?:{words}) (?:inference )?endpoint|"
        rf"endpoint (?:kieu |dang )?(?:{words})) (?:for|with|from|out of|cho|tu|voi) §+"
    )
    return (
        _words("inference_option", wished, name),
        _words("inference_option", polite, name),
        Wording(
            "inference_option",
            re.compile(rf"^\s*(?:{alone.removeprefix('(?<=^)')})"),
            lambda _: name,
        ),
        Wording("inference_option", re.compile(rf"^\s*{opening}"), lambda _: name),
        _words("inference_option", rf"{_DEPLOYED}(?:{words}){_ENDS}", name),
    )


_SCALES = r"(?:auto[- ]?scal\w*|tu dong (?:mo rong|co gian|scale|tang giam)|co gian tu dong)"
_METRIC = (
    r"(cpu(?: usage| utili[sz]ation| load)?|gpu memory|gpu(?: usage| utili[sz]ation)?|memory|ram|"
    r"concurrent requests|concurrency|invocations(?: per instance)?|requests per instance|"
    r"(?:the )?backlog|(?:the )?queue(?: length| size)?|hang doi|bo nho)"
)
_NEO = r"(?:sagemaker )?neo"
WORDINGS: tuple[Wording, ...] = (
    *_option("serverless", _SERVERLESS),
    *_option("asynchronous", _ASYNC),
    *_option("real-time", _REAL_TIME, r"(?= (?:endpoint|hosting))"),
    *_option("batch-transform", _BATCH),
    _words(
        "inference_option",
        rf"{_WISH} (?:an? |the )?endpoint (?:kieu )?thoi " rf"gian thuc",
        "real-time",
    ),
    # instances
    _words(
        "instance_type",
        rf"(?:on|use|using|with|to|want|need|take|choose|type(?: is)?:?|"
        rf"instance(?: type)?(?: is|:)|"
        rf"dung|tren|bang|loai|chon|qua|sang|la|x)\s+(?:an? |the |{_N} (?:x )?)?"
        rf"(?:instances? (?:of )?(?:type )?|may |con )?(?P<type>{_TYPE})",
        lambda m: m["type"],
    ),
    _words(
        "instance_type", rf"{_N}\s?(?:x|instances? of|may)\s?(?P<type>{_TYPE})", lambda m: m["type"]
    ),
    Wording(
        "instance_type",
        re.compile(rf"^\s*{_TYPE}(?=\s*(?:please|nhe|[.!,;]|x \d|$))"),
        lambda m: m[1],
    ),
    _words(
        "initial_instance_count",
        rf"(?:on|use|using|with|want|need|take|dung|tren|bang|chay tren)\s+{_N} (?:x )?"
        rf"(?:{_UNITS}(?: of)?(?: loai)? )?{_TYPE}",
    ),
    _words("initial_instance_count", rf"{_NO_BOUND}{_N}\s?(?:x|instances? of|may)\s?{_TYPE}"),
    _words(
        "instance_type",
        rf"{_N}\s?(?:and|to|-|den|toi|va)\s?{_N} (?:x |{_UNITS} (?:of |loai )?)?(?P<type>{_TYPE})",
        lambda m: m["type"],
    ),
    _words("initial_instance_count", rf"{_TYPE}\s?x\s?(?P<n>\d+)", lambda m: m["n"]),
    _words(
        "initial_instance_count",
        rf"(?:(?:run(?: it)?|deploy(?: it)?|host(?: it)?|start|begin|fixed)\s+(?:on|with|at)|"
        rf"on exactly|exactly|(?:chay|bat dau|trien khai)(?: tren| voi)|"
        rf"dung dung)\s+{_N} {_UNITS}",
    ),
    # bounds
    _words(
        "min_capacity",
        rf"(?:between |from |scale |tu )?{_N}\s?(?:and|to|-|den|toi|va)\s?{_N} {_COUNTED}",
    ),
    _words(
        "max_capacity",
        rf"(?:between |from |scale |tu )?{_N}\s?(?:and|to|-|den|toi|va)\s?{_N} {_COUNTED}",
        lambda m: m[2],
    ),
    _words(
        "min_capacity",
        rf"(?:at least|minimum(?: of)?|min\.?|no fewer than|it nhat|"
        rf"toi thieu)\s?:?\s?{_N} {_UNITS}",
    ),
    _words(
        "max_capacity",
        rf"(?:at most|maximum(?: of)?|max\.?|up to|no more than|"
        rf"nhieu nhat|toi da)\s?:?\s?{_N} {_UNITS}",
    ),
    _words("min_capacity", rf"scal\w*[^.;]{{0,30}}?\bmin\w*\s?:?\s?{_N}(?=[^.;]{{0,12}}\bmax)"),
    _words(
        "max_capacity",
        rf"scal\w*[^.;]{{0,30}}?\bmin\w*\s?:?\s?{_N}[^.;]{{0,12}}\bmax\w*\s?:?\s?(?P<top>\d+)",
        lambda m: m["top"],
    ),
    _words(
        "min_capacity",
        r"(?:scal\w*|go|goes|going|shrink\w*)(?: all the way| down| in| back){0,2} (?:down )?to "
        r"(?:zero|0|nothing)|down to (?:zero|0)|(?:giam|ha|co|thu|scale) (?:nho )?(?:ve|xuong) "
        r"(?:khong|0|zero)",
        0,
    ),
    # scaling
    _words(
        "auto_scaling",
        rf"(?:no|without|disable|turn off|switch off|skip|don't (?:want|need|use)(?: any)?|"
        rf"do not (?:want|need|use)(?: any)?|khong(?: can| dung| bat| muon| co)?|tat|"
        rf"bo)\s+{_SCALES}|"
        rf"{_SCALES}\s?(?::\s?)?(?:off|disabled|no)|fixed capacity|"
        rf"(?:don't|do not|never) (?:auto-?)?scale(?! to)|khong (?:tu dong )?(?:scale|"
        rf"co gian)(?! ve)",
        False,
        guarded=False,
    ),
    _words(
        "auto_scaling",
        rf"(?:with|enable|turn on|switch on|want|add|use|need|needs|and|plus|include|co|bat|dung|"
        rf"can|them|kem)\s+{_SCALES}|{_SCALES}\s?(?::\s?)?(?:on|enabled|please|yes|nhe)",
        True,
    ),
    _words(
        "scaling_metric",
        rf"(?:scal\w*|tu dong scale|mo rong)(?: it| out| up)?(?: (?:on|by|at|when|based on|"
        rf"theo|dua (?:tren|vao))) (?:the )?{_METRIC}",
    ),
    _words(
        "scaling_target_value",
        rf"(?:scal\w*|mo rong)(?: it| out| up)?(?: (?:on|by|at|when|based on|theo|dua "
        rf"(?:tren|vao))) (?:the )?{_METRIC}(?: (?:at|of|to|above|over|reaches|is|hits|o|muc|den|"
        rf"vuot))*\s?:?\s?(?P<target>\d+(?:\.\d+)?)(?:\s?(?:%|percent|phan tram))?",
        lambda m: m["target"],
    ),
    # serverless
    _words(
        "provisioned_concurrency",
        rf"keep(?:ing)? {_N} (?:\w+ )?(?:warm|ready|hot)|{_N} (?:(?:always|kept)"
        rf" )?(?:warm|provisioned) "
        rf"(?:environments?|containers?|workers?)|provisioned concurrency(?: of| is|:|=)?\s?{_N}|"
        rf"(?:giu|de)(?: (?:san|am|nong))? {_N}(?: \w+){{0,2}} (?:am|nong|san sang)|"
        rf"giu (?:am|nong) {_N}",
        lambda m: next(filter(None, m.groups())),
    ),
    _words(
        "max_concurrency",
        rf"max(?:imum)? concurrency(?: of| is|:|=)?\s?{_N}|(?:dong thoi toi da|"
        rf"so luong dong thoi toi da)(?: la|:)?\s?{_N}",
        lambda m: next(filter(None, m.groups())),
    ),
    _words(
        "memory_size_in_mb",
        r"server-?less[^.;\d]{0,25}?(?P<size>\d+ ?(?:gb|mb))(?: of)?(?: memory| ram| bo nho)?|"
        r"(?P<first>\d+ ?(?:gb|mb)) (?:of )?(?:memory|ram)[^.;\d]{0,25}?server-?less",
        lambda m: m["size"] or m["first"],
    ),
    # safety
    _words(
        "data_capture_percent",
        rf"captur\w*:? (?:about |roughly )?{_PERCENT}(?! (?:more|less|fewer|higher|"
        rf"lower))|{_PERCENT} data capture|"
        rf"data capture(?: at| of| for| with|:)? {_PERCENT}|"
        rf"(?:ghi lai|thu thap|luu lai|bat) {_PERCENT} (?:\w+ ){{0,2}}(?:luu luong|"
        rf"request|yeu cau|du lieu)",
        lambda m: next(filter(None, m.groups())) + "%",
    ),
    _words(
        "data_capture_percent",
        r"capture (?:all|every) (?:the |of the )?(?:traffic|requests?|data)|capture everything|"
        r"ghi lai (?:tat ca|toan bo) (?:luu luong|request|yeu cau)",
        100,
    ),
    _words(
        "data_capture_percent",
        r"(?:no|without|disable|turn off) data capture|khong (?:ghi lai|thu thap)"
        r" (?:luu luong|request|yeu cau)",
        0,
        guarded=False,
    ),
    _words(
        "network_isolation",
        r"(?:no|without|disable|turn off|don't need|khong can|khong)"
        r" (?:network isolation|co lap mang|cach ly mang)",
        False,
        guarded=False,
    ),
    _words(
        "network_isolation",
        r"(?:with |enable |use |want |need |turn on |under |in |co |bat |can |voi )?"
        r"(?:network isolation|co lap mang|cach ly mang)|"
        r"isolate(?:d)? (?:it |the (?:container|model) )?from the (?:network|internet)|"
        r"(?:no|without any) (?:outbound )?(?:network|internet) (?:access|calls)",
        True,
    ),
    # compilation and components
    _words(
        "compilation",
        rf"(?:no|without|skip|don't (?:use|want|need)|do not (?:use|want|need)|"
        rf"khong(?: can| dung)?) "
        rf"(?:{_NEO}(?: compilation)?|compilation|bien dich)|(?:don't|do not) compile|"
        rf"khong bien dich",
        "none",
        guarded=False,
    ),
    _words(
        "compilation",
        rf"compil\w+(?: (?:it|this|the model|my model|§+))?(?: first)? (?:with|using|"
        rf"by|through|for) {_NEO}|"
        rf"(?:use|using|with|want|through|via|run(?: it)? through) {_NEO}(?: compilation)?|"
        rf"{_NEO}[- ]compil\w+|bien dich (?:\w+ ){{0,2}}(?:bang|voi|qua) {_NEO}|"
        rf"(?:dung|qua|bang) {_NEO}",
        "neo",
    ),
    _words(
        "inference_components",
        r"(?:as|with|use|using|want|need|on|via|dung|bang|voi|kieu)"
        r" (?:an? )?inference components?",
        True,
    ),
    _words(
        "inference_components",
        r"(?:no|without|don't use|khong dung|khong can) inference components?",
        False,
        guarded=False,
    ),
)
