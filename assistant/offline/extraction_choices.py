"""Requirements that are chosen, not measured: framework, GPU, pattern, region, ..."""

import re
from collections.abc import Iterator
from typing import Any

from assistant.offline.meaning import Candidate
from tools.errors import InvalidInputError
from tools.quantities import validated
from tools.vocabulary import NO, REGION_CODE, YES, framework_pattern, region_names


def _rule(
    field: str, value: Any, pattern: str, weight: int = 1
) -> tuple[str, Any, re.Pattern[str], int]:
    return field, value, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])"), weight


_PEOPLE = (
    r"(?:users?|people|customers?|clients?|visitors?|someone|somebody|a person|agents?|"
    r"doctors?|humans?|operators?|nguoi dung|khach(?: hang)?|ai do|co nguoi|nhan vien)"
)
#: "GPU: no", as in a form.
_IS_NO = r"\s*(?::|=|->)\s*(?:no(?:ne)?|false|not needed|not required|khong|ko|0)"
_IS_YES = r"\s*(?::|=|->)\s*(?:yes|true|required|needed|co|can)"
#: (field, value, pattern, weight): heavier readings of the same words win.
_RULES = (
    _rule("gpu", "not-needed", r"gpus?" + _IS_NO, 4),
    _rule("gpu", "required", r"gpus?" + _IS_YES, 4),
    _rule("streaming", False, r"stream(?:ing)?" + _IS_NO, 4),
    _rule("streaming", True, r"stream(?:ing)?" + _IS_YES, 4),
    _rule("interactive", False, r"interactive" + _IS_NO, 4),
    _rule("interactive", True, r"interactive" + _IS_YES, 4),
    _rule(
        "gpu",
        "not-needed",
        r"no (?:need for (?:a )?)?gpus?(?: (?:needed|required|necessary))?|without (?:a "
        r")?gpus?|cpu[- ](?:\w+ )?only|only (?:a )?cpus?|(?:don't|dont|doesn't|doesnt|do not|does "
        r"not|won't|not) (?:\w+ )?(?:need|require|want|use)(?: \w+)? gpus?|gpus? (?:is |are "
        r")?(?:not|n't|isn't|aren't) (?:needed|necessary|required)|(?:on|runs on|run on|"
        r"just|plain|a|with|use) cpus?(?: (?:is|are) (?:fine|ok|enough))?|cpus? (?:is|are) "
        r"(?:fine|ok|enough)|(?:chi )?(?:can |chay |dung )(?:bang |tren |voi )?cpu|(?:khong|"
        r"ko) (?:can|dung|co|phai dung|yeu cau)(?: den| toi)? gpu|cpu thoi|cpu la du",
        3,
    ),
    _rule(
        "gpu",
        "required",
        r"(?:needs?|requires?|must have|must run on|has to run on|have to use|want|needs to "
        r"run on|with|on|using|uses) (?:(?:a|an|one|1|the|at least one|some|big|nvidia|a "
        r"single|single) ){0,2}gpus?(?: (?:is|are))?(?: (?:needed|required|a must))?|gpus? "
        r"(?:is |are )?(?:needed|required|necessary|a must|please)|gpu-(?:bound|only)|"
        r"(?:can|phai co|bat buoc(?: phai)?(?: co)?|yeu cau|chay tren|chay bang|dung) (?:co "
        r")?gpu",
        2,
    ),
    _rule(
        "streaming",
        False,
        r"(?:no|without|don't need|dont need|not) (?:response )?streaming|(?:don't|do not|"
        r"doesn't|does not|needn't|no need to) (?:need to )?stream(?! of)(?:ing)?|khong "
        r"(?:can )?stream(?:ing)?",
        3,
    ),
    _rule(
        "streaming",
        True,
        r"stream(?:s|ed|ing)?(?: back)? (?:the |its |their |out )*(?:responses?|answers?|"
        r"outputs?|tokens?|results?|text|replies|ket qua|cau tra loi|phan hoi)|"
        r"token[- ]by[- ]token|streamed (?:back|out)|(?:response|output|token|answer)s? "
        r"(?:streaming|streamed|must be streamed|should be streamed)|(?:with|need|needs|"
        r"want|support|supports) (?:response )?streaming(?! (?:data|platform|service|"
        r"company|app|site|provider|pipeline|media|video|ingest\w*))|tra (?:ve|loi)(?: theo|"
        r" tung)* (?:tung )?token|tung token(?: mot)?",
    ),
    _rule(
        "environment",
        "development",
        r"(?:for|in|a|on|the|just|only|it's|its|is|my|our) (?:dev|development|sandbox|"
        r"playground)(?: (?:env|environment|endpoint|use|only|stage|account))?|dev (?:env|"
        r"environment|endpoint)|dev only|(?:dev|development)(?=\s*(?:$|[,.;!|/)]))|proof of "
        r"concept|poc|p\.o\.c|prototype|(?:just )?(?:a )?hobby(?: project)?|(?:moi truong "
        r")?(?:phat trien)(?=\s*(?:$|[,.;!|/)]))|moi truong (?:dev|phat trien|thu nghiem)|"
        r"(?:de |chi (?:de )?)(?:thu nghiem|test|choi|hoc)",
    ),
    _rule(
        "environment",
        "staging",
        r"staging(?: (?:env|environment|endpoint))?|pre-?prod(?:uction)?|moi truong staging",
    ),
    _rule(
        "environment",
        "production",
        r"(?:for|in|into|to|a|the|our|is|it's|goes|be|on|real|full|straight to) "
        r"prod(?:uction)?(?: (?:env|environment|endpoint|use|system|workload|traffic|grade|"
        r"service|deployment))?(?! (?:line|company|data|plant|floor|facility|planning))|"
        r"prod(?:uction)? (?:env|environment|endpoint|use|system|workload|traffic|ready|"
        r"grade|deployment)|production-(?:ready|grade)|prod(?:uction)?(?=\s*(?:$|[,.;!|/)]))|"
        r"(?:moi truong )(?:production|san xuat|that|prod)|chay that|(?:cho |len |tren "
        r")?(?:production|prod)(?=\s*(?:$|[,.;!|/)]))",
    ),
    _rule(
        "deployment_preference",
        "cloudformation",
        r"cloud ?-?formation|cfn|infrastructure as code|iac|(?:a |as |with |using |via |by "
        r")(?:aws )?(?:yaml |json )?templates?|templates? (?:rather|instead|please)|prefer "
        r"(?:a )?templates?|(?:dung|bang|qua|thich) template",
    ),
    _rule(
        "deployment_preference",
        "sdk",
        r"(?:the |a |with |using |via |prefer |use |in |sagemaker )*(?:python )?sdk|model "
        r"?builder|(?:in|with|as|prefer|using|from|rather) (?:plain |pure )?(?:python "
        r")?code|(?:python|code) (?:rather than|over|instead of) (?:a )?templates?|"
        r"(?:prefer|write|want|like) (?:it in )?python(?: code| scripts?)?|(?:dung|bang|"
        r"thich|viet) (?:python|code)(?: python)?",
    ),
    _rule(
        "deployment_preference",
        "jumpstart",
        r"(?:use|using|with|via|through|prefer|want|from|try|go with|dung|qua|bang|thich) "
        r"(?:sagemaker )?jump ?start",
    ),
    _rule(
        "data_sensitivity",
        "regulated",
        r"pii|p\.i\.i|personal(?:ly identifiable)? (?:data|information|info|details)|"
        r"hipaa|phi (?:data|records|rules)|gdpr|pci(?:[- ]dss)?|patient(?:s'|'s|s)? "
        r"(?:data|records?|information|scans?|"
        r"images?)|medical (?:data|records?|images?|scans?)|health ?(?:care)? (?:data|"
        r"records?)|sensitive(?: (?:personal )?(?:data|information))?|regulated(?: data)?|"
        r"confidential medical|card numbers?|credit card (?:data|numbers?)|du lieu (?:ca "
        r"nhan|benh nhan|nhay cam|y te|suc khoe)|(?<!khong )nhay cam|ho so (?:benh an|y "
        r"te|benh nhan)|thong tin "
        r"ca nhan|social security numbers?",
    ),
    _rule(
        "data_sensitivity",
        "internal",
        r"internal (?:company |business )?(?:data|documents?|docs|records)|internal(?: "
        r"use)? only|(?:data|it) is (?:company[- ])?internal|company[- ]internal(?: data)?|"
        r"confidential(?: (?:data|documents?))?|(?:du lieu |thong tin )(?:noi bo)",
    ),
    _rule(
        "data_sensitivity",
        "public",
        r"public(?:ly available)? data(?:sets?|set)?|(?:data|it|everything)(?:'s| is| are)? "
        r"(?:all )?public|open data|nothing (?:secret|private)|du lieu (?:cong khai|mo|cong "
        r"cong)",
    ),
    _rule(
        "traffic_pattern",
        "batch",
        r"(?:nightly|daily|weekly|overnight|hourly|monthly|offline|one[- ]off|big|in|as|a) "
        r"(?:\w+ )?batch(?:es)?(?: (?:jobs?|run|scoring|processing|inference|"
        r"predictions?))?|batch (?:jobs?|runs?|scoring|processing|inference|predictions?|"
        r"workload|mode|transform)|in bulk|bulk (?:jobs?|scoring|processing)|once (?:a|per|"
        r"every) (?:night|week|month)|(?:a )?nightly (?:job|run)|every night|theo lo|chay "
        r"batch|hang loat|moi dem|hang dem",
    ),
    _rule(
        "traffic_pattern",
        "diurnal",
        r"(?:office|business|working|work|daytime|opening|store|shop) hours|daytime(?: "
        r"only)?|during the (?:work(?:ing)? )?day|in the daytime|nine[- ]to[- ]five|"
        r"9[- ]to[- ]5|9-5|week ?days only|(?:nothing|quiet|nobody|no one|silent|almost "
        r"nothing|idle|dead|no traffic) (?:at|during the|over) (?:night|nights)|day ?/ "
        r"?night|day and night (?:cycle|pattern|difference)|gio hanh chinh|gio lam viec|ban "
        r"ngay|gio mo cua|ngay lam viec|diurnal|daily cycle",
        2,
    ),
    _rule(
        "traffic_pattern",
        "spiky",
        r"spik(?:y|ey|es|ing)|bursty|bursts?|sudden (?:peaks?|surges?|spikes?|jumps?)|"
        r"unpredictable|erratic|flash sales?|uneven|comes in waves|goes viral|dot bien|tang "
        r"vot|that thuong|khong (?:on dinh|deu)|dot ngot",
    ),
    _rule(
        "traffic_pattern",
        "intermittent",
        r"intermittent(?:ly)?|sporadic(?:ally)?|(?:every )?now and (?:then|again)|"
        r"occasional(?:ly)?|rarely(?: used)?|infrequent(?:ly)?|once in a while|(?:just |"
        r"only )?a few (?:times|requests|calls|predictions|hits) (?:a|per) (?:day|week|hour|"
        r"month)|(?:mostly|often|usually) idle|idle most of the (?:time|day)|(?:hardly|"
        r"barely|seldom) (?:ever )?used|on and off|from time to time|thinh thoang|lau lau|"
        r"thua thot|khong thuong xuyen|it khi|hiem khi|ngat quang|vai lan (?:mot|moi) "
        r"(?:ngay|tuan)",
    ),
    _rule(
        "traffic_pattern",
        "steady",
        r"steady|(?:constant|stable|uniform|flat|even|consistent|regular) (?:traffic|"
        r"load|rate|stream|flow|volume|usage)|"
        r"(?:traffic|load|volume|usage|rate|requests)(?: \w+){0,2} (?:constant|stable|"
        r"uniform|flat|even|evenly|consistent)|"
        r"around the clock|round the clock|deu dan|deu deu|suot ngay dem|"
        r"(?:luu luong|traffic|request|tai|truy cap|yeu cau)(?: \w+){0,2} (?:deu|on dinh|lien tuc)",
    ),
    _rule(
        "interactive",
        False,
        r"(?:no ?one|nobody|no (?:user|human|customer|person)s?(?: is| are)?|none) (?:is |"
        r"are |has to |really |actually |will |)?(?:wait\w*|sitting|watching)|(?:users?|"
        r"people|customers?|they|we|you|it) (?:don't|do not|doesn't|does not|needn't|won't) "
        r"(?:\w+ )?wait|(?:not|isn't|non-?) ?(?:an? )?interactive|nightly|overnight|in the "
        r"background|background job|every night|khong ai (?:phai )?(?:cho|doi)|khong (?:can "
        r")?(?:co )?(?:ai|nguoi(?: nao)?|nguoi dung)(?: nao)?(?: phai| ngoi)? (?:cho|doi)|"
        r"chay nen|chay (?:vao )?ban dem|hang dem|moi dem|qua dem|khong can (?:tra loi "
        r")?ngay(?: lap "
        r"tuc)?",
        3,
    ),
    _rule(
        "interactive",
        True,
        rf"{_PEOPLE} (?:is |are |will be |will |sits? |sitting |actively |dang |phai |ngoi |"
        rf"se )*(?:wait|waits|waiting|cho|doi)(?! (?:list|room|time))|(?:a|an|the|my|"
        rf"our) (?!(?:job|queue|request|process|thread|server|call|system)\b)[a-z]+ "
        rf"(?:is|are|will be) waiting|in real[- ]?time|"
        rf"real[- ]?time (?:predictions?|answers?|responses?|scoring|inference|results?|"
        rf"replies|feedback|use|usage|needs?|decisions?)|(?:must be|needs? to be|should be|"
        rf"has to be|want it|be) real[- ]?time|interactive(?:ly)?|thoi gian thuc|truc tiep "
        rf"tren (?:web|app)|live (?:chat|users?)|while (?:they|the user|users?|customers?) "
        rf"waits?",
        2,
    ),
)
_NAME = re.compile(
    r"\b(?:call (?:it|the endpoint|this|this one)|name (?:it|the endpoint|this)|named|"
    r"(?:endpoint )?name(?: is| should be| it|:|=)|endpoint name|endpoint (?:called|"
    r"named)|called|deploy(?: [^\s,.;]+){0,8}? as(?=\s[a-z0-9]+-[a-z0-9-]+\s*(?:$|"
    r"[,.;!]))|call the \w+(?=\s[a-z0-9]+-[a-z0-9-]+)|name will be|rename (?:it "
    r")?to|dat ten(?: (?:no|endpoint|cho "
    r"no))?(?: la)?|ten(?: endpoint)?(?: la|:)|goi (?:no )?la|"
    r"to endpoint|as endpoint)\s*[:=]?\s*[\"'`]?(?P<name>[a-z0-9][\w-]*[\w])[\"'`]?(?=$|"
    r"[\s,.;!?)\"'`])"
)
_NO_NAME = frozenset(
    [
        "it",
        "the",
        "a",
        "an",
        "this",
        "that",
        "my",
        "our",
        "your",
        "whatever",
        "something",
        "anything",
        "in",
        "on",
        "at",
        "for",
        "from",
        "with",
        "via",
        "when",
        "every",
        "once",
        "back",
        "by",
        "me",
        "us",
        "endpoint",
        "and",
        "or",
        "later",
        "now",
        "asynchronously",
        "directly",
        "only",
        "about",
        "than",
        "be",
        "is",
        "la",
        "gi",
        "model",
        "sagemaker",
        "sklearn",
    ]
)
_PLACE_BEFORE = re.compile(
    r"(?:\b(?:in|to|at|near|use|region|region:|from|the|aws|is|be|within|into|switch to|"
    r"move to|prefer|want|that|it|o|tai|vung|khu vuc|sang|qua|dung|la|chon|tu|but|no|or|"
    r"actually|make it)\s+|^\W*|[,;:(=]\s*)$"
)
_NOT_OUR_PLACE = re.compile(
    r"\b(?:users?|customers?|clients?|team|office|company|headquarters?|based|live|"
    r"living|born|flight|fly|travel|trip|weather|born|hotel|people|employees|shops?|"
    r"stores?|hospitals?|patients|i am|i'm|we are|we're|they are|bang cuu|nguoi dung|"
    r"khach hang|thoi tiet|van phong|cong ty|song)\b[^,;]{0,30}$"
)
_CONVERTED = re.compile(
    r"\b(?:export(?:ed)?|convert(?:ed)?|saved|turned|compiled|chuyen(?: doi)?|"
    r"xuat)\b[^,.;]{0,30}\b(?:to|into|as|in|sang|thanh|ra)\s+(?:an? |the )?$"
)
_FRAMEWORK_DENIED = re.compile(
    r"\b(?:not|no|never|isn't|instead of|rather than|moved (?:away )?from|without|khong "
    r"(?:phai|dung)(?: la)?|thay vi|chu khong|unlike|(?:moved|migrated|switched|ported) "
    r"from)\s+(?:an? |in |the |with |"
    r"using )*$"
)
_BOOLEAN_FIELDS = {
    "gpu": ("required", "not-needed"),
    "streaming": (True, False),
    "interactive": (True, False),
}
_ANSWER = re.compile(rf"^\W*(?P<answer>(?:{YES})|(?:{NO}))\b(?P<rest>.*)$", re.DOTALL)


