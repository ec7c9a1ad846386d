"""Words around measures that are no cues but settle what a measure can mean; folded text."""

import re

from tools.reading import measures

#: A passage with more numbers is a table or a log, not a wish.
MOST_MEASURES = 24
SMALL_WORDS = re.compile(
    r"[\s:=~(-]*(?:(?:is|are|of|at|to|about|around|under|below|up|roughly|be|la|khoang|"
    r"duoi|on|the|a|an|should|must|"
    r"can|may|take|takes|within|than|less|in|max|toi|den|trong|co|tam|just|only|"
    r"maybe|something|like)\s*)*"
)
MODEL_WORD = (
    r"(?:models?|weights|artifacts?|artefacts?|archive|checkpoint|tarball|pickle|llms?|"
    r"classifier|mo hinh|"
    r"§+)"
)
MODEL_BEFORE = re.compile(
    rf"\b{MODEL_WORD}(?:'s)?(?: (?:itself|file|size|is|are|about|around|roughly|approx|"
    rf"of|weighs?|weighing|nang|khoang|co|kich thuoc|dung luong|la|just|only|a|"
    rf"takes up|has|at|tam|artifact|archive|under|below|less than|max|file is)|"
    rf"[\s:=~,(])*$|§+(?: (?:is|weighs|about|nang|co|khoang)|[\s:=~,(])*$"
)
MODEL_AFTER = re.compile(
    rf"^\)?[\s-]*(?:big |large |heavy )?(?:(?!to\b|for\b|per\b|from\b|in\b|into\b|and\b|"
    rf"of\b|request|payload|input|image|response|output|answer|memory|ram|with|"
    rf"each)[a-z0-9-]+\s){{0,2}}?{MODEL_WORD}\b"
    r"(?! (?:input|request|payload|output|response))"
)
PARAMETER_CONTEXT = re.compile(
    r"\b(?:models?|llms?|llama\w*|mistral|gemma|qwen|falcon|gpt\w*|params?|parameters?|"
    r"bloom|phi|mo hinh|tham so)\b"
)
MODELS = re.compile(r"\s+(?:(?!other\b|versions?\b)[a-z-]+\s){0,2}?models\b|\s+(?:mo hinh|model)\b")
SHARED = re.compile(
    r"\b(?:serv\w*|host\w*|endpoints?|deploy\w*|behind|run\w*|share\w*|one per|put|"
    r"trien khai|phuc vu|chay|chung)\b"
)
CHOOSING = re.compile(
    r"\b(?:compar\w*|candidates?|choose|tried|trained|experiment\w*|between|so sanh)\b"
)
TRAFFIC_VERB = re.compile(
    r"\b(?:gets?|getting|receiv\w*|handl\w*|scor\w*|process\w*|serv\w*|predict\w*|classif\w*|"
    r"expect\w*|call\w*|hit\w*|pok\w*|ping\w*|quer\w*|invok\w*|used?|traffic|volume|"
    r"load|throughput|"
    r"incoming|comes?|arriv\w*|sees?|nhan|xu ly|luu luong|phuc vu|goi|peak\w*|average)\b"
)
NO_TRAFFIC_DEED = re.compile(
    r"\b(?:deploy\w*|releas\w*|retrain\w*|train\w*|experiment\w*|ship\w*|commit\w*|"
    r"hir\w*|onboard\w*|"
    r"meet\w*|builds?|publish\w*|huan luyen|phat hanh)\b"
)
NO_TRAFFIC_NOUN = re.compile(
    r"\b(?:dollars?|usd|euros?|bytes?|[kmgt]i?bs?|hours?|minutes?|seconds?|ms|days?|"
    r"weeks?|deploy\w*|releases?|developers?|people|models?|retrain\w*|training|"
    r"updates?|meetings?|steps?|commits?|epochs?|versions?|features?|new|tokens?|"
    r"frames?|degrees|percent|drops?|do|engineers?|words?|characters?|replicas?|"
    r"instances?|failures?|errors?|gb|us|nguoi dung moi)\b"
)
#: A rate of each user is no traffic until it is multiplied, which is not ours to do.
EACH = re.compile(
    r"\b(?:each|per|every|a single|moi) (?:\w+ )?(?:users?|customers?|clients?|devices?|"
    r"sensors?|stores?|cameras?|persons?|agents?|"
    r"tenants?|employees?|shops?|nguoi(?: dung)?|khach(?: hang)?|thiet bi)\b"
)
HEAVY = re.compile(
    r"\b(?:models?|mo hinh|llm)\b(?:(?!\b(?:images?|scans?|files?|anh|tep|requests?|yeu "
    r"cau|payloads?)\b)[^.;]){0,40}"
    r"\b(?:nang|weighs?|weighing)(?: (?:khoang|chung|tam|about|around|roughly|in at))*[\s~]*$"
)
#: Between two measures of one thing: "usually 2 MB, sometimes 20 MB".
CONTINUES = re.compile(
    r"\b(?:sometimes|occasionally|up to|at worst|max\w*|usually|or|rarely|even|as much "
    r"as|doi khi|co khi|co luc|toi da|len den|hoac)\b"
)
TURN = re.compile(r"[,;]|\b(?:but|and we|nhung|con)\b")
PRESENT = re.compile(
    r"\b(?:currently|right now|at the moment|today|as of now|used to|laptop|heroku|"
    r"on-?prem\w*|hien (?:tai|nay|gio)|bay gio|dang la)\b"
)
PROCESSING = re.compile(
    r"\b(?:tak(?:es|e|ing)|process\w*|runs?|must|should|needs?|want|xu ly|mat)\b"
)
#: A cue that is farther away (characters and boundaries) says nothing about a measure.
FARTHEST = 70
EACH_MODEL = re.compile(r"\b(?:models|\d+ mo hinh)\b[^.;]{0,40}\b(?:each|moi (?:mo hinh|cai))\b")
DATA_NOUN = re.compile(measures.DATA_NOUN)
LATER = re.compile(
    r"\b(?:grow\w* (?:from|to)|will (?:be|reach|grow|rise)|eventually|next (?:year|"
    r"month|quarter)|someday|one day|"
    r"in (?:a|one|two|six|\d+) (?:months?|years?)|later on|sau nay|nam sau|sang nam|"
    r"tuong lai|tang (?:tu|len|toi))\b"
)
UNIT_BEFORE = re.compile(
    r"\b(?:rps|qps|tps|requests? per second|req(?:uest)?s?\s?/\s?s(?:ec)?)\s*(?:(?:is|"
    r"of|at|about|around|la|khoang)\s*|[:=~]\s*)*$"
)
GROWTH_FACTOR = re.compile(
    r"\b(?:(?P<double>doubl\w+|twice|tang gap doi|gap doi|nhan doi)|(?P<triple>tripl\w+|"
    r"tang gap ba|gap ba)|(?P<ten>(?:grow\w* )?(?P<n>\d+)\s?x|tang gap (?P<m>\d+)(?: "
    r"lan)?))"
    r"\b\s*(?:[a-z]+\s){0,2}?(?:every|each|per|a|an|once (?:a|per)|in (?:a|one)|moi|"
    r"hang|trong (?:mot|1))\s+(?:(?P<count>\d+|two|three|six)\s+)?(?P<period>day|week|"
    r"month|quarter|year|ngay|tuan|thang|quy|nam)s?\b"
)
NO_GROWTH = re.compile(
    r"\b(?:no growth|won't grow|will not grow|not growing|doesn't grow|isn't growing|"
    r"traffic (?:is|stays?) flat|khong tang(?: truong)?)\b"
)
PERIOD_WORDS = {"ngay": "day", "tuan": "week", "thang": "month", "quy": "quarter", "nam": "year"}
COUNTS = {"two": 2, "three": 3, "six": 6}
PERIODIC_GROWTH = re.compile(
    r"\b(?:(?P<month>monthly|month over month|mom)|(?P<year>yearly|annual(?:ly)?|year over "
    r"year|yoy)|(?P<week>weekly))\b"
)
NO_COLD_START = re.compile(
    r"\b(?:no|zero|without(?: any)?|avoid|can't (?:have|accept|tolerate|afford)(?: "
    r"any)?|cannot (?:have|accept|tolerate|afford)(?: any)?|don't want(?: any)?|never|"
    r"not (?:tolerate|accept))\s+cold[ -]?starts?\b|"
    r"\bcold[ -]?starts? (?:are|is) (?:not (?:ok|okay|acceptable|allowed|fine)|"
    r"unacceptable|a no-?go)|\b(?:khong (?:duoc |chap nhan |muon )?(?:co )?|tranh "
    r")(?:khoi dong (?:nguoi|lanh)|cold start)\b"
)
FIRST_PER_INTERVAL = re.compile(
    r"\b(?:a|one|1|mot) (?:single )?(?:request|call|prediction|yeu cau|lan goi)s? (?:every|"
    r"each|per|moi|cach)\s+$"
)
