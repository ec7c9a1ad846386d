"""The words that say which requirement a measure belongs to, in English and Vietnamese.

Patterns match folded text. A cue is strong or weak; `None` stands for things that are no
requirement
(memory, training time, a timeout) and take their measures away.
"""

import re
from typing import NamedTuple

from tools.reading.units import Dimension


class Cue(NamedTuple):
    """A pattern and what it says."""

    field: str | None
    pattern: re.Pattern[str]
    cost: int


class CueSpan(NamedTuple):
    """Where a cue stands in a passage."""

    start: int
    end: int
    field: str | None
    cost: int


#: These words are about their measure alone and win against a general word that is nearer.
_PRECEDENCE = {None: -12, "cold_start_tolerance_ms": -15}


def _cue(field: str | None, pattern: str, cost: int = 0) -> Cue:
    return Cue(
        field, re.compile(rf"(?<![\w-])(?:{pattern})(?![\w])"), cost + _PRECEDENCE.get(field, 0)
    )


_SIZES = (
    _cue(
        "response_payload_bytes",
        r"(?:response|output|answer|reply|result)s? (?:payload|body|bodies|size)s?|"
        r"responses?|outputs?|answers?(?! (?:in|within|after|back in))|repl(?:y|ies)(?! "
        r"(?:in|within|after))|"
        r"results?|returns?|returned|returning|(?:comes?|coming|sent|get|goes|sends?) "
        r"back|back|predictions? (?:are|is)|out|"
        r"(?:kich thuoc |dung luong )?(?:dau ra|phan hoi|ket qua)|nhan (?:ve|lai)|resps?|"
        r"(?:goes|going) out|tra (?:ve|lai|loi)|tra ra",
    ),
    _cue(
        "request_payload_bytes",
        r"(?:request|input) (?:payload|body|bodies|size)s?|requests?|reqs?|payloads?|"
        r"inputs?|uploads?|posts?|posting|(?:goes|going|comes|coming|what goes) in|body|"
        r"bodies|sends?|sending|"
        r"(?:kich thuoc |dung luong )?(?:dau vao|yeu cau)|gui(?: len| vao)?|tai len|"
        r"in(?=\s*(?:[,;.]|$|and\b))",
    ),
    _cue(
        "request_payload_bytes",
        r"images?|photos?|pictures?|pics?|files?|documents?|docs?|pdfs?|audios?|clips?|"
        r"videos?|recordings?|records?|rows?|"
        r"messages?|texts?|scans?|json|csv|calls?|each|apiece|per (?:call|hit|item)|anh|"
        r"hinh(?! thuc)|tai lieu|tap tin|tep|ban ghi|"
        r"moi lan|goi tin|doan am thanh|frames?|x-?rays?|transactions?|vectors?",
        12,
    ),
    _cue(
        None,
        r"memory|ram|vram|disks?|storage|data ?sets?|data set|train\w*|databases?|db|"
        r"limits?|limit(?:ed)? (?:to|of)|quotas?|bandwidth|"
        r"docker|container|cache|swap|logs?|laptop|bo nho|o cung|gioi han|huan luyen|"
        r"tap du lieu|buckets?|in total|total|repo|tables?",
    ),
)
_DURATIONS = (
    _cue(
        "cold_start_tolerance_ms",
        r"cold[ -]?starts?|first (?:call|request|answer|response|invocation|one|hit|"
        r"prediction)s?|warm(?:ing)?[- ]?up|wak(?:e|es|ing)(?: up)?|"
        r"spin(?:ning)?[- ]?up|after (?:being )?idle|khoi dong (?:nguoi|lanh)|(?:lan "
        r"goi|request|yeu cau|lan) dau(?: tien)?",
    ),
    _cue(
        "cold_start_tolerance_ms",
        r"first (?:call|request|answer|response|invocation|one|hit|prediction)s?"
        r"(?: [a-z']+){0,7}? (?:takes?|lasts?|needs?|waits?)",
    ),
    _cue(
        "latency_p95_ms",
        r"(?:answers?|responses?|repl(?:y|ies)|results?|predictions?) (?:can|may|could|might) "
        r"(?:[a-z]+ )?(?:take|need|come)(?: (?:in|within|after|up to|at most|about|around))?",
    ),
    _cue(
        "latency_p95_ms",
        r"latenc(?:y|ies)|respon[sd]\w* times?|respon[sd]\w*(?: (?:in|within))?|"
        r"(?:answers?|answered|repl(?:y|ies)|results?|predictions?|scores?|back)(?: "
        r"back)? (?:in|within|after)|"
        r"p9[059]\w*|p50|99th|95th|percentile|sla|slo|within|round ?trips?|come back in|"
        r"wait(?:s|ing)?(?: for)?(?: up to| at most| no more than| more than| max\w*)?|"
        r"returns? (?:in|within)|faster than|do tre|(?:thoi gian )?(?:phan hoi|tra loi|"
        r"dap ung)(?: trong)?|trong vong|thoi gian cho|cho (?:toi da|khong qua)|"
        r"(?:must|should|shouldn't|needs? to|has to|have to|can't|cannot|can not|may "
        r"not|mustn't|must not) (?:\w+ ){0,2}?(?:take|exceed|be(?: done)?|come|last)|"
        r"tra ve trong|(?:co )?ket qua (?:trong|sau)|"
        r"(?:khong (?:duoc )?(?:vuot|mat|qua))|target|deadline per request|instantly",
    ),
    _cue(
        "latency_p95_ms",
        r"under|less than|below|<|at most|no more than|no longer than|max(?:imum)?|duoi|"
        r"khong qua|nho hon|it hon|toi da|nhanh hon|in",
        12,
    ),
    _cue(
        "processing_time_s",
        r"takes?(?: up to| about| around| roughly)?|taking|took|process\w*(?: time)?|"
        r"comput\w+|inference(?: time)?|runs? for|running time|runtime|"
        r"per (?:file|image|document|video|request|item|record|page|prediction|call|"
        r"clip|recording|scan|audio|row|inference|job|one)|"
        r"(?:a|each|every) (?:file|image|document|video|item|record|page|prediction|"
        r"clip|recording|scan|job)|each|of compute|"
        r"to (?:score|process|run|transcribe|predict|analy[sz]e|generate|finish|compute|"
        r"classify|render|complete)|crunch\w*|"
        r"(?:thoi gian )?(?:xu ly|chay|suy luan|tinh toan)(?: het| mat)?|mat|ton|moi "
        r"(?:file|anh|tep|yeu cau|video|request|tai lieu|ban ghi|lan|cai)|cho moi|1 "
        r"(?:file|anh|tep|video)|mot (?:file|anh|tep|video)",
    ),
    _cue(
        None,
        r"time ?outs?|(?:moi|cu)(?= \d)|retr(?:y|ies)|between (?:retries|calls|"
        r"attempts)|long(?! as)|in "
        r"length|in total|altogether|dai(?= \d)|keo dai|timing out|train\w*|"
        r"retrain\w*|builds?|deploy\w*|ago|history|"
        r"retention|retain\w*|intervals?|ttl|load(?:s|ing)?(?: time)?|"
        r"start-?ups?|old|experience|last|past|next|uptime|boot\w*|meeting|call me|back "
        r"in \d+ (?:min|hour)|hackathon|launch|go live|demo|we have|"
        r"every|huan luyen|trien khai|truoc|toi nua|nua(?= toi| chung)|het han|idle|"
        r"video length|long (?:audio|video|clip)s?|seconds? long|minutes? long|of "
        r"(?:audio|video|speech)|"
        r"audio|recordings? of|clips? of|currently|today|right now|hien (?:tai|nay)|job every",
    ),
)
_RATES = (
    _cue(
        "peak_requests_per_second",
        r"peaks?(?: at| of| around| is| to| hour)?|peaking(?: at)?|up to|max(?:imum|"
        r"es)?(?: out)?(?: at| of)?|burst\w*(?: to| of)?|spik\w*(?: to| of)?|at most|at "
        r"worst|busiest|rush(?: hour)?|"
        r"worst case|no more than|as (?:high|many|much) as|on black friday|surges?(?: "
        r"to)?|tops? (?:out )?at|toi da|cao nhat|cao diem|dinh(?: diem)?|"
        r"nhieu nhat|len (?:toi|den)|dot bien|luc dong|gio vang|hits",
    ),
    _cue(
        "average_requests_per_second",
        r"averag\w*(?: of)?|avg|mean|typical(?:ly)?|usual(?:ly)?|normal(?:ly)?|on a "
        r"(?:normal|typical|regular) day|most of the time|in general|"
        r"base ?line|steady state|regular(?:ly)?|trung binh|binh thuong|thong thuong|"
        r"ngay thuong|tb",
    ),
    _cue(
        None,
        r"currently on|emails? (?:me|us)|release\w*|deploy(?:s|ments)|retrain\w*|"
        r"builds?|commit\w*|meetings?|hire|hiring|onboard\w*|"
        r"limit(?:ed)? (?:to|of|is)|quota|throttl\w*|steps?",
    ),
)
CUES: dict[Dimension, tuple[Cue, ...]] = {
    Dimension.BYTES: _SIZES,
    Dimension.DURATION: _DURATIONS,
    Dimension.RATE: _RATES,
}
#: What lies between a cue and a measure and parts them.
BOUNDARY = re.compile(r"[,;:()]|\b(?:and|but|while|with|va|nhung|con|voi|then|so)\b")
COMPARATOR = (
    r"(?:under|below|less than|at most|no more than|up to|max(?:imum)?|about|around|roughly|"
    r"approx\w*|circa|~|<|<=|>|=|like|maybe|say|khoang|duoi|toi da|tam|chung|co)"
)
BUDGET = re.compile(
    r"\b(?:(?:not|nothing|never|no|n't)\b[^,.;]{0,20}(?:more than|over|above|exceed)|"
    r"budget|spend(?:ing)?|afford|cap(?:ped)?|at (?:the )?most|tops|no more than|max(?:imum)?|"
    r"under|below|less than|within|up to|ceiling|willing to pay|"
    r"can pay|keep (?:it|costs?|the (?:cost|bill|price))|cost (?:limit|cap|should|must|"
    r"can't|cannot)|bill (?:should|must|under)|not exceed|"
    r"chi co|co|ngan sach|toi da|khong qua|duoi|chi phi (?:toi da|duoi|khong qua|khoang)|chi "
    r"(?:toi da|duoc)|kinh phi|don't want to (?:pay|spend)|got|have)\b"
)
NO_BUDGET = re.compile(
    r"\b(?:currently|now pay|we pay|i pay|paying|already|today we|costs? us|charge[sd]?|"
    r"customers? pay|revenue|salary|earn\w*|sell\w*|price[sd]? at|"
    r"worth|fine|invoice|last month|used to|is (?:it|that)|hien (?:tai|dang)|dang tra|"
    r"doanh thu|ban (?:voi )?gia|luong|subscription|credits?|per hour for|"
    r"transactions?|orders?|loans?)\b"
)
IDLE = re.compile(
    r"\b(?:idl\w*|unused|quiet|silent|asleep|sleeps|dormant|not (?:used|in use|called|"
    r"doing anything)|nothing (?:happens|comes|happening)|no (?:traffic|requests?|one "
    r"uses|calls?)|"
    r"zero traffic|nhan roi|ranh(?: roi)?|khong (?:co )?(?:request|yeu cau|traffic|ai|"
    r"hoat dong|dung)|im ang|trong viec)\b"
)
BUSY = re.compile(
    r"\b(?:usage|utili[sz]ation|busy|active|in use|used|utili[sz]ed|is called|gets "
    r"calls|hoat dong|ban(?= \d)|"
    r"duoc dung|su dung)\b"
)
GROWTH = re.compile(
    r"\b(?:grow\w*|growth|increas\w*|rising|rises?|expand\w*|more traffic|climb\w*|"
    r"tang(?: truong)?)\b"
)
SHRINK = re.compile(r"\b(?:shrink\w*|decreas\w*|dropp?\w*|declin\w*|falls?|falling|giam)\b")