def choices(passage: str, expecting: tuple[str, ...]) -> Iterator[Candidate]:
    """Yield the choices that one passage (folded text) states."""
    for field, value, pattern, weight in _RULES:
        for match in pattern.finditer(passage):
            yield Candidate(
                field=field, value=value, start=match.start(), end=match.end(), weight=weight
            )
    yield from _frameworks(passage)
    yield from _regions(passage, expecting)
    yield from _short(passage, expecting)


def endpoint_names(passage: str) -> Iterator[Candidate]:
    """Yield the endpoint name that is wished for, its value still to be read."""
    for match in _NAME.finditer(passage):
        start, end = match.span("name")
        if match["name"] in _NO_NAME or (
            match[0].startswith("called") and "-" not in match["name"]
        ):
            continue
        yield Candidate(field="endpoint_name", value=None, start=start, end=end)


def _frameworks(passage: str) -> Iterator[Candidate]:
    found = [m for m in framework_pattern().finditer(passage) if m.lastgroup]
    for match in found:
        before = passage[: match.start()]
        if _FRAMEWORK_DENIED.search(before):
            continue
        weight = 3 if _CONVERTED.search(before) else 1
        if re.match(r"[\s-]*(?:format|runtime)\b", passage[match.end() :]):
            weight = 2
        yield Candidate(
            field="framework",
            value=(match.lastgroup or "").lower(),
            start=match.start(),
            end=match.end(),
            weight=weight,
        )


