"""The wordings of choices: field, value, pattern over folded text, weight (heavier ones win)."""

import re
from typing import Any


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
RULES = (
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
        r"are |has to |really |actually |will |just |sits? |stands? |sitting |standing |there |"
        r"around )*(?:wait\w*|sitting|watching)|(?:users?|"
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