def _regions(passage: str, expecting: tuple[str, ...]) -> Iterator[Candidate]:
    names = region_names()
    for match in re.finditer(rf"(?<![\w./-]){REGION_CODE}(?![\w-])", passage):
        yield _checked("region", names.get(match[0], match[0]), match.start(), match.end())
    cities = list(_cities(passage))
    for city in cities:
        before = passage[: city.start()]
        asked = "region" in expecting
        placed = asked or _PLACE_BEFORE.search(before) or _one_of_several(passage, city, cities)
        if placed and (asked or not _NOT_OUR_PLACE.search(before)):
            yield Candidate(
                field="region", value=names[city[0]], start=city.start(), end=city.end()
            )


def _one_of_several(passage: str, city: re.Match[str], cities: list[re.Match[str]]) -> bool:
    """Beside another by "or": neither is chosen, so both are candidates."""
    return any(
        re.fullmatch(r"\s*,?\s*(?:or|hoac|hay)\s+(?:in )?", passage[city.end() : other.start()])
        for other in cities
    )


def _cities(passage: str) -> Iterator[re.Match[str]]:
    cities = sorted((n for n in region_names() if "-" not in n), key=len, reverse=True)
    yield from re.finditer(rf"(?<![\w-])(?:{'|'.join(map(re.escape, cities))})(?![\w-])", passage)


def _checked(field: str, value: Any, start: int, end: int) -> Candidate:
    try:
        return Candidate(field=field, value=validated(field, value), start=start, end=end)
    except InvalidInputError as error:
        return Candidate(
            field=field, value=None, start=start, end=end, refusal=(error.message, error.remedy)
        )


def _short(passage: str, expecting: tuple[str, ...]) -> Iterator[Candidate]:
    """Read "no", "cpu", "prod", "internal" as answers to what was asked."""
    plain = passage.strip(" .!?,\n")
    start = passage.find(plain)
    end = start + len(plain)
    asked = [field for field in expecting if field in _BOOLEAN_FIELDS]
    answer = _ANSWER.match(passage)
    if answer and len(asked) == 1 and _stands_alone(answer["rest"]):
        yes = bool(re.fullmatch(YES, answer["answer"]))
        value = _BOOLEAN_FIELDS[asked[0]][0 if yes else 1]
        yield Candidate(
            field=asked[0], value=value, start=answer.start("answer"), end=answer.end("answer")
        )
    for field, pattern, value in _WORDS:
        if field in expecting and re.fullmatch(
            rf"(?:an? |the |it's |just |la )?(?:{pattern})(?: data| please| thoi| nhe)?", plain
        ):
            yield Candidate(field=field, value=value, start=start, end=end)


def _stands_alone(rest: str) -> bool:
    return not re.match(
        r"\s*(?:idea|clue|thanks|more|way|wait|problem|,? i meant|[\w]* ?\d)", rest
    ) and bool(
        re.match(r"\s*(?:$|[,.;!]|i don't|it |we |not|gpu|need|a$|can|dau|nhe|cam on)", rest)
    )


_WORDS = (
    ("gpu", "cpus?", "not-needed"),
    ("gpu", "gpus?", "required"),
    ("environment", "test|testing|thu nghiem|dev|phat trien", "development"),
    ("environment", "live|that|san xuat|prod|production", "production"),
    ("data_sensitivity", "internal|private|confidential|noi bo", "internal"),
    ("data_sensitivity", "public|cong khai|open", "public"),
    ("data_sensitivity", "regulated|sensitive|nhay cam|personal", "regulated"),
    ("deployment_preference", "code|python", "sdk"),
    ("deployment_preference", "template|templates", "cloudformation"),
    ("deployment_preference", "jump ?start", "jumpstart"),
    ("traffic_pattern", "batch", "batch"),
    ("traffic_pattern", "bursts?|uneven", "spiky"),
)
